import { type GuestVerification, verifyGuest } from "../replay/answers/verify-guest.ts";
import { divergenceText } from "../replay/engine/divergence.ts";
import { RecordingError } from "../replay/recording/errors.ts";
import type { Recording } from "../replay/recording/recording.ts";
import { CannotTell, EXIT } from "./exit.ts";
import { refuseUnknownKinds, sayWarnings, withRecording } from "./recordings.ts";
import { count } from "./table.ts";
import { paint, print, printJson, withProgress } from "./terminal.ts";
import { sayDamage, verdictOf } from "./verify.ts";

/**
 * `gvt verify --level guest`: would the guest have noticed? Its exit code is what `git bisect run`
 * asks for.
 */
export async function verifyAsGuest(file: string, json: boolean): Promise<() => number> {
  try {
    return await withRecording(file, ({ recording, store }) => {
      refuseUnknownKinds(recording);
      const found = withProgress("verify", (progress) => verifyGuest(recording, store, { progress }));
      return () => report(found, recording, json);
    });
  } catch (error) {
    throw isOfAnotherVersion(error) ? new CannotTell((error as Error).message) : error;
  }
}

/**
 * Is the file whole, but newer than this version can read? Then it says nothing about this version's model.
 */
function isOfAnotherVersion(error: unknown): boolean {
  return error instanceof RecordingError && /\bthis version\b/.test(error.reason);
}

function report(found: GuestVerification, recording: Recording, json: boolean): number {
  sayWarnings(recording);
  const code = verdictOf(found, recording);
  if (json) {
    const { exact, agrees: _, ...rest } = found;
    const agrees = code === EXIT.done;
    printJson({ level: "guest", agrees, exact, closed: recording.closed, file: recording.name, ...rest });
    return code;
  }
  const { divergence, replies, writes, interrupts, times, events } = found;
  if (divergence !== null) print(divergenceText(divergence, recording.name));
  const verb = divergence === null ? "compared" : "equal before it";
  const seen = [count(replies, "reply", "replies"), count(writes, "write"), count(interrupts, "interrupt")];
  print(`${verb}: ${seen.join(", ")}; ${count(times, "time value")} left out`);
  print(answersLine(found));
  sayDamage(recording);
  if (divergence === null) print(paint.green(`the guest agrees: ${count(events, "event")}, 0 divergences`));
  return code;
}

/** How far the answers can be trusted. */
function answersLine({ answers, inferred, unknown, stalls }: GuestVerification): string {
  const rest = [
    unknown > 0 ? `, ${count(unknown, "question")} without an answer` : "",
    stalls > 0 ? `, engines that fell behind ${count(stalls, "time")}` : "",
  ];
  return `answers by address: ${count(answers, "page")}, ${count(inferred, "inferred", "inferred")}${rest.join("")}`;
}
