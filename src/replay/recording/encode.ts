import { COLUMN_NAMES } from "../../events/columns.ts";
import { KIND_NAMES, KIND_PAYLOAD, KINDS } from "../../events/kinds.ts";
import { type Rows, TABLE_OF } from "../../events/rows.ts";
import { entryColumns, TABLE_NAMES, type TableName } from "../../events/tables.ts";
import type { BlockPages } from "./gather.ts";
import { KindOrder } from "./order.ts";
import { planesFor, shuffle } from "./planes.ts";
import { type Item, packBody, pad4 } from "./wire.ts";

/** By column, by local kind: 1 where a row of the kind has the column. `source` belongs to every row. */
const HAS: readonly Uint8Array[] = COLUMN_NAMES.map((column) =>
  Uint8Array.from(KIND_NAMES, (kind) =>
    column === "source" || (KINDS[kind].columns as readonly string[]).includes(column) ? 1 : 0,
  ),
);
const NOTHING = new Uint8Array(0);

/** Encodes rows as bodies of rows messages; it holds the buffers that encoding needs. */
export class RowEncoder {
  private words = new Uint32Array(256);
  private readonly order = new KindOrder();

  /**
   * The body of a rows message; `pages` says where in its list of hashes a row's or an entry's page stands.
   * Every row must be of a kind this version knows.
   */
  encode(rows: Rows, pages: Pick<BlockPages, "used" | "index" | "answerIndex">): Uint8Array {
    const { count } = rows;
    if (this.words.length < count) this.words = new Uint32Array(rows.kind.length);
    this.order.sort(rows.kind, count);
    if (this.order.start[KIND_NAMES.length] !== count)
      throw new Error("a row of an unknown kind cannot be written");
    const items: Item[] = [count, pages.used, bytesOf(rows.kind, count)];
    COLUMN_NAMES.forEach((name, c) => {
      const column = name === "page" ? pages.index : rows[name];
      items.push(this.column(HAS[c], column));
    });
    items.push(payloadOf(rows));
    for (const name of TABLE_NAMES) this.table(rows, name, pages.answerIndex, items);
    return packBody(items);
  }

  /** The columns of a child table, its entries in the order of their rows. */
  private table(rows: Rows, name: TableName, answerIndex: Uint32Array, items: Item[]): void {
    const table = rows[TABLE_OF[name]];
    let owned = 0;
    for (let i = 0; i < rows.count; i++) owned += rows[name][i];
    if (owned !== table.count) throw new Error(`${table.count} entries of ${name} where rows have ${owned}`);
    for (const column of entryColumns(name)) {
      const isPage = name === "answers" && (column as string) === "page";
      items.push(this.entries(isPage ? answerIndex : table[column], table.count));
    }
  }

  private entries(column: Uint8Array | Uint32Array, n: number): Uint8Array {
    if (this.words.length < n) this.words = new Uint32Array(n);
    const { words } = this;
    let bits = 0;
    for (let k = 0; k < n; k++) {
      words[k] = column[k];
      bits |= column[k];
    }
    return this.shuffled(n, bits);
  }

  /** The first `n` of `words` as planes; `bits` is their OR. */
  private shuffled(n: number, bits: number): Uint8Array {
    const planes = planesFor(bits);
    if (planes === 0) return NOTHING;
    const out = new Uint8Array(pad4(planes * n));
    shuffle(this.words, n, planes, out);
    return out;
  }

  /** The elements of the rows that have the column, by kind. */
  private column(has: Uint8Array, column: Uint8Array | Uint32Array): Uint8Array {
    const { words } = this;
    const { order } = this.order;
    let n = 0;
    let bits = 0;
    this.order.runs(has, (a, b, j) => {
      bits |=
        column instanceof Uint8Array
          ? gatherBytes(order, a, b, column, words, j)
          : gatherWords(order, a, b, column, words, j);
      n = j + b - a;
    });
    return this.shuffled(n, bits);
  }
}

// The same loop twice: with one kind of array each, the engine needs no check per element.

/** Put the column's elements of rows order[a] .. order[b - 1] at words[j], ...; returns their OR. */
function gatherWords(
  order: Uint32Array,
  a: number,
  b: number,
  column: Uint32Array,
  words: Uint32Array,
  j: number,
): number {
  let bits = 0;
  for (let s = a, to = j; s < b; s++, to++) {
    const word = column[order[s]];
    words[to] = word;
    bits |= word;
  }
  return bits;
}

function gatherBytes(
  order: Uint32Array,
  a: number,
  b: number,
  column: Uint8Array,
  words: Uint32Array,
  j: number,
): number {
  let bits = 0;
  for (let s = a, to = j; s < b; s++, to++) {
    const byte = column[order[s]];
    words[to] = byte;
    bits |= byte;
  }
  return bits;
}

/** The first n bytes, padded with zeros to 4; none where all are zero. */
function bytesOf(bytes: Uint8Array, n: number): Uint8Array {
  let bits = 0;
  for (let i = 0; i < n; i++) bits |= bytes[i];
  if (bits === 0) return NOTHING;
  const out = new Uint8Array(pad4(n));
  out.set(bytes.subarray(0, n));
  return out;
}

/** Payloads of the rows that keep one, in row order. */
function payloadOf(rows: Rows): Uint8Array {
  let used = 0;
  for (let i = 0; i < rows.count; i++) if (KIND_PAYLOAD[rows.kind[i]] === 1) used += rows.length[i];
  const out = new Uint8Array(pad4(used));
  let at = 0;
  for (let i = 0; i < rows.count; i++) {
    if (KIND_PAYLOAD[rows.kind[i]] !== 1) continue;
    out.set(rows.payloadOf(i), at);
    at += rows.length[i];
  }
  return out;
}
