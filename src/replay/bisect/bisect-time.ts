import { CLASS_OUTCOME, isInput, KIND_CLASS } from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";
import type { Machine } from "../../reducers/machine.ts";
import { divergenceAt } from "../engine/divergence.ts";
import { RowFormatter, type RowText } from "../engine/format.ts";
import { machineOf } from "../engine/run.ts";
import { DivergedError } from "../engine/state.ts";
import { blocksThatWrite, type IsQuiet, quietRows } from "../index/scan-plan.ts";
import { type Question, targetsOf } from "../names/question.ts";
import type { Timeline } from "../timeline/timeline.ts";

/** The first event at which something holds. */
export interface TimeAnswer {
  readonly question: string;
  readonly found: boolean;
  /** The input after which it first holds; -1: none. */
  readonly seq: number;
  /** That row in words. */
  readonly row: RowText | null;
  /** Did it already hold before the first input of the range? */
  readonly already: boolean;
  /**
   * `binary`: by halves, because it is monotone; `scan`: one pass over every input; `rows`: over rows alone.
   */
  readonly method: "binary" | "scan" | "rows";
  /** States at which it was evaluated. */
  readonly evaluated: number;
  /** Rows searched. */
  readonly from: number;
  readonly to: number;
  /** What the question says of the state; may be empty. */
  readonly detail: string;
}

export interface TimeOptions {
  /** First and last row whose inputs count; the whole recording when absent. */
  readonly from?: number;
  readonly to?: number;
  /** Called now and then with how much is done, and of how much. */
  readonly progress?: (done: number, of: number) => void;
}

/**
 * First input in a range of rows after which a question holds: by halves where the question is monotone, by
 * one pass over the range otherwise. Throws DivergedError where the replay does not get there, RecordingError
 * for damage, and what the question throws.
 */
export function firstWhere(timeline: Timeline, question: Question, options: TimeOptions = {}): TimeAnswer {
  const from = options.from ?? timeline.first;
  const to = options.to ?? timeline.last;
  if (from < timeline.first || to > timeline.last || from > to + 1)
    throw new RangeError(
      `there are no rows ${from} to ${to}; the rows are ${timeline.first} to ${timeline.last}`,
    );
  const first = timeline.nextInput(from - 1);
  const already = from > timeline.first && question.holds(timeline.seek(from - 1));
  const search = new Search(timeline, question);
  let seq = -1;
  if (first >= 0 && first <= to) {
    seq = question.monotone
      ? search.halve(first, timeline.inputAt(to))
      : search.scan(first, to, options.progress);
  }
  const found = seq >= 0;
  const machine = found ? timeline.seek(seq) : null;
  return {
    ...{ question: question.text, found, seq, row: machine === null ? null : rowAt(timeline, seq), already },
    ...{ method: question.monotone ? "binary" : "scan", evaluated: search.evaluated, from, to },
    detail: machine === null ? "" : (question.says?.(machine) ?? ""),
  };
}

/** Row `seq` in words, where the timeline stands after it. */
export function rowAt(timeline: Timeline, seq: number): RowText | null {
  const { machine, store } = timeline;
  const formatter = new RowFormatter(machine.core.registers, store);
  formatter.now = machine.core.now;
  const { rows, i } = timeline.row(seq);
  return formatter.text(rows, i);
}

/** From this many blocks on, a jump by way of a keyframe costs less than running through them. */
const JUMP = 12;

/** The first block from `n` on that is looked at; one after `last` where none is. */
function nextOf(n: number, last: number, looks: (n: number) => boolean): number {
  let next = n;
  while (next <= last && !looks(next)) next++;
  return next;
}

class Search {
  evaluated = 0;
  private readonly timeline: Timeline;
  private readonly question: Question;

  constructor(timeline: Timeline, question: Question) {
    this.timeline = timeline;
    this.question = question;
  }

  /** By halves between two inputs. -1: it does not hold at the last either. */
  halve(first: number, last: number): number {
    if (!this.holdsAt(last)) return -1;
    // Not after `low`, but after `high`, which is always an input.
    let low = first - 1;
    let high = last;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      const input = this.timeline.inputAt(middle);
      if (input <= low) low = middle;
      else if (this.holdsAt(input)) high = input;
      else low = middle;
    }
    return high;
  }

  private holdsAt(seq: number): boolean {
    this.evaluated++;
    return this.question.holds(this.timeline.seek(seq));
  }

  /**
   * One pass from the input `first` on. It runs on a machine of its own, looks only where the answer may have
   * changed, and jumps over long stretches in which the file's index of writers says that nothing of it was
   * written.
   */
  scan(first: number, to: number, progress: TimeOptions["progress"]): number {
    const { recording, store } = this.timeline;
    const machine = machineOf(recording, store);
    machine.restore(this.timeline.seek(first - 1).snapshot());
    const targets = targetsOf(machine, this.question);
    const [start, last] = [recording.blockOf(first), recording.blockOf(to)];
    const written = blocksThatWrite(recording, targets, start, last);
    const looks = (n: number): boolean => n === start || written === null || written.has(n);
    const isQuiet = quietRows(machine.core.registers, targets);
    const rows = new Rows(1 << 15);
    for (let n = start; n <= last; n++) {
      if (!looks(n)) {
        const next = nextOf(n, last, looks);
        if (next > last) return -1;
        if (next - n > JUMP) {
          machine.restore(this.timeline.seek(recording.block(next).firstSeq - 1).snapshot());
          n = next;
        }
      }
      recording.readBlock(n, rows);
      const end = Math.min(rows.count, to - rows.firstSeq + 1);
      const seq = this.scanRows(machine, rows, first, end, looks(n) ? isQuiet : () => true);
      if (seq >= 0) return seq;
      progress?.(n - start + 1, last - start + 1);
    }
    return -1;
  }

  /** Rows of one block up to index `end`. */
  private scanRows(machine: Machine, rows: Rows, first: number, end: number, isQuiet: IsQuiet): number {
    let done = Math.max(0, first - rows.firstSeq);
    for (let i = done; i < end; i++) {
      if (!isInput(rows.kind[i]) || (isQuiet(rows, i) && rows.firstSeq + i !== first)) continue;
      const next = behindOutcomes(rows, i);
      this.run(machine, rows, done, next);
      done = next;
      this.evaluated++;
      if (this.question.holds(machine)) return rows.firstSeq + i;
    }
    if (done < end) this.run(machine, rows, done, behindOutcomes(rows, end - 1));
    return -1;
  }

  private run(machine: Machine, rows: Rows, from: number, to: number): void {
    const stop = machine.batch(rows, from, to);
    if (stop === to) return;
    const { recording } = this.timeline;
    throw new DivergedError(recording.name, divergenceAt(recording, machine, rows, stop));
  }
}

/** Index after row i and its outcomes. */
function behindOutcomes(rows: Rows, i: number): number {
  let next = i + 1;
  while (next < rows.count && KIND_CLASS[rows.kind[next]] === CLASS_OUTCOME) next++;
  return next;
}
