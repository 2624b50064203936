import { COLUMN_NAMES } from "../events/columns.ts";
import { Rows } from "../events/rows.ts";
import type { Recording } from "./recording/recording.ts";

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

/** Blocks of one recording: the last ones used decoded, more of them as bodies, which are a tenth of that. */
export class BlockCache {
  private readonly recording: Recording;
  private readonly bodies: Recent<Uint8Array>;
  private readonly decoded: Recent<Rows>;
  /** Columns to use again: fresh memory costs more than decoding does. */
  private spare: Rows | undefined;

  /** `budget`: bytes that blocks may take, half of them decoded; at least one block is kept. */
  constructor(recording: Recording, budget: number) {
    this.recording = recording;
    this.bodies = new Recent(budget / 2, (body) => body.length);
    this.decoded = new Recent(budget / 2, bytesOf);
  }

  /** Bytes that blocks take. */
  get bytes(): number {
    return this.bodies.bytes + this.decoded.bytes;
  }

  /**
   * The rows of block n, to look at only, and only until the next call. Throws RecordingError where the
   * block is damaged.
   */
  rows(n: number): Rows {
    const known = this.decoded.get(n);
    if (known !== undefined) return known;
    let body = this.bodies.get(n);
    if (body === undefined) {
      body = this.recording.body(n);
      this.bodies.put(n, body);
    }
    const { firstSeq, lastSeq } = this.recording.block(n);
    const rows = this.spare ?? new Rows(lastSeq + 1 - firstSeq, 0);
    this.spare = undefined;
    this.recording.readBody(n, body, rows);
    this.spare = this.decoded.put(n, rows);
    return rows;
  }
}

function bytesOf(rows: Rows): number {
  let bytes = rows.kind.byteLength + rows.payload.byteLength;
  for (const name of ["from", ...COLUMN_NAMES] as const) bytes += rows[name].byteLength;
  return bytes;
}
