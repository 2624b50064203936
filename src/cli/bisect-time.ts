import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Command, Option } from "commander";
import { INVARIANTS, type Invariant } from "../reducers/invariants.ts";
import type { Machine } from "../reducers/machine.ts";
import { firstBroken, firstDifferentDigest, firstWrongDigest } from "../replay/bisect/bisect-runs.ts";
import { firstWhere, type TimeAnswer, type TimeOptions } from "../replay/bisect/bisect-time.ts";
import type { OpenedRecording } from "../replay/engine/opened.ts";
import { nearest } from "../replay/names/nearest.ts";
import { parsePredicate } from "../replay/names/predicate.ts";
import { type Question, questionOf } from "../replay/names/question.ts";
import { Timeline } from "../replay/timeline/timeline.ts";
import { EXIT, UsageError } from "./exit.ts";
import { rangeOf, refuseUnknownKinds, sayWarnings, withRecording } from "./recordings.ts";
import { count } from "./table.ts";
import { paint, print, printJson, withProgress } from "./terminal.ts";
import { addVerb, type CommonOptions, parseSeq } from "./verb.ts";

interface Options extends CommonOptions {
  readonly monotone?: true;
  readonly module?: string;
  readonly invariant?: readonly string[];
  readonly other?: string;
  readonly digests?: true;
  readonly from?: number;
  readonly to?: number;
}

/** `gvt bisect time`: when was it so for the first time? */
export function addBisectTime(bisect: Command): void {
  addVerb(
    bisect,
    "time",
    "the first event at which something holds: an expression, a broken invariant, another digest",
    [
      'gvt bisect time boot.mcap "vgpu1.rcs0.RING_TAIL.TailOffset > 0x400 && vgpu1.tree.interruptLine"',
      'gvt bisect time boot.mcap "vgpu1.tree.pvAware" --monotone',
      "gvt bisect time boot.mcap --module hangs.mjs       # export function holds(machine) { ... }",
      "gvt bisect time boot.mcap --invariant csb.pointer --invariant irq.line",
      "gvt bisect time boot.mcap --other later.mcap",
    ],
  )
    .argument("<file>", "recording")
    .argument(
      "[predicate]",
      "expression over registers, fields, values of trees, `now` (microseconds) and `seq`",
    )
    .option("--monotone", "once it holds it holds for good: search by halves")
    .option("--module <file>", "JavaScript module that exports holds(machine), and monotone where it is")
    .addOption(
      new Option("--invariant <name>", "an invariant is broken; all of them: all").argParser(
        (name: string, names: readonly string[] = []) => [...names, name],
      ),
    )
    .option("--other <file>", "the state's digest differs from that of this recording")
    .option("--digests", "a digest differs from the recorded one")
    .option("--from <n>", "first row that counts", parseSeq)
    .option("--to <m>", "last row that counts", parseSeq)
    .action(async (file: string, predicate: string | undefined, options: Options) => {
      process.exitCode = await withRecording(file, (opened) => bisectTime(opened, predicate, options));
    });
}

async function bisectTime(
  opened: OpenedRecording,
  predicate: string | undefined,
  options: Options,
): Promise<number> {
  const { recording } = opened;
  refuseUnknownKinds(recording);
  checkWhat(predicate, options);
  const range = rangeIn(opened, options);
  const timeline = new Timeline(recording, opened.store);
  const answer = await search(timeline, predicate, options, range);
  sayWarnings(recording);
  if (options.json) printJson({ file: recording.name, ...answer });
  else for (const line of linesOf(answer, recording.name)) print(line);
  return answer.found ? EXIT.no : EXIT.done;
}

/** Throws UsageError where not exactly one thing is asked. */
function checkWhat(predicate: string | undefined, options: Options): void {
  const { module, invariant, other, digests, from, to, monotone } = options;
  const asked = [predicate, module, invariant, other, digests].filter((what) => what !== undefined);
  if (asked.length !== 1)
    throw new UsageError("ask for one thing: an expression, --module, --invariant, --other or --digests");
  if ((other ?? digests) !== undefined && (from ?? to ?? monotone) !== undefined)
    throw new UsageError(
      "--other and --digests look at the whole recording: leave out --from, --to and --monotone",
    );
}

/** Throws UsageError. */
function rangeIn(
  { recording }: OpenedRecording,
  { from = recording.firstRow, to = recording.endSeq - 1 }: Options,
): TimeOptions {
  if (from < recording.firstRow || to >= recording.endSeq || (from > to && recording.rowCount > 0))
    throw new UsageError(
      `${recording.name}: there are no rows ${from} to ${to}; its rows are ${rangeOf(recording)}`,
    );
  return { from, to };
}

async function search(
  timeline: Timeline,
  predicate: string | undefined,
  options: Options,
  range: TimeOptions,
): Promise<TimeAnswer> {
  const { other, invariant, digests } = options;
  if (other !== undefined)
    return withRecording(other, (opened) => {
      refuseUnknownKinds(opened.recording);
      return firstDifferentDigest(timeline, new Timeline(opened.recording, opened.store));
    });
  const question =
    invariant === undefined && digests === undefined ? await ask(timeline, predicate, options) : null;
  const invariants = invariantsBy(invariant ?? []);
  return withProgress("bisect", (progress) => {
    if (digests) return firstWrongDigest(timeline, progress);
    if (question === null) return firstBroken(timeline, invariants, { ...range, progress });
    return firstWhere(timeline, question, { ...range, progress });
  });
}

/** Throws UsageError for a name that is none. */
function invariantsBy(names: readonly string[]): readonly Invariant[] {
  if (names.includes("all")) return INVARIANTS;
  return names.map((name) => {
    const found = INVARIANTS.find((invariant) => invariant.name === name);
    const known = INVARIANTS.map((invariant) => invariant.name);
    if (found === undefined)
      throw new UsageError(
        `--invariant ${name}: no such invariant; nearest are ${nearest(name, known, 3).join(", ")}`,
      );
    return found;
  });
}

function ask(
  timeline: Timeline,
  predicate: string | undefined,
  options: Options,
): Question | Promise<Question> {
  if (options.module !== undefined) return questionFrom(options.module, options.monotone === true);
  return questionOf(parsePredicate(predicate ?? "", timeline.machine), options.monotone === true);
}

/** A question that a user's module asks. Rejects with UsageError where the module is none. */
async function questionFrom(file: string, asserted: boolean): Promise<Question> {
  if (!existsSync(file)) throw new UsageError(`--module ${file}: there is no such file`);
  let module: Record<string, unknown>;
  try {
    module = (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(`--module ${file}: ${(error as Error).message}`);
  }
  const { holds } = module;
  if (typeof holds !== "function")
    throw new UsageError(`--module ${file}: it exports no function holds(machine)`);
  return {
    text: file,
    monotone: asserted || module.monotone === true,
    paths: null,
    readsClock: true,
    holds: (machine: Machine) => {
      try {
        return Boolean(holds(machine));
      } catch (error) {
        throw new UsageError(`--module ${file}: it threw at row ${machine.core.seq}: ${String(error)}`);
      }
    },
  };
}

const METHODS = {
  binary: "by halves, as it is monotone",
  scan: "by one pass",
  rows: "by comparing rows, and states from the first that differs",
} as const;

function linesOf(answer: TimeAnswer, file: string): string[] {
  const { found, seq, row, already, method, evaluated, from, to, detail } = answer;
  const how = paint.dim(
    `  ${METHODS[method]}: ${count(evaluated, "state")} looked at in rows ${from} to ${to}`,
  );
  const more = detail === "" ? [] : [`  ${detail}`];
  if (!found) return [`nowhere in rows ${from} to ${to}`, ...more, how];
  const what = row === null ? "" : `  ${row.kind}  ${row.path}${row.value === "" ? "" : `  ${row.value}`}`;
  return [
    `${paint.bold(`first at ${seq}`)}${what}`,
    ...(already ? [`  it held before row ${from} already`] : []),
    ...more,
    how,
    `  gvt show ${file} --at ${seq}`,
  ];
}
