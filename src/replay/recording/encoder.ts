import { McapChunkBuilder, McapRecordBuilder } from "@mcap/core";
import type { Digest } from "../../events/digest.ts";
import { isInput, KIND_WORLD } from "../../events/kinds.ts";
import type { Rows } from "../../events/rows.ts";
import { packPages } from "./base-pieces.ts";
import { RowEncoder } from "./encode.ts";
import type { BlockPages } from "./gather.ts";
import { PAGES, ROWS, TRAILER } from "./profile.ts";
import { MAX_BLOCK_BYTES } from "./records.ts";
import type { Tools } from "./tools.ts";
import { BlockList, CHAIN_BYTES, type Hash64, NO_HASH, packTrailer } from "./trailer.ts";

/** A block as bytes of the file: one MCAP chunk record. */
export interface EncodedBlock {
  readonly bytes: Uint8Array;
  readonly number: number;
  readonly firstSeq: number;
  readonly endSeq: number;
  /** Bytes of the chunk's data, after and before compression. */
  readonly compressedSize: number;
  readonly uncompressedSize: number;
}

/** Turns rows into the blocks of one file, in order: it carries the chain. */
export class BlockEncoder {
  private readonly tools: Tools;
  private readonly compression: string;
  private readonly rowEncoder = new RowEncoder();
  private readonly chunk = new McapChunkBuilder({ useMessageIndex: false });
  private readonly record = new McapRecordBuilder();
  private readonly list = new BlockList();
  private readonly hash = new Uint32Array(2);
  private number = 0;
  private nextSeq = 0;
  private events = 0;
  private chain: Hash64;

  /**
   * `preamble`: the bytes of the file before the first block. `compression`: a key of `tools.codecs`.
   * `firstRow`: the number of the first row to come.
   */
  constructor(preamble: Uint8Array, tools: Tools, compression: string, firstRow = 0) {
    if (!Object.hasOwn(tools.codecs, compression)) throw new Error(`no compression ${compression}`);
    this.tools = tools;
    this.compression = compression;
    this.chain = this.hashOf(preamble);
    this.nextSeq = firstRow;
  }

  /** Number behind the last row encoded; the next block must start here. */
  get endSeq(): number {
    return this.nextSeq;
  }

  get blocks(): number {
    return this.number;
  }

  /** World inputs encoded so far. */
  get eventCount(): number {
    return this.events;
  }

  /**
   * `digests`: of the state after the last of the rows. `closed`: the recording ends here. `piece`: of an
   * embedded checkpoint.
   */
  encode(
    rows: Rows,
    pages: BlockPages,
    digests: readonly Digest[],
    closed: boolean,
    piece: Uint8Array | null = null,
  ): EncodedBlock {
    if (rows.firstSeq !== this.nextSeq)
      throw new Error(`rows from ${rows.firstSeq}, expected ${this.nextSeq}`);
    const firstSeq = rows.firstSeq;
    const endSeq = firstSeq + rows.count;
    const counts = countInputs(rows);
    const list = closed ? this.list.hash(this.tools.xxh64) : NO_HASH;
    const trailer = packTrailer({
      ...{ number: this.number, firstSeq, lastSeq: endSeq - 1, digests, closed, list },
      ...{ ...counts, eventsBefore: this.events, previous: this.chain },
    });
    const data = this.chunkData(firstSeq, endSeq, [
      packPages(pages.fresh, pages.bodies, piece),
      this.rowEncoder.encode(rows, pages),
      trailer,
    ]);
    const block = this.seal(data, firstSeq, endSeq);
    this.list.add({ firstSeq, endSeq, chain: this.chain });
    this.number++;
    this.nextSeq = endSeq;
    this.events += counts.events;
    return block;
  }

  /** Write the chain into the block's last bytes and make a record of it. */
  private seal(data: Uint8Array, firstSeq: number, endSeq: number): EncodedBlock {
    if (data.length > MAX_BLOCK_BYTES)
      throw new Error(`a block of ${data.length} bytes, more than ${MAX_BLOCK_BYTES}`);
    const body = data.length - CHAIN_BYTES;
    this.chain = this.hashOf(data.subarray(0, body));
    const view = new DataView(data.buffer, data.byteOffset);
    view.setUint32(body, this.chain.lo, true);
    view.setUint32(body + 4, this.chain.hi, true);
    const records = this.tools.codecs[this.compression].compress(data);
    this.record.reset();
    this.record.writeChunk({
      messageStartTime: BigInt(firstSeq),
      messageEndTime: BigInt(endSeq),
      uncompressedSize: BigInt(data.length),
      uncompressedCrc: this.tools.crc32(data, 0),
      compression: this.compression,
      records,
    });
    const { number } = this;
    const [compressedSize, uncompressedSize] = [records.length, data.length];
    return { bytes: this.record.buffer, number, firstSeq, endSeq, compressedSize, uncompressedSize };
  }

  /**
   * The three messages as the uncompressed bytes of a chunk. MCAP's times are seqs here: first row, and
   * behind the last.
   */
  private chunkData(firstSeq: number, endSeq: number, [pages, rows, trailer]: Uint8Array[]): Uint8Array {
    const { chunk } = this;
    chunk.reset();
    const add = (channelId: number, seq: number, data: Uint8Array) => {
      chunk.addMessage({ channelId, sequence: 0, logTime: BigInt(seq), publishTime: BigInt(seq), data });
    };
    add(PAGES, firstSeq, pages);
    add(ROWS, firstSeq, rows);
    add(TRAILER, endSeq, trailer);
    return chunk.buffer;
  }

  private hashOf(bytes: Uint8Array): Hash64 {
    this.tools.xxh64(bytes, this.hash);
    return { lo: this.hash[0], hi: this.hash[1] };
  }
}

/** Rows that drive, and world inputs among them. */
export function countInputs(rows: Rows): { inputs: number; events: number } {
  let inputs = 0;
  let events = 0;
  for (let i = 0; i < rows.count; i++) {
    if (isInput(rows.kind[i])) inputs++;
    events += KIND_WORLD[rows.kind[i]];
  }
  return { inputs, events };
}
