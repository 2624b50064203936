import { WRITE_TIME } from "../../events/codes.ts";
import { ACTIONS, type Action } from "../../hw/command.ts";
import { MOVE_KIB_NS, POST_SYNC_NS } from "../../hw/cost.ts";
import { ENGINE_BASES } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import { markWrite } from "../memory.ts";
import type { EngineTree } from "../trees.ts";
import { atomicResult, isWide } from "./atomic.ts";
import { flushTlb } from "./gtt.ts";
import { math } from "./math.ts";
import { locate, PLACE, readPlace, VALUE, writeAt } from "./memory.ts";
import { batchesRun, predicate, resultHolds, skips } from "./predicate.ts";
import { isTimeValue, loadRegister, storeRegister, timestamp } from "./registers.ts";
import { endWorkaround, WORKAROUND } from "./workaround.ts";

/**
 * What the commands that the streamer executes do. Each looks up every page it needs first and has its effect
 * only when all are there. Layouts: Mesa genxml gen9 for each command's name.
 */

/** Retired. */
export const DONE = 0;
/** Not yet: look again later. */
export const WAIT = 100;
export type Outcome = number;

type Advance = (engine: EngineTree, dwords: number) => void;
type Run = (
  core: Core,
  e: number,
  engine: EngineTree,
  c: Uint32Array,
  length: number,
  advance: Advance,
) => Outcome;

const HWS_PGA = 0x80;
const USER_INTERRUPT = 1 << 0;
const FLUSH_NOTIFY = 1 << 4;
const GLOBAL_GTT = 1 << 22;

/** Execute one command; `c` holds its dwords. */
export function execute(
  core: Core,
  e: number,
  engine: EngineTree,
  what: number,
  c: Uint32Array,
  length: number,
  advance: Advance,
): Outcome {
  if (engine.skipping && what !== SET_PREDICATE && what !== BATCH_END) {
    advance(engine, length);
    return DONE;
  }
  return RUNS[what](core, e, engine, c, length, advance);
}

/** A command that is over once `act` has said DONE. */
function plain(
  act: (core: Core, e: number, engine: EngineTree, c: Uint32Array, length: number) => Outcome,
): Run {
  return (core, e, engine, c, length, advance) => {
    const how = act(core, e, engine, c, length);
    if (how === DONE) advance(engine, length);
    return how;
  };
}

const nothing = plain(() => DONE);

const arbOnOff = plain((_core, _e, engine, c) => {
  engine.arbitration = (c[0] & 1) !== 0;
  return DONE;
});

const userInterrupt = plain((core, e, engine) => {
  core.up.irq(core, engine.frameBase, e, USER_INTERRUPT);
  return DONE;
});

/**
 * Second level (bit 22) returns to the first; first level from the first chains. Predicated by bit 15, on the
 * register that alloc_noa_wait, i915_perf.c, uses for it.
 */
const batchStart: Run = (core, e, engine, c, length, advance) => {
  if ((c[0] & (1 << 15)) !== 0 && !batchesRun(core, e)) {
    advance(engine, length);
    return DONE;
  }
  const second = (c[0] & (1 << 22)) !== 0 && engine.level > 0;
  const level = engine.level === WORKAROUND ? WORKAROUND : second || engine.level === 2 ? 2 : 1;
  if (level !== engine.level) advance(engine, length);
  const inherited = engine.level > 0 && engine.ppgtt[engine.level];
  engine.ppgtt[level] = inherited || (c[0] & (1 << 8)) !== 0;
  engine.ipLow[level] = (c[1] & ~3) >>> 0;
  engine.ipHigh[level] = c[2] & 0xffff;
  engine.level = level;
  return DONE;
};

const batchEnd: Run = (core, e, engine, _c, length, advance) => {
  engine.skipping = false;
  if (engine.level === 0) advance(engine, length);
  else if (engine.level === WORKAROUND) endWorkaround(core, e, engine);
  else engine.level--;
  return DONE;
};

/** The register that a command names: bits 22:2 of a dword. */
function registerOf(dword: number): number {
  return dword & 0x7f_fffc;
}

const loadRegisterImm = plain((core, e, _engine, c, length) => {
  for (let i = 1; i + 1 < length && i + 1 < c.length; i += 2)
    loadRegister(core, e, registerOf(c[i]), c[i + 1]);
  return DONE;
});

const loadRegisterReg = plain((core, e, engine, c) => {
  loadRegister(core, e, registerOf(c[2]), storeRegister(core, e, engine, registerOf(c[1])));
  return DONE;
});

/** Memory operands: PPGTT unless the command says global. */
function operand(
  core: Core,
  e: number,
  engine: EngineTree,
  global: boolean,
  low: number,
  high: number,
): Outcome {
  return locate(core, e, engine, !global, (low & ~3) >>> 0, high & 0xffff);
}

const loadRegisterMem = plain((core, e, engine, c) => {
  const how = operand(core, e, engine, (c[0] & GLOBAL_GTT) !== 0, c[2], c[3]) || readPlace(core, e, engine);
  if (how !== DONE) return how;
  loadRegister(core, e, registerOf(c[1]), VALUE.low);
  return DONE;
});

const storeRegisterMem = plain((core, e, engine, c) => {
  if ((c[0] & (1 << 21)) !== 0 && !resultHolds(core, e)) return DONE;
  const how = operand(core, e, engine, (c[0] & GLOBAL_GTT) !== 0, c[2], c[3]);
  if (how !== DONE) return how;
  const { hfn, offset } = PLACE;
  const register = registerOf(c[1]);
  writeAt(core, engine, hfn, offset, [storeRegister(core, e, engine, register)]);
  if (isTimeValue(core, register)) markWrite(core, WRITE_TIME);
  return DONE;
});

/** Any number of dwords; what lies beyond the page's end goes into the next page, wherever that is. */
const storeDataImm = plain((core, e, engine, c, length) => {
  const global = (c[0] & GLOBAL_GTT) !== 0;
  const words: number[] = [];
  for (let k = 3; k < length && k < c.length; k++) words.push(c[k]);
  const room = (4096 - (c[1] & 4092)) >>> 2;
  const how = operand(core, e, engine, global, c[1], c[2]);
  if (how !== DONE || words.length === 0) return how;
  const { hfn, offset } = PLACE;
  if (words.length > room) {
    const low = ((c[1] & 0xffff_f000) >>> 0) + 4096;
    const next = operand(core, e, engine, global, low >>> 0, c[2] + (low > 0xffff_ffff ? 1 : 0));
    if (next !== DONE) return next;
    writeAt(core, engine, hfn, offset, words.slice(0, room));
    writeAt(core, engine, PLACE.hfn, 0, words.slice(room));
  } else {
    writeAt(core, engine, hfn, offset, words);
  }
  return DONE;
});

/** The post-sync operation that writes a timestamp. */
const TIMESTAMP = 3;

/** The value of a post-sync operation: 1 immediate, 2 a counter that stands still here, 3 a timestamp. */
function postSyncWords(engine: EngineTree, operation: number, low: number, high: number): number[] {
  if (operation === 1) return [low, high];
  if (operation === 2) return [0, 0];
  const ticks = timestamp(engine);
  return [ticks >>> 0, Math.floor(ticks / 0x1_0000_0000) & 0xf];
}

/**
 * Write at an address, or at an offset in a status page where the command says "store data index": the
 * engine's own with a global address, else the context's, its image's first page (LRC_PPHWSP_SCRATCH_ADDR,
 * gen8_engine_cs.c).
 */
function postSync(
  core: Core,
  e: number,
  engine: EngineTree,
  index: boolean,
  global: boolean,
  low: number,
  high: number,
  words: () => readonly number[],
): Outcome {
  const own = engine.elements[engine.active].low;
  const page = global ? core.words.read(engine.registers, (ENGINE_BASES[e] + HWS_PGA) >>> 2) : own;
  const address = index ? ((page & 0xffff_f000) | (low & 0xff8)) >>> 0 : low;
  const how = operand(core, e, engine, index || global, address & ~7, index ? 0 : high);
  if (how !== DONE) return how;
  const { hfn, offset } = PLACE;
  engine.turnNs += POST_SYNC_NS;
  writeAt(core, engine, hfn, offset, words());
  return DONE;
}

const flushDw = plain((core, e, engine, c, length) => {
  const operation = (c[0] >>> 14) & 3;
  if (operation !== 0) {
    const index = (c[0] & (1 << 21)) !== 0;
    // The command's length says how wide the immediate is.
    const narrow = operation === 1 && length <= 4;
    const words = (): number[] => (narrow ? [c[3]] : postSyncWords(engine, operation, c[3], c[4]));
    const how = postSync(core, e, engine, index, (c[1] & 4) !== 0, c[1] & ~7, c[2], words);
    if (how !== DONE) return how;
    if (operation === TIMESTAMP) markWrite(core, WRITE_TIME);
  }
  if ((c[0] & (1 << 18)) !== 0) flushTlb(core, e);
  if ((c[0] & (1 << 8)) !== 0) core.up.irq(core, engine.frameBase, e, FLUSH_NOTIFY);
  return DONE;
});

const pipeControl = plain((core, e, engine, c) => {
  const flags = c[1];
  const operation = (flags >>> 14) & 3;
  if ((flags & (1 << 23)) !== 0) {
    loadRegister(core, e, registerOf(c[2]), c[4]);
  } else if (operation !== 0) {
    const words = (): number[] => postSyncWords(engine, operation, c[4], c[5]);
    const index = (flags & (1 << 21)) !== 0;
    const how = postSync(core, e, engine, index, (flags & (1 << 24)) !== 0, c[2] & ~3, c[3], words);
    if (how !== DONE) return how;
    if (operation === TIMESTAMP) markWrite(core, WRITE_TIME);
  }
  if ((flags & (1 << 18)) !== 0) flushTlb(core, e);
  if ((flags & (1 << 8)) !== 0) core.up.irq(core, engine.frameBase, e, FLUSH_NOTIFY);
  return DONE;
});

/** Comparison of MI_SEMAPHORE_WAIT: memory with the command's data. Numbers: genxml, Compare Operation. */
function holds(operation: number, memory: number, data: number): boolean {
  switch (operation) {
    case 0:
      return memory > data;
    case 1:
      return memory >= data;
    case 2:
      return memory < data;
    case 3:
      return memory <= data;
    case 4:
      return memory === data;
    default:
      return memory !== data;
  }
}

const semaphoreWait = plain((core, e, engine, c) => {
  if ((c[0] & (1 << 16)) !== 0) {
    const register = storeRegister(core, e, engine, registerOf(c[2]));
    return holds((c[0] >>> 12) & 7, register, c[1]) ? DONE : WAIT;
  }
  const how = operand(core, e, engine, (c[0] & GLOBAL_GTT) !== 0, c[2], c[3]) || readPlace(core, e, engine);
  if (how !== DONE) return how;
  return holds((c[0] >>> 12) & 7, VALUE.low, c[1]) ? DONE : WAIT;
});

/** A signal makes every waiting engine look again; the memory that it waits for was written before. */
const semaphoreSignal = plain((_core, _e, engine) => {
  engine.wrote = true;
  return DONE;
});

const copyMemMem = plain((core, e, engine, c) => {
  const source =
    operand(core, e, engine, (c[0] & GLOBAL_GTT) !== 0, c[3], c[4]) || readPlace(core, e, engine);
  if (source !== DONE) return source;
  const word = VALUE.low;
  const how = operand(core, e, engine, (c[0] & (1 << 21)) !== 0, c[1], c[2]);
  if (how !== DONE) return how;
  const { hfn, offset } = PLACE;
  engine.turnNs += MOVE_KIB_NS;
  writeAt(core, engine, hfn, offset, [word]);
  return DONE;
});

const atomic = plain((core, e, engine, c) => {
  const low = isWide(c) ? c[1] & ~7 : c[1];
  const how = operand(core, e, engine, (c[0] & GLOBAL_GTT) !== 0, low, c[2]) || readPlace(core, e, engine);
  if (how !== DONE) return how;
  const { hfn, offset } = PLACE;
  const result = atomicResult(core, e, c, VALUE.low, VALUE.high);
  if (result !== null) writeAt(core, engine, hfn, offset, result);
  return DONE;
});

const mathCommand = plain((core, e, _engine, c, length) => {
  math(core, e, c, length);
  return DONE;
});

const predicateCommand = plain((core, e, _engine, c) => {
  predicate(core, e, c[0]);
  return DONE;
});

const setPredicate = plain((core, e, engine, c) => {
  engine.skipping = skips(core, e, c[0] & 15);
  return DONE;
});

/**
 * Ends the batch unless memory is greater than the command's data. With bit 21 clear nothing is compared and
 * the batch goes on; with bit 19 set the dword behind is what is compared, under the first as a mask. Source:
 * MI_CONDITIONAL_BATCH_BUFFER_END_CMD, intel/media-driver.
 */
const conditionalBatchEnd: Run = (core, e, engine, c, length, advance) => {
  if ((c[0] & (1 << 21)) !== 0) {
    const masked = (c[0] & (1 << 19)) !== 0;
    const low = masked ? c[2] & ~7 : c[2];
    const how = operand(core, e, engine, (c[0] & GLOBAL_GTT) !== 0, low, c[3]) || readPlace(core, e, engine);
    if (how !== DONE) return how;
    const value = masked ? (VALUE.low & VALUE.high) >>> 0 : VALUE.low;
    if (value <= c[1]) return batchEnd(core, e, engine, c, length, advance);
  }
  advance(engine, length);
  return DONE;
};

const BY_NAME: Readonly<Record<Action, Run>> = {
  skip: nothing,
  noop: nothing,
  walk: nothing,
  arbCheck: nothing,
  waitForEvent: nothing,
  arbOnOff,
  userInterrupt,
  batchStart,
  batchEnd,
  loadRegisterImm,
  loadRegisterReg,
  loadRegisterMem,
  storeRegisterMem,
  storeDataImm,
  flushDw,
  pipeControl,
  semaphoreWait,
  semaphoreSignal,
  copyMemMem,
  atomic,
  math: mathCommand,
  predicate: predicateCommand,
  setPredicate,
  conditionalBatchEnd,
};
const RUNS: readonly Run[] = ACTIONS.map((name) => BY_NAME[name]);
const SET_PREDICATE = ACTIONS.indexOf("setPredicate");
const BATCH_END = ACTIONS.indexOf("batchEnd");
