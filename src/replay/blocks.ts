import { COLUMN_NAMES, COLUMNS, type ColumnName } from "../events/columns.ts";
import { KIND_NAMES, KINDS } from "../events/kinds.ts";
import { Rows } from "../events/rows.ts";
import type { Recording } from "./recording/recording.ts";

/** Decoded blocks of one recording, the ones used last, within a budget of memory. */
export class BlockCache {
  private readonly recording: Recording;
  private readonly budget: number;
  private readonly scratch = new Rows(1 << 15);
  /** In order of use, the last one last. */
  private readonly blocks = new Map<number, { readonly rows: Rows; readonly bytes: number }>();
  private used = 0;
  /** Columns in which every element is 0 are shared by all blocks. */
  private zeroBytes = new Uint8Array(1 << 15);
  private zeroWords = new Uint32Array(1 << 15);

  /** `budget`: bytes that decoded rows may take. */
  constructor(recording: Recording, budget: number) {
    this.recording = recording;
    this.budget = budget;
  }

  /** Bytes that decoded rows take. */
  get bytes(): number {
    return this.used;
  }

  /**
   * The rows of block n, to look at only, and only until the next call: where there is no room for them, the next block takes their
   * place. Throws RecordingError where the block is damaged.
   */
  rows(n: number): Rows {
    const known = this.blocks.get(n);
    if (known !== undefined) {
      this.blocks.delete(n);
      this.blocks.set(n, known);
      return known.rows;
    }
    this.recording.readBlock(n, this.scratch);
    const rows = this.compact(this.scratch);
    const bytes = this.bytesOf(rows);
    if (bytes > this.budget) return this.scratch;
    this.blocks.set(n, { rows, bytes });
    this.used += bytes;
    for (const [oldest, block] of this.blocks) {
      if (this.used <= this.budget) break;
      this.blocks.delete(oldest);
      this.used -= block.bytes;
    }
    return rows;
  }

  /** A copy that takes no more memory than it must. */
  private compact(rows: Rows): Rows {
    const { count, firstSeq, payloadUsed } = rows;
    if (this.zeroBytes.length < count) {
      this.zeroBytes = new Uint8Array(count);
      this.zeroWords = new Uint32Array(count);
    }
    const copy = new Rows(0, 0);
    copy.count = count;
    copy.firstSeq = firstSeq;
    copy.payloadUsed = payloadUsed;
    copy.kind = rows.kind.slice(0, count);
    copy.payload = rows.payload.slice(0, (payloadUsed + 3) & ~3);
    copy.from = payloadUsed === 0 ? this.zeroWords : rows.from.slice(0, count);
    const used = columnsUsed(rows);
    for (const name of COLUMN_NAMES) {
      const column = rows[name];
      const zero = COLUMNS[name] === 1 ? this.zeroBytes : this.zeroWords;
      const kept = !used.has(name) || isZero(column, count) ? zero : column.slice(0, count);
      Object.assign(copy, { [name]: kept });
    }
    return copy;
  }

  private bytesOf(rows: Rows): number {
    let bytes = 512 + rows.kind.byteLength + rows.payload.byteLength;
    for (const name of ["from", ...COLUMN_NAMES] as const) {
      const column = rows[name];
      if (column !== this.zeroBytes && column !== this.zeroWords) bytes += column.byteLength + 96;
    }
    return bytes;
  }
}

/** Columns that any of the rows has. The others hold what was there before. */
function columnsUsed(rows: Rows): Set<ColumnName> {
  const present = new Uint8Array(256);
  for (let i = 0; i < rows.count; i++) present[rows.kind[i]] = 1;
  const used = new Set<ColumnName>(["source", "agent"]);
  KIND_NAMES.forEach((name, kind) => {
    if (present[kind] === 1) for (const column of KINDS[name].columns) used.add(column);
  });
  return used;
}

function isZero(column: Uint8Array | Uint32Array, count: number): boolean {
  for (let i = 0; i < count; i++) if (column[i] !== 0) return false;
  return true;
}
