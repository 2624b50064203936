import type { Digest } from "../events/digest.ts";
import type { BlockPages } from "../replay/recording/gather.ts";
import type { Recorded } from "../replay/recording/recorder.ts";

/** The typed arrays of a `Rows`, by name; they move between the threads. */
export type Columns = Record<string, Uint8Array | Uint32Array>;

/** What the worker is started with. */
export interface RecorderStart {
  /** Of the recording to be; the worker writes its part. */
  readonly path: string;
  readonly preamble: Uint8Array;
  readonly compression: string;
}

/** From the live thread: a sealed block, or the end. */
export type ToWorker =
  | {
      readonly type: "block";
      readonly columns: Columns;
      readonly count: number;
      readonly firstSeq: number;
      readonly payloadUsed: number;
      readonly pages: BlockPages;
      readonly digests: readonly Digest[];
    }
  /** Sync and end: `close` packs the recording too. */
  | { readonly type: "close" | "stop" };

/** From the worker. */
export type FromWorker =
  | { readonly type: "ready" }
  /** Blocks that are on the disk now: `blocks` more, the file is `bytes` long; their columns come back. */
  | {
      readonly type: "synced";
      readonly blocks: number;
      readonly bytes: number;
      readonly columns: readonly Columns[];
    }
  | { readonly type: "closed"; readonly recorded: Recorded }
  | { readonly type: "failed"; readonly reason: string };
