import type { Digest } from "../../events/digest.ts";
import { Rows } from "../../events/rows.ts";
import type { PageStore } from "../../reducers/pages.ts";
import type { BasePiece } from "./base-pieces.ts";
import { gatherPages, SeenPages, seePieces } from "./gather.ts";
import { firstRowOf, type RecordingMeta } from "./profile.ts";
import { Fill, type Recorded, type Recorder } from "./recorder.ts";
import type { ByteSink, Tools } from "./tools.ts";
import { RecordingWriter } from "./writer.ts";

/**
 * A recorder that encodes and writes in place, on the caller's thread: for scripted guests, tools and tests.
 */
export class InlineRecorder implements Recorder {
  readonly rows = new Rows(1024);
  readonly full = false;
  failed: string | null = null;
  private readonly writer: RecordingWriter;
  private readonly store: PageStore;
  private readonly seen: SeenPages;
  private readonly fill: Fill;

  /** `seen`: pages that the file need not hold. `base`: the embedded checkpoint, if there is one. */
  constructor(
    sink: ByteSink,
    meta: RecordingMeta,
    tools: Tools,
    store: PageStore,
    compression = "zstd",
    seen = new SeenPages(),
    base: readonly BasePiece[] = [],
  ) {
    this.seen = seen;
    seePieces(base, store, seen);
    this.rows.clear(firstRowOf(meta));
    this.fill = new Fill(seen);
    this.writer = new RecordingWriter(sink, meta, tools, compression, base);
    this.store = store;
  }

  sealIfFull(digests: () => readonly Digest[]): void {
    if (this.fill.isFull(this.rows)) this.seal(digests());
  }

  sealDue(nowMicroseconds: number): boolean {
    return this.fill.isDue(this.rows, nowMicroseconds);
  }

  seal(digests: readonly Digest[]): void {
    if (this.rows.count > 0) this.write(digests, false);
  }

  /** Ends the recording: with a last block of what there is, be it nothing. */
  async close(digests: readonly Digest[]): Promise<Recorded> {
    this.write(digests, true);
    if (this.failed !== null) throw new Error(this.failed);
    this.writer.finish();
    return { path: "", blocks: this.writer.encoder.blocks, bytes: this.writer.bytes };
  }

  private write(digests: readonly Digest[], closed: boolean): void {
    const { rows } = this;
    if (this.failed !== null) return;
    try {
      this.writer.addBlock(rows, gatherPages(rows, this.store, this.seen), digests, closed);
    } catch (error) {
      this.failed = error instanceof Error ? error.message : String(error);
    }
    rows.clear(rows.firstSeq + rows.count);
    this.fill.clear();
  }
}
