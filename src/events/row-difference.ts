import type { ColumnName } from "./columns.ts";
import { KIND_PAYLOAD } from "./kinds.ts";
import { bitOf, COLUMN_BITS, type Rows } from "./rows.ts";
import { entryDifference, type Table, type TableName } from "./tables.ts";

const DT = bitOf("dt");
const AT = bitOf("at");
const AT_HIGH = bitOf("atHigh");
const SIZE = bitOf("size");
const LO = bitOf("lo");
const HI = bitOf("hi");
const TICKET = bitOf("ticket");
const CAUSE = bitOf("cause");
const LENGTH = bitOf("length");
const PAGE = bitOf("page");
const PURPOSE = bitOf("purpose");
const ENGINE = bitOf("engine");
const CODE = bitOf("code");

/**
 * First column in which row i of `a` and row j of `b` differ, or null. Kinds are compared first; `cause` is
 * compared as stored.
 */
export function rowDifference(
  a: Rows,
  i: number,
  b: Rows,
  j: number,
): "kind" | "payload" | ColumnName | null {
  const kind = a.kind[i];
  if (kind !== b.kind[j]) return "kind";
  const bits = COLUMN_BITS[kind];
  if (a.agent[i] !== b.agent[j]) return "agent";
  if ((bits & CAUSE) !== 0 && a.cause[i] !== b.cause[j]) return "cause";
  if ((bits & DT) !== 0 && a.dt[i] !== b.dt[j]) return "dt";
  if ((bits & TICKET) !== 0 && a.ticket[i] !== b.ticket[j]) return "ticket";
  if ((bits & AT) !== 0 && a.at[i] !== b.at[j]) return "at";
  if ((bits & AT_HIGH) !== 0 && a.atHigh[i] !== b.atHigh[j]) return "atHigh";
  if ((bits & SIZE) !== 0 && a.size[i] !== b.size[j]) return "size";
  if ((bits & LENGTH) !== 0 && a.length[i] !== b.length[j]) return "length";
  if ((bits & LO) !== 0 && a.lo[i] !== b.lo[j]) return "lo";
  if ((bits & HI) !== 0 && a.hi[i] !== b.hi[j]) return "hi";
  if ((bits & PAGE) !== 0 && a.page[i] !== b.page[j]) return "page";
  if ((bits & PURPOSE) !== 0 && a.purpose[i] !== b.purpose[j]) return "purpose";
  if ((bits & ENGINE) !== 0 && a.engine[i] !== b.engine[j]) return "engine";
  if ((bits & CODE) !== 0 && a.code[i] !== b.code[j]) return "code";
  const { answers, writes, stores } = a;
  if (answers[i] !== b.answers[j]) return "answers";
  if (writes[i] !== b.writes[j]) return "writes";
  if (stores[i] !== b.stores[j]) return "stores";
  if ((answers[i] | writes[i] | stores[i]) !== 0) {
    const entry = firstEntryDifference(a, i, b, j);
    if (entry !== null) return entry.table;
  }
  if (KIND_PAYLOAD[kind] === 1) {
    const p = a.payloadOf(i);
    const q = b.payloadOf(j);
    for (let k = 0; k < p.length; k++) if (p[k] !== q[k]) return "payload";
  }
  return null;
}

/** Where the entries of two rows differ first. */
export interface EntryDifference {
  readonly table: TableName;
  /** Of the entry among the row's. */
  readonly index: number;
  readonly column: string;
}

/** The first entry in which row i of `a` and row j of `b` differ, as far as both have entries; else null. */
export function firstEntryDifference(a: Rows, i: number, b: Rows, j: number): EntryDifference | null {
  for (let k = 0; k < Math.min(a.answers[i], b.answers[j]); k++) {
    const column = answerDifference(a, a.firstAnswer[i] + k, b, b.firstAnswer[j] + k);
    if (column !== null) return { table: "answers", index: k, column };
  }
  for (let k = 0; k < Math.min(a.writes[i], b.writes[j]); k++) {
    const column = writeDifference(a.writeTable, a.firstPiece[i] + k, b.writeTable, b.firstPiece[j] + k);
    if (column !== null) return { table: "writes", index: k, column };
  }
  for (let k = 0; k < Math.min(a.stores[i], b.stores[j]); k++) {
    const [mine, theirs] = [a.firstPiece[i] + k, b.firstPiece[j] + k];
    const column = entryDifference("stores", a.storeTable, mine, b.storeTable, theirs);
    if (column !== null) return { table: "stores", index: k, column };
  }
  return null;
}

function answerDifference(a: Rows, i: number, b: Rows, j: number): string | null {
  return entryDifference("answers", a.answerTable, i, b.answerTable, j);
}

/** Compared at each outcome of a replay: without a look at names. */
function writeDifference(a: Table<"writes">, i: number, b: Table<"writes">, j: number): string | null {
  if (a.at[i] !== b.at[j]) return "at";
  if (a.atHigh[i] !== b.atHigh[j]) return "atHigh";
  if (a.length[i] !== b.length[j]) return "length";
  if (a.code[i] !== b.code[j]) return "code";
  if (a.lo[i] !== b.lo[j]) return "lo";
  if (a.hi[i] !== b.hi[j]) return "hi";
  return a.ticket[i] !== b.ticket[j] ? "ticket" : null;
}
