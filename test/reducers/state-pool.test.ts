import * as fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { PAGE_WORDS } from "../../src/hw/units.ts";
import { loadTools } from "../../src/node/codecs.ts";
import { Machine, type State } from "../../src/reducers/machine.ts";
import { PackedPages } from "../../src/reducers/packed-pages.ts";
import { Slots } from "../../src/reducers/slots.ts";
import { type PackedState, StatePool } from "../../src/reducers/state-pool.ts";
import { TreeWords } from "../../src/reducers/tree-words.ts";
import { Timeline } from "../../src/replay/timeline/timeline.ts";
import { law } from "../laws/law.ts";
import { openWalk, recordWalk, type Walk } from "../replay/walk.ts";

let walk: Walk;

beforeAll(async () => {
  walk = await recordWalk(await loadTools(), { rounds: 40 });
});

/** States behind some rows of the walk, none of which shares a pool with another. */
function statesOf(timeline: Timeline, count: number): State[] {
  return Array.from({ length: count }, (_, n) => timeline.stateAt(Math.floor((timeline.last * n) / count)));
}

test("a state comes out of a pool as it went in, whatever else is kept or let go", async () => {
  const { recording, store } = openWalk(walk);
  const timeline = new Timeline(recording, store);
  const states = statesOf(timeline, 24);
  const reference = new Machine(timeline.machine.core.setting);
  const expected = states.map((state) => {
    reference.restore(state);
    return reference.digests();
  });
  const act = fc.record({ what: fc.constantFrom("keep", "look", "let go"), which: fc.nat(23) });
  await law(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const pool = new StatePool();
      const machine = new Machine(timeline.machine.core.setting);
      const kept = new Map<number, PackedState>();
      for (const { what, which } of acts) {
        const packed = kept.get(which);
        if (what === "keep" && packed === undefined) kept.set(which, pool.pack(states[which]));
        if (packed === undefined) continue;
        if (what === "let go") {
          pool.release(packed);
          kept.delete(which);
        } else {
          machine.restore(pool.unpack(packed));
          expect(machine.digests()).toEqual(expected[which]);
          const next = timeline.nextInput(machine.core.seq);
          const { rows, i } = timeline.row(next);
          expect(machine.batch(rows, i, rows.count)).toBe(rows.count);
          machine.restore(pool.unpack(packed));
          expect(machine.digests()).toEqual(expected[which]);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test("what nobody holds any more is given back, to the last byte", () => {
  const { recording, store } = openWalk(walk);
  const states = statesOf(new Timeline(recording, store), 16);
  const pool = new StatePool();
  // The one packed last stays at hand.
  const last = pool.pack(states[0]);
  const { bytes } = pool;
  const kept = states.slice(1).map((state) => pool.pack(state));
  expect(pool.bytes).toBeGreaterThan(bytes);
  expect(pool.bytes).toBeLessThan(bytes * kept.length);
  for (const packed of kept) {
    pool.unpack(packed);
    pool.release(packed);
  }
  pool.unpack(last);
  expect(pool.bytes).toBe(bytes);
});

test("a tree is read back from its words", async () => {
  const leaf = fc.oneof(
    fc.boolean(),
    fc.nat(),
    fc.constantFrom(0x7fff_ffff, 0x8000_0000, 0xffff_ffff, -1, -0x8000_0001),
    fc.maxSafeInteger(),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      fc.array(tie("tree"), { maxLength: 5 }),
      fc.dictionary(fc.constantFrom("a", "b", "now", "queued"), tie("tree"), { noNullPrototype: true }),
    ),
  }));
  const words = new TreeWords();
  await law(
    fc.property(fc.array(tree, { maxLength: 4 }), (trees) => {
      const written = trees.map((one) => words.write(one, 32).slice());
      for (const one of written) expect(one.length % 32).toBe(0);
      expect(written.map((one) => words.read(one))).toEqual(trees);
    }),
  );
  expect(() => words.write({ name: "text" }, 1)).toThrow(/a string in it/);
});

test("a run that is taken again is nobody else's", () => {
  const slots = new Slots(16);
  const taken = Array.from({ length: 10_000 }, () => slots.take());
  expect(new Set(taken).size).toBe(10_000);
  slots.keep(taken[5]);
  expect(slots.drop(taken[5])).toBe(false);
  for (const id of taken) {
    expect(slots.drop(id)).toBe(true);
    slots.recycle(id);
  }
  expect(slots.used).toBe(1);
  expect(slots.drop(0)).toBe(false);
  expect(new Set(Array.from({ length: 10_000 }, () => slots.take())).size).toBe(10_000);
});

test("a packed page is the page, until it is forgotten; bytes stay within the bound", async () => {
  const edit = fc.tuple(fc.nat(PAGE_WORDS - 1), fc.nat(0xffff_ffff));
  const page = fc.record({ from: fc.nat(40), edits: fc.array(edit, { maxLength: 20 }), whole: fc.boolean() });
  await law(
    fc.property(fc.array(page, { minLength: 1, maxLength: 60 }), (pages) => {
      const packed = new PackedPages(96 << 10);
      const all: Uint32Array[] = [];
      pages.forEach(({ from, edits, whole }, id) => {
        const words = (all[from % Math.max(1, id)] ?? new Uint32Array(PAGE_WORDS)).slice();
        for (let i = 0; whole && i < PAGE_WORDS; i++) words[i] += id + i;
        for (const [i, value] of edits) words[i] = value;
        all.push(words);
        packed.put(id, words);
        expect(packed.get(id)).toEqual(words);
        expect(packed.bytes).toBeLessThanOrEqual(96 << 10);
      });
      all.forEach((words, id) => {
        if (packed.has(id)) expect(packed.get(id)).toEqual(words);
        else expect(packed.get(id)).toBeNull();
      });
    }),
    { numRuns: 60 },
  );
  const few = new PackedPages(0);
  const words = new Uint32Array(PAGE_WORDS).fill(3);
  for (let id = 0; id < 5; id++)
    few.put(
      id,
      words.map((word) => word * (id + 1)),
    );
  expect([0, 1, 2, 3, 4].map((id) => few.has(id))).toEqual([false, false, false, true, true]);
});
