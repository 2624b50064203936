import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { loadTools } from "../../src/node/codecs.ts";
import { indexed, recordWalk } from "../replay/walk.ts";
import { GVT, gvt, jsonOf, ROOT, run, temporaryFolder } from "./gvt.ts";
import { alterReply, replies, sampleRecording } from "./sample.ts";

const folder = temporaryFolder();
const long = join(folder, "long.mcap");
const short = join(folder, "short.mcap");
const diverging = join(folder, "diverging.mcap");
const GOLDEN = "recordings/linux-6.1-boot.mcap";
const LONG = "recordings/linux-6.1-gem.mcap";

beforeAll(async () => {
  const walk = indexed(await recordWalk(await loadTools(), { rounds: 200 }), 1);
  writeFileSync(long, walk.bytes);
  const bytes = await sampleRecording();
  writeFileSync(short, bytes);
  const [seq] = await replies(bytes);
  writeFileSync(diverging, (await alterReply(bytes, seq, 0)).bytes);
}, 120_000);

test.each([1, 2, 3])("--jobs %i: the same answer, and how many threads gave it", async (jobs) => {
  const one = jsonOf(await gvt("verify", long, "--json"));
  expect(one).toMatchObject({ exact: true, jobs: 1 });
  const outcome = await gvt("verify", long, "--json", "--jobs", String(jobs));
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  expect(jsonOf(outcome)).toEqual({ ...one, jobs });
  const { code, stdout } = await gvt("verify", diverging, "--jobs", String(jobs));
  expect(code).toBe(1);
  expect(stdout).toBe((await gvt("verify", diverging)).stdout);
});

test("no more threads than can have a part each", async () => {
  const { code, stdout } = await gvt("verify", LONG, "--json", "--jobs", "64");
  expect(code).toBe(0);
  const { exact, blocks, jobs } = JSON.parse(stdout);
  expect(exact).toBe(true);
  expect(blocks).toBeGreaterThan(1);
  expect(jobs).toBe(blocks);
});

test("several files: each is told by itself, in order, and one that is bad keeps nobody from the others", async () => {
  const absent = join(folder, "absent.mcap");
  const files = [short, diverging, absent, GOLDEN];
  const outcome = await gvt("verify", ...files, "--jobs", "2", "--json");
  expect(outcome.code).toBe(1);
  expect(outcome.stderr).toMatch(/^gvt: \S+absent\.mcap: at byte 0: cannot be opened: ENOENT.*\n$/);
  const told = outcome.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { file: string; exact: boolean });
  expect(told.map(({ file, exact }) => [file, exact])).toEqual([
    [short, true],
    [diverging, false],
    [GOLDEN, true],
  ]);
  const text = await gvt("verify", short, GOLDEN, "--jobs", "2");
  expect(text.code).toBe(0);
  expect(text.stdout).toMatch(
    new RegExp(`^${short}\ncompared: [^]*\n\n${GOLDEN}\ncompared: [^]*0 divergences\n$`),
  );
  expect((await gvt("verify", short, absent)).code).toBe(3);
  const guest = await gvt("verify", short, GOLDEN, "--level", "guest");
  expect(guest.stdout.match(/^the guest agrees/gm)).toHaveLength(2);
});

test("a worker that dies: exit 4, in one line", async () => {
  const dying = join(folder, "dying.mjs");
  writeFileSync(
    dying,
    'import { isMainThread } from "node:worker_threads"; if (!isMainThread) process.exit(9);',
  );
  const outcome = await run(process.execPath, ["--import", dying, GVT, "verify", long, "--jobs", "2"]);
  expect(outcome).toMatchObject({ code: 4, stdout: "" });
  expect(outcome.stderr).toMatch(
    /^gvt: \S+long\.mcap: a worker that verified it died: [^\n]+; try --jobs 1\n$/,
  );
});

test("Ctrl-C ends it at once, with all its threads", async () => {
  const slow = join(folder, "slow.mjs");
  // Every answer of a thread comes late: there is time for the signal.
  writeFileSync(
    slow,
    'import { isMainThread } from "node:worker_threads";' +
      "if (!isMainThread) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);",
  );
  const child = spawn(process.execPath, ["--import", slow, GVT, "verify", long, "--jobs", "2"], {
    cwd: ROOT,
  });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(child.exitCode).toBeNull();
  const from = performance.now();
  child.kill("SIGINT");
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  expect([code, signal]).toEqual([null, "SIGINT"]);
  expect(performance.now() - from).toBeLessThan(5000);
});

test("--jobs 0 is wrong usage", async () => {
  const outcome = await gvt("verify", short, "--jobs", "0");
  expect(outcome).toMatchObject({ code: 2, stdout: "", stderr: "gvt: --jobs 0: at least 1 is needed\n" });
});
