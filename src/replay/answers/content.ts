import { WRITE_TIME } from "../../events/codes.ts";
import { eachPieceBytes, frameOfPiece } from "../../events/pieces.ts";
import type { Rows } from "../../events/rows.ts";
import { NO_ENGINE, PAGE_BYTES } from "../../hw/units.ts";
import { HASH, hashBytes } from "../../reducers/mix.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { frameKey, frameVgpu } from "../../reducers/ram.ts";
import type { PageQuestion } from "../engine/open-work.ts";
import { type Answers, type ContentTimeline, lowerBound, type RecordedWrites } from "./content-timeline.ts";

/** Where a replay stands in its parent recording when it asks. */
export interface AskedAt {
  /** seq of the parent's row whose place the replay stands at. */
  readonly seq: number;
  /** World inputs of the parent up to there. */
  readonly gap: number;
  /** seq of the engine's last place before this one. */
  readonly since: number;
}

/**
 * An answer that the recording does not hold between the same two world inputs, and where it was taken from.
 */
export interface Inferred {
  readonly seq: number;
  readonly vgpu: number;
  readonly gfn: number;
  readonly purpose: number;
  /** World inputs between the question and the answer; negative: the answer is an earlier one. */
  readonly distance: number;
}

/** Nothing in the recording says what the frame held. */
export const UNKNOWN = -0x8000_0000;
/** What is answered where somebody must be told something: EFAULT. */
export const UNKNOWN_FAILED = -1 - 14;
/** Inferred answers that are kept one by one; beyond that they are only counted. */
const KEPT_MAX = 4096;
/** Answers that a step back gives again as they were given before. */
const JOURNAL_MAX = 1 << 16;

/** The replaying model's latest write of one run of a frame. */
interface OwnRun {
  readonly offset: number;
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly lo: number;
  readonly hi: number;
  /** Writes of exactly this run so far, and the parent's row at whose place the last was made. */
  readonly count: number;
  readonly seq: number;
}

interface OwnWrites {
  /** By offset and length, the least recently written first. */
  readonly runs: Map<number, OwnRun>;
  count: number;
  /** Every write so far was the recorded one, in the recorded order. */
  same: boolean;
}

/**
 * Answers a replaying model's questions from a recording's timeline, and remembers what the model itself
 * wrote.
 */
export class Contents {
  /** Answers given, and how many of them the recording does not hold between the same two world inputs. */
  answered = 0;
  inferredCount = 0;
  /** The first of them. */
  readonly inferred: Inferred[] = [];
  /**
   * By power of two of the distance in world inputs: how many. [0] is distance 0, [1] 1, [2] 2-3, [3] 4-7,
   * ...
   */
  readonly distances: number[] = [];
  /** World inputs between the last inferred answer and its question. */
  lastDistance = 0;
  /** Answers in which the model's own bytes took the place of the recorded model's. */
  overlaid = 0;
  private readonly timeline: ContentTimeline;
  private readonly store: PageStore;
  /** By frame: index of the answer given last. */
  private readonly given = new Map<number, number>();
  private readonly own = new Map<number, OwnWrites>();
  private readonly page = new Uint8Array(PAGE_BYTES);
  /** While a position to come back to is held: frames whose `given` has changed, and what it was before. */
  private readonly journal: [key: number, before: number][] = [];

  constructor(timeline: ContentTimeline, store: PageStore) {
    this.timeline = timeline;
    this.store = store;
  }

  /** Content id of the answer; -1 - errno where the recording's world failed; UNKNOWN where it never said. */
  answer(question: PageQuestion, at: AskedAt): number {
    const key = frameKey(question.agent, question.gfn);
    const answers = this.timeline.answers(key);
    if (answers === null) return UNKNOWN;
    const i = this.choose(key, answers, question, at);
    this.answered++;
    if (this.journal.length < JOURNAL_MAX) this.journal.push([key, this.given.get(key) ?? -1]);
    this.given.set(key, i);
    const page = answers.page[i];
    return page < 0 ? page : this.overlay(key, page, answers.seq[i]);
  }

  /** The model answered with row o, a `guest.write`, at the place of the parent's row `seq`. Times are left out. */
  wroteAll(out: Rows, o: number, seq: number): void {
    const { at, code } = out.writeTable;
    eachPieceBytes(out, o, (p, bytes) => {
      if (code[p] !== WRITE_TIME)
        this.wrote(out.agent[o], frameOfPiece(out.writeTable, p), at[p] & 4095, bytes, seq);
    });
  }

  /** The model wrote these bytes into the frame, at the place of the parent's row `seq`. */
  wrote(vgpu: number, gfn: number, offset: number, bytes: Uint8Array, seq: number): void {
    const key = frameKey(vgpu, gfn);
    if (this.timeline.answers(key) === null) return;
    let own = this.own.get(key);
    if (own === undefined) {
      own = { runs: new Map(), count: 0, same: true };
      this.own.set(key, own);
    }
    const { length } = bytes;
    const run = runKey(offset, length);
    hashBytes(bytes, 0, length);
    const { low: lo, high: hi } = HASH;
    const count = (own.runs.get(run)?.count ?? 0) + 1;
    own.runs.delete(run);
    own.runs.set(run, { offset, length, bytes: bytes.slice(), lo, hi, count, seq });
    const recorded = this.timeline.writes(key);
    const n = own.count++;
    own.same &&=
      recorded !== null &&
      recorded.offset[n] === offset &&
      recorded.length[n] === length &&
      recorded.lo[n] === lo &&
      recorded.hi[n] === hi;
  }

  /** The vGPU's memory is forgotten. */
  forget(vgpu: number): void {
    for (const key of this.own.keys()) if (frameVgpu(key) === vgpu) this.own.delete(key);
  }

  /** Position to come back to, until the next call of this. */
  save(): readonly number[] {
    this.journal.length = 0;
    return [this.answered, this.inferredCount, this.inferred.length, this.overlaid, ...this.distances];
  }

  load(saved: readonly number[]): void {
    const [answered, inferredCount, kept, overlaid, ...distances] = saved;
    this.answered = answered;
    this.inferredCount = inferredCount;
    this.inferred.length = kept;
    this.overlaid = overlaid;
    this.distances.splice(0, this.distances.length, ...distances);
    for (let entry = this.journal.pop(); entry !== undefined; entry = this.journal.pop())
      this.given.set(entry[0], entry[1]);
  }

  /** Index of the answer to give. */
  private choose(key: number, answers: Answers, question: PageQuestion, at: AskedAt): number {
    const first = lowerBound(answers.gap, at.gap);
    const end = lowerBound(answers.gap, at.gap + 1);
    if (first < end) {
      const within = { first, end, given: this.given.get(key) ?? -1 };
      return chooseWithin(answers, within, question.engine, at);
    }
    const i = this.chooseOutside(answers, first, question, at.seq);
    this.noteInferred(question, at.seq, answers.gap[i] - at.gap);
    return i;
  }

  /** `first`: index of the first answer behind the gap. */
  private chooseOutside(
    answers: Answers,
    first: number,
    { agent, engine }: PageQuestion,
    seq: number,
  ): number {
    if (engine !== NO_ENGINE) {
      const [from, to] = this.timeline.submission(agent, engine, seq);
      const within = (i: number): boolean =>
        i >= 0 && i < answers.seq.length && answers.seq[i] >= from && answers.seq[i] <= to;
      if (within(first - 1)) return first - 1;
      if (within(first)) return first;
    }
    return first > 0 ? first - 1 : first;
  }

  private noteInferred({ agent: vgpu, gfn, purpose }: PageQuestion, seq: number, distance: number): void {
    this.inferredCount++;
    this.lastDistance = distance;
    if (this.inferred.length < KEPT_MAX) this.inferred.push({ seq, vgpu, gfn, purpose, distance });
    const bucket = 32 - Math.clz32(Math.abs(distance));
    while (this.distances.length <= bucket) this.distances.push(0);
    this.distances[bucket]++;
  }

  /** The content with the model's own bytes in place of what the recorded model wrote. */
  private overlay(key: number, page: number, answerSeq: number): number {
    const own = this.own.get(key);
    const recorded = this.timeline.writes(key);
    if (own === undefined) return page;
    const before = recorded === null ? 0 : lowerBound(recorded.seq, answerSeq);
    if (own.same && before === own.count) return page;
    const counted = recorded === null ? new Map() : runsOf(recorded, before);
    const content = this.store.bytes(page);
    let changed = false;
    for (const [run, mine] of own.runs) {
      const theirs = counted.get(run);
      if (!takesPlace(content, mine, theirs, recorded, answerSeq)) continue;
      if (!changed) this.page.set(content);
      changed = true;
      this.page.set(mine.bytes, mine.offset);
    }
    if (!changed || this.store.equals(page, this.page)) return page;
    this.overlaid++;
    return this.store.intern(this.page);
  }
}

/** Answers of one gap, from `first` up to `end`, and the one of the frame that was given last. */
interface Within {
  readonly first: number;
  readonly end: number;
  readonly given: number;
}

/**
 * Among several answers of one gap, the next one that was not given yet, from the engine's last place on and
 * not ahead of this one: a replay that asks as the recorded model did gets exactly its answers. What was asked
 * from outside an engine was answered after.
 */
function chooseWithin(
  answers: Answers,
  { first, end, given }: Within,
  engine: number,
  { seq, since }: AskedAt,
): number {
  const ahead = Math.min(end, Math.max(first, lowerBound(answers.seq, seq + 1)));
  if (engine === NO_ENGINE) return ahead < end ? ahead : ahead - 1;
  const next = Math.max(first, given + 1, lowerBound(answers.seq, since + 1));
  if (next < ahead) return next;
  return ahead > first ? ahead - 1 : first;
}

function runKey(offset: number, length: number): number {
  return offset * 8192 + length;
}

/** How often, and where last, the recorded model wrote a run. */
interface Counted {
  count: number;
  last: number;
}

/** The runs among the first `before` recorded writes of a frame. */
function runsOf(recorded: RecordedWrites, before: number): Map<number, Counted> {
  const runs = new Map<number, Counted>();
  for (let i = 0; i < before; i++) {
    const run = runKey(recorded.offset[i], recorded.length[i]);
    const known = runs.get(run);
    if (known === undefined) runs.set(run, { count: 1, last: i });
    else {
      known.count++;
      known.last = i;
    }
  }
  return runs;
}

/**
 * Does the model's own run belong into this content? Where the model has written the run more often than the
 * recorded one had by then, its write came behind the answer. Else only if the content still holds what the
 * recorded model wrote last.
 */
function takesPlace(
  content: Uint8Array,
  mine: OwnRun,
  theirs: Counted | undefined,
  recorded: RecordedWrites | null,
  answerSeq: number,
): boolean {
  if (theirs === undefined || recorded === null) return answerSeq <= mine.seq;
  if (mine.count > theirs.count) return true;
  const { offset, length } = mine;
  const lo = recorded.lo[theirs.last];
  const hi = recorded.hi[theirs.last];
  if (mine.lo === lo && mine.hi === hi) return false;
  hashBytes(content, offset, length);
  return HASH.low === lo && HASH.high === hi;
}
