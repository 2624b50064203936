import { COLUMN_NAMES, type ColumnName } from "../../events/columns.ts";
import { KIND_PAYLOAD } from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";

/** Every typed array of `Rows` that has one element a row. */
export const DENSE: readonly ("kind" | "from" | ColumnName)[] = ["kind", "from", ...COLUMN_NAMES];

/** Make room for `count` rows; what the rows held is lost. */
export function reserve(rows: Rows, count: number): void {
  if (rows.kind.length >= count) return;
  const roomy = new Rows(count, 0);
  const { payload } = rows;
  Object.assign(rows, roomy, { firstSeq: rows.firstSeq, payload });
}

/** Append all rows of `other` behind those of `rows`. */
export function appendRows(rows: Rows, other: Rows): void {
  const from = rows.count;
  const count = from + other.count;
  if (rows.kind.length < count) {
    const roomy = new Rows(Math.max(count, rows.kind.length * 2), 0);
    for (const name of DENSE) {
      roomy[name].set(rows[name].subarray(0, from));
    }
    Object.assign(rows, roomy, {
      firstSeq: rows.firstSeq,
      payload: rows.payload,
      payloadUsed: rows.payloadUsed,
    });
  }
  for (const name of DENSE) {
    rows[name].set(other[name].subarray(0, other.count), from);
  }
  const base = rows.payloadUsed;
  const used = base + other.payloadUsed;
  if (rows.payload.length < used) {
    const bigger = new Uint8Array(Math.max(used, rows.payload.length * 2));
    bigger.set(rows.payload.subarray(0, base));
    rows.payload = bigger;
  }
  rows.payload.set(other.payload.subarray(0, other.payloadUsed), base);
  for (let i = from; i < count; i++) rows.from[i] += base;
  rows.count = count;
  rows.payloadUsed = used;
}

/** Forget all rows from the `count`-th on, which were appended last. */
export function truncateRows(rows: Rows, count: number): void {
  for (let i = count; i < rows.count; i++) {
    if (KIND_PAYLOAD[rows.kind[i]] === 1) rows.payloadUsed -= rows.length[i];
  }
  rows.count = count;
}
