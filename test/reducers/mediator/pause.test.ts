import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COMPARE } from "../../../src/ports/sim/assembler.ts";
import type { SimContext } from "../../../src/ports/sim/driver.ts";
import { GDRST, RING, RING_BASE } from "../../../src/ports/sim/layout.ts";
import type { SimCapabilities } from "../../../src/ports/sim/port.ts";
import { INVARIANTS } from "../../../src/reducers/invariants.ts";
import { law } from "../../laws/law.ts";
import { at, Bench, byName, Rig } from "../device/rig.ts";

const pause = (rig: Rig, v = 1): void => rig.input("vgpu.paused", v);
const resume = (rig: Rig, v = 1): void => rig.input("vgpu.resumed", v);

/** Digests of one vGPU. */
function own(rig: Rig, v = 1): Record<string, string> {
  return Object.fromEntries(
    Object.entries(byName(rig.machine.digests())).filter(([name]) => name.startsWith(`vgpu${v}.`)),
  );
}

function holds(rig: Rig): void {
  for (const { name, broken } of INVARIANTS) expect(broken(rig.machine.core), name).toBe(null);
}

/** A batch of some three turns that leaves its mark at the end. */
function long(bench: Bench, dword = 0, value = 7): number {
  return bench.place((b) => {
    for (let n = 0; n < 12; n++) b.noop(500);
    return b.sdi(at(dword), value);
  });
}

function start(bench: Bench, address: number): void {
  bench.guest.run(bench.context, (ring) => ring.start({ address }));
}

describe("a paused vGPU", () => {
  test("takes no more turns, is quiesced, and goes on where it was", () => {
    const bench = new Bench();
    const { rig, guest } = bench;
    start(bench, long(bench));
    guest.advance(10);
    pause(rig);
    expect(rig.count("vgpu.quiesced")).toBe(1);
    expect(rig.engine("rcs0").phase).toBe(0);
    expect(guest.mmio(RING_BASE.rcs0 + RING.statusLo) >>> 14).not.toBe(0);
    const still = own(rig);
    guest.advance(500_000);
    expect(own(rig)).toEqual(still);
    expect(bench.word(0)).toBe(0);
    holds(rig);
    resume(rig);
    holds(rig);
    expect(guest.until(() => guest.isDone(bench.context))).toBe(true);
    expect(bench.word(0)).toBe(7);
    expect(rig.count("vgpu.quiesced")).toBe(1);
    holds(rig);
    rig.verify();
  });

  test("with nothing under way is quiesced at once; a second pause or resume is nothing new", () => {
    const rig = new Rig();
    rig.guest();
    resume(rig);
    const before = rig.rows.count;
    pause(rig);
    expect(rig.kinds(before)).toEqual(["vgpu.paused", "vgpu.quiesced"]);
    pause(rig);
    resume(rig);
    resume(rig);
    expect(rig.kinds(before + 2)).toEqual(["vgpu.paused", "vgpu.resumed", "vgpu.resumed"]);
    rig.verify();
  });

  test("ends the turn that waits for a page, and is quiesced only then", () => {
    const bench = new Bench("rcs0", { coherent: false, fetchDelay: Number.POSITIVE_INFINITY });
    const { rig, guest } = bench;
    start(bench, long(bench));
    guest.advance(100);
    expect(rig.port.pending).toBe(1);
    pause(rig);
    expect(rig.count("vgpu.quiesced")).toBe(0);
    for (let n = 0; n < 50 && rig.port.pending > 0; n++) rig.port.deliver();
    expect(rig.count("vgpu.quiesced")).toBe(1);
    expect(rig.engine("rcs0").phase).toBe(0);
    expect(bench.word(0)).toBe(0);
    holds(rig);
    resume(rig);
    for (let n = 0; n < 100 && !guest.isDone(bench.context); n++) {
      guest.advance(100);
      rig.port.deliver();
    }
    expect(bench.word(0)).toBe(7);
    rig.verify();
  });

  test("resumed while its turn still waits for a page never left its engine", () => {
    const bench = new Bench("rcs0", { coherent: false, fetchDelay: Number.POSITIVE_INFINITY });
    const { rig, guest } = bench;
    start(bench, long(bench));
    guest.advance(100);
    pause(rig);
    resume(rig);
    for (let n = 0; n < 100 && !guest.isDone(bench.context); n++) {
      guest.advance(100);
      rig.port.deliver();
    }
    expect(bench.word(0)).toBe(7);
    expect(rig.count("vgpu.quiesced")).toBe(0);
    rig.verify();
  });

  test("keeps what is submitted to it until it is resumed", () => {
    const bench = new Bench();
    const { rig, guest } = bench;
    pause(rig);
    start(bench, long(bench));
    guest.advance(10_000);
    expect(bench.word(0)).toBe(0);
    expect(guest.mmio(RING_BASE.rcs0 + RING.statusLo) & 4).toBe(4);
    resume(rig);
    expect(guest.until(() => guest.isDone(bench.context))).toBe(true);
    expect(bench.word(0)).toBe(7);
    rig.verify();
  });

  test("submits behind what was put aside: the later tail is seen as well", () => {
    const bench = new Bench();
    const { rig, guest } = bench;
    start(bench, long(bench));
    guest.advance(10);
    pause(rig);
    start(bench, long(bench, 1, 8));
    resume(rig);
    expect(guest.until(() => guest.isDone(bench.context))).toBe(true);
    expect(bench.words(0, 2)).toEqual([7, 8]);
    rig.verify();
  });

  test("reset while it is paused stays paused, and has nothing put aside any more", () => {
    for (const how of ["bus", "gdrst"] as const) {
      const bench = new Bench();
      const { rig, guest } = bench;
      start(bench, long(bench));
      guest.advance(10);
      pause(rig);
      if (how === "bus") guest.reset();
      else guest.setMmio(GDRST, 1);
      expect(rig.machine.core.seeVgpu(1).paused).toBe(true);
      expect(rig.count("vgpu.quiesced")).toBe(1);
      expect(byName(rig.machine.digests())["device.parked"]).toBe(undefined);
      resume(rig);
      guest.advance(10_000);
      expect(rig.engine("rcs0").phase).toBe(0);
      expect(bench.word(0)).toBe(0);
      holds(rig);
      rig.verify();
    }
  });
});

describe("other vGPUs", () => {
  test("have the engine that a paused one was on, and give it back", () => {
    const rig = new Rig(2);
    const first = new Bench("rcs0", {}, rig, 1);
    const second = new Bench("rcs0", {}, rig, 2);
    first.guest.run(first.context, (ring) => ring.start({ address: spin(first) }));
    first.guest.advance(200);
    start(second, long(second));
    second.guest.advance(10_000);
    expect(second.word(0)).toBe(0);
    pause(rig);
    expect(second.guest.until(() => second.guest.isDone(second.context))).toBe(true);
    expect(second.word(0)).toBe(7);
    start(second, long(second, 1, 8));
    second.guest.advance(30);
    first.setWord(9, 1);
    resume(rig);
    expect(first.guest.mmio(RING_BASE.rcs0 + RING.statusLo) & 0x10).toBe(0x10);
    expect(first.guest.until(() => first.guest.isDone(first.context))).toBe(true);
    expect([second.word(1), first.word(8)]).toEqual([8, 5]);
    holds(rig);
    rig.verify();
  });

  test("see nothing of a pause", () => {
    const run = (paused: boolean): unknown => {
      const rig = new Rig(2);
      const first = new Bench("bcs0", {}, rig, 1);
      const second = new Bench("rcs0", {}, rig, 2);
      start(first, long(first));
      start(second, long(second));
      rig.port.advance(20);
      if (paused) pause(rig);
      expect(second.guest.until(() => second.guest.isDone(second.context))).toBe(true);
      return own(rig, 2)["vgpu2.mmio"];
    };
    expect(run(true)).toEqual(run(false));
  });
});

/** A batch that waits for dword 9. */
function spin(bench: Bench): number {
  return bench.place((b) => b.semaphoreWait(COMPARE.equal, 1, at(9)).sdi(at(8), 5));
}

describe("a running pipe", () => {
  const ON = 0x8000_0000;
  const FRAMES = 0x7_0040;
  const LINE = 0x7_0000;

  function screen(): { rig: Rig; guest: ReturnType<Rig["guest"]> } {
    const rig = new Rig(1, { screenEvery: 1_000_000 });
    const guest = rig.guest(1, { screen: true });
    guest.setMmio(0x6_0000, (1343 << 16) | 1023);
    guest.setMmio(0x6_000c, (805 << 16) | 767);
    guest.setMmio(0x4_4404, 0);
    guest.setMmio(0x4_440c, 1);
    guest.setMmio(0x7_0008, ON);
    return { rig, guest };
  }

  test("stands still within its frame, counts no frames, and loses none", () => {
    const { rig, guest } = screen();
    guest.advance(100_000);
    const seen = [guest.mmio(FRAMES), guest.mmio(LINE)];
    const { due } = rig.machine.core.seeVgpu(1).pipes[0];
    const left = due - rig.machine.core.now;
    pause(rig);
    const still = own(rig);
    guest.advance(777_777);
    expect([guest.mmio(FRAMES), guest.mmio(LINE)]).toEqual(seen);
    expect(own(rig)).toEqual(still);
    holds(rig);
    resume(rig);
    expect([guest.mmio(FRAMES), guest.mmio(LINE)]).toEqual(seen);
    guest.advance(left - 1);
    expect(guest.mmio(FRAMES)).toBe(seen[0]);
    guest.advance(1);
    expect(guest.mmio(FRAMES)).toBe(seen[0] + 1);
    holds(rig);
    rig.verify();
  });

  test("a vblank that is due when the vGPU is paused is told", () => {
    const { rig, guest } = screen();
    const { due } = rig.machine.core.seeVgpu(1).pipes[0];
    rig.port.now = due + 3;
    const before = guest.mmio(0x4_4408);
    pause(rig);
    expect([before, guest.mmio(0x4_4408)]).toEqual([0, 1]);
    resume(rig);
    expect(rig.machine.core.seeVgpu(1).pipes[0].frames).toBe(1);
    rig.verify();
  });

  test("can be set up and taken down during a pause", () => {
    const { rig, guest } = screen();
    pause(rig);
    guest.setMmio(0x7_0008, 0);
    guest.setMmio(0x7_0008, ON);
    guest.advance(50_000);
    expect(guest.mmio(FRAMES)).toBe(0);
    holds(rig);
    resume(rig);
    guest.advance(50_000);
    expect(guest.mmio(FRAMES)).toBeGreaterThan(1);
    rig.verify();
  });
});

describe("law: a pause anywhere is nothing to the guest", () => {
  /** Two contexts on two engines, a semaphore between them, interrupts and marks; what is left at the end. */
  function run(port: Partial<SimCapabilities>, pauses: readonly (readonly [number, number])[]): unknown {
    const rig = new Rig(1);
    const bench = new Bench("rcs0", port, rig);
    const { guest } = bench;
    const blitter = guest.createContext("bcs0", { ppgtt: bench.context.ppgtt });
    const second = guest.createContext("rcs0", { ppgtt: bench.context.ppgtt });
    const batch = (n: number): number =>
      bench.place((b) => {
        for (let k = 0; k < 4; k++) b.noop(700).sdi(at(n * 16 + k), n * 100 + k);
        return b.userInterrupt();
      });
    const contexts: readonly SimContext[] = [bench.context, blitter, second];
    guest.emit(bench.context, (ring) => ring.start({ address: spin(bench) }).start({ address: batch(1) }));
    guest.emit(second, (ring) => ring.start({ address: batch(3) }));
    guest.submit(bench.context, second, 0);
    guest.emit(blitter, (ring) => ring.start({ address: batch(2) }).sdi(at(9), 1));
    guest.submit(blitter, null, 0);
    for (let n = 0; n < 400; n++) {
      for (const [where, wait] of pauses) {
        if (where !== n) continue;
        const before = rig.count("vgpu.quiesced");
        pause(rig);
        for (let k = 0; k < wait; k++) guest.advance(100);
        rig.port.deliver();
        expect(rig.count("vgpu.quiesced") - before).toBe(1);
        const still = own(rig);
        guest.advance(5000);
        expect(own(rig)).toEqual(still);
        holds(rig);
        resume(rig);
        holds(rig);
      }
      guest.advance(3);
      if (n % 7 === 0) rig.port.deliver(1);
    }
    rig.port.deliver();
    expect(guest.until(() => contexts.every((context) => guest.isDone(context)), 20_000)).toBe(true);
    holds(rig);
    rig.verify();
    return {
      words: bench.words(0, 64),
      csb: [guest.statusRegisters("rcs0"), guest.statusRegisters("bcs0")],
      irq: [guest.mmio(0x4_4308), rig.count("irq.inject")],
    };
  }

  test("wherever it comes, however long it is", async () => {
    for (const port of [{}, { coherent: false, fetchDelay: 2, writeDelay: 3 }]) {
      const without = run(port, []);
      await law(
        fc.property(fc.array(fc.tuple(fc.nat(120), fc.nat(6)), { minLength: 1, maxLength: 4 }), (pauses) => {
          expect(run(port, pauses)).toEqual(without);
        }),
        { numRuns: 30 },
      );
    }
  });
});
