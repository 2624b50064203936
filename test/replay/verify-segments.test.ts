import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { isInput, K } from "../../src/events/kinds.ts";
import { loadTools } from "../../src/node/codecs.ts";
import { isRead } from "../../src/reducers/machine.ts";
import { MMIO } from "../../src/reducers/planes.ts";
import { eachFrameFacts } from "../../src/reducers/ram.ts";
import { type CheckedBlocks, joinChecks } from "../../src/replay/recording/checked.ts";
import type { Tools } from "../../src/replay/recording/tools.ts";
import { Timeline } from "../../src/replay/timeline/timeline.ts";
import { sameState } from "../../src/replay/verify/same-state.ts";
import { type SegmentTask, SegmentVerifier } from "../../src/replay/verify/segments.ts";
import type { Tally } from "../../src/replay/verify/strict-run.ts";
import { verify } from "../../src/replay/verify/verify.ts";
import { verifySegments } from "../../src/replay/verify/verify-segments.ts";
import {
  changed,
  type Found,
  forged,
  open,
  staleFrames,
  verifyApart,
  verifyPlainly,
} from "./segment-workers.ts";
import { indexed, realRecordings, recordWalk, type Walk } from "./walk.ts";

let tools: Tools;
let walk: Walk;
/** Blocks of it, and a keyframe after about every one. */
let blocks: number;

beforeAll(async () => {
  tools = await loadTools();
  walk = indexed(await recordWalk(tools, { rounds: 60 }), 1);
  blocks = open(walk).recording.blockCount;
});

/** Every way to verify it comes to the same. */
async function expectSame(one: Walk): Promise<Found> {
  const plain = verifyPlainly(one);
  const { recording, store } = open(one);
  expect(structuredClone(verify(recording, store))).toEqual(plain.found);
  for (const workers of [1, 2, 3]) {
    const { segments: _, wentOn: __, ...found } = await verifyApart(one, workers);
    expect(found).toEqual(plain);
  }
  return plain;
}

test("an exact recording is exact, and is really taken apart", async () => {
  expect(blocks).toBeGreaterThan(12);
  const { found } = await expectSame(walk);
  expect(found).toMatchObject({ exact: true, blocks, damage: null, warnings: [] });
  expect(await verifyApart(walk, 2)).toMatchObject({ segments: 16, wentOn: 0 });
});

test("without keyframes, and without rows, too", async () => {
  const plain = await recordWalk(tools, { rounds: 8 });
  expect((await expectSame(plain)).found.exact).toBe(true);
  expect(
    (await expectSame({ ...plain, bytes: plain.bytes.subarray(0, plain.bytes.length >> 1) })).found.exact,
  ).toBe(false);
});

describe("a law: what was planted is found in the same place, however many look for it", () => {
  test("altered replies and outcomes", async () => {
    let diverged = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.nat(31), async (block, row, bit) => {
        const altered = await changed(walk, {
          rows: (rows, n) => {
            if (n !== block % blocks) return;
            const answers = Array.from({ length: rows.count }, (_, i) => i).filter(
              (i) => isRead(rows.kind[i]) || !isInput(rows.kind[i]),
            );
            if (answers.length > 0) rows.lo[answers[row % answers.length]] ^= 1 << bit;
          },
        });
        if ((await expectSame(altered)).found.divergence !== null) diverged++;
      }),
      { numRuns: 25 },
    );
    expect(diverged).toBeGreaterThan(12);
  });

  test("altered digests", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (block, which) => {
        const altered = await changed(walk, {
          digests: ({ number, digests }) =>
            digests.map((digest, d) =>
              number === block % blocks && d === which % digests.length
                ? { ...digest, lo: (digest.lo ^ 1) >>> 0 }
                : digest,
            ),
        });
        expect((await expectSame(altered)).found.divergence).toMatchObject({ kind: "digest" });
      }),
      { numRuns: 25 },
    );
  });

  test("inputs changed, two things at once, a cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.nat(), fc.boolean(), async (block, row, other, cut) => {
        const altered = await changed(walk, {
          rows: (rows, n) => {
            if (n === block % blocks || n === other % blocks) rows.lo[row % rows.count] ^= 0x11;
          },
        });
        const { bytes } = altered;
        await expectSame(
          cut ? { ...altered, bytes: bytes.subarray(0, bytes.length - (other % 4000)) } : altered,
        );
      }),
      { numRuns: 25 },
    );
  });

  test("flipped bytes", async () => {
    let hurt = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(walk.bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const bytes = walk.bytes.slice();
        bytes[at] ^= flip;
        try {
          open({ bytes, tools });
        } catch {
          return;
        }
        const { found } = await expectSame({ bytes, tools });
        if (found.damage !== null) hurt++;
        expect(found.damage !== null || found.warnings.length > 0).toBe(true);
      }),
      { numRuns: 80 },
    );
    expect(hurt).toBeGreaterThan(10);
  });
});

test("a segment has as many blocks as it likes", async () => {
  const plain = await recordWalk(tools, { rounds: 2 });
  const { recording, store } = open(plain);
  const own = open(plain);
  const verifier = new SegmentVerifier(own.recording, own.store);
  const worker = {
    starts: async () => [],
    verify: async (task: SegmentTask) => {
      const report = verifier.verify(task, () => {});
      // As many as a machine that rests seals in two hours.
      return {
        ...report,
        tallies: [...report.tallies, ...new Array<Tally>(360_000).fill(report.tallies[0])],
      };
    },
    goBeyond: async (ends: readonly number[]) => verifier.goBeyond(ends),
  };
  expect(await verifySegments(recording, store, [worker])).toMatchObject({ exact: true });
});

test("a page that no block brings is missed by whoever joins the segments", async () => {
  for (const lacks of [1, 5, 20, 60]) {
    const { damage } = (await expectSame(await changed(walk, { lacks }))).found;
    expect(damage?.reason).toBe("a row with a page that no block holds");
  }
});

test("a page counts as brought only by a part that lies before", () => {
  const hash = Uint32Array.of(1, 2, 3, 4);
  const part = (from: number, brought: number[], block?: number): CheckedBlocks => ({
    ...{ from, blocks: [], lost: null },
    pages: { brought: Uint32Array.from(brought), borrowed: block === undefined ? [] : [{ hash, block }] },
  });
  const missing = { block: 7, reason: "a row with a page that no block holds" };
  expect(joinChecks([part(0, [9, 9, 9, 9, ...hash]), part(5, [], 7)], tools)).toBeNull();
  expect(joinChecks([part(0, []), part(5, [...hash], 7)], tools)).toEqual(missing);
  expect(joinChecks([part(0, []), part(5, [], 7), part(9, [...hash])], tools)).toEqual(missing);
});

describe("a keyframe that lies hides nothing and makes nothing up", () => {
  test("frames that pass for fresh: no digest tells, and a run from there diverges", async () => {
    const stale = forged(walk, (state, _, store) => staleFrames(state, store, () => state.lastStamp + 1));
    const { found } = await expectSame(stale);
    expect(found).toMatchObject({ exact: true, warnings: [] });
    const { wentOn, segments } = await verifyApart(stale, 2);
    expect(wentOn).toBeGreaterThan(0);
    expect(segments).toBe(16);
  });

  test("some of them, at any place, with a planted mismatch anywhere", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.nat(6), async (lies, block, stamp) => {
        const stale = forged(walk, (state, n, store) =>
          ((lies >>> (n % 31)) & 1) === 0
            ? state
            : staleFrames(state, store, () => state.lastStamp + stamp - 3),
        );
        const altered = await changed(stale, {
          rows: (rows, n) => {
            const read = rows.kind.subarray(0, rows.count).indexOf(K["mmio.read"]);
            if (n === block % blocks && read >= 0) rows.lo[read] ^= 4;
          },
        });
        await expectSame(altered);
      }),
      { numRuns: 25 },
    );
  });

  test("another row's number; states of other places; states that are not there", async () => {
    const later = forged(walk, (state) => ({ ...state, seq: state.seq - 1 }));
    expect((await expectSame(later)).found.exact).toBe(true);
    let before = { state: null as Parameters<Parameters<typeof forged>[1]>[0] | null };
    const shifted = forged(walk, (state) => {
      const { state: last } = before;
      before = { state };
      return last;
    });
    expect((await expectSame(shifted)).found.exact).toBe(true);
    const few = forged(walk, (state, n) => (n % 5 === 3 ? state : null));
    expect((await expectSame(few)).found.exact).toBe(true);
    expect((await verifyApart(few, 2)).wentOn).toBe(0);
  });

  test("a list of pages that lies, be the block that it names damaged or whole", async () => {
    const lying = forged(
      walk,
      (state) => state,
      () => blocks - 2,
    );
    expect((await expectSame(lying)).found.exact).toBe(true);
    const { offset } = open(lying).recording.parts.blocks[blocks - 2];
    for (const at of [40, 100, 300]) {
      const bytes = lying.bytes.slice();
      bytes[offset + at] ^= 1;
      expect((await expectSame({ bytes, tools })).found.damage).not.toBeNull();
    }
  });

  test("one that agrees with what was altered with it", async () => {
    // The block's digests are those of a state in which a register is another; the reads after it agree.
    const at = 0x4_f100;
    const block = blocks >> 1;
    const { recording, store } = open(walk);
    const machine = new Timeline(recording, store).seek(recording.block(block).lastSeq);
    machine.core.words.write(MMIO + 1, at >>> 2, 0xbad);
    const [state, digests] = [machine.snapshot(), machine.digests()];
    const lying = forged(walk, (own, n) => (n === block ? state : own));
    const agreeing = await changed(lying, {
      digests: (trailer) => (trailer.number === block ? digests : trailer.digests),
    });
    const { divergence } = (await expectSame(agreeing)).found;
    expect(divergence).toMatchObject({ kind: "digest", path: "vgpu1.mmio", seq: state.seq });
  });
});

test("states are compared whole, not by their digests", () => {
  const { recording, store } = open(walk);
  const timeline = new Timeline(recording, store);
  const state = timeline.stateAt(timeline.last);
  const other = timeline.stateAt(timeline.last >> 1);
  expect(
    sameState(
      state,
      staleFrames(state, store, (facts) => facts.stamp),
    ),
  ).toBe(true);
  for (const part of ["seq", "now", "lastTicket", "lastStamp"] as const)
    expect(sameState(state, { ...state, [part]: state[part] + 1 }), part).toBe(false);
  for (const part of ["roots", "rams", "trees"] as const) {
    expect(sameState(state, { ...state, [part]: [...state[part]] }), part).toBe(true);
    expect(sameState(state, { ...state, [part]: other[part] }), part).toBe(false);
  }
  const last = state.rams[1];
  let frames = 0;
  eachFrameFacts(last.root, () => frames++);
  let n = 0;
  expect(frames).toBeGreaterThan(5);
  const oneStale = staleFrames(state, store, ({ stamp }) => (n++ === frames - 1 ? stamp + 1 : stamp));
  expect(sameState(state, oneStale)).toBe(false);
});

test.each(realRecordings())("%s, a keyframe every 2,000 inputs", async (file) => {
  const golden = indexed({ bytes: readFileSync(file), tools }, 2000);
  const { recording, store } = open(golden);
  const { damage, closed, blockCount, rowCount, eventCount, warnings } = recording;
  const found = verify(recording, store);
  const apart = await verifyApart(golden, 2);
  expect(apart.found).toEqual(found);
  expect(apart.left).toEqual({ damage, closed, blockCount, rowCount, eventCount, warnings });
  expect(apart).toMatchObject({ found: { exact: true }, wentOn: 0 });
});
