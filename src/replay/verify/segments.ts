import { Rows } from "../../events/rows.ts";
import type { Machine, State } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import type { Divergence } from "../engine/divergence.ts";
import { machineOf } from "../engine/run.ts";
import { Keyframes } from "../index/keyframes.ts";
import type { CheckedBlocks } from "../recording/checked.ts";
import type { Recording } from "../recording/recording.ts";
import { sameState } from "./same-state.ts";
import { StrictRun, type Tally } from "./strict-run.ts";
import { PAGES_HELD } from "./verify.ts";

/** Blocks to be verified by one reader. */
export interface SegmentTask {
  readonly from: number;
  /** Where segments start that come behind it, in order; the first of them is its end, the last the file's. */
  readonly ends: readonly number[];
  /** Shall it be run, too, not only be checked? */
  readonly wanted: boolean;
}

/** What was found of a segment. It may be passed from thread to thread. */
export interface SegmentReport {
  readonly checked: CheckedBlocks;
  /** One for each block from the segment's first on that was run, the one that diverges included. */
  readonly tallies: readonly Tally[];
  readonly divergence: Divergence | null;
  /** Behind the last of them is the end of the recording, or a keyframe of the very same state. */
  readonly meets: boolean;
}

/**
 * Verifies segments of a recording that it alone reads. A segment is run from the keyframe where it starts. At
 * its end the state is held against the keyframe there: where that is another one, or none, the run goes on
 * through the next segment. So what is run from a keyframe counts only where a run from before came to the same
 * state; a keyframe that lies costs time and nothing else.
 */
export class SegmentVerifier {
  private readonly recording: Recording;
  private readonly store: PageStore;
  private readonly keyframes: Keyframes | null;
  private readonly rows = new Rows(1 << 15);
  /** The machine of the last run, where that came to a keyframe, and the block behind it. */
  private last: { readonly machine: Machine; readonly at: number } | null = null;

  constructor(recording: Recording, store: PageStore) {
    this.recording = recording;
    this.store = store;
    this.keyframes = Keyframes.of(recording, store);
    recording.keepAtMost(PAGES_HELD);
    recording.pages.keepLedger();
  }

  /** Blocks right behind a keyframe, in ascending order. Nobody has tried the keyframes. */
  starts(): number[] {
    const { recording, keyframes } = this;
    const starts: number[] = [];
    if (keyframes === null) return starts;
    let seq = keyframes.before(recording.rowCount - 1);
    for (; seq >= 0; seq = keyframes.before(seq - 1)) starts.push(recording.blockOf(seq) + 1);
    return starts.filter((block) => block < recording.blockCount).reverse();
  }

  /**
   * Check the blocks of a segment, run them where that is wanted, and go on where that is needed. `progress` is
   * called behind each block that was checked.
   */
  verify({ from, ends, wanted }: SegmentTask, progress: () => void): SegmentReport {
    const { recording, rows } = this;
    const run = wanted ? this.runFrom(from) : null;
    let goes = run !== null;
    const checked = recording.checkBlocks(from, ends[0], rows, (_, trailer) => {
      goes &&= safely(() => run?.run(rows, trailer));
      progress();
    });
    let meets = false;
    if (run !== null && goes && checked.lost === null) safely(() => (meets = this.goOn(run, ends)));
    return { checked, tallies: run?.tallies ?? [], divergence: run?.divergence ?? null, meets };
  }

  private runFrom(from: number): StrictRun | null {
    const { recording, store, last } = this;
    this.last = null;
    if (last !== null && last.at === from) return new StrictRun(recording, last.machine);
    const machine = machineOf(recording, store);
    let state: State | null = null;
    if (from > 0) safely(() => (state = this.stateAt(from, machine)));
    return from === 0 || state !== null ? new StrictRun(recording, machine) : null;
  }

  /** Run on until there is a keyframe of the state that this has come to. False where there is a mismatch. */
  private goOn(run: StrictRun, ends: readonly number[]): boolean {
    for (let e = 0; run.divergence === null; e++) {
      if (e === ends.length - 1) return true;
      if (this.isAtKeyframe(run.machine, ends[e])) {
        this.last = { machine: run.machine, at: ends[e] };
        return true;
      }
      for (let n = ends[e]; n < ends[e + 1]; n++) run.run(this.rows, this.recording.readBlock(n, this.rows));
    }
    return false;
  }

  private isAtKeyframe(machine: Machine, block: number): boolean {
    const state = machine.snapshot();
    const keyframe = this.stateAt(block, machine);
    machine.restore(state);
    return keyframe !== null && sameState(state, keyframe);
  }

  /** The keyframe right before a block; the machine stands in it then. Null where there is none that holds. */
  private stateAt(block: number, machine: Machine): State | null {
    const { lastSeq } = this.recording.block(block - 1);
    return this.keyframes?.stateBefore(lastSeq, lastSeq - 1, machine) ?? null;
  }
}

/**
 * Did `act` come to its end? What goes wrong in a run from a keyframe may be the keyframe's fault: whoever joins
 * the segments finds that this one is missing, and has it run from the start, where it cannot be.
 */
function safely(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
