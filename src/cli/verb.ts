import { type Command, InvalidArgumentError, Option } from "commander";
import { destination, type Logger, pino } from "pino";

const LEVELS = ["silent", "error", "warn", "info", "debug", "trace"];

/** Options that every verb has. */
export interface CommonOptions {
  readonly json?: true;
  readonly logLevel: string;
}

/** A verb with the options that every verb has, and examples at the end of its help. */
export function addVerb(
  program: Command,
  name: string,
  description: string,
  examples: readonly string[],
): Command {
  return program
    .command(name)
    .description(description)
    .option("--json", "answer as JSON")
    .addOption(
      new Option("--log-level <level>", "what to log to standard error").choices(LEVELS).default("error"),
    )
    .addHelpText("after", `\nExamples:\n${examples.map((line) => `  ${line}`).join("\n")}`);
}

let current: Logger | undefined;

/** The program's own log, by pino, on standard error; at the level of `setLogLevel`, silent before. */
export function log(): Logger {
  current ??= pino({ level: "silent", base: { name: "gvt" } }, destination({ fd: 2, sync: true }));
  return current;
}

/** Log from this level on. */
export function setLogLevel(level: string): void {
  log().level = level;
}

/** A row number from the command line. */
export function parseSeq(text: string): number {
  const seq = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(seq)) throw new InvalidArgumentError("give a row number: 0, 1, 2, ...");
  return seq;
}

/** A count or an id from the command line, decimal or 0x hexadecimal. */
export function parseCount(text: string): number {
  const count = /^(\d+|0x[0-9a-fA-F]+)$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(count)) throw new InvalidArgumentError("give a number: 12 or 0x5916");
  return count;
}
