import type { Digest } from "../events/digest.ts";
import {
  CLASS_OBSERVATION,
  CLASS_OUTCOME,
  K,
  KIND_CLASS,
  KIND_NAMES,
  type KindName,
} from "../events/kinds.ts";
import { rowDifference } from "../events/row-difference.ts";
import type { Rows } from "../events/rows.ts";
import { REG_FAST_READ, REG_FAST_WRITE } from "../hw/compile.ts";
import { ENGINES, MMIO_BYTES, VGPU_MAX } from "../hw/units.ts";
import { RowAnswers } from "./answers.ts";
import { Core, type Setting } from "./core.ts";
import { pauseEngines, resetEngines, resumeEngine, submit } from "./device/engine.ts";
import { flushTlb } from "./device/gtt.ts";
import { findPutAway } from "./device/parking.ts";
import { resetDeviceRegisters } from "./device/registers.ts";
import { digestsOf } from "./digests.ts";
import { readForCommand, writeForCommand } from "./mediator/commands.ts";
import {
  contextStatus,
  engineHung,
  engineIdle,
  engineIrq,
  isCongested,
  isPaused,
  isStopped,
} from "./mediator/execlist.ts";
import { writeGtt } from "./mediator/ggtt.ts";
import { DEVICE_GGTT, MMIO, PLANES } from "./planes.ts";
import { NO_RAM, type RamState } from "./ram.ts";
import { reduce, reduceAlive } from "./reduce.ts";
import { applyRule } from "./rules.ts";
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
  readonly rams: readonly RamState[];
  readonly trees: readonly Tree[];
  /** Next owner of copied nodes. */
  readonly owner: number;
}

const POISONED = "this machine has failed before and must not go on";
const MMIO_READ = K["mmio.read"];
const MMIO_WRITTEN = K["mmio.written"];
const GTT_WRITTEN = K["gtt.written"];
// The batch loop's own copies: see words.ts.
const MMIO_PLANE = MMIO;
const MMIO_END = MMIO_BYTES;
const FAST_READ = REG_FAST_READ;
const FAST_WRITE = REG_FAST_WRITE;
const OUTCOME = CLASS_OUTCOME;
const VGPUS = VGPU_MAX;

const DOWN: Down = {
  elsp: submit,
  ggtt: (core, entry, low, high) => {
    core.words.writePair(DEVICE_GGTT, entry * 2, low, high);
  },
  clearGgtt: (core, first, end) => core.words.clearRange(DEVICE_GGTT, first * 2, end * 2),
  tlb: (core, mask) => {
    for (let e = 0; e < ENGINES.length; e++) if ((mask & (1 << e)) !== 0) flushTlb(core, e);
  },
  reset: resetEngines,
  pause: pauseEngines,
  resume: resumeEngine,
  aside: findPutAway,
};

const UP: Up = {
  irq: engineIrq,
  csb: contextStatus,
  idle: engineIdle,
  hung: engineHung,
  congested: isCongested,
  stopped: isStopped,
  writeRegister: writeForCommand,
  readRegister: readForCommand,
  paused: isPaused,
};

/** The state before anything happened. */
function initialState(): State {
  return {
    seq: -1,
    now: 0,
    lastTicket: 0,
    lastStamp: 0,
    roots: new Array<Root>(PLANES).fill(EMPTY_ROOT),
    rams: new Array<RamState>(VGPU_MAX + 1).fill(NO_RAM),
    trees: [initialDeviceTree(), ...Array.from({ length: VGPU_MAX }, initialVgpuTree)],
    owner: 1,
  };
}

/**
 * A machine that runs a log: hot (in place on state that it owns) or pure (`pure: true`: immer drafts, a
 * new State after every input). The same reducers either way. An exception is a bug of ours: it poisons the
 * machine, which never goes on.
 */
export class Machine {
  readonly core: Core;
  private owner = 1;
  private poisoned = false;
  /** Answers from the rows themselves: what is replayed, and what nobody else answers for. */
  readonly recorded = new RowAnswers();
  /** The state that the machine last left behind or went on from; has it moved since? */
  private last = initialState();
  private moved = true;

  constructor(setting: Setting, pure = false) {
    this.core = new Core(setting, pure, this.last.trees, DOWN, UP);
    this.core.source = this.recorded;
    this.restore(this.last);
    this.moved = true;
    resetDeviceRegisters(this.core);
  }

  /**
   * Reduce input row `i`; its outcomes are then in `core.out`, a read's reply in `core.replyLo` and `replyHi`.
   * What it asks in place, `core.source` answers: by default, the row itself.
   */
  apply(rows: Rows, i: number): void {
    if (this.poisoned) throw new Error(POISONED);
    const core = this.core;
    this.moved = true;
    core.seq = rows.firstSeq + i;
    core.now += rows.dt[i];
    core.out.clear();
    core.told = 0;
    this.recorded.start(rows, i);
    try {
      reduce(core, rows, i);
      if (core.pure) core.finishDrafts();
    } catch (error) {
      this.poisoned = true;
      throw error;
    }
  }

  /**
   * Batch: reduce the inputs among rows `from` to `to` (exclusive) and compare everything recorded with
   * what is answered. Returns the index of the first row that differs, or `to`. A missing outcome is
   * reported at the row that stands in its place.
   */
  batch(rows: Rows, from: number, to: number): number {
    if (this.poisoned) throw new Error(POISONED);
    this.moved = true;
    const { source } = this.core;
    this.core.source = this.recorded;
    this.core.carriesOut = false;
    try {
      return this.run(rows, from, to);
    } catch (error) {
      this.poisoned = true;
      throw error;
    } finally {
      this.core.carriesOut = true;
      this.core.source = source;
    }
  }

  /** The loop of `batch`. What most inputs are needs no dispatch, and no look at outcomes that it cannot have. */
  private run(rows: Rows, from: number, to: number): number {
    const { core } = this;
    const { kind, agent, at, size, lo, hi, answers, dt } = rows;
    const { idOf, flags, rule, writable, oneToClear, then } = core.registers;
    const { words } = core;
    let { now } = core;
    // The vGPU that the last reduced input was about, if it exists: its rows may need no more than this loop.
    let alive = from < to && this.isAlive(agent[from]) ? agent[from] : -1;
    let quick = -1;
    for (let i = from; i < to; ) {
      const k = kind[i];
      const v = agent[i];
      const a = at[i];
      // Others are refused, with a row.
      if (v === alive && k === GTT_WRITTEN && (a & 3) === 0 && size[i] >= 4 && answers[i] === 0) {
        writeGtt(core, v, a, size[i], lo[i], hi[i]);
        now += dt[i];
        quick = i++;
        continue;
      }
      if (v === alive && k <= MMIO_WRITTEN && size[i] === 4 && a < MMIO_END && (a & 3) === 0) {
        const word = a >>> 2;
        const id = idOf[word];
        if (k === MMIO_READ && (flags[id] & FAST_READ) !== 0) {
          now += dt[i];
          quick = i++;
          if (words.read(MMIO_PLANE + v, word) === lo[quick] && (hi[quick] | answers[quick]) === 0) continue;
          core.now = now;
          core.seq = rows.firstSeq + quick;
          return quick;
        }
        if (k === MMIO_WRITTEN && id !== 0 && then[id] === 0 && answers[i] === 0) {
          const value =
            (flags[id] & FAST_WRITE) !== 0
              ? lo[i]
              : applyRule(rule[id], writable[id], oneToClear[id], words.read(MMIO_PLANE + v, word), lo[i]);
          words.write(MMIO_PLANE + v, word, value);
          now += dt[i];
          quick = i++;
          continue;
        }
      }
      if (KIND_CLASS[k] >= OUTCOME) {
        if (KIND_CLASS[k] === CLASS_OBSERVATION) {
          i++;
          continue;
        }
        core.now = now;
        if (quick >= 0) core.seq = rows.firstSeq + quick;
        return i;
      }
      now += dt[i];
      core.now = now;
      core.seq = rows.firstSeq + i;
      quick = -1;
      const next = this.answered(rows, i, to, v === alive);
      if (next < 0) return -next - 1;
      i = next;
      if (v !== alive || k > MMIO_WRITTEN) alive = this.isAlive(v) ? v : -1;
    }
    core.now = now;
    if (quick >= 0) core.seq = rows.firstSeq + quick;
    return to;
  }

  private isAlive(v: number): boolean {
    return v > 0 && v <= VGPUS && this.core.seeVgpu(v).created;
  }

  /**
   * Reduce input `i`, whose clock and seq are set; `alive`: of a vGPU that exists. Index of the next input, or
   * -1 - index of the row that differs.
   */
  private answered(rows: Rows, i: number, to: number, alive: boolean): number {
    const { core } = this;
    const { out } = core;
    out.clear();
    core.told = 0;
    this.recorded.start(rows, i);
    if (alive) reduceAlive(core, rows.agent[i], rows, i);
    else reduce(core, rows, i);
    if (core.pure) core.finishDrafts();
    if (!this.recorded.used || (READS[rows.kind[i]] === 1 && !this.replyMatches(rows, i))) return -1 - i;
    return out.count === 0 ? i + 1 : this.outcomesMatch(rows, i + 1, to);
  }

  /** Compare what was answered with the rows from `at` on: the index behind them, or -1 - that of a difference. */
  private outcomesMatch(rows: Rows, at: number, to: number): number {
    const { out } = this.core;
    let next = at;
    for (let o = 0; o < out.count; o++, next++) {
      while (next < to && KIND_CLASS[rows.kind[next]] === CLASS_OBSERVATION) next++;
      if (next >= to || rowDifference(out, o, rows, next) !== null) return -1 - Math.min(next, to - 1);
    }
    return next;
  }

  /**
   * Reduce input `i` and compare: index of the next row, or -1 - index of the row that differs. Somebody else's
   * answers are passed over: they neither drive nor diverge.
   */
  strict(rows: Rows, i: number, to: number): number {
    if (KIND_CLASS[rows.kind[i]] === CLASS_OBSERVATION) return i + 1;
    if (KIND_CLASS[rows.kind[i]] >= CLASS_OUTCOME) return -1 - i;
    const { source } = this.core;
    this.core.carriesOut = false;
    this.core.source = this.recorded;
    this.apply(rows, i);
    this.core.carriesOut = true;
    this.core.source = source;
    if (!this.recorded.used || !this.replyMatches(rows, i)) return -1 - i;
    const next = this.outcomesMatch(rows, i + 1, to);
    if (next >= 0 && next < to && KIND_CLASS[rows.kind[next]] === CLASS_OUTCOME) return -1 - next;
    return next;
  }

  /** Is the reply in read row `i` what the model answers? True for rows that are not reads. */
  replyMatches(rows: Rows, i: number): boolean {
    const k = rows.kind[i];
    if (!isRead(k)) return true;
    const core = this.core;
    return rows.lo[i] === core.replyLo && rows.hi[i] === core.replyHi;
  }

  /** The state as a value; the machine goes on from it, copying what it changes. */
  snapshot(): State {
    const core = this.core;
    const last = this.last;
    this.owner++;
    const roots = core.words.changed ? core.words.roots.slice() : last.roots;
    core.words.seal(this.owner);
    const rams = this.sealRams(last.rams);
    const trees = core.sealTrees() ? core.trees.slice() : last.trees;
    const { seq, now, lastTicket, lastStamp } = core;
    this.last = { seq, now, lastTicket, lastStamp, roots, rams, trees, owner: this.owner };
    this.moved = false;
    return this.last;
  }

  /** What is known of the guests' memory; the list of the last snapshot where nothing has changed. */
  private sealRams(last: readonly RamState[]): readonly RamState[] {
    const { ram } = this.core;
    let rams: RamState[] | null = null;
    for (let v = 1; v <= VGPU_MAX; v++) {
      const sealed = ram[v].seal(this.owner);
      if (sealed === last[v]) continue;
      rams ??= last.slice();
      rams[v] = sealed;
    }
    return rams ?? last;
  }

  /** Go on from a state. */
  restore(state: State): void {
    if (state === this.last && !this.moved) return;
    const core = this.core;
    this.last = state;
    this.moved = false;
    this.owner = state.owner;
    this.poisoned = false;
    core.seq = state.seq;
    core.now = state.now;
    core.lastTicket = state.lastTicket;
    core.lastStamp = state.lastStamp;
    core.words.restore(state.roots, state.owner);
    for (let v = 1; v <= VGPU_MAX; v++) core.ram[v].restore(state.rams[v], state.owner);
    core.restoreTrees(state.trees);
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

/** A question to the world that has not been answered. */
export interface PendingTicket {
  readonly ticket: number;
  /** Name of the effect that asked. */
  readonly kind: KindName;
  readonly agent: number;
  readonly operands: readonly number[];
}

/**
 * Tickets that are open, in ascending order: what a port that attaches again, or a branch gone live, is
 * asked again.
 */
export function pending(machine: Machine): PendingTicket[] {
  const { core } = machine;
  return core.openTickets().map((ticket) => ({
    ticket,
    kind: KIND_NAMES[core.ticketKind(ticket)],
    agent: core.ticketAgent(ticket),
    operands: [0, 1, 2, 3].map((n) => core.ticketOperand(ticket, n)),
  }));
}
