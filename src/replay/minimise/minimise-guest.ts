import { CLASS_OUTCOME, KIND_CLASS, KIND_WORLD } from "../../events/kinds.ts";
import { changePageIds } from "../../events/page-ids.ts";
import { Rows } from "../../events/rows.ts";
import type { Machine, State } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { Agreement } from "../answers/agreement.ts";
import { ByAddress } from "../answers/by-address.ts";
import { ContentTimeline } from "../answers/content-timeline.ts";
import type { RowSink } from "../answers/model.ts";
import { type Divergence, NO_BLOCKS } from "../engine/divergence.ts";
import type { RerunCounts } from "../rerun/rerun-options.ts";
import { Experiment } from "./minimise.ts";

/** Failures at level `guest`: what a guest sees of one model is not what it saw of another, or recorded. */

/** Where a divergence at level `guest` is: kind, path, and the fields or the column; neither when nor values. */
export function guestSignature({ kind, path, column, fields, detail }: Divergence): string {
  if (column === "kind")
    return `${kind} ${path} ${detail.startsWith("expected") ? "did not come" : "not expected"}`;
  return `${kind} ${path} ${fields.length === 0 ? column : fields.map(({ field }) => field).join(",")}`;
}

/** A model that is asked whether a guest could tell it from the one whose rows these are. */
export class GuestJudge {
  readonly suspect: Machine;
  private readonly from: State;
  private readonly store: PageStore;

  /** `suspect` stands before the first input. */
  constructor(suspect: Machine, store: PageStore) {
    this.suspect = suspect;
    this.from = suspect.snapshot();
    this.store = store;
  }

  /** The first divergence over all these rows, by address; null where there is none. */
  divergence(rows: Rows, sink: RowSink | null = null): Divergence | null {
    const { suspect, store } = this;
    suspect.restore(this.from);
    const timeline = new ContentTimeline();
    timeline.add(rows);
    timeline.finish();
    const agreement = new Agreement(NO_BLOCKS, suspect.core.registers);
    const replay = new ByAddress(suspect, timeline, store, agreement, sink);
    replay.block(rows);
    replay.end();
    if (!agreement.stopped) agreement.finish();
    return agreement.divergence;
  }

  /** The same; null also where the suspect throws: that is another failure. */
  found(rows: Rows): Divergence | null {
    try {
      return this.divergence(rows);
    } catch {
      return null;
    }
  }
}

/** Parts of a list of inputs, run by a model that is right, and judged by how another one answers them. */
export class GuestExperiment extends Experiment {
  private readonly judge: GuestJudge;
  private readonly wanted: string;

  constructor(judge: GuestJudge, ...rest: ConstructorParameters<typeof Experiment>) {
    super(...rest);
    this.judge = judge;
    this.wanted = this.symptom.text;
  }

  override shows(segments: readonly number[], pages: ReadonlyMap<number, number>): boolean {
    const found = this.judge.found(this.rowsOf(segments, pages));
    return found !== null && this.isWanted(found);
  }

  protected isWanted(found: Divergence): boolean {
    return guestSignature(found) === this.wanted;
  }

  /** Every row that the inputs lead to. */
  rowsOf(segments: readonly number[], pages: ReadonlyMap<number, number>): Rows {
    const all = new Rows();
    this.record(segments, pages, (rows) => {
      for (let i = 0; i < rows.count; i++) all.copyFrom(rows, i);
    });
    return all;
  }
}

/**
 * Parts of a recording whose own model is not at hand: what is left is answered as it was recorded. So every
 * input that stays must still be answered so, up to the place where the failure is.
 */
export class RecordedExperiment extends GuestExperiment {
  private readonly recorded: Rows;
  /** The recording's row at which the failure shows. */
  private readonly seq: number;
  /** Of what was made last, by row of the recording: where it stands. */
  private places: ReadonlyMap<number, number> = new Map();

  /** `recorded`: every row of the recording, from the first on. */
  constructor(recorded: Rows, seq: number, ...rest: ConstructorParameters<typeof GuestExperiment>) {
    super(...rest);
    this.recorded = recorded;
    this.seq = seq;
  }

  /** A row that nothing leads to any more shows the same, at another place: that is no failure of the model. */
  protected override isWanted(found: Divergence): boolean {
    return super.isWanted(found) && this.places.get(this.seq) === found.seq;
  }

  override record(
    segments: readonly number[],
    pages: ReadonlyMap<number, number>,
    sink: (rows: Rows) => void,
  ): RerunCounts {
    const { inputs, recorded } = this;
    const counts: RerunCounts = { events: 0, unknown: 0, reactions: 0 };
    const made = new Rows();
    const places = new Map<number, number>();
    this.places = places;
    let now = 0;
    for (const s of segments) {
      for (let i = inputs.starts[s]; i < inputs.end(s); i++) {
        const m = made.copyFrom(inputs.rows, i);
        places.set(inputs.seq[i], m);
        counts.events += KIND_WORLD[made.kind[m]];
        made.dt[m] = Math.min(Math.max(0, inputs.time[i] - now), MOST_DT);
        now = Math.max(now, inputs.time[i]);
        for (let k = inputs.seq[i] + 1; isOutcome(recorded, k); k++) {
          const o = made.copyFrom(recorded, k);
          places.set(k, o);
          if (recorded.cause[k] !== 0) made.cause[o] = o - (places.get(k - recorded.cause[k]) ?? o);
        }
      }
    }
    changePageIds(made, (id) => pages.get(id) ?? id);
    this.runs++;
    this.inputsRun += counts.events;
    sink(made);
    return counts;
  }
}

const MOST_DT = 0xffff_ffff;

function isOutcome(rows: Rows, i: number): boolean {
  return i < rows.count && KIND_CLASS[rows.kind[i]] === CLASS_OUTCOME;
}
