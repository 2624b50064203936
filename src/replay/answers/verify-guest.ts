import type { PageStore } from "../../reducers/pages.ts";
import type { Divergence } from "../engine/divergence.ts";
import { machineOf, refuseUnknown } from "../engine/run.ts";
import type { Recording } from "../recording/recording.ts";
import type { VerifyOptions } from "../verify/verify.ts";
import { Agreement, type AgreementCounts } from "./agreement.ts";
import { ByAddress, type ByAddressCounts } from "./by-address.ts";
import type { Inferred } from "./content.ts";
import { type ContentTimeline, contentTimelineOf } from "./content-timeline.ts";
import type { Model, Unanswered } from "./model.ts";

/** What a replay by address at level guest found. */
export interface GuestVerification extends AgreementCounts, ByAddressCounts {
  /** Never claimed at this level. */
  readonly exact: false;
  /** The guest could not have told the two runs apart, and nothing is damaged. */
  readonly agrees: boolean;
  readonly blocks: number;
  /** Answers given, and how many of them were inferred: not recorded between the same two world inputs. */
  readonly answers: number;
  readonly inferred: number;
  /** Inferred answers by distance in world inputs: [0] 0, [1] 1, [2] 2-3, [3] 4-7, ... */
  readonly distances: readonly number[];
  /** The first inferred answers, one by one. */
  readonly inferences: readonly Inferred[];
  /** The first questions that nothing in the recording answers. */
  readonly unknowns: readonly Unanswered[];
  /** Answers that hold the replaying model's own bytes instead of the recorded model's. */
  readonly overlaid: number;
  readonly divergence: Divergence | null;
  readonly damage: Recording["damage"];
  readonly warnings: readonly string[];
}

export interface GuestOptions extends VerifyOptions {
  /** The model, as it stands before the first row; this version's when absent. */
  readonly model?: Model;
  /** `contentTimelineOf(recording)`, for who runs several models over one recording. */
  readonly timeline?: ContentTimeline;
}

/**
 * Run a model over a recording's world inputs, with answers by address, and compare what the guest can see.
 * The first mismatch is the divergence, and ends it. Throws RecordingError where the file cannot be read at
 * all.
 */
export function verifyGuest(
  recording: Recording,
  store: PageStore,
  options: GuestOptions = {},
): GuestVerification {
  refuseUnknown(recording);
  const own = machineOf(recording, store);
  const agreement = new Agreement(recording, own.core.registers);
  const timeline = options.timeline ?? contentTimelineOf(recording);
  const replay = new ByAddress(options.model ?? own, timeline, store, agreement, null);
  replay.run(recording, options.progress);
  if (!agreement.stopped) agreement.finish();
  const { contents } = replay;
  return {
    exact: false,
    agrees: agreement.divergence === null && recording.damage === null,
    ...agreement.counts,
    ...replay.counts,
    blocks: recording.blockCount,
    answers: contents.answered,
    inferred: contents.inferredCount,
    distances: contents.distances,
    inferences: contents.inferred,
    unknowns: replay.unanswered,
    overlaid: contents.overlaid,
    divergence: agreement.divergence,
    damage: recording.damage,
    warnings: recording.warnings,
  };
}
