import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";
import type { Digest } from "../events/digest.ts";
import { eachPageId } from "../events/page-ids.ts";
import type { PageStore } from "../reducers/pages.ts";
import { HASH_BYTES } from "../replay/recording/decode.ts";
import { hashAt, hashesOf } from "../replay/recording/gather.ts";
import { reasonOf } from "./files.ts";
import { FileRecorder } from "./recorder.ts";
import type { FromKeeper, KeeperStart, SavedWindow } from "./recorder-messages.ts";

/** How long a machine that ends waits for its window to be saved, in milliseconds. */
const SAVE_PATIENCE_MS = 60_000;

/** What became of a window that was to be saved. */
export type Saving = { readonly saved: SavedWindow } | { readonly reason: string };

/**
 * Records a live machine into a rolling window of memory: the worker keeps the blocks, runs them again to have
 * states to start from, and saves. The live thread appends rows, hands blocks over, and lets go of the pages
 * that neither its state nor the window needs.
 */
export class Keeper extends FileRecorder {
  protected override readonly taker = "the window's worker";
  private readonly onSaving: (saving: Saving) => void;
  private lastSaved: SavedWindow | null = null;
  /** By content id: the number behind the last block that used it. */
  private usedTo = new Float64Array(1024);

  /** Use `createKeeper`. */
  constructor(
    start: KeeperStart,
    store: PageStore,
    onSaving: (saving: Saving) => void,
    started: (reason: string | null) => void,
  ) {
    super(start.path, store, start, started, new URL("./keeper-worker.js", import.meta.url));
    this.onSaving = onSaving;
  }

  /** Save the window as it is now; `onSaving` is told. */
  save(digests: readonly Digest[]): void {
    this.seal(digests);
    this.post({ type: "save" }, []);
  }

  override get kept(): string {
    if (this.lastSaved === null) return "its window could not be saved";
    const { cause, last, path } = this.lastSaved;
    if (cause === "end") return `the window up to then is ${path}`;
    return `its last window could not be saved; an earlier one, up to row ${last}, is ${path}`;
  }

  override seal(digests: readonly Digest[]): void {
    this.noteUse();
    super.seal(digests);
  }

  /** End: the window up to the last row is saved, if the worker still can. */
  override async abandon(): Promise<void> {
    this.closed = true;
    this.post({ type: "stop" }, []);
    await this.end(SAVE_PATIENCE_MS);
    await this.worker.terminate();
  }

  protected override hear(message: FromKeeper): void {
    if (message.type === "saved") {
      this.lastSaved = message.saved;
      this.onSaving({ saved: message.saved });
    } else if (message.type === "unsaved") this.onSaving({ reason: message.reason });
    else if (message.type === "idle") this.letGo(message.hashes, message.endSeq);
    else super.hear(message);
  }

  private noteUse(): void {
    const { rows } = this;
    eachPageId(rows, (id) => {
      if (id >= this.usedTo.length) {
        const more = new Float64Array(Math.max(this.usedTo.length * 2, id + 1));
        more.set(this.usedTo);
        this.usedTo = more;
      }
      this.usedTo[id] = rows.firstSeq + rows.count;
    });
  }

  /** Of pages that the window needs no more, let those go that no row since `endSeq` has brought up again. */
  private letGo(hashes: Uint8Array, endSeq: number): void {
    this.noteUse();
    const { store, seen } = this;
    const hash = new Uint32Array(4);
    const gone: number[] = [];
    for (let i = 0; i < hashes.length / HASH_BYTES; i++) {
      hashAt(hashes, i, hash);
      const id = store.find(hash);
      if (id > 0 && this.usedTo[id] <= endSeq) gone.push(id);
    }
    const forgotten = hashesOf(gone, store);
    for (const id of gone) {
      seen.remove(id);
      store.forget(id);
    }
    this.post({ type: "forget", hashes: forgotten }, []);
  }
}

/** Start keeping a window. Rejects with one line where the folder of its files cannot be written. */
export function createKeeper(
  start: KeeperStart,
  store: PageStore,
  onSaving: (saving: Saving) => void,
): Promise<Keeper> {
  try {
    // By its entry for itself: a file may be written to, too, and is no folder.
    accessSync(`${dirname(start.path)}/.`, constants.W_OK | constants.X_OK);
  } catch (error) {
    return Promise.reject(new Error(`${dirname(start.path)}: ${reasonOf(error)}`));
  }
  return new Promise((resolve, reject) => {
    const keeper = new Keeper(start, store, onSaving, (reason) => {
      if (reason === null) resolve(keeper);
      else reject(new Error(reason));
    });
  });
}
