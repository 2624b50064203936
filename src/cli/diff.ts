import type { Command } from "commander";
import { compareRevisions } from "../node/revisions.ts";
import { diffEvents } from "../replay/diff/diff.ts";
import { diffRecordings } from "../replay/diff/diff-recordings.ts";
import type { StateDifference } from "../replay/diff/diff-states.ts";
import type { OpenedRecording } from "../replay/engine/opened.ts";
import { Timeline } from "../replay/timeline/timeline.ts";
import { answered, repositoryOf } from "./bisect-code.ts";
import { runLines, stateLines } from "./diff-lines.ts";
import { CannotTell, EXIT, UsageError } from "./exit.ts";
import { refuseUnknownKinds, sayWarnings, seqIn, settingOfRecording, withRecording } from "./recordings.ts";
import { print, printJson } from "./terminal.ts";
import { addVerb, type CommonOptions, parseSeq } from "./verb.ts";

interface Options extends CommonOptions {
  readonly at?: readonly number[];
  readonly rev?: readonly string[];
  readonly repo?: string;
  readonly all?: true;
}

/** `gvt diff`: two recordings, two events of one, two revisions over one. */
export function addDiff(program: Command): void {
  addVerb(
    program,
    "diff",
    "what differs between two recordings, two events of one, or two revisions over one",
    [
      "gvt diff before.mcap after.mcap",
      "gvt diff boot.mcap --at 48211 --at 48230",
      "gvt diff boot.mcap --rev v0.1.0 --rev HEAD",
      "gvt diff boot.mcap --rev v0.1.0 --rev HEAD --at 48211",
    ],
  )
    .argument("<file>", "recording")
    .argument("[other]", "the recording to compare it with")
    .option("--at <n>", "a row; twice: compare the states there", (text, list: number[] = []) => [
      ...list,
      parseSeq(text),
    ])
    .option("--rev <rev>", "a revision of this repository; twice", (text, list: string[] = []) => [
      ...list,
      text,
    ])
    .option(
      "--repo <path>",
      "repository of the revisions; the one around this folder, or this program's, when absent",
    )
    .option("--all", "every difference, tickets, times and row numbers too")
    .action(async (file: string, other: string | undefined, options: Options) => {
      process.exitCode = await diff(file, other, options);
    });
}

function diff(file: string, other: string | undefined, options: Options): Promise<number> {
  const { at = [], rev = [] } = options;
  return withRecording(file, (opened) => {
    refuseUnknownKinds(opened.recording);
    if (other !== undefined && at.length + rev.length === 0)
      return withRecording(other, (second) => diffFiles(opened, second, options));
    if (other === undefined && at.length === 2 && rev.length === 0) return diffRows(opened, at, options);
    if (other === undefined && rev.length === 2 && at.length <= 1)
      return answered(() => diffRevisions(opened, rev, at[0], options));
    throw new UsageError(
      "name two recordings, or one and two rows (--at N --at M), or one and two revisions (--rev A --rev B)",
    );
  });
}

function diffFiles(a: OpenedRecording, b: OpenedRecording, options: Options): number {
  refuseUnknownKinds(b.recording);
  const found = diffRecordings(a, b, settingOfRecording(a).registers);
  sayWarnings(a.recording);
  sayWarnings(b.recording);
  if (options.json) printJson({ a: a.recording.name, b: b.recording.name, ...found });
  else for (const line of runLines(found, options.all === true)) print(line);
  return found.differences.length === 0 ? EXIT.done : EXIT.no;
}

function diffRows({ recording, store }: OpenedRecording, at: readonly number[], options: Options): number {
  const [a, b] = at.map((seq) => seqIn(recording, seq));
  const found = diffEvents(new Timeline(recording, store), a, b);
  sayWarnings(recording);
  return reportStates(found, { file: recording.name, a, b }, options);
}

/**
 * Two revisions over one recording: what becomes of it under each, and where their states differ after a
 * row.
 */
async function diffRevisions(
  opened: OpenedRecording,
  rev: readonly string[],
  at: number | undefined,
  options: Options,
): Promise<number> {
  const { recording } = opened;
  const { registers } = settingOfRecording(opened);
  const repository = await repositoryOf(options.repo);
  const found = await compareRevisions({
    ...{ repository, revisions: [rev[0], rev[1]], recording: recording.name, registers },
    ...{ seq: at === undefined ? null : seqIn(recording, at), last: recording.endSeq - 1 },
  });
  if (found.state === null) throw new CannotTell(found.reason);
  const { seq, state, runs } = found;
  if (!options.json) {
    for (const { id, subject, verdict, divergence } of runs) {
      const where = divergence === null ? "" : `  at row ${divergence.seq}, ${divergence.path}`;
      print(`${id.slice(0, 12)}  ${verdict}${where}  ${subject}`);
    }
    print(`states after row ${seq}:`);
  }
  return reportStates(state, { file: recording.name, seq, runs }, options);
}

/** Print places in which two states differ. Returns the exit code. */
function reportStates(found: readonly StateDifference[], what: object, options: Options): number {
  if (options.json) printJson({ ...what, differences: found });
  else for (const line of stateLines(found, options.all === true)) print(line);
  const differs = found.some(({ benign }) => !benign);
  if (!options.json && !differs) print("the states are the same");
  return differs ? EXIT.no : EXIT.done;
}
