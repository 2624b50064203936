import { type Command, Option } from "commander";
import { divergenceText } from "../replay/divergence.ts";
import type { Recording } from "../replay/recording/recording.ts";
import { type Verification, verify } from "../replay/verify.ts";
import { EXIT } from "./exit.ts";
import { damageLine, isPart, refuseUnknownKinds, sayWarnings, withRecording } from "./recordings.ts";
import { count } from "./table.ts";
import { paint, print, printJson, say, withProgress } from "./terminal.ts";
import { addVerb, type CommonOptions } from "./verb.ts";
import { verifyAsGuest } from "./verify-guest.ts";

interface Options extends CommonOptions {
  readonly level: "exact" | "guest";
}

/** `gvt verify`: does a recording replay exactly? */
export function addVerify(program: Command): void {
  addVerb(
    program,
    "verify",
    "read every byte of a recording, run it again, compare every outcome and digest",
    [
      "gvt verify recordings/linux-6.1-boot.mcap",
      "gvt verify boot.mcap --json | jq .exact",
      "git bisect run gvt verify boot.mcap --level guest",
    ],
  )
    .argument("<file>", "recording")
    .addOption(
      new Option("--level <level>", "what must agree: every outcome and digest, or what the guest can see")
        .choices(["exact", "guest"])
        .default("exact"),
    )
    .action(async (file: string, options: Options) => {
      if (options.level === "guest") {
        process.exitCode = await verifyAsGuest(file, options.json === true);
        return;
      }
      process.exitCode = await withRecording(file, ({ recording, store }) => {
        refuseUnknownKinds(recording);
        const found = withProgress("verify", (progress) => verify(recording, store, { progress }));
        return report(found, recording, options);
      });
    });
}

function report(found: Verification, recording: Recording, options: Options): number {
  sayWarnings(recording);
  const code = verdictOf(found, recording);
  if (options.json) {
    const { exact: _, ...rest } = found;
    printJson({ exact: code === EXIT.done, closed: recording.closed, file: recording.name, ...rest });
    return code;
  }
  const { divergence, outcomes, fetches, digests, digestsRecorded, rows, blocks } = found;
  if (divergence !== null) print(divergenceText(divergence, recording.name));
  const verb = divergence === null ? "compared" : "equal before it";
  print(`${verb}: ${count(outcomes, "outcome")} (${count(fetches, "fetch", "fetches")} among them)`);
  const behind = `behind ${count(blocks, "block")} of ${count(rows, "row")}`;
  print(`${verb}: ${digests} of ${count(digestsRecorded, "digest")}, ${behind}`);
  sayDamage(recording);
  if (divergence === null) print(exactLine(found, recording));
  return code;
}

/** The last line of a replay that found no divergence. */
export function exactLine(found: Pick<Verification, "events" | "divergence">, recording: Recording): string {
  const prefix = recording.damage === null || isPart(recording) ? "" : "verified prefix ";
  return paint.green(`${prefix}exact: ${found.events} events, 0 divergences`);
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
