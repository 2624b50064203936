import { describe, expect, test } from "vitest";
import { Batch, COMPARE } from "../../../src/ports/sim/assembler.ts";
import { GDRST, RING, RING_BASE } from "../../../src/ports/sim/layout.ts";
import { PAGE } from "../../../src/ports/sim/memory.ts";
import { at, Bench, Rig } from "./rig.ts";

/**
 * Two guests on one machine, with equal guest-physical and equal PPGTT addresses: each sees its own memory
 * only.
 */
function pair(capabilities = {}): { rig: Rig; benches: [Bench, Bench] } {
  const rig = new Rig(2);
  return { rig, benches: [new Bench("rcs0", capabilities, rig, 1), new Bench("rcs0", capabilities, rig, 2)] };
}

describe.each([
  ["coherent", {}],
  ["by message", { coherent: false, fetchDelay: 2, writeDelay: 3 }],
])("two guests, %s", (_name, capabilities) => {
  test("with equal addresses, on the same engine: each has its own", () => {
    const { rig, benches } = pair(capabilities);
    expect(benches[0].data).toBe(benches[1].data);
    for (const [n, bench] of benches.entries()) {
      bench.setWord(1, 100 + n);
      const address = bench.place((b) => b.copy(at(0), at(1)).sdi(at(2), 0x1000 + n));
      bench.guest.run(bench.context, (b) => b.start({ address }).userInterrupt());
    }
    const done = (): boolean => benches.every(({ guest, context }) => guest.isDone(context));
    expect(rig.port.until(done, 100_000)).toBe(true);
    rig.port.advance(1_000);
    for (const [n, bench] of benches.entries()) {
      expect(bench.words(0, 3)).toEqual([100 + n, 100 + n, 0x1000 + n]);
      expect(bench.guest.events("rcs0").map(({ status }) => status)).toEqual([1, 0x18]);
      expect(bench.guest.interrupts).toBeGreaterThan(0);
      expect(bench.guest.takeInterrupts("rcs0")).toBe(0x101);
    }
    rig.verify();
  });

  test("in turns: a queue of many, none is lost", () => {
    const { rig, benches } = pair(capabilities);
    const sent = [0, 0];
    rig.port.until(() => {
      for (const [n, bench] of benches.entries()) {
        if (sent[n] === 20 || !bench.guest.isDone(bench.context)) continue;
        sent[n]++;
        bench.guest.run(bench.context, (b) => b.atomicInline(0x05, at(0), [0, 0]));
      }
      return sent.every((count) => count === 20) && benches.every((b) => b.guest.isDone(b.context));
    }, 1_000_000);
    expect(benches.map((bench) => bench.word(0))).toEqual([20, 20]);
    rig.verify();
  });
});

describe("what one guest cannot do to the other", () => {
  test("reach it through the GGTT: by commands, by the ring, by a context", () => {
    const { rig, benches } = pair();
    const [mine, theirs] = benches;
    const target = theirs.guest.bind(theirs.data);
    theirs.setWord(0, 5);
    mine.guest.setPte(target, mine.data);
    mine.guest.run(mine.context, (b) => b.sdi({ address: target, global: true }, 666));
    rig.port.advance(2_000);
    expect(theirs.word(0)).toBe(5);
    expect(rig.notes()).toContain("command.fault");
    mine.guest.setMmio(GDRST, 2);
    mine.guest.enableEngine("rcs0");
    const stolen = { ...mine.context, lrca: theirs.context.lrca };
    mine.guest.submit(stolen);
    rig.port.advance(2_000);
    expect(theirs.guest.events("rcs0")).toEqual([]);
    mine.guest.setMmio(GDRST, 2);
    expect(theirs.guest.complete(theirs.context, (b) => b.noop(2))).toBe(true);
    rig.verify();
  });

  test("see its aperture, its registers, its interrupts", () => {
    const { rig, benches } = pair();
    const [mine, theirs] = benches;
    const gma = theirs.guest.bindMappable(theirs.data);
    theirs.setWord(0, 0x5555);
    expect(theirs.guest.aperture(gma)).toBe(0x5555);
    expect(mine.guest.aperture(gma)).toBe(0);
    mine.guest.setAperture(gma, 0x6666);
    expect(theirs.word(0)).toBe(0x5555);
    mine.guest.setMmio(0x4f000, 0x77);
    expect(theirs.guest.mmio(0x4f000)).toBe(0);
    const before = mine.guest.interrupts;
    theirs.guest.complete(theirs.context, (b) => b.userInterrupt());
    expect(mine.guest.interrupts).toBe(before);
    expect(mine.guest.events("rcs0")).toEqual([]);
    rig.verify();
  });

  test("stop it on another engine, by a batch that never ends", () => {
    const { rig, benches } = pair();
    const [mine, theirs] = benches;
    mine.guest.batch(mine.context, 0x40_0000, new Batch().start({ address: 0x40_0000 }));
    mine.guest.run(mine.context, (b) => b.start({ address: 0x40_0000 }));
    rig.port.advance(500);
    const context = theirs.guest.createContext("vcs0", { ppgtt: theirs.context.ppgtt });
    expect(theirs.guest.complete(context, (b) => b.sdi(at(0), 1), 100)).toBe(true);
    rig.verify();
  });

  describe("keep the engine by a fault", () => {
    const hang = (bench: Bench): void => bench.guest.run(bench.context, (b) => b.raw(0x1f80_0000));
    const works = (bench: Bench, n: number): void => {
      bench.guest.run(bench.context, (b) => b.sdi(at(n), n));
      expect(bench.rig.port.until(() => bench.guest.isDone(bench.context), 1_000)).toBe(true);
      expect(bench.word(n)).toBe(n);
    };

    test("it hangs for itself alone, until it resets it", () => {
      const { rig, benches } = pair();
      const [mine, theirs] = benches;
      hang(mine);
      theirs.guest.run(theirs.context, (b) => b.sdi(at(1), 1));
      expect(rig.port.until(() => theirs.guest.isDone(theirs.context), 1_000)).toBe(true);
      const stands = mine.guest.mmio(RING_BASE.rcs0 + RING.acthd);
      expect(stands).not.toBe(0);
      works(theirs, 2);
      const other = mine.guest.createContext("rcs0", { ppgtt: mine.context.ppgtt });
      mine.guest.run(other, (b) => b.sdi(at(3), 3));
      rig.port.advance(2_000);
      expect(mine.word(3)).toBe(0);
      expect(mine.guest.mmio(RING_BASE.rcs0 + RING.statusLo) & 0x14).toBe(0x14);
      expect(mine.guest.mmio(RING_BASE.rcs0 + RING.acthd)).toBe(stands);
      works(theirs, 4);
      mine.guest.setMmio(GDRST, 2);
      mine.guest.enableEngine("rcs0");
      expect(mine.guest.mmio(RING_BASE.rcs0 + RING.statusLo)).toBe(0);
      expect(mine.guest.mmio(RING_BASE.rcs0 + RING.acthd)).toBe(0);
      const anew = mine.guest.createContext("rcs0", { ppgtt: mine.context.ppgtt });
      expect(mine.guest.complete(anew, (b) => b.sdi(at(5), 5), 1_000)).toBe(true);
      works(theirs, 6);
      rig.verify();
    });

    test("nor when it leaves while it hangs", () => {
      const { rig, benches } = pair();
      const [mine, theirs] = benches;
      hang(mine);
      rig.port.advance(100);
      mine.guest.detach();
      works(theirs, 1);
      rig.verify();
    });
  });

  test.each([
    ["engine reset", (bench: Bench) => bench.guest.setMmio(GDRST, 2)],
    ["device reset", (bench: Bench) => bench.guest.reset()],
    ["end", (bench: Bench) => bench.rig.input("vgpu.destroyed", 1)],
  ])("keep the engine beyond its %s: who waits gets it", (_name, act) => {
    const { rig, benches } = pair();
    const [mine, theirs] = benches;
    mine.guest.run(mine.context, (b) => b.semaphoreWait(COMPARE.equal, 1, at(0)));
    rig.port.advance(200);
    theirs.guest.run(theirs.context, (b) => b.sdi(at(0), 1));
    rig.port.advance(200);
    expect(theirs.guest.mmio(RING_BASE.rcs0 + RING.statusLo) & 4).toBe(4);
    expect(theirs.word(0)).toBe(0);
    act(mine);
    expect(rig.port.until(() => theirs.guest.isDone(theirs.context), 1_000)).toBe(true);
    expect(theirs.word(0)).toBe(1);
    expect(mine.guest.memory.read32(mine.data * PAGE)).toBe(0);
    rig.verify();
  });
});
