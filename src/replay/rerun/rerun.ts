import { K, KIND_WORLD } from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";
import { NO_ENGINE } from "../../hw/units.ts";
import { ABSENT, noteAnswer, RowAnswers } from "../../reducers/answers.ts";
import { isRead, type Machine } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { Contents, UNKNOWN, UNKNOWN_FAILED } from "../answers/content.ts";
import { type ContentTimeline, lowerBound } from "../answers/content-timeline.ts";
import {
  addAnswer,
  addFired,
  addWritten,
  type OpenQuestion,
  type OpenTimer,
  OpenWork,
  type OpenWrite,
  type PageQuestion,
  type Timer,
} from "../engine/open-work.ts";
import { Doubts } from "./doubts.ts";
import type { Inputs, TimerPurpose } from "./inputs.ts";
import type { RerunCounts, RerunOptions } from "./rerun-options.ts";

/**
 * Timers without a place in the recording that fire between two world inputs, at most: the rest come later.
 */
const TIMERS_MAX = 2048;
/** Answers given at the end of one segment, at most. */
const ANSWERS_MAX = 1 << 16;
/** Rows after which they are handed to the sink. */
const SINK_ROWS = 1 << 14;
const MOST_DT = 0xffff_ffff;

/**
 * Runs a model over chosen segments of a recording's inputs. As long as they are all there and unedited,
 * recorded answers and timers are fed as they are: the run is the recorded one. From the first that is not, a
 * recorded timer fires if the model has armed one for that purpose; the others fire at their deadlines; pages
 * are answered by address, at their recorded place if they were asked for there, else before the next world
 * input.
 */
export class Rerun {
  readonly counts: RerunCounts = { events: 0, unknown: 0, reactions: 0 };
  readonly contents: Contents;
  readonly doubts = new Doubts();
  /** The run was ended by `seen`. */
  shown = false;
  private readonly model: Machine;
  private readonly inputs: Inputs;
  private readonly timeline: ContentTimeline;
  private readonly options: RerunOptions;
  private readonly made = new Rows(256);
  private origins: number[] = [];
  private sinking = false;
  private nextSeq: number;
  private now = 0;
  /** Where the run stands in the recording. */
  private seq = 0;
  private gap = 0;
  private position = -1;
  private readonly positions: Int32Array;
  private inStep: boolean;
  /** What the recorded row that is fed as it was, if one is, was told in place. */
  private readonly told = new RowAnswers();
  private isTold = false;
  /** What the model waits for. The place of a timer is the row of the inputs at which the recording fired it. */
  private readonly open: OpenWork;

  /** `model` stands before the first input. `inStep`: may recorded answers be fed as they are at all? */
  constructor(
    model: Machine,
    inputs: Inputs,
    timeline: ContentTimeline,
    store: PageStore,
    options: RerunOptions = {},
    inStep = true,
  ) {
    this.model = model;
    this.inputs = inputs;
    this.timeline = timeline;
    this.options = options;
    this.inStep = inStep;
    this.contents = new Contents(timeline, store);
    this.positions = new Int32Array(inputs.segments);
    this.nextSeq = model.core.seq + 1;
    this.open = new OpenWork(model.core, (timer) => this.placeOf(timer));
    this.now = timeline.start.now;
    this.open.adopt(timeline.start);
    model.core.source = { ask: (vgpu, gfn, purpose, engine) => this.tell(vgpu, gfn, purpose, engine) };
  }

  private placeOf({ agent, code, deadline }: Timer): number {
    const seq = this.timeline.firedAt(agent, code, deadline, this.seq);
    const place = seq < 0 ? -1 : this.inputs.rowAt(seq);
    return place < this.inputs.seq.length ? place : -1;
  }

  /** Run these segments, in this order, and then whatever timers are due until model time `until`. */
  run(segments: ArrayLike<number>, until = -1): void {
    this.positions.fill(-1);
    for (let n = 0; n < segments.length; n++) this.positions[segments[n]] = n;
    for (let n = 0; n < segments.length && !this.shown; n++) {
      const s = segments[n];
      this.position = n;
      if (s !== n || this.inputs.edited.has(s)) this.inStep = false;
      if (!this.sinking) this.startSinking(n);
      this.segment(s);
      this.handOver(SINK_ROWS);
    }
    if (until > this.now && !this.inStep && !this.shown) {
      this.position = segments.length;
      this.passUntil(until);
    }
    this.handOver(0);
  }

  private startSinking(n: number): void {
    this.sinking = this.options.sink !== undefined && n >= (this.options.sinkFrom ?? 0);
    if (this.sinking) this.made.clear(this.nextSeq);
  }

  private segment(s: number): void {
    const { inputs } = this;
    const end = inputs.end(s);
    this.gap = inputs.gap[inputs.starts[s]];
    for (let i = inputs.starts[s]; i < end && !this.shown; i++) {
      this.seq = inputs.seq[i];
      if (this.inStep) this.recorded(i);
      else if (KIND_WORLD[inputs.rows.kind[i]] === 1) this.world(i);
      else this.place(i);
    }
    if (!this.inStep && !this.shown) this.settle();
  }

  /** Feed row `i` as it was. */
  private recorded(i: number): void {
    const ticket = this.inputs.rows.ticket[i];
    this.now = this.inputs.time[i];
    const m = this.append(i);
    if (!isRead(this.made.kind[m])) this.open.end(ticket);
    this.told.start(this.inputs.rows, i);
    this.isTold = true;
    this.input(m, i);
    this.isTold = false;
  }

  /** Answer a question of the row being reduced in place, and note it there. */
  private tell(vgpu: number, gfn: number, purpose: number, engine: number): number {
    const recorded = this.isTold ? this.told.ask(vgpu, gfn, purpose, engine) : ABSENT;
    const isRecorded = this.isTold && this.told.wrong === null;
    const said = isRecorded ? recorded : this.look({ agent: vgpu, gfn, purpose, engine });
    noteAnswer(this.made, { vgpu, gfn, purpose, engine }, said);
    return said;
  }

  private look(question: PageQuestion): number {
    const found = this.contentOf(question);
    if (found !== UNKNOWN) return this.options.pages?.get(found) ?? found;
    // An engine that asks what nobody knows asks once more, under a ticket, and stands still.
    if (question.engine !== NO_ENGINE) return ABSENT;
    this.noteUnknown(question, this.nextSeq);
    return UNKNOWN_FAILED;
  }

  /** Content by address at the place where the run stands; what is inferred is noted. */
  private contentOf(question: PageQuestion): number {
    const { seq, gap, contents } = this;
    const { inferredCount } = contents;
    const found = contents.answer(question, { seq, gap, since: -1 });
    if (contents.inferredCount > inferredCount) {
      const { agent: vgpu, gfn } = question;
      this.doubts.add({ seq: this.nextSeq, what: "inferred", vgpu, gfn, distance: contents.lastDistance });
    }
    return found;
  }

  private noteUnknown({ agent: vgpu, gfn }: PageQuestion, seq: number): void {
    this.counts.unknown++;
    this.doubts.add({ seq, what: "unknown", vgpu, gfn, distance: 0 });
  }

  private world(i: number): void {
    this.passUntil(this.inputs.time[i]);
    if (this.shown) return;
    this.seq = this.inputs.seq[i];
    this.gap = this.inputs.gap[i];
    this.now = Math.max(this.now, this.inputs.time[i]);
    this.input(this.append(i), i);
    this.answerNow();
  }

  /** The place of a recorded answer or timer. */
  private place(i: number): void {
    const { inputs } = this;
    const { kind, agent, at, purpose } = inputs.rows;
    this.now = Math.max(this.now, inputs.time[i]);
    const timer = inputs.timers[i];
    if (timer !== null) {
      const { now } = this;
      const armed = this.open.timers().find((one) => isFor(one, timer) && one.deadline <= now);
      if (armed !== undefined) this.fire(armed, i);
    } else if (kind[i] === K["guest.fetched"] || kind[i] === K["guest.fetch.failed"]) {
      const asked = { agent: agent[i], gfn: at[i], purpose: purpose[i] };
      const question = first(this.open.questions(), (one) => isOf(one, asked));
      if (question !== null) this.answer(question, i);
    } else if (kind[i] === K["guest.write.done"] || kind[i] === K["guest.write.failed"]) {
      const write = first(this.open.writes(), (one) => one.agent === agent[i]);
      if (write !== null) this.finishWrite(write, i);
    }
    this.answerNow();
  }

  /** Let time pass: fire timers whose deadline comes first, but those that have a place ahead. */
  private passUntil(time: number): void {
    for (let n = 0; n < TIMERS_MAX && !this.shown; n++) {
      const next = this.open.timers().find((timer) => timer.deadline <= time && !this.isAhead(timer));
      if (next === undefined) return;
      this.now = Math.max(this.now, next.deadline);
      this.standAt(this.now);
      this.fire(next, -1);
      this.settle();
    }
  }

  /** Inputs that were left out have left a stretch of time: stand where the recording stood then. */
  private standAt(time: number): void {
    const { inputs } = this;
    const i = Math.max(0, lowerBound(inputs.time, time + 1) - 1);
    this.seq = inputs.seq[i];
    this.gap = inputs.gap[i];
  }

  private isAhead({ place }: OpenTimer): boolean {
    return place >= 0 && this.positions[this.inputs.segmentOf(place)] >= this.position;
  }

  private fire(timer: OpenTimer, i: number): void {
    this.open.end(timer.ticket);
    this.makeRoom();
    this.input(addFired(this.made, timer), i);
  }

  /** Before the next world input nothing is open but timers. */
  private settle(): void {
    this.seq = this.endSeq();
    for (let n = 0; n < ANSWERS_MAX && !this.shown; n++) {
      const question = first(this.open.questions());
      const write = question === null ? first(this.open.writes()) : null;
      if (question !== null) this.answer(question, -1);
      else if (write !== null) this.finishWrite(write, -1);
      else return;
    }
  }

  /** Seq right before the next world input of the recording. */
  private endSeq(): number {
    const next = this.inputs.segmentAt(this.seq + 1);
    return next < this.inputs.segments
      ? this.inputs.seq[this.inputs.starts[next]] - 1
      : Number.MAX_SAFE_INTEGER;
  }

  /** What no engine waits for is answered at once. */
  private answerNow(): void {
    for (let n = 0; n < ANSWERS_MAX && !this.shown; n++) {
      const question = this.open.questionOf(NO_ENGINE);
      if (question === null) return;
      this.answer(question, -1);
    }
  }

  private answer(question: OpenQuestion, i: number): void {
    this.open.end(question.ticket);
    const found = this.contentOf(question);
    if (found === UNKNOWN) {
      this.noteUnknown(question, this.nextSeq - 1);
      // Who asked stands still for good.
      if (question.engine !== NO_ENGINE) return;
    }
    const page = found === UNKNOWN ? UNKNOWN_FAILED : (this.options.pages?.get(found) ?? found);
    this.makeRoom();
    this.input(addAnswer(this.made, question, page), i);
  }

  private finishWrite(write: OpenWrite, i: number): void {
    this.open.end(write.ticket);
    this.makeRoom();
    this.input(addWritten(this.made, write), i);
  }

  private append(i: number): number {
    this.makeRoom();
    const m = this.made.copyFrom(this.inputs.rows, i);
    this.made.forgetAnswers();
    return m;
  }

  /** Nobody wants the rows: keep the last one only. */
  private makeRoom(): void {
    while (this.now - this.model.core.now > MOST_DT) this.advance();
    if (!this.sinking) this.made.clear(this.nextSeq);
    else if (this.made.count === 0) this.made.firstSeq = this.nextSeq;
  }

  /** A row's time has 32 bits. */
  private advance(): void {
    if (!this.sinking) this.made.clear(this.nextSeq);
    const m = this.made.add(K["clock.advanced"]);
    this.made.dt[m] = MOST_DT;
    this.model.apply(this.made, m);
    if (this.sinking) this.origins.push(this.seq);
    this.nextSeq++;
  }

  /** Reduce row `m`, and take in what it was answered with. */
  private input(m: number, i: number): void {
    const { made, model } = this;
    const { core } = model;
    made.dt[m] = Math.max(0, this.now - core.now);
    model.apply(made, m);
    this.nextSeq += 1 + core.out.count;
    if (isRead(made.kind[m])) this.reply(m, i);
    if (i >= 0) this.counts.events += KIND_WORLD[made.kind[m]];
    if (this.sinking) {
      this.origins.push(this.seq);
      for (let o = 0; o < core.out.count; o++) {
        made.copyFrom(core.out, o);
        this.origins.push(this.seq);
      }
    }
    for (let o = 0; o < core.out.count; o++) this.carryOut(core.out, o);
    if (this.options.eager === true) this.handOver(0);
    if (this.options.seen?.(i, made, m) === true) this.shown = true;
  }

  private reply(m: number, i: number): void {
    const { made } = this;
    const { replyLo, replyHi } = this.model.core;
    const { rows } = this.inputs;
    if (rows.lo[i] !== replyLo || rows.hi[i] !== replyHi) {
      this.counts.reactions++;
      const seq = this.nextSeq - 1 - this.model.core.out.count;
      this.doubts.add({ seq, what: "reaction", vgpu: made.agent[m], gfn: 0, distance: 0 });
    }
    made.lo[m] = replyLo;
    made.hi[m] = replyHi;
  }

  private carryOut(out: Rows, o: number): void {
    this.open.outcome(out, o);
    if (out.writes[o] > 0) this.contents.wroteAll(out, o, this.seq);
  }

  private handOver(most: number): void {
    const { made, options } = this;
    if (!this.sinking || made.count <= most) return;
    options.sink?.(made, this.origins);
    made.clear(this.nextSeq);
    this.origins.length = 0;
  }
}

function isFor(timer: OpenTimer, { agent, code }: TimerPurpose): boolean {
  return timer.agent === agent && timer.code === code;
}

function isOf(one: OpenQuestion, { agent, gfn, purpose }: Omit<PageQuestion, "engine">): boolean {
  return one.agent === agent && one.gfn === gfn && one.purpose === purpose;
}

function first<T>(all: Iterable<T>, isWanted: (one: T) => boolean = () => true): T | null {
  for (const one of all) if (isWanted(one)) return one;
  return null;
}
