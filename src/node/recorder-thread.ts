import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { Columns } from "../replay/recording/bulk.ts";
import type { Tools } from "../replay/recording/tools.ts";
import { loadTools } from "./codecs.ts";
import { reasonOf } from "./files.ts";
import type { FromWorker } from "./recorder-messages.ts";

/** What the two workers behind a live machine, which write or keep its blocks, have in common. */

/** The memory of a block's columns, to be moved back. */
export function buffersOf(columns: Columns): ArrayBuffer[] {
  return Object.values(columns).map((column) => column.buffer as ArrayBuffer);
}

/** Run `act`; what it throws is the end, and the live thread is told why. */
export function guarded(port: MessagePort, act: () => void): void {
  try {
    act();
  } catch (error) {
    port.postMessage({ type: "failed", reason: reasonOf(error) } satisfies FromWorker);
    port.close();
  }
}

/** If this thread is a worker: make what takes its messages, and say that it is ready. */
export function runAsWorker<Start, Message>(
  make: (port: MessagePort, start: Start, tools: Tools) => { take(message: Message): void },
): void {
  if (parentPort === null) return;
  const port = parentPort;
  const begin = async (): Promise<void> => {
    const taker = make(port, workerData as Start, await loadTools());
    port.on("message", (message: Message) => guarded(port, () => taker.take(message)));
    port.postMessage({ type: "ready" } satisfies FromWorker);
  };
  begin().catch((error: unknown) => {
    guarded(port, () => {
      throw error;
    });
  });
}
