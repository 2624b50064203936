import { MCAP_MAGIC, Opcode } from "@mcap/core";
import { LayoutError, Malformed, OtherLayout, RecordingError, refuse } from "./errors.ts";
import { MAX_META_BYTES, PROFILE, type RecordingMeta, readMeta } from "./profile.ts";
import {
  type AttachmentPlace,
  type ChunkHead,
  MAGIC_BYTES,
  RECORD_HEAD,
  type RecordHead,
  RecordReader,
  readChunkHead,
  readHead,
} from "./records.ts";
import type { ByteSource, Tools } from "./tools.ts";

/** Most bytes of one record of the preamble. */
const MAX_PREAMBLE_RECORD = MAX_META_BYTES + 4096;
const MAX_PREAMBLE_RECORDS = 32;
const FOOTER_BYTES = RECORD_HEAD + 20;

/** Run `act`; what it refuses becomes an error that names the file and this offset. */
function at<T>(source: ByteSource, offset: number, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof OtherLayout) throw new LayoutError(source.name, offset, error.message);
    if (error instanceof Malformed) throw new RecordingError(source.name, offset, error.message);
    throw error;
  }
}

export interface Preamble {
  readonly meta: RecordingMeta;
  readonly bytes: Uint8Array;
}

/** Read and check everything before the first block. Throws RecordingError. */
export function readPreamble(source: ByteSource, tools: Tools): Preamble {
  if (source.size === 0) throw new RecordingError(source.name, 0, "the file is empty");
  const magic = source.read(0, MAGIC_BYTES);
  if (!isMagic(magic)) {
    throw new RecordingError(source.name, 0, "not an MCAP file, so not a recording");
  }
  let offset = MAGIC_BYTES;
  for (let i = 0; i < MAX_PREAMBLE_RECORDS; i++) {
    const head = at(source, offset, () => preambleRecord(source, offset));
    const content = source.read(offset + RECORD_HEAD, head.length);
    if (i === 0) at(source, offset, () => checkHeader(head, content));
    if (head.opcode === Opcode.METADATA) {
      const before = source.read(0, offset);
      const meta = at(source, offset, () => readMeta(content, before, tools));
      return { meta, bytes: source.read(0, head.end) };
    }
    offset = head.end;
  }
  throw new RecordingError(source.name, offset, "no description of the recording where it belongs");
}

function preambleRecord(source: ByteSource, offset: number): RecordHead {
  const head = readHead(source, offset);
  if (head === null) return refuse("the file ends before its first block");
  if (head.length > MAX_PREAMBLE_RECORD) refuse(`a record of ${head.length} bytes before the first block`);
  if (head.opcode > Opcode.METADATA || head.opcode === Opcode.CHUNK)
    refuse("no description of the recording");
  return head;
}

function checkHeader(head: RecordHead, content: Uint8Array): void {
  if (head.opcode !== Opcode.HEADER) refuse("an MCAP file without a header");
  const profile = new RecordReader(content).text(MAX_META_BYTES);
  if (profile !== PROFILE) refuse(`an MCAP file of profile "${profile}", not "${PROFILE}"`);
}

/** What lies behind the preamble, found by hopping from record to record. Blocks are not verified. */
export interface Scan {
  readonly blocks: ChunkHead[];
  readonly attachments: AttachmentPlace[];
  /** Offset of the DataEnd record, or -1. */
  readonly dataEnd: number;
  /** Offset behind the recording's last byte, its closing magic; that of the file where no such end is found. */
  readonly end: number;
  /** What follows that end, in one line; null where nothing does. */
  readonly after: string | null;
  /** Where and why the scan stopped before a DataEnd record; `cut`: just because the file ends there. */
  readonly stop: { readonly offset: number; readonly reason: string; readonly cut: boolean } | null;
  /** Offset behind the last block. */
  readonly blocksEnd: number;
}

/** Bytes read at once where a record starts: the head of any, and all of a chunk before its data. */
const HEAD_BYTES = 96;

/** A file whose records' heads are looked at, each read in one go. */
class HeadSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  private readonly source: ByteSource;
  private start = 0;
  private bytes: Uint8Array = new Uint8Array(0);

  constructor(source: ByteSource) {
    this.source = source;
    this.name = source.name;
    this.size = source.size;
  }

  read(offset: number, length: number): Uint8Array {
    if (length > HEAD_BYTES) return this.source.read(offset, length);
    if (offset < this.start || offset + length > this.start + this.bytes.length) {
      this.start = offset;
      this.bytes = this.source.read(offset, HEAD_BYTES);
    }
    return this.bytes.subarray(offset - this.start, offset - this.start + length);
  }
}

/**
 * Hop from record to record, from the end of the preamble on; the first row must be `firstRow`. Never throws
 * for what the file holds.
 */
export function scanBlocks(file: ByteSource, from: number, firstRow: number): Scan {
  const source = new HeadSource(file);
  const blocks: ChunkHead[] = [];
  const attachments: AttachmentPlace[] = [];
  let offset = from;
  let blocksEnd = from;
  let seq = firstRow;
  const stopped = (reason: string, cut = false): Scan => ({
    ...{ blocks, attachments, dataEnd: -1, end: file.size, after: null, blocksEnd },
    stop: { offset, reason, cut },
  });
  try {
    while (offset < source.size) {
      const head = readHead(source, offset);
      if (head === null) return stopped("the file ends inside a record", true);
      if (head.opcode === Opcode.DATA_END)
        return { blocks, attachments, dataEnd: offset, ...endBehind(file, head), stop: null, blocksEnd };
      if (head.opcode === Opcode.ATTACHMENT) {
        attachments.push({ name: attachmentName(source, head), head });
      } else if (head.opcode !== Opcode.CHUNK) {
        return stopped(`a record of type 0x${head.opcode.toString(16)} where a block belongs`);
      } else {
        if (attachments.length > 0) return stopped("a block behind an attachment");
        const chunk = readChunkHead(source, head);
        if (chunk.firstSeq !== seq) return stopped(`a block from row ${chunk.firstSeq}, expected ${seq}`);
        seq = chunk.endSeq;
        blocks.push(chunk);
        blocksEnd = head.end;
      }
      offset = head.end;
    }
  } catch (error) {
    if (error instanceof Malformed) return stopped(error.message);
    throw error;
  }
  return stopped("the file ends behind its last block: it was not closed", true);
}

/** Where a recording ends: behind the closing magic that follows these data, else at the end of the file. */
function endBehind(source: ByteSource, dataEnd: RecordHead): Pick<Scan, "end" | "after"> {
  for (let head: RecordHead | null = dataEnd; head !== null; head = readHead(source, head.end)) {
    if (head.opcode !== Opcode.FOOTER || head.end - head.offset !== FOOTER_BYTES) continue;
    if (!isMagic(source.read(head.end, MAGIC_BYTES))) continue;
    const end = head.end + MAGIC_BYTES;
    return { end, after: bytesAfter(source, end) };
  }
  return { end: source.size, after: null };
}

function isMagic(bytes: Uint8Array): boolean {
  return MCAP_MAGIC.every((byte, i) => bytes[i] === byte);
}

function bytesAfter(source: ByteSource, end: number): string | null {
  const count = source.size - end;
  if (count <= 0) return null;
  const what = isMagic(source.read(end, MAGIC_BYTES))
    ? "a second recording, joined to this one"
    : "not its own";
  const cure = `take them apart: head -c ${end}, tail -c ${count}`;
  return `${count} bytes after its end at byte ${end} (${what}) are not read; ${cure}`;
}

/** Bytes of an attachment's content before its name: two times. */
const ATTACHMENT_FIXED = 16;
const NAME_LIMIT = 256;

function attachmentName(source: ByteSource, head: RecordHead): string {
  const most = Math.min(head.length, ATTACHMENT_FIXED + 4 + NAME_LIMIT);
  const reader = new RecordReader(source.read(head.offset + RECORD_HEAD, most));
  reader.take(ATTACHMENT_FIXED);
  return reader.text(NAME_LIMIT);
}

/**
 * Data of an attachment; null where its fields or its CRC do not hold, or where it is bigger than `most`
 * bytes.
 */
export function readAttachment(
  source: ByteSource,
  place: AttachmentPlace,
  tools: Tools,
  most: number,
): Uint8Array | null {
  const { head } = place;
  if (head.length > most + 4096) return null;
  const content = source.read(head.offset + RECORD_HEAD, head.length);
  try {
    const reader = new RecordReader(content);
    reader.take(ATTACHMENT_FIXED);
    reader.text(NAME_LIMIT);
    reader.text(NAME_LIMIT);
    const data = reader.take(reader.u64());
    const covered = reader.offset;
    const crc = reader.u32();
    return reader.remaining === 0 && tools.crc32(content.subarray(0, covered), 0) === crc ? data : null;
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

/**
 * What is wrong behind the data section, in one line; null where it holds. `whole`: check the summary's CRC
 * too.
 */
export function checkTail(
  source: ByteSource,
  { dataEnd, end: last }: Pick<Scan, "dataEnd" | "end">,
  tools: Tools,
  whole: boolean,
): string | null {
  try {
    const tail = source.read(Math.max(0, last - FOOTER_BYTES - MAGIC_BYTES), FOOTER_BYTES + MAGIC_BYTES);
    const reader = new RecordReader(tail);
    if (reader.u8() !== Opcode.FOOTER || reader.u64() !== 20) return "no footer";
    const summaryStart = reader.u64();
    reader.u64();
    const crc = reader.u32();
    if (!isMagic(reader.take(MAGIC_BYTES))) return "no closing magic";
    if (summaryStart !== dataEnd + RECORD_HEAD + 4) return "the summary is not where the footer says";
    if (!whole) return null;
    const end = last - MAGIC_BYTES - 4;
    return crcOf(source, summaryStart, end, tools) === crc ? null : "the summary's CRC does not hold";
  } catch (error) {
    if (error instanceof Malformed) return "the file ends early";
    throw error;
  }
}

/** Does the CRC of the data section hold? */
export function checkDataEnd(source: ByteSource, dataEnd: number, tools: Tools): boolean {
  try {
    const reader = new RecordReader(source.read(dataEnd, RECORD_HEAD + 4));
    reader.u8();
    return reader.u64() === 4 && reader.u32() === crcOf(source, 0, dataEnd, tools);
  } catch (error) {
    if (error instanceof Malformed) return false;
    throw error;
  }
}

const CRC_STEP = 1 << 20;

function crcOf(source: ByteSource, from: number, to: number, tools: Tools): number {
  let crc = 0;
  for (let offset = from; offset < to; offset += CRC_STEP) {
    crc = tools.crc32(source.read(offset, Math.min(CRC_STEP, to - offset)), crc);
  }
  return crc;
}
