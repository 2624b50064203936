import { TOLD } from "../../events/codes.ts";
import type { ColumnName } from "../../events/columns.ts";
import { isInput, K, KIND_NAMES, KIND_PAYLOAD, KINDS, type KindName } from "../../events/kinds.ts";
import { type Run, runsOf } from "../../events/pieces.ts";
import { Rows } from "../../events/rows.ts";
import type { Configuration } from "../../reducers/configuration.ts";
import type { Machine } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { mmioPath } from "../../reducers/path.ts";
import { configure } from "../engine/create.ts";
import { timerName } from "../engine/format.ts";
import { configurationOf } from "../engine/run.ts";
import { lookUp } from "../names/lookup.ts";
import type { Recording } from "../recording/recording.ts";

/** What the test case shall expect at its end. */
export type Expectation =
  | { readonly type: "predicate"; readonly text: string }
  /** The last read is answered with this. */
  | { readonly type: "reply"; readonly expected: number }
  /** The last input asks for what it is told in place, and for nothing else. */
  | { readonly type: "told" }
  /** The last input is answered with so many outcomes. */
  | { readonly type: "count"; readonly expected: number }
  /** The last input is answered with such an outcome. */
  | { readonly type: "outcome"; readonly index: number; readonly column: string; readonly expected: number };

/** Names of columns that a row's other words say already. */
const SAID: readonly ColumnName[] = ["agent", "ticket", "page", "length", "source", "answers"];

/**
 * A vitest case that drives a machine with a small recording's inputs, by names, and expects what is to be
 * expected of the input `last`, its last one when absent.
 */
export function caseOf(
  recording: Recording,
  store: PageStore,
  machine: Machine,
  expectation: Expectation,
  last = Number.POSITIVE_INFINITY,
): string {
  const writer = new CaseWriter(machine, store);
  const rows = new Rows();
  for (let n = 0; n < recording.blockCount; n++) {
    recording.readBlock(n, rows);
    for (let i = 0; i < rows.count && rows.firstSeq + i <= last; i++) writer.row(rows, i);
  }
  const title = expectation.type === "predicate" ? expectation.text : writer.last;
  const isReset = recording.baseBlocks === 0;
  const start = isReset
    ? [`const gpu = new Steps(createMachine(${optionsText(configurationOf(recording))}));`]
    : [
        `const { recording, store } = await openRecording(${JSON.stringify(recording.name)});`,
        "const gpu = new Steps(machineOf(recording, store));",
      ];
  const lines = [
    `import { ${isReset ? "createMachine" : "machineOf, openRecording"}, Steps } from "gvt-replay";`,
    'import { expect, test } from "vitest";',
    "",
    `test(${JSON.stringify(title)}, ${isReset ? "" : "async "}() => {`,
    ...start.map((line) => `  ${line}`),
    ...writer.lines(expectation).map((line) => `  ${line}`),
    "});",
    "",
  ];
  return lines.join("\n");
}

/** Options that make the configuration; what they cannot say is said behind them. */
function optionsText(configuration: Configuration): string {
  const { platform, deviceId, revision, screenEvery, vgpus } = configuration;
  const usual = configure();
  const options: Record<string, unknown> = {};
  if (platform !== usual.platform) options.platform = platform;
  if (deviceId !== usual.deviceId) options.deviceId = deviceId;
  if (revision !== usual.revision) options.revision = revision;
  if (screenEvery !== usual.screenEvery) options.screenEvery = screenEvery;
  if (vgpus.length !== 1) options.vgpus = vgpus.length;
  const same = (): boolean => JSON.stringify(configure(options)) === JSON.stringify(configuration);
  if (!same()) options.vgpus = vgpus.map(({ edid, pciClass }) => ({ edid, pciClass }));
  const text = Object.entries(options).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const rest = same() ? "" : " /* the recorded shares of the GGTT are others */";
  return (text.length === 0 ? "" : `{ ${text.join(", ")} }`) + rest;
}

/** Writes inputs as calls of Steps. */
class CaseWriter {
  /** The last input, in words. */
  last = "";
  private readonly calls: string[] = [];
  private readonly machine: Machine;
  private readonly store: PageStore;
  private readonly timers = new Map<number, number>();

  constructor(machine: Machine, store: PageStore) {
    this.machine = machine;
    this.store = store;
  }

  row(rows: Rows, i: number): void {
    const kind = rows.kind[i];
    if (kind === K["timer.arm"]) this.timers.set(rows.ticket[i], rows.code[i]);
    if (!isInput(kind)) return;
    this.tell(rows, i);
    this.calls.push(this.call(rows, i));
    this.last = `${KIND_NAMES[kind]} ${this.calls[this.calls.length - 1]}`;
  }

  lines(expectation: Expectation): string[] {
    const calls = this.calls.map((call) => `gpu.${call};`);
    switch (expectation.type) {
      case "predicate":
        return [...calls, `expect(gpu.holds(${JSON.stringify(expectation.text)})).toBe(true);`];
      case "reply":
        return [
          ...calls.slice(0, -1),
          `expect(gpu.${this.calls.at(-1)}).toBe(${hex(expectation.expected)});`,
        ];
      case "told":
        return [...calls, "expect(gpu.machine.recorded.used).toBe(true);"];
      case "count":
        return [...calls, `expect(gpu.machine.core.out.count).toBe(${expectation.expected});`];
      case "outcome": {
        const { index, column, expected } = expectation;
        return [...calls, `expect(gpu.machine.core.out.${column}[${index}]).toBe(${hex(expected)});`];
      }
    }
  }

  /** What the next call is told in place. */
  private tell(rows: Rows, i: number): void {
    const { vgpu, gfn, purpose, engine, page, status } = rows.answerTable;
    for (let k = rows.firstAnswer[i]; k < rows.firstAnswer[i] + rows.answers[i]; k++) {
      const said = status[k] === TOLD ? this.words(page[k]) : String(status[k]);
      this.calls.push(`tell(${vgpu[k]}, ${hex(gfn[k])}, ${purpose[k]}, ${engine[k]}, ${said})`);
    }
  }

  private call(rows: Rows, i: number): string {
    const agent = rows.agent[i];
    const dt = rows.dt[i] === 0 ? "" : `, ${rows.dt[i]}`;
    switch (KIND_NAMES[rows.kind[i]]) {
      case "timer.fired":
        return `timer("${timerName(this.timers.get(rows.ticket[i]) ?? 0)}", ${agent}${dt})`;
      case "guest.fetched":
        return `page(${agent}, ${hex(rows.at[i])}, ${rows.purpose[i]}, ${this.words(rows.page[i])}${dt})`;
      case "aperture.written":
        return `aperture(${agent}, [${runsOf(rows, i).map(runText).join(", ")}]${dt})`;
      case "guest.write.done":
        return `written(${agent}${dt})`;
      case "mmio.written":
      case "mmio.read": {
        const path = this.registerPath(rows, i);
        if (path === null) break;
        const isRead = rows.kind[i] === K["mmio.read"];
        return isRead ? `read("${path}"${dt})` : `write("${path}", ${hex(rows.lo[i])}${dt})`;
      }
    }
    return this.plain(rows, i);
  }

  /** The register's name, where a 4-byte access to it is what the name means. */
  private registerPath(rows: Rows, i: number): string | null {
    if (rows.size[i] !== 4) return null;
    const path = mmioPath(this.machine.core.registers, rows.agent[i], rows.at[i]);
    const found = lookUp(this.machine, path);
    return found.type === "register" && found.at === rows.at[i] ? path : null;
  }

  private plain(rows: Rows, i: number): string {
    const kind: KindName = KIND_NAMES[rows.kind[i]];
    const reply = kind.endsWith(".read");
    const columns = (KINDS[kind].columns as readonly ColumnName[])
      .filter((name) => !SAID.includes(name) && rows[name][i] !== 0)
      .filter((name) => !(reply && (name === "lo" || name === "hi")))
      .map((name) => `${name}: ${hex(rows[name][i])}`);
    const bytes = KIND_PAYLOAD[rows.kind[i]] === 1 ? `, [${Array.from(rows.payloadOf(i)).join(", ")}]` : "";
    const said =
      columns.length === 0 && bytes === ""
        ? ""
        : `, ${columns.length === 0 ? "{}" : `{ ${columns.join(", ")} }`}`;
    return `input("${kind}", ${rows.agent[i]}${said}${bytes})`;
  }

  private words(page: number): string {
    const words = Array.from(this.store.words(page).entries()).filter(([, word]) => word !== 0);
    return words.length === 0 ? "{}" : `{ ${words.map(([at, word]) => `${at}: ${hex(word)}`).join(", ")} }`;
  }
}

function runText({ at, size, bytes }: Run): string {
  return `[${hex(at)}, ${size}, [${Array.from(bytes).join(", ")}]]`;
}

function hex(value: number): string {
  return value < 10 ? String(value) : `0x${value.toString(16)}`;
}
