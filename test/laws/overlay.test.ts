import * as fc from "fast-check";
import { expect, test } from "vitest";
import { K } from "../../src/events/kinds.ts";
import type { Batch } from "../../src/ports/sim/assembler.ts";
import { at, Bench } from "../reducers/device/rig.ts";

/**
 * An answer lies under what the same input has written: a turn that stores into a page and then reads it back
 * is told the page as it was before, because its writes are carried out after it.
 */

const ADD = 0x07;
/** Dwords of the first page and of the second that commands work with. */
const WORDS = [0, 1, 2, 1024, 1025] as const;
const word = fc.constantFrom(...WORDS);
const step = fc.oneof(
  fc.record({ what: fc.constant("store" as const), to: word, value: fc.nat(0xffff) }),
  fc.record({ what: fc.constant("copy" as const), to: word, from: word }),
  fc.record({ what: fc.constant("add" as const), to: word, value: fc.nat(0xff) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function build(batch: Batch, steps: readonly Step[]): Batch {
  for (const s of steps) {
    if (s.what === "store") batch.sdi(at(s.to), s.value);
    else if (s.what === "copy") batch.copy(at(s.to), at(s.from));
    else batch.atomicInline(ADD, at(s.to), [s.value, 0]);
  }
  return batch;
}

function expectedAfter(before: ReadonlyMap<number, number>, steps: readonly Step[]): Map<number, number> {
  const words = new Map(before);
  const read = (n: number): number => words.get(n) ?? 0;
  for (const s of steps) {
    if (s.what === "store") words.set(s.to, s.value);
    else if (s.what === "copy") words.set(s.to, read(s.from));
    else words.set(s.to, (read(s.to) + s.value) >>> 0);
  }
  return words;
}

test("what a turn has stored it reads back, whatever it is told of the page meanwhile", () => {
  let premise = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(0xffff), fc.array(step, { maxLength: 24 })), { minLength: 1, maxLength: 3 }),
      (batches) => {
        const bench = new Bench();
        let words = new Map<number, number>();
        for (const [seed, steps] of batches) {
          // The guest itself writes between two batches: what the model knows of the page is out of date.
          for (const [n, w] of WORDS.entries()) {
            bench.setWord(w, seed + n);
            words.set(w, seed + n);
          }
          words = expectedAfter(words, steps);
          expect(bench.run((batch) => build(batch, steps))).toBe(true);
          expect(WORDS.map((w) => bench.word(w))).toEqual(WORDS.map((w) => words.get(w)));
        }
        premise += storedThenTold(bench);
        bench.rig.verify();
      },
    ),
  );
  expect(premise).toBeGreaterThan(50);
});

/** Inputs that were told a page which they write to as well. */
function storedThenTold({ rig: { rows } }: Bench): number {
  let count = 0;
  for (let i = 0; i < rows.count; i++) {
    const told = new Set(
      rows.answerTable.gfn.subarray(rows.firstAnswer[i], rows.firstAnswer[i] + rows.answers[i]),
    );
    let wrote = false;
    for (let o = i + 1; told.size > 0 && o < rows.count && rows.kind[o] === K["guest.write"]; o++)
      for (let p = rows.firstPiece[o]; p < rows.firstPiece[o] + rows.writes[o]; p++)
        wrote ||= told.has(rows.writeTable.at[p] >>> 12);
    if (wrote) count++;
  }
  return count;
}
