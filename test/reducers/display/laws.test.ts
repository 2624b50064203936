import fc from "fast-check";
import { expect, test } from "vitest";
import { buildEdid, TIMING_1024X768 } from "../../../src/hw/edid.ts";
import { plug, unplug } from "../../../src/reducers/mediator/display/hotplug.ts";
import { MMIO } from "../../../src/reducers/planes.ts";
import { law } from "../../laws/law.ts";
import { Bench, V } from "./bench.ts";

/** Offsets of every register of the bench. */
const OFFSETS = (() => {
  const { registers } = new Bench().core;
  const offsets: number[] = [];
  registers.idOf.forEach((id, word) => {
    if (id !== 0) offsets.push(word * 4);
  });
  return offsets;
})();

type Step = readonly [what: number, at: number, value: number, wait: number];

const steps = fc.array(
  fc.tuple(
    fc.nat(9),
    fc.constantFrom(...OFFSETS, 0xc5104, 0xc510c, 0xc5020, 0xc5020, 0x70008, 0x7019c),
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff_ffff }),
      fc.constantFrom(0, 5, 0x100, 0x700, 1, 7, 0x8000_0000, 0x4604_00a1, 0x4204_00a0),
    ),
    fc.nat(20_000),
  ),
  { maxLength: 120 },
);

/** One go of the world against a bench; what the guest reads is returned. */
function play(bench: Bench, run: readonly Step[]): number[] {
  const seen: number[] = [];
  bench.core.finishDrafts();
  for (const [what, at, value, wait] of run) {
    bench.core.now += wait;
    const pipe = bench.core.seeVgpu(V).pipes[value % 3];
    if (what < 6) bench.write(at, value);
    else if (what < 8) seen.push(bench.read(at));
    else if (what === 8 && pipe.on) bench.fire(value % 3, wait);
    else if (what === 9) (value & 1 ? plug : unplug)(bench.core, V, value % 5, buildEdid(TIMING_1024X768));
    seen.push(...bench.outcomes().map((kind) => kind.length));
    bench.core.finishDrafts();
  }
  return seen;
}

test("whatever a guest writes: nothing throws, and pure equals hot", async () => {
  await law(
    fc.property(steps, fc.boolean(), (run, bdw) => {
      const hot = new Bench(bdw ? "bdw" : "kbl");
      const pure = new Bench(bdw ? "bdw" : "kbl", true);
      expect(play(hot, run)).toEqual(play(pure, run));
      expect(hot.core.seeVgpu(V)).toEqual(pure.core.seeVgpu(V));
      expect(hot.core.words.roots[MMIO + V].low).toBe(pure.core.words.roots[MMIO + V].low);
      for (const { due, last, period, carry, clock } of hot.core.seeVgpu(V).pipes) {
        expect([due, last, period, carry].every(Number.isSafeInteger)).toBe(true);
        expect(carry).toBeLessThan(clock);
      }
    }),
    { numRuns: 300 },
  );
});
