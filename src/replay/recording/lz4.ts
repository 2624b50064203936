/**
 * Decoding of the LZ4 frame format, which is what MCAP calls "lz4". Our own because of hostile input: of the
 * two libraries that run without native code, lz4js checks no bounds, and @foxglove/wasm-lz4 refuses
 * everything after one bad frame. Checksums are skipped: the chain covers what comes out. Source:
 * lz4_Frame_format.md and lz4_Block_format.md of lz4.
 */
const MAGIC = 0x184d2204;
const FLAG_DICTIONARY = 1;
const FLAG_CONTENT_CHECKSUM = 4;
const FLAG_CONTENT_SIZE = 8;
const FLAG_BLOCK_CHECKSUM = 16;
const STORED = 0x8000_0000;
/** Shorter runs are copied byte by byte. */
const LONG_RUN = 24;

const fail = (reason: string): never => {
  throw new Error(`lz4: ${reason}`);
};

/** The content of one frame, at most `size` bytes. Throws Error on anything that is no such frame. */
export function decompressLz4(bytes: Uint8Array, size: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 7 || view.getUint32(0, true) !== MAGIC) fail("no frame");
  const flags = bytes[4];
  if (flags >>> 6 !== 1 || (flags & FLAG_DICTIONARY) !== 0)
    fail("a frame of another version or with a dictionary");
  let at = 7 + ((flags & FLAG_CONTENT_SIZE) !== 0 ? 8 : 0);
  const out = new Uint8Array(size);
  let to = 0;
  for (;;) {
    if (at + 4 > bytes.length) fail("a frame that ends early");
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) break;
    const end = at + (word & ~STORED);
    if (end > bytes.length) fail("a block that ends early");
    if ((word & STORED) !== 0) {
      if (to + end - at > size) fail("more than was announced");
      out.set(bytes.subarray(at, end), to);
      to += end - at;
    } else to = decodeBlock(bytes, at, end, out, to);
    at = end + ((flags & FLAG_BLOCK_CHECKSUM) !== 0 ? 4 : 0);
  }
  if (at + ((flags & FLAG_CONTENT_CHECKSUM) !== 0 ? 4 : 0) !== bytes.length) fail("bytes after the frame");
  return to === size ? out : out.subarray(0, to);
}

/** Decode one block of sequences to `to`; returns where its output ends. */
function decodeBlock(from: Uint8Array, start: number, end: number, out: Uint8Array, into: number): number {
  let at = start;
  let to = into;
  while (at < end) {
    const token = from[at++];
    let run = token >>> 4;
    if (run === 15) {
      let more = 255;
      while (more === 255 && at < end) run += more = from[at++];
    }
    if (at + run > end || to + run > out.length) fail("literals past the end");
    if (run > LONG_RUN) {
      out.set(from.subarray(at, at + run), to);
      at += run;
      to += run;
    } else for (const stop = to + run; to < stop; ) out[to++] = from[at++];
    if (at === end) break;
    if (at + 2 > end) fail("a block that ends inside a match");
    let back = to - (from[at] | (from[at + 1] << 8));
    at += 2;
    run = token & 15;
    if (run === 15) {
      let more = 255;
      while (more === 255 && at < end) run += more = from[at++];
    }
    run += 4;
    if (back < 0 || back === to || to + run > out.length) fail("a match outside of what came out");
    if (back === to - 1) {
      out.fill(out[back], to, to + run);
      to += run;
    } else if (run > LONG_RUN && back + run <= to) {
      out.copyWithin(to, back, back + run);
      to += run;
    } else for (const stop = to + run; to < stop; ) out[to++] = out[back++];
  }
  return to;
}
