import { Rows } from "../../events/rows.ts";
import type { State } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { embed } from "../checkpoint/base.ts";
import { decompress } from "../checkpoint/pool.ts";
import { RowDecoder } from "../recording/decode.ts";
import { gatherPages, hashAt, SeenPages, seePieces } from "../recording/gather.ts";
import { compileLayout, VOCABULARY } from "../recording/layout.ts";
import type { RecordingMeta, ResetBase } from "../recording/profile.ts";
import type { ByteSink, Codec, Tools } from "../recording/tools.ts";
import { RecordingWriter } from "../recording/writer.ts";
import type { KeptBlock, Segment, Window } from "./window.ts";

/** What a saved window says of itself. */
export interface SaveFacts {
  /** What the machine itself started from. */
  readonly reset: ResetBase;
  readonly describe: (base: RecordingMeta["base"]) => RecordingMeta;
}

/**
 * Writes what a window holds as the part of a recording, block by block: `gvt pack` and its like make the
 * recording of it. Nothing is compressed here, so that a slice is short.
 */
export class WindowSave {
  /** Rows that it writes: from the first to the last. */
  readonly range: readonly [first: number, last: number];
  private readonly store: PageStore;
  private readonly codec: Codec;
  private readonly writer: RecordingWriter;
  private readonly seen = new SeenPages();
  private readonly rows = new Rows(1 << 12);
  private readonly decoder = new RowDecoder(compileLayout(VOCABULARY));
  private readonly blocks: readonly KeptBlock[];
  private readonly release: () => void;
  private next = 0;

  /** Takes hold of the window, and writes the state it starts from. `codec`: the window's. Throws as the sink does. */
  constructor(
    window: Window,
    sink: ByteSink,
    store: PageStore,
    tools: Tools,
    codec: Codec,
    facts: SaveFacts,
  ) {
    this.store = store;
    this.codec = codec;
    this.range = window.range;
    const { state, segments, release } = window.pin();
    this.release = release;
    this.blocks = segments.flatMap(({ blocks }) => blocks);
    try {
      this.writer = this.begin(state, segments[0], sink, tools, facts);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Write one block more. False where there is none; the window is let go then, and where this throws. */
  step(): boolean {
    const block = this.blocks[this.next++];
    if (block === undefined) {
      this.release();
      return false;
    }
    try {
      this.write(block);
    } catch (error) {
      this.release();
      throw error;
    }
    return true;
  }

  private begin(
    state: State | null,
    { seq, digests }: Segment,
    sink: ByteSink,
    tools: Tools,
    facts: SaveFacts,
  ): RecordingWriter {
    if (state === null) return new RecordingWriter(sink, facts.describe(facts.reset), tools, "");
    const { base, pieces } = embed({ state, seq, digests }, this.store, tools, "");
    seePieces(pieces, this.store, this.seen);
    const { configuration, goldenHash } = facts.reset;
    return new RecordingWriter(
      sink,
      facts.describe({ ...base, configuration, goldenHash }),
      tools,
      "",
      pieces,
    );
  }

  private write({ firstSeq, body, size, digests }: KeptBlock): void {
    const { rows, store } = this;
    rows.clear(firstSeq);
    this.decoder.decode(decompress(this.codec, body, size), (hashes) => this.idsOf(hashes), rows);
    this.writer.addBlock(rows, gatherPages(rows, store, this.seen), digests, false);
  }

  private idsOf(hashes: Uint8Array): Uint32Array {
    const hash = new Uint32Array(4);
    return Uint32Array.from({ length: hashes.length / 16 }, (_, i) => {
      hashAt(hashes, i, hash);
      return this.store.find(hash);
    });
  }
}
