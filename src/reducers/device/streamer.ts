import { NOTES } from "../../events/codes.ts";
import { PURPOSES } from "../../events/columns.ts";
import { ACTIONS } from "../../hw/command.ts";
import { type CommandIndex, rowLength } from "../../hw/compile-commands.ts";
import { FETCH_DWORD_NS, MI_COMMAND_NS, TURN_DWORDS, TURN_NS, WALK_NS } from "../../hw/cost.ts";
import type { Core } from "../core.ts";
import { agentOf } from "../memory.ts";
import type { EngineTree } from "../trees.ts";
import { DONE, execute, JUMPED, WAIT } from "./actions.ts";
import { failure, placeWords, reach } from "./gtt.ts";
import { CHANGES, forgetPlaces, type Place } from "./places.ts";
import { advance, overshoots, ringEnd } from "./position.ts";
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
export const STOPPED = 6;

const COMMAND = PURPOSES.indexOf("command");
const RING = PURPOSES.indexOf("ring");
const UNKNOWN_COMMAND = NOTES.indexOf("command.unknown");
/**
 * Longest command that is executed rather than skipped: MI_STORE_DATA_IMM with its length field of 10 bits.
 */
const OPERANDS_MAX = 1025;
/** What commands look at by number: a shorter command has zeros there, never what stood there before. */
const OPERANDS_FIXED = 11;

/** Actions that need nothing but the command's length: 1, and 2 for what works for long. */
const RETIRES = new Uint8Array(ACTIONS.length);
for (const action of ["skip", "noop", "arbCheck", "waitForEvent"] as const)
  RETIRES[ACTIONS.indexOf(action)] = 1;
RETIRES[ACTIONS.indexOf("walk")] = 2;

const NOOP_NS = FETCH_DWORD_NS + MI_COMMAND_NS;

/** Dwords of the command being executed. Holds nothing between events. */
const OPERANDS = new Uint32Array(OPERANDS_MAX);
/** How many of the first OPERANDS_FIXED are not zero, perhaps. */
let filled = 0;

/** Run until the turn ends: one of the outcomes above, PARKED or FAULT. */
export function run(core: Core, e: number, engine: EngineTree): number {
  forgetPlaces();
  for (;;) {
    if (engine.level === 0 && engine.head === engine.tail) return DRAINED;
    if (engine.preempt && isPreemptible(engine)) return PREEMPTED;
    if (isSpent(engine)) return BUDGET;
    if (core.up.congested(core, engine.frameBase)) return WAITING;
    if (core.up.stopped(core, engine.frameBase, e)) return STOPPED;
    const page = dwordPage(core, e, engine, 0);
    if (page === null) return failure(engine);
    const how = runPage(core, e, engine, page);
    if (how !== DONE) return how;
  }
}

/** Has the turn used up one of its budgets? */
function isSpent(engine: EngineTree): boolean {
  return engine.turnNs >= TURN_NS || engine.turnDwords >= TURN_DWORDS;
}

/** Only where all of the position is in what a context image holds. */
function isPreemptible(engine: EngineTree): boolean {
  return engine.arbitration && !engine.skipping && engine.level !== WORKAROUND;
}

/** The page that holds dword `k` of the current command; null: parked or faulted. */
function dwordPage(core: Core, e: number, engine: EngineTree, k: number): Uint32Array | null {
  const { level } = engine;
  let place: Place | null;
  if (level === 0) {
    const at = (engine.ringStart + ((engine.head + k * 4) % engine.ringSize)) >>> 0;
    place = reach(core, e, engine, false, at, 0);
  } else {
    const low = engine.ipLow[level] + k * 4;
    const high = low > 0xffff_ffff ? (engine.ipHigh[level] + 1) & 0xffff : engine.ipHigh[level];
    place = reach(core, e, engine, engine.ppgtt[level], low >>> 0, high);
  }
  return place === null ? null : placeWords(core, e, engine, place, level === 0 ? RING : COMMAND);
}

/**
 * Run the commands of one page for as long as the next one is found without a look around. DONE: look at the
 * position again.
 */
function runPage(core: Core, e: number, engine: EngineTree, page: Uint32Array): number {
  const index = core.setting.commands[e];
  const { level } = engine;
  const changes = CHANGES.count;
  let at = ((level === 0 ? engine.ringStart + engine.head : engine.ipLow[level]) & 4095) >>> 2;
  const end = level === 0 ? ringEnd(engine, at) : Math.min(1024, at + workaroundRoom(engine));
  if (at === end) {
    endWorkaround(core, e, engine);
    return DONE;
  }
  for (;;) {
    const dword = page[at];
    const row = index.rowOf[dword >>> 16];
    const length = rowLength(index, row, dword);
    if (RETIRES[index.action[row]] !== 0 && row !== 0 && at + length <= end) {
      at = retire(index, engine, page, at, end);
    } else {
      const how = runOne(core, e, engine, page, at, end, row, length);
      if (how !== DONE) return how === JUMPED ? DONE : how;
      at += length;
      if (changes !== CHANGES.count || engine.preempt) return DONE;
    }
    if (at >= end || isSpent(engine)) return DONE;
  }
}

/**
 * Retire the commands from dword `at` of a page on that need nothing but their length, as far as the turn's
 * budget goes. Returns where the first other one stands.
 */
function retire(
  index: CommandIndex,
  engine: EngineTree,
  page: Uint32Array,
  start: number,
  end: number,
): number {
  const { rowOf, action, cost } = index;
  const stop = Math.min(start + (TURN_DWORDS - engine.turnDwords), end);
  let ns = engine.turnNs;
  let i = start;
  while (i < stop && ns < TURN_NS) {
    const dword = page[i];
    if (dword === 0) {
      const first = i;
      i = endOfNoops(page, first + 1, Math.min(stop, first + Math.ceil((TURN_NS - ns) / NOOP_NS)));
      ns += (i - first) * NOOP_NS;
      continue;
    }
    const row = rowOf[dword >>> 16];
    if (row === 0 || RETIRES[action[row]] === 0) break;
    const length = rowLength(index, row, dword);
    if (i + length > end) break;
    i += length;
    ns += length * FETCH_DWORD_NS + cost[row];
  }
  engine.turnNs = ns;
  engine.turnDwords += i - start;
  advance(engine, i - start);
  return i;
}

/** First dword from `i` on, below `last`, that is no NOOP. */
function endOfNoops(page: Uint32Array, i: number, last: number): number {
  let k = i;
  for (; k + 8 <= last; k += 8) {
    const low = page[k] | page[k + 1] | page[k + 2] | page[k + 3];
    if ((low | page[k + 4] | page[k + 5] | page[k + 6] | page[k + 7]) !== 0) break;
  }
  while (k < last && page[k] === 0) k++;
  return k;
}

/** One command that has an effect, or reaches beyond `end`. */
function runOne(
  core: Core,
  e: number,
  engine: EngineTree,
  page: Uint32Array,
  at: number,
  end: number,
  row: number,
  length: number,
): number {
  if (row === 0 || (at + length > end && overshoots(engine, length))) {
    const { level } = engine;
    const v = agentOf(engine.frameBase);
    core.note(v, UNKNOWN_COMMAND, e, page[at], engine.ipLow[level], engine.ipHigh[level]);
    return STUCK;
  }
  const what = core.setting.commands[e].action[row];
  const retires = RETIRES[what];
  const before = engine.turnNs;
  if (retires !== 0) {
    engine.turnNs = before + length * FETCH_DWORD_NS + (retires === 2 ? WALK_NS : MI_COMMAND_NS);
    engine.turnDwords += length;
    advance(engine, length);
    return DONE;
  }
  const got = gather(core, e, engine, page, at, Math.min(length, OPERANDS_MAX));
  if (got !== DONE) return got;
  engine.turnNs = before + length * FETCH_DWORD_NS + MI_COMMAND_NS;
  const how = execute(core, e, engine, what, OPERANDS, length);
  if (how === DONE) advance(engine, length);
  if (how === DONE || how === JUMPED) {
    engine.turnDwords += length;
    return how;
  }
  engine.turnNs = before;
  return how === WAIT ? WAITING : how;
}

/** Collect a command's dwords into OPERANDS, across pages where it must: DONE, PARKED or FAULT. */
function gather(
  core: Core,
  e: number,
  engine: EngineTree,
  page: Uint32Array,
  at: number,
  length: number,
): number {
  const here = Math.min(length, 1024 - at);
  let k = 0;
  for (; k < here; k++) OPERANDS[k] = page[at + k];
  if (k < length) {
    const next = dwordPage(core, e, engine, k);
    if (next === null) return failure(engine);
    for (; k < length; k++) OPERANDS[k] = next[k - here];
  }
  for (; k < filled; k++) OPERANDS[k] = 0;
  filled = Math.min(length, OPERANDS_FIXED);
  return DONE;
}
