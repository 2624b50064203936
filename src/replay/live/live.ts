import { K } from "../../events/kinds.ts";
import { eachPieceBytes } from "../../events/pieces.ts";
import { Rows } from "../../events/rows.ts";
import type { Table } from "../../events/tables.ts";
import { NO_ENGINE, PAGE_BYTES } from "../../hw/units.ts";
import { ABSENT, noteAnswer } from "../../reducers/answers.ts";
import type { Machine } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { frameKey } from "../../reducers/ram.ts";
import {
  addAnswer,
  addFired,
  addWritten,
  type OpenQuestion,
  OpenWork,
  type OpenWrite,
  type PageQuestion,
  questionOf,
  type Timer,
  writeOf,
} from "../engine/open-work.ts";
import type { Recorder } from "../recording/recorder.ts";
import { Away } from "./away.ts";
import { LEAD, ModelClock } from "./model-clock.ts";
import { OpenRuns } from "./open-runs.ts";
import { READ_KINDS, WRITTEN_KINDS } from "./region-kinds.ts";
import { DONE, type Hands, PENDING, type Region, type Reply, type World } from "./session.ts";

/** Most that one row can move the clock: `dt` has 32 bits of microseconds, which is 71 minutes. */
const DT_MAX = 0xffff_ffff;

/** What a live machine counts for its own report. */
export interface LiveStatistics {
  inputs: number;
  fetches: number;
  timers: number;
  interrupts: number;
}

/**
 * The live engine: record, reduce, carry out, until quiet. Nothing reaches the guest that is not in the
 * recorder's rows. `clock` gives microseconds that never go back; it is read once an input.
 */
export class Live implements World {
  readonly statistics: LiveStatistics = { inputs: 0, fetches: 0, timers: 0, interrupts: 0 };
  private readonly machine: Machine;
  private readonly store: PageStore;
  private readonly recorder: Recorder;
  private readonly hands: Hands;
  private readonly clock: ModelClock;
  /** What the guest answers later, and timers. */
  private readonly open: OpenWork;
  private readonly away: Away;
  /** Answers that a hand gave in place, waiting for their turn. */
  private readonly answers = new Rows(64, 0);
  /** Last content answered for a frame: most pages come back unchanged; comparing is cheaper than hashing. */
  private readonly lastContent = new Map<number, number>();
  private readonly page = new Uint8Array(PAGE_BYTES);
  private readonly runs: OpenRuns;
  private readonly reply: Reply = { lo: 0, hi: 0 };
  /** Called before a block is sealed, between inputs. */
  beforeSeal: () => void = () => {};
  private readonly takeDigests = (): ReturnType<Machine["digests"]> => {
    this.beforeSeal();
    return this.machine.digests();
  };

  constructor(machine: Machine, store: PageStore, recorder: Recorder, hands: Hands, clock: () => number) {
    this.machine = machine;
    this.store = store;
    this.recorder = recorder;
    this.hands = hands;
    this.clock = new ModelClock(clock);
    this.open = new OpenWork(machine.core);
    this.runs = new OpenRuns(machine);
    this.away = new Away(machine.core, this.open);
    machine.core.source = { ask: (vgpu, gfn, purpose, engine) => this.tell(vgpu, gfn, purpose, engine) };
  }

  /** Answer a question of the input being reduced from the guest's memory, and note it in the input's row. */
  private tell(vgpu: number, gfn: number, purpose: number, engine: number): number {
    const said = this.look({ agent: vgpu, gfn, purpose, engine });
    noteAnswer(this.recorder.rows, { vgpu, gfn, purpose, engine }, said);
    return said;
  }

  private look(question: PageQuestion): number {
    if (question.engine !== NO_ENGINE && this.away.isGone(question.agent)) return ABSENT;
    this.statistics.fetches++;
    const errno = this.hands.fetch(question.agent, question.gfn, 0, this.page);
    if (errno === PENDING) return ABSENT;
    return errno === DONE ? this.contentId(question, this.page) : -1 - errno;
  }

  /** Power on vGPU `v`. */
  create(vgpu: number): void {
    this.simple(K["vgpu.created"], vgpu);
    this.simple(K["vgpu.opened"], vgpu);
  }

  attached(vgpu: number, capabilities: number): void {
    this.simple(K["port.attached"], vgpu, (rows, i) => {
      rows.code[i] = capabilities;
    });
  }

  /** Questions that the guest has not answered stay open, and those of its engines wait: see `mapped`. */
  detached(vgpu: number): void {
    this.simple(K["port.detached"], vgpu);
    this.away.left(vgpu);
  }

  reset(vgpu: number): void {
    this.simple(K["vgpu.reset"], vgpu);
    this.open.sweep();
  }

  read(region: Region, vgpu: number, at: number, size: number): Reply {
    const { rows } = this.recorder;
    const i = this.begin(READ_KINDS[region], vgpu);
    rows.at[i] = at;
    rows.size[i] = size;
    rows.lo[i] = 0;
    rows.hi[i] = 0;
    this.machine.apply(rows, i);
    const { core } = this.machine;
    rows.lo[i] = core.replyLo;
    rows.hi[i] = core.replyHi;
    this.reply.lo = core.replyLo;
    this.reply.hi = core.replyHi;
    if (core.out.count > 0) this.settle();
    this.recorder.sealIfFull(this.takeDigests);
    return this.reply;
  }

  write(
    region: Exclude<Region, "aperture">,
    vgpu: number,
    at: number,
    size: number,
    lo: number,
    hi: number,
  ): void {
    const { rows } = this.recorder;
    const i = this.begin(WRITTEN_KINDS[region], vgpu);
    rows.at[i] = at;
    rows.size[i] = size;
    rows.lo[i] = lo;
    rows.hi[i] = hi;
    this.finish(rows, i);
  }

  writeAperture(vgpu: number, stores: Table<"stores">, bytes: Uint8Array): void {
    const { rows } = this.recorder;
    if (this.runs.goOn(rows, vgpu, stores, bytes)) {
      const { out } = this.machine.core;
      for (let o = 0; o < out.count; o++) this.carryOut(out, o);
      this.recorder.sealIfFull(this.takeDigests);
      return;
    }
    const i = this.begin(K["aperture.written"], vgpu);
    rows.putStores(stores, bytes);
    this.finish(rows, i);
    this.runs.began(i);
  }

  /** What was asked of a guest that left, and lies in here, is asked again: same ticket, no row. */
  mapped(
    vgpu: number,
    at: number,
    atHigh: number,
    lengthLo: number,
    lengthHi: number,
    coherent: boolean,
    writable: boolean,
  ): void {
    this.simple(K["dma.mapped"], vgpu, (rows, i) => {
      putRange(rows, i, at, atHigh, lengthLo, lengthHi);
      rows.code[i] = (coherent ? 1 : 0) | (writable ? 2 : 0);
    });
    const first = atHigh * 0x1_0000_0000 + at;
    const end = first + lengthHi * 0x1_0000_0000 + lengthLo;
    for (const ticket of this.away.back(vgpu, first, end)) this.askAgain(ticket);
  }

  unmapped(vgpu: number, at: number, atHigh: number, lengthLo: number, lengthHi: number): void {
    this.simple(K["dma.unmapped"], vgpu, (rows, i) => putRange(rows, i, at, atHigh, lengthLo, lengthHi));
  }

  irqRouted(vgpu: number, index: number, flags: number): void {
    this.simple(K["irq.routed"], vgpu, (rows, i) => {
      rows.at[i] = index;
      rows.code[i] = flags;
    });
  }

  fetched(ticket: number, bytes: Uint8Array): void {
    const question = this.open.question(ticket);
    if (question === null) return;
    this.answerLate(ticket, (rows) => addAnswer(rows, question, this.contentId(question, bytes)));
  }

  fetchFailed(ticket: number, errno: number): void {
    const question = this.open.question(ticket);
    if (question !== null) this.answerLate(ticket, (rows) => addAnswer(rows, question, -1 - errno));
  }

  written(ticket: number): void {
    this.writeFailed(ticket, 0);
  }

  writeFailed(ticket: number, errno: number): void {
    const write = this.open.writeOf(ticket);
    if (write !== null) this.answerLate(ticket, (rows) => addWritten(rows, write, errno));
  }

  run(ahead: boolean, turns: number): number {
    this.sealIfDue();
    const wall = this.clock.wall();
    const time = this.clock.at(wall);
    for (let n = 0; n < turns; n++) {
      const timer = this.open.timers().at(0);
      if (timer === undefined) return -1;
      const { deadline } = timer;
      const now = Math.max(time, this.machine.core.now);
      if (deadline > now && (!ahead || deadline > wall + LEAD)) return deadline - now;
      this.fire(timer, now, wall);
    }
    return 0;
  }

  flush(): void {
    this.recorder.seal(this.takeDigests());
  }

  /** Seal what has waited for 20 ms: to be called every few milliseconds, also while all is quiet. */
  sealIfDue(): void {
    if (this.recorder.sealDue(this.clock.wall())) this.flush();
  }

  /** Nothing goes on: seal what there is, the input that the machine failed at too. No digest vouches for its state. */
  abandon(): void {
    this.recorder.seal([]);
  }

  private fire(timer: Timer, now: number, wall: number): void {
    this.open.end(timer.ticket);
    this.statistics.timers++;
    const { rows } = this.recorder;
    const at = Math.max(now, timer.deadline);
    if (at > now) this.clock.ranAhead(at, wall);
    this.catchUp(at);
    const i = addFired(rows, timer);
    rows.dt[i] = at - this.machine.core.now;
    this.finish(rows, i);
  }

  /** Start the row of an input that happens now. */
  private begin(kind: number, vgpu: number): number {
    const { rows } = this.recorder;
    const dt = this.sinceLast();
    const i = rows.append(kind);
    rows.dt[i] = dt;
    rows.agent[i] = vgpu;
    rows.source[i] = 0;
    return i;
  }

  /** An input happens now: microseconds since the last one, as its row can say them. */
  private sinceLast(): number {
    const time = this.clock.at(this.clock.wall());
    this.catchUp(time);
    this.statistics.inputs++;
    return Math.max(0, time - this.machine.core.now);
  }

  /** Where nothing has happened for longer than a row can say, the clock moves by rows of its own. */
  private catchUp(until: number): void {
    const { core } = this.machine;
    const { rows } = this.recorder;
    while (until - core.now > DT_MAX) {
      const i = rows.add(K["clock.advanced"]);
      rows.dt[i] = DT_MAX;
      this.finish(rows, i);
    }
  }

  private simple(kind: number, vgpu: number, fill?: (rows: Rows, i: number) => void): void {
    const i = this.begin(kind, vgpu);
    fill?.(this.recorder.rows, i);
    this.finish(this.recorder.rows, i);
  }

  private finish(rows: Rows, i: number): void {
    this.machine.apply(rows, i);
    if (this.machine.core.out.count > 0) this.settle();
    this.recorder.sealIfFull(this.takeDigests);
  }

  /** Record outcomes, carry effects out, and reduce the answers given in place, until none is left. */
  private settle(): void {
    this.recordOutcomes();
    this.takeAnswers();
  }

  private takeAnswers(): void {
    const { rows } = this.recorder;
    for (let n = 0; n < this.answers.count; n++) {
      this.machine.apply(rows, rows.copyFrom(this.answers, n));
      this.recordOutcomes();
    }
    this.answers.clear();
  }

  private recordOutcomes(): void {
    const { out } = this.machine.core;
    const { rows } = this.recorder;
    for (let o = 0; o < out.count; o++) rows.copyFrom(out, o);
    for (let o = 0; o < out.count; o++) this.carryOut(out, o);
  }

  private carryOut(out: Rows, o: number): void {
    const vgpu = out.agent[o];
    switch (out.kind[o]) {
      case K["guest.fetch"]:
        return this.fetch(questionOf(out, o));
      case K["guest.write"]:
        return eachPieceBytes(out, o, (p, bytes) => this.writeGuest(writeOf(out, o, p), bytes));
      case K["irq.inject"]:
        this.statistics.interrupts++;
        return this.hands.inject(vgpu, out.at[o], out.lo[o]);
      case K["timer.arm"]:
      case K["timer.cancel"]:
        return this.open.outcome(out, o);
      case K["display.ready"]:
        return this.hands.displayReady(vgpu);
      case K.note:
        return this.hands.noted(vgpu, out.code[o]);
    }
  }

  /** Ask the guest; what it does not answer in place stays open, and so does what it is not there to answer. */
  private fetch(question: OpenQuestion): void {
    const { agent, gfn, ticket } = question;
    const held = this.away.holds(question);
    if (!held) this.statistics.fetches++;
    const errno = held ? PENDING : this.hands.fetch(agent, gfn, ticket, this.page);
    if (errno === PENDING) return this.open.ask(question);
    this.open.end(ticket);
    addAnswer(this.answers, question, errno === DONE ? this.contentId(question, this.page) : -1 - errno);
  }

  private writeGuest(write: OpenWrite, bytes: Uint8Array): void {
    const { agent, at, atHigh, ticket } = write;
    const errno = this.hands.write(agent, at, atHigh, ticket, bytes);
    if (ticket === 0) return;
    if (errno === PENDING) return this.open.write(write);
    this.open.end(ticket);
    addWritten(this.answers, write, errno);
  }

  /** Put an open question once more, and reduce what is answered in place. */
  private askAgain(ticket: number): void {
    const question = this.open.question(ticket);
    const write = this.open.writeOf(ticket);
    if (question !== null) this.fetch(question);
    else if (write !== null) this.writeGuest(write, this.away.bytesOf(write));
    this.takeAnswers();
    this.recorder.sealIfFull(this.takeDigests);
  }

  private contentId({ agent, gfn }: PageQuestion, bytes: Uint8Array): number {
    const key = frameKey(agent, gfn);
    const last = this.lastContent.get(key);
    // A recorder may let pages go that no state holds any more: then the id is nobody's, or another's.
    if (last !== undefined && this.store.has(last) && this.store.equals(last, bytes)) return last;
    const id = this.store.intern(bytes);
    this.lastContent.set(key, id);
    return id;
  }

  /** The world has answered: what is open no longer becomes the next row. */
  private answerLate(ticket: number, add: (rows: Rows) => number): void {
    this.open.end(ticket);
    const { rows } = this.recorder;
    const dt = this.sinceLast();
    const i = add(rows);
    rows.dt[i] = dt;
    this.finish(rows, i);
  }
}

/** A range of guest-physical memory in the columns that tell of one. */
function putRange(rows: Rows, i: number, at: number, atHigh: number, lo: number, hi: number): void {
  rows.at[i] = at;
  rows.atHigh[i] = atHigh;
  rows.lo[i] = lo;
  rows.hi[i] = hi;
}
