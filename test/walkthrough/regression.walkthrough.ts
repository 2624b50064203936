import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GVT, type Outcome, ROOT, run } from "../cli/gvt.ts";
import type { History } from "../cli/history.ts";
import { type Step, stepsOf, withoutHashes, withSteps } from "./console.ts";
import { BUG_AT, BUG_SUBJECT, COMMITS, regressionHistory } from "./history.ts";

const DOCUMENT = join(ROOT, "docs/regression-walkthrough.md");
const RECORDING = "linux-6.1-boot.mcap";
/** With this set, what is printed is written into the document instead of compared with it. */
const UPDATE = process.env.UPDATE_WALKTHROUGH !== undefined;

const markdown = readFileSync(DOCUMENT, "utf8");
const steps = stepsOf(markdown);
const done: Step[] = [];
/**
 * The row that the document's commands name, and the one that diverges now: other ones once the recording is
 * made anew.
 */
const WRITTEN_ROW = /^diverged at (\d+)/m.exec(markdown)?.[1] ?? "0";
let row = WRITTEN_ROW;
const programs = mkdtempSync(join(tmpdir(), "gvt-walkthrough-"));
let history: History;

beforeAll(async () => {
  history = regressionHistory();
  mkdirSync(join(history.folder, "recordings"));
  cpSync(join(ROOT, "recordings", RECORDING), join(history.folder, "recordings", RECORDING));
  writeFileSync(join(history.folder, ".git/info/exclude"), "node_modules\nrecordings\n");
  const gvt = join(programs, "gvt");
  writeFileSync(gvt, `#!/bin/sh\nexec "${process.execPath}" "${GVT}" "$@"\n`);
  chmodSync(gvt, 0o755);
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const built = await run(process.execPath, [tsc, "-p", "tsconfig.build.json"], history.folder);
  expect(built.stdout).toBe("");
});

afterAll(() => {
  history?.remove();
  rmSync(programs, { recursive: true, force: true });
  if (UPDATE && done.length === steps.length) writeFileSync(DOCUMENT, withSteps(markdown, done));
});

/** A command as the reader types it, in the checkout. */
function type(command: string): Promise<Outcome> {
  const sha = history.commits[BUG_AT].slice(0, 12);
  const line = command.replace(/\b0{12}\b/g, sha);
  return run("bash", ["-c", `export PATH="${programs}:$PATH"\n${line}`], history.folder);
}

describe("the regression story", () => {
  test("has a history of 32 commits with the bug in the middle", () => {
    expect(history.commits).toHaveLength(COMMITS);
    expect(history.git("rev-list", "--count", "HEAD")).toBe(String(COMMITS));
    expect(history.git("show", "--no-patch", "--format=%s", history.commits[BUG_AT])).toBe(BUG_SUBJECT);
  });

  test.each(steps)("$command", async ({ command, output }) => {
    const now = command.replace(`--at ${WRITTEN_ROW}`, `--at ${row}`);
    const { stdout, stderr } = await type(now);
    expect(stderr).toBe("");
    const printed = withoutHashes(stdout).trimEnd();
    row = /^diverged at (\d+)/m.exec(printed)?.[1] ?? row;
    done.push({ command: now, output: printed });
    if (!UPDATE) expect(printed).toBe(output);
  });

  test("led to the commit, the event, the register and the field; the checkout is as it was", async () => {
    const { stdout } = await type(`gvt bisect code --good v1.0 --jobs 2 recordings/${RECORDING} --json`);
    const found = JSON.parse(stdout) as {
      first: { id: string };
      divergence: { seq: number; kind: string; path: string };
      state: { path: string; fields: { field: string; expected: number; got: number }[] }[];
    };
    expect(found.first.id).toBe(history.commits[BUG_AT]);
    expect(found.divergence).toMatchObject({ kind: "guest.write", path: "vgpu1.rcs0.csb.0" });
    const pointer = found.state.find(({ path }) => path === "vgpu1.rcs0.RING_CONTEXT_STATUS_PTR");
    expect(pointer?.fields).toEqual([{ field: "WRITE_PTR", expected: 0, got: 6 }]);
    const lines = readFileSync(join(history.folder, "out/small.test.ts"), "utf8").trimEnd().split("\n");
    expect(lines.slice(lines.indexOf("") + 1).length).toBeLessThanOrEqual(10);
    expect(history.git("status", "--porcelain")).toBe("");
    expect(history.git("rev-parse", "HEAD")).toBe(history.commits[COMMITS - 1]);
    expect(history.git("worktree", "list").split("\n")).toHaveLength(1);
  });
});
