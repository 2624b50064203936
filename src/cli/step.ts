import { createInterface, type Interface } from "node:readline";
import type { Command } from "commander";
import type { OpenedRecording } from "../replay/engine/opened.ts";
import { Timeline } from "../replay/timeline/timeline.ts";
import { EXIT } from "./exit.ts";
import { refuseUnknownKinds, seqIn, withRecording } from "./recordings.ts";
import { endOf } from "./seek.ts";
import { Stepper } from "./stepper.ts";
import { paint, print, printJson } from "./terminal.ts";
import { addVerb, type CommonOptions, parseSeq } from "./verb.ts";

interface Options extends CommonOptions {
  readonly at?: number;
}

/** `gvt step`: walk in a recording by hand. */
export function addStep(program: Command): void {
  addVerb(
    program,
    "step",
    "a prompt to walk in a recording, forwards and backwards; help lists its commands",
    [
      "gvt step boot.mcap",
      "gvt step boot.mcap --at 48211",
      "printf 'break irq.inject\\ncontinue\\nwhy vgpu1.gtIrq0.GEN8_GT_IIR\\n' | gvt step boot.mcap --json",
    ],
  )
    .argument("<file>", "recording")
    .option("--at <n>", "start after row n; before the first when absent", parseSeq)
    .action(async (file: string, options: Options) => {
      process.exitCode = await withRecording(file, (opened) => step(opened, options));
    });
}

/** A prompt on a terminal. Ctrl-C gives up the line that is being typed, and no more. */
export function openPrompt(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  completer: (line: string) => [string[], string],
): Interface {
  const prompt = `${paint.bold("gvt")}> `;
  const history = { historySize: 1000, removeHistoryDuplicates: true };
  const lines = createInterface({ input, output, completer, terminal: true, prompt, ...history });
  lines.on("SIGINT", () => {
    const hint = lines.line === "" ? "  (quit or Ctrl-D ends)" : "";
    lines.write(null, { ctrl: true, name: "e" });
    lines.write(null, { ctrl: true, name: "u" });
    output.write(`^C${hint}\n`);
    lines.prompt();
  });
  return lines;
}

async function step(opened: OpenedRecording, options: Options): Promise<number> {
  const { recording, store } = opened;
  refuseUnknownKinds(recording);
  const start = options.at === undefined ? recording.firstRow - 1 : seqIn(recording, options.at);
  const timeline = new Timeline(recording, store);
  timeline.seek(start);
  const stepper = new Stepper(timeline);
  const isTerminal = process.stdin.isTTY === true && options.json !== true;
  if (!options.json)
    print(
      `${recording.name}: rows ${timeline.first} to ${timeline.last}; help lists the commands, tab completes names`,
    );
  const lines = isTerminal
    ? openPrompt(process.stdin, process.stdout, (line) => stepper.complete(line))
    : createInterface({ input: process.stdin });
  let code: number = EXIT.done;
  let asked = false;
  if (isTerminal) lines.prompt();
  for await (const line of lines) {
    const answer = stepper.run(line);
    if (options.json) {
      if (answer.lines.length > 0)
        printJson({ command: line.trim(), at: timeline.at, ok: answer.ok, ...answer.json });
    } else for (const text of answer.lines) print(text);
    if (!answer.ok && !isTerminal) code = EXIT.usage;
    asked = answer.done;
    if (asked) break;
    if (isTerminal) lines.prompt();
  }
  // Ctrl-D leaves the cursor after the prompt.
  if (isTerminal && !asked) print();
  lines.close();
  return endOf(recording, code);
}
