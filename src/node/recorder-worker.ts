import type { MessagePort } from "node:worker_threads";
import { Rows } from "../events/rows.ts";
import { type Columns, putColumns } from "../replay/recording/bulk.ts";
import { BlockEncoder } from "../replay/recording/encoder.ts";
import type { Tools } from "../replay/recording/tools.ts";
import { FileSink, syncFolder } from "./files.ts";
import { packFile, partOf } from "./packing.ts";
import { buffersOf, type FromWorker, type RecorderStart, type ToWorker } from "./recorder-messages.ts";
import { guarded, runAsWorker } from "./recorder-thread.ts";

/**
 * The recorder's other thread: encodes, compresses, writes and syncs blocks, and packs the part at the end.
 * Writing never waits for the disk: a block that is written survives the process, and one that is synced the
 * machine. Blocks that are written while a sync is under way share the next one.
 */
class PartWriter {
  private readonly port: MessagePort;
  private readonly path: string;
  private readonly tools: Tools;
  private readonly sink: FileSink;
  private readonly encoder: BlockEncoder;
  private readonly rows = new Rows(0, 0);
  private bytes: number;
  /** Columns of the blocks that no sync has begun for. */
  private written: Columns[] = [];
  private syncing = false;
  private ending: "close" | "stop" | null = null;

  constructor(port: MessagePort, start: RecorderStart, tools: Tools) {
    this.port = port;
    this.path = start.path;
    this.tools = tools;
    this.sink = new FileSink(partOf(start.path));
    try {
      this.sink.write(start.preamble);
      this.sink.sync();
      syncFolder(start.path);
    } catch (error) {
      // Nothing is in it: left behind, it would only be in the next one's way.
      this.sink.remove();
      throw error;
    }
    this.encoder = new BlockEncoder(start.preamble, tools, start.compression);
    this.bytes = start.preamble.length;
  }

  take(message: ToWorker): void {
    if (message.type === "block") {
      const { columns, counts } = message;
      putColumns(this.rows, columns, counts);
      const block = this.encoder.encode(this.rows, message.pages, message.digests, false);
      this.sink.write(block.bytes);
      this.bytes += block.bytes.length;
      this.written.push(columns);
    } else {
      this.ending = message.type;
    }
    this.goOn();
  }

  /** Sync what was written; after that, end where that was asked for. */
  private goOn(): void {
    if (this.syncing) return;
    if (this.written.length === 0) return this.ending === null ? undefined : this.end(this.ending);
    const done = this.written;
    const { bytes } = this;
    this.written = [];
    this.syncing = true;
    this.sink.syncLater((error) => {
      guarded(this.port, () => {
        if (error !== null) throw error;
        this.syncing = false;
        const message: FromWorker = { type: "synced", blocks: done.length, bytes, columns: done };
        this.port.postMessage(message, done.flatMap(buffersOf));
        this.goOn();
      });
    });
  }

  private end(how: "close" | "stop"): void {
    const own = this.sink.isInPlace();
    this.sink.close();
    if (how === "close" && !own) throw new Error("its part was removed or replaced by somebody else");
    if (how === "close") {
      this.port.postMessage({
        type: "closed",
        recorded: packFile(this.path, this.tools),
      } satisfies FromWorker);
    }
    this.port.close();
  }
}

runAsWorker<RecorderStart, ToWorker>((port, start, tools) => new PartWriter(port, start, tools));
