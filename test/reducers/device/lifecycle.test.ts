import { describe, expect, test } from "vitest";
import { COMPARE } from "../../../src/ports/sim/assembler.ts";
import { GDRST, PVINFO, RING, RING_BASE } from "../../../src/ports/sim/layout.ts";
import { DMA } from "../../../src/reducers/planes.ts";
import { eachWord } from "../../../src/reducers/words.ts";
import { at, Bench, Rig } from "./rig.ts";

const NEVER = Number.POSITIVE_INFINITY;

/** Words of the map table that are not zero. */
function maps(rig: Rig): number {
  let n = 0;
  eachWord(rig.machine.core.words.roots[DMA + 1], () => n++);
  return n;
}

describe("guest memory maps", () => {
  test("come and go, also many at once", () => {
    const rig = new Rig();
    const guest = rig.guest();
    const before = maps(rig);
    for (let n = 0; n < 200; n++)
      guest.call((w) => w.mapped(1, n * 0x1_0000, 1, 0x1_0000, 0, true, n % 2 === 0));
    expect(rig.machine.core.seeVgpu(1).maps).toBe(201);
    guest.call((w) => w.unmapped(1, 0, 1, 100 * 0x1_0000, 0));
    expect(rig.machine.core.seeVgpu(1).maps).toBe(101);
    guest.call((w) => w.unmapped(1, 0, 1, 0, 1));
    expect(maps(rig)).toBe(before);
    guest.call((w) => w.unmapped(1, 0, 7, 0, 1));
    expect(maps(rig)).toBe(before);
    rig.verify();
  });

  test("a port that goes takes them along", () => {
    const rig = new Rig();
    const guest = rig.guest();
    guest.detach();
    expect(maps(rig)).toBe(0);
    guest.attach();
    expect(rig.machine.core.seeVgpu(1).maps).toBe(1);
    rig.verify();
  });
});

describe("device reset", () => {
  test("ends every ticket of the guest; late answers are nobody's", () => {
    const bench = new Bench("rcs0", { coherent: false, fetchDelay: NEVER, writeDelay: NEVER });
    const { guest, context, rig } = bench;
    const gma = guest.bindMappable(bench.data);
    guest.run(context, (b) => b.sdi(at(0), 1));
    guest.advance(100);
    guest.aperture(gma);
    guest.setAperture(gma, 1, 2);
    const { core } = rig.machine;
    expect(core.openTickets().length).toBeGreaterThan(2);
    guest.reset();
    expect(core.openTickets()).toEqual([]);
    const rows = rig.rows.count;
    rig.port.deliver();
    guest.advance(10_000);
    expect(rig.rows.count).toBe(rows);
    expect(core.seeVgpu(1).writesOpen).toBe(0);
    rig.verify();
  });

  test("puts registers, GGTT, configuration space and engines back; a new driver finds a new device", () => {
    const bench = new Bench();
    const { guest, context, rig } = bench;
    guest.run(context, (b) => b.semaphoreWait(COMPARE.equal, 1, at(0)));
    guest.advance(200);
    guest.reset();
    expect(guest.mmio(RING_BASE.rcs0 + RING.statusLo)).toBe(0);
    expect(guest.read32("gtt", (context.ring / 4096) * 8)).toBe(0);
    expect(guest.read32("config", 4, 2)).toBe(0);
    expect(guest.mmio(PVINFO)).toBe(0x7654_4776);
    expect(guest.mmio(RING_BASE.rcs0 + RING.csbPtr) & 7).toBe(7);
    rig.verify();
  });

  test("in the middle of everything, again and again", () => {
    const rig = new Rig(2);
    for (let n = 0; n < 10; n++) {
      const bench = new Bench("rcs0", { coherent: false, fetchDelay: n % 3, writeDelay: n % 4 }, rig);
      bench.guest.run(bench.context, (b) => b.sdi(at(0), 1).userInterrupt());
      bench.guest.advance(n * 3);
      if (n % 2 === 0) bench.guest.setMmio(GDRST, 1);
      bench.guest.reset();
      if (n % 3 === 0) bench.guest.detach();
      rig.port.deliver();
    }
    rig.verify();
  });
});

describe("a port that comes back", () => {
  test("finds the tickets that it left, and may answer them", () => {
    const bench = new Bench("rcs0", { coherent: false, fetchDelay: NEVER, writeDelay: 0 });
    const { guest, context, rig } = bench;
    guest.run(context, (b) => b.sdi(at(0), 1));
    guest.advance(100);
    const open = rig.machine.core.openTickets();
    expect(open.length).toBe(1);
    guest.detach();
    expect(rig.machine.core.openTickets()).toEqual(open);
    guest.attach();
    guest.host.capabilities.fetchDelay = 0;
    rig.port.deliver();
    expect(guest.until(() => guest.isDone(context))).toBe(true);
    expect(bench.word(0)).toBe(1);
    rig.verify();
  });

  test("a destroyed vGPU knows nothing and answers nothing until it is created again", () => {
    const rig = new Rig();
    const bench = new Bench("rcs0", {}, rig);
    bench.run((b) => b.sdi(at(0), 1));
    rig.input("vgpu.destroyed", 1);
    const left = rig.machine.digests().map(({ component }) => component);
    expect(left.filter((component) => component.startsWith("vgpu"))).toEqual([]);
    expect(bench.guest.mmio(PVINFO)).toBe(0);
    rig.input("vgpu.created", 1);
    expect(bench.guest.mmio(PVINFO)).toBe(0x7654_4776);
    rig.verify();
  });
});
