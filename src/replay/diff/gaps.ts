import { TOLD, WRITE_TIME } from "../../events/codes.ts";
import { CLASS_OUTCOME, K, KIND_CLASS, KIND_NAMES, KIND_PAYLOAD, KIND_WORLD } from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";
import { ENGINES } from "../../hw/units.ts";
import { isRead } from "../../reducers/machine.ts";
import { agentName } from "../../reducers/path.ts";
import { rowColumns } from "../engine/format.ts";
import type { OpenedRecording } from "../engine/opened.ts";

/** Something that came out of the model, as one of a sequence that the guest can tell the order of. */
export interface Shown {
  /** Whose sequence: `vgpu1.rcs0.write`, `vgpu1.irq`, `rcs0.switch`. */
  readonly lane: string;
  readonly seq: number;
  readonly text: string;
}

/** A page that the model asked for and got. */
export interface Fetched {
  readonly seq: number;
  /** `vgpu1.ram.1f3a2` */
  readonly path: string;
  readonly page: number;
}

/** One world input and everything up to the next one. */
export interface Gap {
  readonly seq: number;
  readonly kind: number;
  readonly agent: number;
  /** Byte offset or address, and size of the access. */
  readonly at: number;
  readonly size: number;
  /** What the world did, as text: equal where two runs were given the same. */
  readonly key: string;
  /** The same without the value: what was done, and where. */
  readonly shape: string;
  /** The value that a write brought, in words; empty for others. */
  readonly value: string;
  /** Final reply to a read, low and high; 0 for others. */
  readonly reply: readonly [number, number];
  readonly shown: readonly Shown[];
  readonly fetched: readonly Fetched[];
  /** Texts of what may differ without harm: times, ticket numbers, order and number of fetches. */
  readonly times: string;
  readonly tickets: string;
  readonly fetches: string;
}

/** Reads a recording as gaps, in order; what stands before the first world input belongs to none. */
export function* gapsOf({ recording, store }: OpenedRecording): Generator<Gap> {
  const rows = new Rows(1 << 15);
  const hashOf = (page: number): string => Array.from(store.hash(page)).join();
  let open: OpenGap | null = null;
  for (let n = 0; n < recording.blockCount; n++) {
    recording.readBlock(n, rows);
    for (let i = 0; i < rows.count; i++) {
      const kind = rows.kind[i];
      if (KIND_WORLD[kind] === 1) {
        if (open !== null) yield open.gap();
        open = new OpenGap(rows, i);
        open.tell(rows, i, hashOf);
      } else open?.add(rows, i, hashOf);
    }
  }
  if (open !== null) yield open.gap();
}

/** What is kept of a text that is only ever compared: two lanes over its characters. */
class Mark {
  private low = 0x811c9dc5 | 0;
  private high = 0x2f0b4dd3 | 0;

  add(value: number): void {
    this.low = Math.imul(this.low ^ value, 0x01000193) + (this.low >>> 15);
    this.high = Math.imul(this.high + value, 0x85ebca6b) ^ (this.high >>> 13);
  }

  get text(): string {
    return `${this.low}:${this.high}`;
  }
}

class OpenGap {
  private readonly seq: number;
  private readonly kind: number;
  private readonly agent: number;
  private readonly at: number;
  private readonly size: number;
  private readonly key: string;
  private readonly shape: string;
  private readonly value: string;
  private readonly reply: readonly [number, number] = [0, 0];
  private readonly shown: Shown[] = [];
  private readonly fetched: Fetched[] = [];
  private readonly times = new Mark();
  private readonly tickets = new Mark();
  private readonly fetches = new Mark();

  constructor(rows: Rows, i: number) {
    const kind = rows.kind[i];
    this.seq = rows.firstSeq + i;
    this.kind = kind;
    this.agent = rows.agent[i];
    const columns = rowColumns(rows, i);
    this.at = columns.at ?? 0;
    this.size = columns.size ?? 0;
    this.times.add(rows.dt[i]);
    this.shape = `${kind} ${this.agent} ${this.at} ${this.size}`;
    if (isRead(kind)) {
      this.reply = [rows.lo[i], rows.hi[i]];
      this.value = "";
      this.key = this.shape;
      return;
    }
    const { dt: _, ticket: __, lo, hi = 0, ...rest } = columns;
    const payload = KIND_PAYLOAD[kind] === 1 ? markOf(rows.payloadOf(i)) : "";
    this.value =
      lo === undefined ? "" : `${hi === 0 ? "" : `${hi.toString(16)}:`}${lo.toString(16).padStart(8, "0")}`;
    const runs = rows.stores[i] > 0 ? storesText(rows, i) : "";
    this.key = `${this.shape} ${Object.values(rest).join(" ")} ${this.value} ${payload} ${runs}`;
  }

  /** What row i, the gap's own or one in it, was told in place. */
  tell(rows: Rows, i: number, hashOf: (page: number) => string): void {
    const { vgpu, gfn, page, status } = rows.answerTable;
    for (let k = rows.firstAnswer[i]; k < rows.firstAnswer[i] + rows.answers[i]; k++) {
      for (const value of [vgpu[k], gfn[k], status[k]]) this.fetches.add(value);
      if (status[k] === TOLD) this.got(rows.firstSeq + i, vgpu[k], gfn[k], page[k], hashOf);
    }
  }

  private got(seq: number, vgpu: number, gfn: number, page: number, hashOf: (page: number) => string): void {
    this.fetched.push({ seq, path: `${agentName(vgpu)}.ram.${gfn.toString(16)}`, page });
    for (const part of hashOf(page).split(",")) this.fetches.add(Number(part));
  }

  add(rows: Rows, i: number, hashOf: (page: number) => string): void {
    this.tell(rows, i, hashOf);
    const kind = rows.kind[i];
    const seq = rows.firstSeq + i;
    const columns = rowColumns(rows, i);
    if (columns.dt !== undefined) this.times.add(columns.dt);
    if (columns.ticket !== undefined) this.tickets.add(columns.ticket);
    if (columns.cause !== undefined) this.tickets.add(columns.cause);
    if (kind === K["guest.fetched"]) this.got(seq, rows.agent[i], rows.at[i], rows.page[i], hashOf);
    if (KIND_NAMES[kind].startsWith("guest.fetch")) {
      for (const value of [kind, rows.agent[i], rows.at[i]]) this.fetches.add(value);
      return;
    }
    if (kind === K["timer.arm"] || kind === K["timer.cancel"] || kind === K["timer.fired"]) {
      for (const value of [kind, columns.lo ?? 0, columns.hi ?? 0]) this.times.add(value);
      return;
    }
    if (kind === K["guest.write"]) this.showPieces(rows, i);
    else if (KIND_CLASS[kind] === CLASS_OUTCOME) this.show(rows, i);
  }

  /** Pieces one by one: where one row of them ends is timing. */
  private showPieces(rows: Rows, i: number): void {
    const { at, atHigh, length, code, lo, hi } = rows.writeTable;
    for (let p = rows.firstPiece[i]; p < rows.firstPiece[i] + rows.writes[i]; p++) {
      const value = code[p] === WRITE_TIME ? "a time" : `${hi[p].toString(16)} ${lo[p].toString(16)}`;
      const where = `at ${at[p].toString(16)} atHigh ${atHigh[p].toString(16)} length ${length[p].toString(16)}`;
      const text = `guest.write ${where} code ${code[p]} ${value}`;
      this.shown.push({ lane: laneOf(rows, i), seq: rows.firstSeq + i, text });
    }
  }

  private show(rows: Rows, i: number): void {
    const kind = rows.kind[i];
    const { cause: _, ticket: __, lo, hi, ...rest } = rowColumns(rows, i);
    // Which bits raised an interrupt is a matter of time: the guest sees them where it reads them.
    if (kind === K["irq.inject"]) delete rest.code;
    const isIrq = kind === K["irq.inject"];
    const value = isIrq ? (lo ?? 0).toString(16) : `${(hi ?? 0).toString(16)} ${(lo ?? 0).toString(16)}`;
    const where = Object.entries(rest).map(([name, n]) => `${name} ${n.toString(16)}`);
    const text = `${KIND_NAMES[kind]} ${where.join(" ")} ${value}`;
    this.shown.push({ lane: laneOf(rows, i), seq: rows.firstSeq + i, text });
  }

  gap(): Gap {
    const { seq, kind, agent, at, size, key, shape, value, reply, shown, fetched } = this;
    const { times, tickets, fetches } = this;
    return {
      ...{ seq, kind, agent, at, size, key, shape, value, reply, shown, fetched },
      ...{ times: times.text, tickets: tickets.text, fetches: fetches.text },
    };
  }
}

function laneOf(rows: Rows, i: number): string {
  const kind = rows.kind[i];
  const agent = agentName(rows.agent[i]);
  if (kind === K["guest.write"]) return `${agent}.${ENGINES[rows.engine[i]] ?? "aperture"}.write`;
  if (kind === K["irq.inject"] || kind === K["irq.level"]) return `${agent}.irq`;
  const of = rowColumns(rows, i).engine;
  return `${agent}.${of === undefined ? "" : `${ENGINES[of] ?? "host"}.`}${KIND_NAMES[kind]}`;
}

function storesText(rows: Rows, i: number): string {
  const { at, size, length } = rows.storeTable;
  const runs = Array.from({ length: rows.stores[i] }, (_, k) => rows.firstPiece[i] + k);
  return runs.map((k) => `${at[k]}:${size[k]}:${length[k]}`).join(" ");
}

function markOf(bytes: Uint8Array): string {
  const mark = new Mark();
  for (const byte of bytes) mark.add(byte);
  return mark.text;
}
