import { type Command, Option } from "commander";
import { FILTER_NAMES, filterNumber } from "../events/kinds.ts";
import type { OpenedRecording } from "../replay/engine/opened.ts";
import { nearest } from "../replay/names/nearest.ts";
import { EXIT, UsageError } from "./exit.ts";
import { checkPictureFile, isPart, rangeOf, sayWarnings, seqIn, withRecording } from "./recordings.ts";
import { screenLine, takeScreen, withoutPixels } from "./replay.ts";
import { type EventFilter, showEvents } from "./show-events.ts";
import { showHeader } from "./show-header.ts";
import { type Level, showState, showSummary } from "./show-state.ts";
import { print, printJson } from "./terminal.ts";
import { addVerb, type CommonOptions, parseCount, parseSeq } from "./verb.ts";
import { sayDamage } from "./verify.ts";

export interface ShowOptions extends CommonOptions {
  readonly events?: string;
  readonly at?: number;
  readonly state?: string;
  readonly level: Level;
  readonly screen?: string;
  readonly vgpu?: number;
  readonly kind?: string;
  readonly grep?: string;
  readonly limit?: number;
}

/** `gvt show`: look into a recording. */
export function addShow(program: Command): void {
  addVerb(program, "show", "header and statistics of a recording; its events, a state, the guest's screen", [
    "gvt show boot.mcap",
    "gvt show boot.mcap --events 48000..48020",
    "gvt show boot.mcap --events .. --kind mmio.written,irq.inject --grep rcs0 --limit 20",
    "gvt show boot.mcap --at 48211",
    "gvt show boot.mcap --at 48211 --state vgpu1.rcs0.RING_TAIL",
    "gvt show boot.mcap --screen screen.png",
  ])
    .argument("<file>", "recording")
    .option("--events <from..to>", "rows by number, either end open; with --json one object a line")
    .option("--kind <names>", "of these kinds only, separated by commas")
    .option("--grep <pattern>", "only lines that match the regular expression")
    .option("--limit <n>", "at most so many lines", parseCount)
    .option("--at <n>", "the state after row n; alone, at a glance", parseSeq)
    .option(
      "--state <path>",
      "what is there: vgpu1.rcs0.RING_TAIL, vgpu1.rcs0, vgpu1.tree, vgpu1.ram.1f3a2, all",
    )
    .addOption(
      new Option("--level <level>", "guest: the state that this version comes to, with answers by address")
        .choices(["exact", "guest"])
        .default("exact"),
    )
    .option("--screen <png>", "write the last picture that was shown by then")
    .option("--vgpu <n>", "the vGPU whose screen to write; the first that showed one when absent", parseCount)
    .action(async (file: string, options: ShowOptions) => {
      process.exitCode = await withRecording(file, (opened) => show(opened, options));
    });
}

async function show(opened: OpenedRecording, options: ShowOptions): Promise<number> {
  const { recording } = opened;
  const { events, at, state, screen } = options;
  if (events === undefined && (options.kind ?? options.grep ?? options.limit) !== undefined) {
    throw new UsageError("--kind, --grep and --limit choose among events: add --events ..");
  }
  if (events !== undefined && (at ?? state ?? screen) !== undefined) {
    throw new UsageError("--events shows rows, --at, --state and --screen a state: ask for one of them");
  }
  if (options.level === "guest" && state === undefined)
    throw new UsageError("--level guest chooses among states: add --state PATH");
  if (options.vgpu !== undefined && screen === undefined)
    throw new UsageError("--vgpu chooses a screen: add --screen FILE.png");
  if (screen !== undefined) checkPictureFile(screen);
  let code: number = EXIT.done;
  if (events !== undefined)
    await showEvents(opened, filterOf(opened, events, options), options.json === true);
  else if (state !== undefined)
    code = showState(opened, seqIn(recording, at), state, options.json === true, options.level);
  else if (screen !== undefined) code = showScreen(opened, seqIn(recording, at), screen, options);
  else if (at !== undefined) showSummary(opened, seqIn(recording, at), options.json === true);
  else showHeader(opened, options.json === true);
  sayWarnings(recording);
  if (recording.damage === null || isPart(recording)) return code;
  sayDamage(recording);
  return EXIT.badFile;
}

function showScreen(opened: OpenedRecording, seq: number, file: string, options: ShowOptions): number {
  const shot = takeScreen(opened, seq, file, options.vgpu);
  if (options.json) printJson({ seq, screen: shot === null ? null : { ...withoutPixels(shot), file } });
  else
    print(shot === null ? `no picture was shown up to row ${seq}; nothing written` : screenLine(shot, file));
  return shot === null ? EXIT.no : EXIT.done;
}

/** Throws UsageError. */
function filterOf({ recording }: OpenedRecording, events: string, options: ShowOptions): EventFilter {
  const [, from, to] = /^(\d*)\.\.(\d*)$/.exec(events) ?? /^(\d+)$/.exec(events) ?? [];
  if (from === undefined)
    throw new UsageError(`--events ${events}: give FROM..TO, either end open, or one row number`);
  const first = from === "" ? recording.firstRow : Number(from);
  const most = recording.endSeq - 1;
  const last = to === undefined ? first : to === "" ? most : Number(to);
  if (first < recording.firstRow || first > most || last > most || last < first) {
    throw new UsageError(`--events ${events}: ${recording.name} has rows ${rangeOf(recording)}`);
  }
  return {
    first,
    last,
    kinds: kindsOf(options.kind),
    pattern: patternOf(options.grep),
    limit: options.limit ?? null,
  };
}

function kindsOf(names: string | undefined): ReadonlySet<number> | null {
  if (names === undefined) return null;
  return new Set(
    names.split(",").map((name) => {
      const kind = filterNumber(name);
      if (kind < 0)
        throw new UsageError(
          `--kind ${name}: no such kind; nearest are ${nearest(name, FILTER_NAMES, 3).join(", ")}`,
        );
      return kind;
    }),
  );
}

function patternOf(grep: string | undefined): RegExp | null {
  if (grep === undefined) return null;
  try {
    return new RegExp(grep);
  } catch (error) {
    throw new UsageError(`--grep ${grep}: ${(error as Error).message}`);
  }
}
