import { createHash } from "node:crypto";
import { McapStreamReader } from "@mcap/core";
import { unpack } from "msgpackr";
import xxhash from "xxhash-wasm";
import { ZSTDDecoder } from "zstddec";

// A reader as somebody writes it who has docs/format.md and nothing else: it imports nothing of this project. It
// is strict and slow, and throws Error at the first thing that does not hold. CRCs are the MCAP library's matter.

type Items = (number | string | Uint8Array)[];
export type Values = Record<string, number>;
export interface Row {
  readonly kind: string;
  readonly columns: Values;
  readonly tables: Record<string, Values[]>;
  payload: Uint8Array;
}
export interface Block {
  readonly rows: Row[];
  /** Hashes of the pages that its rows and entries name by their place. */
  readonly hashes: string[];
  readonly trailer: Items;
}
export interface Description {
  readonly base: { readonly blocks?: number; readonly hash?: string };
  readonly columns: { readonly name: string; readonly width: number }[];
  readonly [list: string]: unknown;
}

const zstd = new ZSTDDecoder();
const [{ h64Raw }] = await Promise.all([xxhash(), zstd.init()]);
const hex = (hash: bigint): string => hash.toString(16).padStart(16, "0");
const pad4 = (length: number): number => Math.ceil(length / 4) * 4;
const pageHash = (page: Uint8Array): string => createHash("sha256").update(page).digest("hex").slice(0, 32);
const hashList = (item: unknown): string[] => {
  const text = Buffer.from(item as Uint8Array).toString("hex");
  return text.match(/.{32}/g) ?? [];
};
const u64 = (items: Items, at: number): bigint =>
  BigInt(items[at] as number) + (BigInt(items[at + 1] as number) << 32n);

function hold(holds: boolean, what: string): void {
  if (!holds) throw new Error(`${what} does not hold`);
}

function columnOf(item: unknown, n: number, width: number): number[] {
  const bytes = item as Uint8Array;
  const places = bytes.length === 0 ? [] : [0, 1, 2, 3].slice(0, width);
  while (places.length > 0 && pad4(places.length * n) > bytes.length) places.pop();
  hold(bytes.length === pad4(places.length * n), "the length of a column");
  const element = (i: number): number => places.reduce((sum, p) => sum + bytes[p * n + i] * 256 ** p, 0);
  return Array.from({ length: n }, (_, i) => element(i));
}

function readRows(items: Items, description: Description): Row[] {
  const kinds = (description.kinds as string[]).map((line) => line.split(" "));
  const of = columnOf(items[2], items[0] as number, 1);
  const none = new Uint8Array(0);
  const rows = of.map((k): Row => ({ kind: kinds[k][0], columns: {}, tables: {}, payload: none }));
  const grouped = [...of.keys()].sort((a, b) => of[a] - of[b] || a - b);
  let next = 3;
  for (const { name, width } of description.columns) {
    const having = grouped.filter((i) => name === "source" || kinds[of[i]].includes(name, 1));
    const values = columnOf(items[next++], having.length, width);
    for (const [j, i] of having.entries()) rows[i].columns[name] = values[j];
  }
  const payload = items[next++] as Uint8Array;
  let used = 0;
  for (const row of rows.filter((_, i) => kinds[of[i]].at(-1) === "+")) {
    row.payload = payload.subarray(used, used + row.columns.length);
    used += row.columns.length;
  }
  hold(pad4(used) === payload.length, "the length of the payload");
  for (const [name, ...columns] of (description.tables as string[]).map((line) => line.split(" "))) {
    for (const row of rows) row.tables[name] = Array.from({ length: row.columns[name] ?? 0 }, () => ({}));
    const entries = rows.flatMap((row) => row.tables[name]);
    for (const [column, width] of columns.map((text) => text.split(":"))) {
      const values = columnOf(items[next++], entries.length, Number(width));
      for (const [k, entry] of entries.entries()) entry[column] = values[k];
    }
  }
  hold(next === items.length, "the number of items");
  return rows;
}

/** Reads a whole recording. */
export class Stranger {
  readonly meta = new Map<string, string>();
  readonly blocks: Block[] = [];
  readonly pages = new Map([[pageHash(Buffer.alloc(4096)), Buffer.alloc(4096)]]);
  description: Description = { base: {}, columns: [] };
  private previous = 0n;
  private bytes: Uint8Array = new Uint8Array(0);
  private readonly list: Uint8Array[] = [];
  private readonly pieces: Uint8Array[] = [];

  constructor(file: Uint8Array) {
    const unzstd = (data: Uint8Array, size: bigint) => (this.bytes = zstd.decode(data, Number(size)));
    const reader = new McapStreamReader({ includeChunks: true, decompressHandlers: { zstd: unzstd } });
    reader.append(file);
    const messages: Items[] = [];
    let [head, at]: [Uint8Array, bigint[]] = [file.subarray(0, 0), []];
    for (let record = reader.nextRecord(); record?.type !== "DataEnd"; record = reader.nextRecord()) {
      if (record === undefined) throw new Error("the end is missing");
      const upTo = file.subarray(0, file.length - reader.bytesRemaining());
      if (record.type === "Header") hold(record.profile === "gvt-replay", "the profile");
      if (record.type === "Metadata") this.describe(record.metadata, head, upTo);
      if (record.type === "Chunk")
        at = [record.messageStartTime, record.messageEndTime, record.uncompressedSize];
      if (record.type === "Chunk" && record.compression === "") this.bytes = record.records;
      if (record.type === "Message") messages.push(unpack(record.data));
      if (record.type === "Message") hold(record.channelId === messages.length, "the order of messages");
      if (messages.length === 3) this.block(messages.splice(0), at);
      head = upTo;
    }
    hold(this.blocks.at(-1)?.trailer[8] === 1, "the last block's word that it is the last");
    const { blocks = 0, hash } = this.description.base;
    hold(this.pieces.length === blocks, "the number of pieces");
    if (blocks > 0) hold(hex(h64Raw(Buffer.concat(this.pieces))) === hash, "the checkpoint's hash");
  }

  private describe(metadata: ReadonlyMap<string, string>, head: Uint8Array, preamble: Uint8Array): void {
    for (const [name, text] of metadata) this.meta.set(name, text);
    const facts = ["schema", "layout", "id", "description"].map((name) => metadata.get(name) ?? "");
    const check = hex(h64Raw(Buffer.concat([head, Buffer.from(facts.join("\n"))])));
    hold(check === metadata.get("check"), "the check");
    this.description = JSON.parse(facts[3]);
    this.previous = h64Raw(preamble);
  }

  private block([[hashes, bodies, piece], rows, trailer]: Items[], [first, end, size]: bigint[]): void {
    hold(BigInt(this.bytes.length) === size, "the block's size");
    for (const [i, hash] of hashList(hashes).entries()) {
      const page = Buffer.from((bodies as Uint8Array).subarray(i * 4096, (i + 1) * 4096));
      hold(pageHash(page) === hash, "the hash of a page");
      this.pages.set(hash, page);
    }
    if (piece !== undefined) this.pieces.push(piece as Uint8Array);
    const chain = h64Raw(this.bytes.subarray(0, -8));
    hold(chain === Buffer.from(trailer.at(-1) as Uint8Array).readBigUInt64LE(), "the chain");
    hold(u64(trailer, 11) === this.previous, "the block before");
    if (trailer[8] === 1) hold(h64Raw(Buffer.concat(this.list)) === u64(trailer, 9), "the closing hash");
    const block = { rows: readRows(rows, this.description), hashes: hashList(rows[1]), trailer };
    hold(u64(trailer, 1) === first && BigInt(trailer[3] as number) === end - first, "the trailer's rows");
    hold(BigInt(block.rows.length) === end - first && trailer[0] === this.blocks.length, "the block's rows");
    this.list.push(new Uint8Array(BigUint64Array.of(first, end, chain).buffer));
    this.blocks.push(block);
    this.previous = chain;
  }
}
