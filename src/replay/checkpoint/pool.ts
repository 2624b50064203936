import type { PageHasher } from "../../reducers/pages.ts";
import { refuse } from "../recording/errors.ts";
import type { Codec } from "../recording/tools.ts";
import type { Item, ItemReader } from "../recording/wire.ts";
import { SLOT_WORDS, type SlotSink, type SlotSource } from "./checkpoint.ts";

/**
 * Slots of 2 KiB that many checkpoints share, once each, compressed in pieces: one checkpoint needs few of
 * them.
 */

const SLOT_BYTES = SLOT_WORDS * 4;
const PIECE_SLOTS = 64;
/** Most slots of a pool: 512 MiB. */
const MAX_SLOTS = 1 << 18;
/** Pieces kept decompressed. */
const PIECES_KEPT = 64;

/** A pool being filled. */
export class PoolWriter implements SlotSink {
  private readonly codec: Codec;
  private readonly hasher: PageHasher;
  private readonly pieces: Uint8Array[] = [];
  private readonly known = new Map<string, number>();
  private readonly hash = new Uint32Array(4);
  private piece = new Uint8Array(PIECE_SLOTS * SLOT_BYTES);
  private count = 0;
  /** Bytes of the pieces so far. */
  bytes = 0;

  /** `hasher` is of pages; it does for slots. */
  constructor(codec: Codec, hasher: PageHasher) {
    this.codec = codec;
    this.hasher = hasher;
  }

  /**
   * The slot's number. Guests write these words: if it went by a hash that they can make collide, they could put other
   * words into the checkpoint, and the digests, which are no stronger, would not show it.
   */
  add(words: Uint32Array): number {
    const n = this.count;
    const view = new DataView(this.piece.buffer);
    const from = (n % PIECE_SLOTS) * SLOT_BYTES;
    for (let i = 0; i < SLOT_WORDS; i++) view.setUint32(from + i * 4, words[i], true);
    this.hasher(this.piece.subarray(from, from + SLOT_BYTES), this.hash);
    const key = this.hash.join();
    const known = this.known.get(key);
    if (known !== undefined) return known;
    this.known.set(key, n);
    this.count++;
    if (this.count % PIECE_SLOTS === 0) this.closePiece(PIECE_SLOTS);
    return n;
  }

  /** How many slots and pieces there are, then the pieces. */
  items(): Item[] {
    const left = this.count % PIECE_SLOTS;
    if (left > 0) this.closePiece(left);
    return [this.count, this.pieces.length, ...this.pieces];
  }

  private closePiece(slots: number): void {
    const piece = new Uint8Array(this.codec.compress(this.piece.subarray(0, slots * SLOT_BYTES)));
    this.pieces.push(piece);
    this.bytes += piece.length;
    this.piece = new Uint8Array(PIECE_SLOTS * SLOT_BYTES);
  }
}

/** A pool read back. */
export class PoolReader implements SlotSource {
  readonly count: number;
  private readonly codec: Codec;
  private readonly pieces: Uint8Array[] = [];
  private readonly open = new Map<number, Uint8Array>();

  /** Throws Malformed. */
  constructor(items: ItemReader, codec: Codec) {
    this.codec = codec;
    this.count = items.u32();
    if (this.count > MAX_SLOTS) refuse(`a pool of ${this.count} slots`);
    const pieces = items.u32();
    if (pieces !== Math.ceil(this.count / PIECE_SLOTS)) refuse(`a pool in ${pieces} pieces`);
    for (let p = 0; p < pieces; p++) this.pieces.push(items.bytes());
  }

  slot(n: number): Uint32Array {
    const piece = this.pieceOf(Math.floor(n / PIECE_SLOTS));
    const from = (n % PIECE_SLOTS) * SLOT_BYTES;
    const view = new DataView(piece.buffer, piece.byteOffset + from, SLOT_BYTES);
    const words = new Uint32Array(SLOT_WORDS);
    for (let i = 0; i < SLOT_WORDS; i++) words[i] = view.getUint32(i * 4, true);
    return words;
  }

  private pieceOf(p: number): Uint8Array {
    const open = this.open.get(p);
    if (open !== undefined) return open;
    const slots = Math.min(PIECE_SLOTS, this.count - p * PIECE_SLOTS);
    const piece = decompress(this.codec, this.pieces[p], slots * SLOT_BYTES);
    this.open.set(p, piece);
    for (const oldest of this.open.keys()) {
      if (this.open.size <= PIECES_KEPT) break;
      this.open.delete(oldest);
    }
    return piece;
  }
}

/** Exactly `size` bytes. Throws Malformed where something else comes out. */
export function decompress(codec: Codec, bytes: Uint8Array, size: number): Uint8Array {
  let out: Uint8Array;
  try {
    out = codec.decompress(bytes, size);
  } catch {
    return refuse("bytes that do not decompress");
  }
  return out.length === size ? out : refuse(`${out.length} bytes where ${size} belong`);
}
