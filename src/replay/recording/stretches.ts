import { isInput } from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";
import { reserve } from "./bulk.ts";
import {
  change,
  checkEntries,
  entriesOf,
  HASH_BYTES,
  MAX_ROWS,
  mapAnswers,
  mapPages,
  noEntries,
  renumber,
  startEntries,
} from "./decode.ts";
import { refuse } from "./errors.ts";
import type { ColumnLayout, Layout, TableLayout } from "./layout.ts";
import { KindOrder } from "./order.ts";
import { gatherPlanes, planesOf, scatterPlanes } from "./planes.ts";
import { ItemReader, pad4 } from "./wire.ts";

/**
 * Rows of a block nearly as they lie in the file, with what it takes to decode any stretch of them by
 * itself: who looks at a few hundred rows does not pay for a block's. Of a kind's bytes that are all the
 * same one is kept, which halves them.
 */

/** Rows of a stretch, at least: it goes on to the next input. */
const STRETCH_ROWS = 1024;
/** Entries of a table that are decoded at once to be checked. */
const CHECKED_AT_ONCE = 1 << 14;
/** Bytes of an element at most. */
const PLANES = 4;

/** The rows of one block, packed. Everything in them was checked when they were made. */
export class PackedRows {
  readonly count: number;
  /** The file's kinds, by row; empty where all are 0. */
  readonly kinds: Uint8Array;
  /** Kinds that have rows, ascending. */
  readonly present: readonly number[];
  /** By column, kind in `present` and plane: where its bytes start in `data`, or -1 - the byte that all are. */
  readonly places: Int32Array;
  readonly data: Uint8Array;
  /** By stretch, and one more: its first row. */
  readonly starts: number[] = [];
  /** By stretch and kind in `present`: how many rows of the kind come before. */
  readonly ranks: number[] = [];
  /** By stretch, and one more: where its payload starts. */
  readonly payloadStarts: number[] = [];
  /** By table of the file, by stretch, and one more: its first entry. */
  readonly entryStarts: number[][];
  /** By table, column and plane, as `places`. */
  readonly entryPlaces: readonly Int32Array[];
  readonly entryData: Uint8Array;
  readonly payload: Uint8Array;
  /** Ids of the pages that the block uses. */
  readonly pages: Uint32Array;
  private readonly layout: Layout;

  /**
   * From the body of a rows message. `ids` makes ids of the hashes that the block uses; a stretch has at least
   * `stretchRows`. Throws Malformed.
   */
  constructor(
    body: Uint8Array,
    layout: Layout,
    ids: (hashes: Uint8Array) => Uint32Array,
    stretchRows = STRETCH_ROWS,
  ) {
    this.layout = layout;
    const items = new ItemReader(body);
    this.count = items.u32();
    if (this.count > MAX_ROWS) refuse(`${this.count} rows in a block, more than ${MAX_ROWS}`);
    const hashes = items.bytes();
    if (hashes.length % HASH_BYTES !== 0) refuse(`${hashes.length} bytes of page hashes`);
    this.kinds = items.bytes().slice();
    const counts = this.countKinds();
    this.present = [...counts.keys()].filter((kind) => counts[kind] > 0);
    this.places = new Int32Array(layout.columns.length * this.present.length * PLANES).fill(-1);
    this.data = this.pack(items, counts);
    this.payload = items.bytes().slice();
    this.entryStarts = layout.tables.map(() => []);
    this.index(stretchRows);
    const parts = new Parts();
    this.entryPlaces = layout.tables.map((table, t) => this.packTable(items, table, t, parts));
    this.entryData = parts.joined();
    items.end();
    this.pages = ids(hashes);
    this.checkPages(counts);
    this.checkTables();
  }

  /** Bytes that it takes in memory. */
  get bytes(): number {
    const { kinds, data, payload, places, starts, ranks, pages, entryStarts, entryData } = this;
    const numbers = starts.length * (2 + entryStarts.length) + ranks.length;
    return (
      kinds.length +
      data.length +
      entryData.length +
      payload.length +
      places.byteLength +
      pages.byteLength +
      numbers * 8 +
      1024
    );
  }

  /** The stretch that holds row i of the block. */
  stretchOf(i: number): number {
    let k = this.starts.length - 2;
    while (this.starts[k] > i) k--;
    return k;
  }

  private countKinds(): Uint32Array {
    const { kinds, count } = this;
    const { kindCount } = this.layout;
    if (planesOf(kinds.length, count, 1) < 0) refuse(`${kinds.length} bytes of kinds for ${count} rows`);
    const counts = new Uint32Array(256);
    if (kinds.length === 0) counts[0] = count;
    else for (let i = 0; i < count; i++) counts[kinds[i]]++;
    for (let kind = kindCount; kind < 256; kind++)
      if (counts[kind] > 0) refuse(`a row of a kind past the ${kindCount} named`);
    return counts;
  }

  /** What differs of every column's bytes; fills `places`. */
  private pack(items: ItemReader, counts: Uint32Array): Uint8Array {
    const parts = new Parts();
    this.layout.columns.forEach((column, c) => {
      if (column.absent) return;
      const bytes = items.bytes();
      this.eachPlane(column, bytes, counts, (p, plane, part) => {
        this.places[(c * this.present.length + p) * PLANES + plane] = parts.add(part);
      });
    });
    return parts.joined();
  }

  /** The same for a table's columns: where the bytes of its entries start. */
  private packTable(items: ItemReader, table: TableLayout, t: number, parts: Parts): Int32Array {
    const places = new Int32Array(table.columns.length * PLANES).fill(-1);
    const count = this.entryStarts[t].at(-1) ?? 0;
    table.columns.forEach(({ name, width, target }, c) => {
      const bytes = items.bytes();
      if (table.target === null) return;
      const planes = planesOf(bytes.length, count, width);
      if (planes < 0) refuse(`${bytes.length} bytes of column ${name} for ${count} entries of ${table.name}`);
      if (target === null) return;
      for (let plane = 0; plane < planes; plane++)
        places[c * PLANES + plane] = parts.add(bytes.subarray(plane * count, (plane + 1) * count));
    });
    return places;
  }

  /** Each plane's bytes of each kind that has the column. */
  private eachPlane(
    column: ColumnLayout,
    bytes: Uint8Array,
    counts: Uint32Array,
    visit: (p: number, plane: number, part: Uint8Array) => void,
  ): void {
    const { present } = this;
    const n = present.reduce((sum, kind) => sum + (column.has[kind] === 1 ? counts[kind] : 0), 0);
    const planes = planesOf(bytes.length, n, column.width);
    if (planes < 0) refuse(`${bytes.length} bytes of column ${column.name} for ${n} rows`);
    if (column.target === null) return;
    let first = 0;
    for (let p = 0; p < present.length; p++) {
      const kind = present[p];
      if (column.has[kind] !== 1) continue;
      for (let plane = 0; plane < planes; plane++) {
        const at = plane * n + first;
        visit(p, plane, bytes.subarray(at, at + counts[kind]));
      }
      first += counts[kind];
    }
  }

  /** Where stretches start, and how many rows of each kind and bytes of payload come before. */
  private index(stretchRows: number): void {
    const { kinds, count, present } = this;
    const { kinds: local, payload, columns } = this.layout;
    const lengths = columns.findIndex(({ target }) => target === "length");
    const place = new Uint8Array(256);
    present.forEach((kind, p) => {
      place[kind] = p;
    });
    const ranks = new Uint32Array(present.length);
    const entries = this.layout.tables.map(() => 0);
    let start = -stretchRows;
    let used = 0;
    for (let i = 0; i < count; i++) {
      const kind = kinds.length === 0 ? 0 : kinds[i];
      const p = place[kind];
      if (i - start >= stretchRows && (i === 0 || isInput(local === null ? kind : local[kind]))) {
        start = i;
        this.starts.push(i);
        this.ranks.push(...ranks);
        this.payloadStarts.push(used);
        for (let t = 0; t < entries.length; t++) this.entryStarts[t].push(entries[t]);
      }
      this.countEntries(kind, p, ranks[p], entries);
      if (payload[kind] === 1 && lengths >= 0) used += this.element(lengths, p, ranks[p]);
      ranks[p]++;
    }
    this.starts.push(count);
    this.payloadStarts.push(used);
    for (let t = 0; t < entries.length; t++) this.entryStarts[t].push(entries[t]);
    const { length } = this.payload;
    if (used > length) refuse(`rows with more payload than the block's ${length} bytes`);
    if (pad4(used) !== length) refuse(`${length} bytes of payload where rows have ${used}`);
  }

  /** Add the entries of the e-th row of a kind to those before it, by table. */
  private countEntries(kind: number, p: number, e: number, entries: number[]): void {
    const { tables, columns } = this.layout;
    for (let t = 0; t < tables.length; t++) {
      const { counts, target } = tables[t];
      if (target === null || columns[counts].has[kind] !== 1) continue;
      entries[t] += this.element(counts, p, e);
      if (entries[t] > MAX_ROWS) refuse(`more than ${MAX_ROWS} entries of ${target} in a block`);
    }
  }

  /** Decode each table once, to refuse what may not be in it. */
  private checkTables(): void {
    const rows = new Rows(0, 0);
    this.layout.tables.forEach((table, t) => {
      if (table.target === null) return;
      const end = this.entryStarts[t].at(-1) ?? 0;
      for (let from = 0; from < end; from += CHECKED_AT_ONCE)
        readEntries(this, table, t, from, Math.min(end, from + CHECKED_AT_ONCE), rows);
    });
  }

  private checkPages(counts: Uint32Array): void {
    const { present, pages } = this;
    const { hasPage, columns } = this.layout;
    const column = columns.findIndex(({ target }) => target === "page");
    for (let p = 0; p < present.length; p++) {
      if (hasPage[present[p]] !== 1) continue;
      for (let e = 0; e < counts[present[p]]; e++) {
        const page = column < 0 ? 0 : this.element(column, p, e);
        if (page >= pages.length) refuse(`a row with page ${page} of the block's ${pages.length}`);
      }
    }
  }

  /** The e-th element of a kind in a column. */
  private element(column: number, p: number, e: number): number {
    const at = (column * this.present.length + p) * PLANES;
    let value = 0;
    for (let plane = PLANES - 1; plane >= 0; plane--) {
      const place = this.places[at + plane];
      value = value * 256 + (place < 0 ? -1 - place : this.data[place + e]);
    }
    return value;
  }
}

/** Bytes collected one after the other; of those that are all the same none is kept. */
class Parts {
  private readonly parts: Uint8Array[] = [];
  private used = 0;

  /** Where the bytes start, or -1 - the byte that all are. */
  add(part: Uint8Array): number {
    if (isConstant(part)) return -1 - (part.length === 0 ? 0 : part[0]);
    const at = this.used;
    this.used += part.length;
    this.parts.push(part);
    return at;
  }

  joined(): Uint8Array {
    const data = new Uint8Array(this.used);
    let to = 0;
    for (const part of this.parts) {
      data.set(part, to);
      to += part.length;
    }
    return data;
  }
}

/** Entries `from` to `end` of table t into the table of `into`, which has no others; pages are mapped. */
function readEntries(
  packed: PackedRows,
  layout: TableLayout,
  t: number,
  from: number,
  end: number,
  into: Rows,
): void {
  if (layout.target === null) return;
  const count = end - from;
  const [columns, table] = entriesOf(into, layout.target, count);
  for (let c = 0; c < layout.columns.length; c++) {
    const { target, renumber: numbers } = layout.columns[c];
    if (target === null) continue;
    const out = columns[target];
    gatherPlanes(packed.entryData, packed.entryPlaces[t], c * PLANES, from, count, out);
    if (numbers !== null) for (let k = 0; k < count; k++) out[k] = numbers[out[k]];
  }
  for (const name of layout.missing) columns[name].fill(0, 0, count);
  checkEntries(layout, table);
  if (layout.target === "answers") mapAnswers(packed.pages, into.answerTable);
}

function isConstant(bytes: Uint8Array): boolean {
  const [first] = bytes;
  for (let i = 1; i < bytes.length; i++) if (bytes[i] !== first) return false;
  return true;
}

/** Decodes stretches of packed rows of one file; it holds the buffers that this needs. */
export class StretchReader {
  private readonly layout: Layout;
  private readonly order = new KindOrder();

  constructor(layout: Layout) {
    this.layout = layout;
  }

  /** Fill `into` with stretch k; its `firstSeq` is the caller's. */
  read(packed: PackedRows, k: number, into: Rows): void {
    const { layout, order } = this;
    const { kinds, starts } = packed;
    const [from, to] = [starts[k], starts[k + 1]];
    reserve(into, to - from);
    into.count = to - from;
    if (kinds.length === 0) into.kind.fill(0, 0, into.count);
    else into.kind.set(kinds.subarray(from, to));
    order.sort(into.kind, into.count);
    noEntries(into);
    for (let c = 0; c < layout.columns.length; c++) this.readColumn(packed, k, c, into);
    this.readPayload(packed, k, into);
    this.readTables(packed, k, into);
    mapPages(layout, order, packed.pages, into);
    renumber(layout, order, into);
  }

  private readColumn(packed: PackedRows, k: number, c: number, into: Rows): void {
    const { order, start } = this.order;
    const { absent, has, target, renumber: table, missing } = this.layout.columns[c];
    if (target === null) return;
    const { present, places, data, ranks } = packed;
    const out = into[target];
    for (let p = 0; p < present.length && !absent; p++) {
      const kind = present[p];
      const [a, b] = [start[kind], start[kind + 1]];
      if (a === b || has[kind] !== 1) continue;
      const n = k * present.length + p;
      const at = (c * present.length + p) * PLANES;
      scatterPlanes({ from: data, places, at }, { order, a, b, j: ranks[n] }, out);
    }
    if (table !== null) change(this.order, has, out, table);
    if (missing !== null) change(this.order, missing, out, null);
  }

  private readTables(packed: PackedRows, k: number, into: Rows): void {
    this.layout.tables.forEach((table, t) => {
      if (table.target === null) return;
      const [from, end] = [packed.entryStarts[t][k], packed.entryStarts[t][k + 1]];
      startEntries(into, table.target);
      readEntries(packed, table, t, from, end, into);
    });
  }

  private readPayload(packed: PackedRows, k: number, into: Rows): void {
    const [first, end] = [packed.payloadStarts[k], packed.payloadStarts[k + 1]];
    into.payloadUsed = end - first;
    const { payload } = this.layout;
    let used = 0;
    for (const kind of packed.present) {
      if (payload[kind] === 0) continue;
      for (let i = 0; i < into.count; i++) {
        if (payload[into.kind[i]] === 0) continue;
        into.from[i] = used;
        used += into.length[i];
      }
      break;
    }
    if (into.payload.length < used) into.payload = new Uint8Array(pad4(used));
    into.payload.set(packed.payload.subarray(first, end));
  }
}
