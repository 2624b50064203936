import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TURN_NS } from "../../../src/hw/cost.ts";
import type { Batch } from "../../../src/ports/sim/assembler.ts";
import { CTX, GDRST, RING, RING_BASE } from "../../../src/ports/sim/layout.ts";
import { at, BATCH, Bench } from "./rig.ts";

/** Turns: bounded work an event, nobody starves, engine time adds up. */

const BCS_GPR = RING_BASE.bcs0 + 0x600;

let bench: Bench;
beforeEach(() => {
  bench = new Bench("bcs0");
});
afterEach(() => bench.rig.verify());

const spin = (): void => {
  bench.guest.batch(bench.context, BATCH, (b) => b.noop(3).start({ address: BATCH }));
  bench.guest.run(bench.context, (b) => b.start({ address: BATCH }));
};

describe("a batch that never ends starves nobody", () => {
  test("bcs0 spins: a NOOP on rcs0 completes within one turn more, and a read is answered", () => {
    const { guest, rig } = bench;
    const alone = new Bench("rcs0");
    const start = alone.rig.port.now;
    expect(alone.guest.complete(alone.context, (b) => b.noop(2))).toBe(true);
    const took = alone.rig.port.now - start;
    spin();
    guest.advance(1_000);
    const other = guest.createContext("rcs0");
    const from = rig.port.now;
    expect(guest.complete(other, (b) => b.noop(2))).toBe(true);
    expect(rig.port.now - from).toBeLessThanOrEqual(took + TURN_NS / 1000);
    expect(guest.mmio(RING_BASE.bcs0 + RING.acthd)).toBeGreaterThanOrEqual(BATCH);
    expect(rig.engine("bcs0").phase).not.toBe(0);
  });

  test("each of its turns is one event, of at most 20 us, and they come as often as that", () => {
    const { guest, rig } = bench;
    spin();
    const fired = rig.count("timer.fired");
    const before = rig.engine("bcs0").freeAt;
    guest.advance(2_000);
    const turns = rig.count("timer.fired") - fired;
    expect(turns).toBeGreaterThan(95);
    expect(turns).toBeLessThan(105);
    const used = rig.engine("bcs0").freeAt - before;
    expect(used).toBeGreaterThan(1_900_000);
    expect(used).toBeLessThan(2_100_000);
  });

  test("it can be preempted, and reset", () => {
    const { guest, context } = bench;
    spin();
    guest.advance(500);
    const other = guest.createContext("bcs0");
    expect(guest.complete(other, (b) => b.noop(2), 200)).toBe(true);
    expect(guest.image(context, CTX.bbState) & 1).toBe(1);
  });

  test("STOP_RING: no new turn, and idle; it goes on when that is taken back", () => {
    const { guest, rig } = bench;
    spin();
    guest.advance(500);
    const mode = RING_BASE.bcs0 + RING.miMode;
    expect(guest.mmio(mode) & 0x300).toBe(0);
    guest.setMmio(mode, 0x0100_0100);
    guest.advance(100);
    expect(guest.mmio(mode) & 0x300).toBe(0x300);
    const head = (): number => rig.engine("bcs0").freeAt;
    const position = guest.mmio(RING_BASE.bcs0 + RING.acthd);
    const { turnDwords } = rig.engine("bcs0");
    guest.advance(2_000);
    expect(guest.mmio(RING_BASE.bcs0 + RING.acthd)).toBe(position);
    expect(rig.engine("bcs0").turnDwords).toBe(turnDwords);
    const before = head();
    guest.setMmio(mode, 0x0100_0000);
    guest.advance(2_000);
    expect(guest.mmio(mode) & 0x300).toBe(0);
    expect(head()).toBeGreaterThan(before + 1_000_000);
  });

  test("STOP_RING while a turn waits for a page: not idle before that has come", () => {
    const slow = new Bench("bcs0", { coherent: false, fetchDelay: Number.POSITIVE_INFINITY });
    const { guest, context, rig } = slow;
    guest.run(context, (b) => b.sdi(at(0), 1));
    guest.advance(100);
    const mode = RING_BASE.bcs0 + RING.miMode;
    guest.setMmio(mode, 0x0100_0100);
    expect(guest.mmio(mode) & 0x300).toBe(0x100);
    guest.host.capabilities.fetchDelay = 0;
    rig.port.deliver();
    guest.advance(2_000);
    expect(guest.mmio(mode) & 0x300).toBe(0x300);
    expect(slow.word(0)).toBe(0);
    guest.setMmio(mode, 0x0100_0000);
    expect(guest.until(() => guest.isDone(context))).toBe(true);
    expect(slow.word(0)).toBe(1);
    rig.verify();
  });

  test("STOP_RING, then a reset: what comes next runs", () => {
    const { guest } = bench;
    spin();
    guest.advance(500);
    const mode = RING_BASE.bcs0 + RING.miMode;
    guest.setMmio(mode, 0x0100_0100);
    guest.advance(50);
    expect(guest.mmio(mode) & 0x200).toBe(0x200);
    guest.setMmio(GDRST, 8);
    guest.enableEngine("bcs0");
    // No longer told to stop; idle, as there is nothing to do.
    expect(guest.mmio(mode) & 0x300).toBe(0x200);
    const other = guest.createContext("bcs0");
    expect(guest.complete(other, (b) => b.noop(2), 200)).toBe(true);
  });

  test("a batch that is rewritten while it runs goes on with what it has become", () => {
    const { guest, context } = bench;
    spin();
    guest.advance(500);
    const frame = guest.memory.read32(context.ppgtt.pteAddress(BATCH)) >>> 12;
    guest.memory.writeWords(frame * 4096 + 12, [0x0500_0000]);
    expect(guest.until(() => guest.isDone(context), 200)).toBe(true);
  });

  test("4,096 dwords end a turn too: a page is never read for longer", () => {
    const { rig } = bench;
    const pairs = Array.from({ length: 126 }, (_, n) => [BCS_GPR + (n % 16) * 8, n] as const);
    const before = rig.count("timer.fired");
    // 51 commands of 253 dwords and 526 ns each: 20 us would do 38 of them at once, 4,096 dwords do 17.
    const build = (b: Batch): Batch => {
      for (let n = 0; n < 51; n++) b.lri(...pairs);
      return b;
    };
    expect(bench.run(build)).toBe(true);
    expect(rig.count("timer.fired") - before).toBe(4);
    expect(rig.notes()).toEqual([]);
  });

  test("four engines at once, all done, in engine time of their own", () => {
    const { guest } = bench;
    const all = (["rcs0", "bcs0", "vcs0", "vecs0"] as const).map((engine, n) => {
      const context = guest.createContext(engine, { ppgtt: bench.context.ppgtt });
      guest.run(context, (b) => b.noop(400).sdi(at(n), n + 1));
      return context;
    });
    const from = guest.port.now;
    expect(guest.until(() => all.every((context) => guest.isDone(context)))).toBe(true);
    expect(bench.words(0, 4)).toEqual([1, 2, 3, 4]);
    // A context switch of 5 us and 400 NOOPs of 22 ns each, side by side.
    expect(guest.port.now - from).toBeLessThan(30);
  });
});
