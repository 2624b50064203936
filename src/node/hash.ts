import { hash } from "node:crypto";
import { crc32 as zlibCrc32 } from "node:zlib";
import xxhash from "xxhash-wasm";
import type { PageComparer, PageHasher } from "../reducers/pages.ts";

/** First 128 bits of the SHA-256 of a page. As a string, which node:crypto makes faster than bytes. */
export const hashPage: PageHasher = (bytes, into) => {
  const digest = hash("sha256", bytes, "binary");
  for (let w = 0; w < 4; w++) {
    const at = w * 4;
    const low = digest.charCodeAt(at) | (digest.charCodeAt(at + 1) << 8);
    into[w] = low | (digest.charCodeAt(at + 2) << 16) | (digest.charCodeAt(at + 3) << 24);
  }
};

/** Are two pages the same, byte for byte? */
export const samePage: PageComparer = (a, b) => Buffer.compare(a, b) === 0;

/** CRC-32 (IEEE), continued from `previous`. */
export function crc32(bytes: Uint8Array, previous: number): number {
  return zlibCrc32(bytes, previous);
}

/** Loads the XXH64 of `Tools`. */
export async function loadXxh64(): Promise<(bytes: Uint8Array, into: Uint32Array) => void> {
  const { h64Raw } = await xxhash();
  return (bytes, into) => {
    const sum = h64Raw(bytes);
    into[0] = Number(sum & 0xffff_ffffn);
    into[1] = Number(sum >> 32n);
  };
}
