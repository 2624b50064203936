import { engineOfTimer, WRITE_TIME } from "../../events/codes.ts";
import { K } from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";
import { ENGINES, NO_ENGINE } from "../../hw/units.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { Timers } from "../engine/timers.ts";
import { Contents, UNKNOWN } from "./content.ts";
import { type ContentTimeline, gfnOf } from "./content-timeline.ts";
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
/** EFAULT: a page that nobody knows, to whoever is not an engine. */
const EFAULT = 14;

interface Fetch {
  readonly ticket: number;
  readonly agent: number;
  readonly gfn: number;
  readonly purpose: number;
}

/** What a step back goes back to. */
interface Mark {
  readonly state: unknown;
  readonly pace: Pace;
  readonly contents: readonly number[];
  readonly asked: readonly (Fetch | null)[];
  readonly rows: number;
  readonly payload: number;
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
  /** The answer that completed the last owed read. */
  completed: Reply64 = { lo: 0, hi: 0 };
  /** The rows made so far that were not handed over, and the parent's seq of each. */
  readonly made = new Rows(1 << 12);
  private readonly origins: number[] = [];
  private readonly model: Model;
  private readonly timeline: ContentTimeline;
  private readonly follower: Follower | null;
  private readonly sink: RowSink | null;
  /** By engine: the question it waits for. */
  private readonly asked: (Fetch | null)[] = ENGINES.map(() => null);
  /** Questions of nobody's engine, answered at once. */
  private readonly questions: Fetch[] = [];
  /** Timers without a place of their own; those with one, by the parent's row where they fire. */
  private readonly timers = new Timers();
  private readonly placed = new Map<number, { readonly ticket: number; readonly agent: number }>();
  /** By vGPU: tickets of guest writes in flight. */
  private readonly writing = new Map<number, number[]>();

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
    this.adopt();
  }

  /** Take over what is open where the recording starts. */
  private adopt(): void {
    const { start } = this.timeline;
    this.place.now = start.now;
    this.pace.adopt(start);
    for (const { ticket, agent, code, deadline } of start.timers) this.arm(ticket, agent, code, deadline);
    for (const { ticket, agent } of start.writes) this.inFlight(agent).push(ticket);
    for (const { engine, ...fetch } of start.fetches) this.ask(fetch, engine);
  }

  private ask(fetch: Fetch, engine: number): void {
    if (engine === NO_ENGINE) this.questions.push(fetch);
    else this.asked[engine] = fetch;
  }

  /** Feed row i of the parent as it was; for a read, the reply. */
  feed(rows: Rows, i: number, isRead: boolean): Reply64 {
    const { core } = this.model;
    const { made } = this;
    const m = made.copyFrom(rows, i);
    this.apply(m);
    const got = { lo: core.replyLo, hi: core.replyHi };
    const { owed } = core;
    if (isRead) {
      made.lo[m] = owed === 0 ? got.lo : 0;
      made.hi[m] = owed === 0 ? got.hi : 0;
      made.ticket[m] = owed;
    }
    this.settle();
    return owed === 0 ? got : this.completed;
  }

  /** Forget what the vGPU has in flight: it is reset or gone. */
  dropWrites(vgpu: number): void {
    this.writing.delete(vgpu);
  }

  /** Fire the timer whose place in the parent this is. */
  firePlaced(): void {
    const timer = this.placed.get(this.place.seq);
    if (timer === undefined) return;
    this.placed.delete(this.place.seq);
    this.fire(timer.ticket, timer.agent, this.place.now);
  }

  /** Is a turn of engine `e` under way, waiting for a page? */
  isParked(e: number): boolean {
    return this.asked[e] !== null;
  }

  /** Where to step back to, until the next call of this. */
  mark(): Mark {
    const { made } = this;
    return {
      state: this.model.snapshot(),
      pace: this.pace.save(),
      contents: this.contents.save(),
      asked: [...this.asked],
      rows: made.count,
      payload: made.payloadUsed,
      unanswered: this.unansweredCount,
    };
  }

  /** Step back: nothing since then may have been shown. */
  back(mark: Mark): void {
    const { asked, made, unanswered } = this;
    this.model.restore(mark.state as never);
    this.pace.load(mark.pace);
    this.contents.load(mark.contents);
    for (let e = 0; e < asked.length; e++) asked[e] = mark.asked[e];
    made.count = mark.rows;
    made.payloadUsed = mark.payload;
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
    const fetch = this.asked[e];
    if (fetch !== null) {
      this.asked[e] = null;
      if (this.model.core.isOpen(fetch.ticket)) return this.answer(fetch, e);
    }
    const { timer } = this.pace.engines[e];
    if (timer === 0 || !this.model.core.isOpen(timer)) return -1;
    this.turns++;
    const m = this.made.add(K["timer.fired"]);
    this.made.ticket[m] = timer;
    return m;
  }

  /** The row that answers a question; -1: nothing is known, and an engine stands still for good. */
  private answer(fetch: Fetch, engine: number): number {
    const since = engine === NO_ENGINE ? -1 : this.place.since[engine];
    const { agent: vgpu, gfn, purpose } = fetch;
    const page = this.contents.answer({
      vgpu,
      gfn,
      purpose,
      engine,
      seq: this.place.seq,
      gap: this.place.gap,
      since,
    });
    const { made } = this;
    if (page === UNKNOWN) {
      this.unansweredCount++;
      if (this.unanswered.length < UNKNOWN_MAX)
        this.unanswered.push({ seq: this.place.seq, vgpu, gfn, purpose, engine });
      if (engine !== NO_ENGINE) return -1;
    }
    const m = made.add(page >= 0 ? K["guest.fetched"] : K["guest.fetch.failed"]);
    made.agent[m] = vgpu;
    made.ticket[m] = fetch.ticket;
    made.at[m] = gfn;
    made.purpose[m] = purpose;
    if (page >= 0) made.page[m] = page;
    else made.code[m] = page === UNKNOWN ? EFAULT : -1 - page;
    return m;
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
      this.follower?.produced(made, first + o, pace.engine, this.place.seq);
      this.carryOut(out, o);
    }
  }

  private carryOut(out: Rows, o: number): void {
    const kind = out.kind[o];
    const agent = out.agent[o];
    const ticket = out.ticket[o];
    if (kind === K["guest.fetch"]) {
      this.ask({ ticket, agent, gfn: out.at[o], purpose: out.purpose[o] }, out.engine[o]);
    } else if (kind === K["guest.write"]) {
      if (out.code[o] !== WRITE_TIME)
        this.contents.wrote(agent, gfnOf(out, o), out.at[o] & 4095, out.payloadOf(o), this.place.seq);
      if (ticket !== 0) this.inFlight(agent).push(ticket);
    } else if (kind === K["timer.arm"])
      this.arm(ticket, agent, out.code[o], out.lo[o] + out.hi[o] * 0x1_0000_0000);
    else if (kind === K["timer.cancel"]) this.timers.cancel(ticket);
    else if (kind === K["access.reply"]) this.completed = { lo: out.lo[o], hi: out.hi[o] };
  }

  private arm(ticket: number, agent: number, code: number, deadline: number): void {
    if (engineOfTimer(code) !== NO_ENGINE) return;
    const place = this.timeline.firedAt(agent, code, deadline, this.place.seq);
    if (place >= 0 && !this.placed.has(place)) this.placed.set(place, { ticket, agent });
    else this.timers.arm(ticket, agent, deadline);
  }

  /** Answer what nobody's engine asked, until nothing is open. */
  private settle(): void {
    for (let fetch = this.questions.shift(); fetch !== undefined; fetch = this.questions.shift())
      if (this.model.core.isOpen(fetch.ticket)) this.apply(this.answer(fetch, NO_ENGINE));
  }

  /** Fire the timers whose deadline has come. */
  fireDue(): void {
    for (let due = this.timers.next(); due >= 0 && due <= this.place.now; due = this.timers.next()) {
      const timer = this.timers.take();
      if (timer !== undefined) this.fire(timer.ticket, timer.agent, timer.deadline);
    }
  }

  private fire(ticket: number, agent: number, at: number): void {
    if (!this.model.core.isOpen(ticket)) return;
    const { place } = this;
    const { now } = place;
    place.now = Math.min(now, Math.max(at, this.model.core.now));
    const m = this.made.add(K["timer.fired"]);
    this.made.agent[m] = agent;
    this.made.ticket[m] = ticket;
    this.apply(m);
    this.settle();
    place.now = now;
  }

  private inFlight(agent: number): number[] {
    let tickets = this.writing.get(agent);
    if (tickets === undefined) {
      tickets = [];
      this.writing.set(agent, tickets);
    }
    return tickets;
  }

  /** Finish guest writes in their order until no more than `most` are in flight. */
  finishWrites(agent: number, most: number): void {
    const tickets = this.writing.get(agent);
    if (tickets === undefined) return;
    while (tickets.length > most) this.finishWrite(agent, tickets);
  }

  private finishWrite(agent: number, tickets: number[]): void {
    const ticket = tickets.shift() ?? 0;
    if (!this.model.core.isOpen(ticket)) return;
    const m = this.made.add(K["guest.write.done"]);
    this.made.agent[m] = agent;
    this.made.ticket[m] = ticket;
    this.apply(m);
    this.settle();
  }

  /** An engine may wait for the guest's memory. */
  private finishOneWrite(): boolean {
    for (const [agent, tickets] of this.writing) {
      if (tickets.length === 0) continue;
      this.finishWrite(agent, tickets);
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
