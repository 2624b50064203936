import type { Digest } from "../../events/digest.ts";
import { changePageIds } from "../../events/page-ids.ts";
import { rowDifference } from "../../events/row-difference.ts";
import { Rows } from "../../events/rows.ts";
import { PageStore } from "../../reducers/pages.ts";
import { type BasePiece, joinPieces } from "./base-pieces.ts";
import { appendRows } from "./bulk.ts";
import { RecordingError } from "./errors.ts";
import { gatherPages, SeenPages, seePieces } from "./gather.ts";
import { SCHEMA } from "./profile.ts";
import { Fill, linesOf, SEAL_INPUTS, SEAL_LINES } from "./recorder.ts";
import { openRecording, type Recording } from "./recording.ts";
import type { ByteSink, ByteSource, Tools } from "./tools.ts";
import { RecordingWriter } from "./writer.ts";

/** Live blocks are joined up to this many bytes of payload and new pages. */
const PACK_BYTES = 4 << 20;

/** Joins whole live blocks into full ones. */
class Joiner {
  readonly writer: RecordingWriter;
  private readonly store: PageStore;
  private readonly joined = new Rows(1024);
  private readonly seen = new SeenPages();
  private readonly fill = new Fill(this.seen);
  private digests: readonly Digest[] = [];

  constructor(writer: RecordingWriter, store: PageStore, base: readonly BasePiece[]) {
    this.writer = writer;
    this.store = store;
    this.joined.clear(writer.encoder.endSeq);
    seePieces(base, store, this.seen);
  }

  add(rows: Rows, digests: readonly Digest[]): void {
    const { joined, fill } = this;
    const before = joined.count;
    appendRows(joined, rows);
    fill.count(joined);
    const fits = fill.inputs <= SEAL_INPUTS && fill.bytes <= PACK_BYTES && linesOf(joined) <= SEAL_LINES;
    if (before > 0 && !fits) {
      // The block was full without these rows: they start the next one.
      joined.truncate(before);
      this.flush(false);
      appendRows(joined, rows);
      fill.count(joined);
    }
    this.digests = digests;
  }

  flush(closed: boolean): void {
    const { joined } = this;
    this.writer.addBlock(joined, gatherPages(joined, this.store, this.seen), this.digests, closed);
    joined.clear(joined.firstSeq + joined.count);
    this.fill.clear();
  }
}

/**
 * Write the verified prefix of a recording that was not closed as a closed one, under the same id, with full
 * blocks. `store` is the one that `part` was opened with. Throws RecordingError where `part` is closed
 * already or holds what cannot be rewritten.
 */
export function pack(
  part: Recording,
  store: PageStore,
  sink: ByteSink,
  tools: Tools,
  compression = "zstd",
): number {
  if (part.closed)
    throw new RecordingError(part.name, 0, "the recording is closed already; it needs no packing");
  if (part.unknownKinds.length > 0) {
    throw new RecordingError(
      part.name,
      0,
      `this version does not know ${part.unknownKinds[0]}; pack it with a newer gvt`,
    );
  }
  const rows = new Rows();
  part.checkWhole(rows);
  const base = part.basePieces();
  const writer = new RecordingWriter(sink, { ...part.meta, schema: SCHEMA }, tools, compression, base);
  const joiner = new Joiner(writer, store, base);
  for (let n = base.length; n < part.blockCount; n++) {
    const { digests } = part.readBlock(n, rows);
    joiner.add(rows, digests);
  }
  joiner.flush(true);
  writer.finish();
  return writer.bytes;
}

/**
 * Does `source` hold exactly the rows, pages and digests of `part`? Throws Error with the first difference.
 */
export function verifyPacked(part: Recording, store: PageStore, source: ByteSource, tools: Tools): Recording {
  const packedStore = new PageStore(tools.hashPage);
  const packed = openRecording(source, tools, packedStore);
  const theirs = new Rows();
  packed.checkWhole(theirs);
  const complaint = packed.damage?.reason ?? packed.warnings[0];
  if (complaint !== undefined || !packed.closed)
    throw new Error(`the packed recording is damaged: ${complaint}`);
  if (packed.meta.id !== part.meta.id) throw new Error("the packed recording has another id");
  if (!sameBytes(joinPieces(packed.basePieces()), joinPieces(part.basePieces())))
    throw new Error("the packed recording has another checkpoint");
  const cursor = new RowCursor(part);
  for (let n = packed.baseBlocks; n < packed.blockCount; n++) {
    const { digests } = packed.readBlock(n, theirs);
    renamePages(theirs, packedStore, store);
    for (let i = 0; i < theirs.count; i++) {
      const at = cursor.next();
      const column = at < 0 ? "count" : rowDifference(cursor.rows, at, theirs, i);
      if (column !== null)
        throw new Error(`the packed recording differs at row ${theirs.firstSeq + i}: ${column}`);
    }
    if (JSON.stringify(digests) !== JSON.stringify(cursor.digests)) {
      throw new Error(
        `the packed recording has other digests behind row ${theirs.firstSeq + theirs.count - 1}`,
      );
    }
  }
  if (cursor.next() >= 0) throw new Error("the packed recording lacks rows");
  return packed;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** From ids of one store to those of another, by content; -1 where the other has no such page. */
function renamePages(rows: Rows, from: PageStore, to: PageStore): void {
  changePageIds(rows, (id) => to.find(from.hash(id)));
}

/** Walks all rows of a recording. */
class RowCursor {
  readonly rows = new Rows();
  digests: readonly Digest[] = [];
  private readonly recording: Recording;
  private block = 0;
  private row = 0;

  constructor(recording: Recording) {
    this.recording = recording;
  }

  /** Place in `rows` of the next row, or -1. */
  next(): number {
    while (this.row === this.rows.count) {
      if (this.block === this.recording.blockCount) return -1;
      this.digests = this.recording.readBlock(this.block++, this.rows).digests;
      this.row = 0;
    }
    return this.row++;
  }
}
