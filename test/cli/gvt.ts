/** The command as a user starts it, in a process of its own. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { DIST } from "../build.ts";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** The built command. */
export const GVT = join(DIST, "bin/gvt.js");

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

/** A folder that goes away after the tests of this file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "gvt-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
