import { WRITE_TIME } from "../events/codes.ts";
import { CLASS_OUTCOME, K, KIND_CLASS, KIND_WORLD } from "../events/kinds.ts";
import { Rows } from "../events/rows.ts";
import { ENGINES } from "../hw/units.ts";
import { isRead } from "../reducers/machine.ts";
import type { PageStore } from "../reducers/pages.ts";
import { gfnOf, type Timeline } from "./answers.ts";
import { Contents, UNKNOWN } from "./content.ts";
import { type EnginePace, engineOfTimer, NO_ENGINE, Pace, shows } from "./pace.ts";
import type { Recording } from "./recording/recording.ts";
import { Timers } from "./timers.ts";

/** A model that a recording can be replayed on: a Machine of this or of another revision. */
export interface Model {
  readonly core: {
    readonly now: number;
    readonly out: Rows;
    readonly replyLo: number;
    readonly replyHi: number;
    readonly owed: number;
    isOpen(ticket: number): boolean;
  };
  apply(rows: Rows, i: number): void;
  snapshot(): unknown;
  restore(state: never): void;
}

/** Looks at a replay and its parent as they go on. Rows are valid during the call only. */
export interface Follower {
  /** Outcome row i of the parent, and the engine whose input led to it (NO_ENGINE: none's). */
  recorded(rows: Rows, i: number, engine: number): void;
  /** Outcome row i of the replay, made at the place of the parent's row `place`. */
  produced(rows: Rows, i: number, engine: number, place: number): void;
  /** The guest is about to read: everything before is known. */
  reading(rows: Rows, i: number): void;
  /** The parent's read row i was answered, then and now. */
  replied(rows: Rows, i: number, expected: Reply64, got: Reply64): void;
  /** Nothing more is to be learned. */
  readonly stopped: boolean;
}

export interface Reply64 {
  readonly lo: number;
  readonly hi: number;
}

/** Takes the rows that a replay makes, some thousand at a time; `origins[i]` is the parent's seq in whose place row i came. */
export type RowSink = (rows: Rows, origins: readonly number[]) => void;

/** What a replay by address counts. */
export interface ByAddressCounts {
  /** World inputs replayed. */
  events: number;
  /** Questions that the recording cannot answer at all (`memory.unknown`): the asking engine stands still. */
  unknown: number;
  /** Engines that did not get in four times the recorded time to where the recorded one was. */
  stalls: number;
  /** Turns taken, and turns that were taken back because they showed something ahead of its place. */
  turns: number;
  held: number;
}

/** At most this many times the recorded engine time, and this much more, in microseconds. */
const PATIENCE = 4;
const PATIENCE_MORE = 1000;
/** What an input counts at least: a model whose time stands still loses patience too. */
const STEP_TIME = 0.05;
/** Questions without an answer that are kept one by one. */
const UNKNOWN_MAX = 256;
/** Rows after which they are handed to the sink. */
const SINK_ROWS = 1 << 14;
/** EFAULT: a page that nobody knows, to whoever is not an engine. */
const EFAULT = 14;

/** A question that the recording cannot answer, at the place of the parent's row `seq`. */
export interface Unanswered {
  readonly seq: number;
  readonly vgpu: number;
  readonly gfn: number;
  readonly purpose: number;
  /** NO_ENGINE: not an engine's. */
  readonly engine: number;
}

interface Fetch {
  readonly ticket: number;
  readonly agent: number;
  readonly gfn: number;
  readonly purpose: number;
}

/**
 * Runs a model over the world inputs of a recording. No recorded answer, `.done` or timer is fed as such: each lends its place and
 * its content. Where an engine's place shows something, the replay's engine runs until it has shown as much; a place that shows
 * nothing lets it catch up in engine time, but a turn that would show something there is taken back until its place comes.
 */
export class ByAddress {
  readonly counts: ByAddressCounts = { events: 0, unknown: 0, stalls: 0, turns: 0, held: 0 };
  readonly contents: Contents;
  /** The first of the questions that the recording cannot answer. */
  readonly unknown: Unanswered[] = [];
  private readonly model: Model;
  private readonly timeline: Timeline;
  private readonly follower: Follower | null;
  private readonly sink: RowSink | null;
  /** The rows made so far that were not handed over, and the parent's seq of each. */
  private readonly made = new Rows(1 << 12);
  private origins: number[] = [];
  private readonly parent = new Pace();
  private readonly own = new Pace();
  /** Model time of the parent, its row, and its world inputs so far. */
  private now = 0;
  private seq = 0;
  private gap = 0;
  /** By engine: questions open, the parent's last place, engine times at the last place that showed something, a turn taken back. */
  private readonly asked: (Fetch | null)[] = ENGINES.map(() => null);
  private readonly since: number[] = ENGINES.map(() => -1);
  private readonly reached = ENGINES.map(() => ({ parent: 0, own: 0 }));
  private readonly holding: boolean[] = ENGINES.map(() => false);
  /** Questions of nobody's engine, answered at once. */
  private readonly questions: Fetch[] = [];
  /** Timers without a place of their own; tickets by the parent's row where they fire. */
  private readonly timers = new Timers();
  private readonly placed = new Map<number, { readonly ticket: number; readonly agent: number }>();
  /** By vGPU: tickets of guest writes in flight; how many the parent has in flight. */
  private readonly writing = new Map<number, number[]>();
  private readonly parentWriting = new Map<number, number>();
  /** The answer that completed an owed read. */
  private completed: Reply64 = { lo: 0, hi: 0 };

  constructor(
    model: Model,
    timeline: Timeline,
    store: PageStore,
    follower: Follower | null,
    sink: RowSink | null,
  ) {
    this.model = model;
    this.timeline = timeline;
    this.contents = new Contents(timeline, store);
    this.follower = follower;
    this.sink = sink;
  }

  /** Replay every block of the recording, until the follower has seen enough. */
  run(recording: Recording, progress?: (blocks: number, of: number) => void): void {
    const rows = new Rows(1 << 15);
    for (let n = 0; n < recording.blockCount && this.follower?.stopped !== true; n++) {
      recording.readBlock(n, rows);
      this.block(rows);
      progress?.(n + 1, recording.blockCount);
    }
    this.handOver(0);
  }

  /** Replay the rows of one block of the parent, in order. */
  block(rows: Rows): void {
    for (let i = 0; i < rows.count && this.follower?.stopped !== true; ) {
      let end = i + 1;
      while (end < rows.count && KIND_CLASS[rows.kind[end]] === CLASS_OUTCOME) end++;
      if (KIND_CLASS[rows.kind[i]] < CLASS_OUTCOME) this.group(rows, i, end);
      i = end;
      this.handOver(SINK_ROWS);
    }
  }

  /** An input of the parent and the outcomes right behind it, up to row `end`. */
  private group(rows: Rows, i: number, end: number): void {
    this.seq = rows.firstSeq + i;
    this.now += rows.dt[i];
    const kind = rows.kind[i];
    this.parent.input(rows, i, this.now);
    if (KIND_WORLD[kind] === 1) {
      this.gap++;
      this.counts.events++;
      this.fireDue();
      if (isRead(kind)) this.follower?.reading(rows, i);
    }
    this.follow(rows, i, end);
    if (KIND_WORLD[kind] === 1) this.world(rows, i);
    else if (kind === K["clock.advanced"]) this.fireDue();
    else this.place(rows, i);
  }

  private follow(rows: Rows, i: number, end: number): void {
    const { parent } = this;
    if (rows.kind[i] === K["guest.write.done"] || rows.kind[i] === K["guest.write.failed"])
      this.countWriting(rows.agent[i], -1);
    for (let k = i + 1; k < end; k++) {
      parent.outcome(rows, k);
      if (rows.kind[k] === K["guest.write"] && rows.ticket[k] !== 0) this.countWriting(rows.agent[k], 1);
      if (rows.kind[k] === K["workload.submitted"]) this.holding[rows.engine[k]] = false;
      this.follower?.recorded(rows, k, parent.engine);
    }
  }

  private countWriting(agent: number, by: number): void {
    this.parentWriting.set(agent, Math.max(0, (this.parentWriting.get(agent) ?? 0) + by));
  }

  /** A world input: fed as it was. */
  private world(rows: Rows, i: number): void {
    const { core } = this.model;
    const agent = rows.agent[i];
    const m = this.made.copyFrom(rows, i);
    if (rows.kind[i] === K["vgpu.reset"] || rows.kind[i] === K["vgpu.destroyed"]) {
      this.writing.delete(agent);
      this.parentWriting.delete(agent);
      if (rows.kind[i] === K["vgpu.destroyed"]) this.contents.forget(agent);
    }
    this.apply(m);
    if (!isRead(rows.kind[i])) return this.settle();
    const owed = core.owed;
    const got = { lo: core.replyLo, hi: core.replyHi };
    this.made.lo[m] = owed === 0 ? got.lo : 0;
    this.made.hi[m] = owed === 0 ? got.hi : 0;
    this.made.ticket[m] = owed;
    this.settle();
    if (this.follower !== null)
      this.follower.replied(rows, i, recordedReply(rows, i), owed === 0 ? got : this.completed);
  }

  /** An answer, a `.done` or a timer of the parent: only its place counts. */
  private place(rows: Rows, i: number): void {
    const timer = this.placed.get(this.seq);
    if (timer !== undefined) {
      this.placed.delete(this.seq);
      this.fire(timer.ticket, timer.agent, this.now);
    }
    this.finishWrites(rows.agent[i], this.parentWriting.get(rows.agent[i]) ?? 0);
    const e = this.parent.engine;
    if (e === NO_ENGINE) return;
    this.drive(e);
    this.since[e] = this.seq;
  }

  /** Bring engine `e` to where the parent's is. */
  private drive(e: number): void {
    const parent = this.parent.engines[e];
    const own = this.own.engines[e];
    if (isBehind(own, parent)) {
      this.holding[e] = false;
      const before = this.reached[e];
      const limit = own.time + this.patience(parent.time - before.parent);
      for (let n = 0; own.time + n * STEP_TIME <= limit && isBehind(own, parent); n++)
        if (!this.step(e)) break;
      if (isBehind(own, parent)) this.stall(e);
      this.reached[e] = { parent: parent.time, own: own.time };
    }
    if (!this.holding[e]) this.catchUp(e);
  }

  private patience(recorded: number): number {
    return recorded * PATIENCE + PATIENCE_MORE;
  }

  /** The engine does not get there: count from here. */
  private stall(e: number): void {
    this.counts.stalls++;
    this.own.engines[e].visible = this.parent.engines[e].visible;
    this.own.engines[e].completed = this.parent.engines[e].completed;
  }

  /** Nothing is to be seen here: take turns until the engine time agrees, as long as they show nothing either. */
  private catchUp(e: number): void {
    const own = this.own.engines[e];
    const limit = this.patience(this.parent.engines[e].time - this.reached[e].parent) + this.reached[e].own;
    while (own.time <= limit && this.lags(e)) {
      const before = own.time;
      // A turn that took no time came before its deadline: an engine that waits, and looks again later.
      if (!this.trial(e) || own.time === before) return;
    }
  }

  private lags(e: number): boolean {
    const parent = this.parent.engines[e];
    const own = this.own.engines[e];
    if (own.stands || parent.fetch !== 0) return false;
    const { reached } = this;
    const behind = own.time - reached[e].own < parent.time - reached[e].parent;
    return behind || own.fetch !== 0 || parent.stands;
  }

  /** One turn of the engine, or the rest of one, that is taken back if it shows something. */
  private trial(e: number): boolean {
    const state = this.model.snapshot();
    const own = this.own.save();
    const contents = this.contents.save();
    const { asked, made, counts } = this;
    const before = {
      asked: [...asked],
      rows: made.count,
      payload: made.payloadUsed,
      unknown: counts.unknown,
    };
    do {
      if (!this.stepUnseen(e)) {
        this.model.restore(state as never);
        this.own.load(own);
        this.contents.load(contents);
        before.asked.forEach((fetch, n) => {
          asked[n] = fetch;
        });
        made.count = before.rows;
        made.payloadUsed = before.payload;
        this.origins.length = before.rows;
        counts.unknown = before.unknown;
        this.unknown.length = Math.min(this.unknown.length, before.unknown);
        counts.held++;
        this.holding[e] = true;
        return false;
      }
    } while (this.asked[e] !== null);
    return true;
  }

  /** A step that must show nothing: false if it did (and must be taken back), or if there was none to take. */
  private stepUnseen(e: number): boolean {
    const m = this.nextInput(e);
    if (m < 0) return false;
    this.begin(m);
    const { out } = this.model.core;
    for (let o = 0; o < out.count; o++) if (shows(out.kind[o]) || isElsewhere(out, o)) return false;
    this.take(m);
    return true;
  }

  /** The next input that engine `e` waits for: a page, or its turn. False where it waits for neither. */
  private step(e: number): boolean {
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
    const { timer } = this.own.engines[e];
    if (timer === 0 || !this.model.core.isOpen(timer)) return -1;
    this.counts.turns++;
    const m = this.made.add(K["timer.fired"]);
    this.made.ticket[m] = timer;
    return m;
  }

  /** The row that answers a question; -1: nothing is known, and an engine stands still for good. */
  private answer(fetch: Fetch, engine: number): number {
    const since = engine === NO_ENGINE ? -1 : this.since[engine];
    const { agent: vgpu, gfn, purpose } = fetch;
    const page = this.contents.answer({ vgpu, gfn, purpose, engine, seq: this.seq, gap: this.gap, since });
    const { made } = this;
    if (page === UNKNOWN) {
      this.counts.unknown++;
      if (this.unknown.length < UNKNOWN_MAX) this.unknown.push({ seq: this.seq, vgpu, gfn, purpose, engine });
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
    made.dt[m] = Math.max(0, this.now - model.core.now);
    this.origins.push(this.seq);
    model.apply(made, m);
  }

  private apply(m: number): void {
    this.begin(m);
    this.take(m);
  }

  /** Take in what row `m` was answered with. */
  private take(m: number): void {
    const { made, own, model } = this;
    const { out } = model.core;
    own.input(made, m, model.core.now);
    for (let o = 0; o < out.count; o++) {
      made.copyFrom(out, o);
      this.origins.push(this.seq);
    }
    const first = made.count - out.count;
    for (let o = 0; o < out.count; o++) {
      own.outcome(made, first + o);
      this.follower?.produced(made, first + o, own.engine, this.seq);
      this.carryOut(out, o);
    }
  }

  private carryOut(out: Rows, o: number): void {
    const kind = out.kind[o];
    const agent = out.agent[o];
    const ticket = out.ticket[o];
    if (kind === K["guest.fetch"]) {
      const fetch = { ticket, agent, gfn: out.at[o], purpose: out.purpose[o] };
      if (out.engine[o] === NO_ENGINE) this.questions.push(fetch);
      else this.asked[out.engine[o]] = fetch;
    } else if (kind === K["guest.write"]) {
      if (out.code[o] !== WRITE_TIME)
        this.contents.wrote(agent, gfnOf(out, o), out.at[o] & 4095, out.payloadOf(o), this.seq);
      if (ticket !== 0) this.inFlight(agent).push(ticket);
    } else if (kind === K["timer.arm"]) this.arm(out, o);
    else if (kind === K["timer.cancel"]) this.timers.cancel(ticket);
    else if (kind === K["access.reply"]) this.completed = { lo: out.lo[o], hi: out.hi[o] };
  }

  private arm(out: Rows, o: number): void {
    const code = out.code[o];
    const agent = out.agent[o];
    const ticket = out.ticket[o];
    if (engineOfTimer(code) !== NO_ENGINE) return;
    const deadline = out.lo[o] + out.hi[o] * 0x1_0000_0000;
    const place = this.timeline.firedAt(agent, code, deadline, this.seq);
    if (place >= 0 && !this.placed.has(place)) this.placed.set(place, { ticket, agent });
    else this.timers.arm(ticket, agent, deadline);
  }

  /** Answer what nobody's engine asked, until nothing is open. */
  private settle(): void {
    for (let fetch = this.questions.shift(); fetch !== undefined; fetch = this.questions.shift())
      if (this.model.core.isOpen(fetch.ticket)) this.apply(this.answer(fetch, NO_ENGINE));
  }

  /** Fire the timers whose deadline has come. */
  private fireDue(): void {
    for (let due = this.timers.next(); due >= 0 && due <= this.now; due = this.timers.next()) {
      const timer = this.timers.take();
      if (timer !== undefined) this.fire(timer.ticket, timer.agent, timer.deadline);
    }
  }

  private fire(ticket: number, agent: number, at: number): void {
    if (!this.model.core.isOpen(ticket)) return;
    const { now } = this;
    this.now = Math.min(now, Math.max(at, this.model.core.now));
    const m = this.made.add(K["timer.fired"]);
    this.made.agent[m] = agent;
    this.made.ticket[m] = ticket;
    this.apply(m);
    this.settle();
    this.now = now;
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
  private finishWrites(agent: number, most: number): void {
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
  private handOver(most: number): void {
    const { made } = this;
    if (made.count <= most) return;
    this.sink?.(made, this.origins);
    made.clear(made.firstSeq + made.count);
    this.origins.length = 0;
  }
}

function isBehind(own: EnginePace, parent: EnginePace): boolean {
  return own.visible < parent.visible || own.completed < parent.completed;
}

/** Does the outcome concern anything but engines? */
function isElsewhere(out: Rows, o: number): boolean {
  const kind = out.kind[o];
  if (kind === K["guest.fetch"]) return out.engine[o] === NO_ENGINE;
  return kind === K["timer.arm"] && engineOfTimer(out.code[o]) === NO_ENGINE;
}

/** The reply of the parent's read row i; of an owed one, what its `access.reply` says. */
function recordedReply(rows: Rows, i: number): Reply64 {
  const ticket = rows.ticket[i];
  if (ticket === 0) return { lo: rows.lo[i], hi: rows.hi[i] };
  for (let k = i + 1; k < rows.count; k++)
    if (rows.kind[k] === K["access.reply"] && rows.ticket[k] === ticket)
      return { lo: rows.lo[k], hi: rows.hi[k] };
  return { lo: 0, hi: 0 };
}
