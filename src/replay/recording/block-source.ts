import { printable, refuse } from "./errors.ts";
import { PAGES, ROWS, TRAILER } from "./profile.ts";
import { type ChunkHead, readMessages } from "./records.ts";
import type { ByteSource, Tools } from "./tools.ts";
import { type BlockTrailer, CHAIN_BYTES, type Hash64, sameHash, unpackTrailer } from "./trailer.ts";

/** A block's messages; what its trailer says of it holds. */
export interface LoadedBlock {
  readonly trailer: BlockTrailer;
  readonly pages: Uint8Array;
  readonly rows: Uint8Array;
  /** Of the uncompressed block, where it was asked for. */
  readonly crc: number;
}

/** Blocks of a file, each decompressed and verified by itself. */
export class BlockSource {
  /** What the chain starts from. */
  readonly start: Hash64;
  private readonly source: ByteSource;
  private readonly tools: Tools;
  private readonly blocks: readonly ChunkHead[];
  private readonly hash = new Uint32Array(2);

  /** `blocks`: those that may be read, now or later; the chain starts from the `preamble`. */
  constructor(source: ByteSource, tools: Tools, blocks: readonly ChunkHead[], preamble: Uint8Array) {
    this.source = source;
    this.tools = tools;
    this.blocks = blocks;
    this.start = this.hashOf(preamble);
  }

  /** Decompress and verify block n. Throws Malformed. */
  load(n: number, crc = false): LoadedBlock {
    const { firstSeq, endSeq } = this.blocks[n];
    const bytes = this.uncompressed(n);
    const bodies = readMessages(bytes, TRAILER);
    const trailer = unpackTrailer(bodies[TRAILER - 1]);
    if (!sameHash(trailer.chain, this.hashOf(bytes.subarray(0, bytes.length - CHAIN_BYTES)))) {
      refuse("the chain of a block does not hold");
    }
    if (trailer.number !== n) refuse(`block ${trailer.number} in the place of block ${n}`);
    if (trailer.firstSeq !== firstSeq || trailer.lastSeq + 1 !== endSeq)
      refuse("a block of other rows than its chunk says");
    if (n === 0 && !sameHash(trailer.previous, this.start))
      refuse("a block that does not belong to this recording");
    const sum = crc ? this.tools.crc32(bytes, 0) : 0;
    return { trailer, pages: bodies[PAGES - 1], rows: bodies[ROWS - 1], crc: sum };
  }

  private uncompressed(n: number): Uint8Array {
    const { dataOffset, dataLength, compression, uncompressedSize } = this.blocks[n];
    const { codecs } = this.tools;
    const name = printable(compression, 16);
    if (!Object.hasOwn(codecs, compression))
      refuse(`a block compressed by "${name}", which this version cannot read`);
    const data = this.source.read(dataOffset, dataLength);
    if (data.length !== dataLength) refuse("the file ends inside a block");
    let bytes: Uint8Array;
    try {
      bytes = codecs[compression].decompress(data, uncompressedSize);
    } catch {
      return refuse(`a block that does not decompress by ${name || "none"}`);
    }
    if (bytes.length !== uncompressedSize)
      refuse(`a block of ${bytes.length} bytes where ${uncompressedSize} belong`);
    return bytes;
  }

  private hashOf(bytes: Uint8Array): Hash64 {
    this.tools.xxh64(bytes, this.hash);
    return { lo: this.hash[0], hi: this.hash[1] };
  }
}
