import { NOTES, WRITE_TIME } from "../../events/codes.ts";
import { ACTIONS, type Action } from "../../hw/command.ts";
import { MOVE_KIB_NS, POST_SYNC_NS } from "../../hw/cost.ts";
import { distanceOf } from "../../hw/registers/offsets.ts";
import { ENGINE_BASES } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import { agentOf, markWrite } from "../memory.ts";
import type { EngineTree } from "../trees.ts";
import { atomicResult, isWide } from "./atomic.ts";
import { loadRegister, storeRegister } from "./gate.ts";
import { flushTlb } from "./gtt.ts";
import { math } from "./math.ts";
import { locate, locateAndRead, OPERAND, VALUE, writeAt, writeOperand, writeValue } from "./memory.ts";
import { CHANGES } from "./places.ts";
import { advance } from "./position.ts";
import { batchesRun, predicate, resultHolds, skips } from "./predicate.ts";
import { isTimeValue, timestamp } from "./registers.ts";
import { endWorkaround, WORKAROUND } from "./workaround.ts";

/**
 * What the commands that the streamer executes do. Each looks up every page it needs first and has its effect
 * only when all are there. Layouts: Mesa genxml gen9 for each command's name.
 */

/** Retired: the position goes on behind the command. */
export const DONE = 0;
/** Not yet: look again later. */
export const WAIT = 100;
/** Retired, and the position is where the command has put it. */
export const JUMPED = 101;
export type Outcome = number;

const action = (name: Action): number => ACTIONS.indexOf(name);
const ARB_ON_OFF = action("arbOnOff");
const USER_INTERRUPT = action("userInterrupt");
const BATCH_START = action("batchStart");
const BATCH_END = action("batchEnd");
const LOAD_REGISTER_IMM = action("loadRegisterImm");
const LOAD_REGISTER_REG = action("loadRegisterReg");
const LOAD_REGISTER_MEM = action("loadRegisterMem");
const STORE_REGISTER_MEM = action("storeRegisterMem");
const STORE_DATA_IMM = action("storeDataImm");
const FLUSH_DW = action("flushDw");
const PIPE_CONTROL = action("pipeControl");
const SEMAPHORE_WAIT = action("semaphoreWait");
const SEMAPHORE_SIGNAL = action("semaphoreSignal");
const COPY_MEM_MEM = action("copyMemMem");
const ATOMIC = action("atomic");
const MATH = action("math");
const PREDICATE = action("predicate");
const SET_PREDICATE = action("setPredicate");
const CONDITIONAL_BATCH_END = action("conditionalBatchEnd");
const UNMODELLED = action("unmodelled");
const SAY_UNMODELLED = NOTES.indexOf("command.unmodelled");

const HWS_PGA = distanceOf("RING_HWS_PGA");
const USER_INTERRUPT_BIT = 1 << 0;
const FLUSH_NOTIFY_BIT = 1 << 4;
const GLOBAL_GTT = 1 << 22;

/** Execute one command; `c` holds its dwords. */
export function execute(
  core: Core,
  e: number,
  engine: EngineTree,
  what: number,
  c: Uint32Array,
  length: number,
): Outcome {
  if (engine.skipping && what !== SET_PREDICATE && what !== BATCH_END) return DONE;
  switch (what) {
    case LOAD_REGISTER_IMM:
      return loadRegisterImm(core, e, engine, c, length);
    case PIPE_CONTROL:
      return pipeControl(core, e, engine, c);
    case STORE_DATA_IMM:
      return storeDataImm(core, e, engine, c, length);
    case STORE_REGISTER_MEM:
      return storeRegisterMem(core, e, engine, c);
    case LOAD_REGISTER_MEM:
      return loadRegisterMem(core, e, engine, c);
    case LOAD_REGISTER_REG:
      return loadRegisterReg(core, e, engine, c);
    case BATCH_START:
      return batchStart(core, e, engine, c, length);
    case BATCH_END:
      return batchEnd(core, e, engine);
    case FLUSH_DW:
      return flushDw(core, e, engine, c, length);
    case COPY_MEM_MEM:
      return copyMemMem(core, e, engine, c);
    case SEMAPHORE_WAIT:
      return semaphoreWait(core, e, engine, c);
    case CONDITIONAL_BATCH_END:
      return conditionalBatchEnd(core, e, engine, c);
    case ATOMIC:
      return atomic(core, e, engine, c);
    default:
      executeInside(core, e, engine, what, c, length);
      return DONE;
  }
}

/** Execute a command that needs nothing from memory. */
function executeInside(
  core: Core,
  e: number,
  engine: EngineTree,
  what: number,
  c: Uint32Array,
  length: number,
): void {
  switch (what) {
    case ARB_ON_OFF:
      engine.arbitration = (c[0] & 1) !== 0;
      return;
    case USER_INTERRUPT:
      return announce(core, e, engine, USER_INTERRUPT_BIT);
    // A signal makes every waiting engine look again; the memory that it waits for was written before.
    case SEMAPHORE_SIGNAL:
      engine.wrote = true;
      return;
    case MATH:
      return math(core, e, c, length);
    case PREDICATE:
      return predicate(core, e, c[0]);
    case SET_PREDICATE:
      engine.skipping = skips(core, e, c[0] & 15);
      return;
    case UNMODELLED:
      return core.note(agentOf(engine.frameBase), SAY_UNMODELLED, e, c[0], 0, 0);
    default:
      throw new Error(`nobody executes ${ACTIONS[what]}`);
  }
}

/** Tell the guest of something: perhaps only once its memory has caught up. */
function announce(core: Core, e: number, engine: EngineTree, bits: number): void {
  core.up.irq(core, engine.frameBase, e, bits);
  CHANGES.count++;
}

/**
 * Second level (bit 22) returns to the first; first level from the first chains. Predicated by bit 15, on the
 * register that alloc_noa_wait, i915_perf.c, uses for it.
 */
function batchStart(core: Core, e: number, engine: EngineTree, c: Uint32Array, length: number): Outcome {
  if ((c[0] & (1 << 15)) !== 0 && !batchesRun(core, e)) return DONE;
  const second = (c[0] & (1 << 22)) !== 0 && engine.level > 0;
  const level = engine.level === WORKAROUND ? WORKAROUND : second || engine.level === 2 ? 2 : 1;
  if (level !== engine.level) advance(engine, length);
  const inherited = engine.level > 0 && engine.ppgtt[engine.level];
  engine.ppgtt[level] = inherited || (c[0] & (1 << 8)) !== 0;
  engine.ipLow[level] = (c[1] & ~3) >>> 0;
  engine.ipHigh[level] = c[2] & 0xffff;
  engine.level = level;
  return JUMPED;
}

function batchEnd(core: Core, e: number, engine: EngineTree): Outcome {
  engine.skipping = false;
  if (engine.level === 0) return DONE;
  if (engine.level === WORKAROUND) endWorkaround(core, e, engine);
  else engine.level--;
  return JUMPED;
}

/** The register that a command names: bits 22:2 of a dword. */
function registerOf(dword: number): number {
  return dword & 0x7f_fffc;
}

function loadRegisterImm(core: Core, e: number, engine: EngineTree, c: Uint32Array, length: number): Outcome {
  for (let i = 1; i + 1 < length && i + 1 < c.length; i += 2)
    loadRegister(core, e, engine, registerOf(c[i]), c[i + 1]);
  return DONE;
}

function loadRegisterReg(core: Core, e: number, engine: EngineTree, c: Uint32Array): Outcome {
  loadRegister(core, e, engine, registerOf(c[2]), storeRegister(core, e, engine, registerOf(c[1])));
  return DONE;
}

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

/** The same, and its value is read. */
function read(
  core: Core,
  e: number,
  engine: EngineTree,
  global: boolean,
  low: number,
  high: number,
): Outcome {
  return locateAndRead(core, e, engine, !global, (low & ~3) >>> 0, high & 0xffff);
}

function loadRegisterMem(core: Core, e: number, engine: EngineTree, c: Uint32Array): Outcome {
  const how = read(core, e, engine, (c[0] & GLOBAL_GTT) !== 0, c[2], c[3]);
  if (how !== DONE) return how;
  loadRegister(core, e, engine, registerOf(c[1]), VALUE.low);
  return DONE;
}

function storeRegisterMem(core: Core, e: number, engine: EngineTree, c: Uint32Array): Outcome {
  if ((c[0] & (1 << 21)) !== 0 && !resultHolds(core, e)) return DONE;
  const how = operand(core, e, engine, (c[0] & GLOBAL_GTT) !== 0, c[2], c[3]);
  if (how !== DONE) return how;
  const register = registerOf(c[1]);
  const written = writeValue(core, e, engine, 1, storeRegister(core, e, engine, register), 0);
  if (written && isTimeValue(core, register)) markWrite(core, WRITE_TIME);
  return DONE;
}

/** Any number of dwords; what lies beyond the page's end goes into the next page, wherever that is. */
function storeDataImm(core: Core, e: number, engine: EngineTree, c: Uint32Array, length: number): Outcome {
  const global = (c[0] & GLOBAL_GTT) !== 0;
  const count = Math.min(length, c.length) - 3;
  const how = operand(core, e, engine, global, c[1], c[2]);
  if (how !== DONE || count <= 0) return how;
  const { v, gfn, offset, writable } = OPERAND;
  const room = (4096 - offset) >>> 2;
  if (count > room) {
    const low = ((c[1] & 0xffff_f000) >>> 0) + 4096;
    const next = operand(core, e, engine, global, low >>> 0, c[2] + (low > 0xffff_ffff ? 1 : 0));
    if (next !== DONE) return next;
    if (writable) writeAt(core, e, engine, v, gfn, offset, c, 3, room);
    writeOperand(core, e, engine, c, 3 + room, count - room);
  } else {
    writeOperand(core, e, engine, c, 3, count);
  }
  return DONE;
}

/**
 * Write `count` words at an address, or at an offset in a status page where the command says "store data
 * index": the engine's own with a global address, else the context's, its image's first page
 * (LRC_PPHWSP_SCRATCH_ADDR, gen8_engine_cs.c). The value is 1 immediate, 2 a counter that stands still here,
 * 3 a timestamp.
 */
function postSync(
  core: Core,
  e: number,
  engine: EngineTree,
  index: boolean,
  global: boolean,
  operation: number,
  c: Uint32Array,
  at: number,
  value: number,
  count: number,
): Outcome {
  let low = c[at] & ~7;
  if (index) {
    const own = engine.elements[engine.active].low;
    const page = global ? core.words.read(engine.registers, (ENGINE_BASES[e] + HWS_PGA) >>> 2) : own;
    low = (page & 0xffff_f000) | (low & 0xff8);
  }
  const how = operand(core, e, engine, index || global, low, index ? 0 : c[at + 1]);
  if (how !== DONE) return how;
  engine.turnNs += POST_SYNC_NS;
  if (operation === 1) writeOperand(core, e, engine, c, value, count);
  else if (operation === 2) writeValue(core, e, engine, count, 0, 0);
  else writeTimestamp(core, e, engine, count);
  return DONE;
}

function writeTimestamp(core: Core, e: number, engine: EngineTree, count: number): void {
  const ticks = timestamp(engine);
  const written = writeValue(core, e, engine, count, ticks >>> 0, Math.floor(ticks / 0x1_0000_0000) & 0xf);
  if (written) markWrite(core, WRITE_TIME);
}

function flushDw(core: Core, e: number, engine: EngineTree, c: Uint32Array, length: number): Outcome {
  const operation = (c[0] >>> 14) & 3;
  if (operation !== 0) {
    const index = (c[0] & (1 << 21)) !== 0;
    // The command's length says how wide the immediate is.
    const count = operation === 1 && length <= 4 ? 1 : 2;
    const how = postSync(core, e, engine, index, (c[1] & 4) !== 0, operation, c, 1, 3, count);
    if (how !== DONE) return how;
  }
  if ((c[0] & (1 << 18)) !== 0) flushTlb(core, e);
  if ((c[0] & (1 << 8)) !== 0) announce(core, e, engine, FLUSH_NOTIFY_BIT);
  return DONE;
}

function pipeControl(core: Core, e: number, engine: EngineTree, c: Uint32Array): Outcome {
  const flags = c[1];
  const operation = (flags >>> 14) & 3;
  if ((flags & (1 << 23)) !== 0) {
    loadRegister(core, e, engine, registerOf(c[2]), c[4]);
  } else if (operation !== 0) {
    const index = (flags & (1 << 21)) !== 0;
    const how = postSync(core, e, engine, index, (flags & (1 << 24)) !== 0, operation, c, 2, 4, 2);
    if (how !== DONE) return how;
  }
  if ((flags & (1 << 18)) !== 0) flushTlb(core, e);
  if ((flags & (1 << 8)) !== 0) announce(core, e, engine, FLUSH_NOTIFY_BIT);
  return DONE;
}

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

function semaphoreWait(core: Core, e: number, engine: EngineTree, c: Uint32Array): Outcome {
  if ((c[0] & (1 << 16)) !== 0) {
    const register = storeRegister(core, e, engine, registerOf(c[2]));
    return holds((c[0] >>> 12) & 7, register, c[1]) ? DONE : WAIT;
  }
  const how = read(core, e, engine, (c[0] & GLOBAL_GTT) !== 0, c[2], c[3]);
  if (how !== DONE) return how;
  return holds((c[0] >>> 12) & 7, VALUE.low, c[1]) ? DONE : WAIT;
}

function copyMemMem(core: Core, e: number, engine: EngineTree, c: Uint32Array): Outcome {
  const source = read(core, e, engine, (c[0] & GLOBAL_GTT) !== 0, c[3], c[4]);
  if (source !== DONE) return source;
  const how = operand(core, e, engine, (c[0] & (1 << 21)) !== 0, c[1], c[2]);
  if (how !== DONE) return how;
  engine.turnNs += MOVE_KIB_NS;
  writeValue(core, e, engine, 1, VALUE.low, 0);
  return DONE;
}

function atomic(core: Core, e: number, engine: EngineTree, c: Uint32Array): Outcome {
  const low = isWide(c) ? c[1] & ~7 : c[1];
  const how = read(core, e, engine, (c[0] & GLOBAL_GTT) !== 0, low, c[2]);
  if (how !== DONE) return how;
  const result = atomicResult(core, e, c, VALUE.low, VALUE.high);
  if (result !== null) writeValue(core, e, engine, isWide(c) ? 2 : 1, result[0], result[1]);
  return DONE;
}

/**
 * Ends the batch unless memory is greater than the command's data. With bit 21 clear nothing is compared and
 * the batch goes on; with bit 19 set the dword behind is what is compared, under the first as a mask. Source:
 * MI_CONDITIONAL_BATCH_BUFFER_END_CMD, intel/media-driver.
 */
function conditionalBatchEnd(core: Core, e: number, engine: EngineTree, c: Uint32Array): Outcome {
  if ((c[0] & (1 << 21)) !== 0) {
    const masked = (c[0] & (1 << 19)) !== 0;
    const low = masked ? c[2] & ~7 : c[2];
    const how = read(core, e, engine, (c[0] & GLOBAL_GTT) !== 0, low, c[3]);
    if (how !== DONE) return how;
    const value = masked ? (VALUE.low & VALUE.high) >>> 0 : VALUE.low;
    if (value <= c[1]) return batchEnd(core, e, engine);
  }
  return DONE;
}
