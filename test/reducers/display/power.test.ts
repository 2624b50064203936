import { describe, expect, test } from "vitest";
import { Bench } from "./bench.ts";

describe("power wells", () => {
  test("the state bit of a well follows any of the four requesters", () => {
    const bench = new Bench();
    bench.write(0x45404, 0x8000_0000);
    expect(bench.read(0x45404)).toBe(0xc000_0000);
    expect(bench.read(0x45400)).toBe(0x4000_0000);
    bench.write(0x45400, 0x8000_0000);
    bench.write(0x45404, 0);
    expect(bench.read(0x45404)).toBe(0x4000_0000);
    bench.write(0x45400, 0);
    expect(bench.read(0x45404)).toBe(0);
  });

  test("the guest cannot write state bits, nor wells that do not exist", () => {
    const bench = new Bench();
    bench.write(0x45404, 0xffff_ffff);
    expect(bench.read(0x45404)).toBe(0xf000_03ff);
    const old = new Bench("bdw");
    old.write(0x45404, 0xffff_ffff);
    expect(old.read(0x45404)).toBe(0xc000_0000);
  });

  test("DBUF_CTL: state follows request", () => {
    const bench = new Bench();
    bench.write(0x45008, 0x8000_0000);
    expect(bench.read(0x45008)).toBe(0xc000_0000);
    bench.write(0x45008, 0x4000_0000);
    expect(bench.read(0x45008)).toBe(0);
  });
});

describe("PLLs", () => {
  test("LCPLLs of gen9 lock, and DPLL_STATUS shows all four", () => {
    const bench = new Bench();
    expect(bench.read(0x6c060)).toBe(0);
    bench.write(0x46010, 0x8000_0000);
    expect(bench.read(0x46010)).toBe(0xc000_0000);
    expect(bench.read(0x6c060)).toBe(0x0000_0001);
    bench.write(0x46014, 0x8000_0000);
    bench.write(0x46040, 0x8000_0000);
    bench.write(0x46060, 0x8000_0000);
    expect(bench.read(0x6c060)).toBe(0x0101_0101);
    bench.write(0x46014, 0);
    expect(bench.read(0x6c060)).toBe(0x0101_0001);
  });

  test("Broadwell's LCPLL is on until it is disabled", () => {
    const bench = new Bench("bdw");
    bench.write(0x130040, 1 << 21);
    expect(bench.read(0x130040)).toBe((0x4000_0000 | (1 << 21) | (1 << 19)) >>> 0);
    bench.write(0x130040, 0x8000_0000);
    expect(bench.read(0x130040)).toBe(0x8000_0000);
  });
});

test("a DDI buffer is idle while it is off; port E forgets its training", () => {
  const bench = new Bench();
  bench.write(0x64100, 0x8000_0002);
  expect(bench.read(0x64100)).toBe(0x8000_0002);
  bench.write(0x64444, 1 << 12);
  bench.write(0x64100, 0);
  expect(bench.read(0x64100)).toBe(0x80);
  expect(bench.read(0x64444)).toBe(1 << 12);
  bench.write(0x64400, 0);
  expect(bench.read(0x64444)).toBe(0);
});

describe("AUX with nobody there", () => {
  test("a message is done and timed out at once; statuses are cleared by ones", () => {
    const bench = new Bench();
    bench.write(0x64110, 0x8c30_03ff);
    expect(bench.read(0x64110)).toBe(0x5c30_03ff);
    expect(bench.outcomes()).toEqual([]);
    bench.write(0x64110, 0x1000_0000);
    expect(bench.read(0x64110)).toBe(0x4000_0000);
    bench.write(0x64110, 0x5200_0000);
    expect(bench.read(0x64110)).toBe(0);
  });

  test.each([
    [0, 0x44448, 0x64010, 1],
    [1, 0x44448, 0x64110, 1 << 25],
    [3, 0x44448, 0x64310, 1 << 27],
    [1, 0xc4008, 0xe4110, 1 << 25],
  ])("channel %i interrupts where asked to", (_channel, iir, at, bit) => {
    const bench = new Bench();
    bench.outcomes();
    bench.write(at, 0xa000_0000);
    expect(bench.read(iir)).toBe(bit);
    expect(bench.outcomes()).toEqual(["irq.inject"]);
  });
});
