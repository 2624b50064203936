import type { Machine } from "../reducers/machine.ts";
import { seekByAddress } from "../replay/diff/diff.ts";
import { dumpState, plainDump } from "../replay/diff/dump.ts";
import { clockText } from "../replay/engine/format.ts";
import type { OpenedRecording } from "../replay/engine/opened.ts";
import { type Summary, summaryOf } from "../replay/engine/summary.ts";
import { type FieldView, type Found, lookUp, type RegisterView } from "../replay/names/lookup.ts";
import { Timeline } from "../replay/timeline/timeline.ts";
import { EXIT } from "./exit.ts";
import { refuseUnknownKinds } from "./recordings.ts";
import { columns, count } from "./table.ts";
import { paint, paintError, print, printJson, say, withProgress } from "./terminal.ts";

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");

/** How the state is reached: strictly, or by this version's model over the recording's world inputs. */
export type Level = "exact" | "guest";

/**
 * The value at a path after row `seq`; of path `all` everything, as JSON. Exit code 2 where there is no such
 * path.
 */
export function showState(
  opened: OpenedRecording,
  seq: number,
  path: string,
  json: boolean,
  level: Level = "exact",
): number {
  const machine = machineAt(opened, seq, level);
  if (path === "all") {
    printJson(plainDump(dumpState(machine), machine));
    return EXIT.done;
  }
  const found = lookUp(machine, path);
  if (found.type === "unknown") {
    say(paintError.red(`gvt: ${path}: no such path; nearest are ${found.nearest.join(", ")}`));
    return EXIT.usage;
  }
  if (json) printJson({ seq, time: machine.core.now, ...jsonFound(found) });
  else for (const line of linesOf(found)) print(line);
  return EXIT.done;
}

/** The state after row `seq`, at a glance. */
export function showSummary(opened: OpenedRecording, seq: number, json: boolean): void {
  const summary = summaryOf(machineAt(opened, seq, "exact"));
  if (json) return printJson({ at: seq, ...summary });
  for (const line of summaryLines(summary, seq)) print(line);
}

function machineAt(opened: OpenedRecording, seq: number, level: Level): Machine {
  refuseUnknownKinds(opened.recording);
  if (level === "guest") return seekByAddress(opened, seq);
  const { recording, store } = opened;
  return withProgress("replay", (progress) => new Timeline(recording, store, { progress }).seek(seq));
}

function jsonFound(found: Found): object {
  if (found.type !== "page") return found;
  return { ...found, words: found.words === null ? null : Array.from(found.words) };
}

/** What a path led to, as lines; none where it led nowhere. */
export function linesOf(found: Found): string[] {
  switch (found.type) {
    case "register":
      return registerLines(found);
    case "field":
      return [`${paint.bold(found.path)}  ${fieldValueText(found.field)}`];
    case "word":
      return [
        `${paint.bold(found.path)}  ${found.high === null ? "" : `${hex(found.high)}:`}${hex(found.value)}`,
      ];
    case "component":
      return componentLines(found.registers, found.zero);
    case "tree":
      return [paint.bold(found.path), ...JSON.stringify(found.value, undefined, 2).split("\n")];
    case "page":
      return pageLines(found.path, found.words);
    default:
      return "names" in found ? [...found.names] : [];
  }
}

function registerLines(view: RegisterView): string[] {
  const reads = view.reads === null ? "" : `  a guest reads ${hex(view.reads)}`;
  const reset = view.value === view.reset ? "" : `  reset ${hex(view.reset)}`;
  const fields = view.fields.map((field) => [`  ${field.field}`, bitsText(field), fieldValueText(field)]);
  return [
    `${paint.bold(view.path)} (${view.at.toString(16)})  ${hex(view.value)}${reads}${reset}`,
    ...columns(fields, [1]),
    paint.dim(`  ${view.cite}`),
  ];
}

const bitsText = ({ bits: [high, low] }: FieldView): string => (high === low ? `${high}` : `${high}:${low}`);
const fieldValueText = ({ value }: FieldView): string =>
  value < 10 ? String(value) : `0x${value.toString(16)} (${value})`;

function componentLines(registers: readonly RegisterView[], zero: number): string[] {
  const rows = registers.map((view) => {
    const set = view.fields.filter(({ value }) => value !== 0);
    const fields = set.map(({ field, bits, value }) =>
      bits[0] === bits[1] ? field : `${field}=${value.toString(16)}`,
    );
    return [paint.bold(view.path), view.at.toString(16), hex(view.value), fields.join(" ")];
  });
  return [
    ...columns(rows, [1]),
    paint.dim(`and ${count(zero, "register")} that ${zero === 1 ? "is" : "are"} 0`),
  ];
}

function pageLines(path: string, words: Uint32Array | null): string[] {
  if (words === null) return [`${paint.bold(path)}  never seen`];
  const lines = [paint.bold(path)];
  for (let i = 0; i < words.length; i += 8) {
    const line = Array.from(words.subarray(i, i + 8));
    if (line.some((word) => word !== 0))
      lines.push(`  ${(i * 4).toString(16).padStart(3, "0")}  ${line.map(hex).join(" ")}`);
  }
  return lines.length === 1 ? [`${paint.bold(path)}  all 0`] : lines;
}

/** A state at a glance, as lines. */
export function summaryLines(s: Summary, seq: number): string[] {
  const vgpus = s.vgpus.map((v) => {
    const shown =
      v.screen === null
        ? "no screen"
        : `${v.screen.width}x${v.screen.height} on pipe ${"ABC"[v.screen.pipe]}`;
    return [
      `  vgpu${v.vgpu}`,
      v.stage,
      v.pvAware ? "driver aware" : "",
      shown,
      count(v.frames, "known frame"),
    ];
  });
  const engines = s.engines.map((e) => {
    const position = `head ${e.head.toString(16)} tail ${e.tail.toString(16)}`;
    return [
      `  ${e.engine}`,
      e.phase,
      `context ${hex(e.contextId)}`,
      position,
      e.waiting === "" ? "" : `waits for ${e.waiting}`,
    ];
  });
  const open = s.open.map(({ ticket, kind, agent, what }) => [
    ...[`  ${ticket}`, kind],
    ...[agent === 0 ? "device" : `vgpu${agent}`, what],
  ]);
  const digests = s.digests.map(({ component, epoch, lo, hi }) => [
    `  ${component}`,
    `${hex(hi)}${hex(lo)}`,
    `epoch ${epoch}`,
  ]);
  return [
    `${paint.bold(`state at ${seq}`)}  after input ${s.seq}, ${clockText(s.now)} s of model time`,
    ...columns([...vgpus]),
    paint.bold("engines"),
    ...columns(engines),
    paint.bold("open tickets"),
    ...(open.length === 0 ? ["  none"] : columns(open)),
    paint.bold("digests"),
    ...columns(digests),
  ];
}
