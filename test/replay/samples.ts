import * as fc from "fast-check";
import { COLUMN_NAMES, COLUMNS, PURPOSES } from "../../src/events/columns.ts";
import type { Digest } from "../../src/events/digest.ts";
import { K, KIND_NAMES, KIND_PAYLOAD, KINDS } from "../../src/events/kinds.ts";
import { rowDifference } from "../../src/events/row-difference.ts";
import { Rows, TABLE_OF } from "../../src/events/rows.ts";
import { entryColumns, type TableName } from "../../src/events/tables.ts";
import { ENGINES, VGPU_MAX } from "../../src/hw/units.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { InlineRecorder } from "../../src/replay/recording/inline.ts";
import { describe, type RecordingMeta } from "../../src/replay/recording/profile.ts";
import { openRecording, type Recording } from "../../src/replay/recording/recording.ts";
import { MemorySink, MemorySource, type Tools } from "../../src/replay/recording/tools.ts";

/** A row as data: values by column, payload bytes, and which of the sample pages it names. */
export interface SampleRow {
  readonly kind: number;
  readonly words: readonly number[];
  readonly payload: Uint8Array;
  readonly page: number;
  /** Entries, values by column; as many of each table as there are, where the kind has it. */
  readonly answers?: readonly (readonly number[])[];
  readonly writes?: readonly (readonly number[])[];
  readonly stores?: readonly (readonly number[])[];
}

/** Rows and where a seal comes behind them. */
export interface SampleLog {
  readonly rows: readonly SampleRow[];
  /** Positions in `rows`, ascending. */
  readonly seals: readonly number[];
}

export const SAMPLE_PAGES = 5;

const word = fc.oneof(
  fc.constant(0),
  fc.nat(255),
  fc.nat(0xffff),
  fc.nat(0xff_ffff),
  fc.nat(0xffff_ffff),
  fc.constantFrom(0x80, 0x8000, 0x80_0000, 0x8000_0000, 0xffff_ffff),
);

const entries = (name: TableName): fc.Arbitrary<number[][]> => {
  const columns = entryColumns(name).length;
  return fc.array(fc.array(word, { minLength: columns, maxLength: columns }), { maxLength: 4 });
};

export const sampleRow: fc.Arbitrary<SampleRow> = fc.record({
  answers: entries("answers"),
  writes: entries("writes"),
  stores: entries("stores"),
  kind: fc.nat(KIND_NAMES.length - 1),
  words: fc.array(word, { minLength: COLUMN_NAMES.length, maxLength: COLUMN_NAMES.length }),
  payload: fc.uint8Array({ maxLength: 20 }),
  page: fc.nat(SAMPLE_PAGES - 1),
});

export const sampleLog = (maxLength: number): fc.Arbitrary<SampleLog> =>
  fc
    .array(sampleRow, { maxLength })
    .chain((rows) =>
      fc
        .array(fc.nat(rows.length), { maxLength: 6 })
        .map((seals) => ({ rows, seals: [...seals].sort((a, b) => a - b) })),
    );

/** Limits of the columns whose values are indices of lists. */
const LIMITS: Readonly<Record<string, number>> = {
  agent: VGPU_MAX + 1,
  purpose: PURPOSES.length,
  engine: ENGINES.length,
};

/** Append the row; its page is one of the ids. */
export function addSample(rows: Rows, sample: SampleRow, pages: readonly number[]): void {
  const i = rows.append(sample.kind);
  rows.source[i] = sample.words[COLUMN_NAMES.indexOf("source")] & 3;
  COLUMN_NAMES.forEach((name, c) => {
    if (!hasColumn(sample.kind, name) || name in TABLE_OF) return;
    const limit = LIMITS[name] ?? (COLUMNS[name] === 1 ? 256 : 2 ** 32);
    rows[name][i] = sample.words[c] % limit;
  });
  if (sample.kind === K["guest.fetched"]) rows.page[i] = pages[sample.page];
  if (KIND_PAYLOAD[sample.kind] === 1) rows.putPayload(i, sample.payload);
  addEntries(rows, i, sample, pages);
}

const hasColumn = (kind: number, name: string): boolean =>
  (KINDS[KIND_NAMES[kind]].columns as readonly string[]).includes(name);

/** The sample's entries in the tables that its kind has. */
function addEntries(rows: Rows, i: number, sample: SampleRow, pages: readonly number[]): void {
  if (hasColumn(sample.kind, "answers"))
    for (const [vgpu, gfn, purpose, engine, page, status] of sample.answers ?? []) {
      const told = status % 2 === 0;
      const id = told ? pages[page % SAMPLE_PAGES] : 0;
      const by = engine % 5 === 4 ? 255 : engine % 4;
      rows.tell(vgpu % (VGPU_MAX + 1), gfn & 0xff_ffff, purpose % 7, by, id, told ? 0 : status & 255);
    }
  for (const name of ["writes", "stores"] as const) {
    if (!hasColumn(sample.kind, name)) continue;
    const table = rows[TABLE_OF[name]] as unknown as Record<string, Uint8Array>;
    for (const values of sample[name] ?? []) {
      if (name === "writes") rows.addWrite();
      else {
        // The payload is the sample's own: only what the entry says is added here.
        const { from, length } = { from: rows.from[i], length: rows.length[i] };
        rows.addStore(0, 0, new Uint8Array(0));
        rows.from[i] = from;
        rows.length[i] = length;
      }
      const k = rows[TABLE_OF[name]].count - 1;
      entryColumns(name).forEach((column, c) => {
        table[column][k] = values[c];
      });
    }
  }
}

/** Intern the sample pages; the first is the zero page. */
export function samplePages(store: PageStore): number[] {
  return Array.from({ length: SAMPLE_PAGES }, (_, p) => {
    const bytes = new Uint8Array(4096);
    if (p > 0) for (let i = 0; i < 64; i++) bytes[i * p] = p + i;
    return store.intern(bytes);
  });
}

export const META: RecordingMeta = describe({
  id: "0123456789abcdef",
  createdAt: "2024-01-01T00:00:00Z",
  base: { kind: "reset", configuration: { vgpus: 2, names: ["a", "b"] }, goldenHash: null },
});

export const digestsAt = (seq: number): Digest[] => [
  { component: "vgpu1.mmio", epoch: 0, lo: seq, hi: 0xffff_ffff },
  { component: "device.rcs0", epoch: 3, lo: 7, hi: seq },
];

export interface Sample {
  readonly bytes: Uint8Array;
  /** Every row, in one piece. */
  readonly rows: Rows;
  readonly store: PageStore;
}

/** Record a log in memory. */
export async function record(
  log: SampleLog,
  tools: Tools,
  compression: string,
  meta = META,
): Promise<Sample> {
  const store = new PageStore(tools.hashPage);
  const pages = samplePages(store);
  const sink = new MemorySink();
  const recorder = new InlineRecorder(sink, meta, tools, store, compression);
  const rows = new Rows();
  log.rows.forEach((sample, i) => {
    if (log.seals.includes(i)) recorder.seal(digestsAt(i));
    addSample(recorder.rows, sample, pages);
    addSample(rows, sample, pages);
  });
  await recorder.close(digestsAt(log.rows.length));
  return { bytes: sink.bytes(), rows, store };
}

/**
 * First row in which a recording differs from the first rows of the sample, or null. Pages are compared by
 * hash.
 */
export function differenceFrom(sample: Sample, recording: Recording, store: PageStore): string | null {
  const block = new Rows();
  for (let n = 0; n < recording.blockCount; n++) {
    const { firstSeq, lastSeq, digests } = recording.readBlock(n, block);
    for (let i = 0; i < block.count; i++) {
      const at = firstSeq + i;
      if (at >= sample.rows.count) return `row ${at} was never recorded`;
      if (block.kind[i] === K["guest.fetched"]) {
        const theirs = store.hash(block.page[i]).join();
        if (theirs !== sample.store.hash(sample.rows.page[at]).join()) return `row ${at}: page`;
        if (store.bytes(block.page[i]).join() !== sample.store.bytes(sample.rows.page[at]).join())
          return `row ${at}: bytes`;
        block.page[i] = sample.rows.page[at];
      }
      samePages(sample, at, block, i, store);
      const column = rowDifference(sample.rows, at, block, i);
      if (column !== null) return `row ${at}: ${column}`;
      if (sample.rows.source[at] !== block.source[i]) return `row ${at}: source`;
    }
    // A part that was cut before its first block has none to give.
    if (lastSeq < 0 && digests.length === 0) continue;
    if (JSON.stringify(digests) !== JSON.stringify(digestsAt(lastSeq + 1))) return `digests of block ${n}`;
  }
  return null;
}

/** Where an entry names the page that the sample's names, give it the sample's id. */
function samePages(sample: Sample, at: number, block: Rows, i: number, store: PageStore): void {
  for (let k = 0; k < Math.min(sample.rows.answers[at], block.answers[i]); k++) {
    const theirs = block.firstAnswer[i] + k;
    const mine = sample.rows.answerTable.page[sample.rows.firstAnswer[at] + k];
    const { page, status } = block.answerTable;
    if (status[theirs] !== 0) continue;
    if (store.hash(page[theirs]).join() === sample.store.hash(mine).join()) page[theirs] = mine;
    else page[theirs] = -1;
  }
}

/** Open bytes with a store of their own. */
export function openBytes(bytes: Uint8Array, tools: Tools): { recording: Recording; store: PageStore } {
  const store = new PageStore(tools.hashPage);
  return { recording: openRecording(new MemorySource(bytes, "sample.mcap"), tools, store), store };
}
