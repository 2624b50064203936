import { WRITE_POSITION } from "../../events/codes.ts";
import { distanceOf } from "../../hw/registers/offsets.ts";
import { ENGINE_BASES } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import { hostFrameAgent, hostFrameGfn, markWrite } from "../memory.ts";
import type { EngineTree } from "../trees.ts";
import { isEngineState, isSaved, refuseImage, restoreRegister } from "./gate.ts";
import { translateGlobal } from "./gtt.ts";
import { writeAt } from "./memory.ts";
import { isMasked } from "./registers.ts";
import { forgetWorkarounds, startWorkarounds } from "./workaround.ts";

/**
 * The context image's state page: lists of (register, value) under MI_LOAD_REGISTER_IMM headers. Loading
 * applies them, saving writes the registers' values back into their places, so the whole resumable position
 * lives in the guest's image and nowhere else. Order of the ring's own registers:
 * docs/facts/execlists.md#context-image; offsets: intel_engine_regs.h, intel_lrc_reg.h.
 */

const CONTEXT_CONTROL = distanceOf("RING_CONTEXT_CONTROL");
const RING_TAIL = distanceOf("RING_TAIL");
const RING_HEAD = distanceOf("RING_HEAD");
const RING_START = distanceOf("RING_START");
const RING_CTL = distanceOf("RING_CTL");
const BB_STATE = distanceOf("RING_BBSTATE");
const SBB_ADDR = distanceOf("RING_SBBADDR");
const SBB_STATE = distanceOf("RING_SBBSTATE");
const SBB_ADDR_UDW = distanceOf("RING_SBBADDR_UDW");
const BB_ADDR = distanceOf("RING_BBADDR");
const BB_ADDR_UDW = distanceOf("RING_BBADDR_UDW");

const RING_VALID = 1;
const BB_VALID = 1;
const BB_PPGTT = 1 << 5;
const HEAD_MASK = 0x1f_fffc;
const TAIL_MASK = 0x1f_fff8;
/** In the lower half of CONTEXT_CONTROL, its mask bit in the upper one. */
const RESTORE_INHIBIT = 1 << 0;
const LRI_OPCODE = 0x22;
const PAGE_DWORDS = 1024;

/** The image as it is saved. Holds nothing between events. */
const SAVED = new Uint32Array(PAGE_DWORDS);

/**
 * Visit every (register offset, dword number of its value) of the image, in order. Stops at the first other
 * command.
 */
function eachImageRegister(image: Uint32Array, visit: (register: number, dword: number) => void): void {
  let i = 0;
  while (i < PAGE_DWORDS) {
    const header = image[i];
    if (header === 0) {
      i++;
      continue;
    }
    if (header >>> 23 !== LRI_OPCODE) return;
    const pairs = ((header & 0xff) + 1) >>> 1;
    for (let p = 0; p < pairs && i + 2 + p * 2 < PAGE_DWORDS; p++)
      visit(image[i + 1 + p * 2] & 0x7f_fffc, i + 2 + p * 2);
    i += 1 + pairs * 2;
  }
}

/**
 * Are the engine's own registers to stay as they are? So a context's image asks before its first run, which
 * has nothing yet to restore. Source: gvt/mmio_context.c, is_inhibit_context.
 */
function restoreInhibited(base: number, image: Uint32Array): boolean {
  const mask = (RESTORE_INHIBIT << 16) | RESTORE_INHIBIT;
  let inhibited = false;
  eachImageRegister(image, (register, dword) => {
    if (register === base + CONTEXT_CONTROL) inhibited = (image[dword] & mask) === mask;
  });
  return inhibited;
}

/** Take the position and registers from the image. False where the image has no usable ring. */
export function loadContext(core: Core, e: number, engine: EngineTree, image: Uint32Array): boolean {
  const base = ENGINE_BASES[e];
  const inhibited = restoreInhibited(base, image);
  let control = 0;
  const batch = { state: 0, second: 0 };
  let refused = false;
  engine.level = 0;
  engine.arbitration = true;
  engine.skipping = false;
  for (let i = 0; i < 4; i++) engine.pdp[i] = 0;
  forgetWorkarounds(core, e);
  eachImageRegister(image, (register, dword) => {
    const value = image[dword];
    const offset = register - base;
    if (offset === RING_CTL) control = value;
    else if (offset === BB_STATE) batch.state = value;
    else if (offset === SBB_STATE) batch.second = value;
    else if (loadPosition(engine, offset, value) || (inhibited && isEngineState(core, register))) return;
    else if (!restoreRegister(core, e, engine, register, value) && !refused) {
      refused = true;
      refuseImage(core, e, engine, register, value);
    }
  });
  engine.ringSize = (control & 0x1f_f000) + 4096;
  if ((batch.state & BB_VALID) !== 0) enterSaved(engine, 1, batch.state);
  if (engine.level === 1 && (batch.second & BB_VALID) !== 0) enterSaved(engine, 2, batch.second);
  if (engine.head >= engine.ringSize) engine.head = 0;
  startWorkarounds(core, e, engine);
  return (control & RING_VALID) !== 0 && engine.tail < engine.ringSize && ringIsMapped(core, engine);
}

function ringIsMapped(core: Core, engine: EngineTree): boolean {
  return translateGlobal(core, engine, engine.ringStart) >= 0;
}

/** The registers that are the engine's position. */
function loadPosition(engine: EngineTree, offset: number, value: number): boolean {
  switch (offset) {
    case RING_HEAD:
      engine.head = value & HEAD_MASK;
      return true;
    case RING_TAIL:
      engine.tail = value & TAIL_MASK;
      return true;
    case RING_START:
      engine.ringStart = (value & 0xffff_f000) >>> 0;
      return true;
    case BB_ADDR:
      engine.ipLow[1] = (value & ~3) >>> 0;
      return true;
    case BB_ADDR_UDW:
      engine.ipHigh[1] = value & 0xffff;
      return true;
    case SBB_ADDR:
      engine.ipLow[2] = (value & ~3) >>> 0;
      return true;
    case SBB_ADDR_UDW:
      engine.ipHigh[2] = value & 0xffff;
      return true;
    default:
      return false;
  }
}

function enterSaved(engine: EngineTree, level: number, state: number): void {
  engine.level = level;
  engine.ppgtt[level] = (state & BB_PPGTT) !== 0;
}

/** Lite restore: only the tail moves. False where it lies outside the ring. */
export function reloadTail(e: number, engine: EngineTree, image: Uint32Array): boolean {
  const at = ENGINE_BASES[e] + RING_TAIL;
  eachImageRegister(image, (register, dword) => {
    if (register === at) engine.tail = image[dword] & TAIL_MASK;
  });
  return engine.tail < engine.ringSize;
}

/**
 * Write position and registers back into the image: everything up to the last listed value but the ring's
 * tail, which is the guest's. It may have moved it since the image was fetched, and must find it where it put
 * it.
 */
export function saveContext(core: Core, e: number, engine: EngineTree, image: Uint32Array): void {
  const base = ENGINE_BASES[e];
  let filled = 0;
  let last = -1;
  let tail = -1;
  eachImageRegister(image, (register, dword) => {
    for (; filled < dword; filled++) SAVED[filled] = image[filled];
    SAVED[filled++] = savedValue(core, engine, base, register, image[dword]);
    last = dword;
    if (register === base + RING_TAIL) tail = dword;
  });
  if (last < 0) return;
  const hfn = translateGlobal(
    core,
    engine,
    ((engine.elements[engine.active].low & 0xffff_f000) + 4096) >>> 0,
  );
  const v = hostFrameAgent(core, hfn);
  const gfn = hostFrameGfn(core, hfn);
  const code = engine.level === 0 && engine.head === engine.tail ? 0 : WRITE_POSITION;
  if (tail > 0) writeAt(core, e, engine, v, gfn, 0, SAVED, 0, tail);
  if (tail > 0) markWrite(core, code);
  if (tail >= last) return;
  writeAt(core, e, engine, v, gfn, (tail + 1) * 4, SAVED, tail + 1, last - tail);
  markWrite(core, code);
}

function savedValue(core: Core, engine: EngineTree, base: number, register: number, before: number): number {
  switch (register - base) {
    case RING_HEAD:
      return engine.head;
    case RING_TAIL:
    case RING_START:
    case RING_CTL:
      return before;
    // Of a batch that is over, its end stays: where it was interrupted must not.
    case BB_ADDR:
      return engine.ipLow[1];
    case BB_ADDR_UDW:
      return engine.ipHigh[1];
    case BB_STATE:
      return batchState(engine, 1);
    case SBB_ADDR:
      return engine.ipLow[2];
    case SBB_ADDR_UDW:
      return engine.ipHigh[2];
    case SBB_STATE:
      return batchState(engine, 2);
  }
  if (!isSaved(core, register)) return before;
  const word = core.words.read(engine.registers, register >>> 2);
  // What is saved is to be restored: execlists_init_reg_state, intel_lrc.c, asks for the first load only.
  const kept = register === base + CONTEXT_CONTROL ? word & ~RESTORE_INHIBIT : word;
  // A masked register comes back only under a mask.
  return isMasked(core, register) ? (kept | 0xffff_0000) >>> 0 : kept;
}

function batchState(engine: EngineTree, level: number): number {
  return engine.level >= level ? BB_VALID | (engine.ppgtt[level] ? BB_PPGTT : 0) : 0;
}
