import { Opcode } from "@mcap/core";
import { refuse } from "./errors.ts";
import type { ByteSource } from "./tools.ts";

export const MAGIC_BYTES = 8;
/** Opcode and length of a record. */
export const RECORD_HEAD = 9;
/** Most bytes of a block before and after compression. */
export const MAX_BLOCK_BYTES = 64 << 20;
const COMPRESSION_LIMIT = 16;
/** Bytes of a chunk's content before the name of its compression. */
const CHUNK_FIXED = 8 + 8 + 8 + 4;

/** Reads the fields of one MCAP record, bounds checked. Every method throws Malformed past the end. */
export class RecordReader {
  offset = 0;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.bytes.length - this.offset;
  }

  private advance(length: number): number {
    const at = this.offset;
    if (length > this.bytes.length - at) refuse("a record that ends early");
    this.offset = at + length;
    return at;
  }

  u8(): number {
    return this.view.getUint8(this.advance(1));
  }

  u16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  /** A 64-bit field as a number; above 2^53 - 1 it is refused. */
  u64(): number {
    const lo = this.u32();
    const hi = this.u32();
    return hi < 0x20_0000 ? hi * 0x1_0000_0000 + lo : refuse("a 64-bit field that is too big");
  }

  take(length: number): Uint8Array {
    const at = this.advance(length);
    return this.bytes.subarray(at, at + length);
  }

  text(limit: number): string {
    const length = this.u32();
    if (length > limit) refuse(`a text of ${length} bytes where at most ${limit} belong`);
    return new TextDecoder().decode(this.take(length));
  }

  /** A map of texts that fills the rest of the record. */
  textMap(limit: number): Map<string, string> {
    const length = this.u32();
    if (length !== this.remaining) refuse("a map that does not fill its record");
    const map = new Map<string, string>();
    while (this.remaining > 0) map.set(this.text(limit), this.text(limit));
    return map;
  }
}

/** Opcode, place and size of one record. */
export interface RecordHead {
  readonly opcode: number;
  /** Of the opcode, in the file. */
  readonly offset: number;
  /** Bytes of content, after the 9 bytes of the head. */
  readonly length: number;
  /** Offset after the record. */
  readonly end: number;
}

/**
 * The record that starts at `offset`; null where the source ends inside it. Throws Malformed on an absurd
 * length.
 */
export function readHead(source: ByteSource, offset: number): RecordHead | null {
  if (offset + RECORD_HEAD > source.size) return null;
  const reader = new RecordReader(source.read(offset, RECORD_HEAD));
  const opcode = reader.u8();
  const length = reader.u64();
  const end = offset + RECORD_HEAD + length;
  return end > source.size ? null : { opcode, offset, length, end };
}

/** A block as its chunk's fields describe it. Nothing of it is verified. */
export interface ChunkHead {
  /** Of the record, in the file. */
  readonly offset: number;
  readonly end: number;
  readonly firstSeq: number;
  /** The seq after the last row. */
  readonly endSeq: number;
  readonly uncompressedSize: number;
  readonly crc: number;
  readonly compression: string;
  readonly dataOffset: number;
  readonly dataLength: number;
}

/**
 * The fields of a chunk record before its data. Throws Malformed; sizes are capped here, before anything is
 * allocated.
 */
export function readChunkHead(source: ByteSource, head: RecordHead): ChunkHead {
  const most = Math.min(head.length, CHUNK_FIXED + 4 + COMPRESSION_LIMIT + 8);
  const reader = new RecordReader(source.read(head.offset + RECORD_HEAD, most));
  const firstSeq = reader.u64();
  const endSeq = reader.u64();
  const uncompressedSize = reader.u64();
  const crc = reader.u32();
  const compression = reader.text(COMPRESSION_LIMIT);
  const dataLength = reader.u64();
  const dataOffset = head.offset + RECORD_HEAD + reader.offset;
  if (dataOffset + dataLength !== head.end) refuse("a chunk whose data does not fill it");
  if (uncompressedSize > MAX_BLOCK_BYTES || dataLength > MAX_BLOCK_BYTES) {
    refuse(`a block of ${Math.max(uncompressedSize, dataLength)} bytes, more than ${MAX_BLOCK_BYTES}`);
  }
  // Not even a decoder is asked: one of them takes 0 to mean that the data says how much comes out.
  if (uncompressedSize === 0) refuse("an empty block");
  if (endSeq < firstSeq) refuse("a block that ends before it starts");
  const { offset, end } = head;
  return { offset, end, firstSeq, endSeq, uncompressedSize, crc, compression, dataOffset, dataLength };
}

/**
 * The bodies of the messages of an uncompressed chunk, which must stand on channels 1, 2, ... in this order.
 */
export function readMessages(bytes: Uint8Array, count: number): Uint8Array[] {
  const reader = new RecordReader(bytes);
  const bodies: Uint8Array[] = [];
  for (let channel = 1; channel <= count; channel++) {
    if (reader.u8() !== Opcode.MESSAGE) refuse("something else than a message in a block");
    const body = new RecordReader(reader.take(reader.u64()));
    if (body.u16() !== channel) refuse("a message on another channel than its place says");
    body.take(4 + 8 + 8);
    bodies.push(body.take(body.remaining));
  }
  if (reader.remaining !== 0) refuse("something after the trailer of a block");
  return bodies;
}

export interface AttachmentPlace {
  readonly name: string;
  readonly head: RecordHead;
}
