import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import {
  type BisectCodeOptions,
  bisectCode,
  type CodeAnswer,
  NotBetween,
  shortId,
  type Tested,
} from "../node/bisect-code.ts";
import { RevisionError, repositoryAt } from "../node/git.ts";
import { divergenceText } from "../replay/engine/divergence.ts";
import { stateLines } from "./diff-lines.ts";
import { CannotTell, EXIT, UsageError } from "./exit.ts";
import { settingOfRecording, withRecording } from "./recordings.ts";
import { count } from "./table.ts";
import { paint, paintError, print, printJson, say } from "./terminal.ts";
import { addVerb, type CommonOptions, parseCount } from "./verb.ts";

interface Options extends CommonOptions {
  readonly good?: string;
  readonly bad: string;
  readonly model?: readonly string[];
  readonly repo?: string;
  readonly jobs: number;
  readonly timeout: number;
  readonly all?: true;
}

/** `gvt bisect code`: since which commit does a recording no longer agree? */
export function addBisectCode(bisect: Command): void {
  addVerb(
    bisect,
    "code",
    "the first commit of this program under which a recording no longer agrees with its guest",
    [
      "gvt bisect code --good v0.1.0 --bad HEAD recordings/linux-6.1-boot.mcap",
      "gvt bisect code --good HEAD~32 recordings/*.mcap",
      "gvt bisect code --model ../gvt-may --model ../gvt-june --model ../gvt-july boot.mcap",
      "git bisect run gvt verify boot.mcap --level guest    # the same by git's own hand",
    ],
  )
    .argument("<recordings...>", "recordings that agree under the good revision")
    .option("--good <rev>", "a revision under which they agree")
    .option("--bad <rev>", "one under which one of them does not", "HEAD")
    .option(
      "--model <path>",
      "instead of revisions: a built model; name them in order, the good one first",
      (path, list: string[] = []) => [...list, path],
    )
    .option("--repo <path>", "repository; the one around this folder, or this program's, when absent")
    .option("--jobs <n>", "revisions to try at the same time", parseCount, availableParallelism())
    .option("--timeout <s>", "seconds that one revision may take over one recording; 0: any", parseCount, 600)
    .option("--all", "every difference of the state, tickets, times and row numbers too")
    .action(async (recordings: string[], options: Options) => {
      process.exitCode = await answered(() => run(recordings, options));
    });
}

/** Turn what may be wrong with revisions into errors of the command line. */
export async function answered<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof RevisionError) throw new UsageError(error.message);
    if (error instanceof NotBetween) throw new CannotTell(error.message);
    throw error;
  }
}

/**
 * The repository named, else the one that we stand in, else the one that this program lies in. Rejects with
 * RevisionError.
 */
export function repositoryOf(repo: string | undefined): Promise<string> {
  // The same place from src/cli, dist/cli and dist/bin.
  const own = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
  return repo === undefined ? repositoryAt(".").catch(() => repositoryAt(own)) : repositoryAt(repo);
}

async function run(recordings: readonly string[], options: Options): Promise<number> {
  const history = await historyOf(options);
  // A file that even this version cannot open would make every revision say "cannot tell".
  for (const file of recordings) await withRecording(file, () => {});
  const { jobs, timeout } = options;
  const answer = await withRecording(recordings[0], (opened) =>
    bisectCode({
      ...{ recordings, history, jobs: Math.max(1, jobs), timeout: timeout * 1000 },
      registers: settingOfRecording(opened).registers,
      progress: (tested, done) => sayTested(tested, done),
    }),
  );
  if (options.json) printJson(answer);
  else for (const line of linesOf(answer, options.all === true)) print(line);
  return answer.first === null ? EXIT.cannotTell : EXIT.no;
}

async function historyOf({ model, good, bad, repo }: Options): Promise<BisectCodeOptions["history"]> {
  if (model !== undefined) {
    if (good !== undefined || model.length < 2)
      throw new UsageError("give two --model or more, the good one first, or --good and --bad");
    return { models: model };
  }
  if (good === undefined) throw new UsageError("give a revision that is --good");
  return { repository: await repositoryOf(repo), good, bad };
}

function sayTested({ id, subject, verdict, reason }: Tested, done: number): void {
  if (process.stderr.isTTY !== true) return;
  const colour = { good: paintError.green, bad: paintError.red, skip: paintError.yellow }[verdict];
  say(`${String(done).padStart(3)}  ${shortId(id)}  ${colour(verdict)}  ${reason === "" ? subject : reason}`);
}

function linesOf({ first, suspects, tested, rounds, ...answer }: CodeAnswer, all: boolean): string[] {
  const { recording, level, divergence, state } = answer;
  const rows = tested.map(({ id, subject, verdict, reason }) =>
    paint.dim(
      `  ${shortId(id)}  ${verdict.padEnd(4)}  ${reason === "" ? subject : `${subject} (${reason})`}`,
    ),
  );
  const head =
    first === null
      ? [
          "one of these is the first bad one, none between them can tell:",
          ...suspects.map(({ id, subject }) => `  ${shortId(id)}  ${subject}`),
        ]
      : [`${paint.bold(`first bad: ${shortId(first.id)}`)}  ${first.subject}`];
  const asked = `  ${count(tested.length, "revision")} asked in ${count(rounds, "round")}, at level ${level}`;
  const where = divergence === null ? [] : divergenceText(divergence, recording).split("\n");
  const differs = state === null ? ["its state cannot be had under both"] : stateLines(state, all);
  return [
    ...head,
    asked,
    ...rows,
    `under it, ${recording}:`,
    ...where,
    `state after row ${divergence?.seq}, before and under it:`,
    ...differs,
  ];
}
