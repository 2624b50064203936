import type { Command } from "commander";
import { markFile, newMeta, writeRecording } from "../node/new-recording.ts";
import { marksOf } from "../replay/rerun/marks.ts";
import { everyRow } from "../replay/rerun/standalone.ts";
import { EXIT, UsageError } from "./exit.ts";
import { checkNewFile, refuseUnknownKinds, sayWarnings, withRecording } from "./recordings.ts";
import { count } from "./table.ts";
import { print, printJson } from "./terminal.ts";
import { addVerb, type CommonOptions } from "./verb.ts";

interface Options extends CommonOptions {
  readonly output: string;
  readonly standalone?: true;
}

/** `gvt export`: a recording in another form. */
export function addExport(program: Command): void {
  addVerb(program, "export", "a recording in another form", [
    "gvt export what-if.mcap --standalone -o whole.mcap      # a branch and its parents as one file",
  ])
    .argument("<file>", "recording")
    .requiredOption("-o, --output <file>", "a new file")
    .option("--standalone", "one recording that leans on no parent")
    .action(async (file: string, options: Options) => {
      process.exitCode = await exportStandalone(file, options);
    });
}

function exportStandalone(file: string, { output, standalone, json }: Options): Promise<number> {
  if (standalone === undefined) throw new UsageError("say in which form: --standalone");
  checkNewFile(output);
  return withRecording(file, async ({ recording, store }) => {
    refuseUnknownKinds(recording);
    const meta = newMeta(recording.meta.base, recording.meta.sources);
    const base = recording.basePieces();
    const bytes = await writeRecording(output, { meta, store, base }, (sink) => everyRow(recording, sink));
    await markFile(output, marksOf(recording));
    sayWarnings(recording);
    const { rowCount: rows, eventCount: events } = recording;
    if (json) printJson({ file, output, rows, events, bytes });
    else print(`${output}: ${count(events, "event")}, ${count(rows, "row")}, ${count(bytes, "byte")}`);
    return EXIT.done;
  });
}
