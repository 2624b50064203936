import { engineOfTimer } from "../../events/codes.ts";
import { K } from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";
import { ENGINES, NO_ENGINE } from "../../hw/units.ts";
import { ABSENT, noteAnswer } from "../../reducers/answers.ts";
import type { PageStore } from "../../reducers/pages.ts";
import {
  addAnswer,
  addFired,
  addWritten,
  type OpenMark,
  type OpenQuestion,
  type OpenTimer,
  OpenWork,
  type OpenWrite,
  type PageQuestion,
  type Timer,
} from "../engine/open-work.ts";
import { Contents, UNKNOWN, UNKNOWN_FAILED } from "./content.ts";
import type { ContentTimeline } from "./content-timeline.ts";
import type { Follower, Model, Reply64, RowSink, Unanswered } from "./model.ts";
import { Pace, shows } from "./pace.ts";

/** Where a replay stands in its parent recording. */
export interface Place {
  /** The parent's row, its model time in microseconds, and its world inputs so far. */
  seq: number;
  now: number;
  gap: number;
  /** By engine: the parent's last row before that was a place of the engine's; -1: none. */
  readonly since: number[];
}

/** Questions without an answer that are kept one by one. */
const UNKNOWN_MAX = 256;

/** What a step back goes back to. */
interface Mark {
  readonly state: unknown;
  readonly pace: Pace;
  readonly contents: readonly number[];
  readonly open: OpenMark;
  readonly rows: number;
  readonly unanswered: number;
}

/**
 * The replaying machine with everything that it has open: its questions, timers and writes in flight, the
 * rows it has made so far, and how far its engines have come. Who holds it says when what goes on, and sets
 * `place`.
 */
export class Stage {
  readonly place: Place = { seq: 0, now: 0, gap: 0, since: ENGINES.map(() => -1) };
  readonly contents: Contents;
  readonly pace = new Pace();
  /** Turns that engines have taken. */
  turns = 0;
  /** Questions that the recording cannot answer; the first of them. */
  unansweredCount = 0;
  readonly unanswered: Unanswered[] = [];
  /** The rows made so far that were not handed over, and the parent's seq of each. */
  readonly made = new Rows(1 << 12);
  private readonly origins: number[] = [];
  private readonly model: Model;
  private readonly timeline: ContentTimeline;
  private readonly follower: Follower | null;
  private readonly sink: RowSink | null;
  /** What the model waits for. The place of a timer is the parent's row where it fires; engines' have none. */
  private readonly open: OpenWork;

  constructor(
    model: Model,
    timeline: ContentTimeline,
    store: PageStore,
    follower: Follower | null,
    sink: RowSink | null,
  ) {
    this.model = model;
    this.timeline = timeline;
    this.contents = new Contents(timeline, store);
    this.follower = follower;
    this.sink = sink;
    this.open = new OpenWork(model.core, (timer) => this.placeOf(timer));
    const { start } = timeline;
    this.place.now = start.now;
    this.pace.adopt(start);
    this.open.adopt(start);
    model.core.source = { ask: (vgpu, gfn, purpose, engine) => this.tell(vgpu, gfn, purpose, engine) };
  }

  /** Answer a question of the row being reduced in place, and note it there. */
  private tell(vgpu: number, gfn: number, purpose: number, engine: number): number {
    const found = this.contentOf({ agent: vgpu, gfn, purpose, engine });
    // An engine that asks what nobody knows asks once more, under a ticket, and stands still.
    const said = found !== UNKNOWN ? found : engine === NO_ENGINE ? UNKNOWN_FAILED : ABSENT;
    if (said === UNKNOWN_FAILED) this.noteUnknown({ agent: vgpu, gfn, purpose, engine });
    noteAnswer(this.made, { vgpu, gfn, purpose, engine }, said);
    return said;
  }

  private contentOf(question: PageQuestion): number {
    const { seq, gap } = this.place;
    const since = question.engine === NO_ENGINE ? -1 : this.place.since[question.engine];
    return this.contents.answer(question, { seq, gap, since });
  }

  private noteUnknown({ agent: vgpu, gfn, purpose, engine }: PageQuestion): void {
    const { seq } = this.place;
    this.unansweredCount++;
    if (this.unanswered.length < UNKNOWN_MAX) this.unanswered.push({ seq, vgpu, gfn, purpose, engine });
  }

  private placeOf({ agent, code, deadline }: Timer): number {
    if (engineOfTimer(code) !== NO_ENGINE) return -1;
    return this.timeline.firedAt(agent, code, deadline, this.place.seq);
  }

  /** Feed row i of the parent as it was; for a read, the reply. */
  feed(rows: Rows, i: number, isRead: boolean): Reply64 {
    const { core } = this.model;
    const { made } = this;
    const m = made.copyFrom(rows, i);
    made.forgetAnswers();
    this.apply(m);
    const got = { lo: core.replyLo, hi: core.replyHi };
    if (isRead) {
      made.lo[m] = got.lo;
      made.hi[m] = got.hi;
    }
    const kind = rows.kind[i];
    if (kind === K["vgpu.reset"] || kind === K["vgpu.destroyed"]) this.open.sweep();
    this.settle();
    return got;
  }

  /** Fire the timer whose place in the parent this is. */
  firePlaced(): void {
    const timer = this.open.timers().find(({ place }) => place === this.place.seq);
    if (timer !== undefined) this.fire(timer, this.place.now);
  }

  /** Is a turn of engine `e` under way, waiting for a page? */
  isParked(e: number): boolean {
    return this.open.questionOf(e) !== null;
  }

  /** Where to step back to, until the next call of this. */
  mark(): Mark {
    const { made } = this;
    return {
      state: this.model.snapshot(),
      pace: this.pace.save(),
      contents: this.contents.save(),
      open: this.open.save(),
      rows: made.count,
      unanswered: this.unansweredCount,
    };
  }

  /** Step back: nothing since then may have been shown. */
  back(mark: Mark): void {
    const { made, unanswered } = this;
    this.model.restore(mark.state as never);
    this.pace.load(mark.pace);
    this.contents.load(mark.contents);
    this.open.load(mark.open);
    made.truncate(mark.rows);
    this.origins.length = mark.rows;
    this.unansweredCount = mark.unanswered;
    unanswered.length = Math.min(unanswered.length, mark.unanswered);
  }

  /**
   * A step that must show nothing: false if it did (and must be taken back), or if there was none to take.
   */
  stepUnseen(e: number): boolean {
    const m = this.nextInput(e);
    if (m < 0) return false;
    this.begin(m);
    const { out } = this.model.core;
    for (let o = 0; o < out.count; o++) if (shows(out.kind[o]) || isElsewhere(out, o)) return false;
    this.take(m);
    return true;
  }

  /** The next input that engine `e` waits for: a page, or its turn. False where it waits for neither. */
  step(e: number): boolean {
    const m = this.nextInput(e);
    if (m < 0) return this.finishOneWrite();
    this.apply(m);
    this.settle();
    return true;
  }

  /** The row of that input; -1: none. */
  private nextInput(e: number): number {
    const question = this.open.questionOf(e);
    if (question !== null) return this.answer(question);
    const timer = this.open.timers().find(({ code }) => engineOfTimer(code) === e);
    if (timer === undefined) return -1;
    this.open.end(timer.ticket);
    this.turns++;
    return addFired(this.made, timer);
  }

  /** The row that answers a question; -1: nothing is known, and an engine stands still for good. */
  private answer(question: OpenQuestion): number {
    this.open.end(question.ticket);
    const page = this.contentOf(question);
    if (page !== UNKNOWN) return addAnswer(this.made, question, page);
    this.noteUnknown(question);
    return question.engine === NO_ENGINE ? addAnswer(this.made, question, UNKNOWN_FAILED) : -1;
  }

  /** Reduce row `m` of the made ones, at the parent's time. */
  private begin(m: number): void {
    const { made, model } = this;
    made.dt[m] = Math.max(0, this.place.now - model.core.now);
    this.origins.push(this.place.seq);
    model.apply(made, m);
  }

  private apply(m: number): void {
    this.begin(m);
    this.take(m);
  }

  /** Take in what row `m` was answered with. */
  private take(m: number): void {
    const { made, pace, model } = this;
    const { out } = model.core;
    pace.input(made, m, model.core.now);
    for (let o = 0; o < out.count; o++) {
      made.copyFrom(out, o);
      this.origins.push(this.place.seq);
    }
    const first = made.count - out.count;
    for (let o = 0; o < out.count; o++) {
      pace.outcome(made, first + o);
      this.follower?.produced(made, first + o, this.place.seq);
      this.carryOut(out, o);
    }
  }

  private carryOut(out: Rows, o: number): void {
    this.open.outcome(out, o);
    if (out.writes[o] > 0) this.contents.wroteAll(out, o, this.place.seq);
  }

  /** Answer what nobody's engine asked, until nothing is open. */
  private settle(): void {
    for (const question of this.open.questions())
      if (question.engine === NO_ENGINE) this.apply(this.answer(question));
  }

  /** Fire the timers whose deadline has come, but for those with a place ahead and the engines'. */
  fireDue(): void {
    for (let due = this.nextDue(); due !== undefined; due = this.nextDue()) this.fire(due, due.deadline);
  }

  private nextDue(): OpenTimer | undefined {
    const { seq, now } = this.place;
    return this.open
      .timers()
      .find(
        ({ place, deadline, code }) => place < seq && deadline <= now && engineOfTimer(code) === NO_ENGINE,
      );
  }

  private fire(timer: OpenTimer, at: number): void {
    const { place } = this;
    const { now } = place;
    this.open.end(timer.ticket);
    place.now = Math.min(now, Math.max(at, this.model.core.now));
    this.apply(addFired(this.made, timer));
    this.settle();
    place.now = now;
  }

  /** Finish guest writes in their order until no more than `most` are in flight. */
  finishWrites(agent: number, most: number): void {
    for (const write of this.open.writes()) {
      if (this.open.writing(agent) <= most) return;
      if (write.agent === agent) this.finishWrite(write);
    }
  }

  private finishWrite(write: OpenWrite): void {
    this.open.end(write.ticket);
    this.apply(addWritten(this.made, write));
    this.settle();
  }

  /** An engine may wait for the guest's memory. */
  private finishOneWrite(): boolean {
    for (const write of this.open.writes()) {
      this.finishWrite(write);
      return true;
    }
    return false;
  }

  /** Hand the rows over if they are more than `most`. */
  handOver(most: number): void {
    const { made } = this;
    if (made.count <= most) return;
    this.sink?.(made, this.origins);
    made.clear(made.firstSeq + made.count);
    this.origins.length = 0;
  }
}

/** Does the outcome concern anything but engines? */
function isElsewhere(out: Rows, o: number): boolean {
  const kind = out.kind[o];
  if (kind === K["guest.fetch"]) return out.engine[o] === NO_ENGINE;
  return kind === K["timer.arm"] && engineOfTimer(out.code[o]) === NO_ENGINE;
}
