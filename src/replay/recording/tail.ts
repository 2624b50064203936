import { McapRecordBuilder, Opcode } from "@mcap/core";
import { writeChannels } from "./profile.ts";
import type { Tools } from "./tools.ts";

/**
 * What stands after the last block of a file: attachments, the end of the data section, summary and
 * footer.
 */

/** A record that the summary points to. */
export interface DataPlace {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly dataSize: number;
}

/** A block's chunk in the file. */
export interface BlockPlace {
  readonly firstSeq: number;
  readonly endSeq: number;
  readonly offset: number;
  readonly length: number;
  readonly compression: string;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
}

/** What the summary says of a file. */
export interface TailFacts {
  readonly blocks: readonly BlockPlace[];
  readonly attachments: readonly DataPlace[];
  readonly metadata: DataPlace;
}

/** An attachment record. */
export function attachmentBytes(name: string, data: Uint8Array): Uint8Array {
  const builder = new McapRecordBuilder();
  const mediaType = "application/octet-stream";
  builder.writeAttachment({ name, mediaType, logTime: 0n, createTime: 0n, data });
  return builder.buffer;
}

/**
 * End of the data section, summary and footer, as they belong at offset `at`; `crc` is the data section's
 * up to there.
 */
export function tailBytes(facts: TailFacts, at: number, crc: number, tools: Tools): Uint8Array {
  const end = new McapRecordBuilder();
  end.writeDataEnd({ dataSectionCrc: crc });
  const summaryStart = at + end.length;
  const { summary, offsets } = summaryOf(facts, summaryStart);
  const footer = new McapRecordBuilder();
  const places = {
    summaryStart: BigInt(summaryStart),
    summaryOffsetStart: BigInt(summaryStart + summary.length),
  };
  footer.writeFooter({ ...places, summaryCrc: 0 });
  // The summary's CRC covers the footer up to the CRC itself.
  const covered = [summary, offsets, footer.buffer.subarray(0, footer.length - 4)];
  const summaryCrc = covered.reduce((sum, bytes) => tools.crc32(bytes, sum), 0);
  footer.reset();
  footer.writeFooter({ ...places, summaryCrc });
  footer.writeMagic();
  return joined([end.buffer, summary, offsets, footer.buffer]);
}

/** Byte arrays one after another. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function summaryOf(facts: TailFacts, start: number): { summary: Uint8Array; offsets: Uint8Array } {
  const { blocks, attachments, metadata } = facts;
  const builder = new McapRecordBuilder();
  const offsets = new McapRecordBuilder();
  const group = (groupOpcode: Opcode, write: () => void) => {
    const from = builder.length;
    write();
    if (builder.length === from) return;
    const [groupStart, groupLength] = [BigInt(start + from), BigInt(builder.length - from)];
    offsets.writeSummaryOffset({ groupOpcode, groupStart, groupLength });
  };
  group(Opcode.CHANNEL, () => writeChannels(builder));
  group(Opcode.STATISTICS, () => writeStatistics(builder, facts));
  group(Opcode.METADATA_INDEX, () => {
    const { name, offset, length } = metadata;
    builder.writeMetadataIndex({ name, offset: BigInt(offset), length: BigInt(length) });
  });
  group(Opcode.ATTACHMENT_INDEX, () => {
    for (const place of attachments) writeAttachmentIndex(builder, place);
  });
  group(Opcode.CHUNK_INDEX, () => {
    for (const block of blocks) writeChunkIndex(builder, block);
  });
  return { summary: builder.buffer, offsets: offsets.buffer };
}

function writeStatistics(builder: McapRecordBuilder, { blocks, attachments }: TailFacts): void {
  const count = BigInt(blocks.length);
  builder.writeStatistics({
    messageCount: count * 3n,
    schemaCount: 0,
    channelCount: 3,
    attachmentCount: attachments.length,
    metadataCount: 1,
    chunkCount: blocks.length,
    messageStartTime: 0n,
    messageEndTime: BigInt(blocks.at(-1)?.endSeq ?? 0),
    channelMessageCounts: new Map([1, 2, 3].map((channel) => [channel, count])),
  });
}

function writeChunkIndex(builder: McapRecordBuilder, block: BlockPlace): void {
  builder.writeChunkIndex({
    messageStartTime: BigInt(block.firstSeq),
    messageEndTime: BigInt(block.endSeq),
    chunkStartOffset: BigInt(block.offset),
    chunkLength: BigInt(block.length),
    messageIndexOffsets: new Map(),
    messageIndexLength: 0n,
    compression: block.compression,
    compressedSize: BigInt(block.compressedSize),
    uncompressedSize: BigInt(block.uncompressedSize),
  });
}

function writeAttachmentIndex(builder: McapRecordBuilder, place: DataPlace): void {
  builder.writeAttachmentIndex({
    ...{ name: place.name, mediaType: "application/octet-stream", logTime: 0n, createTime: 0n },
    offset: BigInt(place.offset),
    length: BigInt(place.length),
    dataSize: BigInt(place.dataSize),
  });
}

/** Bytes of the metadata record, which is the last of the preamble. */
export function metadataLength(preamble: Uint8Array): number {
  const view = new DataView(preamble.buffer, preamble.byteOffset);
  let at = 8;
  for (;;) {
    const length = 9 + Number(view.getBigUint64(at + 1, true));
    if (at + length === preamble.length) return length;
    at += length;
  }
}
