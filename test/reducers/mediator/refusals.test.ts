import { describe, expect, test } from "vitest";
import { FAILSAFE, NOTES } from "../../../src/events/codes.ts";
import { K } from "../../../src/events/kinds.ts";
import { COMPARE } from "../../../src/ports/sim/assembler.ts";
import { RING, RING_BASE } from "../../../src/ports/sim/layout.ts";
import { PAGE } from "../../../src/ports/sim/memory.ts";
import { INVARIANTS } from "../../../src/reducers/invariants.ts";
import { at, Bench, Rig } from "../device/rig.ts";

/** What a vGPU may not do has no effect, and a row that says what was refused. */

const FENCES = 0x10_0000;
const HWS_PGA = 0x80;
const CSB_PTR = 0x3a0;

/** Every refusal so far: reason, agent, place, value, and what stays in its place. */
function refusals({ rows }: Rig): (readonly [string, number, number, number, number])[] {
  const found: (readonly [string, number, number, number, number])[] = [];
  for (let i = 0; i < rows.count; i++) {
    if (rows.kind[i] !== K.note || !NOTES[rows.code[i]].endsWith(".refused")) continue;
    found.push([NOTES[rows.code[i]], rows.agent[i], rows.at[i], rows.lo[i], rows.hi[i]]);
  }
  return found;
}

function holds(rig: Rig): void {
  for (const { name, broken } of INVARIANTS) expect(broken(rig.machine.core), name).toBe(null);
}

describe("a status page", () => {
  test.each(Object.entries(RING_BASE))("of %s lies in the vGPU's share, or nowhere", (_engine, base) => {
    const rig = new Rig(2);
    const guest = rig.guest(1);
    rig.guest(2);
    const register = base + HWS_PGA;
    const before = guest.mmio(register);
    const [mine, theirs] = rig.configuration.vgpus;
    const end = mine.unmappableBase + mine.unmappableSize;
    for (const outside of [theirs.mappableBase, theirs.unmappableBase, end, 0xffff_f000]) {
      guest.setMmio(register, outside);
      expect(guest.mmio(register)).toBe(before);
      expect(refusals(rig).at(-1)).toEqual(["hws_pga.refused", 1, register, outside, before]);
    }
    expect(refusals(rig)).toHaveLength(4);
    for (const inside of [mine.mappableBase + PAGE, end - PAGE, 0]) {
      guest.setMmio(register, inside);
      expect(guest.mmio(register)).toBe(inside);
    }
    expect(refusals(rig)).toHaveLength(4);
    rig.verify();
  });

  test("a refused one stays what it was: events go on into the old page", () => {
    const bench = new Bench();
    const { rig, guest } = bench;
    guest.setMmio(RING_BASE.rcs0 + HWS_PGA, 0xffff_f000);
    expect(bench.run((b) => b.noop(1))).toBe(true);
    expect(guest.events("rcs0").length).toBe(2);
    rig.verify();
  });
});

describe("a fence", () => {
  const fence = (n: number): number => FENCES + n * 8;

  test("past the vGPU's share reads 0 and is not stored", () => {
    const rig = new Rig(2);
    const guest = rig.guest(1);
    const { fences } = rig.configuration.vgpus[0];
    for (const n of [fences, 20, 31]) {
      guest.write("mmio", fence(n), 8, 0x1001, 0x3001);
      expect(guest.read64("mmio", fence(n), 8)).toEqual({ lo: 0, hi: 0 });
      expect(refusals(rig).slice(-2)).toEqual([
        ["fence.refused", 1, fence(n), 0x1001, 0],
        ["fence.refused", 1, fence(n) + 4, 0x3001, 0],
      ]);
    }
    guest.write("mmio", fence(fences - 1), 8, 0x1000, 0x3001);
    expect(guest.read64("mmio", fence(fences - 1), 8)).toEqual({ lo: 0x1000, hi: 0x3001 });
    expect(refusals(rig)).toHaveLength(6);
    expect(rig.machine.core.seeVgpu(1).failsafe).toBe(0);
    rig.verify();
  });

  test("past the share finds out a guest that never looked at its PVINFO page", () => {
    const rig = new Rig();
    const write = (n: number): void =>
      rig.input("mmio.written", 1, (rows, i) => {
        rows.at[i] = fence(n);
        rows.size[i] = 4;
        rows.lo[i] = 1;
      });
    write(0);
    expect(rig.machine.core.seeVgpu(1).failsafe).toBe(0);
    write(20);
    expect(rig.machine.core.seeVgpu(1).failsafe).toBe(FAILSAFE.indexOf("unsupported_guest"));
    rig.verify();
  });
});

describe("the context status pointer", () => {
  test.each(Object.entries(RING_BASE))("of %s names an entry, or none, whatever is written", (_e, base) => {
    const rig = new Rig();
    const guest = rig.guest();
    const register = base + CSB_PTR;
    for (let pointer = 0; pointer < 8; pointer++) {
      const before = guest.mmio(register) & 7;
      guest.setMmio(register, (0xffff_0000 | (3 << 8) | pointer) >>> 0);
      holds(rig);
      const kept = pointer === 6 ? before : pointer;
      expect(guest.mmio(register) & 0x707).toBe((3 << 8) | kept);
    }
    expect(refusals(rig)).toEqual([["csb_ptr.refused", 1, register, 6, 5]]);
    // One bit at a time: 5 becomes 7 becomes 6, which is refused.
    guest.setMmio(register, 0x0001_0000);
    expect(guest.mmio(register) & 7).toBe(7);
    guest.write("mmio", register, 1, 6);
    holds(rig);
    expect(guest.mmio(register) & 7).toBe(7);
    rig.verify();
  });
});

test("more maps than a vGPU may have are refused", () => {
  const rig = new Rig();
  const guest = rig.guest();
  const map = (n: number): void => guest.call((w) => w.mapped(1, n * PAGE, 1, PAGE, 0, true, true));
  for (let n = rig.machine.core.seeVgpu(1).maps; n < 65_535; n++) map(n);
  expect(refusals(rig)).toEqual([]);
  map(70_000);
  expect(refusals(rig)).toEqual([["map.refused", 1, 70_000 * PAGE, PAGE, 0]]);
  expect(rig.machine.core.seeVgpu(1).maps).toBe(65_535);
  rig.verify();
});

describe("a write of the GTT", () => {
  test("has 4 or 8 bytes and starts at a dword", () => {
    const rig = new Rig();
    const guest = rig.guest();
    const gma = guest.bind(7);
    const entry = (gma / PAGE) * 8;
    const before = guest.read64("gtt", entry, 8);
    guest.write("gtt", entry, 1, 0xff);
    guest.write("gtt", entry + 2, 2, 0xffff);
    guest.write("gtt", entry + 2, 4, 0xffff_ffff);
    guest.write("gtt", entry + 1, 8, 1, 2);
    expect(guest.read64("gtt", entry, 8)).toEqual(before);
    expect(refusals(rig)).toEqual([
      ["gtt.refused", 1, entry, 0xff, 0],
      ["gtt.refused", 1, entry + 2, 0xffff, 0],
      ["gtt.refused", 1, entry + 2, 0xffff_ffff, 0],
      ["gtt.refused", 1, entry + 1, 1, 2],
    ]);
    rig.verify();
  });
});

describe("a submission while another one waits", () => {
  test("is refused: the earlier one is not lost, and the later one not said to be there", () => {
    const bench = new Bench();
    const { rig, guest } = bench;
    guest.run(bench.context, (b) => b.arbOnOff(false).semaphoreWait(COMPARE.equal, 1, at(9)));
    guest.advance(200);
    const [second, third] = [1, 2].map(() => guest.createContext("rcs0", { ppgtt: bench.context.ppgtt }));
    guest.run(second, (b) => b.sdi(at(0), 1));
    const submitted = rig.count("workload.submitted");
    guest.run(third, (b) => b.sdi(at(1), 1));
    expect(rig.count("workload.submitted")).toBe(submitted);
    expect(rig.notes()).toEqual(["elsp.full"]);
    bench.setWord(9, 1);
    expect(guest.until(() => guest.isDone(second))).toBe(true);
    guest.advance(1_000);
    expect(bench.words(0, 2)).toEqual([1, 0]);
    // The port takes whole submissions: the next one is as good as ever.
    guest.submit(third);
    expect(guest.until(() => guest.isDone(third))).toBe(true);
    expect(bench.word(1)).toBe(1);
    holds(rig);
    rig.verify();
  });

  test("also where the vGPU is paused, and where its engine hangs", () => {
    const bench = new Bench();
    const { rig, guest } = bench;
    rig.input("vgpu.paused", 1);
    guest.run(bench.context, (b) => b.sdi(at(0), 1));
    const other = guest.createContext("rcs0", { ppgtt: bench.context.ppgtt });
    guest.run(other, (b) => b.sdi(at(1), 1));
    rig.input("vgpu.resumed", 1);
    expect(guest.until(() => guest.isDone(bench.context))).toBe(true);
    guest.advance(1_000);
    expect(bench.words(0, 2)).toEqual([1, 0]);
    expect(rig.notes()).toEqual(["elsp.full"]);
    guest.run(bench.context, (b) => b.raw(0x1f80_0000));
    guest.advance(1_000);
    const before = rig.count("workload.submitted");
    guest.submit(other);
    guest.submit(other);
    expect(rig.count("workload.submitted")).toBe(before + 1);
    expect(guest.mmio(RING_BASE.rcs0 + RING.statusLo) & 4).toBe(4);
    rig.verify();
  });
});
