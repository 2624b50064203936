import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Core } from "../../src/reducers/core.ts";
import { keyHigh, keyLow, scramble } from "../../src/reducers/mix.ts";
import { PLANE_COMPONENTS } from "../../src/reducers/planes.ts";
import { eachWord } from "../../src/reducers/words.ts";
import { law } from "./law.ts";
import { play, scripts } from "./script.ts";

/** Digests are kept by adding differences; here they are made again from every word there is. */
function fromScratch(core: Core, plane: number): [number, number] {
  let low = 0;
  let high = 0;
  eachWord(core.words.roots[plane], (index, value) => {
    const key = keyLow(index);
    low = (low + Math.imul(scramble(value), key)) | 0;
    high = (high + Math.imul(scramble(value), keyHigh(key))) | 0;
  });
  return [low >>> 0, high >>> 0];
}

test("the running digest of every plane is the digest of its words", async () => {
  await law(
    fc.property(scripts(120), (script) => {
      const { machine } = play(script);
      const running = new Map(machine.digests().map((digest) => [digest.component, digest]));
      for (const { name, plane } of PLANE_COMPONENTS) {
        const [low, high] = fromScratch(machine.core, plane);
        const digest = running.get(name);
        expect([name, digest?.lo ?? 0, digest?.hi ?? 0]).toEqual([name, low, high]);
      }
    }),
    { numRuns: 15 },
  );
});

test("a word's place and value both count, in both lanes", async () => {
  const lanes = (index: number, value: number): [number, number] => {
    const key = keyLow(index);
    return [Math.imul(scramble(value), key), Math.imul(scramble(value), keyHigh(key))];
  };
  await law(
    fc.property(
      fc.nat(0x1f_ffff),
      fc.integer({ min: 1, max: 0xffff_ffff }),
      fc.nat(31),
      (index, value, bit) => {
        const [low, high] = lanes(index, value);
        expect(lanes(index, (value ^ (1 << bit)) >>> 0)).not.toEqual([low, high]);
        expect(lanes(index ^ (1 << (bit % 21)), value)).not.toEqual([low, high]);
        expect(lanes(index, 0)).toEqual([0, 0]);
      },
    ),
  );
});
