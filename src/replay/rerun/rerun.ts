import { WRITE_TIME } from "../../events/codes.ts";
import { K, KIND_WORLD } from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";
import { NO_ENGINE } from "../../hw/units.ts";
import { isRead, type Machine } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { Contents, UNKNOWN } from "../answers/content.ts";
import { type ContentTimeline, gfnOf, lowerBound } from "../answers/content-timeline.ts";
import { Doubts } from "./doubts.ts";
import type { Inputs } from "./inputs.ts";
import type { RerunCounts, RerunOptions } from "./rerun-options.ts";

/** A question of the model that is open. */
interface Question {
  readonly ticket: number;
  readonly agent: number;
  readonly gfn: number;
  readonly purpose: number;
  readonly engine: number;
}

/** A timer of the model that is armed. */
interface Armed {
  readonly ticket: number;
  readonly agent: number;
  readonly code: number;
  readonly deadline: number;
  /** Row of the inputs at which the recording fired it; -1: nowhere. */
  readonly place: number;
}

/**
 * Timers without a place in the recording that fire between two world inputs, at most: the rest come later.
 */
const TIMERS_MAX = 2048;
/** Answers given at the end of one segment, at most. */
const ANSWERS_MAX = 1 << 16;
/** Rows after which they are handed to the sink. */
const SINK_ROWS = 1 << 14;
/** EFAULT: a page that nobody knows, to whoever is not an engine. */
const EFAULT = 14;
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
  private readonly timers: Armed[] = [];
  private readonly questions: Question[] = [];
  private readonly writing: { readonly ticket: number; readonly agent: number }[] = [];

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
    this.adopt();
  }

  /** Take over what is open where the recording starts. */
  private adopt(): void {
    const { now, timers, fetches, writes } = this.timeline.start;
    this.now = now;
    for (const { ticket, agent, code, deadline } of timers) this.arm(ticket, agent, code, deadline);
    this.writing.push(...writes);
    this.questions.push(...fetches);
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
    if (!isRead(this.made.kind[m])) this.close(ticket);
    this.input(m, i);
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
      const t = this.timers.findIndex((a) => isFor(a, timer.agent, timer.code) && a.deadline <= this.now);
      if (t >= 0) this.fire(t, i);
    } else if (kind[i] === K["guest.fetched"] || kind[i] === K["guest.fetch.failed"]) {
      const q = this.questions.findIndex(
        (open) => open.agent === agent[i] && open.gfn === at[i] && open.purpose === purpose[i],
      );
      if (q >= 0) this.answer(q, i);
    } else if (kind[i] === K["guest.write.done"] || kind[i] === K["guest.write.failed"]) {
      const w = this.writing.findIndex((open) => open.agent === agent[i]);
      if (w >= 0) this.finishWrite(w, i);
    }
    this.answerNow();
  }

  /** Let time pass: fire timers whose deadline comes first, but those that have a place ahead. */
  private passUntil(time: number): void {
    for (let n = 0; n < TIMERS_MAX && !this.shown; n++) {
      let next = -1;
      for (let t = 0; t < this.timers.length; t++) {
        const { deadline, ticket } = this.timers[t];
        if (deadline > time || this.isAhead(this.timers[t])) continue;
        const best = next < 0 ? null : this.timers[next];
        if (best === null || deadline < best.deadline || (deadline === best.deadline && ticket < best.ticket))
          next = t;
      }
      if (next < 0) return;
      this.now = Math.max(this.now, this.timers[next].deadline);
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

  private isAhead({ place }: Armed): boolean {
    return place >= 0 && this.positions[this.inputs.segmentOf(place)] >= this.position;
  }

  private fire(t: number, i: number): void {
    const [{ ticket, agent }] = this.timers.splice(t, 1);
    if (!this.model.core.isOpen(ticket)) return;
    const m = this.begin(K["timer.fired"]);
    this.made.agent[m] = agent;
    this.made.ticket[m] = ticket;
    this.input(m, i);
  }

  /** Before the next world input nothing is open but timers. */
  private settle(): void {
    this.seq = this.endSeq();
    for (let n = 0; n < ANSWERS_MAX && !this.shown; n++) {
      const q = this.questions.findIndex(({ engine }) => engine !== STANDS);
      if (q >= 0) this.answer(q, -1);
      else if (this.writing.length > 0) this.finishWrite(0, -1);
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

  /** A reply that is owed waits for these. */
  private answerNow(): void {
    for (let n = 0; n < ANSWERS_MAX && !this.shown; n++) {
      const q = this.questions.findIndex(({ engine }) => engine === NO_ENGINE);
      if (q < 0) return;
      this.answer(q, -1);
    }
  }

  private answer(q: number, i: number): void {
    const [question] = this.questions.splice(q, 1);
    const { ticket, agent, gfn, purpose, engine } = question;
    if (!this.model.core.isOpen(ticket)) return;
    const { seq, gap } = this;
    const { inferredCount } = this.contents;
    const found = this.contents.answer({ vgpu: agent, gfn, purpose, engine, seq, gap, since: -1 });
    if (this.contents.inferredCount > inferredCount) {
      const distance = this.contents.lastDistance;
      this.doubts.add({ seq: this.nextSeq, what: "inferred", vgpu: agent, gfn, distance });
    }
    if (found === UNKNOWN) {
      this.counts.unknown++;
      this.doubts.add({ seq: this.nextSeq - 1, what: "unknown", vgpu: agent, gfn, distance: 0 });
      if (engine !== NO_ENGINE) {
        this.questions.push({ ...question, engine: STANDS });
        return;
      }
    }
    const page = found >= 0 ? (this.options.pages?.get(found) ?? found) : found;
    const m = this.begin(page >= 0 ? K["guest.fetched"] : K["guest.fetch.failed"]);
    const { made } = this;
    made.agent[m] = agent;
    made.ticket[m] = ticket;
    made.at[m] = gfn;
    made.purpose[m] = purpose;
    if (page >= 0) made.page[m] = page;
    else made.code[m] = page === UNKNOWN ? EFAULT : -1 - page;
    this.input(m, i);
  }

  private finishWrite(w: number, i: number): void {
    const [{ ticket, agent }] = this.writing.splice(w, 1);
    if (!this.model.core.isOpen(ticket)) return;
    const m = this.begin(K["guest.write.done"]);
    this.made.agent[m] = agent;
    this.made.ticket[m] = ticket;
    this.input(m, i);
  }

  /** An empty row of this kind at the end of those made. */
  private begin(kind: number): number {
    this.makeRoom();
    return this.made.add(kind);
  }

  private append(i: number): number {
    this.makeRoom();
    return this.made.copyFrom(this.inputs.rows, i);
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
    if (this.options.seen?.(i) === true) this.shown = true;
  }

  private reply(m: number, i: number): void {
    const { made } = this;
    const { owed, replyLo, replyHi } = this.model.core;
    const { rows } = this.inputs;
    const recorded = rows.ticket[i] === 0 && owed === 0;
    if (recorded && (rows.lo[i] !== replyLo || rows.hi[i] !== replyHi)) {
      this.counts.reactions++;
      const seq = this.nextSeq - 1 - this.model.core.out.count;
      this.doubts.add({ seq, what: "reaction", vgpu: made.agent[m], gfn: 0, distance: 0 });
    }
    made.lo[m] = owed === 0 ? replyLo : 0;
    made.hi[m] = owed === 0 ? replyHi : 0;
    made.ticket[m] = owed;
  }

  private carryOut(out: Rows, o: number): void {
    const kind = out.kind[o];
    const agent = out.agent[o];
    const ticket = out.ticket[o];
    if (kind === K["guest.fetch"]) {
      this.questions.push({ ticket, agent, gfn: out.at[o], purpose: out.purpose[o], engine: out.engine[o] });
    } else if (kind === K["guest.write"]) {
      if (out.code[o] !== WRITE_TIME)
        this.contents.wrote(agent, gfnOf(out, o), out.at[o] & 4095, out.payloadOf(o), this.seq);
      if (ticket !== 0) this.writing.push({ ticket, agent });
    } else if (kind === K["timer.arm"]) {
      this.arm(ticket, agent, out.code[o], out.lo[o] + out.hi[o] * 0x1_0000_0000);
    } else if (kind === K["timer.cancel"]) this.close(ticket);
  }

  private arm(ticket: number, agent: number, code: number, deadline: number): void {
    const seq = this.timeline.firedAt(agent, code, deadline, this.seq);
    const place = seq < 0 ? -1 : this.inputs.rowAt(seq);
    this.timers.push({ ticket, agent, code, deadline, place: place < this.inputs.seq.length ? place : -1 });
  }

  /** A ticket has ended. */
  private close(ticket: number): void {
    if (ticket === 0) return;
    for (const open of [this.timers, this.questions, this.writing] as { readonly ticket: number }[][]) {
      const n = open.findIndex((one) => one.ticket === ticket);
      if (n >= 0) open.splice(n, 1);
    }
  }

  private handOver(most: number): void {
    const { made, options } = this;
    if (!this.sinking || made.count <= most) return;
    options.sink?.(made, this.origins);
    made.clear(this.nextSeq);
    this.origins.length = 0;
  }
}

/** Engine of a question that nobody can answer. */
const STANDS = 254;

function isFor(timer: Armed, agent: number, code: number): boolean {
  return timer.agent === agent && timer.code === code;
}
