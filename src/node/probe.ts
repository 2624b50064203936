import { parseDump, type StateDump } from "../replay/diff/dump.ts";
import type { Divergence } from "../replay/engine/divergence.ts";
import { type Ended, run } from "./checkouts.ts";
import { firstLine } from "./git.ts";

/** What a built model makes of recordings, asked of its own command line in a process of its own. */

/** `skip`: it cannot tell. */
export type Verdict = "good" | "bad" | "skip";

export interface Probe {
  readonly verdict: Verdict;
  /** `exact` where the model knows no other level. */
  readonly level: "guest" | "exact";
  /** The recording that decided. */
  readonly recording: string;
  /** Why it cannot tell; empty otherwise. */
  readonly reason: string;
  readonly divergence: Divergence | null;
}

const EXIT_USAGE = 2;

/**
 * Verify recordings under a model: bad with the first that diverges, else skipped with the first that it
 * cannot read.
 */
export async function probe(cli: string, recordings: readonly string[], timeout: number): Promise<Probe> {
  let skipped: Probe | null = null;
  let last: Probe | null = null;
  for (const recording of recordings) {
    const found = await probeOne(cli, recording, timeout);
    if (found.verdict === "bad") return found;
    if (found.verdict === "skip") skipped ??= found;
    last = found;
  }
  const found = skipped ?? last;
  if (found === null) throw new RangeError("no recording to verify");
  return found;
}

async function probeOne(cli: string, recording: string, timeout: number): Promise<Probe> {
  const ask = (...more: string[]): Promise<Ended> =>
    run([cli, "verify", recording, "--json", ...more], undefined, timeout);
  const ended = await ask("--level", "guest");
  if (ended.code !== EXIT_USAGE) return verdictOf(ended, recording, "guest");
  return verdictOf(await ask(), recording, "exact");
}

function verdictOf({ code, stdout, stderr }: Ended, recording: string, level: Probe["level"]): Probe {
  const answer = { level, recording, reason: "", divergence: null } as const;
  if (code === 0) return { ...answer, verdict: "good" };
  const told = code === 1 ? parse(stdout) : null;
  if (told !== null)
    return { ...answer, verdict: "bad", divergence: (told.divergence ?? null) as Divergence | null };
  return { ...answer, verdict: "skip", reason: `exit ${code}: ${firstLine(stderr) || "said nothing"}` };
}

/** The state that a model comes to at a row, with answers by address; null where it cannot say. */
export async function stateUnder(
  cli: string,
  recording: string,
  seq: number,
  timeout: number,
): Promise<StateDump | null> {
  const args = [cli, "show", recording, "--at", String(seq), "--state", "all", "--level", "guest", "--json"];
  const { code, stdout } = await run(args, undefined, timeout);
  return code === 0 ? parseDump(parse(stdout)) : null;
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
