import type { Digest } from "../../events/digest.ts";
import type { Rows } from "../../events/rows.ts";
import type { PageStore } from "../../reducers/pages.ts";
import type { BasePiece } from "./base-pieces.ts";
import { SeenPages } from "./gather.ts";
import { InlineRecorder } from "./inline.ts";
import type { RecordingMeta } from "./profile.ts";
import type { Recorded } from "./recorder.ts";
import type { ByteSink, Tools } from "./tools.ts";

/** Where rows made by a run go, and the digests of the state after them. */
export type BlockSink = (rows: Rows, digests: readonly Digest[]) => void;

/** What a recording is made with. */
export interface RewriteTools {
  readonly meta: RecordingMeta;
  readonly tools: Tools;
  readonly store: PageStore;
  readonly compression?: string;
  /** Pages that the file need not hold: a parent has them. */
  readonly seen?: SeenPages;
  /** The embedded checkpoint, where the base is one. */
  readonly base?: readonly BasePiece[];
}

/**
 * Write rows that a run makes as a closed recording: `produce` hands them over, from the first on, and
 * returns the digests of the last state. Rejects where the sink fails.
 */
export async function rewrite(
  sink: ByteSink,
  { meta, tools, store, compression = "zstd", seen = new SeenPages(), base = [] }: RewriteTools,
  produce: (sink: BlockSink) => readonly Digest[],
): Promise<Recorded> {
  const recorder = new InlineRecorder(sink, meta, tools, store, compression, seen, base);
  let before: readonly Digest[] = [];
  const last = produce((rows, digests) => {
    recorder.seal(before);
    for (let i = 0; i < rows.count; i++) recorder.rows.copyFrom(rows, i);
    before = digests;
  });
  return recorder.close(last);
}
