import type { Command } from "commander";
import type { OpenedRecording } from "../replay/engine/opened.ts";
import { Timeline } from "../replay/timeline/timeline.ts";
import { Asker, causeText, whyText } from "../replay/why/why.ts";
import { EXIT } from "./exit.ts";
import { refuseUnknownKinds, seqIn, withRecording } from "./recordings.ts";
import { endOf } from "./seek.ts";
import { print, printJson, withProgress } from "./terminal.ts";
import { addVerb, type CommonOptions, parseSeq } from "./verb.ts";

interface Options extends CommonOptions {
  readonly at?: number;
  readonly changed?: true;
}

/** `gvt why`: who wrote this, and why. */
export function addWhy(program: Command): void {
  addVerb(program, "why", "who last wrote a place, and the rows that led to it, back to what the guest did", [
    "gvt why boot.mcap vgpu1.gtIrq0.GEN8_GT_IIR.RCS_USER_INTERRUPT --at 48211",
    "gvt why boot.mcap vgpu1.rcs0.RING_TAIL.TailOffset --at 48211 --changed",
    "gvt why boot.mcap 'vgpu1.ggtt[123]' --at 48211",
    "gvt why boot.mcap 'vgpu1.ram[0x1f3a2010:4]'",
    "gvt why boot.mcap vgpu1.tree.execlists.rcs0.queued --at 48211",
    "gvt why boot.mcap 48211                  # what led to row 48211: an interrupt, an answer",
  ])
    .argument("<file>", "recording")
    .argument("<path>", "register, field, entry, bytes of memory, part of a tree; or a row number")
    .option("--at <n>", "as it stands after row n; after the last row when absent", parseSeq)
    .option("--changed", "go back to the write that changed the value")
    .action(async (file: string, path: string, options: Options) => {
      process.exitCode = await withRecording(file, (opened) => why(opened, path, options));
    });
}

function why(opened: OpenedRecording, path: string, options: Options): number {
  const { recording, store } = opened;
  refuseUnknownKinds(recording);
  const isRow = /^\d+$/.test(path);
  const at = seqIn(recording, isRow ? parseSeq(path) : options.at);
  const lines = withProgress("replay", (progress) => {
    const asker = new Asker(new Timeline(recording, store, { progress }));
    if (isRow) {
      const cause = asker.row(at);
      return options.json ? { row: at, cause } : causeText(cause);
    }
    const answer = asker.why(path, at, { changed: options.changed === true });
    return options.json ? answer : whyText(answer);
  });
  if (!Array.isArray(lines)) printJson({ file: recording.name, ...lines });
  else for (const line of lines) print(line);
  return endOf(recording, EXIT.done);
}
