import { readdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { McapRecordBuilder } from "@mcap/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { exitCodeOf } from "../../src/cli/exit.ts";
import { COLUMN_NAMES } from "../../src/events/columns.ts";
import { isInput, K, KIND_NAMES, KIND_WORLD, KINDS } from "../../src/events/kinds.ts";
import { PayloadBytes } from "../../src/events/pieces.ts";
import { Rows, TABLE_OF } from "../../src/events/rows.ts";
import { entryColumns, TABLE_NAMES } from "../../src/events/tables.ts";
import { loadTools } from "../../src/node/codecs.ts";
import type { PageStore } from "../../src/reducers/pages.ts";
import { cutPieces, hashText } from "../../src/replay/recording/base-pieces.ts";
import { LayoutError } from "../../src/replay/recording/errors.ts";
import { SeenPages } from "../../src/replay/recording/gather.ts";
import { InlineRecorder } from "../../src/replay/recording/inline.ts";
import { writePreamble } from "../../src/replay/recording/profile.ts";
import { metadataLength } from "../../src/replay/recording/tail.ts";
import { MemorySink } from "../../src/replay/recording/tools.ts";
import type { BlockTrailer } from "../../src/replay/recording/trailer.ts";
import { addSample, META, openBytes, record, SAMPLE_PAGES, sampleLog, samplePages } from "./samples.ts";
import { type Block, type Row, Stranger, type Values } from "./stranger.ts";

// docs/format.md is exact: a reader that was written from it alone gives what ours gives.

const tools = await loadTools();
const root = new URL("../../", import.meta.url);
const page = readFileSync(new URL("docs/format.md", root), "utf8");
const goldens = readdirSync(new URL("recordings/", root)).filter((name) => name.endsWith(".mcap"));
const goldenOf = (name: string): Buffer => readFileSync(new URL(`recordings/${name}`, root));

/** What the stranger makes of a block, with pages by hash in place of places. */
function theirs({ rows, hashes, trailer }: Block): unknown[] {
  const named = (values: Values): object =>
    "page" in values && (values.status ?? 0) === 0 ? { ...values, page: hashes[values.page] } : values;
  const told = ({ kind, columns, tables, payload }: Row): unknown[] => {
    const entries = TABLE_NAMES.map((name) => tables[name].map(named));
    return [kind, named(columns), entries, Buffer.from(payload).toString("hex")];
  };
  return [...rows.map(told), trailer.slice(0, -1)];
}

/** What our own reader makes of it, in the same words. */
function ours(rows: Rows, store: PageStore, says: BlockTrailer): unknown[] {
  return [...Array.from({ length: rows.count }, (_, i) => ourRow(rows, i, store)), trailerOf(says)];
}

function ourRow(rows: Rows, i: number, store: PageStore): unknown[] {
  const kind = KIND_NAMES[rows.kind[i]];
  const of = ["source", ...KINDS[kind].columns] as (typeof COLUMN_NAMES)[number][];
  const columns = of.map((name) => [name, name === "page" ? hashOf(store, rows.page[i]) : rows[name][i]]);
  const entries = TABLE_NAMES.map((name) => {
    const table = rows[TABLE_OF[name]] as unknown as Record<string, Uint32Array>;
    const first = (name === "answers" ? rows.firstAnswer : rows.firstPiece)[i];
    const entry = (k: number): object => {
      const values = entryColumns(name).map((column) => [column, table[column][k]] as [string, unknown]);
      const told = name === "answers" && table.status[k] === 0;
      return Object.fromEntries(values.map(([c, v]) => [c, told && c === "page" ? hashOf(store, v) : v]));
    };
    return Array.from({ length: rows[name][i] }, (_, k) => entry(first + k));
  });
  const payload = "payload" in KINDS[kind] ? Buffer.from(rows.payloadOf(i)).toString("hex") : "";
  return [kind, Object.fromEntries(columns), entries, payload];
}

function trailerOf(says: BlockTrailer): unknown[] {
  const words = (value: number): number[] => [value % 2 ** 32, Math.floor(value / 2 ** 32)];
  const { number, firstSeq, lastSeq, inputs, events, eventsBefore, closed, list, previous, digests } = says;
  return [
    ...[number, ...words(firstSeq), lastSeq + 1 - firstSeq, inputs, events, ...words(eventsBefore)],
    ...[closed ? 1 : 0, list.lo, list.hi, previous.lo, previous.hi],
    ...digests.flatMap(({ component, epoch, lo, hi }) => [component, epoch, lo, hi]),
  ];
}

const hashOf = (store: PageStore, id: unknown): string =>
  Buffer.from(store.hash(id as number).buffer, 0, 16).toString("hex");

/** Read a recording both ways and compare; returns what the stranger has read. */
function compare(bytes: Uint8Array): Stranger {
  const stranger = new Stranger(bytes);
  const { recording, store } = openBytes(bytes, tools);
  const rows = new Rows();
  expect(stranger.blocks.length).toBe(recording.blockCount);
  for (const [n, block] of stranger.blocks.entries()) {
    const says = recording.readBlock(n, rows);
    const [mine, other] = [ours(rows, store, says), theirs(block)];
    expect(other.length).toBe(mine.length);
    // Only where there is a difference row by row: that of a whole block is too long to read.
    if (!isDeepStrictEqual(other, mine))
      for (const [i, row] of mine.entries()) expect(other[i], `block ${n}, row ${i}`).toStrictEqual(row);
    comparePages(rows, store, block, stranger);
    expect(classesOf(block)).toEqual([says.inputs, says.events]);
  }
  return stranger;
}

/** Contents of the pages that rows and entries of a block name. */
function comparePages(rows: Rows, store: PageStore, { hashes }: Block, { pages }: Stranger): void {
  const ids = new Set<number>();
  for (let i = 0; i < rows.count; i++)
    if (KIND_NAMES[rows.kind[i]] === "guest.fetched") ids.add(rows.page[i]);
  const { page: told, status, count } = rows.answerTable;
  for (let k = 0; k < count; k++) if (status[k] === 0) ids.add(told[k]);
  expect(new Set([...ids].map((id) => hashOf(store, id)))).toEqual(new Set(hashes));
  for (const id of ids) expect(pages.get(hashOf(store, id))?.compare(store.bytes(id))).toBe(0);
}

/** The page's table of kinds: by kind, its class and its line of the vocabulary. */
const kindsOfPage = new Map(
  [...page.matchAll(/^\| `([a-z.]+)([^`]*)` \| (input|answer|effect|outcome|observation) \|/gm)].map(
    ([, name, rest, of]) => [name, { line: name + rest, of }],
  ),
);

/** Inputs and world inputs of a block, by what the page says of their kinds. */
function classesOf({ rows }: Block): [inputs: number, events: number] {
  const of = rows.map(({ kind }) => ({ kind, of: kindsOfPage.get(kind)?.of }));
  const inputs = of.filter((row) => row.of === "input" || row.of === "answer");
  return [inputs.length, inputs.filter((row) => row.of === "input" && row.kind !== "clock.advanced").length];
}

/** The bytes of pieces that have them from their input's payload, as the page tells it. */
function payloadPieces(blocks: readonly Block[]): string[] {
  const found: string[] = [];
  let [payload, at]: [Uint8Array, number] = [new Uint8Array(0), 0];
  for (const row of blocks.flatMap(({ rows }) => rows)) {
    if (["input", "answer"].includes(kindsOfPage.get(row.kind)?.of ?? "")) [payload, at] = [row.payload, 0];
    for (const { code, lo, length } of row.tables.writes) {
      if (code !== 3) continue;
      found.push(Buffer.from(payload.subarray(at + lo, at + lo + length)).toString("hex"));
      at += lo + length;
    }
  }
  return found;
}

function ourPieces(bytes: Uint8Array): string[] {
  const { recording } = openBytes(bytes, tools);
  const [rows, found, follower] = [new Rows(), [] as string[], new PayloadBytes()];
  for (let n = 0; n < recording.blockCount; n++) {
    recording.readBlock(n, rows);
    for (let i = 0; i < rows.count; i++) {
      follower.see(rows, i);
      for (let k = 0; k < rows.writes[i]; k++) {
        const piece = follower.of(rows, rows.firstPiece[i] + k);
        if (piece !== null) found.push(Buffer.from(piece).toString("hex"));
      }
    }
  }
  return found;
}

test.each(goldens)("a reader written from the page gives every row, entry and page of %s", (name) => {
  const bytes = goldenOf(name);
  const { blocks } = compare(bytes);
  const rows = blocks.flatMap((block) => block.rows);
  expect(rows.length).toBeGreaterThan(1000);
  expect(payloadPieces(blocks)).toEqual(ourPieces(bytes));
  expect(rows.some(({ tables }) => tables.writes.length > 1)).toBe(true);
});

test("some goldens were told pages in place", () => {
  const told = goldens.filter((name) =>
    new Stranger(goldenOf(name)).blocks.some(({ rows }) =>
      rows.some(({ tables }) => tables.answers.some(({ status, page }) => status === 0 && page > 0)),
    ),
  );
  expect(told.length).toBeGreaterThan(2);
});

test("one golden has runs of aperture writes, and pieces that have their bytes from there", () => {
  const { blocks } = new Stranger(goldenOf("linux-6.1-gem.mcap"));
  const runs = blocks.flatMap(({ rows }) => rows.flatMap(({ tables }) => tables.stores));
  expect(runs.length).toBeGreaterThan(10);
  expect(new Set(payloadPieces(blocks)).size).toBeGreaterThan(10);
});

test("the same of rows of all kinds, with anything in them", async () => {
  await fc.assert(
    fc.asyncProperty(sampleLog(80), fc.constantFrom("", "zstd"), async (log, codec) => {
      compare((await record(log, tools, codec)).bytes);
    }),
    { numRuns: 60 },
  );
});

test("the same of rows of every kind in one block, forwards and backwards", async () => {
  const rows = KIND_NAMES.map((_, kind) => {
    const words = COLUMN_NAMES.map((_, c) => (kind * 0x01020304 + c * 0x11223344) >>> 0);
    const entries = [words.slice(0, 7), words.slice(7, 14)];
    const payload = Uint8Array.of(kind, 1, 2);
    return {
      kind,
      words,
      payload,
      page: kind % SAMPLE_PAGES,
      answers: entries,
      writes: entries,
      stores: entries,
    };
  });
  const log = { rows: [...rows, ...rows.toReversed()], seals: [rows.length / 2] };
  const { blocks } = compare((await record(log, tools, "zstd")).bytes);
  expect(blocks.map((block) => block.rows.length)).toEqual([rows.length / 2, rows.length * 1.5]);
});

test("pieces go on in their input's payload: over what was passed, over other pieces, from row to row", async () => {
  const words = COLUMN_NAMES.map(() => 0);
  const stored = (...bytes: number[]) => {
    const stores = [[0, 1, bytes.length]];
    return { kind: K["aperture.written"], words, payload: Uint8Array.from(bytes), page: 0, stores };
  };
  const written = (...pieces: { code: number; passed: number; length: number }[]) => {
    const writes = pieces.map(({ code, passed, length }) => [0, 0, length, code, passed, 0, 0]);
    return { kind: K["guest.write"], words, payload: new Uint8Array(0), page: 0, writes };
  };
  const own = (passed: number, length: number) => ({ code: 3, passed, length });
  const rows = [
    stored(0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    written(own(1, 2), { code: 0, passed: 99, length: 4 }, own(2, 3)),
    written(own(0, 1)),
    stored(0x20, 0x21, 0x22),
    written(own(0, 3)),
  ];
  const { bytes } = await record({ rows, seals: [] }, tools, "");
  expect(payloadPieces(compare(bytes).blocks)).toEqual(["0102", "050607", "08", "202122"]);
  expect(ourPieces(bytes)).toEqual(payloadPieces(new Stranger(bytes).blocks));
});

test("an embedded checkpoint is read from blocks without rows", async () => {
  const { store } = openBytes((await record({ rows: [], seals: [] }, tools, "")).bytes, tools);
  const pages = samplePages(store);
  const checkpoint = Uint8Array.from({ length: (4 << 20) + 5 }, (_, i) => i * 7);
  const pieces = cutPieces(checkpoint, { fresh: new Uint8Array(0), bodies: new Uint8Array(0) }, []);
  const base = { ...META.base, seq: 41, now: 7, blocks: pieces.length, hash: hashText(checkpoint, tools) };
  const meta = { ...META, base: { ...base, kind: "checkpoint" as const } };
  const sink = new MemorySink();
  const recorder = new InlineRecorder(sink, meta, tools, store, "zstd", new SeenPages(), pieces);
  const words = COLUMN_NAMES.map((_, c) => c);
  addSample(recorder.rows, { kind: 0, words, payload: new Uint8Array(0), page: 0 }, pages);
  await recorder.close([]);
  const { blocks } = compare(sink.bytes());
  expect(blocks.map(({ rows, trailer }) => [rows.length, trailer[1]])).toEqual([
    [0, 42],
    [0, 42],
    [1, 42],
  ]);
});

test("whatever byte before the summary is another one, who follows the page finds it", async () => {
  const logs = fc.sample(sampleLog(20), { numRuns: 30, seed: 7 });
  const log = logs.reduce((most, other) => (other.rows.length > most.rows.length ? other : most));
  expect(log.rows.length).toBeGreaterThan(5);
  const { bytes } = await record(log, tools, "");
  const { recording } = openBytes(bytes, tools);
  const end = recording.parts.dataEnd;
  for (let at = 0; at < end; at += 7) {
    const damaged = bytes.slice();
    damaged[at] ^= 1 << (at % 8);
    expect(() => new Stranger(damaged), `byte ${at} of ${end}`).toThrow();
  }
});

const present = new Stranger((await record({ rows: [], seals: [] }, tools, "")).bytes);

test.each([
  ["7", /: layout 7 where this version reads layout \d+: gvt-replay wrote it and reads it$/],
  [undefined, /: no layout number where this version reads layout \d+: gvt-replay wrote it and reads it$/],
])(
  "a file of layout %s is no bad file: the one line names who reads it, and the exit code is 125",
  (layout, says) => {
    const preamble = writePreamble(META, tools);
    const head = preamble.slice(0, preamble.length - metadataLength(preamble));
    const { layout: _, check: __, ...facts } = Object.fromEntries(present.meta);
    const { schema, id, description } = facts;
    const checked = layout === undefined ? [schema, id, description] : [schema, layout, id, description];
    const check = hashText(Buffer.concat([head, Buffer.from(checked.join("\n"))]), tools);
    const texts = { ...facts, ...(layout === undefined ? {} : { layout }), check };
    const builder = new McapRecordBuilder();
    builder.writeMetadata({ name: "gvt-replay", metadata: new Map(Object.entries(texts)) });
    let error: unknown;
    try {
      openBytes(Buffer.concat([head, builder.buffer]), tools);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(LayoutError);
    expect((error as Error).message).toMatch(says);
    expect(exitCodeOf(error)).toBe(125);
  },
);

test("the page's schema and layout are those that are written", () => {
  expect(page.match(/^Schema: (\d+)$/m)?.[1]).toBe(present.meta.get("schema"));
  expect(page.match(/^Layout: (\d+)$/m)?.[1]).toBe(present.meta.get("layout"));
});

test("the page has the vocabulary that is written: kinds with class, columns, tables, lists", () => {
  const { kinds, columns, tables, ...rest } = present.description as unknown as Record<string, string[]>;
  expect([...kindsOfPage.values()].map(({ line }) => line)).toEqual(kinds);
  for (const [name, { of }] of kindsOfPage) {
    const number = KIND_NAMES.indexOf(name as (typeof KIND_NAMES)[number]);
    expect(of, name).toBe(KINDS[KIND_NAMES[number]].class);
    expect(isInput(number), name).toBe(of === "input" || of === "answer");
    expect(KIND_WORLD[number] === 1, name).toBe(of === "input" && name !== "clock.advanced");
  }
  const named = [...page.matchAll(/^\| `(\w+)` \| ([14]) \|/gm)].map(([, name, width]) => [name, +width]);
  expect(named).toEqual((columns as unknown as { name: string; width: number }[]).map(Object.values));
  expect([...page.matchAll(/^\| `(\w+(?: \w+:[14])+)` \|/gm)].map(([, line]) => line)).toEqual(tables);
  for (const list of ["purposes", "notes", "failsafe", "refusals", "engines"]) {
    const line = page.match(new RegExp(`^\\| \`${list}\` \\|[^|]*\\| (.*) \\|$`, "m"))?.[1] ?? "";
    expect(
      [...line.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
      list,
    ).toEqual(rest[list]);
  }
});
