/**
 * The digests' arithmetic: a set hash. Every non-zero word contributes two 32-bit lanes that depend on its place and value; a
 * component's digest is the sum over its words, so order and physical placement never enter. Not cryptographic.
 */

/** The low lane of a word's contribution. */
export function mixLow(index: number, value: number): number {
  let x = Math.imul(index ^ 0x9e3779b9, 0x85ebca6b) ^ value;
  x = Math.imul(x ^ (x >>> 15), 0xc2b2ae35);
  x = Math.imul(x ^ (x >>> 13), 0x27d4eb2f);
  return x ^ (x >>> 16);
}

/** The high lane of a word's contribution. */
export function mixHigh(index: number, value: number): number {
  let x = Math.imul(value ^ 0x165667b1, 0x9e3779b1) ^ Math.imul(index + 0x3c6ef372, 0x85ebca77);
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  return x ^ (x >>> 15);
}

/** Two lanes over a string and over nested plain data, in declared field order. Used for trees, at snapshots. */
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

/** Low lane of a 64-bit hash of bytes: the identity of what a `guest.write` wrote. */
export function hashBytesLow(bytes: Uint8Array, from: number, length: number): number {
  let x = 0x811c9dc5 ^ length;
  let i = from;
  const whole = from + (length & ~3);
  for (; i < whole; i += 4) {
    const word = bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
    x = Math.imul(x ^ word, 0x85ebca6b);
    x ^= x >>> 13;
  }
  for (; i < from + length; i++) x = Math.imul(x ^ bytes[i], 0x01000193);
  return (x ^ (x >>> 16)) >>> 0;
}

/** High lane of the same hash. */
export function hashBytesHigh(bytes: Uint8Array, from: number, length: number): number {
  let x = 0x2f0b4dd3 + length;
  let i = from;
  const whole = from + (length & ~3);
  for (; i < whole; i += 4) {
    const word = bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
    x = Math.imul(x + word, 0xc2b2ae35);
    x = (x << 15) | (x >>> 17);
  }
  for (; i < from + length; i++) x = Math.imul(x + bytes[i], 0x9e3779b1);
  return (x ^ (x >>> 15)) >>> 0;
}
