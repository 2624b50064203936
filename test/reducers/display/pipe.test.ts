import { describe, expect, test } from "vitest";
import { TIMER_VBLANK } from "../../../src/events/codes.ts";
import { pixelClock } from "../../../src/reducers/mediator/display/clock.ts";
import { Bench, V } from "./bench.ts";

const ON = 0x8000_0000;
const IIR_A = 0x44408;
const FRAME_PIXELS = 1344 * 806;

const running = (pipe = 0): Bench => {
  const bench = new Bench();
  bench.modeset(pipe);
  bench.outcomes();
  bench.core.now = 1_000_000;
  bench.write(0x70008 + 0x1000 * pipe, ON);
  return bench;
};

describe("PIPECONF", () => {
  test("state follows enable, and the vblank source with it", () => {
    const bench = running();
    expect(bench.read(0x70008)).toBe(0xc000_0000);
    const { deadline, code, ticket } = bench.armed();
    expect(code).toBe(TIMER_VBLANK);
    expect(deadline).toBe(1_000_000 + Math.floor((FRAME_PIXELS * 1000) / 65_000));
    bench.outcomes();
    bench.write(0x70008, ON);
    expect(bench.outcomes()).toEqual([]);
    bench.write(0x70008, 0);
    expect(bench.read(0x70008)).toBe(0);
    expect(bench.outcomes()).toEqual(["timer.cancel"]);
    expect(bench.core.isOpen(ticket)).toBe(false);
  });

  test("each pipe has a source of its own; eDP drives the pipe that feeds it", () => {
    const bench = running(1);
    expect(bench.armed().code).toBe(TIMER_VBLANK + 1);
    expect(bench.core.seeVgpu(V).pipes.map((pipe) => pipe.on)).toEqual([false, true, false]);
    bench.write(0x7f008, ON);
    expect(bench.core.seeVgpu(V).pipes.map((pipe) => pipe.on)).toEqual([true, true, false]);
    bench.write(0x70008, 0);
    expect(bench.core.seeVgpu(V).pipes[0].on).toBe(true);
    bench.write(0x7f008, 0);
    expect(bench.core.seeVgpu(V).pipes[0].on).toBe(false);
  });

  test("a rate that cannot be told, or is none, is 60 Hz", () => {
    for (const spoil of [0x60400, 0x6c040, 0x6c044, 0x6c05c]) {
      const bench = new Bench();
      bench.modeset();
      bench.write(spoil, spoil === 0x6c044 ? 3 << 2 : 0);
      if (spoil === 0x6c05c) bench.write(0x6c058, 7 << 1);
      bench.write(0x70008, ON);
      expect(bench.core.seeVgpu(V).pipes[0]).toMatchObject({ period: 16_667, rest: 0, clock: 1 });
    }
  });
});

describe("pixel clock", () => {
  test("HDMI, deep colour, DisplayPort", () => {
    const bench = new Bench();
    bench.modeset();
    const clock = (): number => pixelClock(bench.core, V, 0);
    expect(clock()).toBe(65_000);
    bench.write(0x60400, ON | (1 << 28) | (3 << 20));
    expect(clock()).toBe(43_333);
    bench.write(0x60400, ON | (1 << 28) | (2 << 24));
    bench.write(0x6c058, 1 << 7);
    bench.write(0x60040, 650);
    bench.write(0x60044, 2700);
    expect(clock()).toBe(65_000);
    bench.write(0x60044, 0);
    expect(clock()).toBe(0);
  });

  test("Broadwell: WRPLL and LCPLL", () => {
    const bench = new Bench("bdw");
    bench.modeset();
    const clock = (): number => pixelClock(bench.core, V, 0);
    bench.write(0x46104, 4 * 0x2000_0000);
    bench.write(0x46040, ON | (3 << 28) | (26 << 16) | (18 << 8) | 12);
    expect(clock()).toBe(65_000);
    bench.write(0x46104, 0x2000_0000);
    expect(clock()).toBe(270_000);
    bench.write(0x46104, 0xe000_0000);
    expect(clock()).toBe(0);
  });
});

describe("vblank", () => {
  test("counts, interrupts, arms the next", () => {
    const bench = running();
    const before = bench.read(0x70040);
    bench.fire();
    expect(bench.read(0x70040)).toBe(before + 1);
    expect(bench.read(IIR_A)).toBe(1);
    expect(bench.outcomes()).toEqual(["timer.arm", "irq.inject"]);
    bench.write(0x44404, 1);
    bench.write(IIR_A, 1);
    bench.fire();
    expect(bench.read(IIR_A)).toBe(0);
    expect(bench.outcomes()).toEqual(["timer.arm"]);
  });

  test("a million frames do not drift", () => {
    const bench = running();
    const frames = 1_000_000;
    let deadline = 0;
    for (let i = 0; i < frames; i++) deadline = bench.fire();
    const exact = (BigInt(FRAME_PIXELS) * 1000n * BigInt(frames)) / 65_000n;
    expect(deadline).toBe(1_000_000 + Number(exact));
    expect(bench.read(0x70040)).toBe(frames);
  });

  test("missed vblanks are counted, told once, and the rhythm is kept", () => {
    const bench = running();
    const late = 12_345_678;
    bench.fire(0, late);
    const { due, frames, last } = bench.core.seeVgpu(V).pipes[0];
    const time = (n: number): number => 1_000_000 + Math.floor((FRAME_PIXELS * 1000 * n) / 65_000);
    expect(due).toBe(time(frames + 1));
    expect(last).toBe(time(frames));
    expect(last).toBeLessThanOrEqual(bench.core.now);
    expect(due).toBeGreaterThan(bench.core.now);
    expect(bench.outcomes()).toEqual(["timer.arm", "irq.inject"]);
  });

  test("every lateness gives the frame count of the exact clock", () => {
    const time = (n: number): number => Math.floor((FRAME_PIXELS * 1000 * n) / 65_000);
    const bench = running();
    for (let n = 1; n < 200; n++) {
      for (const off of [-1, 0, 1]) {
        bench.core.now = 1_000_000 + time(n) + off;
        expect(bench.read(0x70040)).toBe(off < 0 ? n - 1 : n);
      }
    }
  });

  test("the frame counter goes on after the pipe was off", () => {
    const bench = running();
    for (let i = 0; i < 5; i++) bench.fire();
    bench.write(0x70008, 0);
    bench.core.now += 10_000_000;
    expect(bench.read(0x70040)).toBe(5);
    bench.write(0x70008, ON);
    bench.fire();
    expect(bench.read(0x70040)).toBe(6);
  });

  test("a timer of a pipe that is off, or of none, is nothing", async () => {
    const { vblank } = await import("../../../src/reducers/mediator/display/pipe.ts");
    const bench = new Bench();
    bench.outcomes();
    for (const pipe of [0, 3, 99]) vblank(bench.core, V, pipe);
    expect(bench.outcomes()).toEqual([]);
  });

  test("the scan line starts two lines short of vblank on HDMI and passes every line in a frame", () => {
    const bench = running();
    const lines = new Set<number>();
    const { due } = bench.core.seeVgpu(V).pipes[0];
    for (let now = 1_000_000; now < due; now++) {
      bench.core.now = now;
      lines.add(bench.read(0x70000));
    }
    expect(lines.size).toBe(806);
    bench.fire();
    expect(bench.read(0x70000)).toBe(766);
    bench.core.now += Math.ceil((16_666 * 40) / 806);
    expect(bench.read(0x70000)).toBe(0);
    // Late: the line goes on without the timer, in step with the frame counter.
    const next = bench.core.seeVgpu(V).pipes[0].due;
    bench.core.now = next - 1;
    expect(bench.read(0x70000)).toBe(765);
    bench.core.now = next;
    expect(bench.read(0x70000)).toBe(766);
  });
});

describe("flips", () => {
  test("wait for the vblank, then show", () => {
    const bench = running();
    bench.write(0x7019c, 0x123_4000);
    expect(bench.read(0x701ac)).toBe(0);
    expect(bench.read(0x70044)).toBe(1);
    expect(bench.read(IIR_A)).toBe(0);
    bench.fire();
    expect(bench.read(0x701ac)).toBe(0x123_4000);
    expect(bench.read(IIR_A)).toBe(1 | (1 << 3));
    bench.write(IIR_A, 0xffff_ffff);
    bench.fire();
    expect(bench.read(IIR_A)).toBe(1);
  });

  test("an asynchronous one is done at once", () => {
    const bench = running();
    bench.write(0x70180, 1 << 9);
    bench.write(0x7019c, 0x5000);
    expect(bench.read(0x701ac)).toBe(0x5000);
    expect(bench.read(IIR_A)).toBe(1 << 3);
  });

  test("plane 2 has its own surface and event, and no flip count", () => {
    const bench = running();
    bench.write(0x7029c, 0x7000);
    bench.fire();
    expect(bench.read(0x702ac)).toBe(0x7000);
    expect(bench.read(0x701ac)).toBe(0);
    expect(bench.read(IIR_A)).toBe(1 | (1 << 4));
    expect(bench.read(0x70044)).toBe(0);
  });

  test("Broadwell numbers primary 4 and sprite 5", () => {
    const bench = new Bench("bdw");
    bench.write(0x70008, ON);
    bench.write(0x7019c, 0x5000);
    bench.write(0x7029c, 0x6000);
    bench.fire();
    expect(bench.read(IIR_A)).toBe(1 | (1 << 4) | (1 << 5));
  });

  test("a pipe that is off shows at once and tells nobody; a stop drops what waits", () => {
    const bench = new Bench();
    bench.write(0x7119c, 0x9000);
    expect(bench.read(0x711ac)).toBe(0x9000);
    expect(bench.read(0x44418)).toBe(0);
    bench.write(0x71008, ON);
    bench.write(0x7119c, 0xa000);
    bench.write(0x71008, 0);
    expect(bench.read(0x711ac)).toBe(0xa000);
    bench.write(0x71008, ON);
    bench.fire(1);
    expect(bench.read(0x44418)).toBe(1);
  });
});
