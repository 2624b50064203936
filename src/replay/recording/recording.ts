import type { Rows } from "../../events/rows.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { type BasePiece, readPieces, unpackPiece } from "./base-pieces.ts";
import { type BlockInfo, BlockView, blockHolding, type Damage, type Lineage } from "./block-info.ts";
import { BlockPages } from "./block-pages.ts";
import { BlockSource, type LoadedBlock } from "./block-source.ts";
import {
  type Before,
  type BlockVisitor,
  behind,
  type CheckedBlocks,
  checkCounts,
  checkedOf,
  WRONG_LIST,
} from "./checked.ts";
import { RowDecoder } from "./decode.ts";
import { Malformed, printable, RecordingError, refuse } from "./errors.ts";
import { compileLayout, type Layout } from "./layout.ts";
import { checkDataEnd, checkTail, readAttachment, readPreamble, type Scan, scanBlocks } from "./open.ts";
import { ATTACHMENTS, firstRowOf, type RecordingMeta } from "./profile.ts";
import { type AttachmentPlace, type ChunkHead, MAX_BLOCK_BYTES } from "./records.ts";
import { PackedRows, StretchReader } from "./stretches.ts";
import type { ByteSource, Tools } from "./tools.ts";
import { BlockList, type BlockTrailer, sameHash } from "./trailer.ts";

const INTACT = ", although every block is intact: some byte that holds no row is damaged";

/** Open a recording, or what is left of one. Throws RecordingError where nothing of it can be trusted. */
export function openRecording(source: ByteSource, tools: Tools, store: PageStore): Recording {
  const { meta, bytes } = readPreamble(source, tools);
  if (meta.base.kind === "parent")
    throw new RecordingError(
      source.name,
      0,
      `it is a branch of recording ${meta.base.id}, which must be there too`,
    );
  return new Recording(source, tools, store, meta, bytes, scanBlocks(source, bytes.length, firstRowOf(meta)));
}

/**
 * A recording being read. A block is verified when it is read (its chain covers every byte of it);
 * `checkWhole` verifies everything else too. Pages go into the store that it was opened with.
 */
export class Recording {
  readonly meta: RecordingMeta;
  /** Kinds, columns and names that the file uses and this version does not know. */
  readonly unknownKinds: readonly string[];
  /** One line each: things that cost no row. */
  readonly warnings: string[] = [];
  /** The recording was ended, not cut. */
  closed = false;
  /** World inputs in the blocks that are left. */
  eventCount = 0;
  damage: Damage | null = null;
  readonly tools: Tools;
  /** Where its pages are. */
  readonly store: PageStore;
  /** Can its parts be checked apart? */
  get divisible(): boolean {
    return this.baseBlocks === 0;
  }

  private readonly source: ByteSource;
  private readonly file: BlockSource;
  private readonly blocks: ChunkHead[];
  private readonly attachments: readonly AttachmentPlace[];
  private readonly scan: Scan;
  private readonly layout: Layout;
  private readonly decoder: RowDecoder;
  private readonly stretches: StretchReader;
  /** How its pages come into the store. */
  readonly pages: BlockPages;

  constructor(
    source: ByteSource,
    tools: Tools,
    store: PageStore,
    meta: RecordingMeta,
    preamble: Uint8Array,
    scan: Scan,
  ) {
    this.source = source;
    this.tools = tools;
    this.store = store;
    this.meta = meta;
    this.file = new BlockSource(source, tools, scan.blocks, preamble);
    this.scan = scan;
    this.blocks = scan.blocks;
    this.attachments = scan.attachments;
    const layout = compileLayout(meta);
    this.layout = layout;
    this.unknownKinds = layout.unknown;
    this.decoder = new RowDecoder(layout);
    this.stretches = new StretchReader(layout);
    this.pages = new BlockPages(tools, store, this.blocks, this.baseBlocks, (n) => {
      this.guard(n, () => this.pages.load(n, this.file.load(n).pages, true));
    });
    this.findEnd();
    this.warnAboutTail();
    if (this.blocks.length < this.baseBlocks)
      throw new RecordingError(source.name, this.damage?.offset ?? 0, "its embedded checkpoint is not whole");
  }

  /**
   * Pages are fetched when they are first looked at, from the block that `homeOf` names: rows can be read
   * without all blocks before them. Where it names none, or a wrong one, all are searched.
   */
  findPagesBy(homeOf: (hash: Uint32Array) => number): void {
    this.pages.findBy(homeOf);
    this.fetchPages();
  }

  /** Hold at most so many of the pages that come from now on; the others are read again when they are needed. */
  keepAtMost(pages: number): void {
    this.store.keepAtMost(pages);
    this.fetchPages();
  }

  private fetchPages(): void {
    this.store.fetchBy((hash) => {
      if (!this.bringPage(hash)) throw new RecordingError(this.name, 0, "a page that no block holds");
    });
  }

  /** Put the page with this hash into the store; false where no block holds it. Throws RecordingError. */
  bringPage(hash: Uint32Array): boolean {
    return this.pages.bringPage(hash);
  }

  /** Of a branch: its parent, and how many blocks, up to which row, it has from there; else null. */
  get lineage(): Lineage | null {
    return null;
  }

  /** So many of its first blocks the attachment of this name tells of: a branch may have its parent's. */
  blocksOf(_name: string): number {
    return this.blockCount;
  }

  /** Where its parts lie in the file, for who writes another end behind the blocks. */
  get parts(): Omit<Scan, "stop" | "blocksEnd"> & { readonly source: ByteSource } {
    return { ...this.scan, source: this.source };
  }

  /** What to call it in messages. */
  get name(): string {
    return this.source.name;
  }

  /** Bytes of the recording, which are the file's unless something follows its end. */
  get size(): number {
    return this.scan.end;
  }

  /** Blocks that may be read. Reading one may find damage, which takes it and all later ones away. */
  get blockCount(): number {
    return this.blocks.length;
  }

  /** Number of the first row, be there one or not: 0, but behind an embedded checkpoint. */
  get firstRow(): number {
    return firstRowOf(this.meta);
  }

  /** The number behind the last row of the blocks that may be read. */
  get endSeq(): number {
    return this.blocks.length === 0 ? this.firstRow : this.blocks[this.blocks.length - 1].endSeq;
  }

  get rowCount(): number {
    return this.endSeq - this.firstRow;
  }

  /** Blocks at the start that hold an embedded checkpoint and no rows. */
  get baseBlocks(): number {
    return this.meta.base.kind === "checkpoint" ? this.meta.base.blocks : 0;
  }

  /** The embedded checkpoint's blocks, verified; their pages are in the store then. Throws RecordingError. */
  basePieces(): readonly BasePiece[] {
    const read = (n: number): BasePiece => {
      const { pages, trailer } = this.file.load(n);
      this.pages.load(n, pages, true);
      return unpackPiece(pages, trailer.digests);
    };
    return readPieces(this.meta.base, this.tools, read, (n, act) => this.guard(n, act));
  }

  block(n: number): BlockInfo {
    const { firstSeq, endSeq } = this.blocks[n];
    return new BlockView(firstSeq, endSeq - 1, () => this.trailer(n));
  }

  /** The block that holds row `seq`, or -1. */
  blockOf(seq: number): number {
    return blockHolding(this.blocks, seq);
  }

  /** The verified trailer of block n. Throws RecordingError. */
  trailer(n: number): BlockTrailer {
    return this.guard(n, () => this.file.load(n).trailer);
  }

  /**
   * Fill `into` with the rows of block n; their `page` column holds ids of the store. Throws RecordingError,
   * and notes the damage, where the block is not what was recorded.
   */
  readBlock(n: number, into: Rows): BlockTrailer {
    return this.guard(n, () => this.read(n, into, false).trailer);
  }

  private read(n: number, into: Rows, crc: boolean): LoadedBlock {
    const block = this.file.load(n, crc);
    this.pages.load(n, block.pages, false);
    this.decode(n, block.rows, into);
    return block;
  }

  /**
   * The verified rows of block n as they lie in the file, to be kept and read in stretches. Throws
   * RecordingError.
   */
  packed(n: number): PackedRows {
    return this.guard(n, () => {
      const block = this.file.load(n);
      this.pages.load(n, block.pages, true);
      const packed = new PackedRows(block.rows, this.layout, (hashes) => this.pages.idsOf(n, hashes));
      this.checkCount(n, packed.count);
      return packed;
    });
  }

  /**
   * Fill `into` with stretch k of the packed rows of block n; its `firstSeq` is the caller's. Throws
   * RecordingError.
   */
  readStretch(n: number, packed: PackedRows, k: number, into: Rows): void {
    this.guard(n, () => this.stretches.read(packed, k, into));
  }

  /**
   * Data of the last attachment of this name; null (and a warning where it is broken) if there is none to be
   * had.
   */
  attachment(name: string): Uint8Array | null {
    const place = this.attachments.findLast((attachment) => attachment.name === name);
    if (place === undefined) return null;
    const data = readAttachment(this.source, place, this.tools, MAX_BLOCK_BYTES);
    if (data === null) this.warn(`attachment ${name} at byte ${place.head.offset} is damaged: ignored`);
    return data;
  }

  /**
   * Verify every byte: chain, CRC, contiguity and decoding of each block, the closing hash, attachments, the
   * data section's CRC and the summary. `visit` is called with each block that holds. Afterwards `damage` and
   * `blockCount` tell the verified prefix. Throws nothing because of the file.
   */
  checkWhole(rows: Rows, visit?: BlockVisitor): void {
    this.checkBlocks(0, this.blocks.length, rows, visit);
    this.checkRest()();
  }

  /**
   * Verify what blocks `from` to `to` (exclusive) say of themselves and of each other; `joinChecks` joins what
   * readers of several parts found. Throws nothing because of the file.
   */
  checkBlocks(from: number, to: number, rows: Rows, visit?: BlockVisitor): CheckedBlocks {
    const list = from === 0 ? new BlockList() : null;
    const blocks: ReturnType<typeof checkedOf>[] = [];
    let before: Before = { chain: this.file.start, events: 0 };
    for (let n = from; n < Math.min(to, this.blocks.length); n++) {
      let trailer: BlockTrailer;
      try {
        if (n === from && n > 0) before = behind(this.trailer(n - 1));
        trailer = this.guard(n, () => this.checkBlock(n, rows, before, list));
      } catch (error) {
        if (error instanceof RecordingError) break;
        throw error;
      }
      before = behind(trailer);
      blocks.push(checkedOf(trailer));
      list?.add(blocks[n - from]);
      visit?.(n, trailer);
    }
    const lost = { block: this.blocks.length, reason: this.damage?.reason ?? "" };
    return { from, blocks, lost: lost.block < to ? lost : null, pages: this.pages.ledger(from, to) };
  }

  private checkBlock(n: number, rows: Rows, before: Before, list: BlockList | null): BlockTrailer {
    const { trailer, crc } = this.read(n, rows, true);
    if (!sameHash(trailer.previous, before.chain))
      refuse("a block that does not follow from the one before it");
    if (crc !== this.blocks[n].crc) refuse("the CRC of a block does not hold");
    if (this.unknownKinds.length === 0) checkCounts(trailer, rows, before.events);
    if (!trailer.closed) return trailer;
    if (n !== this.blocks.length - 1) refuse("a closing block with blocks behind it");
    if (list !== null && !sameHash(trailer.list, list.hash(this.tools.xxh64))) refuse(WRONG_LIST);
    return trailer;
  }

  /** Verify what lies around the blocks. What is returned says what it found, once `damage` is known. */
  checkRest(): () => void {
    for (const place of this.attachments) this.attachment(place.name);
    const { dataEnd } = this.scan;
    if (dataEnd < 0) return () => {};
    const holds = checkDataEnd(this.source, dataEnd, this.tools);
    const tail = checkTail(this.source, this.scan, this.tools, true);
    return () => {
      const cause = this.damage === null ? INTACT : "";
      if (!holds) this.warn(`the CRC of the data section at byte ${dataEnd} does not hold${cause}`);
      this.warnOfTail(tail);
    };
  }

  /** Find the last block that holds, and whether it closes the recording. */
  private findEnd(): void {
    const { stop, blocksEnd } = this.scan;
    let why = stop ?? {
      offset: blocksEnd,
      reason: "no closing block: the recording was cut or is still being written",
      cut: false,
    };
    while (this.blocks.length > 0) {
      const n = this.blocks.length - 1;
      try {
        const trailer = this.file.load(n).trailer;
        this.eventCount = trailer.eventsBefore + trailer.events;
        this.closed = trailer.closed;
        break;
      } catch (error) {
        if (!(error instanceof Malformed)) throw error;
        why = { offset: this.blocks[n].offset, reason: error.message, cut: false };
        this.blocks.pop();
      }
    }
    if (this.closed) {
      if (stop !== null) this.warn(`behind the last block, at byte ${stop.offset}: ${stop.reason}; ignored`);
    } else this.damage = { ...why, verifiedBlocks: this.blocks.length };
  }

  private warnAboutTail(): void {
    for (const { name } of this.attachments) {
      if (!(ATTACHMENTS as readonly string[]).includes(name))
        this.warn(`unknown attachment ${name}: ignored`);
    }
    if (!this.closed || this.scan.dataEnd < 0) return;
    this.warnOfTail(checkTail(this.source, this.scan, this.tools, false));
    if (this.scan.after !== null) this.warn(this.scan.after);
  }

  private warnOfTail(tail: string | null): void {
    if (tail !== null)
      this.warn(`behind the data section: ${tail}; ignored, gvt reads recordings without it`);
  }

  private warn(text: string): void {
    const line = printable(text);
    if (!this.warnings.includes(line)) this.warnings.push(line);
  }

  private decode(n: number, body: Uint8Array, into: Rows): void {
    into.clear(this.blocks[n].firstSeq);
    this.decoder.decode(body, (hashes) => this.pages.idsOf(n, hashes), into);
    this.checkCount(n, into.count);
  }

  private checkCount(n: number, count: number): void {
    const { firstSeq, endSeq } = this.blocks[n];
    if (count !== endSeq - firstSeq) refuse(`${count} rows in a block of ${endSeq - firstSeq}`);
  }

  /** What `act` refuses becomes damage at block n and an error that says so. */
  private guard<T>(n: number, act: () => T): T {
    if (n >= this.blocks.length) throw new RangeError(`block ${n} of ${this.blocks.length}`);
    const { offset } = this.blocks[n];
    try {
      return act();
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.lose(n, error.message);
      throw new RecordingError(this.source.name, offset, error.message);
    }
  }

  /** Block n, of those that may be read, is not what was recorded: it and all behind it are taken away. */
  lose(n: number, reason: string): void {
    this.damage = { offset: this.blocks[n].offset, reason, cut: false, verifiedBlocks: n };
    this.blocks.length = n;
    this.closed = false;
    this.eventCount = 0;
    if (n === 0) return;
    const before = this.trailer(n - 1);
    this.eventCount = before.eventsBefore + before.events;
  }
}
