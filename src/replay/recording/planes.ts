/**
 * A byte-shuffled column of n elements: first the n low bytes, then the n second bytes, and so on. Planes
 * that are all zero at the high end are left out, so that an all-zero column is empty. The whole is padded
 * with zeros to 4 bytes.
 */
import { pad4 } from "./wire.ts";

/** Planes of a column of `n` elements that takes `length` bytes, or -1 where no column does. */
export function planesOf(length: number, n: number, width: number): number {
  if (length === 0) return 0;
  // Where padding leaves two answers, the planes that the greater one reads too many are zeros.
  for (let planes = width; planes > 0; planes--) if (pad4(planes * n) === length) return planes;
  return -1;
}

/** Planes that hold every bit of `bits`, the OR of a column. */
export function planesFor(bits: number): number {
  return (32 - Math.clz32(bits) + 7) >> 3;
}

/** Write `n` words as `planes` planes. */
export function shuffle(words: Uint32Array, n: number, planes: number, into: Uint8Array): void {
  for (let p = 0; p < planes; p++) {
    const base = p * n;
    const shift = p * 8;
    for (let i = 0; i < n; i++) into[base + i] = words[i] >>> shift;
  }
}

/** The other way: a column of `n` elements in `planes` planes, into the first n of `out`. */
export function unshuffle(from: Uint8Array, n: number, planes: number, out: Uint8Array | Uint32Array): void {
  if (planes === 0) out.fill(0, 0, n);
  else out.set(from.subarray(0, n));
  for (let p = 1; p < planes; p++) {
    const [base, shift] = [p * n, p * 8];
    for (let k = 0; k < n; k++) out[k] |= from[base + k] << shift;
  }
}

/** Elements j, j + 1, ... of a column are for the rows order[a] .. order[b - 1]. */
export interface Run {
  readonly order: Uint32Array;
  readonly a: number;
  readonly b: number;
  readonly j: number;
}

/** Where a column's bytes start. */
export interface Bytes {
  readonly from: Uint8Array;
  readonly at: number;
}

/** A column of `n` elements in `planes` planes. */
export interface Words extends Bytes {
  readonly n: number;
  readonly planes: number;
}

/** Four planes, each of which has its own place: in `from`, or below 0 where all its bytes are -1 - the place. */
export interface Planes extends Bytes {
  readonly places: Int32Array;
}

/** Give elements of a column to rows. */
export function scatterWords(
  { from, at, n, planes }: Words,
  { order, a, b, j }: Run,
  out: Uint32Array,
): void {
  const p = at + j - a;
  const q = p + n;
  const r = q + n;
  const t = r + n;
  if (planes === 1) for (let s = a; s < b; s++) out[order[s]] = from[p + s];
  else if (planes === 2) for (let s = a; s < b; s++) out[order[s]] = from[p + s] | (from[q + s] << 8);
  else if (planes === 3) {
    for (let s = a; s < b; s++) out[order[s]] = from[p + s] | (from[q + s] << 8) | (from[r + s] << 16);
  } else {
    for (let s = a; s < b; s++) {
      out[order[s]] = from[p + s] | (from[q + s] << 8) | (from[r + s] << 16) | (from[t + s] << 24);
    }
  }
}

/** The same for a column of one byte an element. */
export function scatterBytes({ from, at }: Bytes, { order, a, b, j }: Run, out: Uint8Array): void {
  const p = at + j - a;
  for (let s = a; s < b; s++) out[order[s]] = from[p + s];
}

/** The same for four planes by their places, the first of which is places[at]. */
export function scatterPlanes(
  { from, places, at }: Planes,
  { order, a, b, j }: Run,
  out: Uint8Array | Uint32Array,
): void {
  let same = 0;
  let count = 0;
  for (let plane = 0; plane < 4; plane++) {
    const place = places[at + plane];
    if (place < 0) {
      same |= (-1 - place) << (plane * 8);
      continue;
    }
    VARIED[count * 2] = place + j - a;
    VARIED[count * 2 + 1] = plane * 8;
    count++;
  }
  const p = VARIED[0];
  const u = VARIED[1];
  const q = VARIED[2];
  const v = VARIED[3];
  const r = VARIED[4];
  const w = VARIED[5];
  const t = VARIED[6];
  if (count === 0) for (let s = a; s < b; s++) out[order[s]] = same;
  else if (count === 1) for (let s = a; s < b; s++) out[order[s]] = same | (from[p + s] << u);
  else if (count === 2) {
    for (let s = a; s < b; s++) out[order[s]] = same | (from[p + s] << u) | (from[q + s] << v);
  } else if (count === 3) {
    for (let s = a; s < b; s++)
      out[order[s]] = same | (from[p + s] << u) | (from[q + s] << v) | (from[r + s] << w);
  } else {
    for (let s = a; s < b; s++) {
      out[order[s]] = from[p + s] | (from[q + s] << 8) | (from[r + s] << 16) | (from[t + s] << 24);
    }
  }
}

/**
 * Elements `from`, `from` + 1, ... of a column whose four planes have places as above, into the first `count`
 * of `out`.
 */
export function gatherPlanes(
  data: Uint8Array,
  places: Int32Array,
  at: number,
  from: number,
  count: number,
  out: Uint8Array | Uint32Array,
): void {
  let same = 0;
  for (let plane = 0; plane < 4; plane++)
    if (places[at + plane] < 0) same |= (-1 - places[at + plane]) << (plane * 8);
  out.fill(same, 0, count);
  for (let plane = 0; plane < 4; plane++) {
    const base = places[at + plane] + from;
    if (places[at + plane] < 0) continue;
    for (let k = 0; k < count; k++) out[k] |= data[base + k] << (plane * 8);
  }
}

/** Place and shift of the planes that are not all the same. Holds nothing between calls. */
const VARIED = new Array<number>(8).fill(0);
