import { DeadWorker } from "../node/verify-pool.ts";
import { PortError } from "../ports/errors.ts";
import { ServeError } from "../ports/serve-options.ts";
import { DivergedError } from "../replay/engine/state.ts";
import { PredicateError } from "../replay/names/predicate.ts";
import { PathError } from "../replay/names/reader.ts";
import { LayoutError, RecordingError } from "../replay/recording/errors.ts";

/** What a verb's exit code says. */
export const EXIT = {
  done: 0,
  /** The question's answer is no: diverged, not found. */
  no: 1,
  usage: 2,
  badFile: 3,
  /** The world failed: disk full, worker dead, port gone. */
  world: 4,
  /** For `git bisect run`; also where gvt itself has failed. */
  cannotTell: 125,
} as const;

/** The command line asks for what cannot be. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Something around us failed: a disk, a program. */
export class WorldError extends Error {
  override readonly name = "WorldError";
}

/** Nothing is wrong with the file, but this version cannot say. */
export class CannotTell extends Error {
  override readonly name = "CannotTell";
}

/** The exit code for an error that ended a verb. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError || error instanceof PredicateError || error instanceof PathError)
    return EXIT.usage;
  if (error instanceof ServeError) return error.code === "config" ? EXIT.usage : EXIT.world;
  if (error instanceof LayoutError) return EXIT.cannotTell;
  if (error instanceof RecordingError) return EXIT.badFile;
  if (error instanceof DivergedError) return EXIT.no;
  if (error instanceof PortError || error instanceof WorldError || error instanceof DeadWorker)
    return EXIT.world;
  if (isSystemError(error)) return EXIT.world;
  return EXIT.cannotTell;
}

/** Is this what Node throws where the system said no (ENOSPC, EACCES)? */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && "code" in error;
}
