import type { State } from "../../reducers/machine.ts";
import { type PackedState, StatePool } from "../../reducers/state-pool.ts";

/** How far a move goes: a few steps, within the dense region around the cursor, or anywhere. */
export type Reach = "step" | "near" | "leap";

/** The gap wanted at a distance d from the cursor: d / NEAR, at least FINE rows, */
const NEAR = 2;
const FINE = 16;
/** in the window around it at most DENSE, and far from it the recording's rows by COARSE, or DENSE. */
const COARSE = 8192;
const DENSE = 512;
/**
 * Rows on either side of the cursor around which a share of the states stands, where there is no room for
 * more.
 */
const WINDOW = 1 << 20;
const SHARE = 1 / 2;
/** Up to so many rows are some steps. */
const STEPS = 8192;
/** From this part of the budget on, states are kept no denser than they stand on average. */
const FULL = 0.9;
/** To make room, the state that is missed least among a sample of so many is dropped. */
const SAMPLE = 48;

/**
 * States by seq within a budget of memory, thinned where they stand closer together than their distance
 * from the cursor asks for: dense near the cursor, even far from it.
 */
export class Snapshots {
  /** Bytes that the kept states may take together. */
  readonly budget: number;
  private readonly pool = new StatePool();
  private readonly kept: PackedState[] = [];
  private readonly first: number;
  private readonly end: number;
  private readonly rows: number;
  /** Where the next sample starts. */
  private hand = 0;

  /** `first`, `end`: the numbers of the recording's first row and of the one after its last. */
  constructor(budget: number, first: number, end: number) {
    this.budget = budget;
    this.first = first;
    this.end = end;
    this.rows = end - first;
  }

  get count(): number {
    return this.kept.length;
  }

  /** Bytes that the kept states take together: what they share is counted once. */
  get bytes(): number {
    return this.pool.bytes;
  }

  /** Seq of the last state kept at or before `seq`; null where there is none. */
  before(seq: number): number | null {
    const k = this.placeOf(seq);
    return k < 0 ? null : this.kept[k].seq;
  }

  /** The last state kept whose seq is at most `seq`; null where there is none. */
  stateBefore(seq: number): State | null {
    const k = this.placeOf(seq);
    return k < 0 ? null : this.pool.unpack(this.kept[k]);
  }

  /** Seq of the first state kept after `seq`; infinite where there is none. */
  after(seq: number): number {
    return this.kept[this.placeOf(seq) + 1]?.seq ?? Number.POSITIVE_INFINITY;
  }

  /** Keep a state, then drop some if there is no room: those far from `cursor` first. */
  keep(state: State, cursor: number): void {
    const k = this.placeOf(state.seq);
    if (k >= 0 && this.kept[k].seq === state.seq) return;
    this.kept.splice(k + 1, 0, this.pool.pack(state));
    while (this.pool.bytes > this.budget && this.kept.length > 0) this.letGo(cursor);
  }

  /**
   * How many rows apart states are wanted at `seq` by who goes that far. Where the budget is used up they are
   * kept as far apart as it allows, with a share of them around the cursor.
   */
  gapAt(seq: number, cursor: number, reach: Reach): number {
    const distance = Math.abs(seq - cursor);
    const count = this.pool.bytes > FULL * this.budget ? this.kept.length : Number.POSITIVE_INFINITY;
    const even = Math.max(this.rows / COARSE, this.rows / (count * (1 - SHARE)));
    const dense = distance <= WINDOW && reach !== "leap";
    const around = dense ? Math.min(2 * WINDOW, this.rows) / (count * SHARE) : Number.POSITIVE_INFINITY;
    const gap = Math.max(DENSE, Math.min(even, around));
    return reach === "step" ? Math.max(FINE, Math.min(distance / NEAR, gap)) : gap;
  }

  /** Place of the last kept state at or before `seq`, -1 where there is none. */
  private placeOf(seq: number): number {
    let low = 0;
    let high = this.kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.kept[middle].seq <= seq) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Drop the state that is missed least among a sample: looking at all of them would take too long. */
  private letGo(cursor: number): void {
    const { kept } = this;
    const step = Math.max(1, Math.floor(kept.length / SAMPLE));
    let worst = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let k = this.hand++ % step; k < kept.length; k += step) {
      const score = this.scoreOf(k, cursor);
      if (score >= least) continue;
      least = score;
      worst = k;
    }
    this.pool.release(kept[worst]);
    kept.splice(worst, 1);
  }

  /** The gap that dropping a state would leave, divided by the gap that is wanted there. */
  private scoreOf(k: number, cursor: number): number {
    const { seq } = this.kept[k];
    const from = k === 0 ? this.first - 1 : this.kept[k - 1].seq;
    const to = k + 1 < this.kept.length ? this.kept[k + 1].seq : this.end;
    return (to - from) / this.gapAt(seq, cursor, "step");
  }
}

/** How far it is from one row to another. */
export function reachOf(from: number, to: number): Reach {
  const distance = Math.abs(to - from);
  if (distance <= STEPS) return "step";
  return distance <= WINDOW ? "near" : "leap";
}
