import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { Digest } from "../events/digest.ts";
import type { PageStore } from "../reducers/pages.ts";
import {
  type Columns,
  columnsInOnePiece,
  columnsOf,
  countsOf,
  putColumns,
  rowsInOnePiece,
} from "../replay/recording/bulk.ts";
import { gatherPages, SeenPages } from "../replay/recording/gather.ts";
import { type RecordingMeta, writePreamble } from "../replay/recording/profile.ts";
import { Fill, type Recorded, type Recorder, SEAL_INPUTS } from "../replay/recording/recorder.ts";
import type { Tools } from "../replay/recording/tools.ts";
import { samePage } from "./hash.ts";
import { partOf } from "./packing.ts";
import {
  buffersOf,
  type FromWorker,
  type KeeperStart,
  type RecorderStart,
  type ToKeeper,
} from "./recorder-messages.ts";

/** Sealed blocks that may wait for the disk, in bytes of memory. */
const WAITING_BYTES = 64 << 20;
/** How long the live loop may be kept waiting before the recording ends. */
const PATIENCE_MS = 1000;
/** Column sets kept for reuse: fresh memory costs the live thread a page fault every few rows. */
const SPARES = 16;
/** Sets that are there from the start: as many blocks as are sealed while a disk syncs one. */
const READY = 4;
/** Bytes of payload that there is room for before it grows. */
const PAYLOAD_BYTES = 1 << 16;

export interface RecorderStats {
  /** Blocks and bytes that are on the disk. */
  readonly blocks: number;
  readonly bytes: number;
  /**
   * The longest time between the seal of a block and its sync: what a crash can cost, beside the block being
   * filled.
   */
  readonly largestWindowMs: number;
  /** How long the oldest sealed block that is not on the disk has waited; 0 where there is none. */
  readonly unsyncedMs: number;
  /** Bytes of memory that sealed blocks take until they are on the disk. */
  readonly waitingBytes: number;
}

interface Waiting {
  readonly sealedAt: number;
  readonly bytes: number;
}

/**
 * Records a live machine into a file. The live thread only appends to `rows`; a worker encodes, compresses,
 * writes and syncs. Until `close` the file is called FILE.part, and holds every block that was synced,
 * whatever kills us.
 */
export class FileRecorder implements Recorder {
  readonly rows = rowsInOnePiece(SEAL_INPUTS, PAYLOAD_BYTES);
  readonly path: string;
  /** Who may be too slow. */
  protected readonly taker: string = "the disk";
  protected readonly worker: Worker;
  protected readonly store: PageStore;
  protected readonly seen = new SeenPages();
  private readonly fill = new Fill(this.seen);
  /** Columns to go on with while others are being written: the first are made before any guest can wait for them. */
  private readonly spares = Array.from({ length: READY }, () =>
    columnsInOnePiece(SEAL_INPUTS, PAYLOAD_BYTES),
  );
  private readonly waiting: Waiting[] = [];
  private waitingBytes = 0;
  private fullSince = -1;
  private failure: string | null = null;
  private synced = { blocks: 0, bytes: 0 };
  private largestWindowMs = 0;
  private closing: { resolve: (recorded: Recorded) => void; reject: (error: Error) => void } | null = null;
  protected closed = false;
  /** The worker is gone: nobody writes the part any more. */
  ended = false;

  /** Use `createRecorder`. */
  constructor(
    path: string,
    store: PageStore,
    start: RecorderStart | KeeperStart,
    started: (reason: string | null) => void,
    worker = new URL("./recorder-worker.js", import.meta.url),
  ) {
    this.path = path;
    this.store = store;
    store.compareBy(samePage);
    this.worker = new Worker(worker, { workerData: start });
    this.worker.on("message", (message: FromWorker) => {
      if (message.type === "ready") started(null);
      else this.hear(message);
      if (message.type === "failed") started(message.reason);
    });
    this.worker.on("error", (error) => this.fail(`the recorder's worker died: ${error.message}`));
    this.worker.on("exit", () => {
      this.ended = true;
      if (!this.closed) this.fail("the recorder's worker ended before the recording did");
      started(this.failure);
    });
  }

  /** Too much waits for the disk: take no new message. */
  get full(): boolean {
    if (this.failure !== null) return false;
    if (this.waitingBytes <= WAITING_BYTES) {
      this.fullSince = -1;
      return false;
    }
    const now = performance.now();
    if (this.fullSince < 0) this.fullSince = now;
    if (now - this.fullSince > PATIENCE_MS) {
      // What it does take yet makes the part longer.
      this.post({ type: "stop" }, []);
      this.fail(
        `${this.taker} did not take ${this.waitingBytes >> 20} MiB of the recording within ${PATIENCE_MS} ms`,
      );
    }
    return this.failure === null;
  }

  get failed(): string | null {
    return this.failure;
  }

  get stats(): RecorderStats {
    const { largestWindowMs, waitingBytes } = this;
    const oldest = this.waiting[0];
    const unsyncedMs = oldest === undefined ? 0 : performance.now() - oldest.sealedAt;
    return { ...this.synced, largestWindowMs, unsyncedMs, waitingBytes };
  }

  sealIfFull(digests: () => readonly Digest[]): void {
    if (this.failure !== null) this.drop();
    else if (this.fill.isFull(this.rows)) this.seal(digests());
  }

  sealDue(nowMicroseconds: number): boolean {
    return this.failure === null && this.fill.isDue(this.rows, nowMicroseconds);
  }

  seal(digests: readonly Digest[]): void {
    const { rows } = this;
    if (this.failure !== null) this.drop();
    if (rows.count === 0) return;
    const pages = gatherPages(rows, this.store, this.seen);
    const columns = this.swapColumns();
    const counts = countsOf(rows);
    const moved = buffersOf({ ...columns, ...pages });
    const bytes = moved.reduce((sum, buffer) => sum + buffer.byteLength, 0);
    this.waiting.push({ sealedAt: performance.now(), bytes });
    this.waitingBytes += bytes;
    this.post({ type: "block", columns, counts, pages, digests }, moved);
    rows.clear(counts.firstSeq + counts.count);
    this.fill.clear();
  }

  close(digests: readonly Digest[]): Promise<Recorded> {
    this.seal(digests);
    return new Promise((resolve, reject) => {
      this.closing = { resolve, reject };
      if (this.failure !== null) reject(new Error(this.failure));
      else this.post({ type: "close" }, []);
    });
  }

  /** Where what was recorded is to be found, once it was abandoned. */
  get kept(): string {
    return `the recording up to then is ${partOf(this.path)}: finish it by gvt pack`;
  }

  /** End without packing: what was sealed is synced where the disk still takes it, and stays in the part. */
  async abandon(): Promise<void> {
    if (this.ended) return;
    this.closed = true;
    if (this.failure === null) this.post({ type: "stop" }, []);
    await this.end(PATIENCE_MS);
    void this.worker.terminate();
    // One that is stuck in the disk cannot be ended, and must not keep us.
    await this.end(PATIENCE_MS);
  }

  /** Wait for the worker's end, for so many milliseconds at most. */
  protected end(patience: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.ended) return resolve();
      const timer = setTimeout(resolve, patience);
      this.worker.once("exit", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  protected post(message: ToKeeper, moved: readonly ArrayBuffer[]): void {
    this.worker.postMessage(message, moved);
  }

  /** The recording has ended: an input's rows are nobody's once it is done. */
  private drop(): void {
    const { rows } = this;
    rows.clear(rows.firstSeq + rows.count);
    if (rows.payload.length > PAYLOAD_BYTES) rows.payload = new Uint8Array(PAYLOAD_BYTES);
  }

  /** Take the columns out of `rows` and put others in, so that the object stays. */
  private swapColumns(): Columns {
    const { rows } = this;
    const taken = columnsOf(rows);
    const { kind, payload } = rows;
    putColumns(rows, this.spares.pop() ?? columnsInOnePiece(kind.length, payload.length), countsOf(rows));
    return taken;
  }

  protected hear(message: FromWorker): void {
    if (message.type === "failed") this.fail(`the recording cannot be written: ${message.reason}`);
    else if (message.type === "closed") {
      this.closed = true;
      this.closing?.resolve(message.recorded);
    } else if (message.type === "synced") {
      const now = performance.now();
      for (const { sealedAt, bytes } of this.waiting.splice(0, message.blocks)) {
        this.largestWindowMs = Math.max(this.largestWindowMs, now - sealedAt);
        this.waitingBytes -= bytes;
      }
      this.synced = { blocks: this.synced.blocks + message.blocks, bytes: message.bytes };
      const room = this.failure === null ? SPARES - this.spares.length : 0;
      this.spares.push(...message.columns.slice(0, Math.max(room, 0)));
    }
  }

  private fail(reason: string): void {
    this.failure ??= reason;
    this.spares.length = 0;
    this.waiting.length = 0;
    this.waitingBytes = 0;
    this.closing?.reject(new Error(this.failure));
  }
}

/**
 * Start recording into `path`. Rejects with one line where that name or its part is taken, or where the
 * folder cannot be written.
 */
export function createRecorder(
  path: string,
  meta: RecordingMeta,
  tools: Tools,
  store: PageStore,
  compression = "zstd",
): Promise<FileRecorder> {
  for (const [taken, cure] of [
    [path, "name another file"],
    [partOf(path), `finish it by: gvt pack ${path}`],
  ] as const) {
    if (existsSync(taken)) return Promise.reject(new Error(`${taken} exists already; ${cure}`));
  }
  return new Promise((resolve, reject) => {
    const start = { path, preamble: writePreamble(meta, tools), compression };
    const recorder = new FileRecorder(path, store, start, (reason) => {
      if (reason === null) resolve(recorder);
      else reject(new Error(reason));
    });
  });
}
