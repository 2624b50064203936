import { createHash } from "node:crypto";
import { crc32 as zlibCrc32 } from "node:zlib";
import xxhash from "xxhash-wasm";
import type { PageHasher } from "../reducers/pages.ts";

/** First 128 bits of the SHA-256 of a page. */
export const hashPage: PageHasher = (bytes, into) => {
  const digest = createHash("sha256").update(bytes).digest();
  for (let w = 0; w < 4; w++) into[w] = digest.readUInt32LE(w * 4);
};

/** CRC-32 (IEEE), continued from `previous`. */
export function crc32(bytes: Uint8Array, previous: number): number {
  return zlibCrc32(bytes, previous);
}

/** Loads the XXH64 of `Tools`. */
export async function loadXxh64(): Promise<(bytes: Uint8Array, into: Uint32Array) => void> {
  const { h64Raw } = await xxhash();
  return (bytes, into) => {
    const hash = h64Raw(bytes);
    into[0] = Number(hash & 0xffff_ffffn);
    into[1] = Number(hash >> 32n);
  };
}
