/**
 * Child tables: lists that a row carries. An entry has columns of its own; the row says in a column of the
 * table's name how many entries are its own. Entries stand in the order of their rows. In a file they
 * compress as columns, and a file names tables and columns as it names kinds.
 */
export const TABLES = {
  /**
   * What an input was told in place, in the order asked. vgpu, gfn: the frame asked for; engine: 255 where no
   * engine asked; page: the content, where status is TOLD; status: TOLD, NOT_NOW or an errno.
   */
  answers: { vgpu: 1, gfn: 4, purpose: 1, engine: 1, page: 4, status: 1 },
  /**
   * Pieces of a `guest.write`, each one command's or one access's, in order. at/atHigh: guest-physical
   * address; code: one of the WRITE_ codes; lo/hi: 64-bit hash of the bytes, for WRITE_PAYLOAD how many bytes
   * of the input's payload are passed over before this piece's; ticket: 0 where memory is coherent.
   */
  writes: { at: 4, atHigh: 4, length: 4, code: 1, lo: 4, hi: 4, ticket: 4 },
  /**
   * Pieces of an `aperture.written`: a run of consecutive writes of `size` bytes each. at: of the first;
   * length: bytes of the run, which follow one another in the row's payload.
   */
  stores: { at: 4, size: 1, length: 4 },
} as const;

/** Most that one input is told in place. */
export const TOLD_MAX = 4096;
/** Most runs and bytes of one `aperture.written`. */
export const STORES_MAX = 8192;
export const STORE_BYTES_MAX = 0x1_0000;

export type TableName = keyof typeof TABLES;
export const TABLE_NAMES = Object.keys(TABLES) as readonly TableName[];

/** Column names of a table. */
export type EntryColumn<T extends TableName> = keyof (typeof TABLES)[T] & string;

/** Entries of a table as dense columns, as `Rows` has rows. */
export type Table<T extends TableName> = {
  count: number;
} & {
  [C in EntryColumn<T>]: (typeof TABLES)[T][C] extends 1 ? Uint8Array : Uint32Array;
};

/** Names of a table's columns, in their order. */
export function entryColumns<T extends TableName>(name: T): readonly EntryColumn<T>[] {
  return Object.keys(TABLES[name]) as EntryColumn<T>[];
}

/** An empty table with room for `capacity` entries. */
export function newTable<T extends TableName>(name: T, capacity: number): Table<T> {
  const table: Record<string, unknown> = { count: 0 };
  for (const [column, width] of Object.entries(TABLES[name]))
    table[column] = width === 1 ? new Uint8Array(capacity) : new Uint32Array(capacity);
  return table as Table<T>;
}

/** Make room for `capacity` entries; those there are stay. */
export function growTable<T extends TableName>(name: T, table: Table<T>, capacity: number): void {
  const columns = table as unknown as Record<string, Uint8Array | Uint32Array>;
  for (const [column, width] of Object.entries(TABLES[name])) {
    const old = columns[column];
    if (old.length >= capacity) continue;
    const roomy = Math.max(capacity, old.length * 2, 16);
    const bigger = width === 1 ? new Uint8Array(roomy) : new Uint32Array(roomy);
    bigger.set(old.subarray(0, table.count));
    columns[column] = bigger;
  }
}

/** Append entries `from` to `end` (exclusive) of another table. */
export function appendEntries<T extends TableName>(
  name: T,
  to: Table<T>,
  other: Table<T>,
  from: number,
  end: number,
): void {
  const first = to.count;
  growTable(name, to, first + end - from);
  const [mine, theirs] = [to, other] as unknown as Record<string, Uint8Array>[];
  for (const column of Object.keys(TABLES[name])) {
    if (end - from > FEW) mine[column].set(theirs[column].subarray(from, end), first);
    else for (let k = from; k < end; k++) mine[column][first + k - from] = theirs[column][k];
  }
  to.count = first + end - from;
}

/** Fewer elements than this are copied faster one by one. */
const FEW = 8;

/**
 * First column in which entry `i` of a table differs from entry `j` of another one; null where none does.
 */
export function entryDifference<T extends TableName>(
  name: T,
  a: Table<T>,
  i: number,
  b: Table<T>,
  j: number,
): EntryColumn<T> | null {
  const [mine, theirs] = [a, b] as unknown as Record<string, Uint8Array>[];
  for (const column of Object.keys(TABLES[name])) {
    if (mine[column][i] !== theirs[column][j]) return column as EntryColumn<T>;
  }
  return null;
}
