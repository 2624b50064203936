import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ROOT, run, temporaryFolder } from "../cli/gvt.ts";
import { sampleRecording } from "../cli/sample.ts";

/** Each example runs as its reader runs it: by its own name, against the built package. */
const folder = temporaryFolder();
const file = join(folder, "sample.mcap");

beforeAll(async () => writeFileSync(file, await sampleRecording()));

const example = (name: string, ...args: string[]) =>
  run(process.execPath, [join(ROOT, "examples", `${name}.mjs`), ...args]);

test("open-recording", async () => {
  const { code, stdout, stderr } = await example("open-recording", file);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(
    /: 8086:5916 with 2 vGPUs?, \d+ rows, \d+ events\nrows 0 to \d+; the first took \d+ us\n$/,
  );
});

test("replay", async () => {
  const { code, stdout, stderr } = await example("replay", file);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(
    /^\d+ {2}\d+ us {2}vgpu1\.rcs0 {2}context .* RING_MI_MODE [0-9a-f]+\n\d+ .*vgpu1\.bcs0/,
  );
});

test("verify", async () => {
  const { code, stdout, stderr } = await example("verify", file);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^exact: \d+ events, \d+ outcomes and \d+ digests are equal\n$/);
});

test("create-machine", async () => {
  const { code, stdout, stderr } = await example("create-machine");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(
    /^PVINFO magic, low word: 76544776\nvgpu1\.rcs0\.RING_MI_MODE is [0-9a-f]+\nand was 0\n$/,
  );
});

test("serve", async () => {
  const child = spawn(process.execPath, [join(ROOT, "examples/serve.mjs"), folder]);
  let stdout = "";
  child.stdout.on("data", (text) => {
    if (stdout === "") child.kill("SIGINT");
    stdout += text;
  });
  expect(await new Promise((resolve) => child.once("close", resolve))).toBe(0);
  expect(stdout).toMatch(
    /^listening on .*\nclosed .*two-guests\.mcap: \d+ inputs, \d+ bytes, at most .* unsynced\n$/,
  );
});
