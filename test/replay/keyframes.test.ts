import * as fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { Rows } from "../../src/events/rows.ts";
import { VGPU_MAX } from "../../src/hw/units.ts";
import { loadTools } from "../../src/node/codecs.ts";
import { Machine } from "../../src/reducers/machine.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { packCheckpoint, unpackCheckpoint } from "../../src/replay/checkpoint/checkpoint.ts";
import { indexRecording } from "../../src/replay/index/indexing.ts";
import { KEYFRAMES, sameDigests } from "../../src/replay/index/keyframes.ts";
import { Writers } from "../../src/replay/index/writers.ts";
import { MEMORY_MASK_WORDS, WRITERS, WRITERS_VERSION } from "../../src/replay/index/writers-file.ts";
import { appendAttachments, replaceAttachments } from "../../src/replay/recording/attach.ts";
import { Malformed } from "../../src/replay/recording/errors.ts";
import { openRecording, type Recording } from "../../src/replay/recording/recording.ts";
import { MemorySource, type Tools } from "../../src/replay/recording/tools.ts";
import { packBody } from "../../src/replay/recording/wire.ts";
import { marksOf, withMarks } from "../../src/replay/rerun/marks.ts";
import { Timeline } from "../../src/replay/timeline/timeline.ts";
import { Asker } from "../../src/replay/why/why.ts";
import { openBytes, record } from "./samples.ts";
import { indexed, openWalk, recordWalk, type Walk } from "./walk.ts";

let tools: Tools;
let plain: Walk;
let quick: Walk;

beforeAll(async () => {
  tools = await loadTools();
  plain = await recordWalk(tools, { rounds: 40 });
  quick = indexed(plain, 150);
});

/** A pool in memory. */
class Pool {
  readonly slots: Uint32Array[] = [];

  add(words: Uint32Array): number {
    return this.slots.push(words.slice()) - 1;
  }

  get count(): number {
    return this.slots.length;
  }

  slot(n: number): Uint32Array {
    return this.slots[n];
  }
}

test("a state that was serialised is the same state: digests, and what follows from it", () => {
  const { recording, store } = openWalk(plain);
  const timeline = new Timeline(recording, store);
  fc.assert(
    fc.property(fc.integer({ min: -1, max: recording.rowCount - 1 }), (seq) => {
      const state = timeline.stateAt(seq);
      const digests = timeline.machine.digests();
      const pool = new Pool();
      const bytes = packCheckpoint(state, digests, store, pool);
      const back = unpackCheckpoint(bytes, store, pool);
      const machine = new Machine(timeline.machine.core.setting);
      machine.restore(back.state);
      expect(machine.digests()).toEqual(digests);
      expect(back.digests).toEqual(digests);
      expect(back.state.seq).toBe(state.seq);
      const next = timeline.nextInput(state.seq);
      if (next >= 0) {
        const { rows, i } = timeline.row(next);
        expect(machine.batch(rows, i, rows.count)).toBe(rows.count);
      }
      expect([...packCheckpoint(state, digests, store, new Pool())]).toEqual([...bytes]);
    }),
    { numRuns: 60 },
  );
});

test("hostile checkpoints are refused in one line", () => {
  const { recording, store } = openWalk(plain);
  const timeline = new Timeline(recording, store);
  const pool = new Pool();
  const bytes = packCheckpoint(timeline.stateAt(timeline.last), timeline.machine.digests(), store, pool);
  const good = timeline.machine.digests();
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, flip, cut) => {
      const bad = cut ? bytes.slice(0, at) : bytes.slice();
      if (!cut) bad[at] ^= flip;
      try {
        const { state } = unpackCheckpoint(bad, new PageStore(tools.hashPage), pool);
        expect(typeof state.now).toBe("number");
      } catch (error) {
        expect(error).toBeInstanceOf(Malformed);
        expect((error as Error).message).not.toContain("\n");
      }
    }),
    { numRuns: 400 },
  );
  expect(timeline.machine.digests()).toEqual(good);
});

test("a seek starts at a keyframe and reads no block before it", () => {
  const { recording, store } = openWalk(quick);
  const timeline = new Timeline(recording, store);
  expect(timeline.memory.keyframes).toBeGreaterThan(2);
  const read: number[] = [];
  const { readBlock } = recording;
  recording.readBlock = function (this: Recording, n: number, rows: Rows) {
    read.push(n);
    return readBlock.call(this, n, rows);
  };
  const last = recording.blockCount - 1;
  const machine = timeline.seek(recording.block(last).lastSeq);
  expect(sameDigests(machine.digests(), recording.trailer(last).digests)).toBe(true);
  expect(Math.min(...read)).toBeGreaterThan(0);
  expect(recording.warnings).toEqual([]);
});

test("a keyframe whose digests are others is not used, and says so", () => {
  const { recording, store } = openWalk(plain);
  const other = new Timeline(recording, store, { keyframes: false });
  const expected = other.seek(other.last).digests();
  const { attachments } = indexRecording(recording, store, { keyframeInputs: 150, compression: "" });
  const data = attachments.find(({ name }) => name === KEYFRAMES)?.data.slice() ?? new Uint8Array();
  let warned = 0;
  for (let at = 60; at < data.length; at += Math.ceil(data.length / 40)) {
    const forged = data.slice();
    forged[at] ^= 1;
    const bytes = patched(plain, (target) => replaceAttachments(target, [{ name: KEYFRAMES, data: forged }]));
    const opened = openWalk({ bytes, tools });
    const timeline = new Timeline(opened.recording, opened.store);
    expect(timeline.seek(timeline.last).digests()).toEqual(expected);
    for (let n = 0; n < opened.recording.blockCount; n++) timeline.seek(opened.recording.block(n).lastSeq);
    if (opened.recording.warnings.length > 0) warned++;
  }
  expect(warned).toBeGreaterThan(10);
});

test("no keyframes and no index where the replay does not hold", () => {
  const { recording, store } = openWalk(plain);
  const { trailer } = recording;
  const { readBlock } = recording;
  recording.readBlock = function (this: Recording, n: number, rows: Rows) {
    const read = readBlock.call(this, n, rows);
    if (n === 2) rows.lo[rows.kind.indexOf(0)] ^= 1;
    return read;
  };
  expect(trailer).toBeDefined();
  const { attachments, left } = indexRecording(recording, store);
  expect(attachments).toEqual([]);
  expect(left).toMatch(/diverges at \d+/);
});

function patched(
  walk: Walk,
  make: (recording: Recording) => { offset: number; bytes: Uint8Array },
): Uint8Array {
  const { recording } = openWalk(walk);
  const { offset, bytes } = make(recording);
  const whole = new Uint8Array(offset + bytes.length);
  whole.set(walk.bytes.subarray(0, offset));
  whole.set(bytes, offset);
  return whole;
}

test("marks are added behind what is there; the file stays whole", () => {
  let walk = quick;
  const expected: { seq: number; text: string }[] = [];
  for (const [seq, text] of [
    [3, "first"],
    [170, "ünïcode \u2192 too"],
    [9, "third"],
  ] as const) {
    expected.push({ seq, text });
    walk = { bytes: patched(walk, (recording) => withMarks(recording, expected)), tools };
    const { recording } = openWalk(walk);
    recording.checkWhole(new Rows());
    expect(recording).toMatchObject({ warnings: [], damage: null, closed: true });
    expect(marksOf(recording)).toEqual([...expected].sort((a, b) => a.seq - b.seq));
  }
  const { recording } = openWalk(walk);
  expect(recording.attachment(KEYFRAMES)).not.toBeNull();
  expect(recording.attachment(WRITERS)).not.toBeNull();
  const kept = { bytes: patched(walk, (target) => replaceAttachments(target, [])), tools };
  expect(marksOf(openWalk(kept).recording)).toHaveLength(3);
  expect(kept.bytes.length).toBeLessThan(walk.bytes.length);
  expect(() => withMarks(recording, [{ seq: recording.rowCount, text: "x" }])).toThrow(/there is no row/);
  expect(() => withMarks(recording, [{ seq: 1, text: " " }])).toThrow(/text of a mark/);
});

/** An index of one block that wrote word 0 of each of these frames. */
function writersOf(frames: readonly (readonly [gfn: number, vgpu: number])[]): Uint8Array {
  const words = [0, frames.length];
  for (const [gfn, vgpu] of frames)
    words.push(gfn, vgpu, 1, ...new Array<number>(MEMORY_MASK_WORDS - 1).fill(0));
  words.push(...new Array<number>(VGPU_MAX + 1).fill(0));
  const bytes = new Uint8Array(Uint32Array.from(words).buffer);
  return packBody([WRITERS_VERSION, "", 1, bytes.length, bytes, bytes.length, bytes]);
}

test("an index of writers that names a frame which no guest has is ignored, with a warning", async () => {
  const { bytes } = await record({ rows: [], seals: [] }, tools, "");
  const open = (frames: readonly (readonly [gfn: number, vgpu: number])[]): Recording => {
    const add = [{ name: WRITERS, data: writersOf(frames) }];
    return openBytes(
      patched({ bytes, tools }, (target) => replaceAttachments(target, add)),
      tools,
    ).recording;
  };
  const blocks = (recording: Recording, vgpu: number, gfn: number): number[] | undefined => {
    const writers = Writers.of(recording);
    const found = writers?.blocksBack(0, { kind: "memory", vgpu, address: gfn * 4096, length: 4 });
    return found && [...found];
  };
  const good = open([[5, 1]]);
  expect([blocks(good, 1, 5), blocks(good, 1, 6), blocks(good, 2, 5)]).toEqual([[0], [], []]);
  for (const frame of [
    [0x100_0005, 0],
    [5, 8],
    [0xffff_ffff, 1],
  ] as const) {
    const bad = open([[5, 1], frame]);
    expect(Writers.of(bad)).toBeNull();
    expect(bad.warnings.join()).toMatch(/attachment writers: frame \d+ of vGPU \d, which is none: ignored/);
  }
});

test("damage to an attachment costs a warning, no row and no answer", () => {
  const bytes = patched(quick, (recording) => withMarks(recording, [{ seq: 3, text: "here" }]));
  const { recording: whole } = openWalk({ bytes, tools });
  const from = whole.parts.attachments[0].head.offset;
  const expected = new Timeline(...(Object.values(openWalk(plain)) as [Recording, PageStore]))
    .seek(whole.rowCount - 1)
    .digests();
  for (let at = from; at < bytes.length; at += Math.ceil((bytes.length - from) / 60)) {
    const bad = bytes.slice();
    bad[at] ^= 0x20;
    const { recording, store } = { ...openOf(bad) };
    const timeline = new Timeline(recording, store);
    expect(timeline.seek(timeline.last).digests()).toEqual(expected);
    const why = new Asker(timeline).why("vgpu1.gtIrq0.GEN8_GT_IIR", timeline.last, { changed: true });
    expect(why.write).not.toBeNull();
    marksOf(recording);
    recording.checkWhole(new Rows());
    expect(recording.damage).toBeNull();
    expect(recording.warnings.length).toBeGreaterThan(0);
  }
});

function openOf(bytes: Uint8Array): { recording: Recording; store: PageStore } {
  const store = new PageStore(tools.hashPage);
  return { recording: openRecording(new MemorySource(bytes), tools, store), store };
}

test("a recording that is not closed takes no attachments", () => {
  const { recording } = openOf(plain.bytes.slice(0, Math.floor(plain.bytes.length * 0.6)));
  expect(() => appendAttachments(recording, [])).toThrow(/not closed/);
  expect(() => withMarks(recording, [{ seq: 1, text: "x" }])).toThrow(/not closed/);
});
