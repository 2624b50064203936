import { existsSync } from "node:fs";
import type { Command } from "commander";
import { loadTools } from "../node/codecs.ts";
import { packFile, partOf } from "../node/packing.ts";
import { UsageError } from "./exit.ts";
import { withRecording } from "./recordings.ts";
import { bytesText, count } from "./table.ts";
import { paintError, print, printJson, say } from "./terminal.ts";
import { addVerb, type CommonOptions } from "./verb.ts";

const PART = partOf("");

/** `gvt pack`: mend a recording that was not closed. */
export function addPack(program: Command): void {
  addVerb(
    program,
    "pack",
    "close a recording that its server left behind: join its blocks, verify them, take the part away",
    ["gvt pack boot.mcap", "gvt pack boot.mcap.part"],
  )
    .argument("<file>", "FILE or FILE.part")
    .action(async (file: string, options: CommonOptions) => {
      await pack(file.endsWith(PART) ? file.slice(0, -PART.length) : file, options);
    });
}

async function pack(path: string, options: CommonOptions): Promise<void> {
  if (!existsSync(partOf(path))) return alreadyPacked(path, options);
  const { blocks, bytes, dropped } = packFile(path, await loadTools());
  if (options.json) return printJson({ file: path, packed: true, blocks, bytes, dropped });
  if (dropped !== null)
    say(paintError.yellow(`gvt: warning: ${partOf(path)}: dropped what was not whole, ${dropped}`));
  print(`packed ${path}: ${bytesText(bytes)} in ${count(blocks, "block")}`);
}

/**
 * Nothing to do, where the recording is closed. Rejects with RecordingError where there is none, UsageError
 * where it was cut.
 */
function alreadyPacked(path: string, options: CommonOptions): Promise<void> {
  return withRecording(path, ({ recording }) => {
    const { blockCount: blocks, size: bytes, closed, name } = recording;
    if (!closed) {
      throw new UsageError(
        `${name}: was not closed, and is no part; name it ${partOf(name)} and pack that to keep what is whole`,
      );
    }
    if (options.json) printJson({ file: path, packed: false, blocks, bytes, dropped: null });
    else print(`${path}: is packed already, ${bytesText(bytes)} in ${count(blocks, "block")}`);
  });
}
