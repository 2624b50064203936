import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Rows } from "../src/events/rows.ts";
import { FileSink, FileSource } from "../src/node/files.ts";
import { Machine } from "../src/reducers/machine.ts";
import { PageStore } from "../src/reducers/pages.ts";
import { gatherPages, SeenPages } from "../src/replay/recording/gather.ts";
import { openRecording } from "../src/replay/recording/recording.ts";
import { type ByteSink, MemorySink, type Tools } from "../src/replay/recording/tools.ts";
import { RecordingWriter } from "../src/replay/recording/writer.ts";
import { compare, stretches } from "./apply.ts";
import type { Trace } from "./trace.ts";

let folder: string | null = null;

/** A path in a folder that goes away with the process. */
export function temporary(name: string): string {
  if (folder === null) {
    const made = fs.mkdtempSync(path.join(os.tmpdir(), "gvt-bench-"));
    process.on("exit", () => fs.rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return path.join(folder, name);
}

/**
 * Write a trace as a packed recording. `pages`: with the contents of its pages; without them it can only be
 * weighed.
 */
function write(trace: Trace, tools: Tools, sink: ByteSink, compression: string, pages: boolean): void {
  const writer = new RecordingWriter(sink, trace.recording.meta, tools, compression);
  const seen = new SeenPages();
  const none = new Uint8Array(0);
  trace.blocks.forEach(({ rows, digests }, n) => {
    const gathered = gatherPages(rows, trace.store, seen);
    const kept = pages ? gathered : { ...gathered, fresh: none, bodies: none };
    writer.addBlock(rows, kept, digests, n === trace.blocks.length - 1);
  });
  writer.finish();
}

export function writeFile(trace: Trace, tools: Tools, compression: string): string {
  const file = temporary(`${trace.name}-${compression}.mcap`);
  const sink = new FileSink(file, true);
  write(trace, tools, sink, compression, true);
  sink.close();
  return file;
}

/** Bytes of the packed recording without its pages. */
export function bytesWithoutPages(trace: Trace, tools: Tools): number {
  const sink = new MemorySink();
  write(trace, tools, sink, "zstd", false);
  return sink.bytes().length;
}

/**
 * From a file to its last state on one thread, verified as `verify` does; milliseconds to open it, and by
 * block.
 */
export function fileToState(trace: Trace, tools: Tools, file: string, clock: number): number[] {
  const store = new PageStore(tools.hashPage);
  const machine = new Machine({ ...trace.setting, store });
  const rows = new Rows(1 << 15);
  const batch = (_rows: Rows, from: number, to: number): void => {
    if (machine.batch(rows, from, to) !== to) throw new Error(`${file}: the replay differs`);
  };
  const start = performance.now();
  const source = new FileSource(file);
  const recording = openRecording(source, tools, store);
  const opening = performance.now() - start;
  const blocks = trace.blocks.map(({ left }, n) => {
    const before = performance.now();
    const { digests } = recording.readBlock(n, rows);
    let spent = performance.now() - before - clock;
    spent += stretches({ rows, digests, left }, clock, batch, batch);
    const after = performance.now();
    compare(trace.name, machine.digests(), digests);
    return spent + performance.now() - after - clock;
  });
  source.close();
  return [opening, ...blocks];
}
