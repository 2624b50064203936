import { isInput } from "../../events/kinds.ts";
import type { Rows } from "../../events/rows.ts";
import { reserve } from "./bulk.ts";
import { change, HASH_BYTES, MAX_ROWS, mapPages, renumber } from "./decode.ts";
import { refuse } from "./errors.ts";
import type { ColumnLayout, Layout } from "./layout.ts";
import { KindOrder } from "./order.ts";
import { planesOf, scatterPlanes } from "./planes.ts";
import { ItemReader, pad4 } from "./wire.ts";

/**
 * Rows of a block nearly as they lie in the file, with what it takes to decode any stretch of them by
 * itself: who looks at a few hundred rows does not pay for a block's. Of a kind's bytes that are all the
 * same one is kept, which halves them.
 */

/** Rows of a stretch, at least: it goes on to the next input. */
const STRETCH_ROWS = 1024;
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
    items.end();
    this.index(stretchRows);
    this.pages = ids(hashes);
    this.checkPages(counts);
  }

  /** Bytes that it takes in memory. */
  get bytes(): number {
    const { kinds, data, payload, places, starts, ranks, pages } = this;
    const numbers = starts.length * 2 + ranks.length;
    return (
      kinds.length + data.length + payload.length + places.byteLength + pages.byteLength + numbers * 8 + 1024
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
    const parts: Uint8Array[] = [];
    let used = 0;
    this.layout.columns.forEach((column, c) => {
      if (column.absent) return;
      const bytes = items.bytes();
      this.eachPlane(column, bytes, counts, (p, plane, part) => {
        const at = (c * this.present.length + p) * PLANES + plane;
        if (isConstant(part)) this.places[at] = -1 - part[0];
        else {
          this.places[at] = used;
          used += part.length;
          parts.push(part);
        }
      });
    });
    const data = new Uint8Array(used);
    let to = 0;
    for (const part of parts) {
      data.set(part, to);
      to += part.length;
    }
    return data;
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
      }
      if (payload[kind] === 1 && lengths >= 0) used += this.element(lengths, p, ranks[p]);
      ranks[p]++;
    }
    this.starts.push(count);
    this.payloadStarts.push(used);
    const { length } = this.payload;
    if (used > length) refuse(`rows with more payload than the block's ${length} bytes`);
    if (pad4(used) !== length) refuse(`${length} bytes of payload where rows have ${used}`);
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
    for (let c = 0; c < layout.columns.length; c++) this.readColumn(packed, k, c, into);
    this.readPayload(packed, k, into);
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
