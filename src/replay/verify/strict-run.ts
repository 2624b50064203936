import type { Digest } from "../../events/digest.ts";
import { CLASS_OUTCOME, isInput, K, KIND_CLASS, KIND_NAMES, KIND_WORLD } from "../../events/kinds.ts";
import type { Rows } from "../../events/rows.ts";
import { brokenInvariants } from "../../reducers/invariants.ts";
import { isRead, type Machine } from "../../reducers/machine.ts";
import {
  type Divergence,
  divergenceAt,
  divergenceOfDigest,
  divergenceOfInvariant,
} from "../engine/divergence.ts";
import type { Recording } from "../recording/recording.ts";
import type { BlockTrailer } from "../recording/trailer.ts";

/** What was replayed and compared of one block, or of several. */
export interface Tally {
  /** World inputs and rows replayed. */
  readonly events: number;
  readonly rows: number;
  /** Replies, outcome rows and questions in place compared; fetches: questions of both kinds, among them. */
  readonly outcomes: number;
  readonly fetches: number;
  /** Digests compared, of how many recorded: those of another epoch are left out. */
  readonly digests: number;
  readonly digestsRecorded: number;
}

type Counts = { -readonly [name in keyof Tally]: number };

const NOTHING: Tally = { events: 0, rows: 0, outcomes: 0, fetches: 0, digests: 0, digestsRecorded: 0 };

/** Everything that the blocks' tallies count. */
export function sumOf(tallies: readonly Tally[]): Tally {
  const sum: Counts = { ...NOTHING };
  for (const tally of tallies)
    for (const name of Object.keys(NOTHING) as (keyof Tally)[]) sum[name] += tally[name];
  return sum;
}

/** Runs blocks strictly, one behind the other: every outcome and digest compared, up to the first mismatch. */
export class StrictRun {
  readonly machine: Machine;
  /** One a block, the one that diverges included. */
  readonly tallies: Tally[] = [];
  divergence: Divergence | null = null;
  private readonly recording: Recording;
  private readonly paranoid: boolean;

  /**
   * The machine stands right before the first block that will be run. `paranoid`: every invariant must hold
   * behind each block, too.
   */
  constructor(recording: Recording, machine: Machine, paranoid: boolean) {
    this.recording = recording;
    this.machine = machine;
    this.paranoid = paranoid;
  }

  /** Run the next block, unless there was a mismatch. */
  run(rows: Rows, { digests, lastSeq }: BlockTrailer): void {
    if (this.divergence !== null) return;
    const stop = this.machine.batch(rows, 0, rows.count);
    const tally = tallyOf(rows, stop);
    if (stop < rows.count) this.divergence = divergenceAt(this.recording, this.machine, rows, stop);
    else this.divergence = compareDigests(this.machine, digests, lastSeq, tally);
    if (this.paranoid) this.divergence ??= brokenAt(this.machine, lastSeq);
    this.tallies.push(tally);
  }
}

function brokenAt(machine: Machine, seq: number): Divergence | null {
  const [broken] = brokenInvariants(machine.core);
  return broken === undefined ? null : divergenceOfInvariant(seq, broken);
}

function tallyOf(rows: Rows, stop: number): Counts {
  const { kind } = rows;
  const seen = new Uint32Array(256);
  let told = 0;
  for (let i = 0; i < stop; i++) {
    seen[kind[i]]++;
    told += rows.answers[i];
  }
  const fetches = seen[K["guest.fetch"]] + told;
  const tally: Counts = { ...NOTHING, rows: stop, fetches, outcomes: told };
  for (let k = 0; k < KIND_NAMES.length; k++) {
    tally.events += KIND_WORLD[k] * seen[k];
    if (isInput(k) ? isRead(k) : KIND_CLASS[k] === CLASS_OUTCOME) tally.outcomes += seen[k];
  }
  return tally;
}

function compareDigests(
  machine: Machine,
  recorded: readonly Digest[],
  seq: number,
  tally: Counts,
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
