/** Where this machine takes Debian from, as its own apt sees it. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Base addresses of the Debian archive and, where one is configured, of its security updates. */
export interface Mirrors {
  readonly archive: string;
  readonly security: string | undefined;
}

/** Debian's own public name for "a mirror near you", for a machine that has none configured. */
const PUBLIC: Mirrors = {
  archive: "http://deb.debian.org/debian",
  security: "http://deb.debian.org/debian-security",
};

/**
 * Asks apt which addresses it would update from. Nothing is fetched. Asking apt, instead of
 * reading its files, covers both source formats, options and mirror lists.
 */
export async function readMirrors(): Promise<Mirrors> {
  let listing = "";
  try {
    ({ stdout: listing } = await run("apt-get", ["update", "--print-uris"], {
      env: { ...process.env, LC_ALL: "C" },
    }));
  } catch {
    return PUBLIC;
  }
  return chooseMirrors(listing, codename()) ?? PUBLIC;
}

/** The release name of the machine's Debian, or the empty string elsewhere. */
function codename(): string {
  try {
    const text = readFileSync("/etc/os-release", "utf8");
    return /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(text)?.[1] ?? "";
  } catch {
    return "";
  }
}

/**
 * Chooses the mirrors out of what `apt-get update --print-uris` printed.
 *
 * @returns undefined when no line names a Debian archive
 */
export function chooseMirrors(listing: string, release: string): Mirrors | undefined {
  const entries = [...listing.matchAll(/^'([^']+?)\/+dists\/([^']+?)\/InRelease'/gm)];
  const suitesOf = new Map<string, Set<string>>();
  for (const [, base = "", suite = ""] of entries) {
    suitesOf.set(base, (suitesOf.get(base) ?? new Set()).add(suite.replace(/\/updates$/, "-security")));
  }
  const bases = [...suitesOf.keys()];
  const has = (base: string, suite: string) => suitesOf.get(base)?.has(suite) === true;
  // Other vendors name their suites after Debian's releases as well; only Debian has -updates.
  const archive =
    bases.find((base) => has(base, `${release}-updates`)) ?? bases.find((base) => /\/debian$/.test(base));
  if (archive === undefined) return undefined;
  return { archive, security: bases.find((base) => has(base, `${release}-security`)) };
}
