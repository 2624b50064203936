import { readFileSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import type { Command } from "commander";
import type { ColumnName } from "../events/columns.ts";
import { markFile, newMeta, writeRecording } from "../node/new-recording.ts";
import type { Configuration } from "../reducers/configuration.ts";
import type { OpenedRecording } from "../replay/engine/opened.ts";
import { configurationOf } from "../replay/engine/run.ts";
import { seekTo } from "../replay/engine/state.ts";
import { lookUp } from "../replay/names/lookup.ts";
import { PathError } from "../replay/names/reader.ts";
import { Branch, type BranchReport } from "../replay/rerun/branch.ts";
import { type Edit, EditError, type NewInput } from "../replay/rerun/edits.ts";
import { EXIT, UsageError } from "./exit.ts";
import {
  checkNewFile,
  rangeOf,
  refuseUnknownKinds,
  sayWarnings,
  seqIn,
  withRecording,
} from "./recordings.ts";
import { count } from "./table.ts";
import { paint, paintError, print, printJson, say } from "./terminal.ts";
import { addVerb, type CommonOptions, parseSeq } from "./verb.ts";

interface Options extends CommonOptions {
  readonly at?: number;
  readonly output: string;
  readonly set: readonly string[];
  readonly edit: readonly string[];
  readonly drop: readonly string[];
  readonly move: readonly string[];
  readonly insert?: string;
  readonly config: readonly string[];
}

const several = (text: string, before: readonly string[]): readonly string[] => [...before, text];

/** `gvt branch`: what if it had been otherwise from here on? */
export function addBranch(program: Command): void {
  addVerb(
    program,
    "branch",
    "change inputs or the configuration, and run on: a new recording that leans on this one",
    [
      "gvt branch boot.mcap --at 48211 --set vgpu1.irq.GEN8_MASTER_IRQ=0 -o what-if.mcap",
      "gvt branch boot.mcap --edit 2104:lo=0 --drop 48200..48210 -o what-if.mcap",
      "gvt branch boot.mcap --at 48211 --insert inputs.json -o what-if.mcap",
      "gvt branch boot.mcap --config screenEvery=0 -o what-if.mcap",
    ],
  )
    .argument("<file>", "recording")
    .requiredOption("-o, --output <file>", "the branch, a new file; keep it in its parent's folder")
    .option("--at <n>", "where it leaves the recording: before the first input at or after row n", parseSeq)
    .option("--set <path=value>", "the guest writes this register, or field of one, at N", several, [])
    .option("--edit <seq:column=value>", "another value in a column of an input", several, [])
    .option("--drop <a..b>", "without these inputs", several, [])
    .option("--move <a..b:n>", "these inputs before row n", several, [])
    .option("--insert <file>", "inputs to put in at N: [{kind, agent, columns, bytes}]")
    .option(
      "--config <key=value>",
      "another configuration (vgpus.0.fences=4); runs everything anew",
      several,
      [],
    )
    .action(async (file: string, options: Options) => {
      process.exitCode = await withRecording(file, (opened) => branch(opened, options));
    });
}

async function branch(opened: OpenedRecording, options: Options): Promise<number> {
  const { recording, store } = opened;
  refuseUnknownKinds(recording);
  const { output } = options;
  checkNewFile(output);
  if (!recording.closed) throw new UsageError(`${recording.name}: only a closed recording can have branches`);
  const configuration = configured(opened, options.config);
  const edits = editsOf(opened, options);
  if (edits.length === 0 && configuration === null && options.at === undefined)
    throw new UsageError("nothing is otherwise: give --set, --edit, --drop, --move, --insert or --config");
  const made = usable(() => {
    const at = options.at === undefined ? {} : { at: seqIn(recording, options.at) };
    return new Branch(recording, store, {
      ...at,
      edits,
      ...(configuration === null ? {} : { configuration }),
    });
  });
  const meta = newMeta(made.base, recording.meta.sources);
  const leans = made.base.kind === "parent";
  let report: BranchReport | null = null;
  const bytes = await writeRecording(
    output,
    { meta, store, seen: made.seen, beside: recording.name },
    (sink) => {
      report = made.run(sink);
      return report.digests;
    },
  );
  sayWarnings(recording);
  await markFile(output, report!.marks, recording.name);
  tell(opened, options, report!, bytes, leans);
  if (leans && !sameFolder(output, recording.name))
    say(
      paintError.yellow(
        `gvt: warning: ${output}: can only be opened in one folder with its parent, ${recording.name}`,
      ),
    );
  return EXIT.done;
}

function sameFolder(a: string, b: string): boolean {
  return realpathSync(dirname(a)) === realpathSync(dirname(b));
}

/** What is wrong with an edit is the user's business. */
function usable<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof EditError) throw new UsageError(error.message);
    throw error;
  }
}

/** Throws UsageError for what does not parse, PathError for an unknown register. */
function editsOf(opened: OpenedRecording, options: Options): Edit[] {
  const { at, set, edit, drop, move, insert } = options;
  const edits: Edit[] = [];
  if ((set.length > 0 || insert !== undefined) && at === undefined)
    throw new UsageError("--set and --insert need a place: give --at N");
  for (const text of edit) {
    const [, seq, column, value] = matched(text, /^(\d+):(\w+)=(\w+)$/, "--edit SEQ:column=value");
    edits.push({ type: "edit", seq: Number(seq), column: column as ColumnName, value: numberOf(value) });
  }
  for (const text of drop) {
    const pieces = /^(\d+)\.(\d+)(?:\.\.(\d+))?$/.exec(text);
    if (pieces !== null) {
      const [seq, first, end = first] = pieces.slice(1).map((n) => (n === undefined ? undefined : Number(n)));
      edits.push({ type: "drop pieces", seq: seq ?? 0, from: first ?? 0, to: end ?? 0 });
      continue;
    }
    const [, from, to] = matched(text, /^(\d+)(?:\.\.(\d+))?$/, "--drop A..B or --drop N.k..l");
    edits.push({ type: "drop", ...rangeIn(opened, text, Number(from), Number(to ?? from)) });
  }
  for (const text of move) {
    const [, from, to, before] = matched(text, /^(\d+)\.\.(\d+):(\d+)$/, "--move A..B:N");
    const range = rangeIn(opened, text, Number(from), Number(to));
    checkRow(opened, text, Number(before), opened.recording.endSeq);
    edits.push({ type: "move", ...range, before: Number(before) });
  }
  const seq = at ?? 0;
  if (set.length > 0)
    edits.push({ type: "insert", seq, inputs: set.map((text) => writeOf(opened, seq, text)) });
  if (insert !== undefined) edits.push({ type: "insert", seq, inputs: inputsIn(insert) });
  return edits;
}

/** A range may end where the recording does, and no later; one that lies after it holds no input at all. */
function rangeIn(
  opened: OpenedRecording,
  text: string,
  from: number,
  to: number,
): { from: number; to: number } {
  const last = opened.recording.endSeq - 1;
  if (from <= last) checkRow(opened, text, to, last);
  return { from, to };
}

function checkRow({ recording }: OpenedRecording, text: string, seq: number, most: number): void {
  if (seq > most)
    throw new UsageError(
      `${text}: ${recording.name}: there is no row ${seq}; its rows are ${rangeOf(recording)}`,
    );
}

function matched(text: string, pattern: RegExp, form: string): RegExpExecArray {
  const match = pattern.exec(text);
  if (match === null) throw new UsageError(`${text}: give ${form}`);
  return match;
}

function numberOf(text: string): number {
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  if (!(value <= 0xffff_ffff)) throw new UsageError(`${text} is no number of 32 bits`);
  return value;
}

/** The guest's write that sets a register, or a field of it and nothing else. */
function writeOf({ recording, store }: OpenedRecording, seq: number, text: string): NewInput {
  const [, path, given] = matched(text, /^([^=]+)=(\w+)$/, "--set PATH=VALUE");
  const value = numberOf(given);
  const machine = seekTo(recording, store, seq - 1);
  const found = lookUp(machine, path);
  const owner = found.type === "field" ? path.slice(0, path.lastIndexOf(".")) : path;
  const register = found.type === "field" ? lookUp(machine, owner) : found;
  if (register.type !== "register" || !/^vgpu\d\./.test(path))
    throw new PathError(
      path,
      "no register of a vGPU, and a guest can write nothing else here",
      "nearest" in found ? found.nearest : [],
    );
  let lo = value;
  if (found.type === "field") {
    const [high, low] = found.field.bits;
    if (value >= 2 ** (high - low + 1))
      throw new UsageError(`${text}: the field has ${high - low + 1} bits, and ${given} does not fit`);
    const mask = (high - low === 31 ? 0xffff_ffff : ((1 << (high - low + 1)) - 1) << low) >>> 0;
    lo = ((register.value & ~mask) | ((value << low) & mask)) >>> 0;
  }
  return { kind: "mmio.written", agent: Number(path[4]), columns: { at: register.at, size: 4, lo } };
}

function inputsIn(file: string): NewInput[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const isInput = (one: unknown): one is NewInput =>
    typeof one === "object" &&
    one !== null &&
    "kind" in one &&
    typeof one.kind === "string" &&
    "agent" in one;
  if (!Array.isArray(parsed) || !parsed.every(isInput))
    throw new UsageError(
      `${file}: no list of inputs: [{"kind": "mmio.written", "agent": 1, "columns": {...}}]`,
    );
  return parsed.map((one) => ({ ...one, columns: one.columns ?? {} }));
}

/** The configuration with some values changed; null where none is. Throws UsageError. */
function configured({ recording }: OpenedRecording, changes: readonly string[]): Configuration | null {
  if (changes.length === 0) return null;
  const configuration = structuredClone(configurationOf(recording)) as unknown as Record<string, unknown>;
  for (const change of changes) {
    const [, path, text] = matched(change, /^([\w.]+)=(.+)$/, "--config key=value");
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    let at: unknown = configuration;
    for (const key of keys)
      at = typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : null;
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, last))
      throw new UsageError(
        `${path}: the configuration has no such value; it has ${Object.keys(configuration).join(", ")}`,
      );
    (at as Record<string, unknown>)[last] = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : text;
  }
  return configuration as unknown as Configuration;
}

function tell(
  { recording }: OpenedRecording,
  { output, json }: Options,
  report: BranchReport,
  bytes: number,
  leans: boolean,
): void {
  const { shared, events, answers, inferred, distances, unknown, reactions, marks } = report;
  const facts = {
    shared,
    events,
    answers,
    inferred,
    distances,
    unknown,
    reactions,
    marks: marks.length,
    bytes,
  };
  if (json) return printJson({ file: recording.name, output, base: leans ? "parent" : "reset", ...facts });
  const ran = `${count(shared, "event")} shared, ${count(events, "event")} run on`;
  print(`${paint.bold(output)}: ${ran}; ${count(bytes, "byte")}`);
  const open = `${inferred} inferred, ${count(unknown, "question")} without an answer`;
  print(`  answers by address: ${count(answers, "page")}, ${open}`);
  print(`  ${count(reactions, "read")} answered otherwise: what the guest would have done then is not known`);
}
