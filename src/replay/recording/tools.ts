import type { PageHasher } from "../../reducers/pages.ts";

/** Bytes of a recording, read synchronously. */
export interface ByteSource {
  /** For messages: a path, or what the user calls it. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /**
   * Exactly `length` bytes from `offset`, or fewer where the source ends. The caller does not write to them.
   */
  read(offset: number, length: number): Uint8Array;
}

/** Where a recording is written, front to back. */
export interface ByteSink {
  /** The bytes are consumed before this returns. */
  write(bytes: Uint8Array): void;
  /** Returns when everything written so far would survive a crash. */
  sync(): void;
}

export interface Codec {
  readonly name: "zstd" | "lz4" | "none";
  compress(bytes: Uint8Array): Uint8Array;
  /**
   * `size`: how many bytes must come out; it is capped by the caller. Throws any Error on bad input, and
   * never makes more than `size` bytes.
   */
  decompress(bytes: Uint8Array, size: number): Uint8Array;
}

/** By MCAP's compression string: "" is none. */
export type Codecs = Readonly<Record<string, Codec>>;

/** Everything a recording needs from outside: no clock, no randomness, no I/O. */
export interface Tools {
  readonly codecs: Codecs;
  /** XXH64 with seed 0, as low and high word. */
  xxh64(bytes: Uint8Array, into: Uint32Array): void;
  /** CRC-32 (IEEE, as zlib), continued from `previous` (0 to start). */
  crc32(bytes: Uint8Array, previous: number): number;
  readonly hashPage: PageHasher;
}

export const NONE: Codec = {
  name: "none",
  compress: (bytes) => bytes,
  decompress: (bytes) => bytes,
};

/** A recording in memory, to be read. */
export class MemorySource implements ByteSource {
  readonly name: string;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array, name = "memory") {
    this.bytes = bytes;
    this.name = name;
  }

  get size(): number {
    return this.bytes.length;
  }

  read(offset: number, length: number): Uint8Array {
    return this.bytes.subarray(offset, offset + length);
  }
}

/** A recording in memory, being written. */
export class MemorySink implements ByteSink {
  private buffer = new Uint8Array(1 << 16);
  private used = 0;

  write(bytes: Uint8Array): void {
    if (this.used + bytes.length > this.buffer.length) {
      const bigger = new Uint8Array(Math.max(this.buffer.length * 2, this.used + bytes.length));
      bigger.set(this.buffer.subarray(0, this.used));
      this.buffer = bigger;
    }
    this.buffer.set(bytes, this.used);
    this.used += bytes.length;
  }

  sync(): void {}

  /** A copy of what was written. */
  bytes(): Uint8Array {
    return this.buffer.slice(0, this.used);
  }
}
