import { writeFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { newMeta, writeRecording } from "../node/new-recording.ts";
import { openRecording } from "../node/open.ts";
import { type OtherBuild, OtherBuildError, otherBuild } from "../node/other-build.ts";
import type { OpenedRecording } from "../replay/engine/opened.ts";
import { machineOf } from "../replay/engine/run.ts";
import { type MinimiseOptions, NotShownError } from "../replay/minimise/minimise.ts";
import { caseOf } from "../replay/minimise/minimise-case.ts";
import {
  type Minimised,
  minimiseDifference,
  minimiseDivergence,
  minimiseWhere,
} from "../replay/minimise/minimised.ts";
import { minimiseGuest } from "../replay/minimise/minimised-guest.ts";
import { answered, repositoryOf } from "./bisect-code.ts";
import { EXIT, UsageError } from "./exit.ts";
import { checkNewFile, refuseUnknownKinds, sayWarnings, withRecording } from "./recordings.ts";
import { count } from "./table.ts";
import { paint, print, printJson, say, withProgress } from "./terminal.ts";
import { addVerb, type CommonOptions, parseCount } from "./verb.ts";

interface Options extends CommonOptions {
  readonly output: string;
  readonly predicate?: string;
  readonly divergence?: true;
  readonly level: "exact" | "guest";
  readonly good?: string;
  readonly model?: string;
  readonly repo?: string;
  readonly test?: string;
  readonly runs: number;
}

const WHAT = "the smallest part of a recording that still shows a failure";

/** `gvt minimise`: how little of a recording still shows a failure? */
export function addMinimise(program: Command): void {
  asMinimise(addVerb(program, "minimise", `${WHAT}, and a test case of it`, examples("gvt minimise")));
}

/** `gvt bisect input`: the same, as one of the three bisections. */
export function addBisectInput(bisect: Command): void {
  asMinimise(addVerb(bisect, "input", `${WHAT}; gvt minimise is the same`, examples("gvt bisect input")));
}

function examples(verb: string): string[] {
  return [
    `${verb} boot.mcap -o small.mcap --predicate "vgpu1.rcs0.RING_TAIL > 0x100" --test small.test.ts`,
    `${verb} boot.mcap -o small.mcap --divergence`,
    `${verb} boot.mcap -o small.mcap --divergence --good ../gvt-before/dist`,
    `${verb} boot.mcap -o small.mcap --divergence --level guest --good v0.1.0 --model HEAD`,
  ];
}

function asMinimise(verb: Command): void {
  verb
    .argument("<file>", "recording")
    .requiredOption("-o, --output <file>", "the smaller recording, a new file")
    .option("--predicate <expression>", "the failure: this holds after some event")
    .option("--divergence", "the failure: the model answers otherwise than recorded, at the same named place")
    .addOption(
      new Option("--level <level>", "with --divergence: in any outcome, or in what the guest can see")
        .choices(["exact", "guest"])
        .default("exact"),
    )
    .option("--good <build>", "with --divergence: a model that is right, in place of what is recorded")
    .option("--model <build>", "with --divergence: the model that fails, in place of this version")
    .option(
      "--repo <path>",
      "repository of a <build> that is no built gvt's folder but a revision; found as bisect code finds it",
    )
    .option("--test <file>", "write a vitest case too, a new file")
    .option("--runs <n>", "stop after so many runs, with the smallest part found by then", parseCount, 20_000)
    .action(async (file: string, options: Options) => {
      process.exitCode = await withRecording(file, (opened) => minimise(opened, options));
    });
}

async function minimise(opened: OpenedRecording, options: Options): Promise<number> {
  const { recording, store } = opened;
  refuseUnknownKinds(recording);
  checkOptions(options);
  let found: Minimised;
  try {
    found = await search(opened, options);
  } catch (error) {
    if (error instanceof OtherBuildError) throw new UsageError(error.message);
    if (!(error instanceof NotShownError)) throw error;
    if (options.json) printJson({ file: recording.name, found: false, reason: error.message });
    else print(error.message);
    return EXIT.no;
  }
  sayWarnings(recording);
  const { output, test } = options;
  const meta = newMeta(recording.meta.base, recording.meta.sources);
  const bytes = await writeRecording(
    output,
    { meta, store, base: recording.basePieces(), index: options.divergence === undefined },
    found.write,
  );
  if (test !== undefined) await writeCase(output, test, found);
  report(opened, options, found, bytes);
  return EXIT.done;
}

/** Throws UsageError. */
function checkOptions({ predicate, divergence, good, model, level, output, test }: Options): void {
  if ((predicate === undefined) === (divergence === undefined))
    throw new UsageError("say what the failure is: --predicate or --divergence");
  const option = good !== undefined ? "--good" : model !== undefined ? "--model" : "--level guest";
  if (divergence === undefined && (good ?? model ?? (level === "guest" ? level : undefined)) !== undefined)
    throw new UsageError(`${option} belongs to --divergence`);
  if (test === output) throw new UsageError(`${output}: the recording and the test case need two files`);
  for (const path of [output, ...(test === undefined ? [] : [test])]) checkNewFile(path);
}

/** Another model by the path of its build, or by a revision, which is built elsewhere and thrown away. */
function modelBy(name: string | undefined, repo: string | undefined): Promise<OtherBuild | null> {
  return answered(async () => (name === undefined ? null : otherBuild(name, () => repositoryOf(repo))));
}

async function search({ recording, store }: OpenedRecording, options: Options): Promise<Minimised> {
  const { predicate, level, repo } = options;
  const good = (await modelBy(options.good, repo))?.(recording, store);
  const suspect = (await modelBy(options.model, repo))?.(recording, store);
  return withProgress("minimise", (progress) => {
    let total = 0;
    let runs = 0;
    const minimising: MinimiseOptions = {
      enough: () => runs >= options.runs,
      progress: (_, inputs, done) => {
        runs = done;
        total = Math.max(total, inputs);
        progress(total - inputs, total);
      },
    };
    if (predicate !== undefined) return minimiseWhere(recording, store, predicate, minimising);
    const own = suspect ?? machineOf(recording, store);
    if (level === "guest") {
      const models = good === undefined ? { suspect: own } : { good, suspect: own };
      return minimiseGuest(recording, store, models, minimising);
    }
    if (good === undefined) return minimiseDivergence(recording, store, { ...minimising, model: own });
    return minimiseDifference(recording, store, good, own, minimising);
  });
}

async function writeCase(output: string, test: string, found: Minimised): Promise<void> {
  const small = await openRecording(output);
  try {
    const machine = machineOf(small.recording, small.store);
    writeFileSync(test, caseOf(small.recording, small.store, machine, found.expectation, found.last), {
      flag: "wx",
    });
  } finally {
    small.close();
  }
}

function report({ recording }: OpenedRecording, options: Options, found: Minimised, bytes: number): void {
  const { before, after, runs, inputsRun, values, signature, pages } = found;
  const { output, test = null, json } = options;
  if (json) {
    const facts = { before, after, runs, inputsRun, values, pages: pages.size, bytes };
    const level = options.divergence === undefined ? null : options.level;
    return printJson({ file: recording.name, found: true, level, signature, output, test, ...facts });
  }
  print(`${paint.bold(`${count(before, "event")} -> ${after}`)}  ${signature}`);
  const smaller = `${values} values and ${pages.size} pages made smaller`;
  print(paint.dim(`  ${count(runs, "run")} of ${count(inputsRun, "event")}; ${smaller}`));
  print(`  ${output}: ${count(bytes, "byte")}${test === null ? "" : `; ${test}`}`);
  if (options.divergence !== undefined && options.good === undefined)
    say(
      "gvt: compared with what is recorded; --good FOLDER compares with another model, and keeps its causes",
    );
}
