import { FAILSAFE, NOTES, REFUSALS } from "../../events/codes.ts";
import { COLUMN_NAMES, COLUMNS, type ColumnName, PURPOSES } from "../../events/columns.ts";
import { KIND_NAMES, KIND_PAYLOAD, KINDS, type KindName } from "../../events/kinds.ts";
import { entryColumns, TABLE_NAMES, TABLES, type TableName } from "../../events/tables.ts";
import { ENGINES } from "../../hw/units.ts";

/** A kind as a file names it: its number in that file is its index in the list. */
export interface NamedKind {
  readonly name: string;
  readonly columns: readonly string[];
  readonly payload: boolean;
}

export interface NamedColumn {
  readonly name: string;
  /** Bytes of one element: 1 or 4. */
  readonly width: number;
}

/** A child table as a file names it. Rows count their entries in the column of the table's name. */
export interface NamedTable {
  readonly name: string;
  readonly columns: readonly NamedColumn[];
}

/** What gives a file's numbers their meaning. */
export interface Vocabulary {
  readonly tables: readonly NamedTable[];
  readonly kinds: readonly NamedKind[];
  readonly columns: readonly NamedColumn[];
  readonly purposes: readonly string[];
  readonly notes: readonly string[];
  readonly failsafe: readonly string[];
  readonly refusals: readonly string[];
  readonly engines: readonly string[];
}

/** A column that every row has, whatever its kind. */
const ALWAYS: ColumnName = "source";

/** The vocabulary of this version; what it writes. */
export const VOCABULARY: Vocabulary = {
  kinds: KIND_NAMES.map((name) => ({
    name,
    columns: [...KINDS[name].columns],
    payload: "payload" in KINDS[name],
  })),
  columns: COLUMN_NAMES.map((name) => ({ name, width: COLUMNS[name] })),
  tables: TABLE_NAMES.map((name) => ({
    name,
    columns: Object.entries(TABLES[name]).map(([column, width]) => ({ name: column, width })),
  })),
  purposes: [...PURPOSES],
  notes: [...NOTES],
  failsafe: [...FAILSAFE],
  refusals: [...REFUSALS],
  engines: [...ENGINES],
};

/** Local number of a row whose kind this version does not know. */
export const UNKNOWN_KIND = 255;
/** Local number of a name in a 1-byte column that this version does not know. */
export const UNKNOWN_NAME = 255;

/** One column of a file, ready to decode. */
export interface ColumnLayout {
  readonly name: string;
  readonly width: 1 | 4;
  /** The file has no such column: nothing is read. */
  readonly absent: boolean;
  /** By file kind: 1 where a row of it has this column. Reads as 0 past the last kind. */
  readonly has: Uint8Array;
  /** Where it goes in `Rows`; null where this version has no such column. */
  readonly target: ColumnName | null;
  /**
   * By file kind: 1 where rows have the column here but not in the file, so that it reads 0; null where no
   * kind does.
   */
  readonly missing: Uint8Array | null;
  /** Number in the file to number here, or null where they are the same. */
  readonly renumber: Uint8Array | null;
}

/** A column of a child table of a file, ready to decode. */
export interface EntryColumnLayout {
  readonly name: string;
  readonly width: 1 | 4;
  /** Where it goes in the table; null where this version has no such column. */
  readonly target: string | null;
  /** Number in the file to number here, or null where they are the same. */
  readonly renumber: Uint8Array | null;
}

/** A child table of a file. */
export interface TableLayout {
  /** null: this version has no such table. */
  readonly target: TableName | null;
  readonly name: string;
  /** Where the column of its name stands in the layout's columns. */
  readonly counts: number;
  readonly columns: readonly EntryColumnLayout[];
  /** Columns that the table has here and not in the file: they read 0. */
  readonly missing: readonly string[];
}

/** How the rows of one file are laid out, and what this version makes of them. */
export interface Layout {
  readonly columns: readonly ColumnLayout[];
  readonly tables: readonly TableLayout[];
  readonly kindCount: number;
  /** File kind to local kind, or null where they are the same. */
  readonly kinds: Uint8Array | null;
  /** By file kind: 1 where its rows have a payload, a page. */
  readonly payload: Uint8Array;
  readonly hasPage: Uint8Array;
  /** A set of file kinds, and what their codes in the file are here. */
  readonly codes: readonly (readonly [kinds: Uint8Array, table: Uint8Array])[];
  /** What the file names and this version does not know: `show` skips it, `verify` refuses. */
  readonly unknown: readonly string[];
}

/** What this version makes of a file that has that vocabulary. */
export function compileLayout(from: Vocabulary): Layout {
  const unknown: string[] = [];
  const local = from.kinds.map((kind) => {
    const at = localKind(kind);
    if (at === UNKNOWN_KIND) unknown.push(kind.name);
    return at;
  });
  const columns = from.columns.map((column) => compileColumn(column, from, local, unknown));
  // A column of another width than ours is as good as none.
  const named = new Set(columns.map((column) => column.target));
  for (const name of COLUMN_NAMES) if (!named.has(name)) columns.push(absentColumn(name, from));
  const codes: [Uint8Array, Uint8Array][] = [];
  const coded = {
    note: [NOTES, from.notes],
    "failsafe.entered": [FAILSAFE, from.failsafe],
    "audit.refused": [REFUSALS, from.refusals],
  } as const;
  for (const [name, [ours, theirs]] of Object.entries(coded)) {
    const table = renumbering(name, theirs, ours, unknown);
    if (table !== null) codes.push([kindTable(from, (kind) => kind.name === name), table]);
  }
  return {
    columns,
    tables: from.tables.map((table) => compileTable(table, from, columns, unknown)),
    kindCount: from.kinds.length,
    kinds: local.every((at, i) => at === i) ? null : Uint8Array.from(local),
    payload: kindTable(from, (kind) => kind.payload),
    hasPage: kindTable(from, (kind) => kind.columns.includes("page")),
    codes,
    unknown,
  };
}

/** A kind that keeps its payload elsewhere than ours does is another kind, whatever its name. */
function localKind(kind: NamedKind): number {
  const at = (KIND_NAMES as readonly string[]).indexOf(kind.name);
  return at < 0 || (KIND_PAYLOAD[at] === 1) !== kind.payload ? UNKNOWN_KIND : at;
}

function kindTable(from: Vocabulary, test: (kind: NamedKind, i: number) => boolean): Uint8Array {
  const table = new Uint8Array(256);
  from.kinds.forEach((kind, i) => {
    table[i] = test(kind, i) ? 1 : 0;
  });
  return table;
}

function compileColumn(
  column: NamedColumn,
  from: Vocabulary,
  local: number[],
  unknown: string[],
): ColumnLayout {
  const { name } = column;
  const target =
    Object.hasOwn(COLUMNS, name) && COLUMNS[name as ColumnName] === column.width
      ? (name as ColumnName)
      : null;
  if (target === null) unknown.push(`column ${name}`);
  let renumber: Uint8Array | null = null;
  if (target === "purpose") renumber = renumbering("purpose", from.purposes, PURPOSES, unknown);
  if (target === "engine") renumber = renumbering("engine", from.engines, ENGINES, unknown);
  return {
    name,
    absent: false,
    width: column.width === 1 ? 1 : 4,
    has: kindTable(from, (kind) => name === ALWAYS || kind.columns.includes(name)),
    target,
    missing: target === null ? null : missingIn(target, from, local),
    renumber,
  };
}

function compileTable(
  { name, columns }: NamedTable,
  from: Vocabulary,
  rowColumns: readonly ColumnLayout[],
  unknown: string[],
): TableLayout {
  const target = (TABLE_NAMES as readonly string[]).includes(name) ? (name as TableName) : null;
  if (target === null) unknown.push(`table ${name}`);
  const ours: Readonly<Record<string, number>> = target === null ? {} : TABLES[target];
  const compiled = columns.map((column): EntryColumnLayout => {
    const known = Object.hasOwn(ours, column.name) && ours[column.name] === column.width;
    if (!known && target !== null) unknown.push(`column ${column.name} of table ${name}`);
    let renumber: Uint8Array | null = null;
    if (known && column.name === "purpose")
      renumber = renumbering(`purpose of ${name}`, from.purposes, PURPOSES, unknown);
    if (known && column.name === "engine")
      renumber = renumbering(`engine of ${name}`, from.engines, ENGINES, unknown);
    const width = column.width === 1 ? 1 : 4;
    return { name: column.name, width, target: known ? column.name : null, renumber };
  });
  const named = new Set(compiled.map((column) => column.target));
  const missing = target === null ? [] : entryColumns(target).filter((column) => !named.has(column));
  const counts = rowColumns.findIndex((column) => column.name === name);
  return { target, name, counts, columns: compiled, missing };
}

/** What the file has not reads 0 in every row: nothing of the block before may stay there. */
function absentColumn(name: ColumnName, from: Vocabulary): ColumnLayout {
  const none = new Uint8Array(256);
  const missing = kindTable(from, () => true);
  return { name, absent: true, width: COLUMNS[name], has: none, target: name, missing, renumber: null };
}

function missingIn(name: ColumnName, from: Vocabulary, local: number[]): Uint8Array | null {
  const table = kindTable(from, (kind, i) => {
    if (local[i] === UNKNOWN_KIND || kind.columns.includes(name)) return false;
    return (KINDS[KIND_NAMES[local[i]] as KindName].columns as readonly string[]).includes(name);
  });
  return table.includes(1) ? table : null;
}

/** From numbers in the file's list to numbers in ours; null where ours starts with the file's. */
function renumbering(
  what: string,
  theirs: readonly string[],
  ours: readonly string[],
  unknown: string[],
): Uint8Array | null {
  if (theirs.every((name, i) => ours[i] === name)) return null;
  const table = new Uint8Array(256).fill(UNKNOWN_NAME);
  theirs.forEach((name, i) => {
    const at = ours.indexOf(name);
    if (at < 0) unknown.push(`${what} ${name}`);
    else table[i] = at;
  });
  return table;
}
