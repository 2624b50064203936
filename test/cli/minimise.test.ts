import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { PLANTED } from "../laws/planted.ts";
import { smallRecording } from "../replay/small.ts";
import { gvt, jsonOf, temporaryFolder } from "./gvt.ts";
import { newHistory } from "./history.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const PREDICATE = "vgpu1.rcs0.RING_HWS_PGA > 0";

beforeAll(async () => {
  writeFileSync(at("small.mcap"), await smallRecording({ rounds: 3 }));
});

/** A change that no guest can see, and every strict replay. */
const SMALLER = { find: "TURN_NS = 20_000", replace: "TURN_NS = 15_000" };

describe("gvt minimise", () => {
  test("takes revisions at level guest, and leaves the repository as it is", async () => {
    const history = newHistory();
    // Other tests check revisions out at the same time.
    process.env.TMPDIR = temporaryFolder();
    try {
      const [good] = history.commits;
      const fault = PLANTED.find(
        ({ name }) => name === "the CSB write pointer in the status page is one behind",
      )!;
      const swap = (text: string): string => text.replace(fault.patch.find, fault.patch.replace);
      history.commit("A bug", { [`src/${String(fault.patch.file)}`]: swap });
      history.commit("Smaller turns", {
        "src/hw/cost.ts": (text) => text.replace(SMALLER.find, SMALLER.replace),
      });
      const before = history.git("status", "--porcelain") + history.git("rev-parse", "HEAD");
      const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("gvt-revisions-"));
      const models = [
        "--repo",
        history.folder,
        "--good",
        good,
        "--model",
        "HEAD",
        "--test",
        at("guest.test.ts"),
      ];
      const level = ["--divergence", "--level", "guest", ...models];
      const outcome = await gvt("minimise", at("small.mcap"), "-o", at("guest.mcap"), ...level, "--json");
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      const found = jsonOf(outcome) as { before: number; after: number; signature: string };
      expect(found.signature).toBe("guest.write vgpu1.rcs0.csb.write_pointer lo");
      expect(found.after).toBeLessThan(found.before / 4);
      expect(history.git("status", "--porcelain") + history.git("rev-parse", "HEAD")).toBe(before);
      expect(history.git("worktree", "list").split("\n")).toHaveLength(1);
      expect(folders()).toEqual([]);
      expect((await gvt("verify", at("guest.mcap"))).stdout).toContain("exact:");
      expect(readFileSync(at("guest.test.ts"), "utf8")).toContain("gpu.machine.core.out.writeTable.lo[");
    } finally {
      delete process.env.TMPDIR;
      history.remove();
    }
  }, 120_000);

  test("leaves the part that shows the failure, as a recording and as a test case", async () => {
    const args = ["-o", at("less.mcap"), "--predicate", PREDICATE, "--test", at("less.test.ts")];
    const outcome = await gvt("minimise", at("small.mcap"), ...args, "--json");
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    const answer = jsonOf(outcome) as { before: number; after: number };
    expect(answer).toMatchObject({ found: true, signature: PREDICATE, output: at("less.mcap") });
    expect(answer.after).toBeLessThan(5);
    expect(answer.before).toBeGreaterThan(100);
    expect((await gvt("verify", at("less.mcap"))).stdout).toContain("exact:");
    const found = await gvt("bisect", "time", at("less.mcap"), PREDICATE);
    expect(found.code).toBe(1);
    const again = await gvt(
      ...["bisect", "input", at("small.mcap"), "-o", at("again.mcap")],
      ...["--predicate", PREDICATE, "--json"],
    );
    expect(jsonOf(again)).toMatchObject({ found: true, after: answer.after });
    const text = readFileSync(at("less.test.ts"), "utf8");
    expect(text).toContain('import { createMachine, Steps } from "gvt-replay"');
    expect(text.split("\n").length).toBeLessThan(15);
  });

  test("says so where the failure is not there, and writes nothing", async () => {
    const none = await gvt("minimise", at("small.mcap"), "-o", at("none.mcap"), "--predicate", "now < 0");
    expect(none.code).toBe(1);
    expect(none.stdout).toContain("nowhere holds now < 0");
    const exact = await gvt("minimise", at("small.mcap"), "-o", at("none.mcap"), "--divergence");
    expect(exact.code).toBe(1);
    expect(readdirSync(folder).filter((name) => name.startsWith("none"))).toEqual([]);
  });

  test.each([
    [["--predicate", "vgpu1.rcs0.RING_TIAL > 0"], /RING_TAIL.*\n.*\n {2}\^/],
    [["--predicate", "vgpu1.rcs0.RING_TAIL > 'a'"], /> takes numbers, not text/],
    [["--predicate", ""], /the expression is empty/],
    [["--predicate", "1 2"], /more than one expression/],
    [["--predicate", "vgpu1.rcs0.RING_TAIL >"], /\^/],
    [["--predicate", "1", "--divergence"], /--predicate or --divergence/],
    [[], /--predicate or --divergence/],
    [["--predicate", "1", "--good", "x"], /--good belongs to --divergence/],
    [["--predicate", "1", "--level", "guest"], /--level guest belongs to --divergence/],
    [["--divergence", "--test", at("refused.mcap")], /need two files/],
    [["--divergence", "--test", "/nonexistent/case.ts"], /no such folder/],
    [["--divergence", "--model", "nowhere"], /nowhere: no built gvt is there; .*no such revision/],
    [["--divergence", "--good", "/nonexistent"], /no built gvt/],
  ])("refuses %j", async (args, message) => {
    const { code, stderr } = await gvt("minimise", at("small.mcap"), "-o", at("refused.mcap"), ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(existsSync(at("refused.mcap"))).toBe(false);
  });

  test("overwrites nothing", async () => {
    const { code, stderr } = await gvt("minimise", at("small.mcap"), "-o", at("small.mcap"), "--divergence");
    expect(code).toBe(2);
    expect(stderr).toContain("exists already");
  });
});
