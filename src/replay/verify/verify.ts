import { Rows } from "../../events/rows.ts";
import type { PageStore } from "../../reducers/pages.ts";
import type { Divergence } from "../engine/divergence.ts";
import { machineOf, refuseUnknown } from "../engine/run.ts";
import type { Recording } from "../recording/recording.ts";
import { StrictRun, sumOf, type Tally } from "./strict-run.ts";

/** What a strict replay at level exact found. */
export interface Verification extends Tally {
  /** Every outcome and every comparable digest is equal, and nothing is damaged. */
  readonly exact: boolean;
  /** Blocks replayed. */
  readonly blocks: number;
  readonly divergence: Divergence | null;
  readonly damage: Recording["damage"];
  readonly warnings: readonly string[];
}

export interface VerifyOptions {
  /** Called after each block with the number of blocks done. */
  readonly progress?: (blocks: number, of: number) => void;
  /** Read every byte of the file, attachments and summary too. True when absent. */
  readonly whole?: boolean;
  /** Ask behind every block whether the invariants hold; a broken one is a divergence. False when absent. */
  readonly paranoid?: boolean;
}

/** Pages of guest memory that are held meanwhile: 64 MiB. */
export const PAGES_HELD = 1 << 14;

/**
 * Run a recording again, strictly: recorded answers in recorded order, every outcome and digest compared. The
 * first mismatch is the divergence, and ends it. Throws RecordingError where the file cannot be read at all.
 */
export function verify(recording: Recording, store: PageStore, options: VerifyOptions = {}): Verification {
  refuseUnknown(recording);
  const { progress, whole = true, paranoid = false } = options;
  const run = new StrictRun(recording, machineOf(recording, store), paranoid);
  const rows = new Rows(1 << 15);
  recording.keepAtMost(PAGES_HELD);
  if (whole) {
    recording.checkWhole(rows, (n, trailer) => {
      run.run(rows, trailer);
      progress?.(n + 1, recording.blockCount);
    });
  } else {
    for (let n = 0; n < recording.blockCount && run.divergence === null; n++) {
      run.run(rows, recording.readBlock(n, rows));
      progress?.(n + 1, recording.blockCount);
    }
  }
  return verificationOf(recording, run.tallies, run.divergence);
}

/** What the run of some blocks from the first on, and the check of the recording, come to. */
export function verificationOf(
  recording: Recording,
  tallies: readonly Tally[],
  divergence: Divergence | null,
): Verification {
  const { damage, warnings } = recording;
  const exact = divergence === null && damage === null;
  return { exact, ...sumOf(tallies), blocks: tallies.length, divergence, damage, warnings };
}
