import { distanceOf } from "../../hw/registers/offsets.ts";
import { ENGINE_BASES } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import { registerFile } from "./registers.ts";

/**
 * MI_MATH: a small ALU over sixteen 64-bit general purpose registers. Operation and operand numbers: genxml
 * gen9, MI_MATH.
 */
const GPR = distanceOf("GEN8_RING_CS_GPR");
const OP_NOOP = 0x000;
const OP_LOAD = 0x080;
const OP_LOADINV = 0x480;
const OP_LOAD0 = 0x081;
const OP_LOAD1 = 0x481;
const OP_ADD = 0x100;
const OP_SUB = 0x101;
const OP_AND = 0x102;
const OP_OR = 0x103;
const OP_XOR = 0x104;
const OP_STORE = 0x180;
const OP_STOREINV = 0x580;
const SRCA = 0x20;
const SRCB = 0x21;
const ACCU = 0x31;
const ZF = 0x32;
const CF = 0x33;

/** The ALU's own registers, low and high words. They do not outlive a command. */
interface Alu {
  a: [number, number];
  b: [number, number];
  accumulator: [number, number];
  zero: number;
  carry: number;
}

/** Run the instructions in dwords 1 to length-1 of `c` on the GPRs of the engine `e`. */
export function math(core: Core, e: number, c: Uint32Array, length: number): void {
  const base = ENGINE_BASES[e];
  const file = registerFile(core, e);
  const alu: Alu = { a: [0, 0], b: [0, 0], accumulator: [0, 0], zero: 0, carry: 0 };
  for (let i = 1; i < length && i < c.length; i++)
    step(core, file, base, alu, c[i] >>> 20, (c[i] >>> 10) & 0x3ff, c[i] & 0x3ff);
}

function step(
  core: Core,
  file: number,
  base: number,
  alu: Alu,
  opcode: number,
  first: number,
  second: number,
): void {
  switch (opcode) {
    case OP_NOOP:
      return;
    case OP_LOAD:
      return setSource(alu, first, read(core, file, base, alu, second));
    case OP_LOADINV:
      return setSource(alu, first, inverted(read(core, file, base, alu, second)));
    case OP_LOAD0:
      return setSource(alu, first, [0, 0]);
    case OP_LOAD1:
      return setSource(alu, first, [0xffff_ffff, 0xffff_ffff]);
    case OP_STORE:
      return store(core, file, base, first, read(core, file, base, alu, second));
    case OP_STOREINV:
      return store(core, file, base, first, inverted(read(core, file, base, alu, second)));
    default:
      return calculate(alu, opcode);
  }
}

function calculate(alu: Alu, opcode: number): void {
  const [al, ah] = alu.a;
  const [bl, bh] = alu.b;
  if (opcode === OP_ADD) {
    const low = al + bl;
    const high = ah + bh + (low > 0xffff_ffff ? 1 : 0);
    finish(alu, low, high, high > 0xffff_ffff);
  } else if (opcode === OP_SUB) {
    const high = ah - bh - (al < bl ? 1 : 0);
    finish(alu, al - bl, high, high < 0);
  } else if (opcode === OP_AND) {
    finish(alu, al & bl, ah & bh, false);
  } else if (opcode === OP_OR) {
    finish(alu, al | bl, ah | bh, false);
  } else if (opcode === OP_XOR) {
    finish(alu, al ^ bl, ah ^ bh, false);
  }
}

function finish(alu: Alu, low: number, high: number, carry: boolean): void {
  alu.accumulator = [low >>> 0, high >>> 0];
  alu.zero = low >>> 0 === 0 && high >>> 0 === 0 ? 1 : 0;
  alu.carry = carry ? 1 : 0;
}

function read(core: Core, file: number, base: number, alu: Alu, operand: number): [number, number] {
  if (operand < 16) {
    const word = (base + GPR + operand * 8) >>> 2;
    return [core.words.read(file, word), core.words.read(file, word + 1)];
  }
  if (operand === ACCU) return [alu.accumulator[0], alu.accumulator[1]];
  if (operand === ZF) return flag(alu.zero);
  if (operand === CF) return flag(alu.carry);
  return [0, 0];
}

/** A flag stores as all ones or zero. */
function flag(bit: number): [number, number] {
  return bit === 1 ? [0xffff_ffff, 0xffff_ffff] : [0, 0];
}

function inverted(value: [number, number]): [number, number] {
  return [~value[0] >>> 0, ~value[1] >>> 0];
}

function setSource(alu: Alu, operand: number, value: [number, number]): void {
  if (operand === SRCA) alu.a = value;
  else if (operand === SRCB) alu.b = value;
}

function store(core: Core, file: number, base: number, operand: number, value: [number, number]): void {
  if (operand >= 16) return;
  const word = (base + GPR + operand * 8) >>> 2;
  core.words.write(file, word, value[0]);
  core.words.write(file, word + 1, value[1]);
}
