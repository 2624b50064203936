import { KIND_NAMES } from "../events/kinds.ts";
import { agentName } from "../reducers/path.ts";
import { clockText, RowFormatter } from "../replay/engine/format.ts";
import { summaryOf } from "../replay/engine/summary.ts";
import { lookUp } from "../replay/names/lookup.ts";
import { type Mark, marksOf } from "../replay/rerun/marks.ts";
import { type Breakpoint, breakpointOf, goBack, goOn, type Hit } from "../replay/timeline/breakpoints.ts";
import type { Timeline } from "../replay/timeline/timeline.ts";
import { Asker, whyText } from "../replay/why/why.ts";
import { linesOf, summaryLines } from "./show-state.ts";
import { paint } from "./terminal.ts";

/** What a command of the prompt answers: for people, and as data. */
export interface Answer {
  readonly lines: readonly string[];
  readonly json: object;
  readonly ok: boolean;
  /** The prompt ends. */
  readonly done: boolean;
}

interface CommandRow {
  readonly names: readonly string[];
  readonly takes: string;
  readonly does: string;
  readonly run: (argument: string) => Omit<Answer, "ok" | "done">;
}

const QUIT = ["quit", "q", "exit"];

/** The commands of `gvt step` on one timeline. Knows no terminal. */
export class Stepper {
  private readonly timeline: Timeline;
  private readonly formatter: RowFormatter;
  private readonly asker: Asker;
  private breakpoints: Breakpoint[] = [];
  private names: readonly string[] | null = null;
  private readonly commands: readonly CommandRow[];
  private last = "";

  constructor(timeline: Timeline) {
    this.timeline = timeline;
    this.formatter = new RowFormatter(timeline.machine.core.registers, timeline.store);
    this.asker = new Asker(timeline);
    const row = (names: string, takes: string, does: string, run: CommandRow["run"]): CommandRow => {
      return { names: names.split(" "), takes, does, run };
    };
    this.commands = [
      row("step s", "[n]", "n inputs on", (n) => this.move(numberOf(n, 1))),
      row("back b", "[n]", "n inputs back", (n) => this.move(-numberOf(n, 1))),
      row("goto g", "N", "to row N", (n) => this.goTo(numberOf(n, timeline.first - 1))),
      row("continue c", "", "on to a breakpoint, or to the end", () =>
        this.stopped(goOn(timeline, this.breakpoints)),
      ),
      row("reverse r", "", "back to a breakpoint, or to the start", () =>
        this.stopped(goBack(timeline, this.breakpoints)),
      ),
      row("break", "[WHAT]", "stop at a kind of row, a path's change, an expression", (text) =>
        this.add(text),
      ),
      row("delete", "[n]", "take breakpoint n away, or all", (n) => this.remove(n)),
      row("print p", "PATH", "what is there", (path) => this.show(path)),
      row("why w", "PATH", "who wrote it last, and why", (path) => this.why(path, false)),
      row("changed", "PATH", "who gave it its value, and why", (path) => this.why(path, true)),
      row("rows l", "[n]", "the rows around here", (n) => this.rows(numberOf(n, 5))),
      row("info i", "", "the state at a glance", () => this.info()),
      row("marks", "", "the recording's marks", () => this.marks()),
      row("help h ?", "", "this", () => this.help()),
    ];
  }

  /** Run one line; an empty one repeats the last. A mistake is an answer, too. */
  run(line: string): Answer {
    const text = line.trim() === "" ? this.last : line.trim();
    this.last = text;
    if (text === "") return { lines: [], json: {}, ok: true, done: false };
    const [name, ...rest] = text.split(/\s+/);
    if (QUIT.includes(name)) return { lines: [], json: {}, ok: true, done: true };
    const command = this.commands.find(({ names }) => names.includes(name));
    try {
      if (command === undefined) throw new RangeError(`there is no command ${name}; help lists them`);
      if (command.takes === "PATH" && rest.length === 0)
        throw new RangeError(`${name} takes a path: ${name} vgpu1.rcs0.RING_TAIL`);
      return { ...command.run(rest.join(" ")), ok: true, done: false };
    } catch (error) {
      if (!(error instanceof Error) || !["RangeError", "PathError", "PredicateError"].includes(error.name))
        throw error;
      return { lines: [paint.red(error.message)], json: { error: error.message }, ok: false, done: false };
    }
  }

  /** Completions of a line's last word, as readline wants them. */
  complete(line: string): [string[], string] {
    const word = line.slice(line.lastIndexOf(" ") + 1);
    const isFirst = !line.trimStart().includes(" ");
    const names = isFirst
      ? [...this.commands.flatMap((command) => command.names), "quit"]
      : this.namesLike(word);
    return [names.filter((name) => name.startsWith(word)).slice(0, 200), word];
  }

  /** Fields only of a register that is spelled out already: there are many of them. */
  private namesLike(word: string): readonly string[] {
    const [, component, name] = /^\w+\.(\w+)\.(\w+)(?:\[\d+\])?\./.exec(word) ?? [];
    if (name === undefined) return this.allNames();
    const { names } = this.timeline.machine.core.registers;
    const found = names.find((row) => row?.component === component && row.name === name);
    const register = word.slice(0, word.lastIndexOf("."));
    return Object.keys(found?.row.fields ?? {}).map((f) => `${register}.${f}`);
  }

  private allNames(): readonly string[] {
    const { registers, setting } = this.timeline.machine.core;
    const owners = [...setting.configuration.vgpus.map((_, v) => agentName(v + 1)), "device"];
    this.names ??= owners.flatMap((owner) => [
      `${owner}.tree`,
      ...registers.names.flatMap((row) => (row === null ? [] : [`${owner}.${row.component}.${row.name}`])),
    ]);
    return [...this.names, ...KIND_NAMES];
  }

  private here(): string {
    const { at, first, machine } = this.timeline;
    const { now } = machine.core;
    return at < first ? "before the first row" : `${this.rowText(at)}  ${paint.dim(`${clockText(now)} s`)}`;
  }

  private rowText(seq: number): string {
    const { rows, i } = this.timeline.row(seq);
    const text = this.formatter.text(rows, i);
    return text === null ? String(seq) : `${seq}  ${text.kind}  ${paint.bold(text.path)}  ${text.value}`;
  }

  private move(count: number): ReturnType<CommandRow["run"]> {
    const went = this.timeline.step(count);
    const end =
      went < Math.abs(count) ? [count > 0 ? "the recording ends here" : "the recording starts here"] : [];
    return { lines: [...end, this.here()], json: { went } };
  }

  private goTo(seq: number): ReturnType<CommandRow["run"]> {
    this.timeline.seek(seq);
    return { lines: [this.here()], json: {} };
  }

  private stopped(hit: Hit | null): ReturnType<CommandRow["run"]> {
    if (hit === null) return { lines: ["no breakpoint was hit", this.here()], json: { hit: null } };
    const row = hit.row === hit.at ? [] : [this.rowText(hit.row)];
    return {
      lines: [paint.yellow(`breakpoint ${hit.breakpoint.text}`), this.here(), ...row],
      json: { hit: hit.breakpoint.text, row: hit.row },
    };
  }

  private add(text: string): ReturnType<CommandRow["run"]> {
    if (text !== "") this.breakpoints.push(breakpointOf(this.timeline.machine, text));
    const lines = this.breakpoints.map((breakpoint, n) => `${n + 1}  ${breakpoint.text}`);
    return {
      lines: lines.length === 0 ? ["no breakpoints"] : lines,
      json: { breakpoints: this.breakpoints.map((b) => b.text) },
    };
  }

  private remove(text: string): ReturnType<CommandRow["run"]> {
    const n = text === "" ? 0 : numberOf(text, 0);
    if (n > this.breakpoints.length) throw new RangeError(`there is no breakpoint ${n}`);
    this.breakpoints = n === 0 ? [] : this.breakpoints.filter((_, k) => k !== n - 1);
    return this.add("");
  }

  private show(path: string): ReturnType<CommandRow["run"]> {
    const found = lookUp(this.timeline.machine, path);
    if (found.type === "unknown")
      throw new RangeError(`${path}: no such path; nearest are ${found.nearest.join(", ")}`);
    const json =
      found.type === "page" ? { ...found, words: found.words === null ? null : [...found.words] } : found;
    return { lines: linesOf(found), json };
  }

  private why(path: string, changed: boolean): ReturnType<CommandRow["run"]> {
    const answer = this.asker.why(path, Math.max(this.timeline.at, 0), { changed });
    return { lines: whyText(answer), json: answer };
  }

  private rows(around: number): ReturnType<CommandRow["run"]> {
    const { at, last } = this.timeline;
    const lines: string[] = [];
    for (let seq = Math.max(0, at - around); seq <= Math.min(last, at + around); seq++) {
      lines.push(`${seq === at ? paint.yellow(">") : " "} ${this.rowText(seq)}`);
    }
    return { lines, json: { rows: lines } };
  }

  private info(): ReturnType<CommandRow["run"]> {
    const summary = summaryOf(this.timeline.machine);
    return { lines: summaryLines(summary, this.timeline.at), json: summary };
  }

  private marks(): ReturnType<CommandRow["run"]> {
    const marks: readonly Mark[] = marksOf(this.timeline.recording);
    const lines = marks.map(({ seq, text }) => `${seq}  ${text}`);
    return { lines: lines.length === 0 ? ["no marks"] : lines, json: { marks } };
  }

  private help(): ReturnType<CommandRow["run"]> {
    const lines = this.commands.map(
      ({ names, takes, does }) => `  ${`${names.join(", ")} ${takes}`.padEnd(20)}${does}`,
    );
    return {
      lines: [...lines, "  quit, q             end; an empty line repeats the last command"],
      json: { help: lines },
    };
  }
}

function numberOf(text: string, absent: number): number {
  if (text === "") return absent;
  if (!/^-?\d+$/.test(text)) throw new RangeError(`${text} is no number`);
  return Number(text);
}
