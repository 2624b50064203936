import * as fc from "fast-check";
import { expect, test } from "vitest";
import { K } from "../../src/events/kinds.ts";
import { Rows } from "../../src/events/rows.ts";
import { loadTools } from "../../src/node/codecs.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { BlockEncoder } from "../../src/replay/recording/encoder.ts";
import { gatherPages, SeenPages } from "../../src/replay/recording/gather.ts";
import { pack, verifyPacked } from "../../src/replay/recording/pack.ts";
import { writePreamble } from "../../src/replay/recording/profile.ts";
import { openRecording } from "../../src/replay/recording/recording.ts";
import { MemorySink, MemorySource } from "../../src/replay/recording/tools.ts";
import {
  addSample,
  differenceFrom,
  digestsAt,
  META,
  type Sample,
  type SampleLog,
  sampleLog,
  samplePages,
} from "./samples.ts";

const tools = await loadTools();

/** What a live recorder leaves when it is killed: preamble and blocks, no end. */
function part(log: SampleLog): Sample & { ends: number[] } {
  const store = new PageStore(tools.hashPage);
  const pages = samplePages(store);
  const preamble = writePreamble(META, tools);
  const encoder = new BlockEncoder(preamble, tools, "zstd");
  const [all, block, seen] = [new Rows(), new Rows(), new SeenPages()];
  const chunks = [preamble];
  const ends = [preamble.length];
  const seal = () => {
    if (block.count === 0) return;
    const { bytes, endSeq } = encoder.encode(
      block,
      gatherPages(block, store, seen),
      digestsAt(all.count),
      false,
    );
    chunks.push(bytes);
    ends.push(ends[ends.length - 1] + bytes.length);
    block.clear(endSeq);
  };
  log.rows.forEach((sample, i) => {
    if (log.seals.includes(i)) seal();
    addSample(block, sample, pages);
    addSample(all, sample, pages);
  });
  seal();
  return { bytes: Buffer.concat(chunks), rows: all, store, ends };
}

function packed(bytes: Uint8Array): { bytes: Uint8Array; cut: number } {
  const store = new PageStore(tools.hashPage);
  const recording = openRecording(new MemorySource(bytes, "x.part"), tools, store);
  const sink = new MemorySink();
  pack(recording, store, sink, tools);
  verifyPacked(recording, store, new MemorySource(sink.bytes()), tools);
  return { bytes: sink.bytes(), cut: recording.rowCount };
}

test("packing keeps every row, page, digest and the id, and closes the recording", () => {
  fc.assert(
    fc.property(sampleLog(100), (log) => {
      const live = part(log);
      const store = new PageStore(tools.hashPage);
      const closed = openRecording(new MemorySource(packed(live.bytes).bytes), tools, store);
      closed.checkWhole(new Rows());
      expect(closed.damage).toBeNull();
      expect(closed.closed).toBe(true);
      expect(closed.blockCount).toBe(1);
      expect(closed.meta.id).toBe(META.id);
      expect(closed.rowCount).toBe(log.rows.length);
      expect(differenceFrom(live, closed, store)).toBeNull();
    }),
  );
});

test("a part cut at every byte is mended to the blocks before the cut", () => {
  const rows = Array.from({ length: 20 }, (_, i) => ({
    kind: [K["mmio.read"], K["guest.fetched"], K["aperture.written"]][i % 3],
    words: Array.from({ length: 15 }, (_, c) => i * c),
    payload: Uint8Array.of(i),
    page: i % 2,
  }));
  const live = part({ rows, seals: [5, 10, 15] });
  const preamble = live.ends[0];
  for (let cut = preamble; cut <= live.bytes.length; cut++) {
    const mended = packed(live.bytes.subarray(0, cut));
    expect(mended.cut).toBe(5 * live.ends.slice(1).filter((end) => end <= cut).length);
    const store = new PageStore(tools.hashPage);
    const closed = openRecording(new MemorySource(mended.bytes), tools, store);
    expect(closed.closed).toBe(true);
    expect(differenceFrom(live, closed, store)).toBeNull();
  }
});

test("live blocks are joined whole, up to 16,384 inputs, never split", () => {
  const store = new PageStore(tools.hashPage);
  const preamble = writePreamble(META, tools);
  const encoder = new BlockEncoder(preamble, tools, "");
  const chunks = [preamble];
  const sizes = [10_000, 6_384, 1, 16_384, 20_000, 5, 5];
  const block = new Rows();
  for (const size of sizes) {
    for (let i = 0; i < size; i++) block.add(K["mmio.written"]);
    const { bytes, endSeq } = encoder.encode(block, gatherPages(block, store, new SeenPages()), [], false);
    chunks.push(bytes);
    block.clear(endSeq);
  }
  const closed = openRecording(new MemorySource(packed(Buffer.concat(chunks)).bytes), tools, store);
  const found = Array.from({ length: closed.blockCount }, (_, n) => closed.block(n).inputs);
  expect(found).toEqual([16_384, 1, 16_384, 20_000, 10]);
});

test("a closed recording is not packed again, and a packed one that differs is not believed", () => {
  const rows = Array.from({ length: 6 }, (_, i) => ({
    kind: 0,
    words: Array(15).fill(i),
    payload: new Uint8Array(0),
    page: 0,
  }));
  const live = part({ rows, seals: [3] });
  const { bytes } = packed(live.bytes);
  const store = new PageStore(tools.hashPage);
  const closed = openRecording(new MemorySource(bytes), tools, store);
  expect(() => pack(closed, store, new MemorySink(), tools)).toThrow(/closed already/);
  const recording = openRecording(new MemorySource(live.bytes), tools, store);
  const other = part({
    rows: rows.map((row, i) => (i === 4 ? { ...row, words: Array(15).fill(9) } : row)),
    seals: [3],
  });
  const shorter = part({ rows: rows.slice(0, 3), seals: [] });
  expect(() => verifyPacked(recording, store, new MemorySource(packed(other.bytes).bytes), tools)).toThrow(
    /differs at row 4: /,
  );
  expect(() => verifyPacked(recording, store, new MemorySource(packed(shorter.bytes).bytes), tools)).toThrow(
    /lacks rows/,
  );
});
