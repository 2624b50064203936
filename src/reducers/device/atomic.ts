import { distanceOf } from "../../hw/registers/offsets.ts";
import { ENGINE_BASES } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import { registerFile } from "./registers.ts";

/** MI_ATOMIC: read, modify, write of 4 or 8 bytes. Operation numbers and bits: genxml gen9, MI_ATOMIC. */
const GPR = distanceOf("GEN8_RING_CS_GPR");
const INLINE_DATA = 1 << 18;
const RETURN_DATA = 1 << 16;
/** Dword of GPR 4. */
const RETURNED = 8;

/** Does the command work on 8 bytes? */
export function isWide(c: Uint32Array): boolean {
  return ((c[0] >>> 19) & 3) === 1;
}

/**
 * The words to write (one where the command is not wide), or null where the operation is not one of those
 * known. Operands come inline (dwords 3 on) or from the engine's GPRs 0 and 2; the old value goes to GPR 4
 * where the command asks for it, as much of it as was read. Source of the GPRs: MI_ATOMIC_CMD,
 * intel/media-driver.
 */
export function atomicResult(
  core: Core,
  e: number,
  c: Uint32Array,
  low: number,
  high: number,
): readonly number[] | null {
  const file = registerFile(core, e);
  const gpr = (ENGINE_BASES[e] + GPR) >>> 2;
  const inline = (c[0] & INLINE_DATA) !== 0;
  const register = (n: number): number => core.words.read(file, gpr + n);
  const wide = isWide(c);
  const pair = (a: number, b: number): Pair => [a, wide ? b : 0];
  const first = inline ? pair(c[3], c[5]) : pair(register(0), register(1));
  const second = inline ? pair(c[4], c[6]) : pair(register(4), register(5));
  const operation = (c[0] >>> 8) & 0xff;
  const result = combine(operation & 0x1f, wide, pair(low, high), first, second);
  if (result === null) return null;
  if ((c[0] & RETURN_DATA) !== 0) {
    core.words.write(file, gpr + RETURNED, low);
    if (wide) core.words.write(file, gpr + RETURNED + 1, high);
  }
  return result;
}

type Pair = readonly [number, number];

function combine(operation: number, wide: boolean, old: Pair, a: Pair, b: Pair): Pair | null {
  switch (operation) {
    case 0x01:
      return [(old[0] & a[0]) >>> 0, (old[1] & a[1]) >>> 0];
    case 0x02:
      return [(old[0] | a[0]) >>> 0, (old[1] | a[1]) >>> 0];
    case 0x03:
      return [(old[0] ^ a[0]) >>> 0, (old[1] ^ a[1]) >>> 0];
    case 0x04:
      return a;
    case 0x05:
      return sum(old, [1, 0]);
    case 0x06:
    case 0x0f:
      return difference(old, [1, 0]);
    case 0x07:
      return sum(old, a);
    case 0x08:
      return difference(old, a);
    case 0x09:
      return difference(a, old);
    case 0x0a:
      return lessSigned(old, a, wide) ? a : old;
    case 0x0b:
      return lessSigned(old, a, wide) ? old : a;
    case 0x0c:
      return less(old, a) ? a : old;
    case 0x0d:
      return less(old, a) ? old : a;
    case 0x0e:
      return old[0] === a[0] && (!wide || old[1] === a[1]) ? b : old;
    default:
      return null;
  }
}

function sum(a: Pair, b: Pair): Pair {
  const low = a[0] + b[0];
  return [low >>> 0, (a[1] + b[1] + (low > 0xffff_ffff ? 1 : 0)) >>> 0];
}

function difference(a: Pair, b: Pair): Pair {
  return [(a[0] - b[0]) >>> 0, (a[1] - b[1] - (a[0] < b[0] ? 1 : 0)) >>> 0];
}

function less(a: Pair, b: Pair): boolean {
  return a[1] < b[1] || (a[1] === b[1] && a[0] < b[0]);
}

function lessSigned(a: Pair, b: Pair, wide: boolean): boolean {
  if (!wide) return (a[0] | 0) < (b[0] | 0);
  return (a[1] | 0) < (b[1] | 0) || (a[1] === b[1] && a[0] < b[0]);
}
