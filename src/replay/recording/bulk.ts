import { DENSE, Rows, TABLE_OF } from "../../events/rows.ts";
import { appendEntries, entryColumns, TABLE_NAMES } from "../../events/tables.ts";
import { pad4 } from "./wire.ts";

/** The typed arrays of a `Rows` by name, those of its tables as `table.column`: they can move between threads. */
export type Columns = Record<string, Uint8Array | Uint32Array>;

/** How much of its arrays a `Rows` uses. */
export interface RowCounts {
  readonly firstSeq: number;
  readonly count: number;
  readonly payloadUsed: number;
  readonly entries: { readonly answers: number; readonly writes: number; readonly stores: number };
}

/** How much of its arrays a `Rows` uses now. */
export function countsOf({ firstSeq, count, payloadUsed, ...rows }: Rows): RowCounts {
  const { answerTable, writeTable, storeTable } = rows;
  const entries = { answers: answerTable.count, writes: writeTable.count, stores: storeTable.count };
  return { firstSeq, count, payloadUsed, entries };
}

/** The arrays themselves, no copies. */
export function columnsOf(rows: Rows): Columns {
  const columns: Columns = { payload: rows.payload };
  for (const name of DENSE) columns[name] = rows[name];
  for (const name of TABLE_NAMES)
    for (const column of entryColumns(name)) columns[`${name}.${column}`] = rows[TABLE_OF[name]][column];
  return columns;
}

/** Make `rows` what `columnsOf` and `countsOf` told of another one: it has these arrays from now on. */
export function putColumns(rows: Rows, columns: Columns, counts: RowCounts): void {
  const all = rows as unknown as Record<string, unknown>;
  all.payload = columns.payload;
  for (const name of DENSE) all[name] = columns[name];
  for (const name of TABLE_NAMES) {
    const table = rows[TABLE_OF[name]] as unknown as Columns & { count: number };
    for (const column of entryColumns(name)) table[column] = columns[`${name}.${column}`];
    table.count = counts.entries[name];
  }
  const { firstSeq, count, payloadUsed } = counts;
  Object.assign(rows, { firstSeq, count, payloadUsed });
}

/**
 * Arrays for so many rows, half as many entries of each table, and so many bytes of payload, in one piece of
 * memory: what crosses between threads is counted by its pieces, and thirty of them would take the live thread
 * half of the time that a seal takes it.
 */
export function columnsInOnePiece(capacity: number, payloadBytes: number): Columns {
  const layout = Object.entries(columnsOf(new Rows(0, 0)));
  const roomFor = (name: string): number =>
    name === "payload" ? payloadBytes : name.includes(".") ? capacity >>> 1 : capacity;
  const widthOf = (array: Uint8Array | Uint32Array): number => array.BYTES_PER_ELEMENT;
  const bytes = layout.reduce((sum, [name, array]) => sum + pad4(roomFor(name) * widthOf(array)), 0);
  const memory = new ArrayBuffer(bytes);
  const columns: Columns = {};
  let at = 0;
  for (const [name, array] of layout) {
    const room = roomFor(name);
    columns[name] =
      widthOf(array) === 4 ? new Uint32Array(memory, at, room) : new Uint8Array(memory, at, room);
    at += pad4(room * widthOf(array));
  }
  return columns;
}

/** Empty rows that have such arrays. */
export function rowsInOnePiece(capacity: number, payloadBytes: number): Rows {
  const rows = new Rows(0, 0);
  putColumns(rows, columnsInOnePiece(capacity, payloadBytes), countsOf(rows));
  return rows;
}

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
    const { firstSeq, payload, payloadUsed, answerTable, writeTable, storeTable } = rows;
    Object.assign(rows, roomy, { firstSeq, payload, payloadUsed, answerTable, writeTable, storeTable });
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
  const { answerTable, writeTable, storeTable } = rows;
  for (let i = from; i < count; i++) {
    rows.from[i] += base;
    rows.firstAnswer[i] += answerTable.count;
    rows.firstPiece[i] += rows.writes[i] > 0 ? writeTable.count : storeTable.count;
  }
  appendEntries("answers", answerTable, other.answerTable, 0, other.answerTable.count);
  appendEntries("writes", writeTable, other.writeTable, 0, other.writeTable.count);
  appendEntries("stores", storeTable, other.storeTable, 0, other.storeTable.count);
  rows.count = count;
  rows.payloadUsed = used;
}
