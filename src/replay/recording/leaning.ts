import { isInput, KIND_WORLD } from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";
import type { PageStore } from "../../reducers/pages.ts";
import type { BasePiece } from "./base-pieces.ts";
import { type BlockInfo, BlockView, type Lineage } from "./block-info.ts";
import type { BlockVisitor } from "./checked.ts";
import { RecordingError } from "./errors.ts";
import { readPreamble, scanBlocks } from "./open.ts";
import type { ParentBase, RecordingMeta } from "./profile.ts";
import { openRecording, Recording } from "./recording.ts";
import type { PackedRows } from "./stretches.ts";
import type { ByteSource, Tools } from "./tools.ts";
import type { BlockTrailer, Hash64 } from "./trailer.ts";

/** Finds the recording of an id, opened with the same store; null where there is none. */
export type Resolver = (id: string) => Recording | null;

/**
 * Open a recording; of a branch also its parent, which `resolve` finds. Throws RecordingError where nothing
 * of it can be trusted, where its parent is missing, not closed, or another one than it was.
 */
export function openLeaning(
  source: ByteSource,
  tools: Tools,
  store: PageStore,
  resolve: Resolver | null,
): Recording {
  const { meta, bytes } = readPreamble(source, tools);
  const { base } = meta;
  if (base.kind !== "parent") return openRecording(source, tools, store);
  const { id, seq, chain } = base;
  const refuse = (reason: string): never => {
    throw new RecordingError(source.name, 0, reason);
  };
  const parent = resolve?.(id) ?? null;
  if (parent === null)
    return refuse(`it is a branch of recording ${id}, which is not there: put that into its folder`);
  if (!parent.closed) return refuse(`its parent ${parent.name} was not closed, or is damaged`);
  const block = blockUpTo(parent, seq);
  if (block < 0 || chainText(parent.trailer(block).chain) !== chain)
    return refuse(`its parent ${parent.name} is not what it was at row ${seq}`);
  const own = new Recording(source, tools, store, meta, bytes, scanBlocks(source, bytes.length, 0));
  return new LeaningRecording(own, source, bytes, store, parent, base);
}

/**
 * The block behind whose row `seq` a branch starts; of an embedded checkpoint, where that is before the first
 * row. -1: there is none.
 */
export function blockUpTo(parent: Recording, seq: number): number {
  return seq === parent.firstRow - 1 ? parent.baseBlocks - 1 : parent.blockOf(seq);
}

/** A chain as a branch names it. */
export function chainText({ lo, hi }: Hash64): string {
  return [hi, lo].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/**
 * A branch as one recording: the parent's blocks up to the row where it was left, the last of them cut there,
 * then its own. Its file's rows and blocks count from 0; here they go on where the parent's end.
 */
class LeaningRecording extends Recording {
  /** Its file's, but what it starts from in the end is what its parent does. */
  override readonly meta: RecordingMeta;
  private readonly own: Recording;
  private readonly parent: Recording;
  /** Row, and blocks and world inputs up to it, that come from the parent. */
  private readonly seq: number;
  private readonly before: number;
  private readonly events: number;
  private readonly cut: BlockTrailer;
  private pagesLoaded = false;
  /** Says of a page which block brings it, if somebody has a list of them. */
  private homeOf: (hash: Uint32Array) => number = () => -1;

  constructor(
    own: Recording,
    source: ByteSource,
    preamble: Uint8Array,
    store: PageStore,
    parent: Recording,
    { seq }: ParentBase,
  ) {
    super(source, own.tools, store, own.meta, preamble, scanBlocks(source, preamble.length, 0));
    this.meta = { ...own.meta, base: parent.meta.base };
    this.own = own;
    this.parent = parent;
    this.seq = seq;
    this.before = blockUpTo(parent, seq) + 1;
    this.cut = this.cutTrailer(new Rows());
    this.events = this.cut.eventsBefore + this.cut.events;
    this.follow();
  }

  /** Blocks that it needs of its parent turned out to be damaged: it ends there. */
  private get endsInParent(): boolean {
    return this.parent.blockCount < this.before;
  }

  override get blockCount(): number {
    return this.endsInParent ? this.parent.blockCount : this.before + this.own.blockCount;
  }

  override get endSeq(): number {
    return this.endsInParent ? this.parent.endSeq : this.seq + 1 + this.own.rowCount;
  }

  override basePieces(): readonly BasePiece[] {
    return this.parent.basePieces();
  }

  override block(n: number): BlockInfo {
    if (n < this.before - 1) return this.parent.block(n);
    if (n < this.before) return this.cut;
    const { firstSeq, lastSeq } = this.own.block(n - this.before);
    const by = this.seq + 1;
    return new BlockView(firstSeq + by, lastSeq + by, () => this.trailer(n));
  }

  override blockOf(seq: number): number {
    if (seq <= this.seq) return this.parent.blockOf(seq);
    const n = this.own.blockOf(seq - this.seq - 1);
    return n < 0 ? -1 : n + this.before;
  }

  override trailer(n: number): BlockTrailer {
    if (n < this.before - 1) return this.parent.trailer(n);
    return n < this.before ? this.cut : this.shifted(this.following(() => this.own.trailer(n - this.before)));
  }

  override readBlock(n: number, into: Rows): BlockTrailer {
    if (n < this.before - 1) return this.parent.readBlock(n, into);
    if (n < this.before) {
      this.parent.readBlock(n, into);
      into.truncate(this.seq + 1 - into.firstSeq);
      return this.cut;
    }
    this.loadPages();
    const trailer = this.shifted(this.following(() => this.own.readBlock(n - this.before, into)));
    into.firstSeq = trailer.firstSeq;
    return trailer;
  }

  override packed(n: number): PackedRows {
    if (n < this.before) return this.parent.packed(n);
    this.loadPages();
    return this.following(() => this.own.packed(n - this.before));
  }

  override readStretch(n: number, packed: PackedRows, k: number, into: Rows): void {
    if (n < this.before) this.parent.readStretch(n, packed, k, into);
    else this.own.readStretch(n - this.before, packed, k, into);
  }

  override get divisible(): boolean {
    return false;
  }

  override get lineage(): Lineage {
    return { parent: this.parent, blocks: this.before, lastSeq: this.seq };
  }

  /** Its own, or the keyframes of its parent: those before the branch hold here too. */
  override attachment(name: string): Uint8Array | null {
    return super.attachment(name) ?? (name === "keyframes" ? this.parent.attachment(name) : null);
  }

  override blocksOf(name: string): number {
    if (name !== "keyframes" || super.attachment(name) !== null) return this.blockCount;
    return Math.min(this.parent.blocksOf(name), this.cut.digests.length > 0 ? this.before : this.before - 1);
  }

  override findPagesBy(homeOf: (hash: Uint32Array) => number): void {
    const { parent, own, before } = this;
    this.homeOf = homeOf;
    parent.findPagesBy((hash) => {
      const n = homeOf(hash);
      return n < before ? n : -1;
    });
    own.findPagesBy((hash) => Math.max(-1, homeOf(hash) - before));
    super.findPagesBy(homeOf);
  }

  override bringPage(hash: Uint32Array): boolean {
    const { parent, own } = this;
    const isOwn = this.homeOf(hash) >= this.before;
    const [first, second] = isOwn ? [own, parent] : [parent, own];
    return first.bringPage(hash) || second.bringPage(hash);
  }

  override checkWhole(rows: Rows, visit?: BlockVisitor): void {
    this.parent.checkWhole(rows);
    if (!this.endsInParent) {
      this.loadPages();
      this.own.checkWhole(rows);
    }
    this.follow();
    if (visit === undefined) return;
    for (let n = 0; n < this.blockCount; n++) visit(n, this.readBlock(n, rows));
  }

  /** The parent's last block, as far as it counts. Nobody has taken the digests there. */
  private cutTrailer(rows: Rows): BlockTrailer {
    const trailer = this.parent.readBlock(this.before - 1, rows);
    const { kind } = rows;
    let inputs = 0;
    let events = 0;
    for (let i = 0; i <= this.seq - rows.firstSeq; i++) {
      if (isInput(kind[i])) inputs++;
      events += KIND_WORLD[kind[i]];
    }
    const whole = trailer.lastSeq === this.seq;
    return {
      ...trailer,
      lastSeq: this.seq,
      inputs,
      events,
      closed: false,
      digests: whole ? trailer.digests : [],
    };
  }

  private shifted(trailer: BlockTrailer): BlockTrailer {
    const by = this.seq + 1;
    return {
      ...trailer,
      number: trailer.number + this.before,
      firstSeq: trailer.firstSeq + by,
      lastSeq: trailer.lastSeq + by,
      eventsBefore: trailer.eventsBefore + this.events,
    };
  }

  /** The branch's file does not repeat pages that the parent has. */
  private loadPages(): void {
    if (this.pagesLoaded) return;
    const rows = new Rows();
    for (let n = 0; n < this.before; n++) this.parent.readBlock(n, rows);
    this.pagesLoaded = true;
  }

  private following<T>(act: () => T): T {
    try {
      return act();
    } finally {
      this.follow();
    }
  }

  /** What is known by now of the file's end. */
  private follow(): void {
    const { own, parent } = this;
    const ends = this.endsInParent;
    const lost = ends ? parent.damage : null;
    this.closed = own.closed && !ends;
    this.damage =
      lost === null ? own.damage : { ...lost, reason: `in its parent ${parent.name}: ${lost.reason}` };
    this.eventCount = ends ? parent.eventCount : this.events + own.eventCount;
    for (const warning of own.warnings) if (!this.warnings.includes(warning)) this.warnings.push(warning);
  }
}
