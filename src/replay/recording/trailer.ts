import type { Digest } from "../../events/digest.ts";
import { refuse } from "./errors.ts";
import { highWord, type Item, ItemReader, lowWord, packBody } from "./wire.ts";

/** What the trailer of a block says. */
export interface BlockTrailer {
  /** Of the block, from 0. */
  readonly number: number;
  readonly firstSeq: number;
  /** `firstSeq - 1` where the block has no rows. */
  readonly lastSeq: number;
  /** Rows that drive. */
  readonly inputs: number;
  /** World inputs, of this block and of all before it. */
  readonly events: number;
  readonly eventsBefore: number;
  /** Of the state after the block's last row. */
  readonly digests: readonly Digest[];
  /** The recording ends with this block. */
  readonly closed: boolean;
  /** XXH64 of the list of all earlier blocks; 0 unless closed. */
  readonly list: Hash64;
  /** Chain of the block before; for the first block, XXH64 of the preamble. */
  readonly previous: Hash64;
  /** XXH64 of the uncompressed block up to this hash. */
  readonly chain: Hash64;
}

export interface Hash64 {
  readonly lo: number;
  readonly hi: number;
}

/** Are two hashes equal? */
export function sameHash(a: Hash64, b: Hash64): boolean {
  return a.lo === b.lo && a.hi === b.hi;
}

export const NO_HASH: Hash64 = { lo: 0, hi: 0 };
export const CHAIN_BYTES = 8;
const MAX_DIGESTS = 4096;

/**
 * A trailer's body; its last 8 bytes, and so those of its block, are the place of the chain and still zero.
 */
export function packTrailer(trailer: Omit<BlockTrailer, "chain">): Uint8Array {
  const { number, firstSeq, lastSeq, inputs, events, eventsBefore, digests, closed, list, previous } =
    trailer;
  if (digests.length > MAX_DIGESTS) throw new Error(`${digests.length} digests in a trailer`);
  const items: Item[] = [
    number,
    lowWord(firstSeq),
    highWord(firstSeq),
    lastSeq + 1 - firstSeq,
    inputs,
    events,
  ];
  items.push(lowWord(eventsBefore), highWord(eventsBefore), closed ? 1 : 0);
  items.push(list.lo, list.hi, previous.lo, previous.hi);
  for (const digest of digests) items.push(digest.component, digest.epoch, digest.lo, digest.hi);
  items.push(new Uint8Array(CHAIN_BYTES));
  return packBody(items);
}

/** Throws Malformed. */
export function unpackTrailer(body: Uint8Array): BlockTrailer {
  const items = new ItemReader(body);
  const number = items.u32();
  const firstSeq = items.u53();
  const rows = items.u32();
  const inputs = items.u32();
  const events = items.u32();
  const eventsBefore = items.u53();
  const closed = items.u32() !== 0;
  const list = { lo: items.u32(), hi: items.u32() };
  const previous = { lo: items.u32(), hi: items.u32() };
  const digests: Digest[] = [];
  while (items.remaining > 1) {
    digests.push({ component: items.text(), epoch: items.u32(), lo: items.u32(), hi: items.u32() });
  }
  const chain = hashOf(items.bytes());
  if (inputs > rows || events > inputs) refuse("a trailer with more inputs than rows");
  const lastSeq = firstSeq + rows - 1;
  return { number, firstSeq, lastSeq, inputs, events, eventsBefore, digests, closed, list, previous, chain };
}

function hashOf(bytes: Uint8Array): Hash64 {
  if (bytes.length !== CHAIN_BYTES) refuse("a chain that is not 8 bytes");
  const view = new DataView(bytes.buffer, bytes.byteOffset, CHAIN_BYTES);
  return { lo: view.getUint32(0, true), hi: view.getUint32(4, true) };
}

/** One entry of the list that the closing trailer hashes: a block's rows, from and to (exclusive), and its chain. */
export interface ListEntry {
  readonly firstSeq: number;
  readonly endSeq: number;
  readonly chain: Hash64;
}

/** The same in 24 bytes. */
function listEntry({ firstSeq, endSeq, chain }: ListEntry): Uint8Array {
  const bytes = new Uint8Array(24);
  const words = [
    lowWord(firstSeq),
    highWord(firstSeq),
    lowWord(endSeq),
    highWord(endSeq),
    chain.lo,
    chain.hi,
  ];
  const view = new DataView(bytes.buffer);
  words.forEach((word, i) => {
    view.setUint32(i * 4, word, true);
  });
  return bytes;
}

/** The list of earlier blocks, growing. */
export class BlockList {
  private bytes = new Uint8Array(24 * 16);
  private used = 0;

  add(entry: ListEntry): void {
    if (this.used === this.bytes.length) {
      const bigger = new Uint8Array(this.used * 2);
      bigger.set(this.bytes);
      this.bytes = bigger;
    }
    this.bytes.set(listEntry(entry), this.used);
    this.used += 24;
  }

  hash(xxh64: (bytes: Uint8Array, into: Uint32Array) => void): Hash64 {
    const into = new Uint32Array(2);
    xxh64(this.bytes.subarray(0, this.used), into);
    return { lo: into[0], hi: into[1] };
  }
}
