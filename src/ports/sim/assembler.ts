/**
 * Where a command's memory operand lies: an address in the GGTT, or (by default) in the context's own address
 * space.
 */
export interface Operand {
  readonly address: number;
  readonly global?: boolean;
}

/** Post-sync operations of MI_FLUSH_DW and PIPE_CONTROL. */
export const POST_IMMEDIATE = 1;
export const POST_DEPTH_COUNT = 2;
export const POST_TIMESTAMP = 3;

/** What a flush does besides flushing. */
export interface Flush {
  /** POST_ number. */
  readonly post?: number;
  readonly to?: Operand;
  readonly low?: number;
  /** High dword of the immediate; without it MI_FLUSH_DW writes one dword only. */
  readonly high?: number;
  /** `to.address` is an offset in a status page. */
  readonly index?: boolean;
  readonly notify?: boolean;
  readonly invalidateTlb?: boolean;
}

/** Comparisons of MI_SEMAPHORE_WAIT: what memory must be, compared with the command's data. */
export const COMPARE = { greater: 0, greaterEqual: 1, less: 2, lessEqual: 3, equal: 4, notEqual: 5 } as const;

const MI = (opcode: number, length: number, bits = 0): number => ((opcode << 23) | (length - 2) | bits) >>> 0;
const SHORT = (opcode: number, bits = 0): number => ((opcode << 23) | bits) >>> 0;
const GGTT = 1 << 22;
const low = (address: number): number => address % 0x1_0000_0000;
const high = (address: number): number => Math.floor(address / 0x1_0000_0000);
const where = (operand: Operand): number => (operand.global ? GGTT : 0);

/** A small assembler for batches and rings: each method appends one command, and returns the batch. */
export class Batch {
  readonly words: number[] = [];

  raw(...words: readonly number[]): this {
    for (const word of words) this.words.push(word >>> 0);
    return this;
  }

  noop(count = 1): this {
    for (let i = 0; i < count; i++) this.words.push(0);
    return this;
  }

  /** NOOPs until the batch is `dwords` long. */
  padTo(dwords: number): this {
    return this.noop(Math.max(0, dwords - this.words.length));
  }

  userInterrupt(): this {
    return this.raw(SHORT(0x02));
  }

  arbCheck(): this {
    return this.raw(SHORT(0x05));
  }

  arbOnOff(on: boolean): this {
    return this.raw(SHORT(0x08, on ? 1 : 0));
  }

  end(): this {
    return this.raw(SHORT(0x0a));
  }

  /** MI_BATCH_BUFFER_START. */
  start(to: Operand, how: { second?: boolean; predicated?: boolean } = {}): this {
    const bits = (to.global ? 0 : 1 << 8) | (how.second ? 1 << 22 : 0) | (how.predicated ? 1 << 15 : 0);
    return this.raw(MI(0x31, 3, bits), low(to.address), high(to.address));
  }

  lri(...pairs: readonly (readonly [number, number])[]): this {
    this.raw(MI(0x22, 1 + pairs.length * 2));
    for (const [register, value] of pairs) this.raw(register, value);
    return this;
  }

  lrr(from: number, to: number): this {
    return this.raw(MI(0x2a, 3), from, to);
  }

  lrm(register: number, from: Operand): this {
    return this.raw(MI(0x29, 4, where(from)), register, low(from.address), high(from.address));
  }

  srm(register: number, to: Operand, predicated = false): this {
    const bits = where(to) | (predicated ? 1 << 21 : 0);
    return this.raw(MI(0x24, 4, bits), register, low(to.address), high(to.address));
  }

  /** MI_STORE_DATA_IMM of any number of dwords. */
  sdi(to: Operand, ...values: readonly number[]): this {
    return this.raw(MI(0x20, 3 + values.length, where(to)), low(to.address), high(to.address), ...values);
  }

  sdiQword(to: Operand, lowWord: number, highWord: number): this {
    return this.raw(MI(0x20, 5, where(to) | (1 << 21)), low(to.address), high(to.address), lowWord, highWord);
  }

  flushDw(flush: Flush = {}): this {
    const { post = 0, to = { address: 0 } } = flush;
    const bits =
      (post << 14) |
      (flush.index ? 1 << 21 : 0) |
      (flush.notify ? 1 << 8 : 0) |
      (flush.invalidateTlb ? 1 << 18 : 0);
    const wide = flush.high !== undefined;
    this.raw(
      MI(0x26, wide ? 5 : 4, bits),
      low(to.address) | (to.global ? 4 : 0),
      high(to.address),
      flush.low ?? 0,
    );
    return wide ? this.raw(flush.high ?? 0) : this;
  }

  pipeControl(flush: Flush = {}): this {
    const { post = 0, to = { address: 0 } } = flush;
    const bits =
      (post << 14) |
      (flush.index ? 1 << 21 : 0) |
      (flush.notify ? 1 << 8 : 0) |
      (flush.invalidateTlb ? 1 << 18 : 0) |
      (to.global ? 1 << 24 : 0);
    return this.raw(0x7a00_0004, bits, low(to.address), high(to.address), flush.low ?? 0, flush.high ?? 0);
  }

  /** PIPE_CONTROL that loads a register after its flush. */
  pipeControlLri(register: number, value: number): this {
    return this.raw(0x7a00_0004, 1 << 23, register, 0, value, 0);
  }

  semaphoreWait(compare: number, data: number, at: Operand): this {
    return this.raw(
      MI(0x1c, 4, (compare << 12) | (1 << 15) | where(at)),
      data,
      low(at.address),
      high(at.address),
    );
  }

  /** MI_SEMAPHORE_WAIT on a register. */
  semaphoreRegister(compare: number, data: number, register: number): this {
    return this.raw(MI(0x1c, 4, (compare << 12) | (1 << 15) | (1 << 16)), data, register, 0);
  }

  semaphoreSignal(): this {
    return this.raw(MI(0x1b, 2), 0);
  }

  copy(to: Operand, from: Operand): this {
    const bits = (to.global ? 1 << 21 : 0) | (from.global ? GGTT : 0);
    return this.raw(
      MI(0x2e, 5, bits),
      low(to.address),
      high(to.address),
      low(from.address),
      high(from.address),
    );
  }

  /**
   * MI_ATOMIC with operands from the GPRs. `opcode` holds the size as hardware numbers it: 01h.. 4 bytes,
   * 21h.. 8 bytes.
   */
  atomic(opcode: number, at: Operand, returnData = false): this {
    return this.raw(atomicHeader(opcode, 3, at, returnData), low(at.address), high(at.address));
  }

  /** MI_ATOMIC with inline operands: low and high dword of each. */
  atomicInline(
    opcode: number,
    at: Operand,
    first: readonly [number, number],
    second: readonly [number, number] = [0, 0],
    returnData = false,
  ): this {
    this.raw(atomicHeader(opcode, 11, at, returnData) | (1 << 18), low(at.address), high(at.address));
    return this.raw(first[0], second[0], first[1], second[1], 0, 0, 0, 0);
  }

  math(...instructions: readonly number[]): this {
    return this.raw(MI(0x1a, 1 + instructions.length), ...instructions);
  }

  predicate(load: number, combine: number, compare: number): this {
    return this.raw(SHORT(0x0c, (load << 6) | (combine << 3) | compare));
  }

  setPredicate(enable: number): this {
    return this.raw(SHORT(0x01, enable));
  }

  /** MI_CONDITIONAL_BATCH_BUFFER_END: ends the batch unless memory is greater than `data`. */
  endUnlessGreater(data: number, at: Operand, how: { mask?: boolean; compare?: boolean } = {}): this {
    const bits = where(at) | (how.compare === false ? 0 : 1 << 21) | (how.mask ? 1 << 19 : 0);
    return this.raw(MI(0x36, 4, bits), data, low(at.address), high(at.address));
  }
}

function atomicHeader(opcode: number, length: number, at: Operand, returnData: boolean): number {
  const wide = (opcode & 0x20) !== 0 ? 1 << 19 : 0;
  return MI(0x2f, length, (opcode << 8) | wide | (returnData ? 1 << 16 : 0) | where(at));
}

/** One instruction of MI_MATH. */
export function alu(opcode: number, first = 0, second = 0): number {
  return ((opcode << 20) | (first << 10) | second) >>> 0;
}

export const ALU = {
  noop: 0x000,
  load: 0x080,
  loadInv: 0x480,
  load0: 0x081,
  load1: 0x481,
  add: 0x100,
  sub: 0x101,
  and: 0x102,
  or: 0x103,
  xor: 0x104,
  store: 0x180,
  storeInv: 0x580,
  srcA: 0x20,
  srcB: 0x21,
  accu: 0x31,
  zf: 0x32,
  cf: 0x33,
} as const;
