import { McapRecordBuilder, Opcode } from "@mcap/core";
import type { Digest } from "../../events/digest.ts";
import type { Rows } from "../../events/rows.ts";
import { BlockEncoder, type EncodedBlock } from "./encoder.ts";
import type { BlockPages } from "./gather.ts";
import { PROFILE, type RecordingMeta, writeChannels, writePreamble } from "./profile.ts";
import type { ByteSink, Tools } from "./tools.ts";

interface Place {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly dataSize: number;
}

/** Writes one recording, front to back: the preamble at once, blocks, attachments, and the end. */
export class RecordingWriter {
  readonly encoder: BlockEncoder;
  private readonly sink: ByteSink;
  private readonly tools: Tools;
  private readonly compression: string;
  private readonly blocks: { block: Omit<EncodedBlock, "bytes">; offset: number; length: number }[] = [];
  private readonly attachments: Place[] = [];
  private offset = 0;
  private crc = 0;
  private metadata: Place;

  constructor(sink: ByteSink, meta: RecordingMeta, tools: Tools, compression = "zstd") {
    this.sink = sink;
    this.tools = tools;
    this.compression = compression;
    const preamble = writePreamble(meta, tools);
    this.encoder = new BlockEncoder(preamble, tools, compression);
    const length = metadataLength(preamble);
    this.metadata = { name: PROFILE, offset: preamble.length - length, length, dataSize: 0 };
    this.write(preamble);
  }

  /** Bytes written so far. */
  get bytes(): number {
    return this.offset;
  }

  /** Append a block. A `closed` one is the last. */
  addBlock(rows: Rows, pages: BlockPages, digests: readonly Digest[], closed: boolean): void {
    const { bytes, ...block } = this.encoder.encode(rows, pages, digests, closed);
    this.blocks.push({ block, offset: this.offset, length: bytes.length });
    this.write(bytes);
  }

  /** Behind the last block. */
  addAttachment(name: string, data: Uint8Array): void {
    const builder = new McapRecordBuilder();
    builder.writeAttachment({
      name,
      mediaType: "application/octet-stream",
      logTime: 0n,
      createTime: 0n,
      data,
    });
    const bytes = builder.buffer;
    this.attachments.push({ name, offset: this.offset, length: bytes.length, dataSize: data.length });
    this.write(bytes);
  }

  sync(): void {
    this.sink.sync();
  }

  /** Write the end of the data section, the summary and the footer. */
  finish(): void {
    const builder = new McapRecordBuilder();
    builder.writeDataEnd({ dataSectionCrc: this.crc });
    this.write(builder.buffer);
    const summaryStart = this.offset;
    const { summary, offsets } = this.summary(summaryStart);
    this.crc = 0;
    this.write(summary);
    const summaryOffsetStart = this.offset;
    this.write(offsets);
    const footer = new McapRecordBuilder();
    const places = { summaryStart: BigInt(summaryStart), summaryOffsetStart: BigInt(summaryOffsetStart) };
    footer.writeFooter({ ...places, summaryCrc: 0 });
    // The summary's CRC covers the footer up to the CRC itself.
    const summaryCrc = this.tools.crc32(footer.buffer.subarray(0, footer.length - 4), this.crc);
    footer.reset();
    footer.writeFooter({ ...places, summaryCrc });
    footer.writeMagic();
    this.write(footer.buffer);
    this.sink.sync();
  }

  private summary(start: number): { summary: Uint8Array; offsets: Uint8Array } {
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
    group(Opcode.STATISTICS, () => this.writeStatistics(builder));
    group(Opcode.METADATA_INDEX, () => {
      const { name, offset, length } = this.metadata;
      builder.writeMetadataIndex({ name, offset: BigInt(offset), length: BigInt(length) });
    });
    group(Opcode.ATTACHMENT_INDEX, () => {
      for (const place of this.attachments) writeAttachmentIndex(builder, place);
    });
    group(Opcode.CHUNK_INDEX, () => this.writeChunkIndex(builder));
    return { summary: builder.buffer, offsets: offsets.buffer };
  }

  private writeStatistics(builder: McapRecordBuilder): void {
    const count = BigInt(this.blocks.length);
    builder.writeStatistics({
      messageCount: count * 3n,
      schemaCount: 0,
      channelCount: 3,
      attachmentCount: this.attachments.length,
      metadataCount: 1,
      chunkCount: this.blocks.length,
      messageStartTime: 0n,
      messageEndTime: BigInt(this.encoder.endSeq),
      channelMessageCounts: new Map([1, 2, 3].map((channel) => [channel, count])),
    });
  }

  private writeChunkIndex(builder: McapRecordBuilder): void {
    for (const { block, offset, length } of this.blocks) {
      builder.writeChunkIndex({
        messageStartTime: BigInt(block.firstSeq),
        messageEndTime: BigInt(block.endSeq),
        chunkStartOffset: BigInt(offset),
        chunkLength: BigInt(length),
        messageIndexOffsets: new Map(),
        messageIndexLength: 0n,
        compression: this.compression,
        compressedSize: BigInt(block.compressedSize),
        uncompressedSize: BigInt(block.uncompressedSize),
      });
    }
  }

  private write(bytes: Uint8Array): void {
    this.sink.write(bytes);
    this.crc = this.tools.crc32(bytes, this.crc);
    this.offset += bytes.length;
  }
}

function writeAttachmentIndex(builder: McapRecordBuilder, place: Place): void {
  builder.writeAttachmentIndex({
    ...{ name: place.name, mediaType: "application/octet-stream", logTime: 0n, createTime: 0n },
    offset: BigInt(place.offset),
    length: BigInt(place.length),
    dataSize: BigInt(place.dataSize),
  });
}

/** Bytes of the metadata record, which is the last of the preamble. */
function metadataLength(preamble: Uint8Array): number {
  const view = new DataView(preamble.buffer, preamble.byteOffset);
  let at = 8;
  for (;;) {
    const length = 9 + Number(view.getBigUint64(at + 1, true));
    if (at + length === preamble.length) return length;
    at += length;
  }
}
