import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { KIND_NAMES } from "../../src/events/kinds.ts";
import { rowDifference } from "../../src/events/row-difference.ts";
import { Rows } from "../../src/events/rows.ts";
import { loadTools } from "../../src/node/codecs.ts";
import { sameDigests } from "../../src/replay/index/keyframes.ts";
import { breakpointOf, goBack, goOn } from "../../src/replay/timeline/breakpoints.ts";
import { Timeline } from "../../src/replay/timeline/timeline.ts";
import { digestsOfAll, indexed, openFile, openWalk, realRecordings, recordWalk, type Walk } from "./walk.ts";

let walks: Walk[];

beforeAll(async () => {
  const tools = await loadTools();
  const plain = await recordWalk(tools);
  const late = await recordWalk(tools, { capabilities: { coherent: false, fetchDelay: 2, writeDelay: 3 } });
  walks = [plain, indexed(plain), late, indexed(late, 50)];
});

test("the state at any row, in any order, is that of a run from the start", () => {
  for (const walk of walks) {
    const reference = openWalk(walk);
    const expected = digestsOfAll(reference.recording, reference.store);
    const { recording, store } = openWalk(walk);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1, max: recording.rowCount - 1 }), { minLength: 1, maxLength: 8 }),
        fc.constantFrom(1 << 20, 16 << 20),
        (seqs, budget) => {
          const timeline = new Timeline(recording, store, { budget });
          for (const seq of seqs) {
            const machine = timeline.seek(seq);
            expect(timeline.at).toBe(timeline.inputAt(seq));
            expect(machine.digests()).toEqual(expected.get(timeline.at));
          }
        },
      ),
      { numRuns: 40 },
    );
  }
});

test("rows read in stretches are the block's", async () => {
  const real = await Promise.all(realRecordings().map(openFile));
  for (const { recording } of [...walks.map(openWalk), ...real]) {
    const [block, stretch] = [new Rows(), new Rows()];
    for (let n = 0; n < recording.blockCount; n += 1 + (recording.blockCount >> 3)) {
      recording.readBlock(n, block);
      const packed = recording.packed(n);
      for (let k = 0; k + 1 < packed.starts.length; k++) {
        recording.readStretch(n, packed, k, stretch);
        expect(stretch.count).toBe(packed.starts[k + 1] - packed.starts[k]);
        for (let i = 0; i < stretch.count; i++)
          expect(rowDifference(stretch, i, block, packed.starts[k] + i)).toBeNull();
      }
      expect(packed.starts.at(-1)).toBe(block.count);
    }
  }
  for (const { close } of real) close();
});

test("a step back is the inverse of a step", () => {
  const { recording, store } = openWalk(walks[1]);
  const timeline = new Timeline(recording, store);
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: recording.rowCount - 1 }),
      fc.integer({ min: 1, max: 50 }),
      (seq, count) => {
        const before = timeline.seek(seq).digests();
        const { at } = timeline;
        const went = timeline.step(count);
        expect(timeline.step(-went)).toBe(-0 + went);
        expect(timeline.at).toBe(at);
        expect(timeline.machine.digests()).toEqual(before);
        const back = timeline.step(-count);
        expect(timeline.step(back)).toBe(back);
        expect(timeline.machine.digests()).toEqual(before);
      },
    ),
    { numRuns: 60 },
  );
});

test("a budget of 1 MB is kept while it walks", () => {
  const { recording, store } = openWalk(walks[0]);
  const budget = 1 << 20;
  const timeline = new Timeline(recording, store, { budget });
  timeline.warm();
  for (let n = 0; n < 200; n++) {
    timeline.seek((n * 7919) % recording.rowCount);
    expect(timeline.memory.states).toBeLessThanOrEqual(budget);
    expect(timeline.memory.rows).toBeLessThanOrEqual(budget / 2);
  }
  while (timeline.step(-1) > 0) expect(timeline.memory.states).toBeLessThanOrEqual(budget);
  expect(timeline.at).toBe(-1);
  expect(timeline.memory.snapshots).toBeGreaterThan(0);
  expect(timeline.memory.rows).toBeLessThanOrEqual(budget);
});

test("every block of linux-6.1-gem is reached, whatever pages it brings, with a budget that keeps few", async () => {
  const path = realRecordings().find((name) => name.endsWith("linux-6.1-gem.mcap")) ?? "";
  const { recording, store, close } = await openFile(path);
  const timeline = new Timeline(recording, store, { budget: 1 << 20 });
  for (let n = recording.blockCount - 1; n >= 0; n--) {
    const { firstSeq, lastSeq } = recording.block(n);
    const seq = (firstSeq + lastSeq) >> 1;
    timeline.seek(seq);
    expect(timeline.at).toBe(timeline.inputAt(seq));
  }
  close();
});

test("a row that is not there is refused, and the ends hold", () => {
  const { recording, store } = openWalk(walks[0]);
  const timeline = new Timeline(recording, store);
  expect(() => timeline.seek(recording.rowCount)).toThrow(/there is no row/);
  expect(() => timeline.seek(-2)).toThrow(RangeError);
  expect(() => timeline.seek(0.5)).toThrow(RangeError);
  expect(timeline.step(-1)).toBe(0);
  timeline.seek(timeline.last);
  expect(timeline.step(1)).toBe(0);
});

describe("breakpoints", () => {
  const texts = [
    ["irq.inject"],
    ["workload.completed", "context.switched"],
    ["vgpu1.rcs0.RING_CONTEXT_STATUS_PTR.WRITE_PTR"],
    ["vgpu2.tree.interruptLine", "irq.inject"],
    Array.from({ length: 40 }, (_, n) => `vgpu1.ggtt[${n}]`),
    ["vgpu1.rcs0.RING_CONTEXT_STATUS_PTR.WRITE_PTR > 3"],
  ];

  test.each(texts)("forwards and backwards meet the same places: %s", (...names) => {
    const { recording, store } = openWalk(walks[1]);
    const timeline = new Timeline(recording, store);
    const breakpoints = names.map((name) => breakpointOf(timeline.machine, name));
    const forwards: number[] = [];
    timeline.seek(-1);
    for (let hit = goOn(timeline, breakpoints); hit !== null; hit = goOn(timeline, breakpoints)) {
      expect(hit.at).toBe(timeline.at);
      if (forwards.at(-1) !== hit.at) forwards.push(hit.at);
    }
    expect(timeline.at).toBe(timeline.inputAt(timeline.last));
    const backwards: number[] = [];
    timeline.seek(timeline.last);
    for (let hit = goBack(timeline, breakpoints); hit !== null; hit = goBack(timeline, breakpoints)) {
      expect(hit.at).toBe(timeline.at);
      backwards.push(hit.at);
    }
    expect(timeline.at).toBe(-1);
    expect(forwards.length).toBeGreaterThan(3);
    const last = timeline.inputAt(timeline.last);
    expect(backwards.reverse().filter((seq) => seq !== last)).toEqual(forwards.filter((seq) => seq !== last));
  });

  test("a kind of row stops at each of its rows", () => {
    const { recording, store } = openWalk(walks[0]);
    const timeline = new Timeline(recording, store);
    const [kind] = [breakpointOf(timeline.machine, "irq.inject")];
    const hit = goOn(timeline, [kind]);
    const { rows, i } = timeline.row(hit?.row ?? 0);
    expect(KIND_NAMES[rows.kind[i]]).toBe("irq.inject");
    expect(() => breakpointOf(timeline.machine, "vgpu1.rcs0.RING_TIAL")).toThrow(/RING_TAIL/);
  });
});

test.each(realRecordings())(
  "%s: states by walking are those of the trailers",
  { timeout: 120_000 },
  async (file) => {
    const { recording, store, close } = await openFile(file);
    const timeline = new Timeline(recording, store);
    for (let n = recording.blockCount - 1; n >= 0; n -= Math.ceil(recording.blockCount / 5)) {
      const { lastSeq } = recording.block(n);
      expect(sameDigests(timeline.seek(lastSeq).digests(), recording.trailer(n).digests)).toBe(true);
      timeline.step(-3);
      timeline.step(3);
      expect(sameDigests(timeline.machine.digests(), recording.trailer(n).digests)).toBe(true);
    }
    close();
  },
);
