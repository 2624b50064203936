import { WRITE_PAYLOAD } from "./codes.ts";
import { isInput } from "./kinds.ts";
import type { Rows } from "./rows.ts";
import type { Table } from "./tables.ts";

/** Guest frame that a piece of a `guest.write` lies in. */
export function frameOfPiece({ at, atHigh }: Table<"writes">, p: number): number {
  return (at[p] >>> 12) + atHigh[p] * 0x10_0000;
}

/**
 * Visit each piece of outcome o of an input that was just reduced, with the bytes that travel with the effect;
 * they are valid during the call.
 */
export function eachPieceBytes(out: Rows, o: number, visit: (p: number, bytes: Uint8Array) => void): void {
  let from = out.from[o];
  const first = out.firstPiece[o];
  for (let p = first; p < first + out.writes[o]; p++) {
    const end = from + out.writeTable.length[p];
    visit(p, out.payload.subarray(from, end));
    from = end;
  }
}

/** Visit each run of aperture writes; `bytes` holds theirs, one after the other. */
export function eachRun(
  stores: Table<"stores">,
  bytes: Uint8Array,
  visit: (at: number, size: number, bytes: Uint8Array) => void,
): void {
  let from = 0;
  for (let k = 0; k < stores.count; k++) {
    const end = from + stores.length[k];
    visit(stores.at[k], stores.size[k], bytes.subarray(from, end));
    from = end;
  }
}

/** Follows rows in order, and knows the bytes of pieces whose bytes are their input's own. */
export class PayloadBytes {
  private next = 0;
  private end = 0;

  /** The next row. To be called for inputs at least. */
  see(rows: Rows, i: number): void {
    if (!isInput(rows.kind[i])) return;
    this.next = rows.stores[i] > 0 ? rows.from[i] : 0;
    this.end = rows.stores[i] > 0 ? rows.from[i] + rows.length[i] : 0;
  }

  /** The bytes of the next piece, p, of the input seen last; null where the row has only their hash. */
  of(rows: Rows, p: number): Uint8Array | null {
    const { code, lo, length } = rows.writeTable;
    if (code[p] !== WRITE_PAYLOAD) return null;
    const from = this.next + lo[p];
    this.next = from + length[p];
    return rows.payload.subarray(from, Math.min(this.next, this.end));
  }
}

/** One run of aperture writes, as data. */
export interface Run {
  readonly at: number;
  /** Bytes of one write. */
  readonly size: number;
  readonly bytes: Uint8Array;
}

/** The runs of an `aperture.written` row, copied. */
export function runsOf(rows: Rows, i: number): Run[] {
  const { at, size, length } = rows.storeTable;
  let from = rows.from[i];
  return Array.from({ length: rows.stores[i] }, (_, n) => {
    const k = rows.firstPiece[i] + n;
    const bytes = rows.payload.slice(from, from + length[k]);
    from += length[k];
    return { at: at[k], size: size[k], bytes };
  });
}

/** Let row i have only these of the runs that it had: they stand where those stood. */
export function keepRuns(rows: Rows, i: number, runs: readonly Run[]): void {
  const { at, size, length } = rows.storeTable;
  let used = 0;
  runs.forEach((run, n) => {
    const k = rows.firstPiece[i] + n;
    at[k] = run.at;
    size[k] = run.size;
    length[k] = run.bytes.length;
    rows.payload.set(run.bytes, rows.from[i] + used);
    used += run.bytes.length;
  });
  rows.stores[i] = runs.length;
  rows.length[i] = used;
}
