#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { VERSION } from "../node/version.ts";
import { EpochError } from "../replay/checkpoint/base.ts";
import { PredicateError } from "../replay/names/predicate.ts";
import { printable } from "../replay/recording/errors.ts";
import { addBisect } from "./bisect.ts";
import { addBranch } from "./branch.ts";
import { addDiff } from "./diff.ts";
import { CannotTell, EXIT, exitCodeOf } from "./exit.ts";
import { addExport } from "./export.ts";
import { addGuest } from "./guest.ts";
import { addMark } from "./mark.ts";
import { addMinimise } from "./minimise.ts";
import { addPack } from "./pack.ts";
import { addReplay } from "./replay.ts";
import { addSeek } from "./seek.ts";
import { addServe } from "./serve.ts";
import { addShow } from "./show.ts";
import { addStep } from "./step.ts";
import { endQuietlyWithReader, paintError, say } from "./terminal.ts";
import { type CommonOptions, log, setLogLevel } from "./verb.ts";
import { addVerify } from "./verify.ts";
import { addWhy } from "./why.ts";
import { checkWords } from "./words.ts";

/** Verbs that walk in a recording. */
const WALKING = [addSeek, addStep, addWhy, addMark];

const EXIT_CODES = `
Exit codes: 0 done, or holds; 1 the answer is no (diverged, not found); 2 wrong usage; 3 bad input file;
4 the world failed (disk full, worker dead, port gone); 125 cannot tell.`;

/** What commander says of wrong usage: its guess of the right word stands in a line of its own. */
const usageLine = (text: string): string =>
  text
    .replace(/^error: /, "")
    .trim()
    .replace(/\s*\n\s*/g, " ");

function program(): Command {
  const gvt = new Command("gvt")
    .description(
      "A mediated GPU whose only truth is a log: record guests, replay them bit-exactly, look at any moment.",
    )
    .version(VERSION)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      outputError: (text, write) =>
        write(paintError.red(`gvt: ${usageLine(text)} (gvt VERB --help shows how)\n`)),
    })
    .addHelpText("after", EXIT_CODES)
    .exitOverride();
  for (const add of [
    addServe,
    addGuest,
    addReplay,
    addVerify,
    addShow,
    addPack,
    addBisect,
    addDiff,
    addMinimise,
    addBranch,
    addExport,
    ...WALKING,
  ])
    add(gvt);
  for (const verb of gvt.commands) verb.copyInheritedSettings(gvt);
  gvt.hook("preAction", (_, verb) => {
    setLogLevel(verb.opts<CommonOptions>().logLevel);
    log().debug({ verb: verb.name(), args: verb.args, options: verb.opts() }, "starts");
  });
  return gvt;
}

/** What went wrong, in one line; with the stack where it is a bug of ours. */
function sayError(error: unknown, code: number): void {
  // The only error of more than one line: a caret points into the user's own words.
  if (error instanceof PredicateError) return say(paintError.red(`gvt: ${error.message}`));
  const line = printable(error instanceof Error ? error.message : String(error), 500);
  if (code !== EXIT.cannotTell || error instanceof CannotTell || error instanceof EpochError) {
    return say(paintError.red(`gvt: ${line}`));
  }
  say(paintError.red(`gvt: internal error: ${line}; please report it`));
  if (error instanceof Error && error.stack !== undefined) say(error.stack);
}

async function main(): Promise<void> {
  endQuietlyWithReader();
  try {
    checkWords(process.argv.slice(2));
    await program().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
      return;
    }
    const code = exitCodeOf(error);
    log().debug({ err: error, code }, "failed");
    sayError(error, code);
    // A worker or a socket that is left must not keep us.
    process.exit(code);
  }
}

await main();
