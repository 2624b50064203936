import type { Digest } from "../events/digest.ts";
import { CLASS_OUTCOME, isInput, K, KIND_CLASS, KIND_WORLD } from "../events/kinds.ts";
import { Rows } from "../events/rows.ts";
import { isRead, type Machine } from "../reducers/machine.ts";
import type { PageStore } from "../reducers/pages.ts";
import { type Divergence, divergenceAt, divergenceOfDigest } from "./divergence.ts";
import type { Recording } from "./recording/recording.ts";
import { machineOf, refuseUnknown } from "./run.ts";

/** What a strict replay at level exact found. */
export interface Verification {
  /** Every outcome and every comparable digest is equal, and nothing is damaged. */
  readonly exact: boolean;
  /** World inputs, rows and blocks replayed. */
  readonly events: number;
  readonly rows: number;
  readonly blocks: number;
  /** Replies and outcome rows compared, fetches (questions) among them. */
  readonly outcomes: number;
  readonly fetches: number;
  /** Digests compared, of how many recorded: those of another epoch are left out. */
  readonly digests: number;
  readonly digestsRecorded: number;
  readonly divergence: Divergence | null;
  readonly damage: Recording["damage"];
  readonly warnings: readonly string[];
}

export interface VerifyOptions {
  /** Called after each block with the number of blocks done. */
  readonly progress?: (blocks: number, of: number) => void;
  /** Read every byte of the file first, attachments and summary too. True when absent. */
  readonly whole?: boolean;
}

/** Counts of one pass. */
interface Tally {
  events: number;
  rows: number;
  outcomes: number;
  fetches: number;
  digests: number;
  digestsRecorded: number;
}

/**
 * Run a recording again, strictly: recorded answers in recorded order, every outcome and digest compared. The
 * first mismatch is the divergence, and ends it. Throws RecordingError where the file cannot be read at all.
 */
export function verify(recording: Recording, store: PageStore, options: VerifyOptions = {}): Verification {
  refuseUnknown(recording);
  const machine = machineOf(recording, store);
  const rows = new Rows(1 << 15);
  if (options.whole !== false) recording.checkWhole(rows);
  const tally: Tally = { events: 0, rows: 0, outcomes: 0, fetches: 0, digests: 0, digestsRecorded: 0 };
  let divergence: Divergence | null = null;
  let block = 0;
  for (; block < recording.blockCount && divergence === null; block++) {
    const trailer = recording.readBlock(block, rows);
    const stop = machine.batch(rows, 0, rows.count);
    count(tally, rows, stop);
    if (stop < rows.count) divergence = divergenceAt(recording, machine, rows, stop);
    else divergence = compareDigests(machine, trailer.digests, trailer.lastSeq, tally);
    options.progress?.(block + 1, recording.blockCount);
  }
  return {
    exact: divergence === null && recording.damage === null,
    ...tally,
    blocks: block,
    divergence,
    damage: recording.damage,
    warnings: recording.warnings,
  };
}

function count(tally: Tally, rows: Rows, stop: number): void {
  tally.rows += stop;
  for (let i = 0; i < stop; i++) {
    const kind = rows.kind[i];
    tally.events += KIND_WORLD[kind];
    if (isInput(kind) ? isRead(kind) : KIND_CLASS[kind] === CLASS_OUTCOME) tally.outcomes++;
    if (kind === K["guest.fetch"]) tally.fetches++;
  }
}

function compareDigests(
  machine: Machine,
  recorded: readonly Digest[],
  seq: number,
  tally: Tally,
): Divergence | null {
  const got = new Map(machine.digests().map((digest) => [digest.component, digest]));
  tally.digestsRecorded += recorded.length;
  for (const expected of recorded) {
    const mine = got.get(expected.component);
    if (mine !== undefined && mine.epoch !== expected.epoch) continue;
    tally.digests++;
    if (mine === undefined || mine.lo !== expected.lo || mine.hi !== expected.hi) {
      return divergenceOfDigest(seq, expected, mine ?? null);
    }
  }
  return null;
}
