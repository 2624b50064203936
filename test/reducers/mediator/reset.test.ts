import { describe, expect, test } from "vitest";
import { FAILSAFE } from "../../../src/events/codes.ts";
import type { SimDriver } from "../../../src/ports/sim/driver.ts";
import { GDRST, PVINFO, RING_BASE } from "../../../src/ports/sim/layout.ts";
import { PAGE } from "../../../src/ports/sim/memory.ts";
import { INVARIANTS } from "../../../src/reducers/invariants.ts";
import { at, Bench, byName, Rig } from "../device/rig.ts";

/** What a reset, a departure and an end leave, and what they do not. */

const GFX_MODE = RING_BASE.rcs0 + 0x29c;
const RUN_LIST = 0x8000_8000;
/** Power management control and status: bits 1:0 are the state, 3 is D3hot. */
const PMCSR = 0xd4;
const UNSUPPORTED = FAILSAFE.indexOf("unsupported_guest");
const NEVER = Number.POSITIVE_INFINITY;

/** Digests of the vGPU by component: what is left of a guest shows here. */
function left(rig: Rig, v = 1): Record<string, string> {
  return Object.fromEntries(
    Object.entries(byName(rig.machine.digests())).filter(([name]) => name.startsWith(`vgpu${v}.`)),
  );
}

function holds(rig: Rig): void {
  for (const { name, broken } of INVARIANTS) expect(broken(rig.machine.core), name).toBe(null);
}

function known(rig: Rig, v = 1): number {
  let frames = 0;
  rig.machine.core.ram[v].eachFrame(() => frames++);
  return frames;
}

describe("memory that a guest has shown", () => {
  /** A guest that has run something and looked at a secret through its aperture. */
  function shown(): Bench & { readonly gma: number } {
    const bench = new Bench("rcs0", { coherent: false });
    const gma = bench.guest.bindMappable(bench.data);
    bench.setWord(0, 0x5ec2e7);
    expect(bench.run((b) => b.sdi(at(1), 1))).toBe(true);
    bench.guest.aperture(gma);
    bench.guest.advance(1_000);
    bench.rig.port.deliver();
    expect(bench.guest.aperture(gma)).toBe(0x5ec2e7);
    return Object.assign(bench, { gma });
  }

  test("is forgotten by a reset: the next guest reads nothing of its predecessor's", () => {
    const { rig, guest, gma, data } = shown();
    guest.reset();
    expect(known(rig)).toBe(0);
    // The next guest binds the same frame, and looks before any page of its own has come.
    guest.host.capabilities.fetchDelay = NEVER;
    guest.memory.write32(data * PAGE, 7);
    guest.load();
    guest.setPte(gma, data);
    expect(guest.aperture(gma)).toBe(0);
    guest.host.capabilities.fetchDelay = 0;
    rig.port.deliver();
    expect(guest.aperture(gma)).toBe(7);
    holds(rig);
    rig.verify();
  });

  test("is forgotten when another port comes, with memory of its own", () => {
    const { rig, guest, gma, data } = shown();
    guest.detach();
    guest.host.capabilities.fetchDelay = NEVER;
    guest.memory.write32(data * PAGE, 7);
    guest.attach();
    expect(known(rig)).toBe(0);
    expect(guest.aperture(gma)).toBe(0);
    rig.port.deliver();
    expect(guest.aperture(gma)).toBe(7);
    rig.verify();
  });

  test("is forgotten but for bytes on their way to it, which a port that comes back is given again", () => {
    const { rig, guest, gma, data } = shown();
    Object.assign(guest.host.capabilities, { fetchDelay: NEVER, writeDelay: NEVER });
    guest.aperture(gma);
    guest.setAperture(gma + 8, 0xabcd);
    const open = rig.machine.core.openTickets();
    expect(open).toHaveLength(2);
    guest.detach();
    expect(rig.machine.core.openTickets()).toEqual(open);
    guest.attach();
    expect(Array.from(rig.machine.core.ram[1].known(data)?.subarray(0, 3) ?? [])).toEqual([0, 0, 0xabcd]);
    // The answer that was under way does not have these bytes yet: they are laid over it, as before.
    rig.port.deliverFetches();
    expect([guest.aperture(gma), guest.aperture(gma + 8)]).toEqual([0x5ec2e7, 0xabcd]);
    rig.port.deliver();
    expect(guest.memory.read32(data * PAGE + 8)).toBe(0xabcd);
    holds(rig);
    rig.verify();
  });

  test("is kept as far as a turn under way has it in hand: it ends however often its port comes and goes", () => {
    const { rig, guest, context } = shown();
    guest.host.capabilities.fetchDelay = NEVER;
    guest.run(context, (b) => b.sdi(at(2), 5));
    let times = 0;
    for (; times < 50 && !guest.isDone(context); times++) {
      guest.advance(100);
      const frames = known(rig);
      guest.detach();
      guest.attach();
      expect(known(rig)).toBeLessThanOrEqual(frames);
      rig.port.deliver(1);
    }
    expect(guest.isDone(context)).toBe(true);
    expect(times).toBeGreaterThan(5);
    holds(rig);
    rig.verify();
  });

  test("is forgotten when the device is closed, with all else of the guest", () => {
    const { rig, guest, gma } = shown();
    guest.setMmio(0x4_f100, 0x5ec2e7);
    rig.input("vgpu.closed", 1);
    expect(known(rig)).toBe(0);
    expect(guest.mmio(0x4_f100)).toBe(0);
    expect(guest.read64("gtt", (gma / PAGE) * 8, 8)).toEqual({ lo: 0, hi: 0 });
    expect(rig.machine.core.seeVgpu(1).opened).toBe(false);
    holds(rig);
    rig.verify();
  });

  test("of one guest is no part of another one's reset", () => {
    const rig = new Rig(2);
    const [mine, theirs] = [1, 2].map((v) => new Bench("rcs0", { coherent: false }, rig, v));
    for (const bench of [mine, theirs]) expect(bench.run((b) => b.sdi(at(0), 1))).toBe(true);
    const before = left(rig, 2);
    mine.guest.reset();
    mine.guest.detach();
    expect(left(rig, 2)).toEqual(before);
    rig.verify();
  });
});

test("a reset leaves a vGPU as a new one is", () => {
  const fresh = new Rig();
  fresh.guest(1, { coherent: false }).reset();
  const bench = new Bench("rcs0", { coherent: false });
  bench.guest.bindMappable(bench.data);
  expect(bench.run((b) => b.sdi(at(0), 1))).toBe(true);
  bench.guest.reset();
  expect(left(bench.rig)).toEqual(left(fresh));
  // Nor does it leave anything behind on the device.
  const device = (rig: Rig): unknown => byName(rig.machine.digests())["device.ggtt"];
  expect(device(bench.rig)).toBe(device(fresh));
  bench.rig.verify();
});

describe("having read the PVINFO page", () => {
  const runList = (guest: SimDriver): void => guest.setMmio(GFX_MODE, RUN_LIST);
  const failsafe = (rig: Rig): number => rig.machine.core.seeVgpu(1).failsafe;

  test("is forgotten at a reset: the next guest must read it itself", () => {
    const rig = new Rig();
    const guest = rig.guest();
    runList(guest);
    expect(failsafe(rig)).toBe(0);
    guest.reset();
    runList(guest);
    expect(failsafe(rig)).toBe(UNSUPPORTED);
    guest.reset();
    guest.mmio(PVINFO);
    runList(guest);
    expect(failsafe(rig)).toBe(0);
    rig.verify();
  });

  test("outlives the reset that wakes a guest from sleep, once", () => {
    const rig = new Rig();
    const guest = rig.guest();
    guest.write("config", PMCSR, 2, 3);
    guest.reset();
    expect(guest.read32("config", PMCSR, 2)).toBe(0);
    runList(guest);
    expect(failsafe(rig)).toBe(0);
    guest.reset();
    runList(guest);
    expect(failsafe(rig)).toBe(UNSUPPORTED);
    rig.verify();
  });

  test("does not outlive a guest that left in its sleep", () => {
    const rig = new Rig();
    const guest = rig.guest();
    guest.write("config", PMCSR, 2, 3);
    guest.detach();
    guest.attach();
    guest.reset();
    runList(guest);
    expect(failsafe(rig)).toBe(UNSUPPORTED);
    rig.verify();
  });

  test("nor a guest that woke without a reset and worked on", () => {
    const bench = new Bench();
    const { rig, guest } = bench;
    guest.write("config", PMCSR, 2, 3);
    guest.write("config", PMCSR, 2, 0);
    expect(bench.run((b) => b.noop(1))).toBe(true);
    guest.reset();
    runList(guest);
    expect(failsafe(rig)).toBe(UNSUPPORTED);
    rig.verify();
  });
});

describe("a full reset of the GT", () => {
  /** VGACNTRL, FPGA_DBG's neighbours, DERRMR, a chicken word: all below the interrupts, none of the GT's. */
  const DISPLAY = [0x4_1000, 0x4_2080, 0x4_2084, 0x4_4050, 0x4_4054];

  test("leaves the registers of display and interrupts alone, from 40000 on", () => {
    const rig = new Rig();
    const guest = rig.guest();
    const index = rig.machine.core.registers;
    for (const register of DISPLAY) {
      expect(index.idOf[register >>> 2], register.toString(16)).not.toBe(0);
      guest.setMmio(register, 0x1234_5000);
    }
    const before = Array.from(index.words)
      .filter((word) => word >= 0x4_0000 >>> 2)
      .map((word) => rig.machine.core.words.read(1, word));
    guest.setMmio(0x2_4000, 0x100);
    guest.setMmio(GDRST, 1);
    expect(guest.mmio(0x2_4000)).toBe(0);
    for (const register of DISPLAY) expect(guest.mmio(register), register.toString(16)).toBe(0x1234_5000);
    const after = Array.from(index.words)
      .filter((word) => word >= 0x4_0000 >>> 2)
      .map((word) => rig.machine.core.words.read(1, word));
    expect(after).toEqual(before);
    rig.verify();
  });
});
