import { execFile } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { loadTools } from "../../src/node/codecs.ts";
import { openWalk, recordWalk } from "../replay/walk.ts";
import { GVT, gvt, jsonOf, type Outcome, ROOT, temporaryFolder } from "./gvt.ts";

const folder = temporaryFolder();
const file = join(folder, "walk.mcap");
let last = 0;

beforeAll(async () => {
  const walk = await recordWalk(await loadTools(), { rounds: 30 });
  writeFileSync(file, walk.bytes);
  last = openWalk(walk).recording.rowCount - 1;
});

/** Give the prompt these lines. */
function step(lines: readonly string[], ...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [GVT, "step", file, ...args],
      { cwd: ROOT },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
    child.stdin?.end(`${lines.join("\n")}\n`);
  });
}

test("seek shows a state at a glance, or what is at a path", async () => {
  const glance = await gvt("seek", file, "100");
  expect(glance).toMatchObject({ code: 0, stderr: "" });
  expect(glance.stdout).toContain("state at 100");
  const value = await gvt(
    "seek",
    file,
    String(last),
    "--state",
    "vgpu1.rcs0.RING_CONTEXT_STATUS_PTR",
    "--json",
  );
  expect(jsonOf(value)).toMatchObject({ type: "register", at: 0x23a0 });
  const entry = await gvt("seek", file, "100", "--state", "vgpu1.ggtt[3]");
  expect(entry.stdout).toMatch(/vgpu1\.ggtt\.18 /);
});

test("why answers with a tree, and as JSON", async () => {
  const text = await gvt("why", file, "vgpu1.rcs0.RING_CONTEXT_STATUS_PTR", "--changed");
  expect(text).toMatchObject({ code: 0, stderr: "" });
  expect(text.stdout).toMatch(
    /changed by \d+ .*\n {2}├ submitted by \d+ workload\.submitted .*\n {2}│ └ written by \d+ mmio\.written {2}vgpu1\.rcs0\.RING_ELSP/,
  );
  const json = jsonOf(await gvt("why", file, "vgpu1.gtIrq0.GEN8_GT_IER", "--at", "80", "--json"));
  expect(json).toMatchObject({ at: 80, path: "vgpu1.gtIrq0.GEN8_GT_IER", cost: { index: false } });
  expect((await gvt("why", file, "30")).stdout).toMatch(/^row 30 /);
});

test("the step prompt walks, stops and asks; its mistakes are one line each", async () => {
  const lines = [
    "break irq.inject",
    "continue",
    "why vgpu1.tree.interruptLine",
    "back 2",
    "step 2",
    "goto 50",
    "print vgpu1.tree.port",
    "rows 1",
  ];
  const walked = await step(lines);
  expect(walked).toMatchObject({ code: 0, stderr: "" });
  expect(walked.stdout).toContain("breakpoint irq.inject");
  expect(walked.stdout).toMatch(/> 50 /);
  const json = await step(["goto 40", "step", "reverse", "bogus", "quit", "goto 10"], "--json");
  expect(json.code).toBe(2);
  const answers = json.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(answers.map(({ at, ok }) => [at, ok])).toEqual([
    [40, true],
    [41, true],
    [-1, true],
    [-1, false],
  ]);
  expect(answers[3].error).toMatch(/no command bogus/);
});

test("marks are kept in the file, shown, and taken away; rows stay", async () => {
  const marked = join(folder, "marked.mcap");
  copyFileSync(file, marked);
  expect(await gvt("mark", marked, "--at", "7", "here it starts")).toMatchObject({ code: 0 });
  expect(await gvt("mark", marked, "--at", "3", "before")).toMatchObject({ code: 0 });
  expect((await gvt("mark", marked, "--list")).stdout).toBe("3  before\n7  here it starts\n");
  expect((await gvt("show", marked)).stdout).toMatch(/marks\n.*3 {2}before\n.*7 {2}here it starts/);
  expect((await gvt("verify", marked)).code).toBe(0);
  expect(jsonOf(await gvt("mark", marked, "--at", "3", "--remove", "--json"))).toEqual({
    marks: [{ seq: 7, text: "here it starts" }],
  });
  expect(await gvt("mark", marked, "--at", "3", "--remove")).toMatchObject({ code: 2 });
});

test("pack gives a closed recording keyframes and an index, and keeps its marks", async () => {
  const packed = join(folder, "packed.mcap");
  copyFileSync(file, packed);
  await gvt("mark", packed, "--at", "7", "kept");
  const before = readFileSync(packed).length;
  expect(jsonOf(await gvt("pack", packed, "--json"))).toMatchObject({ packed: false, unindexed: null });
  expect(readFileSync(packed).length).toBeGreaterThan(before);
  expect((await gvt("mark", packed, "--list")).stdout).toBe("7  kept\n");
  expect(await gvt("verify", packed)).toMatchObject({ code: 0, stderr: "" });
  const why = jsonOf(await gvt("why", packed, "vgpu1.gtIrq0.GEN8_GT_IER", "--json"));
  expect(why).toMatchObject({ cost: { index: true } });
});

test.each([
  [["seek", "FILE", "999999"], /there is no row 999999/],
  [["seek", "FILE", "-3"], /unknown option|row number/],
  [["seek", "FILE", "5", "--state", "vgpu1.rcs0.RING_TIAL"], /nearest are .*RING_TAIL/],
  [["why", "FILE", "vgpu1.rcs0.RING_TIAL"], /nearest: .*RING_TAIL/],
  [["why", "FILE", "vgpu1.rcs0.RING_TAIL", "--at", "999999"], /there is no row 999999/],
  [["mark", "FILE", "--at", "999999", "x"], /there is no row 999999/],
  [["mark", "FILE", "x"], /give --at N/],
  [["step", "FILE", "--at", "999999"], /there is no row 999999/],
])("wrong use is one line and exit code 2: %s", async (args, says) => {
  const size = readFileSync(file).length;
  const { code, stderr } = await gvt(...args.map((arg) => (arg === "FILE" ? file : arg)));
  expect(stderr).toMatch(says);
  expect(code).toBe(2);
  expect(readFileSync(file).length).toBe(size);
});
