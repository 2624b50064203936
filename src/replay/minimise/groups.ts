import { PURPOSES } from "../../events/columns.ts";
import { K, KIND_NAMES } from "../../events/kinds.ts";
import type { RegisterIndex } from "../../hw/compile.ts";
import { isRead } from "../../reducers/machine.ts";
import type { Inputs } from "../rerun/inputs.ts";
import { type Access, type Exchange, exchangeOf, startsExchange } from "./handshakes.ts";

/**
 * Segments that belong together, in ascending order, and whether they set up the bus: such are left out last.
 */
export interface Group {
  readonly segments: readonly number[];
  readonly setup: boolean;
}

/** Kinds that set up the bus: what a driver does before the model has any work to do. */
export const SETUP: ReadonlySet<number> = new Set(
  (
    ["port.attached", "vgpu.created", "vgpu.opened", "irq.routed", "config.written", "config.read"] as const
  ).map((name) => K[name]),
);
/** An ELSP submission is four dwords, whatever lies between two of them. */
const ELSP_DWORDS = 4;
const RING = PURPOSES.indexOf("ring");
const CONTEXT = PURPOSES.indexOf("context");
/** Of an engine: what a guest reads of a submission, and how it says that it has read it. */
const CONTEXT_STATUS = /^RING_(CONTEXT_STATUS|EXECLIST_STATUS)/;

/**
 * Inputs that only make sense together. A *submission*: the writes through the aperture into the pages of its
 * ring and its context, the ring's tail among them, its four ELSP dwords, and what the guest then reads of its
 * engine's context status; its pages, its turns and its interrupts lie behind other inputs, and find their own
 * way. A *handshake* over several registers, whatever lies between. And runs: of PTEs, of aperture writes, of
 * DMA maps, of reads.
 */
export function groupsOf(inputs: Inputs, registers: RegisterIndex): Group[] {
  const grouping = new Grouping(inputs, registers);
  for (let s = 0; s < inputs.segments; s++) grouping.add(s);
  return grouping.groups.map(({ segments, setup }) => ({
    segments: [...segments].sort((a, b) => a - b),
    setup,
  }));
}

interface OpenGroup {
  readonly segments: number[];
  readonly setup: boolean;
}

/** A submission on one engine of one vGPU, and how many of its dwords are still to come. */
interface Submission {
  readonly group: OpenGroup;
  left: number;
}

class Grouping {
  readonly groups: OpenGroup[] = [];
  private readonly inputs: Inputs;
  private readonly registers: RegisterIndex;
  private readonly pages: WorkPages;
  /** By agent: the run that the next input may belong to. */
  private readonly runs = new Map<number, { readonly role: string; readonly group: OpenGroup }>();
  /** By agent and engine. */
  private readonly submissions = new Map<string, Submission>();
  /** By agent: what was written into rings and contexts since the last submission. */
  private readonly prepared = new Map<number, OpenGroup>();
  /** By agent and who is spoken with. */
  private readonly exchanges = new Map<string, { readonly group: OpenGroup; last: Access }>();

  constructor(inputs: Inputs, registers: RegisterIndex) {
    this.inputs = inputs;
    this.registers = registers;
    this.pages = new WorkPages(inputs);
  }

  add(s: number): void {
    const { rows, starts } = this.inputs;
    const i = starts[s];
    const kind = rows.kind[i];
    this.pages.see(i);
    if (kind === K["aperture.written"] && this.pages.isWork(i)) return this.prepare(s, rows.agent[i]);
    if (kind === K["mmio.written"] || kind === K["mmio.read"]) return this.access(s, i);
    const isRun =
      kind === K["gtt.written"] || kind === K["aperture.written"] || kind === K["dma.mapped"] || isRead(kind);
    this.run(s, isRun ? (isRead(kind) ? "read" : KIND_NAMES[kind]) : "");
  }

  private access(s: number, i: number): void {
    const { rows } = this.inputs;
    const known = this.registers.names[this.registers.idOf[rows.at[i] >>> 2] ?? 0];
    const write = rows.kind[i] === K["mmio.written"];
    const access = { name: known?.name ?? "", component: known?.component ?? "", write, value: rows.lo[i] };
    const exchange = exchangeOf(access);
    if (exchange !== null) return this.exchange(s, exchange, access);
    if (access.name === "RING_ELSP" && write) return this.submit(s, access.component);
    const submission = this.submissions.get(this.key(s, access.component));
    if (submission !== undefined && submission.left === 0 && CONTEXT_STATUS.test(access.name))
      submission.group.segments.push(s);
    else this.run(s, write ? "" : "read");
  }

  private submit(s: number, engine: string): void {
    const key = this.key(s, engine);
    let submission = this.submissions.get(key);
    if (submission === undefined || submission.left === 0) {
      const agent = this.agentOf(s);
      const group = this.prepared.get(agent) ?? this.open([]);
      this.prepared.delete(agent);
      submission = { group, left: ELSP_DWORDS };
      this.submissions.set(key, submission);
    }
    submission.group.segments.push(s);
    submission.left--;
  }

  private prepare(s: number, agent: number): void {
    const group = this.prepared.get(agent);
    if (group === undefined) this.prepared.set(agent, this.open([s]));
    else group.segments.push(s);
  }

  private exchange(s: number, exchange: Exchange, access: Access): void {
    const key = this.key(s, exchange.with);
    const open = this.exchanges.get(key);
    if (open === undefined || startsExchange(exchange, access, open.last)) {
      this.exchanges.set(key, { group: this.open([s]), last: access });
      return;
    }
    open.group.segments.push(s);
    open.last = access;
  }

  /** Of a run, or with role "" alone. */
  private run(s: number, role: string): void {
    const agent = this.agentOf(s);
    const run = this.runs.get(agent);
    if (run !== undefined && role !== "" && run.role === role) run.group.segments.push(s);
    else this.runs.set(agent, { role, group: this.open([s]) });
  }

  private open(segments: number[]): OpenGroup {
    const [first] = segments;
    const { rows, starts } = this.inputs;
    const group = { segments, setup: first !== undefined && SETUP.has(rows.kind[starts[first]]) };
    this.groups.push(group);
    return group;
  }

  private agentOf(s: number): number {
    return this.inputs.rows.agent[this.inputs.starts[s]];
  }

  private key(s: number, name: string): string {
    return `${this.agentOf(s)}.${name}`;
  }
}

/** Which guest frames ever held a ring or a context, and where the guest's entries show them. */
class WorkPages {
  private readonly inputs: Inputs;
  private readonly frames = new Set<number>();
  /** By agent and entry: its two words. */
  private readonly entries = new Map<number, [low: number, high: number]>();

  constructor(inputs: Inputs) {
    this.inputs = inputs;
    const { kind, agent, at, purpose, count, answerTable } = inputs.rows;
    for (let i = 0; i < count; i++)
      if (kind[i] === K["guest.fetched"] && isWorkPurpose(purpose[i]))
        this.frames.add(agent[i] * AGENT + at[i]);
    for (let k = 0; k < answerTable.count; k++)
      if (isWorkPurpose(answerTable.purpose[k]))
        this.frames.add(answerTable.vgpu[k] * AGENT + answerTable.gfn[k]);
  }

  /** Take notice of row `i`, if it writes an entry. */
  see(i: number): void {
    const { kind, agent, at, size, lo, hi } = this.inputs.rows;
    if (kind[i] !== K["gtt.written"]) return;
    const key = agent[i] * AGENT + (at[i] >>> 3);
    const entry = this.entries.get(key) ?? [0, 0];
    if ((at[i] & 4) !== 0) entry[1] = lo[i];
    else entry[0] = lo[i];
    if (size[i] === 8) entry[1] = hi[i];
    this.entries.set(key, entry);
  }

  /** Does any of the aperture writes of row `i` go into a page that a ring or a context was read from? */
  isWork(i: number): boolean {
    const { agent, storeTable, firstPiece, stores } = this.inputs.rows;
    for (let k = firstPiece[i]; k < firstPiece[i] + stores[i]; k++) {
      const entry = this.entries.get(agent[i] * AGENT + (storeTable.at[k] >>> 12));
      if (entry === undefined) continue;
      const gfn = (entry[0] >>> 12) + (entry[1] & 0xff) * 0x10_0000;
      if (this.frames.has(agent[i] * AGENT + gfn)) return true;
    }
    return false;
  }
}

function isWorkPurpose(purpose: number): boolean {
  return purpose === RING || purpose === CONTEXT;
}

/** More than a guest frame or an entry ever is. */
const AGENT = 2 ** 28;
