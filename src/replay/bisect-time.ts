import { CLASS_OUTCOME, isInput, K, KIND_CLASS } from "../events/kinds.ts";
import { Rows } from "../events/rows.ts";
import { REG_FAST_READ } from "../hw/compile.ts";
import { MMIO_BYTES } from "../hw/units.ts";
import type { Machine } from "../reducers/machine.ts";
import { MMIO } from "../reducers/planes.ts";
import { divergenceAt } from "./divergence.ts";
import { RowFormatter, type RowText } from "./format.ts";
import { type Question, wordKey, wordsOf } from "./question.ts";
import { machineOf } from "./run.ts";
import { DivergedError } from "./state.ts";
import type { Timeline } from "./timeline.ts";

/** The first event at which something holds. */
export interface TimeAnswer {
  readonly question: string;
  readonly found: boolean;
  /** The input behind which it first holds; -1: none. */
  readonly seq: number;
  /** That row in words. */
  readonly row: RowText | null;
  /** Did it hold before the first input that was asked for already? */
  readonly already: boolean;
  /** `binary`: by halves, because it is monotone; `scan`: one pass over every input; `rows`: over rows alone. */
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
 * First input in a range of rows behind which a question holds: by halves where the question is monotone, by one pass over the
 * range otherwise. Throws DivergedError where the replay does not get there, RecordingError for damage, and what the question throws.
 */
export function firstWhere(timeline: Timeline, question: Question, options: TimeOptions = {}): TimeAnswer {
  const from = options.from ?? 0;
  const to = options.to ?? timeline.last;
  if (from < 0 || to > timeline.last || from > to + 1)
    throw new RangeError(`there are no rows ${from} to ${to}; the rows are 0 to ${timeline.last}`);
  const first = timeline.nextInput(from - 1);
  const already = from > 0 && question.holds(timeline.seek(from - 1));
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

/** Row `seq` in words, where the timeline stands behind it. */
export function rowAt(timeline: Timeline, seq: number): RowText | null {
  const { machine, store } = timeline;
  const formatter = new RowFormatter(machine.core.registers, store);
  formatter.now = machine.core.now;
  const { rows, i } = timeline.row(seq);
  return formatter.text(rows, i);
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
    // Not behind `low`, but behind `high`, which is always an input.
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

  /** One pass from the input `first` on. Runs on a machine of its own, which looks up only where the answer may have changed. */
  scan(first: number, to: number, progress: TimeOptions["progress"]): number {
    const { recording, store } = this.timeline;
    const machine = machineOf(recording, store);
    machine.restore(this.timeline.seek(first - 1).snapshot());
    const isQuiet = quietRows(machine, this.question);
    const rows = new Rows(1 << 15);
    const last = recording.blockOf(to);
    for (let n = recording.blockOf(first); n <= last; n++) {
      recording.readBlock(n, rows);
      const end = Math.min(rows.count, to - rows.firstSeq + 1);
      const seq = this.scanRows(machine, rows, first, end, isQuiet);
      if (seq >= 0) return seq;
      progress?.(n + 1, last + 1);
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

/** Index behind row i and its outcomes. */
function behindOutcomes(rows: Rows, i: number): number {
  let next = i + 1;
  while (next < rows.count && KIND_CLASS[rows.kind[next]] === CLASS_OUTCOME) next++;
  return next;
}

type IsQuiet = (rows: Rows, i: number) => boolean;

/** Can an input not change what the question sees? So it is for plain registers that it does not read, and for PTEs. */
function quietRows(machine: Machine, question: Question): IsQuiet {
  const read = wordsOf(machine, question);
  if (read === null) return () => false;
  const { idOf, flags, then } = machine.core.registers;
  const [READ, WRITTEN, GTT_WRITTEN] = [K["mmio.read"], K["mmio.written"], K["gtt.written"]];
  return (rows, i) => {
    const kind = rows.kind[i];
    if (kind === GTT_WRITTEN) return true;
    const at = rows.at[i];
    if ((kind !== READ && kind !== WRITTEN) || rows.size[i] !== 4 || at >= MMIO_BYTES || (at & 3) !== 0)
      return false;
    const id = idOf[at >>> 2];
    if (kind === READ) return (flags[id] & REG_FAST_READ) !== 0;
    return id !== 0 && then[id] === 0 && !read.has(wordKey(MMIO + rows.agent[i], at >>> 2));
  };
}
