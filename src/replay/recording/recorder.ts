import type { Digest } from "../../events/digest.ts";
import { isInput, KIND_PAYLOAD } from "../../events/kinds.ts";
import { eachPageId } from "../../events/page-ids.ts";
import type { Rows } from "../../events/rows.ts";
import { PAGE_BYTES } from "../../hw/units.ts";
import type { SeenPages } from "./gather.ts";

/** A block is sealed when it holds this many inputs, */
export const SEAL_INPUTS = 16_384;
/** or this many bytes of payload and of pages that are new to the file, */
const SEAL_BYTES = 1 << 20;
/** or this many lines, which are rows and entries of theirs (a few inputs can have many of both), */
export const SEAL_LINES = 1 << 17;
/** or something at all for this many microseconds. */
const SEAL_MICROSECONDS = 20_000;

/**
 * Where a live engine puts its rows. It appends to `rows`, and asks for a seal between inputs.
 */
export interface Recorder {
  /** Append only. The object stays, its columns are others after a seal: hold none across one. */
  readonly rows: Rows;
  /** Too much waits to be written: take no new message. */
  readonly full: boolean;
  /** Why nothing can be recorded any more, in one line. */
  readonly failed: string | null;
  /** Seal where the block is full; `digests` is called only then, and tells the state after the last row. */
  sealIfFull(digests: () => readonly Digest[]): void;
  /** Seal what there is, if there is anything. */
  seal(digests: readonly Digest[]): void;
  /** Microseconds on the caller's clock: is there something that waits for 20 ms or longer? */
  sealDue(nowMicroseconds: number): boolean;
  /** End the recording. `digests`: of the last state. Rejects where it could not be written whole. */
  close(digests: readonly Digest[]): Promise<Recorded>;
}

/** A finished recording. */
export interface Recorded {
  /** Empty where it went to no file. */
  readonly path: string;
  readonly blocks: number;
  readonly bytes: number;
}

/** Rows, what they were told and what they wrote. */
export function linesOf(rows: Rows): number {
  return rows.count + rows.answerTable.count + rows.writeTable.count;
}

/** Counts what the block being recorded holds, row by row, each once. */
export class Fill {
  /** Rows that drive. */
  inputs = 0;
  /** Of payload, and of pages that are new to the file, each page once. */
  bytes = 0;
  private readonly seen: SeenPages;
  private counted = 0;
  /** With fewer lines than this, and no more payload than that, the block cannot be full: nothing is counted. */
  private linesAtLeast = 0;
  private payloadAtMost = 0;
  /** By page: the block that it was last counted for. */
  private marks = new Uint32Array(256);
  private block = 1;
  /** Of the first look at a block that holds something; -1 where it is empty. */
  private since = -1;

  constructor(seen: SeenPages) {
    this.seen = seen;
    this.clear();
  }

  clear(): void {
    this.counted = 0;
    this.inputs = 0;
    this.bytes = 0;
    this.since = -1;
    this.block++;
    this.expect(0, 0);
  }

  isFull(rows: Rows): boolean {
    const lines = linesOf(rows);
    if (lines < this.linesAtLeast && rows.payloadUsed <= this.payloadAtMost) return false;
    this.count(rows);
    this.expect(lines, rows.payloadUsed);
    return this.inputs >= SEAL_INPUTS || this.bytes >= SEAL_BYTES || lines >= SEAL_LINES;
  }

  /** How far the block can grow from here before it can be full: half of the room for payload, half for pages. */
  private expect(lines: number, payload: number): void {
    const room = Math.max(SEAL_BYTES - this.bytes, 0) >>> 1;
    const more = Math.min(SEAL_INPUTS - this.inputs, SEAL_LINES - lines, Math.floor(room / PAGE_BYTES));
    this.linesAtLeast = lines + Math.max(more, 1);
    this.payloadAtMost = payload + room;
  }

  /** Count the rows that came since. */
  count(rows: Rows): void {
    const { count, kind } = rows;
    for (let i = this.counted; i < count; i++) {
      const k = kind[i];
      if (isInput(k)) this.inputs++;
      if (KIND_PAYLOAD[k] === 1) this.bytes += rows.length[i];
    }
    eachPageId(rows, this.countPage, this.counted);
    this.counted = count;
  }

  isDue(rows: Rows, now: number): boolean {
    if (rows.count === 0) return false;
    if (this.since < 0) this.since = now;
    return now - this.since >= SEAL_MICROSECONDS;
  }

  private readonly countPage = (id: number): void => {
    if (this.seen.has(id)) return;
    if (id >= this.marks.length) {
      const bigger = new Uint32Array(Math.max(this.marks.length * 2, id + 1));
      bigger.set(this.marks);
      this.marks = bigger;
    }
    if (this.marks[id] !== this.block) this.bytes += PAGE_BYTES;
    this.marks[id] = this.block;
  };
}
