import * as fs from "node:fs";
import { PageStore } from "../reducers/pages.ts";
import { indexRecording } from "../replay/indexing.ts";
import { type Patch, replaceAttachments } from "../replay/recording/attach.ts";
import { openRecording } from "../replay/recording/recording.ts";
import type { Tools } from "../replay/recording/tools.ts";
import { FileSource } from "./files.ts";

/**
 * Write another end behind a recording's blocks, and sync it. A crash in between costs attachments and
 * summary, no row.
 */
export function patchFile(path: string, { offset, bytes }: Patch): void {
  const fd = fs.openSync(path, "r+");
  try {
    fs.ftruncateSync(fd, offset);
    let done = 0;
    while (done < bytes.length) done += fs.writeSync(fd, bytes, done, bytes.length - done, offset + done);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * Give a closed recording its keyframes and its writers' index, from one exact replay. Returns why it has
 * none, in one line, or null. Throws where the file cannot be read or written.
 */
export function indexFile(
  path: string,
  tools: Tools,
  compression = "zstd",
  progress?: (done: number, of: number) => void,
): string | null {
  const source = new FileSource(path);
  try {
    const store = new PageStore(tools.hashPage);
    const recording = openRecording(source, tools, store);
    let indexed: ReturnType<typeof indexRecording>;
    try {
      indexed = indexRecording(recording, store, {
        compression,
        ...(progress === undefined ? {} : { progress }),
      });
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    if (indexed.left === null) patchFile(path, replaceAttachments(recording, indexed.attachments));
    return indexed.left;
  } finally {
    source.close();
  }
}
