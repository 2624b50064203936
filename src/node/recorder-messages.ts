import type { Digest } from "../events/digest.ts";
import type { WindowLimits } from "../replay/live/window.ts";
import type { Columns, RowCounts } from "../replay/recording/bulk.ts";
import type { BlockPages } from "../replay/recording/gather.ts";
import type { ResetBase } from "../replay/recording/profile.ts";
import type { Recorded } from "../replay/recording/recorder.ts";

/** The memory of columns, each piece once: what moves with them. */
export function buffersOf(columns: Readonly<Record<string, Uint8Array | Uint32Array>>): ArrayBuffer[] {
  const buffers = new Set(Object.values(columns).map((column) => column.buffer as ArrayBuffer));
  return [...buffers].filter((buffer) => buffer.byteLength > 0);
}

/** What the worker is started with. */
export interface RecorderStart {
  /** Of the recording to be; the worker writes its part. */
  readonly path: string;
  readonly preamble: Uint8Array;
  readonly compression: string;
}

/** What a flight recorder's worker is started with. */
export interface KeeperStart {
  /** What saved windows are named after: `boot.mcap` becomes `boot-001.mcap`, and so on. */
  readonly path: string;
  readonly reset: ResetBase;
  readonly limits: WindowLimits;
  /** Save when this holds first; null: only when asked. */
  readonly saveWhen: string | null;
}

/** Why a window was saved. */
export type SaveCause = "asked" | "predicate" | "end";

/** A window that was saved. */
export interface SavedWindow extends Recorded {
  readonly cause: SaveCause;
  /** Its first and last row. */
  readonly first: number;
  readonly last: number;
  /** Row behind which the predicate held; null where none was waited for. */
  readonly at: number | null;
}

/** From the live thread: a sealed block, or the end. */
export type ToWorker =
  | {
      readonly type: "block";
      readonly columns: Columns;
      readonly counts: RowCounts;
      readonly pages: BlockPages;
      readonly digests: readonly Digest[];
    }
  /** Sync and end: `close` packs the recording too. A flight recorder saves its window at either. */
  | { readonly type: "close" | "stop" };

/** The same to a flight recorder's worker. */
export type ToKeeper =
  | ToWorker
  /** Save the window. */
  | { readonly type: "save" }
  /** These pages are nobody's on the live thread any more: 16 bytes of hash each. */
  | { readonly type: "forget"; readonly hashes: Uint8Array };

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

/** The same from a flight recorder's worker. */
export type FromKeeper =
  | FromWorker
  | { readonly type: "saved"; readonly saved: SavedWindow }
  /** A window could not be saved: why, in one line. */
  | { readonly type: "unsaved"; readonly reason: string }
  /** The window needs these pages no more, as of row `endSeq`: whoever is asked may still. */
  | { readonly type: "idle"; readonly hashes: Uint8Array; readonly endSeq: number };
