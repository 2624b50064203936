import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { K } from "../../src/events/kinds.ts";
import { Rows } from "../../src/events/rows.ts";
import { loadTools } from "../../src/node/codecs.ts";
import { FileSource } from "../../src/node/files.ts";
import { packFile, partOf } from "../../src/node/packing.ts";
import type * as RecorderModule from "../../src/node/recorder.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { openRecording, type Recording } from "../../src/replay/recording/recording.ts";
import { digestsAt, META } from "../replay/samples.ts";
import { childProgram } from "./recorder-child.ts";

const tools = await loadTools();
const dist = new URL("../../dist", import.meta.url).href;
// Workers load from dist: Node 20 cannot run TypeScript.
const { createRecorder } = (await import(`${dist}/node/recorder.js`)) as typeof RecorderModule;
const folder = mkdtempSync(join(tmpdir(), "gvt-recorder-"));
afterAll(() => rmSync(folder, { recursive: true }));

function open(path: string): Recording {
  const recording = openRecording(new FileSource(path), tools, new PageStore(tools.hashPage));
  recording.checkWhole(new Rows());
  return recording;
}

function fill(rows: Rows, from: number, count: number): void {
  for (let k = 0; k < count; k++) {
    const i = rows.add(K["mmio.written"]);
    rows.lo[i] = from + k;
  }
}

/** The lo words of all rows, which the tests number from 0. */
function expectNumbered(recording: Recording, atLeast: number): void {
  const rows = new Rows();
  let expected = 0;
  for (let n = 0; n < recording.blockCount; n++) {
    recording.readBlock(n, rows);
    for (let i = 0; i < rows.count; i++) {
      if (rows.kind[i] === K["mmio.written"]) expect(rows.lo[i]).toBe(expected++);
    }
  }
  expect(expected).toBeGreaterThanOrEqual(atLeast);
}

test("a live recording is sealed, synced, packed, and readable by its owner only", async () => {
  const path = join(folder, "live.mcap");
  const store = new PageStore(tools.hashPage);
  const recorder = await createRecorder(path, META, tools, store);
  expect(statSync(partOf(path)).mode & 0o777).toBe(0o600);
  const { rows } = recorder;
  for (let block = 0; block < 60; block++) {
    fill(recorder.rows, block * 1000, 1000);
    if (block % 3 === 0) recorder.seal(digestsAt(rows.firstSeq + rows.count));
    else recorder.sealIfFull(() => digestsAt(rows.firstSeq + rows.count));
    if (block % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(recorder.rows).toBe(rows);
  const { blocks, bytes, path: where } = await recorder.close(digestsAt(60_000));
  expect(where).toBe(path);
  expect(readdirSync(folder)).toEqual(["live.mcap"]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(path).size).toBe(bytes);
  const recording = open(path);
  expect(recording).toMatchObject({ closed: true, damage: null, eventCount: 60_000, blockCount: blocks });
  expect(blocks).toBe(4);
  expect(recording.trailer(blocks - 1).digests).toEqual(digestsAt(60_000));
  expectNumbered(recording, 60_000);
  expect(recorder.stats).toMatchObject({ unsyncedMs: 0, waitingBytes: 0 });
  expect(recorder.stats.largestWindowMs).toBeGreaterThan(0);
  await expect(createRecorder(path, META, tools, store)).rejects.toThrow(
    /live.mcap exists already; name another/,
  );
});

test("a part left behind is not overwritten, and packs", async () => {
  const path = join(folder, "left.mcap");
  writeFileSync(partOf(path), "not even MCAP");
  const store = new PageStore(tools.hashPage);
  await expect(createRecorder(path, META, tools, store)).rejects.toThrow(
    /left.mcap.part exists already; .*gvt pack/,
  );
  expect(() => packFile(path, tools)).toThrow(/not an MCAP file/);
  expect(readFileSync(partOf(path), "utf8")).toBe("not even MCAP");
});

test("a folder that cannot be written rejects in one line", async () => {
  const store = new PageStore(tools.hashPage);
  const path = join(folder, "no", "such", "x.mcap");
  await expect(createRecorder(path, META, tools, store)).rejects.toThrow(
    /^ENOENT: no such file or directory$/,
  );
});

test("a dead worker fails the recorder and keeps the part", async () => {
  const path = join(folder, "dead.mcap");
  const recorder = await createRecorder(path, META, tools, new PageStore(tools.hashPage));
  fill(recorder.rows, 0, 100);
  recorder.seal([]);
  while (recorder.stats.blocks === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  await (recorder as unknown as { worker: { terminate(): Promise<void> } }).worker.terminate();
  expect(recorder.failed).toMatch(/worker ended before/);
  // From now on no more than one input stays in memory, however much it holds.
  const { firstSeq } = recorder.rows;
  for (let n = 0; n < 3; n++) {
    fill(recorder.rows, 0, 40_000);
    recorder.rows.putPayload(recorder.rows.add(K["aperture.written"]), new Uint8Array(1 << 20));
    recorder.sealIfFull(() => []);
    expect(recorder.rows).toMatchObject({ count: 0, payloadUsed: 0, firstSeq: firstSeq + (n + 1) * 40_001 });
    expect(recorder.rows.payload.length).toBeLessThanOrEqual(1 << 16);
  }
  expect([recorder.full, recorder.sealDue(1e9), recorder.stats.waitingBytes]).toEqual([false, false, 0]);
  await expect(recorder.close([])).rejects.toThrow(/worker ended before/);
  expectNumbered(open(partOf(path)), 100);
});

test("somebody else's part is not packed, and nothing is left where packing fails", async () => {
  const path = join(folder, "swapped.mcap");
  const recorder = await createRecorder(path, META, tools, new PageStore(tools.hashPage));
  fill(recorder.rows, 0, 100);
  renameSync(partOf(path), `${path}.mine`);
  writeFileSync(partOf(path), "another server's");
  await expect(recorder.close([])).rejects.toThrow(/removed or replaced by somebody else/);
  expect(readFileSync(partOf(path), "utf8")).toBe("another server's");
  expectNumbered(open(`${path}.mine`), 100);
  renameSync(`${path}.mine`, partOf(path));
  mkdirSync(path);
  expect(() => packFile(path, tools)).toThrow();
  expect(readdirSync(folder).filter((name) => name.startsWith("swapped"))).toEqual([
    "swapped.mcap",
    "swapped.mcap.part",
  ]);
});

interface Report {
  readonly seq: number;
  readonly blocks: number;
  readonly failed: string | null;
}

/** Run the recording child through a shell prefix until `done`; returns its reports and exit code. */
function runChild(
  file: string,
  prefix: string,
  done: (report: Report) => boolean,
): Promise<{ reports: Report[]; code: number | null }> {
  const program = join(folder, "child.mjs");
  writeFileSync(program, childProgram(dist, file));
  const child = spawn("bash", ["-c", `${prefix} exec "${process.execPath}" "${program}"`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const reports: Report[] = [];
  let buffered = "";
  child.stdout.on("data", (data) => {
    const lines = (buffered + data).split("\n");
    buffered = lines.pop() ?? "";
    for (const line of lines) {
      reports.push(JSON.parse(line));
      if (done(reports[reports.length - 1])) child.kill("SIGKILL");
    }
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ reports, code }));
  });
}

test("after kill -9 every synced block is readable, and packs", async () => {
  for (const rows of [20_000, 200_000]) {
    const path = join(folder, `killed-${rows}.mcap`);
    const { reports } = await runChild(path, "", (report) => report.seq > rows && report.blocks > 1);
    const last = reports[reports.length - 1];
    const part = open(partOf(path));
    expect(part.closed).toBe(false);
    expect(part.damage).not.toBeNull();
    expect(part.blockCount).toBeGreaterThanOrEqual(last.blocks);
    expectNumbered(part, 1);
    const { rowCount } = part;
    const packed = packFile(path, tools);
    expect(existsSync(partOf(path))).toBe(false);
    expect(packed.bytes).toBe(statSync(path).size);
    const recording = open(path);
    expect(recording).toMatchObject({ closed: true, damage: null, rowCount });
    expectNumbered(recording, 1);
  }
}, 120_000);

test("a full disk fails the recorder in one line, and what was written stays", async () => {
  const path = join(folder, "full.mcap");
  const { reports, code } = await runChild(path, "trap '' XFSZ; ulimit -f 40;", () => false);
  expect(code).toBe(4);
  expect(reports[reports.length - 1].failed).toMatch(
    /^the recording cannot be written: EFBIG: file too large$/,
  );
  const part = open(partOf(path));
  expect(part.blockCount).toBeGreaterThan(0);
  expectNumbered(part, 1);
  const never = join(folder, "never.mcap");
  expect((await runChild(never, "trap '' XFSZ; ulimit -f 0; exec 2>&-;", () => false)).reports).toEqual([]);
  expect(existsSync(partOf(never))).toBe(false);
}, 60_000);
