import { expect, test } from "vitest";
import { K } from "../../src/events/kinds.ts";
import { Rows } from "../../src/events/rows.ts";
import { loadTools } from "../../src/node/codecs.ts";
import { RecordingError } from "../../src/replay/recording/errors.ts";
import { writePreamble } from "../../src/replay/recording/profile.ts";
import type { Tools } from "../../src/replay/recording/tools.ts";
import {
  differenceFrom,
  META,
  openBytes,
  record,
  type Sample,
  type SampleLog,
  type SampleRow,
} from "./samples.ts";

const tools = await loadTools();

function sampleLog(): SampleLog {
  const kinds = [
    "mmio.read",
    "mmio.written",
    "guest.fetch",
    "guest.fetched",
    "guest.write",
    "aperture.written",
    "note",
  ] as const;
  const rows = Array.from({ length: 14 }, (_, i): SampleRow => {
    const words = Array.from({ length: 18 }, (_, c) => (i * 0x9e3779b1 * (c + 1)) >>> (c * 2));
    // Of pages, that of zeros and one more: each costs 4 KiB of bytes to flip.
    const entries = [words, words.slice(3), words.slice(5).map((word) => word & ~1)]
      .slice(i % 4)
      .map((entry) => entry.map((word, c) => (c === 4 ? i & 1 : word)));
    return {
      ...{ kind: K[kinds[i % kinds.length]], words, payload: Uint8Array.of(i, i + 1, i + 2), page: i & 1 },
      ...{ answers: entries, writes: entries, stores: entries },
    };
  });
  return { rows, seals: [5, 10] };
}

type Verdict = "all rows" | "all rows, warned" | "prefix" | "refused";

/**
 * Open and verify damaged bytes as `verify` does. Throws an assertion where anything else than a clean
 * outcome comes.
 */
function judge(bytes: Uint8Array, sample: Sample, using: Tools): Verdict {
  let opened: ReturnType<typeof openBytes>;
  try {
    opened = openBytes(bytes, using);
  } catch (error) {
    expectOneLine(error);
    return "refused";
  }
  const { recording, store } = opened;
  recording.checkWhole(new Rows());
  expect(differenceFrom(sample, recording, store)).toBeNull();
  expect(recording.closed).toBe(recording.damage === null);
  if (recording.damage === null) {
    expect(recording.rowCount).toBe(sample.rows.count);
    return recording.warnings.length > 0 ? "all rows, warned" : "all rows";
  }
  const { offset, reason, verifiedBlocks } = recording.damage;
  expect(verifiedBlocks).toBe(recording.blockCount);
  expect(offset).toBeGreaterThan(0);
  expect(offset).toBeLessThanOrEqual(bytes.length);
  expect(reason).not.toBe("");
  return "prefix";
}

function expectOneLine(error: unknown): void {
  expect(error).toBeInstanceOf(RecordingError);
  const { message, file, offset, reason } = error as RecordingError;
  expect(file).toBe("sample.mcap");
  expect(offset).toBeGreaterThanOrEqual(0);
  expect(reason.length).toBeGreaterThan(0);
  expect(message).not.toMatch(/[\n\r]/);
  expect(message.length).toBeLessThan(600);
}

/** Every byte inverted, every byte with one bit flipped, and a cut at every length. */
function everyDamage(sample: Sample, using: Tools): Record<Verdict, number> {
  const counts = { "all rows": 0, "all rows, warned": 0, prefix: 0, refused: 0 };
  const { bytes } = sample;
  for (let i = 0; i < bytes.length; i++) {
    for (const value of [bytes[i] ^ 0xff, bytes[i] ^ (1 << (i & 7))]) {
      const damaged = bytes.slice();
      damaged[i] = value;
      counts[judge(damaged, sample, using)]++;
    }
    counts[judge(bytes.subarray(0, i), sample, using)]++;
  }
  return counts;
}

test.each(["", "zstd", "lz4"])("cut and flipped at every byte, compression %j", async (compression) => {
  const sample = await record(sampleLog(), tools, compression);
  expect(judge(sample.bytes, sample, tools)).toBe("all rows");
  const counts = everyDamage(sample, tools);
  const total = Object.values(counts).reduce((a, b) => a + b);
  console.log(`damage ${compression || "none"}: ${sample.bytes.length} bytes, ${total} cases`, counts);
  expect(total).toBe(sample.bytes.length * 3);
  // Nothing goes unnoticed: at least the CRC of the data section or of the summary sees it.
  expect(counts["all rows"]).toBe(0);
  for (const verdict of ["all rows, warned", "prefix", "refused"] as const)
    expect(counts[verdict]).toBeGreaterThan(100);
});

test("the judge notices wrong data: with a chain that never differs, some flip gets through", async () => {
  const blind: Tools = {
    ...tools,
    xxh64: (_, into) => {
      into.fill(1);
    },
    crc32: () => 1,
  };
  const sample = await record(sampleLog(), blind, "");
  expect(judge(sample.bytes, sample, blind)).toBe("all rows");
  expect(() => everyDamage(sample, blind)).toThrow();
});

test("damage in a middle block leaves the blocks before it, and is found by reading too", async () => {
  const sample = await record(sampleLog(), tools, "");
  const { recording } = openBytes(sample.bytes, tools);
  const damaged = sample.bytes.slice();
  const { offset } = blockPlaces(sample.bytes)[1];
  damaged[offset + 200] ^= 1;
  const hurt = openBytes(damaged, tools).recording;
  expect(hurt.damage).toBeNull();
  const rows = new Rows();
  expect(hurt.readBlock(0, rows).lastSeq).toBe(4);
  expect(() => hurt.readBlock(1, rows)).toThrow(
    `sample.mcap: at byte ${offset}: the chain of a block does not hold`,
  );
  expect(hurt.damage).toMatchObject({ offset, verifiedBlocks: 1 });
  expect(hurt.eventCount).toBe(recording.trailer(0).events);
});

test("blocks that were exchanged or left out are noticed", async () => {
  const { bytes } = await record(sampleLog(), tools, "");
  const [a, b, c] = blockPlaces(bytes);
  const without = Buffer.concat([bytes.subarray(0, b.offset), bytes.subarray(c.offset)]);
  expect(openBytes(without, tools).recording.damage).toEqual({
    offset: b.offset,
    verifiedBlocks: 1,
    cut: false,
    reason: "a block from row 10, expected 5",
  });
  const other = await record(
    { ...sampleLog(), rows: sampleLog().rows.map((row) => ({ ...row, page: 0 })) },
    tools,
    "",
  );
  const [, theirs] = blockPlaces(other.bytes);
  const mixed = Buffer.concat([
    bytes.subarray(0, b.offset),
    other.bytes.subarray(theirs.offset, theirs.end),
    bytes.subarray(c.offset),
  ]);
  const { recording } = openBytes(mixed, tools);
  recording.checkWhole(new Rows());
  expect(recording.damage?.reason).toMatch(/follow from the one before/);
  expect(recording.damage?.verifiedBlocks).toBe(1);
  expect(a.offset).toBeLessThan(b.offset);
});

test("a CRC that does not hold is damage, though the chain holds", async () => {
  const { bytes } = await record(sampleLog(), tools, "");
  const damaged = bytes.slice();
  damaged[blockPlaces(bytes)[2].offset + 9 + 24] ^= 1;
  const { recording } = openBytes(damaged, tools);
  recording.checkWhole(new Rows());
  expect(recording.damage).toMatchObject({ verifiedBlocks: 2, reason: "the CRC of a block does not hold" });
});

test("a description is checked even where no block follows it", () => {
  const preamble = writePreamble(META, tools);
  expect(openBytes(preamble, tools).recording).toMatchObject({ closed: false, blockCount: 0, rowCount: 0 });
  for (let i = 0; i < preamble.length; i++) {
    const damaged = preamble.slice();
    damaged[i] ^= 1;
    expect(() => openBytes(damaged, tools)).toThrow(RecordingError);
  }
});

/** Offsets of the chunk records of a whole recording. */
function blockPlaces(bytes: Uint8Array): { offset: number; end: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const places = [];
  for (let at = 8; bytes[at] !== 0x0f; ) {
    const end = at + 9 + Number(view.getBigUint64(at + 1, true));
    if (bytes[at] === 0x06) places.push({ offset: at, end });
    at = end;
  }
  return places;
}
