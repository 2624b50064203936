import { McapChunkBuilder, McapRecordBuilder } from "@mcap/core";
import { expect, test } from "vitest";
import { COLUMN_NAMES } from "../../src/events/columns.ts";
import { K, KIND_WORLD } from "../../src/events/kinds.ts";
import { Rows } from "../../src/events/rows.ts";
import { entryColumns, TABLE_NAMES } from "../../src/events/tables.ts";
import { loadTools } from "../../src/node/codecs.ts";
import { writePreamble } from "../../src/replay/recording/profile.ts";
import { type BlockTrailer, type Hash64, NO_HASH, packTrailer } from "../../src/replay/recording/trailer.ts";
import { type Item, packBody } from "../../src/replay/recording/wire.ts";
import { META, openBytes } from "./samples.ts";

// Whoever writes a hostile file can make every hash in it hold. These files are whole, and wrong.

const tools = await loadTools();
const preamble = writePreamble(META, tools);
const NOTHING: Uint8Array = new Uint8Array(0);

function hashOf(bytes: Uint8Array): Hash64 {
  const into = new Uint32Array(2);
  tools.xxh64(bytes, into);
  return { lo: into[0], hi: into[1] };
}

function worldInputs(kinds: Item, count: number): number {
  return Array.from((kinds as Uint8Array).subarray(0, count)).filter((kind) => KIND_WORLD[kind] === 1).length;
}

interface Forged {
  readonly pages?: readonly Item[];
  readonly rows?: readonly Item[];
  readonly rawRows?: Uint8Array;
  readonly trailer?: Partial<BlockTrailer>;
  readonly channels?: readonly number[];
}

/** A body of `count` rows of kind 0, all zero, but for the columns given. */
function body(count: number, given: Readonly<Record<string, Uint8Array>> = {}, hashes = NOTHING): Item[] {
  const { kind = NOTHING, payload = NOTHING, ...rest } = given;
  const columns = COLUMN_NAMES.map((name) => rest[name] ?? NOTHING);
  // No row has an entry: the columns of the child tables are empty.
  const entries = TABLE_NAMES.flatMap((name) => entryColumns(name).map(() => NOTHING));
  return [count, hashes, kind, ...columns, payload, ...entries];
}

function forge({
  pages = [NOTHING, NOTHING],
  rows = body(0),
  rawRows,
  trailer = {},
  channels = [1, 2, 3],
}: Forged): Uint8Array {
  const count = typeof rows[0] === "number" ? rows[0] : 0;
  const chunk = new McapChunkBuilder({ useMessageIndex: false });
  const inputs = count;
  const events = rows[2] === NOTHING || rows[2] === undefined ? count : worldInputs(rows[2], count);
  const sealed = packTrailer({
    ...{ number: 0, firstSeq: 0, lastSeq: count - 1, inputs, events, eventsBefore: 0, digests: [] },
    ...{ closed: true, list: hashOf(NOTHING), previous: hashOf(preamble) },
    ...trailer,
  });
  [packBody(pages), rawRows ?? packBody(rows), sealed].forEach((data, i) => {
    chunk.addMessage({ channelId: channels[i], sequence: 0, logTime: 0n, publishTime: 0n, data });
  });
  const bytes = chunk.buffer;
  const { lo, hi } = hashOf(bytes.subarray(0, bytes.length - 8));
  new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(
    bytes.length - 8,
    (BigInt(hi) << 32n) | BigInt(lo),
    true,
  );
  const record = new McapRecordBuilder();
  record.writeChunk({
    messageStartTime: BigInt(trailer.firstSeq ?? 0),
    messageEndTime: BigInt((trailer.lastSeq ?? count - 1) + 1),
    uncompressedSize: BigInt(bytes.length),
    uncompressedCrc: tools.crc32(bytes, 0),
    compression: "",
    records: bytes,
  });
  return Buffer.concat([preamble, record.buffer]);
}

/** Why verification stops, or "taken". */
function verdict(forged: Forged): string {
  const { recording } = openBytes(forge(forged), tools);
  recording.checkWhole(new Rows());
  return recording.damage?.reason ?? "taken";
}

test("a forged file that is in order is taken", () => {
  expect(verdict({})).toBe("taken");
  expect(verdict({ rows: body(5) })).toBe("taken");
});

test("what a trailer claims is compared", () => {
  expect(verdict({ trailer: { list: NO_HASH } })).toMatch(/closing hash/);
  expect(verdict({ trailer: { previous: NO_HASH } })).toMatch(/does not belong to this recording/);
  expect(verdict({ trailer: { number: 1 } })).toMatch(/block 1 in the place of block 0/);
  expect(verdict({ rows: body(5), trailer: { lastSeq: 3, inputs: 0, events: 0 } })).toMatch(
    /5 rows in a block of 4/,
  );
  expect(verdict({ rows: body(5), trailer: { inputs: 6 } })).toMatch(/more inputs than rows/);
  expect(verdict({ rows: body(5), trailer: { inputs: 4, events: 4 } })).toMatch(/counts other inputs/);
  expect(verdict({ rows: body(5), trailer: { events: 4 } })).toMatch(/counts other inputs/);
  expect(verdict({ rows: body(5), trailer: { eventsBefore: 2 ** 40 } })).toMatch(/counts other inputs/);
  expect(verdict({ trailer: { firstSeq: 3, lastSeq: 2 } })).toMatch(/from row 3, expected 0/);
});

test("messages on other channels, and bodies of other shapes, are refused", () => {
  expect(verdict({ channels: [1, 3, 2] })).toMatch(/another channel/);
  expect(verdict({ pages: [NOTHING] })).toMatch(/no byte array/);
  expect(verdict({ pages: [NOTHING, NOTHING, 1] })).toMatch(/items too many/);
  expect(verdict({ rawRows: Uint8Array.of(0x91, 0x81, 0xa1, 0x61, 1) })).toMatch(/an item of type 0x81/);
  expect(verdict({ rawRows: new Uint8Array(5000).fill(0x91) })).toMatch(/an item of type 0x91/);
  expect(verdict({ rows: [...body(0), 0] })).toMatch(/items too many/);
  expect(verdict({ rows: body(2, { kind: Uint8Array.of(200, 0, 0, 0) }) })).toMatch(/kind past/);
});

test("pages that lie, are missing, or are none are refused", () => {
  const hash = new Uint32Array(4);
  const page = new Uint8Array(4096).fill(7);
  tools.hashPage(page, hash);
  const right = new Uint8Array(hash.buffer);
  const kind = Uint8Array.of(K["guest.fetched"], 0, 0, 0);
  const using = (pages: Item[], index: number, hashes: Uint8Array): string =>
    verdict({ pages, rows: body(1, { kind, page: Uint8Array.of(index, 0, 0, 0) }, hashes) });
  expect(using([right, page], 0, right)).toBe("taken");
  expect(using([right, new Uint8Array(4096)], 0, right)).toMatch(/not what its hash says/);
  expect(using([NOTHING, NOTHING], 0, right)).toMatch(/page that no block holds/);
  expect(using([right, page], 1, right)).toMatch(/page 1 of the block's 1/);
  expect(using([right, page.subarray(1)], 0, right)).toMatch(/do not match/);
});

test("rows of vGPUs and engines that no machine has are refused", () => {
  const of = (kind: number, column: string, value: number) =>
    verdict({
      rows: body(1, { kind: Uint8Array.of(kind, 0, 0, 0), [column]: Uint8Array.of(value, 0, 0, 0) }),
      trailer: { inputs: 0, events: 0 },
    });
  const submitted = K["workload.submitted"];
  for (const agent of [0, 7]) expect(of(submitted, "agent", agent)).toBe("taken");
  for (const agent of [8, 255]) expect(of(submitted, "agent", agent)).toBe(`a row with agent ${agent}, of 7`);
  for (const engine of [3, 255]) expect(of(submitted, "engine", engine)).toBe("taken");
  for (const engine of [4, 254])
    expect(of(submitted, "engine", engine)).toMatch(/a row with engine \d+, of 3/);
});

test("payloads that do not fit are refused", () => {
  const kind = Uint8Array.of(K["aperture.written"], K["aperture.written"], 0, 0);
  const length = Uint8Array.of(3, 2, 0, 0);
  const of = (payload: Uint8Array) => verdict({ rows: body(2, { kind, length, payload }) });
  expect(of(new Uint8Array(8))).toBe("taken");
  expect(of(new Uint8Array(4))).toMatch(/more payload than the block's 4 bytes/);
  expect(of(new Uint8Array(12))).toMatch(/12 bytes of payload where rows have 5/);
});
