import { WRITE_POSITION, WRITE_STATUS, WRITE_TIME } from "../../events/codes.ts";
import { K, KIND_NAMES } from "../../events/kinds.ts";
import { frameOfPiece } from "../../events/pieces.ts";
import type { Rows } from "../../events/rows.ts";
import { REG_TIME_VALUE, type RegisterIndex } from "../../hw/compile.ts";
import { ENGINES, NO_ENGINE } from "../../hw/units.ts";
import { agentName, fieldDifferences } from "../../reducers/path.ts";
import { type Blocks, type Divergence, lastWrite } from "../engine/divergence.ts";
import { rowPath } from "../engine/format.ts";
import type { Follower, Reply64 } from "./model.ts";

/**
 * Level `guest`: do two runs agree in what the guest can see? Per vGPU, in order: the replies to its reads,
 * the writes to its memory by each engine (and by its own accesses), its interrupts, none of which may cross
 * a read. Times are left out: replies of registers whose row is a time value, and writes that both runs mark
 * as a time.
 */

/** What was compared. */
export interface AgreementCounts {
  replies: number;
  writes: number;
  interrupts: number;
  /** Replies and writes left out because they are times. */
  times: number;
}

/** Something that the guest sees: a write to its memory, or an interrupt. */
interface Seen {
  /** The parent's row: itself, or the one in whose place the replay made it. */
  readonly seq: number;
  readonly kind: number;
  readonly path: string;
  readonly at: number;
  readonly atHigh: number;
  readonly length: number;
  readonly lo: number;
  readonly hi: number;
  /** One of the WRITE_ codes. */
  readonly code: number;
}

/** One sequence: what one run has shown and the other not yet. */
interface Lane {
  readonly waiting: Seen[];
  /** Are those that wait the recording's? */
  recorded: boolean;
}

const NOTHING = { at: -1, expected: 0, got: 0, fields: [], lastWritten: -1 } as const;
/**
 * Offset in the status page of the context status buffer, of its write pointer. Source:
 * docs/facts/execlists.md#status-buffer.
 */
const HWSP_CSB = 0x40;
const HWSP_CSB_WRITE = 0x7c;

/** Follows a replay and its parent, and keeps the first thing in which a guest could tell them apart. */
export class Agreement implements Follower {
  readonly counts: AgreementCounts = { replies: 0, writes: 0, interrupts: 0, times: 0 };
  divergence: Divergence | null = null;
  private readonly blocks: Blocks;
  private readonly registers: RegisterIndex;
  /** By vGPU and engine, and by vGPU. */
  private readonly writes = new Map<number, Lane>();
  private readonly interrupts = new Map<number, Lane>();

  /** `blocks` are looked back in; `registers` names what differs and says which registers are times. */
  constructor(blocks: Blocks, registers: RegisterIndex) {
    this.blocks = blocks;
    this.registers = registers;
  }

  get stopped(): boolean {
    return this.divergence !== null;
  }

  recorded(rows: Rows, i: number): void {
    this.see(rows, i, rows.firstSeq + i, true);
  }

  produced(rows: Rows, i: number, place: number): void {
    this.see(rows, i, place, false);
  }

  reading(rows: Rows, i: number): void {
    const lane = this.interrupts.get(rows.agent[i]);
    if (lane === undefined || lane.waiting.length === 0) return;
    const before = `before the read at ${rows.firstSeq + i}`;
    this.diverge(
      lane.waiting[0],
      lane.recorded ? `expected ${before}, none came` : `came ${before}, none expected`,
    );
  }

  replied(rows: Rows, i: number, expected: Reply64, got: Reply64): void {
    if (rows.kind[i] === K["mmio.read"] && this.isTime(rows.at[i], rows.size[i])) {
      this.counts.times++;
      return;
    }
    this.counts.replies++;
    if (expected.lo === got.lo && expected.hi === got.hi) return;
    const isMmio = rows.kind[i] === K["mmio.read"];
    const low = expected.lo !== got.lo;
    this.found({
      seq: rows.firstSeq + i,
      kind: KIND_NAMES[rows.kind[i]],
      path: rowPath(this.registers, rows, i),
      at: isMmio ? rows.at[i] : -1,
      column: "reply",
      expected: low ? expected.lo : expected.hi,
      got: low ? got.lo : got.hi,
      fields: isMmio ? fieldDifferences(this.registers, rows.at[i], expected.lo, got.lo) : [],
      detail: "",
      lastWritten: lastWrite(this.blocks, rows, i),
    });
  }

  /** Both runs are over: whatever one of them still owes is a divergence. */
  finish(): void {
    for (const lane of [...this.interrupts.values(), ...this.writes.values()]) {
      if (lane.waiting.length === 0) continue;
      this.diverge(lane.waiting[0], lane.recorded ? "expected, never came" : "came, never expected");
    }
  }

  private isTime(at: number, size: number): boolean {
    const { flags, idOf } = this.registers;
    const isTime = (word: number): boolean => (flags[idOf[word] ?? 0] & REG_TIME_VALUE) !== 0;
    return isTime(at >>> 2) || (size === 8 && isTime((at >>> 2) + 1));
  }

  private see(rows: Rows, i: number, seq: number, recorded: boolean): void {
    const kind = rows.kind[i];
    const agent = rows.agent[i];
    if (kind === K["guest.write"]) {
      const lane = laneOf(this.writes, agent * 256 + rows.engine[i]);
      const first = rows.firstPiece[i];
      for (let p = first; p < first + rows.writes[i]; p++)
        this.meet(lane, writeSeen(rows, i, p, seq), recorded);
    } else if (kind === K["irq.inject"] || kind === K["irq.level"]) {
      const at = kind === K["irq.inject"] ? rows.at[i] : 0;
      const path = `${agentName(agent)}.irq`;
      const seen = { seq, kind, path, at, atHigh: 0, length: 0, lo: rows.lo[i], hi: 0, code: 0 };
      this.meet(laneOf(this.interrupts, agent), seen, recorded);
    }
  }

  /** The next of a sequence in one run: compare it with the other's, or let it wait for that. */
  private meet(lane: Lane, seen: Seen, recorded: boolean): void {
    const other = lane.recorded !== recorded ? lane.waiting.shift() : undefined;
    if (other === undefined) {
      lane.recorded = recorded;
      lane.waiting.push(seen);
      return;
    }
    const [expected, got] = recorded ? [seen, other] : [other, seen];
    if (seen.kind === K["guest.write"]) this.counts.writes++;
    else this.counts.interrupts++;
    const column = difference(expected, got);
    if (column === null) {
      if (areTimes(expected, got)) this.counts.times++;
      return;
    }
    this.found({
      ...NOTHING,
      seq: expected.seq,
      kind: KIND_NAMES[expected.kind],
      path: expected.path,
      column,
      expected: expected[column],
      got: got[column],
      detail: column === "lo" || column === "hi" ? describe(expected, got) : "",
    });
  }

  private diverge(seen: Seen, detail: string): void {
    const { seq, path } = seen;
    this.found({ ...NOTHING, seq, kind: KIND_NAMES[seen.kind], path, column: "kind", detail });
  }

  /** Keep the divergence, or that an earlier row never came: whichever the recording has first. */
  private found(divergence: Divergence): void {
    if (this.divergence === null || divergence.seq < this.divergence.seq) this.divergence = divergence;
    for (const lane of [...this.interrupts.values(), ...this.writes.values()]) {
      const [seen] = lane.waiting;
      if (seen === undefined || !lane.recorded || seen.seq >= this.divergence.seq) continue;
      const { seq, path } = seen;
      const detail = "expected, did not come";
      this.divergence = { ...NOTHING, seq, kind: KIND_NAMES[seen.kind], path, column: "kind", detail };
    }
  }
}

function laneOf(lanes: Map<number, Lane>, key: number): Lane {
  let lane = lanes.get(key);
  if (lane === undefined) {
    lane = { waiting: [], recorded: true };
    lanes.set(key, lane);
  }
  return lane;
}

/** Piece p of `guest.write` row i. */
function writeSeen(rows: Rows, i: number, p: number, seq: number): Seen {
  const { at, atHigh, length, lo, hi, code } = rows.writeTable;
  const engine = rows.engine[i];
  const who = engine === NO_ENGINE ? "aperture" : ENGINES[engine];
  const offset = at[p] & 4095;
  const place =
    code[p] !== WRITE_STATUS
      ? `write.${frameOfPiece(rows.writeTable, p).toString(16)}.${offset.toString(16)}`
      : offset === HWSP_CSB_WRITE
        ? "csb.write_pointer"
        : `csb.${(offset - HWSP_CSB) >>> 3}`;
  return {
    ...{ seq, kind: rows.kind[i], path: `${agentName(rows.agent[i])}.${who}.${place}` },
    ...{ at: at[p], atHigh: atHigh[p], length: length[p], lo: lo[p], hi: hi[p], code: code[p] },
  };
}

/** Do both runs say of the write that its bytes depend on time? */
function areTimes(a: Seen, b: Seen): boolean {
  return (a.code === WRITE_TIME || a.code === WRITE_POSITION) && a.code === b.code;
}

/** First column in which the two differ. Of times, the values do not count. */
function difference(a: Seen, b: Seen): "at" | "atHigh" | "length" | "lo" | "hi" | null {
  if (a.at !== b.at) return "at";
  if (a.atHigh !== b.atHigh) return "atHigh";
  if (a.length !== b.length) return "length";
  if (areTimes(a, b)) return null;
  if (a.lo !== b.lo) return "lo";
  return a.hi !== b.hi ? "hi" : null;
}

function describe(expected: Seen, got: Seen): string {
  if (expected.kind !== K["guest.write"])
    return `expected message ${expected.lo.toString(16)}  got ${got.lo.toString(16)}`;
  const hash = (seen: Seen): string => word(seen.hi) + word(seen.lo);
  return `other bytes in ${expected.length}: expected hash ${hash(expected)}  got ${hash(got)}`;
}

function word(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}
