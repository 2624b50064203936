import type { Command } from "commander";
import { patchFile } from "../node/patching.ts";
import type { OpenedRecording } from "../replay/engine/opened.ts";
import { type Mark, marksOf, ownMarksOf, withMarks } from "../replay/rerun/marks.ts";
import { EXIT, UsageError } from "./exit.ts";
import { sayWarnings, seqIn, withRecording } from "./recordings.ts";
import { columns } from "./table.ts";
import { print, printJson } from "./terminal.ts";
import { addVerb, type CommonOptions, parseSeq } from "./verb.ts";

interface Options extends CommonOptions {
  readonly at?: number;
  readonly list?: true;
  readonly remove?: true;
}

/** `gvt mark`: bookmarks and notes inside a recording. */
export function addMark(program: Command): void {
  addVerb(program, "mark", "bookmarks and notes, kept in the recording itself; rows stay as they are", [
    'gvt mark boot.mcap --at 48211 "the first submission that hangs"',
    "gvt mark boot.mcap --list",
    "gvt mark boot.mcap --at 48211 --remove",
  ])
    .argument("<file>", "recording")
    .argument("[text]", "what to note")
    .option("--at <n>", "the row", parseSeq)
    .option("--list", "show the marks")
    .option("--remove", "take the marks at the row away")
    .action(async (file: string, text: string | undefined, options: Options) => {
      process.exitCode = await withRecording(file, (opened) => mark(opened, file, text, options));
    });
}

function mark(opened: OpenedRecording, file: string, text: string | undefined, options: Options): number {
  const { recording } = opened;
  const marks = [...ownMarksOf(recording)];
  const { at, list, remove } = options;
  if (list === true || (text === undefined && remove === undefined && at === undefined)) {
    show(marksOf(recording), options);
    sayWarnings(recording);
    return EXIT.done;
  }
  if (at === undefined) throw new UsageError("a mark has a row: give --at N");
  if ((text === undefined) === (remove === undefined)) throw new UsageError("give a text, or --remove");
  const seq = seqIn(recording, at);
  const wanted =
    remove === true ? marks.filter((other) => other.seq !== seq) : [...marks, { seq, text: text! }];
  if (remove === true && wanted.length === marks.length) {
    const inherited = marksOf(recording).some((other) => other.seq === seq);
    const whose = inherited ? "the mark there is its parent's; remove it in that file" : "there is no mark";
    throw new UsageError(`row ${seq}: ${whose}`);
  }
  wanted.sort((a, b) => a.seq - b.seq);
  try {
    patchFile(file, withMarks(recording, wanted));
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
  const others = marksOf(recording).filter((mark) => !isIn(marks, mark));
  show(
    [...others, ...wanted].sort((a, b) => a.seq - b.seq),
    options,
  );
  return EXIT.done;
}

const isIn = (marks: readonly Mark[], { seq, text }: Mark): boolean =>
  marks.some((other) => other.seq === seq && other.text === text);

function show(marks: readonly Mark[], options: Options): void {
  if (options.json) return printJson({ marks });
  if (marks.length === 0) return print("no marks");
  for (const line of columns(
    marks.map(({ seq, text }) => [String(seq), text]),
    [0],
  ))
    print(line);
}
