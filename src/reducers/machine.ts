import type { Digest } from "../events/digest.ts";
import { CLASS_OUTCOME, K, KIND_CLASS, KIND_NAMES, type KindName } from "../events/kinds.ts";
import { type Rows, rowDifference } from "../events/rows.ts";
import { REG_FAST_READ, REG_FAST_WRITE } from "../hw/compile.ts";
import { ENGINES, MMIO_BYTES, VGPU_MAX } from "../hw/units.ts";
import { Core, type Setting } from "./core.ts";
import { resetEngines, submit } from "./device/engine.ts";
import { flushTlb } from "./device/gtt.ts";
import { loadRegister, resetDeviceRegisters } from "./device/registers.ts";
import { digestsOf } from "./digests.ts";
import { contextStatus, engineIdle, engineIrq, isCongested } from "./mediator/execlist.ts";
import { DEVICE_GGTT, DEVICE_MMIO, MMIO, PLANES } from "./planes.ts";
import { EMPTY_RAM, type RamNode } from "./ram.ts";
import { reduce } from "./reduce.ts";
import type { Down, Up } from "./seam.ts";
import { initialDeviceTree, initialVgpuTree, type Tree } from "./trees.ts";
import { EMPTY_ROOT, type Root } from "./words.ts";

/** A machine's whole state after one input: a value. Nothing reachable from it ever changes. */
export interface State {
  /** seq of the last input; -1 before the first. */
  readonly seq: number;
  /** Model time in microseconds. */
  readonly now: number;
  readonly lastTicket: number;
  readonly lastStamp: number;
  readonly roots: readonly Root[];
  readonly digestLow: Int32Array;
  readonly digestHigh: Int32Array;
  readonly rams: readonly { readonly root: RamNode; readonly low: number; readonly high: number }[];
  readonly trees: readonly Tree[];
  /** Next owner of copied nodes. */
  readonly owner: number;
}

const DOWN: Down = {
  elsp: submit,
  ggtt: (core, entry, low, high) => {
    core.words.write(DEVICE_GGTT, entry * 2, low);
    core.words.write(DEVICE_GGTT, entry * 2 + 1, high);
  },
  tlb: (core, mask) => {
    for (let e = 0; e < ENGINES.length; e++) if ((mask & (1 << e)) !== 0) flushTlb(core, e);
  },
  reset: resetEngines,
  mmio: (core, at) => core.words.read(DEVICE_MMIO, at >>> 2),
  writeMmio: (core, at, value) => loadRegister(core, 0, at, value),
};

const UP: Up = { irq: engineIrq, csb: contextStatus, idle: engineIdle, congested: isCongested };

/** The state before anything happened. */
export function initialState(): State {
  return {
    seq: -1,
    now: 0,
    lastTicket: 0,
    lastStamp: 0,
    roots: new Array<Root>(PLANES).fill(EMPTY_ROOT),
    digestLow: new Int32Array(PLANES),
    digestHigh: new Int32Array(PLANES),
    rams: Array.from({ length: VGPU_MAX + 1 }, () => ({ root: EMPTY_RAM, low: 0, high: 0 })),
    trees: [initialDeviceTree(), ...Array.from({ length: VGPU_MAX }, initialVgpuTree)],
    owner: 1,
  };
}

/**
 * A machine that runs a log: hot (in place on state that it owns) or pure (`pure: true`: immer drafts, a new State after every
 * input). The same reducers either way. An exception is a bug of ours: it poisons the machine, which never goes on.
 */
export class Machine {
  readonly core: Core;
  private owner = 1;
  private poisoned = false;

  constructor(setting: Setting, pure = false) {
    const start = initialState();
    this.core = new Core(setting, pure, start.trees, DOWN, UP);
    this.restore(start);
    resetDeviceRegisters(this.core);
  }

  /** Reduce input row `i`; its outcomes are then in `core.out`, a read's reply in `core.replyLo`, `replyHi` and `owed`. */
  apply(rows: Rows, i: number): void {
    if (this.poisoned) throw new Error("this machine has failed before and must not go on");
    const core = this.core;
    core.seq = rows.firstSeq + i;
    core.now += rows.dt[i];
    core.out.count = 0;
    core.out.payloadUsed = 0;
    try {
      reduce(core, rows, i);
      if (core.pure) core.finishDrafts();
    } catch (error) {
      this.poisoned = true;
      throw error;
    }
  }

  /**
   * Batch: reduce the inputs among rows `from` to `to` (exclusive) and compare everything recorded with what is answered.
   * Returns the index of the first row that differs, or `to`. A missing outcome is reported at the row that stands in its place.
   */
  batch(rows: Rows, from: number, to: number): number {
    const core = this.core;
    const { kind, agent, at, size, lo, hi, ticket, dt } = rows;
    const { idOf, flags } = core.registers;
    const words = core.words;
    const read = K["mmio.read"];
    const written = K["mmio.written"];
    for (let i = from; i < to; ) {
      const k = kind[i];
      const v = agent[i];
      if (v === 0 || v > VGPU_MAX || size[i] !== 4 || at[i] >= MMIO_BYTES || (at[i] & 3) !== 0) {
        const next = this.strict(rows, i, to);
        if (next < 0) return -next - 1;
        i = next;
      } else if (k === read && (flags[idOf[at[i] >>> 2]] & REG_FAST_READ) !== 0) {
        core.now += dt[i];
        core.seq = rows.firstSeq + i;
        if (words.read(MMIO + v, at[i] >>> 2) !== lo[i] || (hi[i] | ticket[i]) !== 0) return i;
        i++;
      } else if (k === written && (flags[idOf[at[i] >>> 2]] & REG_FAST_WRITE) !== 0) {
        core.now += dt[i];
        core.seq = rows.firstSeq + i;
        words.write(MMIO + v, at[i] >>> 2, lo[i]);
        i++;
      } else {
        const next = this.strict(rows, i, to);
        if (next < 0) return -next - 1;
        i = next;
      }
    }
    return to;
  }

  /** Reduce input `i` and compare: index of the next input, or -1 - index of the row that differs. */
  strict(rows: Rows, i: number, to: number): number {
    if (KIND_CLASS[rows.kind[i]] >= CLASS_OUTCOME) return -1 - i;
    this.apply(rows, i);
    if (!this.replyMatches(rows, i)) return -1 - i;
    const { out } = this.core;
    let next = i + 1;
    for (let o = 0; o < out.count; o++, next++) {
      if (next >= to || rowDifference(out, o, rows, next) !== null) return -1 - Math.min(next, to - 1);
    }
    if (next < to && KIND_CLASS[rows.kind[next]] === CLASS_OUTCOME) return -1 - next;
    return next;
  }

  /** Is the reply in read row `i` what the model answers? True for rows that are not reads. */
  replyMatches(rows: Rows, i: number): boolean {
    const k = rows.kind[i];
    if (!isRead(k)) return true;
    const core = this.core;
    if (core.owed !== 0 || rows.ticket[i] !== 0) return rows.ticket[i] === core.owed;
    return rows.lo[i] === core.replyLo && rows.hi[i] === core.replyHi;
  }

  /** The state as a value; the machine goes on from it, copying what it changes. */
  snapshot(): State {
    const core = this.core;
    this.owner++;
    core.words.seal(this.owner);
    for (let v = 1; v <= VGPU_MAX; v++) core.ram[v].seal(this.owner);
    core.sealTrees();
    return {
      seq: core.seq,
      now: core.now,
      lastTicket: core.lastTicket,
      lastStamp: core.lastStamp,
      roots: core.words.roots.slice(),
      digestLow: core.words.digestLow.slice(),
      digestHigh: core.words.digestHigh.slice(),
      rams: core.ram.map((ram) => ({ root: ram.root, low: ram.digestLow, high: ram.digestHigh })),
      trees: core.trees.slice(),
      owner: this.owner,
    };
  }

  /** Go on from a state. */
  restore(state: State): void {
    const core = this.core;
    this.owner = state.owner;
    this.poisoned = false;
    core.seq = state.seq;
    core.now = state.now;
    core.lastTicket = state.lastTicket;
    core.lastStamp = state.lastStamp;
    core.words.restore(state.roots, state.digestLow, state.digestHigh, state.owner);
    state.rams.forEach((ram, v) => core.ram[v].restore(ram.root, ram.low, ram.high, state.owner));
    state.trees.forEach((tree, i) => {
      core.trees[i] = tree;
    });
    core.sealTrees();
  }

  /** Digest of every component. */
  digests(): Digest[] {
    return digestsOf(this.core);
  }
}

const READS = new Uint8Array(256);
for (const name of ["mmio.read", "gtt.read", "config.read", "io.read", "aperture.read"] as const)
  READS[K[name]] = 1;

/** Is this the kind of a guest's read? */
export function isRead(kind: number): boolean {
  return READS[kind] === 1;
}

/** A State and the rows it was answered with. */
export interface Step {
  readonly state: State;
  readonly outcomes: Rows;
  readonly replyLo: number;
  readonly replyHi: number;
}

/**
 * One input on one state, as a function: the earlier state stays valid. `machine` is a pure machine that lends its tables; it
 * keeps nothing from call to call.
 */
export function reduceState(machine: Machine, state: State, rows: Rows, i: number): Step {
  machine.restore(state);
  machine.apply(rows, i);
  const { out, replyLo, replyHi } = machine.core;
  return { state: machine.snapshot(), outcomes: out, replyLo, replyHi };
}

/** A question to the world that has not been answered. */
export interface PendingTicket {
  readonly ticket: number;
  /** Name of the effect that asked. */
  readonly kind: KindName;
  readonly agent: number;
  readonly operands: readonly number[];
}

/** Tickets that are open, in ascending order: what a port that attaches again, or a branch gone live, is asked again. */
export function pending(machine: Machine): PendingTicket[] {
  const { core } = machine;
  return core.openTickets().map((ticket) => ({
    ticket,
    kind: KIND_NAMES[core.ticketKind(ticket)],
    agent: core.ticketAgent(ticket),
    operands: [0, 1, 2, 3].map((n) => core.ticketOperand(ticket, n)),
  }));
}
