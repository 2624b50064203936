import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import type { Digest } from "../events/digest.ts";
import { PageStore } from "../reducers/pages.ts";
import type { BasePiece } from "../replay/recording/base-pieces.ts";
import type { SeenPages } from "../replay/recording/gather.ts";
import { openLeaning } from "../replay/recording/leaning.ts";
import { describe, type RecordingMeta } from "../replay/recording/profile.ts";
import { type BlockSink, rewrite } from "../replay/recording/rewrite.ts";
import { type Mark, withMarks } from "../replay/rerun/marks.ts";
import { loadTools } from "./codecs.ts";
import { FileSink, FileSource, renameDurably } from "./files.ts";
import { Parents } from "./parents.ts";
import { indexFile, patchFile } from "./patching.ts";
import { TOOL } from "./version.ts";

/** What describes a recording that a command made from another one: a new id, the time, this version. */
export function newMeta(
  base: RecordingMeta["base"],
  sources: readonly string[] = ["recorder"],
): RecordingMeta {
  const facts = { id: randomBytes(8).toString("hex"), createdAt: new Date().toISOString() };
  return describe({ ...facts, base, sources, tool: TOOL });
}

/** What a new recording is made of beside its rows. */
export interface NewRecording {
  readonly meta: RecordingMeta;
  readonly store: PageStore;
  /** Of a branch: pages that its parent has, and a file in its parent's folder. */
  readonly seen?: SeenPages;
  readonly beside?: string;
  /** The embedded checkpoint, where the base is one. */
  readonly base?: readonly BasePiece[];
  /** Give it keyframes and a writers' index; true when absent. */
  readonly index?: boolean;
}

/**
 * Write a closed recording of rows that a run makes: under another name first, so that nothing is left behind
 * where it fails. Rejects where the disk fails, or where `produce` throws. Returns the bytes of the file.
 */
export async function writeRecording(
  path: string,
  { meta, store, seen, base = [], beside = path, index = true }: NewRecording,
  produce: (sink: BlockSink) => readonly Digest[],
): Promise<number> {
  const tools = await loadTools();
  const making = `${path}.packing`;
  const sink = new FileSink(making, true);
  try {
    try {
      await rewrite(sink, { meta, tools, store, base, ...(seen === undefined ? {} : { seen }) }, produce);
    } finally {
      sink.close();
    }
    if (index) indexFile(making, tools, "zstd", undefined, beside);
    renameDurably(making, path);
  } catch (error) {
    fs.rmSync(making, { force: true });
    throw error;
  }
  return fs.statSync(path).size;
}

/** Put marks into a closed recording; a branch's parent is looked for beside the file `beside`. */
export async function markFile(path: string, marks: readonly Mark[], beside = path): Promise<void> {
  if (marks.length === 0) return;
  const tools = await loadTools();
  const source = new FileSource(path);
  const parents = new Parents(beside, tools);
  try {
    const store = new PageStore(tools.hashPage);
    const recording = openLeaning(source, tools, store, (id) => parents.find(id, store));
    patchFile(path, withMarks(recording, marks));
  } finally {
    source.close();
    parents.close();
  }
}
