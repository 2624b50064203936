import { TOLD } from "../../events/codes.ts";
import type { Digest } from "../../events/digest.ts";
import { K } from "../../events/kinds.ts";
import type { Rows } from "../../events/rows.ts";
import { PAGE_BYTES } from "../../hw/units.ts";
import type { Machine, State } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { type PackedState, StatePool } from "../../reducers/state-pool.ts";
import { contentsOf } from "../checkpoint/base.ts";
import { sameDigests } from "../index/keyframes.ts";
import { HASH_BYTES } from "../recording/decode.ts";
import { RowEncoder } from "../recording/encode.ts";
import { type BlockPages, hashAt, hashesOf } from "../recording/gather.ts";
import type { Codec } from "../recording/tools.ts";
import type { SaveTrigger } from "./save-trigger.ts";

/**
 * The rolling window of a flight recorder. It runs every block again that the live machine has sealed, on a
 * machine of its own: so a state to start from costs the live thread nothing, and what is kept is known to
 * replay. Blocks are kept compressed, in segments that start at a state each; the oldest segment goes as a
 * whole, with the pages that nothing else needs.
 */

/** A window is at most this part longer than asked for: it starts where a segment does. */
const SEGMENTS = 8;

/** What a window is to hold. */
export interface WindowLimits {
  /** Model time in microseconds, */
  readonly microseconds: number;
  /** or this many bytes of memory, whichever is less. */
  readonly bytes: number;
}

/** A sealed block, its rows compressed. */
export interface KeptBlock {
  readonly firstSeq: number;
  readonly body: Uint8Array;
  /** Bytes of the body before compression. */
  readonly size: number;
  readonly digests: readonly Digest[];
}

/** Blocks, and the state that they start from. */
export interface Segment {
  /** null: reset. */
  readonly state: PackedState | null;
  readonly digests: readonly Digest[];
  /** The last row before, and model time there. */
  readonly seq: number;
  readonly now: number;
  /** Contents of guest memory that the state knows, and that the blocks bring or use: ids of the store. */
  readonly known: ReadonlySet<number>;
  readonly used: Set<number>;
  readonly blocks: KeptBlock[];
  bytes: number;
}

/** Rolls on with a live machine's blocks. */
export class Window {
  /** Stands behind the last block. */
  readonly machine: Machine;
  /** Why no state can be had any more, in one line: the machine's own bug, or rows that do not replay. */
  broken: string | null = null;
  /** Segments that were dropped so far. */
  dropped = 0;
  /** The number behind the last row. */
  endSeq = 0;
  private readonly store: PageStore;
  private readonly codec: Codec;
  private readonly limits: WindowLimits;
  private readonly trigger: SaveTrigger | null;
  private readonly encoder = new RowEncoder();
  private readonly segments: Segment[] = [];
  /** The states that segments start from. */
  private readonly states = new StatePool();
  private readonly pinned = new Set<readonly Segment[]>();
  private readonly hash = new Uint32Array(4);
  /** Contents that a dropped segment had and no other has, if that is still so; once each, none that was forgotten. */
  private readonly idle = new Set<number>();

  /** `machine` stands at its reset, and has `store`. */
  constructor(
    machine: Machine,
    store: PageStore,
    codec: Codec,
    limits: WindowLimits,
    trigger: SaveTrigger | null,
  ) {
    this.machine = machine;
    this.store = store;
    this.codec = codec;
    this.limits = limits;
    this.trigger = trigger;
    this.segments.push(segmentAt({ state: null, known: new Set(), digests: [], seq: -1, now: 0 }));
  }

  /** Bytes that blocks, their pages and the states take. */
  get bytes(): number {
    return this.segments.reduce((sum, { bytes }) => sum + bytes, this.states.bytes);
  }

  /** The first and the last row of the window; the last is the one before the first where it is empty. */
  get range(): readonly [first: number, last: number] {
    return [this.segments[0].seq + 1, this.endSeq - 1];
  }

  /**
   * Take a block that was sealed between inputs. `rows` are the caller's again afterwards;
   * their page ids become the store's.
   */
  take(rows: Rows, pages: BlockPages, digests: readonly Digest[]): void {
    this.bringPages(rows, pages);
    const segment = this.segments[this.segments.length - 1];
    const body = this.encoder.encode(rows, pages);
    const kept = new Uint8Array(this.codec.compress(body));
    segment.blocks.push({ firstSeq: rows.firstSeq, body: kept, size: body.length, digests });
    segment.bytes += kept.length + pages.bodies.length;
    for (let i = 0; i < pages.used.length / HASH_BYTES; i++) segment.used.add(this.find(pages.used, i));
    this.endSeq = rows.firstSeq + rows.count;
    this.run(rows, digests);
    if (this.broken === null && digests.length > 0) this.startSegment(segment, digests);
    this.dropOld();
  }

  /** What there is now, with the state it starts from (null: reset), held until `release`: the window rolls on. */
  pin(): { readonly state: State | null; readonly segments: readonly Segment[]; release(): void } {
    const first = this.segments[0].state;
    const state = first === null ? null : this.states.unpack(first);
    const segments = this.segments.map((segment) => ({ ...segment, blocks: [...segment.blocks] }));
    this.pinned.add(segments);
    return { state, segments, release: () => this.release(segments) };
  }

  /** Hashes of at most so many contents that the window needs no more: who else has them is to be asked. */
  takeIdle(most: number): Uint8Array {
    const some: number[] = [];
    for (const id of this.idle) {
      if (some.length === most) break;
      this.idle.delete(id);
      if (!this.needs(id)) some.push(id);
    }
    return hashesOf(some, this.store);
  }

  /** Nobody needs these any more. */
  forget(hashes: Uint8Array): void {
    for (let i = 0; i < hashes.length / HASH_BYTES; i++) {
      const id = this.find(hashes, i);
      if (id <= 0 || this.needs(id)) continue;
      // From here on the id is nobody's, and then another content's.
      this.idle.delete(id);
      this.store.forget(id);
    }
  }

  private release(segments: readonly Segment[]): void {
    this.pinned.delete(segments);
    for (const segment of segments) this.letGo(segment);
  }

  private bringPages(rows: Rows, { used, index, answerIndex, fresh, bodies }: BlockPages): void {
    for (let i = 0; i < fresh.length / HASH_BYTES; i++) {
      hashAt(fresh, i, this.hash);
      this.store.internHashed(this.hash, bodies.subarray(i * PAGE_BYTES, (i + 1) * PAGE_BYTES));
    }
    for (let i = 0; i < rows.count; i++)
      if (rows.kind[i] === K["guest.fetched"]) rows.page[i] = this.find(used, index[i]);
    const { page, status, count } = rows.answerTable;
    for (let k = 0; k < count; k++) if (status[k] === TOLD) page[k] = this.find(used, answerIndex[k]);
  }

  private find(hashes: Uint8Array, i: number): number {
    hashAt(hashes, i, this.hash);
    return this.store.find(this.hash);
  }

  private run(rows: Rows, digests: readonly Digest[]): void {
    if (this.broken !== null) return;
    try {
      const stop = this.trigger?.run(this.machine, rows) ?? this.machine.batch(rows, 0, rows.count);
      if (stop < rows.count)
        this.broken = `it does not replay: row ${rows.firstSeq + stop} is answered otherwise`;
      else if (digests.length > 0 && !sameDigests(this.machine.digests(), digests))
        this.broken = `it does not replay: the digests behind row ${this.endSeq - 1} are others`;
    } catch (error) {
      this.broken = error instanceof Error ? error.message : String(error);
    }
  }

  /** Where the last segment is long enough the next one starts. */
  private startSegment(last: Segment, digests: readonly Digest[]): void {
    const { microseconds, bytes } = this.limits;
    const { now } = this.machine.core;
    if (now - last.now < microseconds / SEGMENTS && last.bytes < bytes / SEGMENTS) return;
    const state = this.machine.snapshot();
    const known = contentsOf(state);
    this.segments.push(
      segmentAt({ state: this.states.pack(state), known, digests, seq: this.endSeq - 1, now }),
    );
  }

  /** Whatever the limits say, the last segment with a block stays: behind it a new one may have begun. */
  private dropOld(): void {
    const { microseconds, bytes } = this.limits;
    const { now } = this.machine.core;
    const fewest = this.segments[this.segments.length - 1].blocks.length > 0 ? 1 : 2;
    while (
      this.segments.length > fewest &&
      (this.segments[1].now <= now - microseconds || this.bytes > bytes)
    ) {
      const [old] = this.segments.splice(0, 1);
      this.dropped++;
      if (old.state !== null) this.states.release(old.state);
      this.letGo(old);
    }
  }

  private letGo({ known, used }: Segment): void {
    for (const ids of [known, used]) for (const id of ids) if (id !== 0 && !this.needs(id)) this.idle.add(id);
  }

  private needs(id: number): boolean {
    const has = ({ known, used }: Segment): boolean => used.has(id) || known.has(id);
    if (this.segments.some(has)) return true;
    for (const segments of this.pinned) if (segments.some(has)) return true;
    return false;
  }
}

function segmentAt(from: Pick<Segment, "state" | "known" | "digests" | "seq" | "now">): Segment {
  return { ...from, used: new Set(), blocks: [], bytes: 0 };
}
