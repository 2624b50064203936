import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Batch, POST_IMMEDIATE } from "../../../src/ports/sim/assembler.ts";
import { GDRST, IIR, IRQ_NOTIFY, IRQ_USER, RING, RING_BASE } from "../../../src/ports/sim/layout.ts";
import { at, Bench, Rig } from "./rig.ts";

/**
 * Memory by message: no reply waits, and nothing is announced before the memory that it announces is there.
 */

const NEVER = Number.POSITIVE_INFINITY;
const RCS = RING_BASE.rcs0;
const GT_IIR = 0x4_4300 + IIR;

let bench: Bench;
beforeEach(() => {
  bench = new Bench("rcs0", { coherent: false, fetchDelay: 0, writeDelay: NEVER });
});
afterEach(() => bench.rig.verify());

/** What the guest can see of announcements: IIR bits, status pointer, interrupts. */
const seen = (): readonly number[] => {
  const { guest } = bench;
  return [guest.mmio(GT_IIR), guest.mmio(RCS + RING.csbPtr) & 7, guest.interrupts];
};

describe("announcements", () => {
  test("an interrupt becomes visible only when the write before it is done", () => {
    const { guest, context, rig } = bench;
    guest.run(context, (b) => b.noop(2));
    expect(seen()).toEqual([0, 5, 0]);
    rig.port.deliver();
    expect(seen()).toEqual([0x100, 0, 1]);
    guest.setMmio(GT_IIR, 0xffff_ffff);
    guest.advance(100);
    expect(seen()).toEqual([0, 0, 1]);
    rig.port.deliver();
    expect(seen()).toEqual([0x100, 1, 2]);
  });

  test("every write before it, in whatever order they are done", () => {
    const { guest, context, rig } = bench;
    guest.run(context, (b) => b.sdi(at(0), 1).sdi(at(1), 2).userInterrupt().sdi(at(2), 3));
    guest.advance(100);
    rig.port.deliver(2); // the status page: entry and pointer
    rig.port.deliverFetches();
    guest.takeInterrupts("rcs0");
    const late = guest.host.writes.length;
    expect(late).toBeGreaterThan(4);
    // The third write may land first: the interrupt still waits for the first two.
    rig.port.deliverLast(1);
    expect(guest.takeInterrupts("rcs0") & IRQ_USER).toBe(0);
    rig.port.deliverWrites(1);
    expect(guest.takeInterrupts("rcs0") & IRQ_USER).toBe(0);
    rig.port.deliverWrites(1);
    expect(guest.takeInterrupts("rcs0") & IRQ_USER).toBe(IRQ_USER);
  });

  test("not for a timer or a fetch that happened to come in between", () => {
    const { guest, context, rig } = bench;
    const address = bench.place((b) => b.lrm(RCS + RING.gpr, at(5)).userInterrupt());
    guest.run(context, (b) => b.sdi(at(0), 1).start({ address }));
    guest.advance(100);
    expect(guest.takeInterrupts("rcs0")).toBe(0);
    rig.port.deliver();
    expect(guest.takeInterrupts("rcs0") & IRQ_USER).toBe(IRQ_USER);
    expect(rig.machine.core.seeVgpu(1).announcements).toEqual([]);
    expect(rig.machine.core.seeVgpu(1).writesOpen).toBe(0);
  });

  test("a failed write holds nothing back for ever", () => {
    const { guest, context, rig } = bench;
    guest.host.capabilities.failWrite = () => 5;
    guest.run(context, (b) => b.userInterrupt());
    guest.advance(100);
    rig.port.deliver();
    guest.advance(100);
    rig.port.deliver();
    expect(guest.takeInterrupts("rcs0") & IRQ_USER).toBe(IRQ_USER);
  });

  test("too many of them stop the engine until memory has caught up, and then all come", () => {
    const { guest, context, rig } = bench;
    const many = new Batch();
    for (let n = 0; n < 100; n++) {
      many.pipeControl({ post: POST_IMMEDIATE, to: at(n * 2), low: n, high: 0, notify: true });
    }
    const address = bench.place((b) => b.raw(...many.words));
    guest.run(context, (b) => b.start({ address }));
    for (let n = 0; n < 50; n++) {
      rig.port.deliverFetches();
      guest.advance(100);
    }
    expect(rig.machine.core.seeVgpu(1).announcements.length).toBe(32);
    expect(rig.engine("rcs0").phase).not.toBe(0);
    expect(guest.mmio(GT_IIR)).toBe(0);
    for (let n = 0; n < 200 && !guest.isDone(context); n++) {
      rig.port.deliver();
      guest.advance(100);
    }
    expect(guest.isDone(context)).toBe(true);
    expect(bench.word(198)).toBe(99);
    rig.port.deliver();
    expect(guest.takeInterrupts("rcs0") & IRQ_NOTIFY).toBe(IRQ_NOTIFY);
  });

  test("a guest that submits and submits fills no list", () => {
    const { guest, context, rig } = bench;
    const others = (["bcs0", "vcs0", "vecs0"] as const).map((engine) => guest.createContext(engine));
    for (let n = 0; n < 60; n++) {
      for (const each of [context, ...others]) guest.submit(each);
      guest.advance(20);
      expect(rig.machine.core.seeVgpu(1).announcements.length).toBeLessThan(64);
    }
  });

  test("an engine's reset takes back the status that it has not announced yet", () => {
    const { guest, context, rig } = bench;
    guest.run(context, (b) => b.noop(2));
    guest.setMmio(GDRST, 2);
    expect(guest.mmio(RCS + RING.csbPtr) & 7).toBe(7);
    rig.port.deliver();
    expect(guest.mmio(RCS + RING.csbPtr) & 7).toBe(7);
  });
});

describe("reads never wait", () => {
  test("an aperture read of a page never seen is answered at once, and said", () => {
    const { guest, rig } = bench;
    guest.host.capabilities.fetchDelay = NEVER;
    const gma = guest.bindMappable(bench.data);
    bench.setWord(3, 0x1234);
    expect(guest.aperture(gma + 12)).toBe(0);
    expect(rig.notes()).toEqual(["aperture.stale"]);
    expect(rig.port.pending).toBe(1);
    rig.port.deliver();
    expect(guest.aperture(gma + 12)).toBe(0x1234);
    expect(rig.notes()).toEqual(["aperture.stale", "aperture.stale"]);
  });

  test("of a page of which only its own writes are known, too", () => {
    const { guest, rig } = bench;
    guest.host.capabilities.fetchDelay = NEVER;
    const gma = guest.bindMappable(bench.data);
    bench.setWord(0, 0x1111);
    guest.setAperture(gma + 4, 0x2222);
    expect(guest.aperture(gma + 4)).toBe(0x2222);
    expect(guest.aperture(gma)).toBe(0);
    expect(rig.notes()).toEqual(["aperture.stale", "aperture.stale"]);
    rig.port.deliverWrites();
    rig.port.deliverFetches();
    guest.aperture(gma);
    expect(rig.count("access.reply")).toBe(0);
  });

  test("a page that was fetched before is old, which is said, and asked for again: once", () => {
    const { guest, rig } = bench;
    const gma = guest.bindMappable(bench.data);
    bench.setWord(3, 1);
    guest.aperture(gma + 12);
    expect(guest.aperture(gma + 12)).toBe(1);
    guest.host.capabilities.fetchDelay = NEVER;
    bench.setWord(3, 2);
    const asked = rig.count("guest.fetch");
    for (let n = 0; n < 5; n++) expect(guest.aperture(gma + 12)).toBe(1);
    expect(rig.count("guest.fetch")).toBe(asked + 1);
    expect(rig.notes()).toEqual(new Array(7).fill("aperture.stale"));
    rig.port.deliver();
    expect(guest.aperture(gma + 12)).toBe(2);
    expect(rig.count("guest.fetch")).toBe(asked + 2);
  });

  test("over two pages, both are asked for", () => {
    const { guest, rig } = bench;
    guest.host.capabilities.fetchDelay = NEVER;
    const gma = guest.bindMappable(bench.data, 2);
    bench.setWord(1023, 0x4433_2211);
    bench.setWord(1024, 0x8877_6655);
    expect(guest.read32("aperture", gma + 4094, 4)).toBe(0);
    expect(rig.port.pending).toBe(2);
    rig.port.deliver();
    expect(guest.read32("aperture", gma + 4094, 4)).toBe(0x6655_4433);
  });

  test("pages that never come fill no list", () => {
    const { guest, rig } = bench;
    guest.host.capabilities.fetchDelay = NEVER;
    const gma = guest.bindMappable(guest.memory.allocate(100), 100);
    for (let n = 0; n < 100; n++) guest.aperture(gma + n * 4096);
    expect(rig.machine.core.seeVgpu(1).apertureAsks.length).toBeLessThanOrEqual(64);
    guest.reset();
    expect(rig.machine.core.seeVgpu(1).apertureAsks).toEqual([]);
  });

  test("registers are answered while an engine waits for a page", () => {
    const { guest, context, rig } = bench;
    guest.host.capabilities.fetchDelay = NEVER;
    guest.run(context, (b) => b.sdi(at(0), 1));
    guest.advance(1_000);
    expect(rig.engine("rcs0").fetch).not.toBe(0);
    expect(guest.mmio(RCS + RING.statusHi)).toBe(0);
    expect(guest.mmio(0x78000)).toBe(0x7654_4776);
    guest.host.capabilities.fetchDelay = 1;
    rig.port.deliver();
    guest.host.capabilities.writeDelay = 1;
    expect(guest.until(() => guest.isDone(context))).toBe(true);
  });

  test("coherent memory: told in place, one row with the answer in it", () => {
    const fast = new Bench();
    const { guest, rig } = fast;
    const gma = guest.bindMappable(fast.data);
    fast.setWord(3, 0x1234);
    const from = rig.rows.count;
    expect(guest.aperture(gma + 12)).toBe(0x1234);
    expect(rig.kinds(from)).toEqual(["aperture.read"]);
    expect([rig.rows.answers[from], rig.rows.lo[from]]).toEqual([1, 0x1234]);
    fast.setWord(3, 0x5678);
    expect(guest.aperture(gma + 12)).toBe(0x5678);
    guest.memory.drop(fast.data);
    expect(guest.aperture(gma + 12)).toBe(0);
    rig.verify();
  });

  test("over two pages: one fetch after the other", () => {
    const fast = new Bench();
    const { guest, rig } = fast;
    const gma = guest.bindMappable(fast.data, 2);
    fast.setWord(1023, 0x4433_2211);
    fast.setWord(1024, 0x8877_6655);
    expect(guest.read32("aperture", gma + 4094, 4)).toBe(0x6655_4433);
    expect(guest.read64("aperture", gma + 4092, 8)).toEqual({ lo: 0x4433_2211, hi: 0x8877_6655 });
    rig.verify();
  });
});

describe("over two pages, of which one cannot be had", () => {
  test.each([
    ["the second", 1, 0x4433],
    ["the first", 0, 0x6655_0000],
  ])("%s: the other's bytes are answered as they are known", (_name, page, answer) => {
    const fast = new Bench();
    const { guest, rig } = fast;
    const gma = guest.bindMappable(fast.data, 2);
    fast.setWord(1023, 0x4433_2211);
    fast.setWord(1024, 0x8877_6655);
    guest.aperture(gma);
    guest.aperture(gma + 4096);
    guest.host.capabilities.failFetch = (gfn) => (gfn === fast.data + page ? 14 : 0);
    expect(guest.read32("aperture", gma + 4094, 4)).toBe(answer);
    rig.verify();
  });
});

describe("tickets", () => {
  test("writes that are never done use up no table: the machine goes on", () => {
    const { guest, rig } = bench;
    const gma = guest.bindMappable(guest.memory.allocate(64), 64);
    guest.setMmio(0x10_0004, (gma + 63 * 4096) | 3);
    guest.setMmio(0x10_0000, gma | 3);
    const bytes = new Uint8Array(64 * 4096).fill(3);
    for (let n = 0; n < 3; n++) guest.writeAperture(gma, bytes);
    expect(rig.machine.core.openTickets().length).toBeGreaterThan(30_000);
    guest.host.capabilities.writeDelay = 0;
    rig.port.deliver();
    expect(bench.run((b) => b.sdi(at(0), 1))).toBe(true);
  });

  test.each([true, false])("nor do screens larger than it (coherent: %s)", (coherent) => {
    const rig = new Rig(1, { screenEvery: 1000 });
    const guest = rig.guest(1, { coherent, fetchDelay: coherent ? 0 : Number.POSITIVE_INFINITY });
    const gma = guest.mmio(0x7_8048) + 0x10_0000;
    for (let n = 0; n < 10_800; n++) guest.setPte(gma + n * 4096, 0x1000 + n);
    for (let base = 0; base < 0x3000; base += 0x1000) {
      guest.setMmio(0x6_001c + base, (8191 << 16) | 1349);
      guest.setMmio(0x7_0188 + base, 512);
      guest.setMmio(0x7_0190 + base, (1349 << 16) | 8191);
      guest.setMmio(0x7_0180 + base, 0x8400_0000);
      guest.setMmio(0x7_019c + base, gma);
      guest.setMmio(0x7_0008 + base, 0x8000_0000);
    }
    guest.advance(1_500);
    if (coherent) {
      // One input is told 4,096 frames at most, and the rest of the screen goes on at once.
      expect(rig.count("guest.fetch")).toBe(0);
      const told = Array.from(rig.rows.answers.subarray(0, rig.rows.count)).filter((count) => count > 100);
      expect(told).toEqual([...new Array(7).fill(4096), 3728]);
    } else expect(rig.count("guest.fetch")).toBeGreaterThan(30_000);
    guest.host.capabilities.fetchDelay = 0;
    rig.port.deliver();
    const context = guest.createContext("rcs0");
    expect(guest.complete(context, (b) => b.noop(2))).toBe(true);
    rig.verify();
  });
});

describe("work", () => {
  test("is done right however late every answer is", () => {
    for (const [fetchDelay, writeDelay] of [
      [0, 0],
      [1, 1],
      [3, 1],
      [1, 5],
      [4, 9],
    ]) {
      const slow = new Bench("rcs0", { coherent: false, fetchDelay, writeDelay });
      const address = slow.place((b) => b.sdi(at(0), 7).copy(at(1), at(0)).atomicInline(0x07, at(1), [5, 0]));
      const { guest, context } = slow;
      expect(guest.complete(context, (b) => b.start({ address }).userInterrupt())).toBe(true);
      guest.advance(1_000);
      expect(slow.words(0, 2)).toEqual([7, 12]);
      expect(guest.events("rcs0").map(({ status }) => status)).toEqual([1, 0x18]);
      expect(guest.takeInterrupts("rcs0") & IRQ_USER).toBe(IRQ_USER);
      slow.rig.verify();
    }
  });
});

test("two engines that work with the same tables do not take pages from each other for ever", () => {
  const bench = new Bench("rcs0", { coherent: false, fetchDelay: Number.POSITIVE_INFINITY });
  const { rig, guest } = bench;
  const blitter = guest.createContext("bcs0", { ppgtt: bench.context.ppgtt });
  const [first, second] = [1, 2].map((n) => bench.place((b) => b.noop(700).sdi(at(n), n)));
  guest.run(bench.context, (ring) => ring.start({ address: first }));
  guest.run(blitter, (ring) => ring.start({ address: second }));
  for (let n = 0; n < 400; n++) {
    guest.advance(1);
    rig.port.deliver(1);
  }
  expect(bench.words(1, 2)).toEqual([1, 2]);
  expect([bench.context, blitter].every((context) => guest.isDone(context))).toBe(true);
  rig.verify();
});
