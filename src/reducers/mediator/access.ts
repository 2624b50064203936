import { K } from "../../events/kinds.ts";
import { REG_FAST_READ, REG_FAST_WRITE } from "../../hw/compile.ts";
import { MMIO_BYTES } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import { MMIO } from "../planes.ts";
import { applyRule, MASKED_BITS, ONE_TO_CLEAR } from "../rules.ts";
import { readBehaviours, writeBehaviours } from "./behaviours.ts";

/** A guest's read of a register: 1, 2, 4 or 8 bytes. The answer is left in `core.replyLo` and `replyHi`. */
export function readMmio(core: Core, v: number, at: number, size: number): void {
  const low = at & ~3;
  if (at + size > MMIO_BYTES) return unknown(core, v, at, size, 0, 0);
  const word = readRegister(core, v, low);
  const shift = (at & 3) * 8;
  core.replyHi = 0;
  if (size === 4 && shift === 0) {
    core.replyLo = word;
  } else if (size === 8 && shift === 0) {
    core.replyHi = readRegister(core, v, low + 4);
    core.replyLo = word;
  } else {
    core.replyLo = crossRead(core, v, word, low, shift, size);
  }
}

/** Bytes that may reach into the next dword. */
function crossRead(core: Core, v: number, word: number, low: number, shift: number, size: number): number {
  let value = word >>> shift;
  if (shift + size * 8 > 32 && shift !== 0) value |= readRegister(core, v, low + 4) << (32 - shift);
  return (size >= 4 ? value : value & ((1 << (size * 8)) - 1)) >>> 0;
}

/** One dword as the guest sees it. */
export function readRegister(core: Core, v: number, at: number): number {
  const index = core.registers;
  const id = index.idOf[at >>> 2];
  if ((index.flags[id] & REG_FAST_READ) !== 0) return core.words.read(MMIO + v, at >>> 2);
  if (id === 0) {
    unknown(core, v, at, 4, 0, 0);
    return core.words.read(MMIO + v, at >>> 2);
  }
  return readBehaviours[index.read[id]](core, v, at, id) >>> 0;
}

/** A guest's write of 1, 2, 4 or 8 bytes. Narrow writes leave the other bytes of the dword as they are. */
export function writeMmio(core: Core, v: number, at: number, size: number, lo: number, hi: number): void {
  if (at + size > MMIO_BYTES || (at & 3) + Math.min(size, 4) > 4) return unknown(core, v, at, size, lo, hi);
  if (size >= 4) {
    writeRegister(core, v, at, lo);
    if (size === 8) writeRegister(core, v, at + 4, hi);
    return;
  }
  const shift = (at & 3) * 8;
  const mask = ((1 << (size * 8)) - 1) << shift;
  const low = at & ~3;
  const rule = core.registers.rule[core.registers.idOf[low >>> 2]];
  const rest =
    rule === ONE_TO_CLEAR || rule === MASKED_BITS ? 0 : core.words.read(MMIO + v, low >>> 2) & ~mask;
  writeRegister(core, v, low, (rest | ((lo << shift) & mask)) >>> 0);
}

/** One dword written by the guest: the row's rule first, its meaning second. */
export function writeRegister(core: Core, v: number, at: number, value: number): void {
  const index = core.registers;
  const id = index.idOf[at >>> 2];
  if ((index.flags[id] & REG_FAST_WRITE) !== 0) {
    core.words.write(MMIO + v, at >>> 2, value);
    return;
  }
  if (id === 0) {
    unknown(core, v, at, 4, value, 0);
    core.words.write(MMIO + v, at >>> 2, value);
    return;
  }
  const before = core.words.read(MMIO + v, at >>> 2);
  const after = applyRule(index.rule[id], index.writable[id], index.oneToClear[id], before, value);
  core.words.write(MMIO + v, at >>> 2, after);
  const then = index.then[id];
  if (then !== 0) writeBehaviours[then](core, v, at, id, before, after, value >>> 0);
}

function unknown(core: Core, v: number, at: number, size: number, lo: number, hi: number): void {
  const o = core.emit(K["mmio.unknown"], v);
  core.out.at[o] = at;
  core.out.size[o] = size;
  core.out.lo[o] = lo;
  core.out.hi[o] = hi;
}
