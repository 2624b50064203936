import { CLASS_OUTCOME, KIND_CLASS } from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";
import type { Machine } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import type { Recording } from "../recording/recording.ts";
import { type Divergence, divergenceAt } from "./divergence.ts";
import { machineOf, refuseUnknown, rowsUpTo } from "./run.ts";

/** A state cannot be had because the replay does not get there. */
export class DivergedError extends Error {
  override readonly name = "DivergedError";
  readonly divergence: Divergence;

  constructor(file: string, divergence: Divergence) {
    super(
      `${file}: the replay diverges at ${divergence.seq}, so there is no state after it; ask for an earlier one`,
    );
    this.divergence = divergence;
  }
}

/** Looks at a machine while it runs a recording. */
export interface Watch {
  /** Must the machine stand right before row `i`? Asked once for each row, in order. */
  wants(rows: Rows, i: number): boolean;
  /** It stands there: everything before row `i` has been reduced. */
  at(machine: Machine, rows: Rows, i: number): void;
}

export interface SeekOptions {
  /** Called after each block with the number of blocks done, and of how many. */
  readonly progress?: (blocks: number, of: number) => void;
  readonly watch?: Watch;
}

/**
 * The machine at row `seq`: after the last input whose number is not greater. Before the first row it is the
 * state that the recording starts from. Replays from the start, strictly. Throws DivergedError where a row on
 * the way is answered otherwise, RecordingError for a bad file.
 */
export function seekTo(
  recording: Recording,
  store: PageStore,
  seq: number,
  options: SeekOptions = {},
): Machine {
  refuseUnknown(recording);
  const machine = machineOf(recording, store);
  const rows = new Rows(1 << 15);
  const blocks = blocksUpTo(recording, seq);
  for (let n = 0; n < blocks; n++) {
    recording.readBlock(n, rows);
    const to = withOutcomes(rows, rowsUpTo(rows, seq));
    const stop = run(machine, rows, to, options.watch);
    if (stop < to) throw new DivergedError(recording.name, divergenceAt(recording, machine, rows, stop));
    options.progress?.(n + 1, blocks);
  }
  return machine;
}

/** Blocks that hold a row with a number of at most `seq`. */
function blocksUpTo(recording: Recording, seq: number): number {
  if (seq < recording.firstRow) return 0;
  const last = recording.blockOf(seq);
  return last < 0 ? recording.blockCount : last + 1;
}

/** `to`, moved after the outcomes of the input right before it. */
function withOutcomes(rows: Rows, to: number): number {
  let end = to;
  while (end > 0 && end < rows.count && KIND_CLASS[rows.kind[end]] === CLASS_OUTCOME) end++;
  return end;
}

function run(machine: Machine, rows: Rows, to: number, watch: Watch | undefined): number {
  let from = 0;
  if (watch !== undefined) {
    for (let i = 0; i < to; i++) {
      if (!watch.wants(rows, i)) continue;
      const stop = machine.batch(rows, from, i);
      if (stop < i) return stop;
      watch.at(machine, rows, i);
      from = i;
    }
  }
  return machine.batch(rows, from, to);
}
