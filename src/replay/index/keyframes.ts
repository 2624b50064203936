import type { Digest } from "../../events/digest.ts";
import type { Machine, State } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { packCheckpoint, unpackCheckpoint } from "../checkpoint/checkpoint.ts";
import { decompress, PoolReader, PoolWriter } from "../checkpoint/pool.ts";
import { Malformed, refuse } from "../recording/errors.ts";
import { hashAt } from "../recording/gather.ts";
import type { Recording } from "../recording/recording.ts";
import type { Codec, Tools } from "../recording/tools.ts";
import { type Item, ItemReader, packBody } from "../recording/wire.ts";

/**
 * The attachment `keyframes`: states after some of a recording's blocks, and which block brings which
 * page, so that a state can be had without what comes before it. A cache: a keyframe is used only where its
 * recomputed digests are those of the block's trailer.
 */

export const KEYFRAMES = "keyframes";
/** Version of the items' order. */
const VERSION = 1;
/** A keyframe at least every so many inputs; the format asks for one a million. */
export const KEYFRAME_INPUTS = 1 << 17;
/** Most bytes of the attachment: what comes later has no keyframe. */
const MOST_BYTES = 48 << 20;
const MOST_CHECKPOINT = 16 << 20;
const HOME_BYTES = 20;
/** After so many keyframes that do not hold the others are not tried: the model has changed. */
const MOST_WRONG = 3;

interface Packed {
  readonly block: number;
  readonly size: number;
  readonly bytes: Uint8Array;
}

/** Collects keyframes while a recording is run. */
export class KeyframeWriter {
  private readonly compression: string;
  private readonly codec: Codec;
  private readonly store: PageStore;
  private readonly pool: PoolWriter;
  private readonly frames: Packed[] = [];
  /** By content id: the block that brings it. */
  private readonly homes = new Map<number, number>();
  private bytes = 0;

  /** `compression`: a key of the tools' codecs. */
  constructor(store: PageStore, tools: Tools, compression: string) {
    this.compression = compression;
    this.codec = tools.codecs[compression];
    this.store = store;
    this.pool = new PoolWriter(this.codec, tools.hashPage);
  }

  /** A row of this block names a page. */
  page(content: number, block: number): void {
    if (!this.homes.has(content)) this.homes.set(content, block);
  }

  /** The state after a block. */
  add(block: number, state: State, digests: readonly Digest[]): void {
    if (this.pool.bytes + this.bytes > MOST_BYTES) return;
    const body = packCheckpoint(state, digests, this.store, this.pool);
    if (body.length > MOST_CHECKPOINT) return;
    const bytes = new Uint8Array(this.codec.compress(body));
    this.bytes += bytes.length;
    this.frames.push({ block, size: body.length, bytes });
  }

  /** The attachment's data. */
  finish(): Uint8Array {
    const frames = this.frames.flatMap(({ block, size, bytes }) => [block, size, bytes]);
    const items: Item[] = [VERSION, this.compression, ...this.pool.items(), this.homeBytes()];
    return packBody([...items, this.frames.length, ...frames]);
  }

  private homeBytes(): Uint8Array {
    const places = [...this.homes].map(([content, block]) => ({ hash: this.store.hash(content), block }));
    places.sort((a, b) => compareHash(a.hash, b.hash));
    const bytes = new Uint8Array(places.length * HOME_BYTES);
    const view = new DataView(bytes.buffer);
    places.forEach(({ hash, block }, i) => {
      for (let w = 0; w < 4; w++) view.setUint32(i * HOME_BYTES + w * 4, hash[w], true);
      view.setUint32(i * HOME_BYTES + 16, block, true);
    });
    return bytes;
  }
}

function compareHash(a: Uint32Array, b: Uint32Array): number {
  for (let w = 0; w < 4; w++) if (a[w] !== b[w]) return a[w] - b[w];
  return 0;
}

/** The keyframes of a recording being read. */
export class Keyframes {
  private readonly recording: Recording;
  private readonly store: PageStore;
  private readonly codec: Codec;
  private readonly pool: PoolReader;
  private readonly homes: Uint8Array;
  private readonly frames: (Packed & { readonly lastSeq: number })[] = [];
  private readonly hash = new Uint32Array(4);
  private wrong = 0;

  /** Null where the recording has none, or (with a warning) none that can be used. */
  static of(recording: Recording, store: PageStore): Keyframes | null {
    const data = recording.attachment(KEYFRAMES);
    if (data === null) return null;
    try {
      return new Keyframes(recording, store, new ItemReader(data));
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      recording.warnings.push(`attachment ${KEYFRAMES}: ${error.message}: ignored`);
      return null;
    }
  }

  private constructor(recording: Recording, store: PageStore, items: ItemReader) {
    this.recording = recording;
    this.store = store;
    if (items.u32() !== VERSION) refuse("of another version");
    const compression = items.text();
    const { codecs } = recording.tools;
    if (!Object.hasOwn(codecs, compression)) refuse("compressed by what this version cannot read");
    this.codec = codecs[compression];
    this.pool = new PoolReader(items, this.codec);
    this.homes = items.bytes();
    if (this.homes.length % HOME_BYTES !== 0) refuse("a list of pages that is cut");
    let last = -1;
    for (let left = items.u32(); left > 0; left--) {
      const packed = { block: items.u32(), size: items.u32(), bytes: items.bytes() };
      if (packed.block <= last || packed.size > MOST_CHECKPOINT) refuse("keyframes out of order, or too big");
      last = packed.block;
      if (packed.block < recording.blocksOf(KEYFRAMES))
        this.frames.push({ ...packed, lastSeq: recording.block(packed.block).lastSeq });
    }
    items.end();
    recording.findPagesBy((hash) => this.homeOf(hash));
  }

  get count(): number {
    return this.frames.length;
  }

  /** Last row before the last keyframe that is at most row `seq`; -1 where there is none. */
  before(seq: number): number {
    const f = this.placeOf(seq);
    return f < 0 ? -1 : this.frames[f].lastSeq;
  }

  /**
   * The last keyframe's state at or before `seq` and after `known`, or null. It is tried on the machine,
   * which stands in it then. One that does not hold is dropped with a warning.
   */
  stateBefore(seq: number, known: number, machine: Machine): State | null {
    for (let f = this.placeOf(seq); f >= 0; f = this.placeOf(seq)) {
      const { block, lastSeq } = this.frames[f];
      if (lastSeq <= known) return null;
      const state = this.unpack(this.frames[f]);
      if (state !== null && this.holds(state, block, machine)) return state;
      this.recording.warnings.push(`the keyframe after block ${block} does not hold: ignored`);
      this.frames.splice(f, 1);
      if (++this.wrong >= MOST_WRONG) this.frames.length = 0;
    }
    return null;
  }

  private unpack({ size, bytes }: Packed): State | null {
    try {
      const body = decompress(this.codec, bytes, size);
      return unpackCheckpoint(body, this.store, this.pool).state;
    } catch (error) {
      if (error instanceof Malformed) return null;
      throw error;
    }
  }

  /** Is every digest of the state the one that the block's trailer says? */
  private holds(state: State, block: number, machine: Machine): boolean {
    const { firstSeq, lastSeq, digests } = this.recording.trailer(block);
    if (state.seq < firstSeq || state.seq > lastSeq) return false;
    machine.restore(state);
    return sameDigests(machine.digests(), digests);
  }

  private placeOf(seq: number): number {
    let low = 0;
    let high = this.frames.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.frames[middle].lastSeq <= seq) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** The block that brings the page with this hash; -1 where the list does not say. */
  private homeOf(hash: Uint32Array): number {
    const { homes } = this;
    let low = 0;
    let high = homes.length / HOME_BYTES;
    while (low < high) {
      const middle = (low + high) >> 1;
      hashAt(homes.subarray(middle * HOME_BYTES), 0, this.hash);
      const order = compareHash(this.hash, hash);
      if (order === 0)
        return new DataView(homes.buffer, homes.byteOffset).getUint32(middle * HOME_BYTES + 16, true);
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return -1;
  }
}

/** Same components, same epochs, same values? */
export function sameDigests(a: readonly Digest[], b: readonly Digest[]): boolean {
  if (a.length !== b.length) return false;
  const theirs = new Map(b.map((digest) => [digest.component, digest]));
  return a.every(({ component, epoch, lo, hi }) => {
    const other = theirs.get(component);
    return other !== undefined && other.epoch === epoch && other.lo === lo && other.hi === hi;
  });
}
