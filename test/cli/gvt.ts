/** The command as a user starts it: built if need be, in a process of its own. */
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const GVT = join(ROOT, "dist/cli/main.js");

/** How a command ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run a program and wait for its end. Whatever happens is in the outcome. */
export function run(program: string, args: readonly string[], cwd = ROOT): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

/** Run a verb. */
export function gvt(...args: string[]): Promise<Outcome> {
  return run(process.execPath, [GVT, ...args]);
}

/** The one line of JSON that a verb answers with. */
export function jsonOf({ stdout }: Outcome): Record<string, unknown> {
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** A folder that goes away behind the tests of this file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "gvt-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Build `dist` where a source is newer; of several test processes one does, the others wait. */
export async function buildIfStale(): Promise<void> {
  const lock = join(ROOT, "node_modules/.gvt-build-lock");
  const isFresh = (): boolean => newestUnder(join(ROOT, "src")) <= timeOf(GVT);
  for (let tries = 0; tries < 600 && !isFresh(); tries++) {
    try {
      mkdirSync(lock);
    } catch {
      if (Date.now() - timeOf(lock) > 120_000) rmSync(lock, { recursive: true, force: true });
      await new Promise((resolve) => setTimeout(resolve, 200));
      continue;
    }
    try {
      const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
      execFileSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], {
        cwd: ROOT,
        stdio: "inherit",
      });
      return;
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
}

function timeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newestUnder(folder: string): number {
  const times = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => timeOf(join(entry.parentPath, entry.name)));
  return Math.max(...times, timeOf(join(dirname(folder), "tsconfig.build.json")));
}
