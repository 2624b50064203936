import { CLASS_OUTCOME, isInput, KIND_CLASS } from "../../events/kinds.ts";
import type { Rows } from "../../events/rows.ts";
import type { Machine, State } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { divergenceAt } from "../engine/divergence.ts";
import { machineOf, refuseUnknown } from "../engine/run.ts";
import { DivergedError } from "../engine/state.ts";
import { Keyframes } from "../index/keyframes.ts";
import type { Recording } from "../recording/recording.ts";
import { RowCache } from "./blocks.ts";
import { type Reach, reachOf, Snapshots } from "./snapshots.ts";

export interface TimelineOptions {
  /** Bytes of memory for states; 256 MB when absent. Blocks of rows take at most half as much beside them. */
  readonly budget?: number;
  /** Use the file's keyframes. True when absent. */
  readonly keyframes?: boolean;
  /** Called on the way to a row with the number of blocks done, and of how many. */
  readonly progress?: (blocks: number, of: number) => void;
}

/** Bytes of memory that a timeline takes unless it is told otherwise. */
const TIMELINE_BUDGET = 256 << 20;
/** Blocks of rows take this part of it beside the states. */
const ROWS_SHARE = 2;

/** And pages of guest memory this one. */
const PAGES_SHARE = 4;

/** What a timeline holds in memory; `states` and `rows` in bytes. */
export interface TimelineMemory {
  readonly states: number;
  readonly rows: number;
  readonly snapshots: number;
  readonly keyframes: number;
}

/** One row, in the block that holds it. */
export interface RowPlace {
  readonly rows: Rows;
  readonly i: number;
}

/**
 * A recording to walk in: the machine at any row, forwards and backwards. "At N" is after the last input
 * whose seq is at most N. States are kept on the way within a budget of memory, and keyframes are used
 * where the file has them.
 */
export class Timeline {
  readonly recording: Recording;
  readonly store: PageStore;
  /** Stands at `at`. Look at it, and run nothing on it but what puts its state back. */
  readonly machine: Machine;
  private readonly snapshots: Snapshots;
  private readonly rows: RowCache;
  private readonly keyframes: Keyframes | null;
  private readonly start: State;
  private readonly progress: TimelineOptions["progress"];

  /** Throws RecordingError for a recording that cannot be run. */
  constructor(recording: Recording, store: PageStore, options: TimelineOptions = {}) {
    refuseUnknown(recording);
    const budget = options.budget ?? TIMELINE_BUDGET;
    this.recording = recording;
    this.store = store;
    this.progress = options.progress;
    this.machine = machineOf(recording, store);
    this.start = this.machine.snapshot();
    this.keyframes = options.keyframes === false ? null : Keyframes.of(recording, store);
    // Without the list of pages in a file's keyframes no page could be found again.
    if (this.keyframes !== null) store.keepWithin(Math.floor(budget / PAGES_SHARE));
    this.rows = new RowCache(recording, Math.floor(budget / ROWS_SHARE));
    this.snapshots = new Snapshots(budget, recording.firstRow, recording.endSeq);
  }

  /** Seq of the input after which the machine stands; `first - 1` before the first row. */
  get at(): number {
    return this.machine.core.seq;
  }

  /** Seq of the first row, be there one or not: 0, but after an embedded checkpoint. */
  get first(): number {
    return this.recording.firstRow;
  }

  /** Seq of the last row; `first - 1` where there is none. */
  get last(): number {
    return this.recording.endSeq - 1;
  }

  /**
   * Bytes that states and that blocks of rows take now, how many states are kept, and keyframes there are.
   */
  get memory(): TimelineMemory {
    const { snapshots, rows, keyframes } = this;
    const counts = { snapshots: snapshots.count, keyframes: keyframes?.count ?? 0 };
    return { states: snapshots.bytes, rows: rows.bytes, ...counts };
  }

  /**
   * Go to row `seq`, `first - 1` to `last`. Throws RangeError for another, DivergedError where the replay does not
   * get there, RecordingError where a block on the way is damaged.
   */
  seek(seq: number): Machine {
    if (!Number.isInteger(seq) || seq < this.first - 1 || seq > this.last) {
      throw new RangeError(`there is no row ${seq}; the rows are ${this.first} to ${this.last}`);
    }
    this.goTo(this.inputAt(seq));
    return this.machine;
  }

  /**
   * Go `count` inputs on, or back where it is negative, as far as there are any. Returns how many it went.
   */
  step(count: number): number {
    let seq = this.at;
    let done = 0;
    for (; done < Math.abs(count); done++) {
      const next = count > 0 ? this.nextInput(seq) : seq < this.first ? -2 : this.inputAt(seq - 1);
      if (next === -2) break;
      seq = next;
    }
    this.goTo(seq);
    return done;
  }

  /** Row `seq`, to look at only, and only until the next call of anything here. */
  row(seq: number): RowPlace {
    const rows = this.rows.around(seq);
    if (rows === null) throw new RangeError(`there is no row ${seq}`);
    return { rows, i: seq - rows.firstSeq };
  }

  /** Seq of the last input at or before `seq`; `first - 1` where there is none. */
  inputAt(seq: number): number {
    for (let at = seq; at >= this.first; ) {
      const { rows, i } = this.row(at);
      for (let k = i; k >= 0; k--) if (isInput(rows.kind[k])) return rows.firstSeq + k;
      at = rows.firstSeq - 1;
    }
    return this.first - 1;
  }

  /** Seq of the first input after `seq`; -2 where there is none. */
  nextInput(seq: number): number {
    for (let at = seq + 1; at <= this.last; ) {
      const { rows, i } = this.row(at);
      for (let k = i; k < rows.count; k++) if (isInput(rows.kind[k])) return rows.firstSeq + k;
      at = rows.firstSeq + rows.count;
    }
    return -2;
  }

  /** The number of a row before `seq` from which it can be reached cheaply; `first - 1` is the start. */
  baseBefore(seq: number): number {
    const kept = this.snapshots.before(seq - 1) ?? this.first - 1;
    return Math.max(kept, this.keyframes?.before(seq - 1) ?? -1);
  }

  /** The state at row `seq`. The machine stands in it then. Throws as `seek` does. */
  stateAt(seq: number): State {
    return this.seek(seq).snapshot();
  }

  /**
   * From where the machine stands, apply every input up to `to` (an input's seq), one by one, and call
   * `visit` after each, until it says false. It must not move the machine.
   */
  walk(to: number, visit: (rows: Rows, i: number) => boolean): void {
    while (this.at < to) {
      const seq = this.nextInput(this.at);
      const { rows, i } = this.row(seq);
      const end = Math.min(rows.count, to - rows.firstSeq + 1);
      for (let k = i; k < end; ) {
        const next = this.machine.strict(rows, k, rows.count);
        if (next < 0) this.diverged(rows, -next - 1);
        if (!visit(rows, k)) return;
        k = next;
      }
      this.keep(to, "step");
    }
  }

  /** Pass over the whole recording once, keeping states evenly as far as the budget goes. */
  warm(progress?: (done: number, of: number) => void): void {
    const { recording } = this;
    this.restore(this.start);
    for (let n = 0; n < recording.blockCount; n++) {
      this.forward(recording.block(n).lastSeq, Number.POSITIVE_INFINITY, "leap");
      progress?.(n + 1, recording.blockCount);
    }
  }

  /** Make the machine stand after the input `seq`, or before the first row. */
  private goTo(seq: number): void {
    if (seq === this.at) return;
    const here = this.at;
    const kept = this.snapshots.before(seq) ?? this.start.seq;
    const known = here < seq ? Math.max(kept, here) : kept;
    const keyframe = this.keyframes?.stateBefore(seq, known, this.machine) ?? null;
    if (keyframe !== null) this.snapshots.keep(keyframe, seq);
    else if (this.at !== here || known !== here) this.restore(this.snapshots.stateBefore(seq) ?? this.start);
    // States right before the row are kept for steps back from there; a leap does not need them.
    this.forward(seq, seq, reachOf(here, seq));
  }

  private restore(state: State): void {
    this.machine.restore(state);
  }

  /** Run on to `to`, keeping states as they are wanted around `cursor`. */
  private forward(to: number, cursor: number, reach: Reach): void {
    while (this.at < to) {
      const seq = this.nextInput(this.at);
      if (seq < 0 || seq > to) return;
      const { rows, i } = this.row(seq);
      const gap = this.snapshots.gapAt(this.at, cursor, reach);
      const wanted = (this.snapshots.before(this.at) ?? this.first - 1) + gap;
      const pause = Math.ceil(wanted > this.at ? Math.max(seq, wanted) : this.at + gap);
      const end = behindOutcomes(rows, Math.min(to, pause) - rows.firstSeq + 1);
      const stop = this.machine.batch(rows, i, end);
      if (stop < end) this.diverged(rows, stop);
      this.keep(cursor, reach);
      if (end === rows.count)
        this.progress?.(this.recording.blockOf(this.at) + 1, this.recording.blockOf(to) + 1);
    }
  }

  /** Keep the state where none is near. */
  private keep(cursor: number, reach: Reach): void {
    const { at, snapshots } = this;
    const gap = snapshots.gapAt(at, cursor, reach);
    const from = snapshots.before(at) ?? this.first - 1;
    if (at - from < gap || snapshots.after(at) - at < gap / 2) return;
    snapshots.keep(this.machine.snapshot(), cursor);
  }

  private diverged(rows: Rows, stop: number): never {
    const divergence = divergenceAt(this.recording, this.machine, rows, stop);
    this.restore(this.start);
    throw new DivergedError(this.recording.name, divergence);
  }
}

/** `end`, moved after the outcomes of the input before it. */
function behindOutcomes(rows: Rows, end: number): number {
  let to = Math.min(end, rows.count);
  while (to > 0 && to < rows.count && KIND_CLASS[rows.kind[to]] === CLASS_OUTCOME) to++;
  return to;
}
