import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  Batch,
  COMPARE,
  POST_DEPTH_COUNT,
  POST_IMMEDIATE,
  POST_TIMESTAMP,
} from "../../../src/ports/sim/assembler.ts";
import { IRQ_NOTIFY, IRQ_USER, RING, RING_BASE } from "../../../src/ports/sim/layout.ts";
import { PAGE } from "../../../src/ports/sim/memory.ts";
import { at, Bench } from "./rig.ts";

const GARBAGE = 0xa5a5_a5a5;

describe.each([
  ["rcs0", "pipeControl"],
  ["bcs0", "flushDw"],
  ["vcs0", "flushDw"],
  ["vecs0", "flushDw"],
] as const)("%s %s", (engine, flush) => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench(engine);
    for (let n = 0; n < 16; n++) bench.setWord(n, GARBAGE);
  });
  afterEach(() => bench.rig.verify());

  test("writes an immediate, in both address spaces", () => {
    const gma = bench.guest.bind(bench.data);
    const low = 1;
    const high = 2;
    bench.guest.complete(bench.context, (b) =>
      b[flush]({ post: POST_IMMEDIATE, to: at(2), low, high })[flush]({
        post: POST_IMMEDIATE,
        to: { address: gma + 16, global: true },
        low: 3,
        high: 4,
      }),
    );
    expect(bench.words(0, 7)).toEqual([GARBAGE, GARBAGE, 1, 2, 3, 4, GARBAGE]);
  });

  test("writes the time: 12 MHz, later than before, and no more than 36 bits", () => {
    bench.run((b) =>
      b[flush]({ post: POST_TIMESTAMP, to: at(0), high: 0 })
        .noop(600)
        [flush]({
          post: POST_TIMESTAMP,
          to: at(2),
          high: 0,
        }),
    );
    const [first, firstHigh, second, secondHigh] = bench.words(0, 4);
    expect([firstHigh, secondHigh]).toEqual([0, 0]);
    // 600 NOOPs of 22 ns and one flush: about 14 us, 12 ticks each.
    expect(second - first).toBeGreaterThan(150);
    expect(second - first).toBeLessThan(200);
    expect(second).toBeLessThanOrEqual(12 * (bench.rig.port.now + 100));
  });

  test("writes at an index of the engine's status page, or of the context's own", () => {
    const { guest, context } = bench;
    const index = 0xd0;
    guest.complete(context, (b) =>
      b[flush]({ post: POST_IMMEDIATE, to: { address: index }, index: true, low: 5, high: 6 })[flush]({
        post: POST_IMMEDIATE,
        to: { address: index + 8, global: true },
        index: true,
        low: 7,
        high: 8,
      }),
    );
    const own = (context.frame - 1) * PAGE + index;
    const shared = guest.hwsp[engine] * PAGE + index;
    expect(guest.memory.readWords(own, 4)).toEqual([5, 6, 0, 0]);
    expect(guest.memory.readWords(shared, 4)).toEqual([0, 0, 7, 8]);
  });

  test("tells the guest when it is asked to", () => {
    const { guest, context } = bench;
    guest.complete(context, (b) => b[flush]({}));
    expect(guest.takeInterrupts(engine) & IRQ_NOTIFY).toBe(0);
    guest.complete(context, (b) => b[flush]({ notify: true }));
    expect(guest.takeInterrupts(engine) & IRQ_NOTIFY).toBe(IRQ_NOTIFY);
    guest.complete(context, (b) => b.userInterrupt());
    expect(guest.takeInterrupts(engine) & (IRQ_NOTIFY | IRQ_USER)).toBe(IRQ_USER);
  });
});

describe("what only one of them does", () => {
  test("MI_FLUSH_DW of four dwords writes one dword", () => {
    const bench = new Bench("bcs0");
    bench.setWord(3, GARBAGE);
    bench.run((b) => b.flushDw({ post: POST_IMMEDIATE, to: at(2), low: 1 }));
    expect(bench.words(2, 2)).toEqual([1, GARBAGE]);
    bench.rig.verify();
  });

  test("PIPE_CONTROL writes the depth count, and loads a register instead", () => {
    const bench = new Bench();
    const gpr = RING_BASE.rcs0 + RING.gpr;
    bench.setWord(2, GARBAGE);
    bench.run((b) => b.pipeControl({ post: POST_DEPTH_COUNT, to: at(2) }).pipeControlLri(gpr, 77));
    expect(bench.words(2, 2)).toEqual([0, 0]);
    expect(bench.show(gpr)).toEqual([77]);
    bench.rig.verify();
  });
});

describe("MI_SEMAPHORE_WAIT", () => {
  const MEMORY = [0, 5, 6, 7, 0x8000_0000, 0xffff_ffff];
  const HOLDS: Readonly<Record<keyof typeof COMPARE, (memory: number, data: number) => boolean>> = {
    greater: (m, d) => m > d,
    greaterEqual: (m, d) => m >= d,
    less: (m, d) => m < d,
    lessEqual: (m, d) => m <= d,
    equal: (m, d) => m === d,
    notEqual: (m, d) => m !== d,
  };

  test.each(Object.keys(COMPARE) as (keyof typeof COMPARE)[])("%s: waits exactly while it must", (name) => {
    const bench = new Bench();
    for (const memory of MEMORY) {
      const go = HOLDS[name](memory, 6);
      bench.setWord(0, memory);
      const address = bench.place((b) => b.semaphoreWait(COMPARE[name], 6, at(0)));
      bench.guest.run(bench.context, (b) => b.start({ address }));
      bench.guest.advance(2_000);
      expect(bench.guest.isDone(bench.context), `${memory}`).toBe(go);
      const other = MEMORY.find((value) => HOLDS[name](value, 6)) ?? 0;
      bench.setWord(0, other);
      expect(bench.guest.until(() => bench.guest.isDone(bench.context))).toBe(true);
    }
    bench.rig.verify();
  });

  test("on a register", () => {
    const bench = new Bench();
    const gpr = RING_BASE.rcs0 + RING.gpr;
    expect(bench.run((b) => b.lri([gpr, 3]).semaphoreRegister(COMPARE.equal, 3, gpr))).toBe(true);
    const address = bench.place((b) => b.lri([gpr, 3]).semaphoreRegister(COMPARE.equal, 4, gpr));
    bench.guest.run(bench.context, (b) => b.start({ address }));
    bench.guest.advance(2_000);
    expect(bench.guest.isDone(bench.context)).toBe(false);
    bench.rig.verify();
  });

  test("another engine's write ends the wait at once, not only at the next look", () => {
    const bench = new Bench();
    const { guest, rig } = bench;
    guest.run(bench.context, (b) => b.semaphoreWait(COMPARE.equal, 1, at(0)));
    const other = guest.createContext("bcs0", { ppgtt: bench.context.ppgtt });
    guest.advance(500);
    // Right after a look, the next one comes 50 us later.
    const looks = rig.count("timer.fired");
    while (rig.count("timer.fired") === looks) guest.advance(1);
    guest.run(other, (b) => b.sdi(at(0), 1).semaphoreSignal());
    expect(guest.until(() => guest.isDone(bench.context), 20)).toBe(true);
    rig.verify();
  });

  test("in the GGTT, written by the guest through the aperture", () => {
    const bench = new Bench();
    const gma = bench.guest.bindMappable(bench.data);
    bench.guest.run(
      bench.context,
      new Batch().semaphoreWait(COMPARE.equal, 0x1234, { address: gma, global: true }).sdi(at(1), 1),
    );
    bench.guest.advance(500);
    expect(bench.word(1)).toBe(0);
    bench.guest.setAperture(gma, 0x1234);
    expect(bench.guest.until(() => bench.word(1) === 1, 200)).toBe(true);
    bench.rig.verify();
  });
});
