import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The built program: workers and child processes run it, because Node 20 runs no TypeScript. */
export const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const SOURCE = fileURLToPath(new URL("../src", import.meta.url));
const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Before all tests: build `dist` where a source is newer than what was made of it. */
export function setup(): void {
  if (!isStale()) return;
  const { status, stdout } = spawnSync("npm", ["run", "build"], { cwd: ROOT, encoding: "utf8" });
  // Types are the check's business: what was made of a wrong source is tested all the same.
  if (status === 0) return;
  process.stderr.write(`dist was built with errors:\n${stdout}`);
  spawnSync("npm", ["run", "bundle"], { cwd: ROOT });
}

function isStale(): boolean {
  if (!existsSync(join(DIST, "bin/gvt.js"))) return true;
  for (const entry of readdirSync(SOURCE, { recursive: true, encoding: "utf8" })) {
    if (!entry.endsWith(".ts")) continue;
    const made = statSync(join(DIST, entry.replace(/ts$/, "js")), { throwIfNoEntry: false });
    if (made === undefined || made.mtimeMs < statSync(join(SOURCE, entry)).mtimeMs) return true;
  }
  return false;
}
