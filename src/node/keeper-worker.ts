import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { type MessagePort, Worker } from "node:worker_threads";
import { Rows } from "../events/rows.ts";
import { parseConfiguration } from "../reducers/configuration.ts";
import { Machine } from "../reducers/machine.ts";
import { PageStore } from "../reducers/pages.ts";
import { settingOf } from "../reducers/platform.ts";
import { SaveTrigger } from "../replay/live/save-trigger.ts";
import { Window } from "../replay/live/window.ts";
import { WindowSave } from "../replay/live/window-save.ts";
import { compilePredicate } from "../replay/names/predicate.ts";
import { putColumns } from "../replay/recording/bulk.ts";
import { printable } from "../replay/recording/errors.ts";
import { describe } from "../replay/recording/profile.ts";
import type { Recorded } from "../replay/recording/recorder.ts";
import type { Tools } from "../replay/recording/tools.ts";
import { FileSink, reasonOf } from "./files.ts";
import type { FromPacker, PackerStart } from "./packer-worker.ts";
import { freePath, partOf } from "./packing.ts";
import {
  buffersOf,
  type FromKeeper,
  type KeeperStart,
  type SaveCause,
  type SavedWindow,
  type ToKeeper,
} from "./recorder-messages.ts";
import { runAsWorker } from "./recorder-thread.ts";
import { TOOL } from "./version.ts";

/** Pages that are asked for at once whether they can go: the live thread looks them up one by one. */
const IDLE_PAGES = 128;

/** So many windows may be held for saving at once: each keeps its pages and blocks in memory. */
const MOST_JOBS = 4;

/** Characters of a mark, which has a limit: a predicate has none. */
const MOST_MARK_TEXT = 1000;

/** A window that is being saved. */
interface Job {
  readonly path: string;
  readonly sink: FileSink;
  readonly save: WindowSave;
  readonly cause: SaveCause;
  readonly at: number | null;
}

/**
 * The flight recorder's other thread: keeps the window, and writes it as a part, a block at a time between the
 * blocks that come in. A thread of its own packs the part.
 */
class KeeperWorker {
  private readonly port: MessagePort;
  private readonly start: KeeperStart;
  private readonly tools: Tools;
  private readonly store: PageStore;
  private readonly window: Window;
  private readonly trigger: SaveTrigger | null;
  private readonly rows = new Rows(0, 0);
  private readonly jobs: Job[] = [];
  private saving = false;
  private asking = false;
  private triggered = false;
  private told = false;
  private ending = false;
  private last: SavedWindow | null = null;

  constructor(port: MessagePort, start: KeeperStart, tools: Tools) {
    this.port = port;
    this.start = start;
    this.tools = tools;
    this.store = new PageStore(tools.hashPage);
    const configuration = parseConfiguration(start.reset.configuration);
    if (typeof configuration === "string") throw new Error(`the configuration ${configuration}`);
    const machine = new Machine(settingOf(configuration, this.store));
    const { saveWhen, limits } = start;
    this.trigger = saveWhen === null ? null : new SaveTrigger(compilePredicate(saveWhen, machine), machine);
    this.window = new Window(machine, this.store, tools.codecs.zstd, limits, this.trigger);
  }

  take(message: ToKeeper): void {
    if (message.type === "block") this.block(message);
    else if (message.type === "save") this.want("asked", null);
    else if (message.type === "forget") {
      this.window.forget(message.hashes);
      this.asking = false;
    } else if (!this.ending) {
      this.ending = true;
      this.want("end", null);
    }
    this.askAround();
    this.saveNext();
  }

  private block({ columns, counts, pages, digests }: ToKeeper & { type: "block" }): void {
    const { window, trigger } = this;
    putColumns(this.rows, columns, counts);
    window.take(this.rows, pages, digests);
    const back: FromKeeper = { type: "synced", blocks: 1, bytes: window.bytes, columns: [columns] };
    this.port.postMessage(back, buffersOf(columns));
    if (trigger !== null && trigger.heldAt >= 0 && !this.triggered) {
      this.triggered = true;
      this.want("predicate", trigger.heldAt);
    }
    if (window.broken === null || this.told) return;
    this.told = true;
    this.tell({ type: "failed", reason: window.broken });
  }

  /** Which pages can go? One question at a time. */
  private askAround(): void {
    if (this.asking || this.ending) return;
    const hashes = this.window.takeIdle(IDLE_PAGES);
    if (hashes.length === 0) return;
    this.asking = true;
    this.tell({ type: "idle", hashes, endSeq: this.window.endSeq });
  }

  /** Take hold of the window as it is now, in a part of its own. */
  private want(cause: SaveCause, at: number | null): void {
    if (cause === "asked" && this.jobs.length >= MOST_JOBS)
      return this.tell({ type: "unsaved", reason: `${MOST_JOBS} windows are being saved already` });
    try {
      this.jobs.push({ ...this.openPart(), cause, at });
    } catch (error) {
      this.tell({ type: "unsaved", reason: reasonOf(error) });
    }
  }

  private openPart(): Pick<Job, "path" | "sink" | "save"> {
    const { tools, store, window, start } = this;
    const path = freePath(start.path);
    const facts = { id: randomBytes(8).toString("hex"), createdAt: new Date().toISOString(), tool: TOOL };
    const sink = new FileSink(partOf(path));
    try {
      const save = new WindowSave(window, sink, store, tools, tools.codecs.zstd, {
        reset: start.reset,
        describe: (base) => describe({ ...facts, base }),
      });
      return { path, sink, save };
    } catch (error) {
      drop(path, sink);
      throw error;
    }
  }

  /** Finish the oldest part, one at a time. */
  private saveNext(): void {
    if (this.saving) return;
    const [job] = this.jobs;
    if (job === undefined) return this.ending ? this.end() : undefined;
    this.saving = true;
    this.finish(job)
      .then(
        (saved) => {
          this.last = saved;
          this.tell({ type: "saved", saved });
        },
        (error: unknown) => this.tell({ type: "unsaved", reason: reasonOf(error) }),
      )
      .then(() => {
        this.jobs.shift();
        this.saving = false;
        this.saveNext();
      });
  }

  /** Write the part, with a turn for the blocks that come in behind every block, and have it packed. */
  private async finish({ path, sink, save, cause, at }: Job): Promise<SavedWindow> {
    try {
      while (save.step()) await new Promise((resolve) => setImmediate(resolve));
    } catch (error) {
      drop(path, sink);
      throw error;
    }
    sink.close();
    const text = printable(`save when ${this.start.saveWhen}`, MOST_MARK_TEXT);
    const mark = at === null ? null : { seq: at, text };
    const [first, last] = save.range;
    return { ...(await pack({ path, mark })), cause, first, last, at };
  }

  private end(): void {
    if (this.last === null || this.last.cause !== "end")
      this.tell({ type: "failed", reason: "the window could not be saved" });
    else this.tell({ type: "closed", recorded: this.last });
    this.port.close();
  }

  private tell(message: FromKeeper): void {
    this.port.postMessage(message);
  }
}

function drop(path: string, sink: FileSink): void {
  sink.close();
  rmSync(partOf(path), { force: true });
}

/** Have a thread of its own make the recording of a part. Rejects with one line. */
function pack(start: PackerStart): Promise<Recorded> {
  const worker = new Worker(new URL("./packer-worker.js", import.meta.url), { workerData: start });
  return new Promise((resolve, reject) => {
    worker.on("message", (message: FromPacker) => {
      if ("recorded" in message) resolve(message.recorded);
      else reject(new Error(message.reason));
    });
    const ended = (why: string): void => reject(new Error(`${why}: finish it by gvt pack ${start.path}`));
    worker.on("error", (error) => ended(error.message));
    worker.on("exit", () => ended("packing ended early"));
  });
}

runAsWorker<KeeperStart, ToKeeper>((port, start, tools) => new KeeperWorker(port, start, tools));
