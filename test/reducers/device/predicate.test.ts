import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ALU, alu, type Batch } from "../../../src/ports/sim/assembler.ts";
import { RING, RING_BASE } from "../../../src/ports/sim/layout.ts";
import { at, Bench } from "./rig.ts";

const RCS = RING_BASE.rcs0;
const gpr = (n: number): number => RCS + RING.gpr + n * 8;
const RESULT = RCS + RING.predicateResult;

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.rig.verify());

const set = (b: Batch, n: number, value: bigint): Batch =>
  b.lri([gpr(n), Number(value & 0xffff_ffffn)], [gpr(n) + 4, Number(value >> 32n)]);
const got = (n: number): bigint => {
  const [low, high] = bench.show(gpr(n), gpr(n) + 4);
  return (BigInt(high) << 32n) | BigInt(low);
};
const MASK = (1n << 64n) - 1n;

describe("MI_MATH", () => {
  const PAIRS = [
    [0xffff_ffffn, 1n],
    [MASK, 1n],
    [5n, 7n],
    [0x8000_0000_0000_0000n, 0x8000_0000_0000_0000n],
    [0x1234_5678_9abc_def0n, 0x0fed_cba9_8765_4321n],
  ] as const;
  const FOLDS: readonly [string, number, (a: bigint, b: bigint) => bigint][] = [
    ["ADD", ALU.add, (a, b) => a + b],
    ["SUB", ALU.sub, (a, b) => a - b],
    ["AND", ALU.and, (a, b) => a & b],
    ["OR", ALU.or, (a, b) => a | b],
    ["XOR", ALU.xor, (a, b) => a ^ b],
  ];

  test.each(FOLDS)("%s, with its flags", (_name, opcode, fold) => {
    for (const [a, b] of PAIRS) {
      bench.run((c) =>
        set(set(c, 1, a), 2, b).math(
          alu(ALU.load, ALU.srcA, 1),
          alu(ALU.load, ALU.srcB, 2),
          alu(opcode),
          alu(ALU.store, 3, ALU.accu),
          alu(ALU.store, 4, ALU.zf),
          alu(ALU.store, 5, ALU.cf),
          alu(ALU.storeInv, 6, ALU.accu),
        ),
      );
      const full = fold(a, b);
      const result = BigInt.asUintN(64, full);
      expect(got(3)).toBe(result);
      expect(got(4)).toBe(result === 0n ? MASK : 0n);
      expect(got(5)).toBe(full !== result ? MASK : 0n);
      expect(got(6)).toBe(result ^ MASK);
    }
  });

  test("LOADINV, LOAD0, LOAD1, NOOP", () => {
    bench.run((c) =>
      set(c, 1, 0x0f0fn).math(
        alu(ALU.loadInv, ALU.srcA, 1),
        alu(ALU.load0, ALU.srcB),
        alu(ALU.noop),
        alu(ALU.or),
        alu(ALU.store, 2, ALU.accu),
        alu(ALU.load1, ALU.srcB),
        alu(ALU.and),
        alu(ALU.store, 3, ALU.accu),
      ),
    );
    expect(got(2)).toBe(0x0f0fn ^ MASK);
    expect(got(3)).toBe(0x0f0fn ^ MASK);
  });
});

describe("MI_PREDICATE", () => {
  const KEEP = 0;
  const LOAD = 2;
  const LOADINV = 3;
  const result = (): number => bench.show(RESULT)[0];
  const sources = (b: Batch, first: number, second: number, delta = 0): Batch =>
    b.lri(
      [RCS + RING.predicateSrc0, first],
      [RCS + RING.predicateSrc0 + 4, 0],
      [RCS + RING.predicateSrc1, second],
      [RCS + RING.predicateSrc1 + 4, 0],
      [RCS + RING.predicateData, delta >>> 0],
      [RCS + RING.predicateData + 4, delta < 0 ? 0xffff_ffff : 0],
    );

  test("compare: true, false, sources equal, their difference equal to the data", () => {
    for (const [compare, first, second, delta, expected] of [
      [0, 1, 2, 0, 1],
      [1, 1, 1, 0, 0],
      [2, 5, 5, 0, 1],
      [2, 5, 6, 0, 0],
      [3, 9, 5, 4, 1],
      [3, 5, 9, -4, 1],
      [3, 5, 9, 4, 0],
    ]) {
      bench.run((b) => sources(b, first, second, delta).predicate(LOAD, 0, compare));
      expect(result()).toBe(expected);
    }
  });

  test("load and combine", () => {
    for (const before of [0, 1]) {
      for (const compare of [0, 1]) {
        const value = compare === 0 ? 1 : 0;
        const combined = [value, value & before, value | before, value ^ before];
        for (let combine = 0; combine < 4; combine++) {
          const run = (load: number): number => {
            bench.run((b) => b.lri([RESULT, before]).predicate(load, combine, compare));
            return result();
          };
          expect(run(KEEP)).toBe(before);
          expect(run(LOAD)).toBe(combined[combine]);
          expect(run(LOADINV)).toBe(combined[combine] ^ 1);
        }
      }
    }
  });
});

describe("MI_SET_PREDICATE", () => {
  test("which commands it drops, until it is turned off or the batch ends", () => {
    const second = RCS + RING.predicateResult2;
    for (const [enable, result, result2, runs] of [
      [0, 0, 0, true],
      [1, 0, 0, false],
      [1, 0, 1, true],
      [2, 0, 1, false],
      [2, 0, 0, true],
      [3, 0, 0, false],
      [3, 1, 0, true],
      [4, 1, 0, false],
      [4, 0, 0, true],
      [5, 0, 0, true],
      [6, 0, 0, false],
      [7, 0, 0, false],
      [15, 0, 0, false],
    ] as const) {
      bench.setWord(0, 0);
      bench.setWord(1, 0);
      bench.run((b) =>
        b
          .lri([RESULT, result], [second, result2])
          .setPredicate(enable)
          .sdi(at(0), 1)
          .setPredicate(0)
          .sdi(at(1), 1),
      );
      expect([bench.word(0), bench.word(1)], `enable ${enable}`).toEqual([runs ? 1 : 0, 1]);
    }
    bench.run((b) => b.setPredicate(15).sdi(at(2), 1));
    bench.run((b) => b.sdi(at(3), 1));
    expect([bench.word(2), bench.word(3)]).toEqual([0, 1]);
  });
});

describe("MI_CONDITIONAL_BATCH_BUFFER_END", () => {
  const ends = (memory: number, data: number, how = {}): boolean => {
    bench.setWord(8, memory);
    bench.setWord(0, 0);
    bench.run((b) => b.endUnlessGreater(data, at(8), how).sdi(at(0), 1));
    return bench.word(0) === 0;
  };

  test("ends the batch unless memory is greater, unsigned", () => {
    expect(ends(5, 5)).toBe(true);
    expect(ends(4, 5)).toBe(true);
    expect(ends(6, 5)).toBe(false);
    expect(ends(0x8000_0000, 5)).toBe(false);
    expect(ends(5, 0x8000_0000)).toBe(true);
  });

  test("without a comparison it goes on; with a mask the dword after is compared", () => {
    expect(ends(0, 5, { compare: false })).toBe(false);
    bench.setWord(9, 0xf7);
    expect(ends(0x0f, 6, { mask: true })).toBe(false);
    expect(ends(0x0f, 7, { mask: true })).toBe(true);
  });

  test("from the second level it returns to the first", () => {
    bench.setWord(8, 0);
    const inner = bench.place((b) => b.endUnlessGreater(1, at(8)).sdi(at(0), 1));
    bench.run((b) => b.start({ address: inner }, { second: true }).sdi(at(1), 1));
    expect([bench.word(0), bench.word(1)]).toEqual([0, 1]);
  });
});
