import { beforeAll, describe, expect, test } from "vitest";
import type { Rows } from "../../src/events/rows.ts";
import { loadTools } from "../../src/node/codecs.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { indexRecording } from "../../src/replay/index/indexing.ts";
import { KEYFRAMES } from "../../src/replay/index/keyframes.ts";
import { WRITERS } from "../../src/replay/index/writers-file.ts";
import { minimiseWhere } from "../../src/replay/minimise/minimised.ts";
import { type Patch, replaceAttachments } from "../../src/replay/recording/attach.ts";
import { RecordingError } from "../../src/replay/recording/errors.ts";
import { openLeaning } from "../../src/replay/recording/leaning.ts";
import { MemorySource } from "../../src/replay/recording/tools.ts";
import { marksOf, withMarks } from "../../src/replay/rerun/marks.ts";
import { Timeline } from "../../src/replay/timeline/timeline.ts";
import { verify } from "../../src/replay/verify/verify.ts";
import { Asker } from "../../src/replay/why/why.ts";
import { branchOf, opened } from "./branches.ts";
import { type Sample, written } from "./minimise-samples.ts";
import { digestsOfAll, indexed, openWalk, recordWalk, type Walk } from "./walk.ts";

const SCRATCH = 0x4_f100;

function withEnd(bytes: Uint8Array, { offset, bytes: end }: Patch): Uint8Array {
  const whole = new Uint8Array(offset + end.length);
  whole.set(bytes.subarray(0, offset));
  whole.set(end, offset);
  return whole;
}

function opens(open: () => Sample): boolean {
  try {
    open();
    return true;
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    return false;
  }
}

/** A branch in the middle of a block of its parent, or at the end of one; its own part is long or short. */
const WHERE = [
  ["within a block, with few rows of its own", 0.9, false, 1 << 17],
  ["after a whole block, with keyframes of its own", 0.4, true, 200],
  ["before its parent's first keyframe", 0.02, false, 1 << 17],
] as const;

describe.each(WHERE)("a branch that leaves %s", (_, part, whole, keyframeInputs) => {
  let parent: Walk;
  let plain: Uint8Array;
  let bytes: Uint8Array;
  let rows = 0;
  let at = 0;
  const open = (branch = bytes): Sample => opened(branch, parent.bytes, openWalk(parent).recording);
  beforeAll(async () => {
    parent = indexed(await recordWalk(await loadTools(), { rounds: 80 }));
    const { recording, store } = openWalk(parent);
    rows = recording.rowCount;
    at = Math.floor(rows * part);
    if (whole) at = recording.block(recording.blockOf(at)).lastSeq + 1;
    const input = { kind: "mmio.written", agent: 1, columns: { at: SCRATCH, size: 4, lo: 0xabc } } as const;
    const made = await branchOf(
      { recording, store },
      { edits: [{ type: "insert", seq: at, inputs: [input] }] },
    );
    plain = made.bytes;
    const child = open(plain);
    at = child.recording.lineage!.lastSeq + 1;
    const { attachments, left } = indexRecording(child.recording, child.store, { keyframeInputs });
    expect(left).toBeNull();
    bytes = withEnd(plain, replaceAttachments(child.recording, attachments));
  });

  test("goes to any row, by its parent's keyframes where there are some", () => {
    const { recording, store } = open();
    const expected = digestsOfAll(recording, store);
    const child = open();
    const timeline = new Timeline(child.recording, child.store);
    expect(timeline.memory.keyframes > 0).toBe(part > 0.1);
    const inputs = [...expected.keys()];
    for (let n = 0; n < 60; n++) {
      const seq = inputs[(n * 7919) % inputs.length];
      timeline.seek(seq);
      expect(timeline.at).toBe(seq);
      expect(timeline.machine.digests()).toEqual(expected.get(seq));
    }
    expect(child.recording.warnings).toEqual([]);
  });

  test("reads no block before the keyframe that it starts from", () => {
    if (part < 0.1) return;
    const { recording, store } = open();
    const timeline = new Timeline(recording, store);
    const read: number[] = [];
    const { readBlock } = recording;
    recording.readBlock = function (this: typeof recording, n: number, into: Rows) {
      read.push(n);
      return readBlock.call(this, n, into);
    };
    timeline.seek(at);
    expect(read).not.toContain(0);
  });

  test("is asked why, with an index of its own blocks, and answers as without one", () => {
    const child = open();
    expect(child.recording.attachment(WRITERS)).not.toBeNull();
    expect(child.recording.attachment(KEYFRAMES) === null).toBe(false);
    const asker = new Asker(new Timeline(child.recording, child.store));
    const bare = open(plain);
    const other = new Asker(new Timeline(bare.recording, bare.store, { keyframes: false }));
    const last = child.recording.rowCount - 1;
    for (const path of [
      "vgpu1.mmio.4f100",
      "vgpu2.mmio.4f100",
      "vgpu1.rcs0.RING_HWS_PGA",
      "vgpu2.gtIrq0.GEN8_GT_IIR",
    ])
      for (const seq of [last, at + 1, at - 1, Math.floor(at / 2)]) {
        const [a, b] = [asker.why(path, seq), other.why(path, seq)];
        expect(a.cost.index).toBe(true);
        expect(b.cost.index).toBe(false);
        expect({ ...a, cost: null }).toEqual({ ...b, cost: null });
      }
    expect(asker.why("vgpu1.mmio.4f100", at).write?.after).toBe("00000abc");
  });

  test("ends where its parent is damaged, and says so", () => {
    const damaged = (n: number): Sample => {
      const flipped = parent.bytes.slice();
      flipped[openWalk(parent).recording.parts.blocks[n].dataOffset + 40] ^= 1;
      return opened(bytes, flipped, openWalk(parent).recording);
    };
    const last = open().recording.lineage!.blocks - 1;
    // Opening reads the block where it left: damage there, or in one that brings it a page, is seen at once.
    // How a broken block shows itself is the decompressor's affair.
    expect(() => damaged(last)).toThrow(/^parent: at byte \d+: a block /);
    if (part !== 0.4) return;
    const n = Array.from({ length: last }, (_, i) => i).findLast((i) => opens(() => damaged(i)))!;
    expect(n).toBeGreaterThan(0);
    const { recording, store } = damaged(n);
    const found = verify(recording, store);
    expect(found).toMatchObject({ exact: false, divergence: null, blocks: n });
    expect(found.damage).toMatchObject({ verifiedBlocks: n, reason: /^in its parent parent: / });
    expect(recording.blockCount).toBe(n);
  });

  test("shows its parent's marks up to where it left, and its own", () => {
    const { recording } = openWalk(parent);
    const marked = withEnd(
      parent.bytes,
      withMarks(recording, [
        { seq: 3, text: "early" },
        { seq: rows - 1, text: "after" },
      ]),
    );
    const child = opened(plain, marked, recording);
    const last = child.recording.rowCount - 1;
    const both = withEnd(plain, withMarks(child.recording, [{ seq: last, text: "own" }]));
    expect(marksOf(opened(both, marked, recording).recording)).toEqual([
      { seq: 3, text: "early" },
      { seq: last, text: "own" },
    ]);
  });

  test("is minimised, with pages that only its parent's file has", async () => {
    const child = open();
    const predicate = "vgpu2.rcs0.RING_CONTEXT_STATUS_PTR.WRITE_PTR == 1";
    const found = minimiseWhere(child.recording, child.store, predicate);
    expect(found.after).toBeLessThan(found.before / 4);
    const small = await written(found, child);
    expect(verify(small.recording, small.store).exact).toBe(true);
  });

  test("of a branch is walked in too", async () => {
    const child = open();
    const late = child.recording.rowCount - 40;
    const input = { kind: "mmio.written", agent: 2, columns: { at: SCRATCH, size: 4, lo: 0xdef } } as const;
    const edits = [{ type: "insert", seq: late, inputs: [input] }] as const;
    const two = await branchOf(child, { edits }, "00000000000000cc");
    const { tools } = parent;
    const lean = (): Sample => {
      const store = new PageStore(tools.hashPage);
      const find = (id: string): Sample["recording"] =>
        id === "00000000000000bb"
          ? openLeaning(new MemorySource(bytes, "one"), tools, store, find)
          : openLeaning(new MemorySource(parent.bytes, "parent"), tools, store, find);
      return { recording: openLeaning(new MemorySource(two.bytes, "two"), tools, store, find), store };
    };
    const first = lean();
    const expected = digestsOfAll(first.recording, first.store);
    const again = lean();
    const timeline = new Timeline(again.recording, again.store);
    for (const seq of [...expected.keys()].filter((_seq, n) => n % 37 === 0)) {
      timeline.seek(seq);
      expect(timeline.machine.digests()).toEqual(expected.get(seq));
    }
  });
});
