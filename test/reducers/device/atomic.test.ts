import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RING, RING_BASE } from "../../../src/ports/sim/layout.ts";
import { at, Bench } from "./rig.ts";

const GPR = RING_BASE.rcs0 + RING.gpr;
const gpr = (n: number): number => GPR + n * 8;

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.rig.verify());

const OLD = 0x8000_0005;
const WIDE = (1n << 63n) | 0xffff_ffffn;
type Fold<T> = (old: T, a: T, b: T) => T;

/**
 * What memory holds afterwards: opcode, 4 bytes, 8 bytes. Source of the opcodes: genxml gen9, Atomic_OPCODE.
 */
const OPERATIONS: readonly [string, number, Fold<number>, Fold<bigint>][] = [
  ["AND", 0x01, (old, a) => old & a, (old, a) => old & a],
  ["OR", 0x02, (old, a) => old | a, (old, a) => old | a],
  ["XOR", 0x03, (old, a) => old ^ a, (old, a) => old ^ a],
  ["MOVE", 0x04, (_old, a) => a, (_old, a) => a],
  ["INC", 0x05, (old) => old + 1, (old) => old + 1n],
  ["DEC", 0x06, (old) => old - 1, (old) => old - 1n],
  ["ADD", 0x07, (old, a) => old + a, (old, a) => old + a],
  ["SUB", 0x08, (old, a) => old - a, (old, a) => old - a],
  ["RSUB", 0x09, (old, a) => a - old, (old, a) => a - old],
  ["IMAX", 0x0a, (old, a) => Math.max(old | 0, a | 0), (old, a) => big(signed(old) > signed(a), old, a)],
  ["IMIN", 0x0b, (old, a) => Math.min(old | 0, a | 0), (old, a) => big(signed(old) < signed(a), old, a)],
  ["UMAX", 0x0c, (old, a) => Math.max(old, a), (old, a) => big(old > a, old, a)],
  ["UMIN", 0x0d, (old, a) => Math.min(old, a), (old, a) => big(old < a, old, a)],
  ["CMP_WR", 0x0e, (old, a, b) => (old === a ? b : old), (old, a, b) => (old === a ? b : old)],
  ["PREDEC", 0x0f, (old) => old - 1, (old) => old - 1n],
];

const big = (first: boolean, a: bigint, b: bigint): bigint => (first ? a : b);
const signed = (value: bigint): bigint => BigInt.asIntN(64, value);
const pair = (value: bigint): [number, number] => [
  Number(BigInt.asUintN(32, value)),
  Number(BigInt.asUintN(64, value) >> 32n),
];

describe("MI_ATOMIC", () => {
  test.each(OPERATIONS)("%s on 4 bytes, inline operands", (_name, opcode, fold) => {
    for (const [old, a, b] of [
      [OLD, 0x7fff_ffff, 9],
      [5, 0xffff_fffe, 1],
      [OLD, OLD, 1234],
    ]) {
      bench.setWord(0, old);
      bench.setWord(1, 0xaaaa_aaaa);
      bench.run((c) => c.atomicInline(opcode, at(0), [a, 0xdead], [b, 0xbeef]));
      expect(bench.words(0, 2)).toEqual([fold(old, a, b) >>> 0, 0xaaaa_aaaa]);
    }
  });

  test.each(OPERATIONS)("%s on 8 bytes, inline operands", (_name, opcode, _narrow, fold) => {
    for (const [old, a, b] of [
      [WIDE, 0x7fff_ffff_ffff_ffffn, 9n],
      [5n, 0xffff_ffff_0000_0001n, 1n],
      [WIDE, WIDE, 0x1234_5678_9abc_def0n],
    ]) {
      const [low, high] = pair(old);
      bench.setWord(2, low);
      bench.setWord(3, high);
      bench.run((c) => c.atomicInline(opcode | 0x20, at(2), pair(a), pair(b)));
      expect(bench.words(2, 2)).toEqual(pair(fold(old, a, b)));
    }
  });

  test("operands from GPR 0 and 2; the old value to GPR 4, as much as was read", () => {
    bench.setWord(4, 10);
    bench.setWord(5, 20);
    const fill = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => [GPR + n * 4, 0x100 + n] as const);
    bench.run((b) => b.lri(...fill).atomic(0x07, at(4), true));
    expect(bench.words(4, 2)).toEqual([0x10a, 20]);
    expect(bench.show(gpr(4), gpr(4) + 4)).toEqual([10, 0x109]);
    bench.run((b) => b.lri([gpr(0), 0x10a], [gpr(0) + 4, 20]).atomic(0x2e, at(4), true));
    expect(bench.words(4, 2)).toEqual([0x104, 0x105]);
    expect(bench.show(gpr(4), gpr(4) + 4)).toEqual([0x10a, 20]);
    bench.run((b) => b.atomic(0x05, at(4), false));
    expect(bench.show(gpr(4))).toEqual([0x10a]);
  });

  test("8 bytes at the last dword of a page are those of the aligned qword", () => {
    bench.setWord(1022, 1);
    bench.setWord(1023, 2);
    bench.run((b) => b.atomicInline(0x25, at(1023), [0, 0]));
    expect(bench.words(1022, 2)).toEqual([2, 2]);
  });

  test("an unknown operation changes nothing", () => {
    bench.setWord(0, 5);
    const writes = bench.guest.host.writes.length;
    bench.run((b) => b.atomicInline(0x1f, at(0), [1, 1], [1, 1], true));
    expect(bench.word(0)).toBe(5);
    const touched = bench.guest.host.writes
      .slice(writes)
      .filter(({ address }) => address >>> 12 === bench.data);
    expect(touched).toEqual([]);
  });
});
