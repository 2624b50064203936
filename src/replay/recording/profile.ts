import { McapRecordBuilder } from "@mcap/core";
import { TABLE_NAMES } from "../../events/tables.ts";
import { OtherLayout, refuse } from "./errors.ts";
import { type NamedColumn, type NamedKind, type NamedTable, VOCABULARY, type Vocabulary } from "./layout.ts";
import { RecordReader } from "./records.ts";
import type { Tools } from "./tools.ts";

/** The MCAP profile, and the name of the metadata record that describes the recording. */
export const PROFILE = "gvt-replay";
/** Version of the columns' order and of the messages' items. */
export const SCHEMA = 0;
/**
 * Number of the present layout of blocks and header, which docs/format.md tells. It goes up at each change
 * until schema 1 is declared; a file of another layout is read by the version that wrote it.
 */
const LAYOUT = 1;
/** Channels, by id; every block has one message on each, in this order. */
export const PAGES = 1;
export const ROWS = 2;
export const TRAILER = 3;
const TOPICS = ["pages", "rows", "trailer"] as const;

/** Names of attachments that the format reserves; it says nothing yet about what they hold. */
export const ATTACHMENTS = ["keyframes", "writers", "marks"] as const;

/** Most bytes of the description of a recording. */
export const MAX_META_BYTES = 1 << 20;
const MAX_DEPTH = 16;
/** Most columns of a child table, and most child tables. */
const MAX_ENTRY_COLUMNS = 32;
const MAX_TABLES = 16;

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Where the first row starts from: a machine after reset. */
export interface ResetBase {
  readonly kind: "reset";
  readonly configuration: { readonly [key: string]: Json };
  /** Hash of the golden MMIO file, or null where there was none. */
  readonly goldenHash: string | null;
}

/**
 * Where the window of a flight recorder starts from: a checkpoint in the recording's own first blocks. Rows
 * keep the numbers that they had, because states hold such numbers: the first is `seq + 1`.
 */
export interface CheckpointBase extends Omit<ResetBase, "kind"> {
  readonly kind: "checkpoint";
  /** Of the last row before the first, and model time there in microseconds. */
  readonly seq: number;
  readonly now: number;
  /** How many blocks, which have no rows, hold the checkpoint. */
  readonly blocks: number;
  /** XXH64 of the checkpoint's bytes: 16 hexadecimal digits. */
  readonly hash: string;
}

/**
 * Where a branch starts from: behind row `seq` of another recording, whose chain there is this. It says again
 * what that one starts from.
 */
export interface ParentBase extends Omit<ResetBase, "kind"> {
  readonly kind: "parent";
  readonly id: string;
  readonly seq: number;
  /** Of the parent's block that holds `seq`: 16 hexadecimal digits. */
  readonly chain: string;
}

/** What a recording says of itself. Kinds, columns and lists give the numbers in its rows their meaning. */
export interface RecordingMeta extends Vocabulary {
  /** Random hexadecimal digits; packing keeps it. */
  readonly id: string;
  readonly schema: number;
  /** Where rows come from, by the `source` column; the recorder itself is the first. */
  readonly sources: readonly string[];
  readonly base: ResetBase | ParentBase | CheckpointBase;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Name and version of what wrote it. */
  readonly tool: string;
}

/** Number of the first row of a file with this description, be there one or not. */
export function firstRowOf({ base }: Pick<RecordingMeta, "base">): number {
  return base.kind === "checkpoint" ? base.seq + 1 : 0;
}

/**
 * A description by this version's vocabulary. `id` and `createdAt` are the caller's: the pure rooms have
 * neither luck nor clock.
 */
export function describe(
  facts: Pick<RecordingMeta, "id" | "createdAt" | "base"> & { tool?: string; sources?: readonly string[] },
): RecordingMeta {
  const { id, createdAt, base, tool = "gvt-replay", sources = ["recorder"] } = facts;
  return { id, schema: SCHEMA, createdAt, tool, base, sources, ...VOCABULARY };
}

/**
 * Magic, header, channels and description: everything before the first block. The chain starts from its
 * bytes. The vocabulary written is this version's, which is what rows are encoded by.
 */
export function writePreamble(meta: RecordingMeta, tools: Tools): Uint8Array {
  const builder = new McapRecordBuilder();
  builder.writeMagic();
  builder.writeHeader({ profile: PROFILE, library: meta.tool });
  writeChannels(builder);
  const { schema, id, kinds, tables, ...rest } = { ...meta, ...VOCABULARY };
  const text = JSON.stringify({ ...rest, kinds: kinds.map(packKind), tables: tables.map(packTable) });
  if (text.length > MAX_META_BYTES / 4) throw new Error("the description of the recording is too long");
  const check = checkOf(builder.buffer, [schema, LAYOUT, id, text], tools);
  const metadata = new Map([
    ["schema", String(schema)],
    ["layout", String(LAYOUT)],
    ["id", id],
    ["description", text],
    ["check", check],
  ]);
  builder.writeMetadata({ name: PROFILE, metadata });
  return builder.buffer;
}

/** Append the three channel records; the preamble and the summary have them. */
export function writeChannels(builder: McapRecordBuilder): void {
  TOPICS.forEach((topic, i) => {
    builder.writeChannel({
      id: PAGES + i,
      schemaId: 0,
      topic,
      messageEncoding: "msgpack",
      metadata: new Map(),
    });
  });
}

/**
 * The description stands in no block, so it carries a hash of its own: also a recording without a block is
 * checked.
 */
function checkOf(head: Uint8Array, facts: readonly (number | string)[], tools: Tools): string {
  const tail = new TextEncoder().encode(facts.join("\n"));
  const all = new Uint8Array(head.length + tail.length);
  all.set(head);
  all.set(tail, head.length);
  const hash = new Uint32Array(2);
  tools.xxh64(all, hash);
  return hex32(hash[1]) + hex32(hash[0]);
}

const hex32 = (word: number): string => word.toString(16).padStart(8, "0");

/**
 * The description in a metadata record's content; `head` is what stands before that record. Throws Malformed.
 */
export function readMeta(content: Uint8Array, head: Uint8Array, tools: Tools): RecordingMeta {
  const reader = new RecordReader(content);
  if (reader.text(64) !== PROFILE) refuse("a metadata record of another name where the description belongs");
  const map = reader.textMap(MAX_META_BYTES);
  const schema = Number(map.get("schema"));
  if (!Number.isInteger(schema)) refuse("the description names no schema");
  if (schema > SCHEMA)
    refuse(`schema ${schema} is newer than ${SCHEMA}, the newest this version reads; use a newer gvt`);
  const id = map.get("id") ?? "";
  const text = map.get("description") ?? "";
  const layout = map.get("layout");
  const facts = layout === undefined ? [schema, id, text] : [schema, layout, id, text];
  if (checkOf(head, facts, tools) !== map.get("check")) refuse("the description is damaged");
  checkLayout(layout, text);
  return parseMeta(schema, id, text);
}

/** A file of another layout is no bad file: the version that wrote it reads it. */
function checkLayout(layout: string | undefined, text: string): void {
  if (layout === String(LAYOUT)) return;
  const tool = /"tool":"([\w .+-]{1,60})"/.exec(text)?.[1] ?? "another version";
  const what = layout === undefined ? "no layout number" : `layout ${layout.slice(0, 12)}`;
  throw new OtherLayout(`${what} where this version reads layout ${LAYOUT}: ${tool} wrote it and reads it`);
}

function parseMeta(schema: number, id: string, text: string): RecordingMeta {
  checkDepth(text);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refuse("the description is no JSON");
  }
  checkNames(parsed);
  const top = object(parsed, "the description");
  if (!/^[0-9a-f]{8,64}$/.test(id)) refuse("an id that is no hexadecimal number");
  const meta: RecordingMeta = {
    id,
    schema,
    createdAt: textOf(top.createdAt, "createdAt"),
    tool: textOf(top.tool, "tool"),
    base: baseOf(object(top.base, "the base")),
    sources: texts(top.sources, "sources", 255),
    kinds: texts(top.kinds, "kinds", 255).map(kindOf),
    columns: list(top.columns, "columns", 64).map(columnOf),
    tables: texts(top.tables, "tables", MAX_TABLES).map(tableOf),
    purposes: texts(top.purposes, "purposes", 255),
    notes: texts(top.notes, "notes", 255),
    failsafe: texts(top.failsafe, "failsafe", 255),
    // Of a file from before there were any, there is nothing to renumber.
    refusals: top.refusals === undefined ? [] : texts(top.refusals, "refusals", 255),
    engines: texts(top.engines, "engines", 255),
  };
  unique(
    meta.kinds.map((kind) => kind.name),
    "kinds",
  );
  unique(
    meta.columns.map((column) => column.name),
    "columns",
  );
  unique(
    meta.tables.map((table) => table.name),
    "tables",
  );
  const named = new Set(meta.columns.map((column) => column.name));
  for (const { name } of meta.tables)
    if (meta.columns.find((column) => column.name === name)?.width !== 4)
      refuse(`table ${name} without a column that counts its entries`);
  for (const name of TABLE_NAMES)
    if (named.has(name) && !meta.tables.some((table) => table.name === name))
      refuse(`a column that counts entries of table ${name}, which is not there`);
  for (const { name, columns } of meta.kinds) {
    const lacking = columns.find((column) => !named.has(column));
    if (lacking !== undefined) refuse(`kind ${name} has a column ${lacking} that is not there`);
  }
  return meta;
}

function baseOf({
  kind,
  configuration,
  goldenHash,
  ...place
}: Record<string, unknown>): RecordingMeta["base"] {
  if (kind !== "reset" && kind !== "parent" && kind !== "checkpoint")
    refuse(`a base of kind ${String(kind)}, which this version cannot start from`);
  if (goldenHash !== null && typeof goldenHash !== "string") refuse("a golden hash that is no text");
  const from = {
    configuration: object(configuration, "the configuration") as { [key: string]: Json },
    goldenHash: goldenHash as string | null,
  };
  if (kind === "reset") return { kind: "reset", ...from };
  return kind === "parent" ? parentOf(place, from) : checkpointOf(place, from);
}

function parentOf(
  { id, seq, chain }: Record<string, unknown>,
  from: Omit<ResetBase, "kind">,
): RecordingMeta["base"] {
  if (typeof id !== "string" || !/^[0-9a-f]{8,64}$/.test(id))
    refuse("a parent whose id is no hexadecimal number");
  if (!isCount(seq)) refuse("a parent without the row that it is left at");
  if (!isHash(chain)) refuse("a parent without its chain");
  return { kind: "parent", ...from, id: id as string, seq: seq as number, chain: chain as string };
}

function checkpointOf(
  { seq, now, blocks, hash }: Record<string, unknown>,
  from: Omit<ResetBase, "kind">,
): RecordingMeta["base"] {
  if (!isCount(seq) || !isCount(now)) refuse("a checkpoint without its row and time");
  if (!isCount(blocks) || blocks === 0) refuse("a checkpoint in no block");
  if (!isHash(hash)) refuse("a checkpoint without its hash");
  const [row, time, count] = [seq as number, now as number, blocks as number];
  return { kind: "checkpoint", ...from, seq: row, now: time, blocks: count, hash: hash as string };
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isHash = (value: unknown): boolean => typeof value === "string" && /^[0-9a-f]{16}$/.test(value);

/** JSON of any depth parses, but nothing here needs more than a few levels, and whoever walks it recurses. */
function checkDepth(text: string): void {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === "\\") i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === "{" || c === "[") depth++;
    else if (c === "}" || c === "]") depth--;
    if (depth > MAX_DEPTH) refuse(`a description nested deeper than ${MAX_DEPTH}`);
  }
}

/** Names that would reach an object's prototype when somebody copies them key by key. */
function checkNames(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (name === "__proto__" || name === "constructor" || name === "prototype")
      refuse(`a field named ${name}`);
    checkNames(inner);
  }
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  return refuse(`${what} is no object`);
}

function list(value: unknown, what: string, most: number): unknown[] {
  return Array.isArray(value) && value.length <= most ? value : refuse(`${what}: no list of at most ${most}`);
}

function textOf(value: unknown, what: string): string {
  return typeof value === "string" && value.length <= 256 ? value : refuse(`${what}: no short text`);
}

function texts(value: unknown, what: string, most: number): string[] {
  return list(value, what, most).map((text) => textOf(text, what));
}

/** A kind as one line: its name, its columns, and `+` where it has a payload. */
function packKind(kind: NamedKind): string {
  return [kind.name, ...kind.columns, ...(kind.payload ? ["+"] : [])].join(" ");
}

function kindOf(line: string): NamedKind {
  const [name, ...columns] = line.split(" ");
  const payload = columns.at(-1) === "+";
  if (payload) columns.pop();
  if (payload && !columns.includes("length")) refuse("a kind with a payload and no length");
  unique(columns, `the columns of ${name}`);
  return { name, columns, payload };
}

/** A table as one line: its name, and its columns with their widths. */
function packTable({ name, columns }: NamedTable): string {
  return [name, ...columns.map((column) => `${column.name}:${column.width}`)].join(" ");
}

function tableOf(line: string): NamedTable {
  const [name, ...columns] = line.split(" ");
  if (columns.length > MAX_ENTRY_COLUMNS) refuse(`table ${name} with ${columns.length} columns`);
  unique(columns, `the columns of table ${name}`);
  return {
    name,
    columns: columns.map((column) => {
      const [, of, width] =
        /^(\w{1,32}):([14])$/.exec(column) ?? refuse(`a column "${column}" of table ${name}`);
      return { name: of, width: Number(width) };
    }),
  };
}

function columnOf(value: unknown): NamedColumn {
  const column = object(value, "a column");
  if (column.width !== 1 && column.width !== 4) refuse("a column that is neither 1 nor 4 bytes wide");
  return { name: textOf(column.name, "the name of a column"), width: column.width as number };
}

function unique(names: readonly string[], what: string): void {
  if (new Set(names).size !== names.length) refuse(`${what}: a name that stands twice`);
}
