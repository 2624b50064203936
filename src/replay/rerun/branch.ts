import type { Digest } from "../../events/digest.ts";
import { KIND_WORLD } from "../../events/kinds.ts";
import { eachPageId } from "../../events/page-ids.ts";
import { Rows } from "../../events/rows.ts";
import { type Configuration, parseConfiguration } from "../../reducers/configuration.ts";
import { Machine } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { agentName } from "../../reducers/path.ts";
import { settingOf } from "../../reducers/platform.ts";
import type { Inferred } from "../answers/content.ts";
import { type ContentTimeline, contentTimelineOf } from "../answers/content-timeline.ts";
import { machineOf, refuseUnknown } from "../engine/run.ts";
import { SeenPages, seePieces } from "../recording/gather.ts";
import { blockUpTo, chainText } from "../recording/leaning.ts";
import type { ParentBase, RecordingMeta, ResetBase } from "../recording/profile.ts";
import type { Recording } from "../recording/recording.ts";
import type { BlockSink } from "../recording/rewrite.ts";
import type { Doubt } from "./doubts.ts";
import { type Edit, EditError, editedInputs } from "./edits.ts";
import type { Inputs } from "./inputs.ts";
import type { Mark } from "./marks.ts";
import { Rerun } from "./rerun.ts";

export interface BranchOptions {
  /** The branch leaves its parent at the first world input at or behind this row at the latest. */
  readonly at?: number;
  readonly edits?: readonly Edit[];
  /** Another machine: then all is run anew, and the new recording starts from a reset. */
  readonly configuration?: Configuration;
}

/** What is not known in a branch, counted; and where, as marks. */
export interface BranchReport {
  /** World inputs from the parent, and run in the branch. */
  readonly shared: number;
  readonly events: number;
  readonly answers: number;
  /** Answers that the parent does not hold between the same two world inputs; how far away they were. */
  readonly inferred: number;
  readonly distances: readonly number[];
  readonly inferences: readonly Inferred[];
  /** Questions that nothing answers. */
  readonly unknown: number;
  /**
   * Reads answered otherwise than in the parent: the guest would have gone on in another way, nobody knows
   * which.
   */
  readonly reactions: number;
  readonly marks: readonly Mark[];
  readonly digests: readonly Digest[];
}

/** A branch of a recording: what it starts from, and a run that makes its rows. */
export class Branch {
  /** Base of the new recording. */
  readonly base: RecordingMeta["base"];
  /** Pages that the parent's file has. */
  readonly seen = new SeenPages();
  private readonly store: PageStore;
  private readonly inputs: Inputs;
  private readonly timeline: ContentTimeline;
  private readonly order: readonly number[];
  private readonly machine: Machine;
  /** Segments that are the parent's. */
  private readonly shared: number;
  private readonly inStep: boolean;

  /** Throws EditError for an edit that does not fit, RecordingError for a bad parent. */
  constructor(recording: Recording, store: PageStore, options: BranchOptions = {}) {
    refuseUnknown(recording);
    this.store = store;
    const { at = recording.endSeq, edits = [], configuration } = options;
    this.timeline = contentTimelineOf(recording);
    const edited = editedInputs(recording, edits);
    this.inputs = edited.inputs;
    this.order = edited.order;
    this.inStep = configuration === undefined;
    this.machine =
      configuration === undefined ? machineOf(recording, store) : reconfigured(recording, configuration);
    const left = Math.min(edited.firstChange, edited.inputs.segmentAt(at));
    const leaves = this.inStep ? leavesAt(recording, this.inputs, left) : -1;
    this.shared = leaves < recording.firstRow ? 0 : left;
    // Only a parent can say what an embedded checkpoint is.
    const alone = leaves < recording.firstRow && recording.baseBlocks === 0;
    this.base = alone ? resetBase(recording, configuration) : this.parentBase(recording, leaves);
  }

  /** Make the branch's rows. */
  run(sink: BlockSink): BranchReport {
    const { machine, inputs, timeline, store, shared, order } = this;
    const marks: Mark[] = [];
    let rowsMade = 0;
    const take = (rows: Rows): void => {
      rowsMade = rows.firstSeq + rows.count;
      sink(rows, machine.digests());
    };
    const rerun = new Rerun(machine, inputs, timeline, store, { sink: take, sinkFrom: shared }, this.inStep);
    rerun.run(order);
    const { contents, counts, doubts } = rerun;
    for (const doubt of doubts.kept)
      if (doubt.seq < rowsMade) marks.push({ seq: doubt.seq, text: doubtText(doubt) });
    return {
      shared,
      events: counts.events - this.sharedEvents(),
      answers: contents.answered,
      inferred: contents.inferredCount,
      distances: contents.distances,
      inferences: contents.inferred,
      unknown: counts.unknown,
      reactions: counts.reactions,
      marks,
      digests: machine.digests(),
    };
  }

  /** World inputs in the segments that are the parent's: the first one may have none. */
  private sharedEvents(): number {
    const { starts, rows } = this.inputs;
    return this.shared === 0 ? 0 : this.shared - 1 + KIND_WORLD[rows.kind[starts[0]]];
  }

  private parentBase(recording: Recording, seq: number): ParentBase {
    const block = blockUpTo(recording, seq);
    const { configuration, goldenHash } = recording.meta.base;
    const rows = new Rows();
    seePieces(recording.basePieces(), this.store, this.seen);
    for (let n = 0; n <= block; n++) {
      recording.readBlock(n, rows);
      eachPageId(rows, (id) => this.seen.add(id));
    }
    const chain = chainText(recording.trailer(block).chain);
    return { kind: "parent", id: recording.meta.id, seq, chain, configuration, goldenHash };
  }
}

/** What a mark says of it. */
function doubtText({ what, vgpu, gfn, distance }: Doubt): string {
  const frame = `${agentName(vgpu)}.ram.${gfn.toString(16)}`;
  switch (what) {
    case "reaction":
      return "answered otherwise than in the parent: the guest's reaction is not known";
    case "inferred":
      return `inferred: ${frame} is as it was ${Math.abs(distance)} inputs ${distance < 0 ? "before" : "later"}`;
    case "unknown":
      return `not known: nothing in the parent says what ${frame} held; who asked for it stands still`;
  }
}

function resetBase(recording: Recording, configuration?: Configuration): ResetBase {
  const { base } = recording.meta;
  const own = configuration as unknown as ResetBase["configuration"] | undefined;
  return { kind: "reset", configuration: own ?? base.configuration, goldenHash: base.goldenHash };
}

/** A machine of another configuration. Throws EditError where there is none, or where it comes too late. */
function reconfigured(recording: Recording, configuration: Configuration): Machine {
  if (recording.baseBlocks > 0)
    throw new EditError("the recording starts from a checkpoint: its machine was configured long before");
  return new Machine(settingOf(checked(configuration), recording.store));
}

function checked(configuration: Configuration): Configuration {
  const parsed = parseConfiguration(configuration);
  if (typeof parsed === "string") throw new EditError(`the configuration ${parsed}`);
  return parsed;
}

/** Last row before segment `left`, with its outcomes; the one before the first where it shares nothing. */
function leavesAt(recording: Recording, inputs: Inputs, left: number): number {
  if (left === 0) return recording.firstRow - 1;
  if (left >= inputs.segments) return recording.endSeq - 1;
  const next = inputs.seq[inputs.starts[left]];
  return Number.isInteger(next) ? next - 1 : Math.floor(next);
}
