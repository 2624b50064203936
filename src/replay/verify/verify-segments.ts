import type { PageStore } from "../../reducers/pages.ts";
import type { Divergence } from "../engine/divergence.ts";
import { configurationOf, refuseUnknown } from "../engine/run.ts";
import { type CheckedBlocks, joinChecks } from "../recording/checked.ts";
import type { Recording } from "../recording/recording.ts";
import type { BeyondReport, SegmentReport, SegmentTask } from "./segments.ts";
import type { Tally } from "./strict-run.ts";
import { type Verification, type VerifyOptions, verificationOf, verify } from "./verify.ts";

/** Verifies segments, one at a time: a `SegmentVerifier` in a worker, with the same file open. */
export interface SegmentWorker {
  /** Blocks right after a keyframe. */
  starts(): Promise<readonly number[]>;
  /** `progress` is called with blocks that were checked since the last call. */
  verify(task: SegmentTask, progress: (blocks: number) => void): Promise<SegmentReport>;
  goBeyond(ends: readonly number[]): Promise<BeyondReport>;
}

/** Segments for each worker: more of them balance the load, fewer cost less at their ends. */
const SHARE = 8;

/**
 * What `verify` finds, found by several workers at the same time: segments start at keyframes, and each is
 * taken for what it says only where the one before it came to the very state it started from. Rejects as
 * `verify` throws, and where a worker fails.
 */
export async function verifySegments(
  recording: Recording,
  store: PageStore,
  workers: readonly SegmentWorker[],
  options: VerifyOptions = {},
): Promise<Verification> {
  refuseUnknown(recording);
  configurationOf(recording);
  const { blockCount } = recording;
  if (!recording.divisible || blockCount === 0) return verify(recording, store, options);
  const starts = workers[0].starts();
  const tell = recording.checkRest();
  const segments = new Segments(cutsOf(await starts, blockCount, workers.length * SHARE));
  let done = 0;
  const progress = (blocks: number): void => {
    done += blocks;
    options.progress?.(done, blockCount);
  };
  await Promise.all(workers.map((worker) => segments.serve(worker, progress)));
  const lost = joinChecks(segments.checked, recording.tools);
  const ran = segments.run(lost?.block ?? blockCount);
  // Some run from a keyframe broke off: only a run from the start can tell why.
  if (ran === null) return verify(recording, store, options);
  if (lost !== null) recording.lose(lost.block, lost.reason);
  tell();
  return verificationOf(recording, ran.tallies, ran.divergence);
}

/** Where segments start and, at last, the end: about `most` segments of about as many blocks each. */
function cutsOf(starts: readonly number[], blocks: number, most: number): number[] {
  const cuts = [0];
  for (let k = 1; k < most; k++) {
    const wanted = (k * blocks) / most;
    const nearest = starts.findLast((start) => start <= wanted) ?? 0;
    if (nearest > cuts[cuts.length - 1]) cuts.push(nearest);
  }
  return [...cuts, blocks];
}

interface Run {
  readonly tallies: readonly Tally[];
  readonly divergence: Divergence | null;
}

/** What is known of a segment, and of what was run beyond its end. */
type Known = Pick<SegmentReport, "checked"> & BeyondReport;

/** Whoever goes on from where it stands needs no keyframe. */
const MEETS: BeyondReport = { tallies: [], divergence: null, meets: true };

/** The segments of a recording, and what is known of each. */
class Segments {
  private readonly cuts: readonly number[];
  private readonly open: boolean[];
  private readonly reports: (Known | undefined)[];

  constructor(cuts: readonly number[]) {
    this.cuts = cuts;
    this.open = new Array<boolean>(cuts.length - 1).fill(true);
    this.reports = new Array<undefined>(cuts.length - 1).fill(undefined);
  }

  /**
   * Give segments to a worker as long as there are any: the next one where it can, as it stands there already. Only
   * where somebody else has that one must the two meet.
   */
  async serve(worker: SegmentWorker, progress: (blocks: number) => void): Promise<void> {
    for (let s = this.take(0), next = s; s >= 0; s = next) {
      const task = { from: this.cuts[s], end: this.cuts[s + 1], wanted: this.isWanted(s) };
      const { whole, ...report } = await worker.verify(task, progress);
      this.reports[s] = { ...report, meets: false };
      next = this.take(s + 1);
      if (!whole) continue;
      const beyond = next === s + 1 ? MEETS : await worker.goBeyond(this.cuts.slice(s + 1));
      this.reports[s] = { ...report, ...beyond, tallies: [...report.tallies, ...beyond.tallies] };
    }
  }

  /** What was found of the blocks, in order. */
  get checked(): CheckedBlocks[] {
    return this.reports.flatMap((report) => report?.checked ?? []);
  }

  /** The run of blocks 0 to `end` (exclusive), up to the first mismatch; null where a piece of it is missing. */
  run(end: number): Run | null {
    const { tallies, divergence } = this.joined();
    if (divergence !== null && tallies.length <= end) return { tallies, divergence };
    return tallies.length < end ? null : { tallies: tallies.slice(0, end), divergence: null };
  }

  /** The run from the first block as far as segments that have been run meet each other. */
  private joined(): Run {
    const tallies: Tally[] = [];
    for (let s = 0; s >= 0; s = this.cuts.indexOf(tallies.length)) {
      const report = this.reports[s];
      if (report === undefined) break;
      // One by one: there may be more than one call has room for.
      for (const tally of report.tallies) tallies.push(tally);
      if (report.divergence !== null) return { tallies, divergence: report.divergence };
      if (!report.meets) break;
    }
    return { tallies, divergence: null };
  }

  /** Not after the first mismatch, and not where a run from before has passed a keyframe that did not hold. */
  private isWanted(s: number): boolean {
    const from = this.cuts[s];
    const passed = this.reports.some((report, r) => {
      return report !== undefined && this.cuts[r] < from && this.cuts[r] + report.tallies.length > from;
    });
    return !passed && this.joined().divergence === null;
  }

  /** The segment, if nobody has it yet; else the middle of the longest row of such segments; -1: none is left. */
  private take(wanted: number): number {
    const lost = Math.min(...this.checked.map((part) => part.lost?.block ?? Number.POSITIVE_INFINITY));
    this.cuts.forEach((from, s) => {
      if (from > lost) this.open[s] = false;
    });
    const s = this.open[wanted] ? wanted : middleOf(this.open);
    if (s >= 0) this.open[s] = false;
    return s;
  }
}

/** The middle of the longest row of what is true; -1 where nothing is. */
function middleOf(flags: readonly boolean[]): number {
  let middle = -1;
  let most = 0;
  for (let from = 0, to = 0; to <= flags.length; to++) {
    if (flags[to]) continue;
    if (to - from > most) {
      most = to - from;
      middle = (from + to) >> 1;
    }
    from = to + 1;
  }
  return middle;
}
