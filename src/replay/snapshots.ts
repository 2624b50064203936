import { bytesBeyond } from "../reducers/footprint.ts";
import type { State } from "../reducers/machine.ts";

/** A state kept, and what keeping it costs beside the next one. */
interface Kept {
  readonly state: State;
  bytes: number;
}

/** The gap wanted at a distance d from the cursor: d / NEAR, at least FINE rows, */
const NEAR = 2;
const FINE = 16;
/** and far from it at most the recording's rows by COARSE, or FAR. */
const COARSE = 8192;
const FAR = 512;
/**
 * Rows on either side of the cursor around which a share of the states stands, where there is no room for
 * more.
 */
const WINDOW = 1 << 20;
const SHARE = 1 / 3;
/** From this part of the budget on, states are kept no denser than they stand on average. */
const FULL = 0.9;
/** Thinning frees this part of the budget beyond what it must, so that it comes seldom. */
const SLACK = 32;

/**
 * States by seq within a budget of memory, thinned where they stand closer together than their distance
 * from the cursor asks for: dense near the cursor, even far from it.
 */
export class Snapshots {
  /** Bytes that the kept states may take together. */
  readonly budget: number;
  private readonly kept: Kept[] = [];
  private used = 0;
  private readonly first: number;
  private readonly end: number;
  private readonly rows: number;

  /** `first`, `end`: the numbers of the recording's first row and of the one behind its last. */
  constructor(budget: number, first: number, end: number) {
    this.budget = budget;
    this.first = first;
    this.end = end;
    this.rows = end - first;
  }

  get count(): number {
    return this.kept.length;
  }

  /** Bytes that the kept states take together: each node is counted once. */
  get bytes(): number {
    return this.used;
  }

  /** The last state kept whose seq is at most `seq`; null where there is none. */
  before(seq: number): State | null {
    const k = this.placeOf(seq);
    return k < 0 ? null : this.kept[k].state;
  }

  /** Seq of the first state kept behind `seq`; infinite where there is none. */
  after(seq: number): number {
    const next = this.kept[this.placeOf(seq) + 1];
    return next === undefined ? Number.POSITIVE_INFINITY : next.state.seq;
  }

  /** Keep a state, if there is room for it; then thin what is far from `cursor`. */
  keep(state: State, cursor: number): void {
    const k = this.placeOf(state.seq);
    if (k >= 0 && this.kept[k].state.seq === state.seq) return;
    const next = this.kept[k + 1]?.state ?? null;
    const kept = { state, bytes: bytesBeyond(state, next) };
    this.kept.splice(k + 1, 0, kept);
    this.used += kept.bytes;
    if (k >= 0) this.measure(k);
    if (this.used > this.budget) this.thin(cursor);
  }

  /**
   * How many rows apart states are wanted at `seq`. Where the budget is used up they are kept as far apart
   * as it allows, with a share of them around the cursor; `fine` asks for some right before it, too.
   */
  gapAt(seq: number, cursor: number, fine: boolean): number {
    const distance = Math.abs(seq - cursor);
    const count = this.used > FULL * this.budget ? this.kept.length : Number.POSITIVE_INFINITY;
    const near =
      distance <= WINDOW ? Math.min(2 * WINDOW, this.rows) / (count * SHARE) : Number.POSITIVE_INFINITY;
    const even = Math.min(this.rows / (count * (1 - SHARE)), near);
    const far = Math.max(FAR, this.rows / COARSE, even);
    return fine ? Math.max(FINE, Math.min(distance / NEAR, far)) : far;
  }

  /** Place of the last kept state at or before `seq`, -1 where there is none. */
  private placeOf(seq: number): number {
    let low = 0;
    let high = this.kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.kept[middle].state.seq <= seq) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  private measure(k: number): void {
    const kept = this.kept[k];
    const bytes = bytesBeyond(kept.state, this.kept[k + 1]?.state ?? null);
    this.used += bytes - kept.bytes;
    kept.bytes = bytes;
  }

  /**
   * Let the states go that are missed least. Two neighbours never go in one round: each one's gap counts on
   * the other.
   */
  private thin(cursor: number): void {
    const goal = this.budget - this.budget / SLACK;
    while (this.used > goal && this.kept.length > 0) {
      const scores = this.kept.map((_, k) => ({ k, score: this.scoreOf(k, cursor) }));
      scores.sort((a, b) => a.score - b.score);
      const gone = new Uint8Array(this.kept.length + 2);
      const places: number[] = [];
      let freed = 0;
      for (const { k } of scores) {
        if (gone[k] === 1 || gone[k + 2] === 1) continue;
        gone[k + 1] = 1;
        places.push(k);
        freed += this.kept[k].bytes;
        if (this.used - freed <= goal) break;
      }
      this.remove(places);
    }
  }

  private remove(places: number[]): void {
    places.sort((a, b) => b - a);
    for (const k of places) {
      this.used -= this.kept[k].bytes;
      this.kept.splice(k, 1);
      if (k > 0) this.measure(k - 1);
    }
  }

  /** The gap that letting go of a state would leave, by the one that is wanted there. */
  private scoreOf(k: number, cursor: number): number {
    const { seq } = this.kept[k].state;
    const from = k === 0 ? this.first - 1 : this.kept[k - 1].state.seq;
    const to = k + 1 < this.kept.length ? this.kept[k + 1].state.seq : this.end;
    return (to - from) / this.gapAt(seq, cursor, true);
  }
}
