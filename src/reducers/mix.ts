/**
 * The digests' arithmetic: a set hash. Every word contributes two 32-bit lanes, the product of its
 * scrambled value and of a key that its place gives; 0 contributes 0. A component's digest is the sum over
 * its words, so order and physical placement never enter, and a write costs one difference. Not
 * cryptographic.
 */

/**
 * A bijection of 32-bit words that keeps 0: without it, changes of top bits would meet in the top bits of
 * the sums only.
 */
export function scramble(value: number): number {
  const x = Math.imul(value ^ (value >>> 16), 0x2c1b3c6d);
  return x ^ (x >>> 15);
}

/** The key of a place in the low lane; odd. */
export function keyLow(index: number): number {
  const x = Math.imul(index + 0x3c6ef372, 0x9e3779b1);
  return Math.imul(x ^ (x >>> 15), 0x85ebca6b) | 1;
}

/** The key of a place in the high lane, from its key in the low one; odd. */
export function keyHigh(low: number): number {
  return Math.imul(low ^ (low >>> 14), 0x7feb352d) | 1;
}

/** The hash last made by `hashWords` or `hashBytes`. Holds nothing between events. */
export const HASH = { low: 0, high: 0 };

const P1 = 0x9e3779b1;
const P2 = 0x85ebca77;
const P3 = 0xc2b2ae3d;
const P4 = 0x27d4eb2f;

/** 64-bit hash of words into HASH: four independent lanes (each a round of xxHash32), merged twice. */
export function hashWords(words: Uint32Array, from: number, count: number): void {
  let a = P2 + P1;
  let b = P2;
  let c = P3;
  let d = P4 - P1;
  let x: number;
  const end = from + count;
  let i = from;
  for (; i + 4 <= end; i += 4) {
    x = a + Math.imul(words[i], P2);
    a = Math.imul((x << 13) | (x >>> 19), P1);
    x = b + Math.imul(words[i + 1], P2);
    b = Math.imul((x << 13) | (x >>> 19), P1);
    x = c + Math.imul(words[i + 2], P2);
    c = Math.imul((x << 13) | (x >>> 19), P1);
    x = d + Math.imul(words[i + 3], P2);
    d = Math.imul((x << 13) | (x >>> 19), P1);
  }
  let low =
    ((a << 1) | (a >>> 31)) + ((b << 7) | (b >>> 25)) + ((c << 12) | (c >>> 20)) + ((d << 18) | (d >>> 14));
  let high = Math.imul(a ^ (b >>> 11), P3) + Math.imul(b ^ (c >>> 13), P4) + Math.imul(c ^ (d >>> 9), P2) + d;
  low = (low + count) | 0;
  high = (high ^ count) | 0;
  for (; i < end; i++) {
    x = low + Math.imul(words[i], P3);
    low = Math.imul((x << 17) | (x >>> 15), P4);
    x = high + Math.imul(words[i] ^ P1, P2);
    high = Math.imul((x << 11) | (x >>> 21), P1);
  }
  low = Math.imul(low ^ (low >>> 15), P2);
  low = Math.imul(low ^ (low >>> 13), P3);
  high = Math.imul(high ^ (high >>> 16), P3);
  high = Math.imul(high ^ (high >>> 14), P2);
  HASH.low = (low ^ (low >>> 16)) >>> 0;
  HASH.high = (high ^ (high >>> 15)) >>> 0;
}

/**
 * Bytes that do not start at a word, and the last ones of a run, are collected here. Holds nothing between
 * events.
 */
const ALIGNED = new Uint32Array(1024);
const ALIGNED_BYTES = new Uint8Array(ALIGNED.buffer);

/**
 * 64-bit hash of at most 4,096 bytes into HASH: the identity of what a `guest.write` wrote. Does not depend
 * on alignment.
 */
export function hashBytes(bytes: Uint8Array, from: number, length: number): void {
  if (((bytes.byteOffset + from) & 3) === 0 && (length & 3) === 0) {
    hashWords(wordsUnder(bytes), (bytes.byteOffset + from) >>> 2, length >>> 2);
    return;
  }
  for (let i = 0; i < length; i++) ALIGNED_BYTES[i] = bytes[from + i];
  for (let i = length; (i & 3) !== 0; i++) ALIGNED_BYTES[i] = 0;
  hashWords(ALIGNED, 0, (length + 3) >>> 2);
  if ((length & 3) !== 0) HASH.low = (HASH.low ^ length) >>> 0;
}

let viewed: Uint8Array = ALIGNED_BYTES;
let view: Uint32Array = ALIGNED;

/**
 * The words of the buffer that `bytes` lies in. Making a view costs more than hashing a small run: the last
 * one is kept.
 */
export function wordsUnder(bytes: Uint8Array): Uint32Array {
  if (bytes !== viewed) {
    viewed = bytes;
    view = new Uint32Array(bytes.buffer, 0, bytes.buffer.byteLength >>> 2);
  }
  return view;
}

/**
 * Two lanes over a string and over nested plain data, in declared field order. Used for trees, at
 * snapshots.
 */
export class TreeHash {
  low = 0x811c9dc5 | 0;
  high = 0x2f0b4dd3 | 0;

  word(value: number): void {
    this.low = Math.imul(this.low ^ value, 0x01000193) + (this.low >>> 15);
    this.high = Math.imul(this.high + value, 0x85ebca6b) ^ (this.high >>> 13);
  }

  value(value: unknown): void {
    if (typeof value === "number") {
      this.word(1);
      this.word(value | 0);
      this.word(Math.floor(value / 0x1_0000_0000) | 0);
    } else if (typeof value === "boolean") {
      this.word(value ? 3 : 2);
    } else if (typeof value === "string") {
      this.word(4);
      for (let i = 0; i < value.length; i++) this.word(value.charCodeAt(i));
    } else if (Array.isArray(value)) {
      this.word(5);
      this.word(value.length);
      for (let i = 0; i < value.length; i++) this.value(value[i]);
    } else if (typeof value === "object" && value !== null) {
      this.word(6);
      for (const key of Object.keys(value)) this.value((value as Record<string, unknown>)[key]);
    } else {
      this.word(7);
    }
  }
}
