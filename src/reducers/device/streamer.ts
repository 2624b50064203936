import { NOTES } from "../../events/codes.ts";
import { PURPOSES } from "../../events/columns.ts";
import { ACTIONS } from "../../hw/command.ts";
import { rowLength } from "../../hw/compile-commands.ts";
import { FETCH_DWORD_NS, MI_COMMAND_NS, TURN_DWORDS, TURN_NS, WALK_NS } from "../../hw/cost.ts";
import type { Core } from "../core.ts";
import type { EngineTree } from "../trees.ts";
import { DONE, execute, type Outcome, WAIT } from "./actions.ts";
import { FAULT, PARKED, pageWords, translate, translateGlobal } from "./gtt.ts";
import { endWorkaround, WORKAROUND, workaroundRoom } from "./workaround.ts";

/**
 * The command streamer: reads commands from ring and batches and retires them, until something ends the turn.
 * Its position is data in the engine's tree; a command whose pages are not all there has no effect yet and is
 * started again when they are.
 */

export const DRAINED = 1;
export const BUDGET = 2;
export const PREEMPTED = 3;
export const WAITING = 4;
export const STUCK = 5;

const COMMAND = PURPOSES.indexOf("command");
const RING = PURPOSES.indexOf("ring");
const NOOP = ACTIONS.indexOf("noop");
const SKIP = ACTIONS.indexOf("skip");
const WALK = ACTIONS.indexOf("walk");
const UNKNOWN_COMMAND = NOTES.indexOf("command.unknown");
/**
 * Longest command that is executed rather than skipped: MI_STORE_DATA_IMM with its length field of 10 bits.
 */
const OPERANDS_MAX = 1025;
/** What commands look at by number: a shorter command has zeros there, never what stood there before. */
const OPERANDS_FIXED = 11;

const NOOP_NS = FETCH_DWORD_NS + MI_COMMAND_NS;

/** Dwords of the command being executed. Holds nothing between events. */
const OPERANDS = new Uint32Array(OPERANDS_MAX);

/** Run until the turn ends: one of the outcomes above, PARKED or FAULT. */
export function run(core: Core, e: number, engine: EngineTree): number {
  for (;;) {
    if (engine.level === 0 && engine.head === engine.tail) return DRAINED;
    if (engine.preempt && isPreemptible(engine)) return PREEMPTED;
    if (engine.turnNs >= TURN_NS || engine.turnDwords >= TURN_DWORDS) return BUDGET;
    if (core.up.congested(core, engine.frameBase)) return WAITING;
    const page = engine.level === 0 ? ringPage(core, e, engine) : batchPage(core, e, engine);
    if (page === null) return engine.fetch !== 0 ? PARKED : FAULT;
    const how = runPage(core, e, engine, page);
    if (how !== DONE) return how;
  }
}

/** Only where all of the position is in what a context image holds. */
function isPreemptible(engine: EngineTree): boolean {
  return engine.arbitration && !engine.skipping && engine.level !== WORKAROUND;
}

/** The ring's page under the head; null: parked or faulted. */
function ringPage(core: Core, e: number, engine: EngineTree): Uint32Array | null {
  const hfn = translateGlobal(core, engine, (engine.ringStart + engine.head) >>> 0);
  return hfn < 0 ? null : pageWords(core, e, engine, hfn, RING);
}

function batchPage(core: Core, e: number, engine: EngineTree): Uint32Array | null {
  const { level } = engine;
  const hfn = translate(core, e, engine, engine.ppgtt[level], engine.ipLow[level], engine.ipHigh[level]);
  return hfn < 0 ? null : pageWords(core, e, engine, hfn, COMMAND);
}

/**
 * Retire the commands of one page that need nothing but their length; hand the first other one to `runOne`.
 * DONE: look at the position again.
 */
function runPage(core: Core, e: number, engine: EngineTree, page: Uint32Array): number {
  const index = core.setting.commands[e];
  const { rowOf, action } = index;
  const start =
    ((engine.level === 0 ? engine.ringStart + engine.head : engine.ipLow[engine.level]) & 4095) >>> 2;
  const end = engine.level === 0 ? ringEnd(engine, start) : Math.min(1024, start + workaroundRoom(engine));
  if (start === end) {
    endWorkaround(core, e, engine);
    return DONE;
  }
  let ns = engine.turnNs;
  const room = start + (TURN_DWORDS - engine.turnDwords);
  const stop = Math.min(room, end);
  let i = start;
  while (i < stop && ns < TURN_NS) {
    const dword = page[i];
    if (dword === 0) {
      const first = i;
      const last = Math.min(stop, i + Math.ceil((TURN_NS - ns) / NOOP_NS));
      i++;
      while (i < last && page[i] === 0) i++;
      ns += (i - first) * NOOP_NS;
      continue;
    }
    const row = rowOf[dword >>> 16];
    const what = action[row];
    if (row === 0 || (what !== SKIP && what !== NOOP && what !== WALK)) break;
    const length = rowLength(index, row, dword);
    if (i + length > end) break;
    i += length;
    ns += length * FETCH_DWORD_NS + (what === WALK ? WALK_NS : dword >>> 29 === 0 ? MI_COMMAND_NS : 0);
  }
  const moved = i - start;
  engine.turnNs = ns;
  if (moved > 0) {
    engine.turnDwords += moved;
    advance(engine, moved);
    return DONE;
  }
  return runOne(core, e, engine, page, start);
}

/** Where the commands of this ring page end: at its last dword, the ring's wrap, or the tail. */
function ringEnd(engine: EngineTree, start: number): number {
  const left = engine.tail > engine.head ? engine.tail - engine.head : engine.ringSize - engine.head;
  return Math.min(1024, start + (left >>> 2));
}

/**
 * Does a command of this length run past the tail? Only a broken guest writes that; hardware would read
 * garbage.
 */
function overshoots(engine: EngineTree, length: number): boolean {
  if (engine.level !== 0) return length > workaroundRoom(engine);
  const left =
    engine.tail > engine.head ? engine.tail - engine.head : engine.ringSize - engine.head + engine.tail;
  return length * 4 > left;
}

/** Move the position by dwords. */
function advance(engine: EngineTree, dwords: number): void {
  if (engine.level === 0) {
    engine.head += dwords * 4;
    if (engine.head >= engine.ringSize) engine.head -= engine.ringSize;
    return;
  }
  const { level } = engine;
  const low = engine.ipLow[level] + dwords * 4;
  engine.ipLow[level] = low >>> 0;
  if (low > 0xffff_ffff) engine.ipHigh[level] = (engine.ipHigh[level] + 1) & 0xffff;
}

/** One command that has an effect, or reaches into the next page. */
function runOne(core: Core, e: number, engine: EngineTree, page: Uint32Array, at: number): number {
  const index = core.setting.commands[e];
  const dword = page[at];
  const row = index.rowOf[dword >>> 16];
  if (row === 0 || overshoots(engine, rowLength(index, row, dword))) {
    core.note(0, UNKNOWN_COMMAND, e, dword, engine.ipLow[engine.level], engine.ipHigh[engine.level]);
    return STUCK;
  }
  const length = rowLength(index, row, dword);
  const what = index.action[row];
  const skipped = what === SKIP || what === NOOP || what === WALK;
  if (!skipped) {
    const got = gather(core, e, engine, page, at, Math.min(length, OPERANDS_MAX));
    if (got !== DONE) return got;
  }
  const before = engine.turnNs;
  engine.turnNs = before + length * FETCH_DWORD_NS + (what === WALK ? WALK_NS : MI_COMMAND_NS);
  if (skipped) advance(engine, length);
  const how: Outcome = skipped ? DONE : execute(core, e, engine, what, OPERANDS, length, advance);
  if (how === DONE) {
    engine.turnDwords += length;
    return DONE;
  }
  engine.turnNs = before;
  return how === WAIT ? WAITING : how;
}

/** Collect a command's dwords into OPERANDS, across pages where it must: DONE, PARKED or FAULT. */
function gather(
  core: Core,
  e: number,
  engine: EngineTree,
  first: Uint32Array,
  at: number,
  length: number,
): number {
  let page = first;
  let base = at;
  for (let k = 0; k < length; k++) {
    if (base + k >= 1024) {
      const next = nextPage(core, e, engine, k);
      if (next === null) return engine.fetch !== 0 ? PARKED : FAULT;
      page = next;
      base = -k;
    }
    OPERANDS[k] = page[base + k];
  }
  for (let k = length; k < OPERANDS_FIXED; k++) OPERANDS[k] = 0;
  return DONE;
}

/** The page that holds dword `k` of the current command. */
function nextPage(core: Core, e: number, engine: EngineTree, k: number): Uint32Array | null {
  const { level } = engine;
  if (level === 0) {
    const at = (engine.ringStart + ((engine.head + k * 4) % engine.ringSize)) >>> 0;
    const hfn = translateGlobal(core, engine, at);
    return hfn < 0 ? null : pageWords(core, e, engine, hfn, RING);
  }
  const low = engine.ipLow[level] + k * 4;
  const high = low > 0xffff_ffff ? (engine.ipHigh[level] + 1) & 0xffff : engine.ipHigh[level];
  const hfn = translate(core, e, engine, engine.ppgtt[level], low >>> 0, high);
  return hfn < 0 ? null : pageWords(core, e, engine, hfn, COMMAND);
}
