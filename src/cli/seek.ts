import type { Command } from "commander";
import type { Recording } from "../replay/recording/recording.ts";
import { EXIT } from "./exit.ts";
import { isPart, sayWarnings, seqIn, withRecording } from "./recordings.ts";
import { showState, showSummary } from "./show-state.ts";
import { addVerb, type CommonOptions, parseSeq } from "./verb.ts";
import { sayDamage } from "./verify.ts";

interface Options extends CommonOptions {
  readonly state?: string;
}

/** `gvt seek`: the state at a row. */
export function addSeek(program: Command): void {
  addVerb(program, "seek", "the state after a row: at a glance, or what is at a path", [
    "gvt seek boot.mcap 48211",
    "gvt seek boot.mcap 48211 --state vgpu1.rcs0.RING_TAIL",
    "gvt seek boot.mcap 48211 --state 'vgpu1.ggtt[123]'",
  ])
    .argument("<file>", "recording")
    .argument("<n>", "row number", parseSeq)
    .option("--state <path>", "what is there: a register, a field, an entry, a frame, a part of a tree")
    .action(async (file: string, n: number, options: Options) => {
      process.exitCode = await withRecording(file, (opened) => {
        const seq = seqIn(opened.recording, n);
        const json = options.json === true;
        let code: number = EXIT.done;
        if (options.state === undefined) showSummary(opened, seq, json);
        else code = showState(opened, seq, options.state, json);
        return endOf(opened.recording, code);
      });
    });
}

/**
 * Warnings and damage of a recording that was looked into; the exit code, where the answer's own is `code`.
 */
export function endOf(recording: Recording, code: number): number {
  sayWarnings(recording);
  if (recording.damage === null || isPart(recording)) return code;
  sayDamage(recording);
  return EXIT.badFile;
}
