import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { smallRecording } from "../replay/small.ts";
import { gvt, jsonOf, run, temporaryFolder } from "./gvt.ts";
import { type History, newHistory, swap } from "./history.ts";
import { alterReply, replies, sampleRecording } from "./sample.ts";

const folder = temporaryFolder();
// Of its own: in that of the machine another bisection may leave and take folders meanwhile.
process.env.TMPDIR = join(folder, "tmp");
mkdirSync(process.env.TMPDIR);
const file = join(folder, "golden.mcap");
const short = join(folder, "short.mcap");
let history: History;
const shas: Record<string, string> = {};

const EXECLIST = "src/reducers/mediator/execlist.ts";
const COST = "src/hw/cost.ts";

/** A type error, and the bug: the write pointer leaves out the last entry. */
const HALF = "\nexport const HALF: string = 1;\n";
const WRAP = swap("CSB_ENTRIES - 1", "CSB_ENTRIES - 2", true);

/** Refactors before and after the bug, and one commit that does not build. */
function build(): void {
  history = newHistory();
  shas.good = history.commits[0];
  shas.rename = history.rename("Call the interrupt line a level", "interruptLine", "interruptLevel");
  shas.register = history.commit("Add a register with a reset value", {
    "src/hw/registers/counter.ts": swap(
      "GEN7_3DPRIM_END_OFFSET:",
      "GEN7_NEW_COUNTER: { offset: 0x2428, ...user, reset: 0x1234 },\n    GEN7_3DPRIM_END_OFFSET:",
    ),
  });
  shas.half = history.commit("Half of a change", { [COST]: (text) => `${text}${HALF}` });
  shas.bug = history.commit("Name the last entry", { [COST]: swap(HALF, ""), [EXECLIST]: WRAP });
  shas.costs = history.commit("Other costs", { [COST]: swap("FETCH_DWORD_NS = 2;", "FETCH_DWORD_NS = 3;") });
  shas.head = history.commit("Say more", { "NOTES.md": () => "Notes.\n" });
}

beforeAll(async () => {
  writeFileSync(file, await smallRecording({ rounds: 4 }));
  writeFileSync(short, await smallRecording({ rounds: 1 }));
  build();
}, 60_000);
afterAll(() => history?.remove());

/** Everything about a repository that a bisection might disturb. */
function stateOf({ git }: History): string {
  return [
    ["status", "--porcelain"],
    ["rev-parse", "HEAD"],
    ["worktree", "list"],
    ["branch", "--all"],
    ["stash", "list"],
  ]
    .map((args) => git(...args))
    .join("\n--\n");
}

const bisect = (...args: string[]) => gvt("bisect", "code", "--repo", history.folder, ...args);

describe("gvt bisect code", () => {
  test("a commit that does not build leaves two suspects; a dirty tree is never touched", async () => {
    history.git("checkout", "--quiet", "--detach", shas.head);
    writeFileSync(join(history.folder, "src/hw/cost.ts"), "a dirty tree\n");
    writeFileSync(join(history.folder, "new.txt"), "untracked\n");
    const before = stateOf(history);
    const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("gvt-revisions-"));
    const earlier = folders();
    const outcome = await bisect("--good", shas.good, "--bad", shas.head, file, "--json");
    expect(outcome.stderr).toBe("");
    expect(outcome.code).toBe(125);
    expect(stateOf(history)).toBe(before);
    expect(folders()).toEqual(earlier);
    const found = jsonOf(outcome);
    // The commit before it does not build: either of the two may have done it.
    expect(found.first).toBeNull();
    expect(found.suspects).toMatchObject([{ id: shas.half }, { id: shas.bug }]);
    const tested = found.tested as { id: string; verdict: string; reason: string }[];
    expect(tested.find(({ id }) => id === shas.half)).toMatchObject({
      verdict: "skip",
      reason: expect.stringContaining("does not build: src/hw/cost.ts"),
    });
    expect(tested.find(({ id }) => id === shas.register)).toMatchObject({ verdict: "good" });
  }, 120_000);

  test("names the first bad commit among refactors, the row, the register and the field", async () => {
    const clean = newHistory();
    try {
      const good = clean.commits[0];
      clean.rename("Call the interrupt line a level", "interruptLine", "interruptLevel");
      clean.commit("Other costs", { [COST]: swap("FETCH_DWORD_NS = 2;", "FETCH_DWORD_NS = 3;") });
      const bug = clean.commit("Name the last entry", { [EXECLIST]: WRAP });
      clean.rename("Call it a queue", "announcements", "queue");
      clean.commit("Smaller turns", { [COST]: swap("TURN_NS = 20_000", "TURN_NS = 15_000") });
      const outcome = await gvt("bisect", "code", "--repo", clean.folder, "--good", good, file, "--json");
      expect(outcome).toMatchObject({ code: 1, stderr: "" });
      const found = jsonOf(outcome);
      expect(found.first).toEqual({ id: bug, subject: "Name the last entry" });
      expect(found.level).toBe("guest");
      expect(found.divergence).toMatchObject({
        kind: "guest.write",
        path: expect.stringContaining("rcs0.csb"),
      });
      const state = found.state as {
        path: string;
        fields: { field: string; got: number; expected: number }[];
      }[];
      const pointer = state.find(({ path }) => path === "vgpu1.rcs0.RING_CONTEXT_STATUS_PTR");
      expect(pointer?.fields).toEqual([{ field: "WRITE_PTR", expected: 5, got: 0 }]);
      const near = ["--good", `${bug}~1`, "--bad", bug];
      const text = await gvt("bisect", "code", "--repo", clean.folder, ...near, file);
      expect(text.stdout).toContain(`first bad: ${bug.slice(0, 12)}  Name the last entry`);
      expect(text.stdout).toContain("WRITE_PTR  5 -> 0");
      const diff = await gvt("diff", file, "--repo", clean.folder, "--rev", good, "--rev", "HEAD", "--json");
      expect(diff.code).toBe(1);
      const places = jsonOf(diff).differences as { path: string }[];
      expect(places.map(({ path }) => path)).toContain("vgpu1.rcs0.RING_CONTEXT_STATUS_PTR");
      const same = await gvt(
        "diff",
        file,
        "--repo",
        clean.folder,
        "--rev",
        good,
        "--rev",
        `${bug}~1`,
        "--at",
        "50",
      );
      expect(same.stdout).toMatch(/good.*\n.*good/);
    } finally {
      clean.remove();
    }
  }, 120_000);

  test("refactors alone are not bad; a recording that does not show the bug neither", async () => {
    const outcome = await bisect("--good", shas.good, "--bad", shas.register, file);
    expect(outcome.code).toBe(125);
    expect(outcome.stderr).toMatch(/^gvt: the bad revision [0-9a-f]{12} agrees with every recording\n$/);
    expect((await bisect("--good", shas.good, "--bad", shas.head, short)).stderr).toContain(
      "agrees with every",
    );
    const reverse = await bisect("--good", shas.bug, "--bad", shas.head, file);
    expect(reverse.stderr).toMatch(
      /^gvt: the good revision [0-9a-f]{12} (diverges already, at row \d+|cannot tell: )/,
    );
  }, 60_000);

  test("what cannot be: exit 2, one line, nothing left behind", async () => {
    const before = stateOf(history);
    for (const [args, says] of [
      [["--good", "no-such-rev", file], "gvt: no-such-rev: no such revision in "],
      [["--good", "HEAD", "--bad", "-x", file], "no such revision"],
      [["--good", shas.head, "--bad", shas.good, file], "is no ancestor of"],
      [[file], "gvt: give a revision that is --good\n"],
      [["--model", folder, "--model", folder, file], `gvt: ${folder}: no built model`],
    ] as const) {
      const outcome = await bisect(...args);
      expect(outcome.code, says).toBe(2);
      expect(outcome.stderr).toContain(says);
      expect(outcome.stderr.trimEnd().split("\n")).toHaveLength(1);
      expect(outcome.stdout).toBe("");
    }
    const elsewhere = await gvt("bisect", "code", "--repo", folder, "--good", "HEAD", file);
    expect(elsewhere).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("no git repository of gvt-replay"),
    });
    expect((await bisect("--good", shas.good, join(folder, "no.mcap"))).code).toBe(3);
    expect(stateOf(history)).toBe(before);
  }, 60_000);

  test("built models by path", async () => {
    const models = [join(folder, "one"), join(folder, "two")];
    const commits = [shas.register, shas.costs];
    models.forEach((model, i) => {
      execFileSync("git", ["clone", "--quiet", history.folder, model], { stdio: "ignore" });
      execFileSync("git", ["-C", model, "checkout", "--quiet", commits[i]], { stdio: "ignore" });
      execFileSync("ln", ["-s", join(history.folder, "node_modules"), join(model, "node_modules")]);
      execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
        cwd: model,
      });
    });
    const outcome = await gvt("bisect", "code", "--model", models[0], "--model", models[1], file, "--json");
    expect(outcome).toMatchObject({ code: 1, stderr: "" });
    expect(jsonOf(outcome).first).toMatchObject({ id: models[1] });
  }, 60_000);
});

describe("git bisect run", () => {
  test("finds it by the exit codes of gvt verify --level guest", async () => {
    const clone = join(folder, "clone");
    execFileSync("git", ["clone", "--quiet", history.folder, clone], { stdio: "ignore" });
    execFileSync("ln", ["-s", join(history.folder, "node_modules"), join(clone, "node_modules")]);
    const script = join(folder, "try.sh");
    const tsc = "node_modules/typescript/bin/tsc -p tsconfig.build.json";
    const verify = `"${process.execPath}" dist/cli/main.js verify "${file}" --level guest`;
    writeFileSync(
      script,
      `#!/bin/sh\n"${process.execPath}" ${tsc} >/dev/null || exit 125\n${verify} >/dev/null\n`,
      {
        mode: 0o755,
      },
    );
    await run("git", ["-C", clone, "bisect", "start", shas.costs, shas.register], clone);
    const { stdout } = await run("git", ["-C", clone, "bisect", "run", script], clone);
    expect(stdout).toMatch(/only 'skip'ped commits left|is the first bad commit/);
    expect(stdout).toContain(shas.bug);
  }, 120_000);

  test("0 agrees, 1 diverges, 125 cannot tell, 3 is damaged", async () => {
    const agrees = await gvt("verify", file, "--level", "guest", "--json");
    expect(agrees).toMatchObject({ code: 0, stderr: "" });
    expect(jsonOf(agrees)).toMatchObject({
      level: "guest",
      agrees: true,
      exact: false,
      unknown: 0,
      inferred: 0,
    });
    const bytes = await sampleRecording();
    const [seq] = (await replies(bytes)).slice(-20);
    const altered = join(folder, "altered.mcap");
    writeFileSync(altered, (await alterReply(bytes, seq, 4)).bytes);
    const diverges = await gvt("verify", altered, "--level", "guest");
    expect(diverges.code).toBe(1);
    expect(diverges.stdout).toContain(`diverged at ${seq}  mmio.read`);
    expect(jsonOf(await gvt("verify", altered, "--level", "guest", "--json")).divergence).toMatchObject({
      seq,
    });
    const newer = join(folder, "newer.mcap");
    writeFileSync(newer, await smallRecording({ schema: 99 }));
    const cannot = await gvt("verify", newer, "--level", "guest");
    expect(cannot).toMatchObject({ code: 125, stderr: expect.stringMatching(/^gvt: .*schema 99.*\n$/) });
    const cut = join(folder, "cut.mcap");
    writeFileSync(cut, bytes.subarray(0, bytes.length >> 1));
    expect((await gvt("verify", cut, "--level", "guest")).code).toBe(3);
  });
});
