import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { smallRecording } from "../replay/small.ts";
import { gvt, jsonOf, temporaryFolder } from "./gvt.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const PREDICATE = "vgpu1.rcs0.RING_HWS_PGA > 0";

beforeAll(async () => {
  writeFileSync(at("small.mcap"), await smallRecording({ rounds: 3 }));
});

describe("gvt minimise", () => {
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
    [["--predicate", "vgpu1.rcs0.RING_TIAL > 0"], /RING_TAIL/],
    [["--predicate", "vgpu1.rcs0.RING_TAIL >"], /\^/],
    [["--predicate", "1", "--divergence"], /--predicate or --divergence/],
    [[], /--predicate or --divergence/],
    [["--predicate", "1", "--good", "x"], /--good belongs to --divergence/],
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
