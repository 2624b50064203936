import * as fs from "node:fs";
import { PageStore } from "../reducers/pages.ts";
import { indexRecording } from "../replay/index/indexing.ts";
import { type Patch, replaceAttachments } from "../replay/recording/attach.ts";
import { openLeaning } from "../replay/recording/leaning.ts";
import type { Tools } from "../replay/recording/tools.ts";
import { FileSource } from "./files.ts";
import { Parents } from "./parents.ts";

/**
 * Write another end after a recording's blocks, and sync it. A crash in between costs attachments and
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
 * Give a closed recording its keyframes and its writers' index, from one exact replay; a branch's
 * parent is looked for beside the file `beside`. Returns why it has none, in one line, or null. Throws where the
 * file cannot be read or written.
 */
export function indexFile(
  path: string,
  tools: Tools,
  compression = "zstd",
  progress?: (done: number, of: number) => void,
  beside = path,
): string | null {
  const source = new FileSource(path);
  const parents = new Parents(beside, tools);
  try {
    const store = new PageStore(tools.hashPage);
    const recording = openLeaning(source, tools, store, (id) => parents.find(id, store));
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
    parents.close();
  }
}
