import type { Digest } from "../../events/digest.ts";
import { Rows } from "../../events/rows.ts";
import type { BasePiece } from "./base-pieces.ts";
import { BlockEncoder, type EncodedBlock } from "./encoder.ts";
import { type BlockPages, NO_PAGES } from "./gather.ts";
import { firstRowOf, PROFILE, type RecordingMeta, writePreamble } from "./profile.ts";
import { attachmentBytes, type BlockPlace, type DataPlace, metadataLength, tailBytes } from "./tail.ts";
import type { ByteSink, Tools } from "./tools.ts";

/** Writes one recording, front to back: the preamble at once, blocks, attachments, and the end. */
export class RecordingWriter {
  readonly encoder: BlockEncoder;
  private readonly sink: ByteSink;
  private readonly tools: Tools;
  private readonly compression: string;
  private readonly blocks: BlockPlace[] = [];
  private readonly attachments: DataPlace[] = [];
  private offset = 0;
  private crc = 0;
  private metadata: DataPlace;

  /** `base`: the embedded checkpoint, if the description names one as the base. */
  constructor(
    sink: ByteSink,
    meta: RecordingMeta,
    tools: Tools,
    compression = "zstd",
    base: readonly BasePiece[] = [],
  ) {
    this.sink = sink;
    this.tools = tools;
    this.compression = compression;
    const preamble = writePreamble(meta, tools);
    this.encoder = new BlockEncoder(preamble, tools, compression, firstRowOf(meta));
    const length = metadataLength(preamble);
    this.metadata = { name: PROFILE, offset: preamble.length - length, length, dataSize: 0 };
    this.write(preamble);
    if (base.length !== (meta.base.kind === "checkpoint" ? meta.base.blocks : 0))
      throw new Error("a checkpoint that is not what the description says");
    const none = new Rows(0, 0);
    none.clear(firstRowOf(meta));
    for (const { fresh, bodies, bytes, digests } of base) {
      this.append(this.encoder.encode(none, { ...NO_PAGES, fresh, bodies }, digests, false, bytes));
    }
  }

  /** Bytes written so far. */
  get bytes(): number {
    return this.offset;
  }

  /** Append a block. A `closed` one is the last. */
  addBlock(rows: Rows, pages: BlockPages, digests: readonly Digest[], closed: boolean): void {
    this.append(this.encoder.encode(rows, pages, digests, closed));
  }

  private append({ bytes, number: _, ...block }: EncodedBlock): void {
    const { offset, compression } = this;
    this.blocks.push({ ...block, compression, offset, length: bytes.length });
    this.write(bytes);
  }

  /** Behind the last block. */
  addAttachment(name: string, data: Uint8Array): void {
    const bytes = attachmentBytes(name, data);
    this.attachments.push({ name, offset: this.offset, length: bytes.length, dataSize: data.length });
    this.write(bytes);
  }

  sync(): void {
    this.sink.sync();
  }

  /** Write the end of the data section, the summary and the footer. */
  finish(): void {
    const { blocks, attachments, metadata } = this;
    this.write(tailBytes({ blocks, attachments, metadata }, this.offset, this.crc, this.tools));
    this.sink.sync();
  }

  private write(bytes: Uint8Array): void {
    this.sink.write(bytes);
    this.crc = this.tools.crc32(bytes, this.crc);
    this.offset += bytes.length;
  }
}
