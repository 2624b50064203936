import { TOLD } from "../../events/codes.ts";
import type { ColumnName } from "../../events/columns.ts";
import { type Rows, TABLE_OF } from "../../events/rows.ts";
import { growTable, TABLE_NAMES, type Table, type TableName } from "../../events/tables.ts";
import { ENGINES, NO_ENGINE, VGPU_MAX } from "../../hw/units.ts";
import { GFN_BITS } from "../../reducers/ram.ts";
import { reserve } from "./bulk.ts";
import { refuse } from "./errors.ts";
import type { ColumnLayout, Layout, TableLayout } from "./layout.ts";
import { KindOrder } from "./order.ts";
import { planesOf, scatterBytes, scatterWords, unshuffle } from "./planes.ts";
import { ItemReader, pad4 } from "./wire.ts";

/** Most rows of a block: bounds what a hostile file can make us allocate. */
export const MAX_ROWS = 1 << 20;
export const HASH_BYTES = 16;
/** By column that names one of a few: the greatest number. */
const LIMITS: Partial<Record<ColumnName, number>> = { agent: VGPU_MAX, engine: ENGINES.length - 1 };

/** Decodes bodies of rows messages of one file; it holds the buffers that decoding needs. */
export class RowDecoder {
  private readonly layout: Layout;
  private readonly order = new KindOrder();
  private count = 0;

  constructor(layout: Layout) {
    this.layout = layout;
  }

  /**
   * Fill `into` (its `firstSeq` is the caller's) from the body of a rows message. `pages` maps the hashes (16
   * bytes each) that the block uses to ids. Throws Malformed.
   */
  decode(body: Uint8Array, pages: (hashes: Uint8Array) => Uint32Array, into: Rows): void {
    const items = new ItemReader(body);
    const count = items.u32();
    if (count > MAX_ROWS) refuse(`${count} rows in a block, more than ${MAX_ROWS}`);
    const hashes = items.bytes();
    if (hashes.length % HASH_BYTES !== 0) refuse(`${hashes.length} bytes of page hashes`);
    this.count = count;
    reserve(into, count);
    into.count = count;
    noEntries(into);
    this.readKinds(items.bytes(), into);
    for (const column of this.layout.columns) this.readColumn(column, items, into);
    this.readPayload(items.bytes(), into);
    for (const table of this.layout.tables) this.readTable(table, items, into);
    items.end();
    const ids = pages(hashes);
    mapPages(this.layout, this.order, ids, into);
    mapAnswers(ids, into.answerTable);
    renumber(this.layout, this.order, into);
  }

  /** The file's kinds, for now in the file's numbers. */
  private readKinds(bytes: Uint8Array, into: Rows): void {
    const { count, order } = this;
    const { kindCount } = this.layout;
    if (planesOf(bytes.length, count, 1) < 0) refuse(`${bytes.length} bytes of kinds for ${count} rows`);
    if (bytes.length === 0) into.kind.fill(0, 0, count);
    else into.kind.set(bytes.subarray(0, count));
    order.sort(into.kind, count);
    if (order.start[kindCount] !== count) refuse(`a row of a kind past the ${kindCount} named`);
  }

  private readColumn(column: ColumnLayout, items: ItemReader, into: Rows): void {
    const { order, count } = this;
    const { has, target } = column;
    if (!column.absent) {
      const bytes = items.bytes();
      const n = order.rowsWith(has);
      const planes = planesOf(bytes.length, n, column.width);
      if (planes < 0) refuse(`${bytes.length} bytes of column ${column.name} for ${n} rows`);
      if (target === null) return;
      const limit = LIMITS[target];
      if (limit !== undefined && column.renumber === null) checkLimit(column.name, bytes, limit);
      const out = into[target];
      if (n > 0 && planes === 0) out.fill(0, 0, count);
      else if (n > 0) this.scatter(has, bytes, n, planes, out);
      if (column.renumber !== null) change(order, has, out, column.renumber);
    }
    if (target !== null && column.missing !== null) change(order, column.missing, into[target], null);
  }

  /** Give the n elements of a column to the rows whose kind has it. */
  private scatter(
    has: Uint8Array,
    bytes: Uint8Array,
    n: number,
    planes: number,
    out: Uint8Array | Uint32Array,
  ): void {
    const { order } = this.order;
    const all = new Uint8Array(bytes.buffer);
    const at = bytes.byteOffset;
    if (out instanceof Uint8Array) {
      this.order.runs(has, (a, b, j) => scatterBytes({ from: all, at }, { order, a, b, j }, out));
    } else {
      this.order.runs(has, (a, b, j) => scatterWords({ from: all, at, n, planes }, { order, a, b, j }, out));
    }
  }

  private readTable(layout: TableLayout, items: ItemReader, into: Rows): void {
    const { target } = layout;
    const count = target === null ? -1 : startEntries(into, target);
    const [columns, table] = target === null ? [null, null] : entriesOf(into, target, count);
    for (const { name, width, target: to, renumber: numbers } of layout.columns) {
      const bytes = items.bytes();
      if (columns === null) continue;
      const planes = planesOf(bytes.length, count, width);
      if (planes < 0)
        refuse(`${bytes.length} bytes of column ${name} for ${count} entries of ${layout.name}`);
      if (to === null) continue;
      const out = columns[to];
      unshuffle(bytes, count, planes, out);
      if (numbers !== null) for (let k = 0; k < count; k++) out[k] = numbers[out[k]];
    }
    for (const name of layout.missing) columns?.[name].fill(0, 0, count);
    if (table !== null) checkEntries(layout, table);
  }

  private readPayload(bytes: Uint8Array, into: Rows): void {
    const { count } = this;
    const { payload } = this.layout;
    let used = 0;
    if (this.order.rowsWith(payload) > 0) {
      for (let i = 0; i < count; i++) {
        if (payload[into.kind[i]] === 0) continue;
        into.from[i] = used;
        used += into.length[i];
        if (used > bytes.length) refuse(`rows with more payload than the block's ${bytes.length} bytes`);
      }
    }
    if (pad4(used) !== bytes.length) refuse(`${bytes.length} bytes of payload where rows have ${used}`);
    if (into.payload.length < used) into.payload = new Uint8Array(pad4(used));
    into.payload.set(bytes.subarray(0, used));
    into.payloadUsed = used;
  }
}

/** Replace a column's elements of rows with one of these kinds by the table's, or by 0. */
export function change(
  rows: KindOrder,
  kinds: Uint8Array,
  out: Uint8Array | Uint32Array,
  table: Uint8Array | null,
): void {
  const { order } = rows;
  rows.runs(kinds, (a, b) => {
    for (let s = a; s < b; s++) out[order[s]] = table === null ? 0 : table[Math.min(out[order[s]], 255)];
  });
}

/** From places in the block's list of pages to `ids`. Throws Malformed where there is no such place. */
export function mapPages(layout: Layout, rows: KindOrder, ids: Uint32Array, into: Rows): void {
  const { order } = rows;
  const { page } = into;
  rows.runs(layout.hasPage, (a, b) => {
    for (let s = a; s < b; s++) {
      const i = order[s];
      if (page[i] >= ids.length) refuse(`a row with page ${page[i]} of the block's ${ids.length}`);
      page[i] = ids[page[i]];
    }
  });
}

/** From the file's numbers of kinds and codes to ours. */
export function renumber(layout: Layout, rows: KindOrder, into: Rows): void {
  const { kinds, codes } = layout;
  for (const [kind, table] of codes) change(rows, kind, into.code, table);
  if (kinds === null) return;
  for (let i = 0; i < into.count; i++) into.kind[i] = kinds[into.kind[i]];
}

/** Before counts are read: rows whose kind has none have 0. */
export function noEntries(into: Rows): void {
  const { count } = into;
  for (const name of TABLE_NAMES) {
    into[name].fill(0, 0, count);
    into[TABLE_OF[name]].count = 0;
  }
}

/** Say where each row's entries of a table start; returns how many there are. Throws Malformed. */
export function startEntries(into: Rows, name: TableName): number {
  const counts = into[name];
  const first = name === "answers" ? into.firstAnswer : into.firstPiece;
  let sum = 0;
  for (let i = 0; i < into.count; i++) {
    if (counts[i] === 0 && name !== "answers") continue;
    first[i] = sum;
    sum += counts[i];
    if (counts[i] > MAX_ROWS || sum > MAX_ROWS) refuse(`more than ${MAX_ROWS} entries of ${name} in a block`);
  }
  return sum;
}

/** The columns of a table of `into` by name, with room for `count` entries, which they are to have. */
export function entriesOf<T extends TableName>(
  into: Rows,
  name: T,
  count: number,
): [Record<string, Uint8Array | Uint32Array>, Table<T>] {
  const table = into[TABLE_OF[name]] as unknown as Table<T>;
  growTable(name, table, count);
  table.count = count;
  return [table as unknown as Record<string, Uint8Array | Uint32Array>, table];
}

/** Whoever keeps something by vGPU or engine may do so without another look. Throws Malformed. */
export function checkEntries({ target }: TableLayout, table: Table<TableName>): void {
  if (target !== "answers") return;
  const { vgpu, engine, gfn, count } = table as Table<"answers">;
  for (let k = 0; k < count; k++) {
    if (vgpu[k] > VGPU_MAX) refuse(`an answer for vGPU ${vgpu[k]}, of ${VGPU_MAX}`);
    if (engine[k] >= ENGINES.length && engine[k] !== NO_ENGINE) refuse(`an answer for engine ${engine[k]}`);
    if (gfn[k] >>> GFN_BITS !== 0) refuse(`an answer for guest frame 0x${gfn[k].toString(16)}`);
  }
}

/** From places in the block's list of pages to `ids`, for entries that were told a page. Throws Malformed. */
export function mapAnswers(ids: Uint32Array, { page, status, count }: Table<"answers">): void {
  for (let k = 0; k < count; k++) {
    if (status[k] !== TOLD) continue;
    if (page[k] >= ids.length) refuse(`an answer with page ${page[k]} of the block's ${ids.length}`);
    page[k] = ids[page[k]];
  }
}

/** Whoever keeps something by vGPU or by engine may do so without another look. */
function checkLimit(name: string, bytes: Uint8Array, limit: number): void {
  for (let i = 0; i < bytes.length; i++) {
    const value = bytes[i];
    if (value > limit && !(value === NO_ENGINE && name === "engine"))
      refuse(`a row with ${name} ${value}, of ${limit}`);
  }
}
