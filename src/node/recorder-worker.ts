import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { Rows } from "../events/rows.ts";
import { BlockEncoder } from "../replay/recording/encoder.ts";
import { loadTools } from "./codecs.ts";
import { FileSink, reasonOf, syncFolder } from "./files.ts";
import { packFile, partOf } from "./packing.ts";
import type { Columns, FromWorker, RecorderStart, ToWorker } from "./recorder-messages.ts";

/**
 * The recorder's other thread: encodes, compresses, writes and syncs blocks, and packs the part at the end.
 */
async function main(port: MessagePort, start: RecorderStart): Promise<void> {
  const tools = await loadTools();
  const sink = new FileSink(partOf(start.path));
  sink.write(start.preamble);
  sink.sync();
  syncFolder(start.path);
  const encoder = new BlockEncoder(start.preamble, tools, start.compression);
  const rows = new Rows(0, 0);
  let bytes = start.preamble.length;
  let written: Columns[] = [];

  const answer = (message: FromWorker) => {
    const moved = message.type === "synced" ? message.columns.flatMap(buffersOf) : [];
    port.postMessage(message, moved);
  };
  const sync = () => {
    if (written.length === 0) return;
    sink.sync();
    const done = written;
    written = [];
    answer({ type: "synced", blocks: done.length, bytes, columns: done });
  };
  const take = (message: ToWorker) => {
    if (message.type === "block") {
      const { columns, count, firstSeq, payloadUsed } = message;
      Object.assign(rows, columns, { count, firstSeq, payloadUsed });
      const block = encoder.encode(rows, message.pages, message.digests, false);
      sink.write(block.bytes);
      bytes += block.bytes.length;
      written.push(columns);
    } else {
      sync();
      sink.close();
      if (message.type === "close") answer({ type: "closed", recorded: packFile(start.path, tools) });
      port.close();
    }
  };
  // Blocks that queued up while the disk was busy are written together and synced once.
  port.on("message", (first: ToWorker) => {
    guarded(port, () => {
      take(first);
      for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
        take(next.message as ToWorker);
      }
      sync();
    });
  });
  answer({ type: "ready" });
}

function buffersOf(columns: Columns): ArrayBuffer[] {
  return Object.values(columns).map((column) => column.buffer as ArrayBuffer);
}

function guarded(port: MessagePort, act: () => void): void {
  try {
    act();
  } catch (error) {
    port.postMessage({ type: "failed", reason: reasonOf(error) } satisfies FromWorker);
    port.close();
  }
}

if (parentPort !== null) {
  const port = parentPort;
  main(port, workerData as RecorderStart).catch((error: unknown) => {
    guarded(port, () => {
      throw error;
    });
  });
}
