import { setPriority } from "node:os";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { Tools } from "../replay/recording/tools.ts";
import { loadTools } from "./codecs.ts";
import { reasonOf } from "./files.ts";
import type { FromWorker } from "./recorder-messages.ts";

/** What the two workers behind a live machine, which write or keep its blocks, have in common. */

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
  stepBack();
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

/**
 * How nice the worker is: a third of what the live thread gets where both want the same core. Much less, and a
 * busy host would look like a disk that is too slow.
 */
const NICE = 5;

/**
 * Let the live thread go first: a guest waits for it, nobody for the worker. On Linux a thread has a priority of
 * its own; elsewhere the whole process would be slowed down.
 */
function stepBack(): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(0, NICE);
  } catch {
    // Who may not is no worse off than before.
  }
}
