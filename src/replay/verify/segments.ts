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
  /** Where the next segment starts, or the file ends. */
  readonly end: number;
  /** Shall it be run, too, not only be checked? */
  readonly wanted: boolean;
}

/** What was found of a segment. It may be passed from thread to thread. */
export interface SegmentReport {
  readonly checked: CheckedBlocks;
  /** One for each block from the segment's first on that was run, the one that diverges included. */
  readonly tallies: readonly Tally[];
  readonly divergence: Divergence | null;
  /** It was run to its end. */
  readonly whole: boolean;
}

/** What a run beyond a segment's end came to. */
export interface BeyondReport extends Pick<SegmentReport, "tallies" | "divergence"> {
  /** Behind the last block is the end of the recording, or a keyframe of the very same state. */
  readonly meets: boolean;
}

/**
 * Verifies segments of a recording that it alone reads. A segment is run on from where the last one ended, else
 * from the keyframe where it starts. Where another reader has the next one, the state at its end is held against
 * the keyframe there: where that is another one, or none, the run goes on beyond. So what is run from a keyframe
 * counts only where a run from before came to the same state; a keyframe that lies costs time and nothing else.
 */
export class SegmentVerifier {
  private readonly recording: Recording;
  private readonly store: PageStore;
  private readonly keyframes: Keyframes | null;
  private readonly paranoid: boolean;
  private readonly rows = new Rows(1 << 15);
  /** The machine of the last run, and the block that it stands before. */
  private last: { readonly machine: Machine; readonly at: number } | null = null;

  /** `paranoid`: ask behind every block that is run whether the invariants hold. */
  constructor(recording: Recording, store: PageStore, paranoid = false) {
    this.recording = recording;
    this.store = store;
    this.paranoid = paranoid;
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
   * Check the blocks of a segment, and run them where that is wanted. `progress` is called behind each block that
   * was checked.
   */
  verify({ from, end, wanted }: SegmentTask, progress: () => void): SegmentReport {
    const { recording, rows } = this;
    const run = wanted ? this.runFrom(from) : null;
    let goes = run !== null;
    const checked = recording.checkBlocks(from, end, rows, (_, trailer) => {
      goes &&= safely(() => run?.run(rows, trailer));
      progress();
    });
    const { tallies = [], divergence = null } = run ?? {};
    const whole = run !== null && goes && checked.lost === null && divergence === null;
    this.last = whole ? { machine: run.machine, at: end } : null;
    return { checked, tallies, divergence, whole };
  }

  /**
   * Run on from the end of the last segment until there is a keyframe of the state that this has come to. `ends`:
   * where segments start from there on, in order; the last one is where the file ends.
   */
  goBeyond(ends: readonly number[]): BeyondReport {
    const { recording, rows, last } = this;
    this.last = null;
    if (last === null || last.at !== ends[0]) throw new Error(`nothing was run to block ${ends[0]}`);
    const run = new StrictRun(recording, last.machine, this.paranoid);
    let meets = false;
    safely(() => {
      for (let e = 0; run.divergence === null && !meets; e++) {
        meets = e === ends.length - 1 || this.isAtKeyframe(run.machine, ends[e]);
        for (let n = ends[e]; !meets && n < ends[e + 1]; n++) run.run(rows, recording.readBlock(n, rows));
      }
    });
    return { tallies: run.tallies, divergence: run.divergence, meets };
  }

  private runFrom(from: number): StrictRun | null {
    const { recording, store, last, paranoid } = this;
    this.last = null;
    if (last !== null && last.at === from) return new StrictRun(recording, last.machine, paranoid);
    const machine = machineOf(recording, store);
    let state: State | null = null;
    if (from > 0) safely(() => (state = this.stateAt(from, machine)));
    return from === 0 || state !== null ? new StrictRun(recording, machine, paranoid) : null;
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
