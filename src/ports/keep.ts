import { checkPredicate } from "../node/live-machine.ts";
import type { MachineOptions } from "../replay/engine/create.ts";
import type { WindowLimits } from "../replay/live/window.ts";
import { ServeError, type ServeOptions } from "./serve-options.ts";

/** Microseconds of each unit of time, and bytes of each of size. */
const TIMES: Readonly<Record<string, number>> = { ms: 1000, s: 1_000_000, m: 60_000_000, h: 3_600_000_000 };
const SIZES: Readonly<Record<string, number>> = { KB: 1 << 10, MB: 1 << 20, GB: 1 << 30 };
/** A window that is asked for by time alone takes at most this much memory. */
const MOST_BYTES = 256 << 20;
/** Less than this is no window: one block can take more. */
const LEAST_BYTES = 8 << 20;
const LEAST_MICROSECONDS = 100_000;

/** What `10m`, `200MB` or `10m,200MB` ask for. Throws ServeError. */
export function limitsOf(keep: string): WindowLimits {
  const limits = { microseconds: Number.POSITIVE_INFINITY, bytes: MOST_BYTES };
  const seen = new Set<string>();
  for (const part of keep.split(",")) {
    const [, digits = "", unit = ""] = /^(\d{1,9})(ms|s|m|h|KB|MB|GB)$/.exec(part.trim()) ?? [];
    const isTime = Object.hasOwn(TIMES, unit);
    const name = isTime ? "microseconds" : "bytes";
    if (unit === "" || seen.has(name))
      throw new ServeError("config", `keep ${keep}: give a time, a size or both: 10m, 200MB, or 10m,200MB`);
    seen.add(name);
    limits[name] = Number(digits) * (isTime ? TIMES[unit] : SIZES[unit]);
  }
  if (limits.microseconds < LEAST_MICROSECONDS || limits.bytes < LEAST_BYTES)
    throw new ServeError("config", `keep ${keep}: give at least 100ms, and 8MB`);
  return limits;
}

/** Refuse what does not go together, before anything is started. Throws ServeError, or PredicateError. */
export function checkKeeping({ keep, saveWhen, force }: ServeOptions, machine: MachineOptions): void {
  if (keep === undefined) {
    if (saveWhen !== undefined) throw new ServeError("config", "--save-when saves a window: give --keep too");
    return;
  }
  limitsOf(keep);
  if (force === true) throw new ServeError("config", "--keep never replaces a recording: leave out --force");
  if (saveWhen !== undefined) checkPredicate(saveWhen, machine);
}
