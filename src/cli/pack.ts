import { existsSync, statSync } from "node:fs";
import type { Command } from "commander";
import { loadTools } from "../node/codecs.ts";
import { writerOf } from "../node/files.ts";
import { packFile, partOf } from "../node/packing.ts";
import { indexFile } from "../node/patching.ts";
import { UsageError } from "./exit.ts";
import { withRecording } from "./recordings.ts";
import { bytesText, count } from "./table.ts";
import { paintError, print, printJson, say, withProgress } from "./terminal.ts";
import { addVerb, type CommonOptions } from "./verb.ts";

const PART = partOf("");

/** `gvt pack`: mend a recording that was not closed. */
export function addPack(program: Command): void {
  addVerb(
    program,
    "pack",
    "close a recording that its server left behind; make its keyframes and its index of writers anew",
    ["gvt pack boot.mcap", "gvt pack boot.mcap.part"],
  )
    .argument("<file>", "FILE or FILE.part")
    .action(async (file: string, options: CommonOptions) => {
      await pack(file.endsWith(PART) ? file.slice(0, -PART.length) : file, options);
    });
}

async function pack(path: string, options: CommonOptions): Promise<void> {
  if (!existsSync(partOf(path))) return alreadyPacked(path, options);
  const writer = writerOf(partOf(path));
  if (writer !== null)
    throw new UsageError(
      `${partOf(path)}: process ${writer} is still recording it; end that, and it packs itself`,
    );
  const { blocks, bytes, dropped, unindexed } = packFile(path, await loadTools());
  if (options.json) return printJson({ file: path, packed: true, blocks, bytes, dropped, unindexed });
  if (dropped !== null) warn(partOf(path), `dropped what was not whole, ${dropped}`);
  if (unindexed !== null) warn(path, `no keyframes and no index of writers: ${unindexed}`);
  print(`packed ${path}: ${bytesText(bytes)} in ${count(blocks, "block")}`);
}

function warn(path: string, text: string): void {
  say(paintError.yellow(`gvt: warning: ${path}: ${text}`));
}

/**
 * The recording is closed: its rows stay, its keyframes and its index of writers are made anew. Rejects with
 * RecordingError where there is none, UsageError where it was cut.
 */
async function alreadyPacked(path: string, options: CommonOptions): Promise<void> {
  const blocks = await withRecording(path, ({ recording: { blockCount, closed, name } }) => {
    if (closed) return blockCount;
    throw new UsageError(
      `${name}: was not closed, and is no part; name it ${partOf(name)} and pack that to keep what is whole`,
    );
  });
  const tools = await loadTools();
  const unindexed = withProgress("index", (progress) => indexFile(path, tools, "zstd", progress));
  const bytes = statSync(path).size;
  if (options.json) return printJson({ file: path, packed: false, blocks, bytes, dropped: null, unindexed });
  if (unindexed !== null) warn(path, `no keyframes and no index of writers: ${unindexed}`);
  print(`${path}: was packed already, ${bytesText(bytes)} in ${count(blocks, "block")}`);
}
