import { McapIndexedReader, McapStreamReader } from "@mcap/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { K, KIND_NAMES } from "../../src/events/kinds.ts";
import { Rows } from "../../src/events/rows.ts";
import { loadTools } from "../../src/node/codecs.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { InlineRecorder } from "../../src/replay/recording/inline.ts";
import { loadPortableTools } from "../../src/replay/recording/portable.ts";
import { SEAL_INPUTS } from "../../src/replay/recording/recorder.ts";
import { MemorySink } from "../../src/replay/recording/tools.ts";
import {
  differenceFrom,
  META,
  openBytes,
  record,
  SAMPLE_PAGES,
  type SampleRow,
  sampleLog,
} from "./samples.ts";

const tools = await loadTools();
const portable = await loadPortableTools();
const CODECS = ["", "zstd", "lz4"];

test("what is recorded is read back, by every codec, in Node and by portable tools", async () => {
  await fc.assert(
    fc.asyncProperty(
      sampleLog(120),
      fc.constantFrom(...CODECS),
      fc.constantFrom(tools, portable),
      async (log, codec, reader) => {
        const sample = await record(log, tools, codec);
        const { recording, store } = openBytes(sample.bytes, reader);
        recording.checkWhole(new Rows());
        expect(recording.damage).toBeNull();
        expect(recording.warnings).toEqual([]);
        expect(recording.closed).toBe(true);
        expect(recording.rowCount).toBe(log.rows.length);
        expect(differenceFrom(sample, recording, store)).toBeNull();
        expect(recording.meta).toEqual(META);
      },
    ),
    { numRuns: 200 },
  );
});

test("a row of every kind, alone in its block and among others", async () => {
  const rows: SampleRow[] = KIND_NAMES.map((_, kind) => ({
    kind,
    words: Array.from({ length: 15 }, (_, c) => (kind * 0x01020304 + c * 0x11223344) >>> 0),
    payload: Uint8Array.of(kind, 1, 2),
    page: kind % SAMPLE_PAGES,
  }));
  for (const seals of [[], rows.map((_, i) => i)]) {
    const sample = await record({ rows: [...rows, ...rows], seals }, tools, "zstd");
    const { recording, store } = openBytes(sample.bytes, tools);
    expect(differenceFrom(sample, recording, store)).toBeNull();
  }
});

function fetched(page: number): SampleRow {
  return {
    kind: K["guest.fetched"],
    words: Array.from({ length: 15 }, () => 1),
    payload: new Uint8Array(0),
    page,
  };
}

test("a block can be read first whose pages stand in earlier ones", async () => {
  const rows = [fetched(1), fetched(2), fetched(3), fetched(1), fetched(0), fetched(2)];
  const sample = await record({ rows, seals: [1, 2, 3, 4, 5] }, tools, "zstd");
  const { recording, store } = openBytes(sample.bytes, tools);
  const block = new Rows();
  recording.readBlock(5, block);
  expect(store.hash(block.page[0]).join()).toBe(sample.store.hash(sample.rows.page[5]).join());
  expect(differenceFrom(sample, recording, store)).toBeNull();
  // Pages 1, 2 and 3 once each; the zero page never.
  const plain = await record({ rows, seals: [1, 2, 3, 4, 5] }, tools, "");
  const none = await record({ rows: rows.map(() => fetched(0)), seals: [1, 2, 3, 4, 5] }, tools, "");
  expect(Math.floor((plain.bytes.length - none.bytes.length) / 4096)).toBe(3);
});

test("counts, and the block of a row", async () => {
  const row = (kind: keyof typeof K): SampleRow => ({ ...fetched(0), kind: K[kind] });
  const rows = [
    row("mmio.read"),
    row("note"),
    row("timer.fired"),
    row("clock.advanced"),
    row("mmio.written"),
  ];
  const { bytes } = await record({ rows, seals: [3] }, tools, "");
  const { recording } = openBytes(bytes, tools);
  expect(recording.eventCount).toBe(2);
  const facts = [0, 1].map((n) => {
    const { firstSeq, lastSeq, inputs, events } = recording.block(n);
    return { firstSeq, lastSeq, inputs, events };
  });
  expect(facts).toEqual([
    { firstSeq: 0, lastSeq: 2, inputs: 2, events: 1 },
    { firstSeq: 3, lastSeq: 4, inputs: 2, events: 1 },
  ]);
  expect([0, 2, 3, 4, 5].map((seq) => recording.blockOf(seq))).toEqual([0, 0, 1, 1, -1]);
});

test("a recorder seals at 16,384 inputs, at 1 MiB of payload or new pages, and after 20 ms", async () => {
  const store = new PageStore(tools.hashPage);
  const recorder = new InlineRecorder(new MemorySink(), META, tools, store, "");
  const sealed = () => recorder.rows.count === 0;
  const add = (kind: keyof typeof K) => recorder.rows.add(K[kind]);
  for (let i = 1; i <= SEAL_INPUTS; i++) {
    add("mmio.read");
    add("note");
    recorder.sealIfFull(() => []);
    expect(sealed()).toBe(i === SEAL_INPUTS);
  }
  recorder.rows.putPayload(add("aperture.written"), new Uint8Array((1 << 20) - 1));
  recorder.sealIfFull(() => []);
  expect(sealed()).toBe(false);
  recorder.rows.putPayload(add("aperture.written"), new Uint8Array(1));
  recorder.sealIfFull(() => []);
  expect(sealed()).toBe(true);
  for (let i = 1; i <= 256; i++) {
    const page = new Uint8Array(4096);
    page.set([i, i >> 8]);
    const fetch = () => {
      recorder.rows.page[add("guest.fetched")] = store.intern(page);
      recorder.sealIfFull(() => []);
    };
    fetch();
    expect(sealed()).toBe(i === 256);
    // However often a page comes, it is in the block once.
    for (let times = 0; times < 300 && i === 1; times++) fetch();
  }
  expect(recorder.sealDue(1_000_000)).toBe(false);
  add("mmio.read");
  expect([2_000_000, 2_019_999, 2_020_000].map((now) => recorder.sealDue(now))).toEqual([false, false, true]);
});

test("any MCAP reader can walk a recording", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => fetched(i % SAMPLE_PAGES));
  const { bytes } = await record({ rows, seals: [10, 20] }, tools, "zstd");
  const decompressHandlers = {
    zstd: (data: Uint8Array, size: bigint) => tools.codecs.zstd.decompress(data, Number(size)),
  };
  const stream = new McapStreamReader({ validateCrcs: true, decompressHandlers });
  stream.append(bytes);
  const types: Record<string, number> = {};
  for (let item = stream.nextRecord(); item !== undefined; item = stream.nextRecord()) {
    types[item.type] = (types[item.type] ?? 0) + 1;
  }
  expect(types).toMatchObject({ Header: 1, Message: 9, DataEnd: 1, ChunkIndex: 3, Statistics: 1, Footer: 1 });
  const readable = {
    size: async () => BigInt(bytes.length),
    read: async (offset: bigint, size: bigint) => bytes.slice(Number(offset), Number(offset + size)),
  };
  const indexed = await McapIndexedReader.Initialize({ readable, decompressHandlers });
  expect(indexed.chunkIndexes.length).toBe(3);
  expect(indexed.header.profile).toBe("gvt-replay");
  expect([...indexed.channelsById.values()].map((channel) => channel.topic)).toEqual([
    "pages",
    "rows",
    "trailer",
  ]);
});
