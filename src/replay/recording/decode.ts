import type { ColumnName } from "../../events/columns.ts";
import type { Rows } from "../../events/rows.ts";
import { ENGINES, NO_ENGINE, VGPU_MAX } from "../../hw/units.ts";
import { reserve } from "./bulk.ts";
import { refuse } from "./errors.ts";
import type { ColumnLayout, Layout } from "./layout.ts";
import { KindOrder } from "./order.ts";
import { planesOf, scatterBytes, scatterWords } from "./planes.ts";
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
    this.readKinds(items.bytes(), into);
    for (const column of this.layout.columns) this.readColumn(column, items, into);
    this.readPayload(items.bytes(), into);
    items.end();
    mapPages(this.layout, this.order, pages(hashes), into);
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
      this.order.runs(has, (a, b, j) => scatterBytes(all, at, j, order, a, b, out));
    } else {
      this.order.runs(has, (a, b, j) => scatterWords(all, at, n, planes, j, order, a, b, out));
    }
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

/** Whoever keeps something by vGPU or by engine may do so without another look. */
function checkLimit(name: string, bytes: Uint8Array, limit: number): void {
  for (let i = 0; i < bytes.length; i++) {
    const value = bytes[i];
    if (value > limit && !(value === NO_ENGINE && name === "engine"))
      refuse(`a row with ${name} ${value}, of ${limit}`);
  }
}
