import { K, KIND_PAYLOAD, KIND_WORLD } from "../../events/kinds.ts";
import { eachPageId } from "../../events/page-ids.ts";
import { keepRuns, runsOf } from "../../events/pieces.ts";
import type { Rows } from "../../events/rows.ts";
import { PAGE_BYTES } from "../../hw/units.ts";
import { isRead } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { MMIO } from "../../reducers/planes.ts";
import type { ContentTimeline } from "../answers/content-timeline.ts";
import type { Inputs } from "../rerun/inputs.ts";
import { Rerun } from "../rerun/rerun.ts";
import type { RerunCounts } from "../rerun/rerun-options.ts";
import { groupsOf } from "./groups.ts";
import { shrink } from "./shrink.ts";
import type { Symptom } from "./symptom.ts";

/** What is being made smaller at the moment. */
export type Phase = "groups" | "inputs" | "values" | "pages";

export interface MinimiseOptions {
  /** Segments that stay, whatever happens. */
  readonly pinned?: readonly number[];
  /** Values and pages stay as they are: nobody knows what would be right with others. */
  readonly keepValues?: boolean;
  /** Look only at so many segments from the start: the failure is known to be there by then. */
  readonly segments?: number;
  /** Asked before each run: true ends the search, and what was found by then is the answer. */
  readonly enough?: () => boolean;
  /** Called before each run. */
  readonly progress?: (phase: Phase, inputs: number, runs: number) => void;
}

/** The smallest sub-recording that was found. */
export interface Minimal {
  /** Segments of the inputs that are left; values were changed in place. */
  readonly segments: readonly number[];
  /** Contents that were put in place of others. */
  readonly pages: ReadonlyMap<number, number>;
  /** World inputs before and after; runs that it took, and world inputs run in them. */
  readonly before: number;
  readonly after: number;
  readonly runs: number;
  readonly inputsRun: number;
  /** Values that went to 0 or to the register's reset value, at least in part. */
  readonly values: number;
}

/** The failure is not there when all inputs are run: nothing can be made smaller. */
export class NotShownError extends Error {
  override readonly name = "NotShownError";
}

/** Bytes of a page that are zeroed together first. */
const PIECE = 64;

/** Runs parts of a list of inputs, and says whether the failure shows. */
export class Experiment {
  runs = 0;
  inputsRun = 0;
  readonly inputs: Inputs;
  private readonly timeline: ContentTimeline;
  private readonly store: PageStore;
  protected readonly symptom: Symptom;
  private readonly until: number;

  /** Runs go on to model time `until`, for what is due behind the last input. */
  constructor(inputs: Inputs, timeline: ContentTimeline, store: PageStore, symptom: Symptom, until: number) {
    this.inputs = inputs;
    this.timeline = timeline;
    this.store = store;
    this.symptom = symptom;
    this.until = until;
  }

  /** Does the failure show when only these segments are run? */
  shows(segments: readonly number[], pages: ReadonlyMap<number, number>): boolean {
    const attempt = this.symptom.attempt(segments);
    this.run(segments, pages, attempt);
    return attempt.shown();
  }

  /** Run these segments; `sink` takes the rows, up to the input at which the failure shows. */
  record(
    segments: readonly number[],
    pages: ReadonlyMap<number, number>,
    sink: (rows: Rows) => void,
  ): RerunCounts {
    const attempt = this.symptom.attempt(segments);
    const both = (rows: Rows, origins: readonly number[]): void => {
      attempt.sink?.(rows, origins);
      sink(rows);
    };
    return this.run(segments, pages, { ...attempt, sink: both });
  }

  private run(
    segments: readonly number[],
    pages: ReadonlyMap<number, number>,
    { seen, sink, eager = false }: ReturnType<Symptom["attempt"]>,
  ): RerunCounts {
    const { inputs, timeline, store, symptom } = this;
    symptom.machine.restore(symptom.initial);
    const options = {
      pages,
      eager,
      ...(seen === undefined ? {} : { seen }),
      ...(sink === undefined ? {} : { sink }),
    };
    const rerun = new Rerun(symptom.machine, inputs, timeline, store, options, pages.size === 0);
    rerun.run(segments, this.until);
    this.runs++;
    this.inputsRun += rerun.counts.events;
    return rerun.counts;
  }
}

/**
 * Leave out whatever the failure does not need: groups of inputs, single inputs, then bits of values, then
 * contents of pages. The failure's signature holds of every step, and nothing ever grows. Throws
 * NotShownError where all inputs together do not show it.
 */
export class Minimiser {
  private readonly experiment: Experiment;
  private readonly store: PageStore;
  private readonly options: MinimiseOptions;
  private readonly symptom: Symptom;
  private readonly pinned: ReadonlySet<number>;
  private segments: readonly number[];
  private pages: ReadonlyMap<number, number> = new Map();
  private values = 0;
  private phase: Phase = "groups";

  constructor(experiment: Experiment, store: PageStore, symptom: Symptom, options: MinimiseOptions = {}) {
    this.experiment = experiment;
    this.store = store;
    this.symptom = symptom;
    this.options = options;
    this.pinned = new Set(options.pinned ?? []);
    const length = Math.min(experiment.inputs.segments, options.segments ?? Number.POSITIVE_INFINITY);
    this.segments = Array.from({ length }, (_, s) => s);
  }

  run(): Minimal {
    const before = this.segments.length;
    if (!this.shows(this.segments))
      throw new NotShownError(`${this.symptom.text}: running all ${before} inputs does not show it`);
    this.dropGroups();
    this.dropInputs();
    if (this.options.keepValues !== true) {
      this.shrinkValues();
      this.shrinkPages();
      // A value or a page that is gone may have been what another input was there for.
      this.dropInputs();
    }
    this.cutTail();
    const { segments, pages, values, experiment } = this;
    const { runs, inputsRun } = experiment;
    return { segments, pages, before, after: segments.length, runs, inputsRun, values };
  }

  /**
   * A run ends where it shows: what stands behind that place is in no result, however early the search had
   * enough.
   */
  private cutTail(): void {
    let low = 0;
    this.segments.forEach((s, n) => {
      if (this.pinned.has(s)) low = n + 1;
    });
    let high = this.segments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.shows(this.segments.slice(0, middle))) high = middle;
      else low = middle + 1;
    }
    this.segments = this.segments.slice(0, high);
  }

  private readonly enough = (): boolean => this.options.enough?.() === true;

  private shows(segments: readonly number[], pages = this.pages): boolean {
    this.options.progress?.(this.phase, this.segments.length, this.experiment.runs);
    return this.experiment.shows(segments, pages);
  }

  /** First what is no set-up of the bus, then that too. */
  private dropGroups(): void {
    this.phase = "groups";
    const { inputs } = this.experiment;
    const all = groupsOf(inputs, this.symptom.machine.core.registers);
    const lists = all.map(({ segments }) => segments);
    const isFree = (list: readonly number[]): boolean => !list.some((s) => this.pinned.has(s));
    for (const setup of [false, true]) {
      const here = new Set(this.segments);
      const free = lists.filter((list, n) => all[n].setup === setup && isFree(list) && here.has(list[0]));
      const taken = new Set(free.flat());
      const fixed = this.segments.filter((s) => !taken.has(s));
      const rest = shrink(free, (some) => this.shows(merge(fixed, some.flat())), this.enough);
      this.segments = merge(fixed, rest.flat());
    }
  }

  private dropInputs(): void {
    this.phase = "inputs";
    const fixed = this.segments.filter((s) => this.pinned.has(s));
    const free = this.segments.filter((s) => !this.pinned.has(s));
    const rest = shrink(free, (some) => this.shows(merge(fixed, some)), this.enough);
    this.segments = merge(fixed, rest);
  }

  private shrinkValues(): void {
    this.phase = "values";
    for (const s of this.segments) {
      if (this.enough()) return;
      if (this.shrinkValue(s)) this.values++;
    }
  }

  /** Toward 0 or the reset value, else bit by bit. Was anything changed? */
  private shrinkValue(s: number): boolean {
    const { rows, starts } = this.experiment.inputs;
    const i = starts[s];
    if (this.pinned.has(s) || KIND_WORLD[rows.kind[i]] !== 1 || isRead(rows.kind[i])) return false;
    if (KIND_PAYLOAD[rows.kind[i]] === 1) {
      const fewer = this.dropRuns(s, i);
      return this.shrinkPayload(s, rows.payloadOf(i)) || fewer;
    }
    if (!isWritten(rows.kind[i])) return false;
    const column = (name: "lo" | "hi", value: number): boolean => {
      const old = rows[name][i];
      if (old === value) return false;
      rows[name][i] = value;
      if (this.showsEdited(s)) return true;
      rows[name][i] = old;
      return false;
    };
    const clear = (name: "lo" | "hi"): boolean => {
      if (column(name, 0) || (name === "lo" && column(name, this.resetOf(i)))) return true;
      let changed = false;
      for (let bit = 31; bit >= 0 && !this.enough(); bit--)
        if ((rows[name][i] >>> bit) & 1)
          changed = column(name, (rows[name][i] & ~(1 << bit)) >>> 0) || changed;
      return changed;
    };
    const [lo, hi] = [clear("lo"), clear("hi")];
    return lo || hi;
  }

  /** What the register of a written row holds at reset. */
  private resetOf(i: number): number {
    const { rows } = this.experiment.inputs;
    if (rows.kind[i] !== K["mmio.written"]) return 0;
    const { machine, initial } = this.symptom;
    machine.restore(initial);
    return machine.core.words.read(MMIO + rows.agent[i], rows.at[i] >>> 2);
  }

  /** Of aperture writes that came together, leave out those that the failure does not need. */
  private dropRuns(s: number, i: number): boolean {
    const { rows } = this.experiment.inputs;
    if (rows.stores[i] < 2) return false;
    const all = runsOf(rows, i);
    const kept = shrink(
      all,
      (some) => {
        keepRuns(rows, i, some);
        return some.length > 0 && this.showsEdited(s);
      },
      this.enough,
    );
    keepRuns(rows, i, kept.length > 0 ? kept : all);
    if (kept.length < all.length) this.experiment.inputs.edited.add(s);
    return kept.length > 0 && kept.length < all.length;
  }

  private shrinkPayload(s: number, bytes: Uint8Array): boolean {
    const before = bytes.slice();
    const kept = shrink(
      pieces(before),
      (some) => {
        bytes.set(onlyPieces(before, some));
        return this.showsEdited(s);
      },
      this.enough,
    );
    bytes.set(onlyPieces(before, kept));
    const changed = bytes.some((byte, n) => byte !== before[n]);
    if (changed) this.experiment.inputs.edited.add(s);
    return changed;
  }

  /** With segment `s` as one that is not as recorded any more. */
  private showsEdited(s: number): boolean {
    const { edited } = this.experiment.inputs;
    const was = edited.has(s);
    edited.add(s);
    if (this.shows(this.segments)) return true;
    if (!was) edited.delete(s);
    return false;
  }

  private shrinkPages(): void {
    this.phase = "pages";
    for (const page of this.pagesUsed()) {
      if (this.enough()) return;
      this.shrinkPage(page);
    }
  }

  /** Contents that were answered with, the zero page left out. */
  private pagesUsed(): number[] {
    const used = new Set<number>();
    this.experiment.record(this.segments, this.pages, (rows) => {
      eachPageId(rows, (id) => used.add(id));
    });
    used.delete(0);
    return [...used];
  }

  /** Zero the whole page, or pieces of it. */
  private shrinkPage(page: number): void {
    const bytes = this.store.bytes(page).slice();
    const content = new Uint8Array(PAGE_BYTES);
    const asOnly = (some: readonly Piece[]): ReadonlyMap<number, number> => {
      content.set(onlyPieces(bytes, some));
      return new Map(this.pages).set(page, this.store.intern(content));
    };
    const showsOnly = (some: readonly Piece[]): boolean => this.shows(this.segments, asOnly(some));
    const coarse = shrink(pieces(bytes), showsOnly, this.enough);
    const dwords = coarse.flatMap(({ from, length }) => pieces(bytes, 4, from, from + length));
    const fine = shrink(dwords, showsOnly, this.enough);
    const after = asOnly(fine);
    if (after.get(page) !== page && this.shows(this.segments, after)) this.pages = after;
  }
}

interface Piece {
  readonly from: number;
  readonly length: number;
}

/** The pieces of the bytes that are not zero. */
function pieces(bytes: Uint8Array, size = PIECE, from = 0, to = bytes.length): Piece[] {
  const found: Piece[] = [];
  for (let at = from; at < to; at += size) {
    const length = Math.min(size, to - at);
    if (bytes.subarray(at, at + length).some((byte) => byte !== 0)) found.push({ from: at, length });
  }
  return found;
}

function onlyPieces(bytes: Uint8Array, some: readonly Piece[]): Uint8Array {
  const only = new Uint8Array(bytes.length);
  for (const { from, length } of some) only.set(bytes.subarray(from, from + length), from);
  return only;
}

function isWritten(kind: number): boolean {
  return (
    kind === K["mmio.written"] ||
    kind === K["gtt.written"] ||
    kind === K["config.written"] ||
    kind === K["io.written"]
  );
}

/** Both lists as one, ascending. */
function merge(a: readonly number[], b: readonly number[]): number[] {
  return Array.from(Uint32Array.from([...a, ...b]).sort());
}
