import { K } from "../../events/kinds.ts";
import type { Rows } from "../../events/rows.ts";
import { PAGE_BYTES } from "../../hw/units.ts";
import type { Machine } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { Timers } from "../engine/timers.ts";
import type { Recorder } from "../recording/recorder.ts";
import { Away } from "./away.ts";
import { LEAD, ModelClock } from "./model-clock.ts";
import { READ_KINDS, WRITTEN_KINDS } from "./region-kinds.ts";
import { DONE, type Hands, PENDING, type Region, type Reply, type World } from "./session.ts";

/** Most that one row can move the clock: `dt` has 32 bits of microseconds, which is 71 minutes. */
const DT_MAX = 0xffff_ffff;

/** An answer that a hand gave in place, waiting for its row. */
interface Answer {
  readonly kind: number;
  readonly agent: number;
  readonly ticket: number;
  /** Operands of the question, repeated. */
  readonly at: number;
  readonly purpose: number;
  readonly page: number;
  readonly code: number;
}

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
  private readonly timers = new Timers();
  private readonly away: Away;
  private readonly answers: Answer[] = [];
  /** Last content answered for a frame: most pages come back unchanged; comparing is cheaper than hashing. */
  private readonly lastContent = new Map<number, number>();
  private readonly page = new Uint8Array(PAGE_BYTES);
  private readonly reply: Reply = { lo: 0, hi: 0 };
  private readonly takeDigests = (): ReturnType<Machine["digests"]> => this.machine.digests();

  constructor(machine: Machine, store: PageStore, recorder: Recorder, hands: Hands, clock: () => number) {
    this.machine = machine;
    this.store = store;
    this.recorder = recorder;
    this.hands = hands;
    this.clock = new ModelClock(clock);
    this.away = new Away(machine);
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
  }

  read(region: Region, vgpu: number, at: number, size: number): Reply {
    const { rows } = this.recorder;
    const i = this.begin(READ_KINDS[region], vgpu);
    rows.at[i] = at;
    rows.size[i] = size;
    rows.lo[i] = 0;
    rows.hi[i] = 0;
    rows.ticket[i] = 0;
    this.machine.apply(rows, i);
    const { core } = this.machine;
    rows.lo[i] = core.owed === 0 ? core.replyLo : 0;
    rows.hi[i] = core.owed === 0 ? core.replyHi : 0;
    rows.ticket[i] = core.owed;
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

  writeAperture(vgpu: number, at: number, size: number, bytes: Uint8Array): void {
    const { rows } = this.recorder;
    const i = this.begin(K["aperture.written"], vgpu);
    rows.at[i] = at;
    rows.size[i] = size;
    rows.putPayload(i, bytes);
    this.finish(rows, i);
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
    this.range(
      K["dma.mapped"],
      vgpu,
      at,
      atHigh,
      lengthLo,
      lengthHi,
      (coherent ? 1 : 0) | (writable ? 2 : 0),
    );
    const first = atHigh * 0x1_0000_0000 + at;
    for (const ticket of this.away.back(vgpu, first, first + lengthHi * 0x1_0000_0000 + lengthLo)) {
      if (this.machine.core.isOpen(ticket)) this.askAgain(vgpu, ticket);
    }
  }

  unmapped(vgpu: number, at: number, atHigh: number, lengthLo: number, lengthHi: number): void {
    this.range(K["dma.unmapped"], vgpu, at, atHigh, lengthLo, lengthHi, 0);
  }

  irqRouted(vgpu: number, index: number, flags: number): void {
    this.simple(K["irq.routed"], vgpu, (rows, i) => {
      rows.at[i] = index;
      rows.code[i] = flags;
    });
  }

  fetched(ticket: number, bytes: Uint8Array): void {
    const { core } = this.machine;
    if (!core.isOpen(ticket)) return;
    const vgpu = core.ticketAgent(ticket);
    const gfn = core.ticketOperand(ticket, 0);
    this.answerLate(K["guest.fetched"], ticket, this.contentId(vgpu, gfn, bytes), 0);
  }

  fetchFailed(ticket: number, errno: number): void {
    if (this.machine.core.isOpen(ticket)) this.answerLate(K["guest.fetch.failed"], ticket, 0, errno);
  }

  written(ticket: number): void {
    if (this.machine.core.isOpen(ticket)) this.answerLate(K["guest.write.done"], ticket, 0, 0);
  }

  writeFailed(ticket: number, errno: number): void {
    if (this.machine.core.isOpen(ticket)) this.answerLate(K["guest.write.failed"], ticket, 0, errno);
  }

  run(ahead: boolean, turns: number): number {
    this.sealIfDue();
    const wall = this.clock.wall();
    const time = this.clock.at(wall);
    for (let n = 0; n < turns; n++) {
      const deadline = this.timers.next();
      if (deadline < 0) return -1;
      const now = Math.max(time, this.machine.core.now);
      if (deadline > now && (!ahead || deadline > wall + LEAD)) return deadline - now;
      this.fire(now, wall);
    }
    return 0;
  }

  flush(): void {
    this.recorder.seal(this.machine.digests());
  }

  /** Seal what has waited for 20 ms: to be called every few milliseconds, also while all is quiet. */
  sealIfDue(): void {
    if (this.recorder.sealDue(this.clock.wall())) this.flush();
  }

  /**
   * Nothing goes on: seal what there is, up to the input that the machine failed at where it did. Its state
   * is nothing to vouch for, so no digest goes along.
   */
  abandon(): void {
    this.recorder.seal([]);
  }

  private fire(now: number, wall: number): void {
    const timer = this.timers.take();
    if (timer === undefined || !this.machine.core.isOpen(timer.ticket)) return;
    this.statistics.timers++;
    const { rows } = this.recorder;
    const at = Math.max(now, timer.deadline);
    if (at > now) this.clock.ranAhead(at, wall);
    this.catchUp(at);
    const i = rows.append(K["timer.fired"]);
    rows.dt[i] = at - this.machine.core.now;
    rows.agent[i] = timer.agent;
    rows.source[i] = 0;
    rows.ticket[i] = timer.ticket;
    this.finish(rows, i);
  }

  /** Start the row of an input that happens now. */
  private begin(kind: number, vgpu: number): number {
    const { rows } = this.recorder;
    const time = this.clock.at(this.clock.wall());
    this.catchUp(time);
    const i = rows.append(kind);
    rows.dt[i] = Math.max(0, time - this.machine.core.now);
    rows.agent[i] = vgpu;
    rows.source[i] = 0;
    this.statistics.inputs++;
    return i;
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

  private range(
    kind: number,
    vgpu: number,
    at: number,
    atHigh: number,
    lo: number,
    hi: number,
    code: number,
  ): void {
    this.simple(kind, vgpu, (rows, i) => {
      rows.at[i] = at;
      rows.atHigh[i] = atHigh;
      rows.lo[i] = lo;
      rows.hi[i] = hi;
      if (kind === K["dma.mapped"]) rows.code[i] = code;
    });
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
    for (let n = 0; n < this.answers.length; n++) {
      this.answerNow(this.answers[n]);
      this.recordOutcomes();
    }
    this.answers.length = 0;
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
        if (this.away.holds(vgpu, out.engine[o], out.ticket[o])) return;
        return this.fetch(vgpu, out.at[o], out.purpose[o], out.ticket[o]);
      case K["guest.write"]:
        return this.writeGuest(vgpu, out.at[o], out.atHigh[o], out.ticket[o], out.payloadOf(o));
      case K["irq.inject"]:
        this.statistics.interrupts++;
        return this.hands.inject(vgpu, out.at[o], out.lo[o]);
      case K["timer.arm"]:
        return this.timers.arm(out.ticket[o], vgpu, out.lo[o] + out.hi[o] * 0x1_0000_0000);
      case K["timer.cancel"]:
        return this.timers.cancel(out.ticket[o]);
      case K["display.ready"]:
        return this.hands.displayReady(vgpu);
      case K.note:
        return this.hands.noted(vgpu, out.code[o]);
      case K["access.reply"]:
        this.reply.lo = out.lo[o];
        this.reply.hi = out.hi[o];
        return;
    }
  }

  private fetch(agent: number, gfn: number, purpose: number, ticket: number): void {
    this.statistics.fetches++;
    const errno = this.hands.fetch(agent, gfn, ticket, this.page);
    if (errno === PENDING) return;
    const failed = errno !== DONE;
    const page = failed ? 0 : this.contentId(agent, gfn, this.page);
    const kind = failed ? K["guest.fetch.failed"] : K["guest.fetched"];
    this.answers.push({ kind, agent, ticket, at: gfn, purpose, page, code: failed ? errno : 0 });
  }

  private writeGuest(agent: number, at: number, atHigh: number, ticket: number, bytes: Uint8Array): void {
    const errno = this.hands.write(agent, at, atHigh, ticket, bytes);
    if (ticket === 0 || errno === PENDING) return;
    const kind = errno === DONE ? K["guest.write.done"] : K["guest.write.failed"];
    this.answers.push({ kind, agent, ticket, at: 0, purpose: 0, page: 0, code: errno });
  }

  /** Put the question of an open ticket once more, and reduce what is answered in place. */
  private askAgain(vgpu: number, ticket: number): void {
    const { core } = this.machine;
    const at = core.ticketOperand(ticket, 0);
    const second = core.ticketOperand(ticket, 1);
    if (core.ticketKind(ticket) === K["guest.fetch"]) this.fetch(vgpu, at, second, ticket);
    else this.writeGuest(vgpu, at, second, ticket, this.away.bytesOf(ticket));
    this.takeAnswers();
    this.recorder.sealIfFull(this.takeDigests);
  }

  private contentId(vgpu: number, gfn: number, bytes: Uint8Array): number {
    const key = vgpu * 0x100_0000 + gfn;
    const last = this.lastContent.get(key);
    // A recorder may let pages go that no state holds any more: then the id is nobody's, or another's.
    if (last !== undefined && this.store.has(last) && this.store.equals(last, bytes)) return last;
    const id = this.store.intern(bytes);
    this.lastContent.set(key, id);
    return id;
  }

  private answerNow(answer: Answer): void {
    const { rows } = this.recorder;
    const i = rows.add(answer.kind);
    rows.agent[i] = answer.agent;
    rows.ticket[i] = answer.ticket;
    rows.at[i] = answer.at;
    rows.purpose[i] = answer.purpose;
    rows.page[i] = answer.page;
    rows.code[i] = answer.code;
    this.machine.apply(rows, i);
  }

  private answerLate(kind: number, ticket: number, page: number, code: number): void {
    const { core } = this.machine;
    const i = this.begin(kind, core.ticketAgent(ticket));
    const { rows } = this.recorder;
    rows.ticket[i] = ticket;
    rows.at[i] = core.ticketOperand(ticket, 0);
    rows.purpose[i] = core.ticketOperand(ticket, 1);
    rows.page[i] = page;
    rows.code[i] = code;
    this.finish(rows, i);
  }
}
