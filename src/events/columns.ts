/**
 * The columns of the log. A kind names those it has (`kinds.ts`); a file names both, so neither is ever
 * numbered in it.
 * In memory every column is dense, one element a row; in a file a column holds only the rows whose kind has
 * it.
 */
export const COLUMNS = {
  /** Microseconds since the last input. */
  dt: 4,
  /** 0 the host (or a native machine), 1-7 a vGPU. */
  agent: 1,
  /** Index into the file's list of sources; 0 is the recorder itself. */
  source: 1,
  /** Byte offset in the region; gfn of a fetch; low half of a guest-physical address. */
  at: 4,
  atHigh: 4,
  /** Bytes of one access: 1 2 4 8; 0 unknown. */
  size: 1,
  /** Value, reply, deadline, hash: low and high word. */
  lo: 4,
  hi: 4,
  ticket: 4,
  /** How many rows back the cause of an asynchronous outcome stands; 0: the input right before. */
  cause: 4,
  /** Bytes of the payload, of a guest write, or of a map. */
  length: 4,
  /** Content id of a page (in a file: index into the block's list of hashes). */
  page: 4,
  /** Index into PURPOSES. */
  purpose: 1,
  /** Index into hw ENGINES. */
  engine: 1,
  /** What else a kind has to say: an errno, a note's code, capability bits; see the kind. */
  code: 4,
  /** How many entries the row has in the child table of that name, see `tables.ts`. */
  answers: 4,
  writes: 4,
  stores: 4,
} as const;

export type ColumnName = keyof typeof COLUMNS;
export const COLUMN_NAMES = Object.keys(COLUMNS) as readonly ColumnName[];

/** Why a page was asked for. */
export const PURPOSES = ["command", "pte", "context", "ring", "data", "opregion", "scanout"] as const;
