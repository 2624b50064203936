import { availableParallelism } from "node:os";
import { type Command, Option } from "commander";
import { jobsFor, usefulJobs, VerifyPool } from "../node/verify-pool.ts";
import { divergenceText } from "../replay/engine/divergence.ts";
import type { OpenedRecording } from "../replay/engine/opened.ts";
import { RecordingError } from "../replay/recording/errors.ts";
import type { Recording } from "../replay/recording/recording.ts";
import { type Verification, verify } from "../replay/verify/verify.ts";
import { CannotTell, EXIT, exitCodeOf, UsageError } from "./exit.ts";
import { damageLine, isPart, refuseUnknownKinds, sayWarnings, withRecording } from "./recordings.ts";
import { count } from "./table.ts";
import { paint, paintError, print, printJson, say, withProgress } from "./terminal.ts";
import { addVerb, type CommonOptions, parseCount } from "./verb.ts";
import { verifyAsGuest } from "./verify-guest.ts";

interface Options extends CommonOptions {
  readonly level: "exact" | "guest";
  readonly jobs?: number;
  readonly paranoid?: true;
}

/** `gvt verify`: do recordings replay exactly? */
export function addVerify(program: Command): void {
  addVerb(
    program,
    "verify",
    "read every byte of recordings, run them again, compare every outcome and digest",
    [
      "gvt verify recordings/linux-6.1-boot.mcap",
      "gvt verify recordings/*.mcap",
      "gvt verify long.mcap --jobs 4",
      "gvt verify boot.mcap --paranoid",
      "gvt verify boot.mcap --json | jq .exact",
      "git bisect run gvt verify boot.mcap --level guest",
    ],
  )
    .argument("<files...>", "recordings")
    .addOption(
      new Option("--level <level>", "what must agree: every outcome and digest, or what the guest can see")
        .choices(["exact", "guest"])
        .default("exact"),
    )
    .option(
      "--jobs <n>",
      "threads at most, at level exact; when absent one for a short recording, for a long one one a core",
      parseCount,
    )
    .option(
      "--paranoid",
      "at level exact: ask behind every block whether the invariants of the state hold; a broken one is named, with " +
        "its row and values, and ends it (exit 1)",
    )
    .action(async (files: string[], options: Options) => {
      if (options.paranoid && options.level === "guest")
        throw new UsageError(
          "--paranoid is for --level exact: only there states are those that were recorded",
        );
      if (options.jobs === 0) throw new UsageError("--jobs 0: at least 1 is needed");
      process.exitCode = await verifyFiles(files, options);
    });
}

/** How bad an exit code is, of several files: a file that diverges says more than one that cannot be read. */
const WORST = [EXIT.done, EXIT.cannotTell, EXIT.badFile, EXIT.no] as const;

async function verifyFiles(files: readonly string[], options: Options): Promise<number> {
  const { level, jobs, json } = options;
  if (files.length === 1) return (await verifyOne(files[0], options, null))();
  const cores = jobs ?? availableParallelism();
  const pool = level === "exact" && cores > 1 ? new VerifyPool(cores) : null;
  const reports = inOrder(files, pool?.size ?? 1, (file) => {
    // What is wrong with one file keeps nobody from looking at the others.
    return verifyOne(file, options, pool).catch((error: unknown) => () => sayFileError(error));
  });
  let worst = 0;
  try {
    for (const [f, file] of files.entries()) {
      const report = await reports[f];
      if (json === undefined) print(`${f > 0 ? "\n" : ""}${paint.bold(file)}`);
      worst = Math.max(worst, WORST.indexOf(report() as (typeof WORST)[number]));
    }
  } finally {
    await pool?.close();
  }
  return WORST[worst];
}

/** Start `act` on each, at most `most` at the same time, the first ones first. */
function inOrder<T>(list: readonly string[], most: number, act: (one: string) => Promise<T>): Promise<T>[] {
  const all: Promise<T>[] = [];
  for (const [n, one] of list.entries()) {
    all.push(n < most ? act(one) : all[n - most].then(() => act(one)));
    // Whoever asks for it hears of its failure; that nobody has asked yet is none.
    all[n].catch(() => {});
  }
  return all;
}

/** Verify a file; what comes of it says what was found, and returns the exit code. */
async function verifyOne(file: string, options: Options, pool: VerifyPool | null): Promise<() => number> {
  const { level, json } = options;
  if (level === "guest") return verifyAsGuest(file, json === true);
  return withRecording(file, async (opened) => {
    const { recording } = opened;
    refuseUnknownKinds(recording);
    const [found, jobs] = await verifyOver(opened, "verify", options, pool);
    return () => report(found, recording, jobs, options);
  });
}

/** Verify by threads of a pool, or, without one, by as many of our own as pay; what was found, and by how many. */
export async function verifyOver(
  opened: OpenedRecording,
  what: string,
  { jobs: asked, paranoid = false }: { readonly jobs?: number; readonly paranoid?: boolean },
  pool: VerifyPool | null,
): Promise<[Verification, number]> {
  const { recording, store } = opened;
  const most = pool?.size ?? availableParallelism();
  const jobs = asked === undefined ? jobsFor(recording, most) : usefulJobs(recording, asked);
  if (pool !== null) return [await pool.verify(opened, { jobs, paranoid }), jobs];
  if (jobs === 1)
    return [withProgress(what, (progress) => verify(recording, store, { progress, paranoid })), 1];
  const own = new VerifyPool(jobs);
  try {
    return [await withProgress(what, (progress) => own.verify(opened, { jobs, progress, paranoid })), jobs];
  } finally {
    await own.close();
  }
}

/** An error that is about one file of several: said, and its exit code. Others are thrown again. */
function sayFileError(error: unknown): number {
  const code = exitCodeOf(error);
  if (!(error instanceof RecordingError || error instanceof CannotTell)) throw error;
  say(paintError.red(`gvt: ${error.message}`));
  return code;
}

function report(found: Verification, recording: Recording, jobs: number, options: Options): number {
  sayWarnings(recording);
  const code = verdictOf(found, recording);
  if (options.json) {
    const { exact: _, ...rest } = found;
    const { closed, name: file } = recording;
    printJson({ exact: code === EXIT.done, closed, file, covers: covers(recording), ...rest, jobs });
    return code;
  }
  const { divergence, outcomes, fetches, digests, digestsRecorded, rows, blocks } = found;
  if (divergence !== null) print(divergenceText(divergence, recording.name));
  const verb = divergence === null ? "compared" : "equal before it";
  print(`${verb}: ${count(outcomes, "outcome")} (${count(fetches, "fetch", "fetches")} among them)`);
  const after = `after ${count(blocks, "block")} of ${count(rows, "row")}`;
  print(`${verb}: ${digests} of ${count(digestsRecorded, "digest")}, ${after}`);
  sayDamage(recording);
  if (divergence === null) print(exactLine(found, recording));
  return code;
}

/** The last line of a replay that found no divergence. */
export function exactLine(found: Pick<Verification, "events" | "divergence">, recording: Recording): string {
  const prefix = recording.damage === null || isPart(recording) ? "" : "verified prefix ";
  return paint.green(`${prefix}exact: ${found.events} events, 0 divergences${coverage(recording)}`);
}

/** What of the file a verdict is about: its first bytes, of how many. The others follow the recording's end. */
export function covers({ size, parts }: Recording): { readonly bytes: number; readonly of: number } {
  return { bytes: size, of: parts.source.size };
}

function coverage(recording: Recording): string {
  const { bytes, of } = covers(recording);
  return bytes < of ? ` (the first ${bytes} bytes of ${of})` : "";
}

/** Say where the recording is damaged or unfinished, if it is. */
export function sayDamage(recording: Recording): void {
  const line = damageLine(recording);
  if (line !== null) say(`gvt: ${line}`);
}

/** Exit code for what a replay found. */
export function verdictOf(found: Pick<Verification, "divergence">, recording: Recording): number {
  if (found.divergence !== null) return EXIT.no;
  return recording.damage === null || isPart(recording) ? EXIT.done : EXIT.badFile;
}
