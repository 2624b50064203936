import { type MessagePort, parentPort } from "node:worker_threads";
import type { OpenedRecording } from "../replay/engine/opened.ts";
import { SegmentVerifier } from "../replay/verify/segments.ts";
import { openFile } from "./open.ts";
import type { FromVerifier, ToVerifier } from "./verify-messages.ts";

/** Blocks between two messages on how far it has come. */
const PROGRESS_BLOCKS = 8;

/** One thread that verifies segments of a recording, which it opens for itself. What it throws ends it. */
class Verifier {
  private readonly port: MessagePort;
  private opened: OpenedRecording | null = null;
  private segments: SegmentVerifier | null = null;

  constructor(port: MessagePort) {
    this.port = port;
  }

  async hear(message: ToVerifier): Promise<void> {
    if (message.type === "open") return this.open(message.path, message.size, message.paranoid);
    if (this.segments === null) throw new Error("a question before there is a file");
    if (message.type === "starts") return this.say({ type: "starts", starts: this.segments.starts() });
    if (message.type === "beyond")
      return this.say({ type: "beyond", report: this.segments.goBeyond(message.ends) });
    let blocks = 0;
    const report = this.segments.verify(message.task, () => {
      if (++blocks < PROGRESS_BLOCKS) return;
      this.say({ type: "progress", blocks });
      blocks = 0;
    });
    if (blocks > 0) this.say({ type: "progress", blocks });
    this.say({ type: "report", report });
  }

  private async open(path: string, size: number, paranoid: boolean): Promise<void> {
    this.opened?.close();
    this.opened = await openFile(path, size);
    this.segments = new SegmentVerifier(this.opened.recording, this.opened.store, paranoid);
  }

  private say(message: FromVerifier): void {
    this.port.postMessage(message);
  }
}

if (parentPort !== null) {
  const verifier = new Verifier(parentPort);
  let before = Promise.resolve();
  parentPort.on("message", (message: ToVerifier) => {
    before = before.then(() => verifier.hear(message));
  });
}
