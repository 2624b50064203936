import { COLUMN_NAMES } from "../../events/columns.ts";
import { Rows } from "../../events/rows.ts";
import type { Recording } from "../recording/recording.ts";
import type { PackedRows } from "../recording/stretches.ts";

/** The ones used last, within a budget of memory. */
class Recent<T> {
  private readonly budget: number;
  private readonly sizeOf: (value: T) => number;
  /** In order of use, the last one last. */
  private readonly values = new Map<number, T>();
  bytes = 0;

  constructor(budget: number, sizeOf: (value: T) => number) {
    this.budget = budget;
    this.sizeOf = sizeOf;
  }

  get(n: number): T | undefined {
    const value = this.values.get(n);
    if (value === undefined) return undefined;
    this.values.delete(n);
    this.values.set(n, value);
    return value;
  }

  /** Keep one more; returns one that had to go for it, if any. */
  put(n: number, value: T): T | undefined {
    this.values.set(n, value);
    this.bytes += this.sizeOf(value);
    let gone: T | undefined;
    for (const [oldest, other] of this.values) {
      if (this.bytes <= this.budget || this.values.size === 1) break;
      this.values.delete(oldest);
      this.bytes -= this.sizeOf(other);
      gone = other;
    }
    return gone;
  }
}

/** Of the bytes for rows, the part that decoded ones take. */
const DECODED_SHARE = 8;
/** More than a block has stretches. */
const STRETCHES = 1 << 11;

/** Rows of one recording: blocks used last as they lie in the file, stretches of them decoded. */
export class RowCache {
  private readonly recording: Recording;
  private readonly packed: Recent<PackedRows>;
  private readonly decoded: Recent<Rows>;
  /** Columns to use again: fresh memory costs more than decoding does. */
  private spare: Rows | undefined;
  /** The stretch asked for last. */
  private here = new Rows(1, 0);

  /** `budget`: bytes that rows may take; at least one block is kept, and one stretch. */
  constructor(recording: Recording, budget: number) {
    this.recording = recording;
    const decoded = Math.floor(budget / DECODED_SHARE);
    this.packed = new Recent(budget - decoded, (rows) => rows.bytes);
    this.decoded = new Recent(decoded, bytesOf);
  }

  /** Bytes that rows take. */
  get bytes(): number {
    return this.packed.bytes + this.decoded.bytes;
  }

  /**
   * Some rows around row `seq`, from an input on and whole with their outcomes; null where there is no such
   * row. To look at only, and only until the next call. Throws RecordingError where the block is damaged.
   */
  around(seq: number): Rows | null {
    const { here } = this;
    if (seq >= here.firstSeq && seq < here.firstSeq + here.count) return here;
    const n = this.recording.blockOf(seq);
    if (n < 0) return null;
    const packed = this.packedOf(n);
    const k = packed.stretchOf(seq - this.recording.block(n).firstSeq);
    this.here = this.decoded.get(n * STRETCHES + k) ?? this.decode(n, k, packed);
    return this.here;
  }

  private packedOf(n: number): PackedRows {
    const known = this.packed.get(n);
    if (known !== undefined) return known;
    const packed = this.recording.packed(n);
    this.packed.put(n, packed);
    return packed;
  }

  /** Stretch `k` of block `n`. */
  private decode(n: number, k: number, packed: PackedRows): Rows {
    const { firstSeq, lastSeq } = this.recording.block(n);
    const rows = this.spare ?? new Rows(1, 0);
    this.spare = undefined;
    this.recording.readStretch(n, packed, k, rows);
    rows.firstSeq = firstSeq + packed.starts[k];
    // Of the block that a branch was left in, its parent has more rows than count here.
    rows.truncate(lastSeq + 1 - rows.firstSeq);
    this.spare = this.decoded.put(n * STRETCHES + k, rows);
    return rows;
  }
}

function bytesOf(rows: Rows): number {
  let bytes = rows.kind.byteLength + rows.payload.byteLength;
  for (const name of ["from", ...COLUMN_NAMES] as const) bytes += rows[name].byteLength;
  return bytes;
}
