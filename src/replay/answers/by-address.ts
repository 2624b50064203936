import { CLASS_OUTCOME, K, KIND_CLASS, KIND_WORLD } from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";
import { ENGINES, NO_ENGINE } from "../../hw/units.ts";
import { isRead } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import type { Recording } from "../recording/recording.ts";
import type { Contents } from "./content.ts";
import type { ContentTimeline } from "./content-timeline.ts";
import type { Follower, Model, RowSink, Unanswered } from "./model.ts";
import { Pace } from "./pace.ts";
import { Stage } from "./stage.ts";

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
/** Rows after which they are handed to the sink. */
const SINK_ROWS = 1 << 14;

/**
 * Runs a model over the world inputs of a recording. Its own answers, `.done`s and timers are made anew: what is
 * recorded only says where each may come (its place) and, of an answer, with which content. Where an engine's
 * place shows something, the replay's engine runs until it has shown as much; at a place that shows nothing it
 * catches up in engine time, but a turn that would show something there is taken back until its place comes.
 */
export class ByAddress {
  private events = 0;
  private stalls = 0;
  private held = 0;
  private readonly stage: Stage;
  private readonly follower: Follower | null;
  private readonly parent = new Pace();
  /** By engine: engine times at the last place that showed something; was a turn taken back since? */
  private readonly reached = ENGINES.map(() => ({ parent: 0, own: 0 }));
  private readonly holding: boolean[] = ENGINES.map(() => false);
  /** By vGPU: guest writes that the parent has in flight. */
  private readonly writing = new Map<number, number>();

  constructor(
    model: Model,
    timeline: ContentTimeline,
    store: PageStore,
    follower: Follower | null,
    sink: RowSink | null,
  ) {
    this.stage = new Stage(model, timeline, store, follower, sink);
    this.follower = follower;
    this.parent.adopt(timeline.start);
    for (const { agent } of timeline.start.writes) this.countWriting(agent, 1);
  }

  get contents(): Contents {
    return this.stage.contents;
  }

  get counts(): ByAddressCounts {
    const { events, stalls, held, stage } = this;
    return { events, stalls, held, turns: stage.turns, unknown: stage.unansweredCount };
  }

  /** The first of the questions that the recording cannot answer. */
  get unanswered(): readonly Unanswered[] {
    return this.stage.unanswered;
  }

  /** Replay every block of the recording, until the follower has seen enough. */
  run(recording: Recording, progress?: (blocks: number, of: number) => void): void {
    const rows = new Rows(1 << 15);
    for (let n = 0; n < recording.blockCount && this.follower?.stopped !== true; n++) {
      recording.readBlock(n, rows);
      this.block(rows);
      progress?.(n + 1, recording.blockCount);
    }
    this.end();
  }

  /** Behind the last block: hand over the rows that are left. */
  end(): void {
    this.stage.handOver(0);
  }

  /** Replay the rows of one block of the parent, in order. */
  block(rows: Rows): void {
    for (let i = 0; i < rows.count && this.follower?.stopped !== true; ) {
      let end = i + 1;
      while (end < rows.count && KIND_CLASS[rows.kind[end]] === CLASS_OUTCOME) end++;
      if (KIND_CLASS[rows.kind[i]] < CLASS_OUTCOME) this.group(rows, i, end);
      i = end;
      this.stage.handOver(SINK_ROWS);
    }
  }

  /** An input of the parent and the outcomes right behind it, up to row `end`. */
  private group(rows: Rows, i: number, end: number): void {
    const { stage } = this;
    const { place } = stage;
    place.seq = rows.firstSeq + i;
    place.now += rows.dt[i];
    const kind = rows.kind[i];
    this.parent.input(rows, i, place.now);
    if (KIND_WORLD[kind] === 1) {
      place.gap++;
      this.events++;
      stage.fireDue();
      if (isRead(kind)) this.follower?.reading(rows, i);
    }
    this.follow(rows, i, end);
    if (KIND_WORLD[kind] === 1) this.world(rows, i);
    else if (kind === K["clock.advanced"]) stage.fireDue();
    else this.lend(rows, i);
  }

  private follow(rows: Rows, i: number, end: number): void {
    const { parent } = this;
    if (rows.kind[i] === K["guest.write.done"] || rows.kind[i] === K["guest.write.failed"])
      this.countWriting(rows.agent[i], -1);
    for (let k = i + 1; k < end; k++) {
      parent.outcome(rows, k);
      for (let p = rows.firstPiece[k]; p < rows.firstPiece[k] + rows.writes[k]; p++)
        if (rows.writeTable.ticket[p] !== 0) this.countWriting(rows.agent[k], 1);
      if (rows.kind[k] === K["workload.submitted"]) this.holding[rows.engine[k]] = false;
      this.follower?.recorded(rows, k);
    }
  }

  private countWriting(agent: number, by: number): void {
    this.writing.set(agent, Math.max(0, (this.writing.get(agent) ?? 0) + by));
  }

  /** A world input: fed as it was. */
  private world(rows: Rows, i: number): void {
    const kind = rows.kind[i];
    const agent = rows.agent[i];
    if (kind === K["vgpu.reset"] || kind === K["vgpu.destroyed"]) {
      this.writing.delete(agent);
      if (kind === K["vgpu.destroyed"]) this.contents.forget(agent);
    }
    const got = this.stage.feed(rows, i, isRead(kind));
    if (isRead(kind)) this.follower?.replied(rows, i, { lo: rows.lo[i], hi: rows.hi[i] }, got);
  }

  /** An answer, a `.done` or a timer of the parent: only its place counts. */
  private lend(rows: Rows, i: number): void {
    const { stage } = this;
    stage.firePlaced();
    stage.finishWrites(rows.agent[i], this.writing.get(rows.agent[i]) ?? 0);
    const e = this.parent.engine;
    if (e === NO_ENGINE) return;
    this.drive(e);
    stage.place.since[e] = stage.place.seq;
  }

  /** Bring engine `e` to where the parent's is. */
  private drive(e: number): void {
    const parent = this.parent.engines[e];
    const own = this.stage.pace.engines[e];
    if (own.isBehind(parent)) {
      this.holding[e] = false;
      const before = this.reached[e];
      const limit = own.time + this.patience(parent.time - before.parent);
      for (let n = 0; own.time + n * STEP_TIME <= limit && own.isBehind(parent); n++)
        if (!this.stage.step(e)) break;
      if (own.isBehind(parent)) this.stall(e);
      this.reached[e] = { parent: parent.time, own: own.time };
    }
    if (!this.holding[e]) this.catchUp(e);
  }

  private patience(recorded: number): number {
    return recorded * PATIENCE + PATIENCE_MORE;
  }

  /** The engine does not get there: count from here. */
  private stall(e: number): void {
    this.stalls++;
    this.stage.pace.engines[e].showAs(this.parent.engines[e]);
  }

  /**
   * Nothing is to be seen here: take turns until the engine time agrees, as long as they show nothing either.
   */
  private catchUp(e: number): void {
    const own = this.stage.pace.engines[e];
    const limit = this.patience(this.parent.engines[e].time - this.reached[e].parent) + this.reached[e].own;
    while (own.time <= limit && this.lags(e)) {
      const before = own.time;
      // A turn that took no time came before its deadline: an engine that waits, and looks again later.
      if (!this.trial(e) || own.time === before) return;
    }
  }

  private lags(e: number): boolean {
    const parent = this.parent.engines[e];
    const own = this.stage.pace.engines[e];
    if (own.stands || parent.fetch !== 0) return false;
    const { reached } = this;
    const behind = own.time - reached[e].own < parent.time - reached[e].parent;
    return behind || own.fetch !== 0 || parent.stands;
  }

  /** One turn of the engine, or the rest of one, that is taken back if it shows something. */
  private trial(e: number): boolean {
    const { stage } = this;
    const mark = stage.mark();
    do {
      if (stage.stepUnseen(e)) continue;
      stage.back(mark);
      this.held++;
      this.holding[e] = true;
      return false;
    } while (stage.isParked(e));
    return true;
  }
}
