import { describe, expect, test } from "vitest";
import { COMPARE } from "../../../src/ports/sim/assembler.ts";
import { ENGINE_NAMES, GDRST, RING, RING_BASE } from "../../../src/ports/sim/layout.ts";
import { at, Bench, Rig } from "../device/rig.ts";

/** MODE_IDLE of RING_MI_MODE: what the engine does, as this vGPU may know it. */

const IDLE = 0x200;
const MODE = RING_BASE.rcs0 + RING.miMode;

describe("an engine's mode", () => {
  test.each(ENGINE_NAMES)("of %s says idle where there is nothing to do", (engine) => {
    const rig = new Rig();
    const guest = rig.guest();
    const mode = RING_BASE[engine] + RING.miMode;
    expect(guest.mmio(mode)).toBe(IDLE);
    // It is no bit to be written.
    guest.setMmio(mode, 0x0240_0040);
    expect(guest.mmio(mode)).toBe(IDLE | 0x40);
    guest.setMmio(mode, 0x0240_0200);
    expect(guest.mmio(mode)).toBe(IDLE);
    rig.verify();
  });

  test("is not idle from a submission to its end, nor while it hangs", () => {
    const bench = new Bench();
    const { rig, guest, context } = bench;
    const idle = (): boolean => (guest.mmio(MODE) & IDLE) !== 0;
    guest.run(context, (b) => b.semaphoreWait(COMPARE.equal, 1, at(0)));
    expect(idle()).toBe(false);
    guest.advance(500);
    expect(idle()).toBe(false);
    bench.setWord(0, 1);
    expect(guest.until(() => guest.isDone(context))).toBe(true);
    guest.advance(100);
    expect(idle()).toBe(true);
    guest.run(context, (b) => b.raw(0x1f80_0000));
    guest.advance(500);
    expect(idle()).toBe(false);
    guest.setMmio(GDRST, 2);
    expect(idle()).toBe(true);
    rig.verify();
  });

  test("is idle to who has nothing there, whatever another one does, and not to who waits for it", () => {
    const rig = new Rig(2);
    const [mine, theirs] = [1, 2].map((v) => new Bench("rcs0", {}, rig, v));
    theirs.guest.run(theirs.context, (b) => b.semaphoreWait(COMPARE.equal, 1, at(0)));
    rig.port.advance(200);
    expect([mine.guest.mmio(MODE) & IDLE, theirs.guest.mmio(MODE) & IDLE]).toEqual([IDLE, 0]);
    mine.guest.run(mine.context, (b) => b.noop(1));
    expect(mine.guest.mmio(MODE) & IDLE).toBe(0);
    rig.input("vgpu.paused", 2);
    rig.port.advance(500);
    expect([mine.guest.mmio(MODE) & IDLE, theirs.guest.mmio(MODE) & IDLE]).toEqual([IDLE, 0]);
    rig.verify();
  });
});
