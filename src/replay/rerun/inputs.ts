import { isInput, K, KIND_WORLD } from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";
import { lowerBound } from "../answers/content-timeline.ts";
import { type Start, startOf } from "../engine/run.ts";
import type { Recording } from "../recording/recording.ts";

/** What a timer was armed for. */
export interface TimerPurpose {
  readonly agent: number;
  readonly code: number;
  readonly deadline: number;
}

/**
 * The inputs of a recording as a list to choose from. A *segment* is a world input with the answers and
 * timers right behind it: they are chosen together, because an answer has no meaning without its place.
 */
export class Inputs {
  /** Model time before the first row, in microseconds. */
  readonly start: number;
  readonly rows = new Rows(1 << 12);
  /**
   * By row: its seq in the recording; one that was put in stands at a fraction before the row that it
   * precedes.
   */
  readonly seq: number[] = [];
  /** By row: model time in microseconds, and world inputs of the recording up to it. */
  readonly time: number[] = [];
  readonly gap: number[] = [];
  /** By row: what the timer was for; null for other rows, and for a timer that nobody armed. */
  readonly timers: (TimerPurpose | null)[] = [];
  /**
   * Row of each segment's world input; a recording's leading rows without one belong to the first segment.
   */
  readonly starts: number[] = [];
  /** Segments that are not as recorded. */
  readonly edited = new Set<number>();

  constructor(start = 0) {
    this.start = start;
  }

  get segments(): number {
    return this.starts.length;
  }

  /** Row behind the last one of segment `s`. */
  end(s: number): number {
    return s + 1 < this.starts.length ? this.starts[s + 1] : this.rows.count;
  }

  /** The segment that holds row `i`. */
  segmentOf(i: number): number {
    return lowerBound(this.starts, i + 1) - 1;
  }

  /** The first row whose seq is at least `seq`; the number of rows where there is none. */
  rowAt(seq: number): number {
    return lowerBound(this.seq, seq);
  }

  /**
   * The first segment whose world input's seq is at least `seq`; the number of segments where there is none.
   */
  segmentAt(seq: number): number {
    return lowerBound(this.starts, this.rowAt(seq));
  }

  /** Append a copy of row `i` of `rows`. */
  add(
    rows: Rows,
    i: number,
    facts: { seq: number; time: number; gap: number; timer: TimerPurpose | null },
  ): number {
    const to = this.rows.copyFrom(rows, i);
    if (KIND_WORLD[rows.kind[i]] === 1 || to === 0) this.starts.push(to);
    this.seq.push(facts.seq);
    this.time.push(facts.time);
    this.gap.push(facts.gap);
    this.timers.push(facts.timer);
    return to;
  }
}

/** Reads inputs out of a recording's rows, block by block. */
class InputReader {
  readonly inputs: Inputs;
  private readonly armed = new Map<number, TimerPurpose>();
  private time: number;
  private gap = 0;

  constructor({ now, timers }: Start) {
    this.time = now;
    this.inputs = new Inputs(now);
    for (const timer of timers) this.armed.set(timer.ticket, timer);
  }

  add(rows: Rows, end: number): void {
    for (let i = 0; i < end; i++) {
      const kind = rows.kind[i];
      if (kind === K["timer.arm"]) this.arm(rows, i);
      else if (kind === K["timer.cancel"]) this.armed.delete(rows.ticket[i]);
      if (!isInput(kind)) continue;
      this.time += rows.dt[i];
      this.gap += KIND_WORLD[kind];
      const { time, gap } = this;
      this.inputs.add(rows, i, { seq: rows.firstSeq + i, time, gap, timer: this.fired(rows, i) });
    }
  }

  private arm(rows: Rows, i: number): void {
    const deadline = rows.lo[i] + rows.hi[i] * 0x1_0000_0000;
    this.armed.set(rows.ticket[i], { agent: rows.agent[i], code: rows.code[i], deadline });
  }

  private fired(rows: Rows, i: number): TimerPurpose | null {
    if (rows.kind[i] !== K["timer.fired"]) return null;
    const timer = this.armed.get(rows.ticket[i]) ?? null;
    this.armed.delete(rows.ticket[i]);
    return timer;
  }
}

/** The inputs of a recording up to row `last`. Throws RecordingError where a block is damaged. */
export function inputsOf(recording: Recording, last = recording.endSeq - 1): Inputs {
  const reader = new InputReader(startOf(recording));
  const rows = new Rows(1 << 15);
  for (let n = 0; n < recording.blockCount; n++) {
    if (recording.block(n).firstSeq > last) break;
    recording.readBlock(n, rows);
    reader.add(rows, Math.min(rows.count, last + 1 - rows.firstSeq));
  }
  return reader.inputs;
}
