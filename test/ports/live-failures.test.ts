import * as fs from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import { Rows } from "../../src/events/rows.ts";
import { loadTools } from "../../src/node/codecs.ts";
import { FileSource } from "../../src/node/files.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { openRecording } from "../../src/replay/recording/recording.ts";
import { verify } from "../../src/replay/verify/verify.ts";
import { ServeChild } from "./live-server.ts";
import { BAR0, type MultiWrite, type VfioUserClient } from "./vfio-user-client.ts";
import { temporaryFolder, until } from "./vfio-user-world.ts";

/**
 * The recorder or the machine fails under a guest: one line, the prefix kept, exit code 4. Where only the
 * recording ends, the guest goes on.
 */

const SCRATCH = 0x4f100;
const tools = await loadTools();

interface Part {
  readonly exact: boolean;
  readonly rows: number;
  readonly at: number | null;
}

/** What is left of the recording, packed or not: it must open, and be no wrong data. */
function partOf(server: ServeChild): Part {
  const left = [server.recording, `${server.recording}.part`].filter((path) => fs.existsSync(path));
  expect(left).toHaveLength(1);
  const [part] = left;
  expect(fs.statSync(part).mode & 0o777).toBe(0o600);
  const store = new PageStore(tools.hashPage);
  const recording = openRecording(new FileSource(part), tools, store);
  recording.checkWhole(new Rows());
  const { divergence, rows, blocks } = verify(recording, store);
  return { exact: divergence === null && blocks === recording.blockCount, rows, at: divergence?.seq ?? null };
}

/** It ended as a failure of the world does: one line that names the cause and where the recording is. */
async function expectFailed(server: ServeChild, cause: RegExp): Promise<void> {
  const { code, errors } = await server.ended;
  expect(errors.split("\n"), errors).toHaveLength(1);
  expect(errors).toMatch(/^gvt: /);
  expect(errors).toMatch(cause);
  const packed = fs.existsSync(server.recording);
  const place = packed ? `is ${server.recording}` : `is ${server.recording}.part: finish it by gvt pack`;
  expect(errors).toContain(`; the recording up to then ${place}`);
  expect(code).toBe(4);
  expect(fs.existsSync(server.socket)).toBe(false);
}

/** Write and read until the server is gone. Returns how often. */
async function load(client: VfioUserClient, writes: number): Promise<number> {
  const burst: MultiWrite[] = Array.from({ length: writes }, (_, n) => {
    return { region: BAR0, at: SCRATCH, size: 4, value: BigInt(Math.imul(n, 0x9e3779b1) >>> 0) };
  });
  let rounds = 0;
  try {
    for (; ; rounds++) {
      for (let n = 0; n < 8; n++) client.writeMulti(burst);
      await client.read(BAR0, SCRATCH);
    }
  } catch {
    return rounds;
  }
}

async function started(options: ConstructorParameters<typeof ServeChild>[0] = {}): Promise<ServeChild> {
  const server = new ServeChild(options);
  expect(await server.listens()).toBe(true);
  return server;
}

/** The guest goes on for a while behind the end of its recording, and leaves. */
async function expectUnrecorded(server: ServeChild, client: VfioUserClient, cause: RegExp): Promise<void> {
  await until(() => server.events.some(({ type }) => type === "recording.ended"), "the end of the recording");
  for (let n = 1; n <= 200; n++) {
    client.write(BAR0, SCRATCH, n);
    expect(await client.read(BAR0, SCRATCH)).toBe(BigInt(n));
  }
  await client.close();
  await until(() => server.events.at(-1)?.type === "detached", "the guest to leave");
  const ends = server.events.filter(({ type }) => type === "recording.ended");
  expect(ends).toHaveLength(1);
  expect(ends[0].reason).toMatch(cause);
  expect(ends[0].part).toBe(`${server.recording}.part`);
  server.signal("SIGTERM");
  await expectFailed(server, cause);
  expect(partOf(server)).toMatchObject({ exact: true });
}

const STOP = ["--stop-with-recording"];
const FULL_DISK = { shell: "trap '' XFSZ; ulimit -f 48;" };

test("a disk that is full, where the machine ends with its recording", async () => {
  const server = await started({ ...FULL_DISK, arguments: STOP });
  expect(await load(await server.connect(), 200)).toBeGreaterThan(0);
  await expectFailed(server, /the recording cannot be written: EFBIG/);
  expect(partOf(server)).toMatchObject({ exact: true });
});

test("a disk that is full: the guest goes on", async () => {
  const server = await started(FULL_DISK);
  const client = await server.connect();
  void load(client, 200);
  await expectUnrecorded(server, client, /the recording cannot be written: EFBIG/);
});

/** The worker is gone at a signal. */
const DEAD_WORKER = `
  import { FileRecorder } from "DIST/node/recorder.js";
  import { isMainThread } from "node:worker_threads";
  const { sealDue } = FileRecorder.prototype;
  let die = false;
  if (isMainThread) process.on("SIGUSR2", () => { die = true; });
  FileRecorder.prototype.sealDue = function (now) {
    if (die) void this.worker.terminate();
    die = false;
    return sealDue.call(this, now);
  };
`;

test("a recorder's worker that dies", async () => {
  const server = await started({ preload: DEAD_WORKER });
  const client = await server.connect();
  await client.read(BAR0, SCRATCH);
  server.signal("SIGUSR2");
  await expectUnrecorded(server, client, /the recorder's worker ended/);
  expect(fs.existsSync(server.recording)).toBe(true);
});

/** Nothing is taken after the first blocks, without an error. */
const STUCK_DISK = `
  import fs from "node:fs";
  import { syncBuiltinESMExports } from "node:module";
  import { isMainThread } from "node:worker_threads";
  const { writeSync } = fs;
  let writes = 0;
  fs.writeSync = (...args) => {
    if (!isMainThread && ++writes > 3) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
    return writeSync(...args);
  };
  syncBuiltinESMExports();
`;

test("a disk that takes nothing: 64 MiB wait, then a second, then the recording ends", async () => {
  const server = await started({ preload: STUCK_DISK, arguments: STOP });
  const client = await server.connect();
  const rounds = await load(client, 200);
  expect(rounds).toBeGreaterThan(10);
  await expectFailed(server, /the disk did not take \d+ MiB of the recording within 1000 ms/);
  expect(partOf(server).exact).toBe(true);
});

/** A reducer of ours that breaks its promise, at a write of 0xbad to the register. */
const POISON = `
  import { K } from "DIST/events/kinds.js";
  import { Machine } from "DIST/reducers/machine.js";
  const { apply } = Machine.prototype;
  Machine.prototype.apply = function (rows, i) {
    if (rows.kind[i] === K["mmio.written"] && rows.lo[i] === 0xbad) this.core.words = null;
    apply.call(this, rows, i);
  };
`;

test("a machine that throws: its last input is in the part", async () => {
  const server = await started({ preload: POISON, arguments: ["--guests", "2"] });
  const client = await server.connect();
  client.write(BAR0, SCRATCH, 0x600d);
  expect(await client.read(BAR0, SCRATCH)).toBe(0x600dn);
  client.write(BAR0, SCRATCH, 0xbad);
  await expect(client.read(BAR0, SCRATCH)).rejects.toThrow(/closed/);
  await expectFailed(server, /vGPU 1: the machine stopped: /);
  const store = new PageStore(tools.hashPage);
  const recording = openRecording(new FileSource(`${server.recording}.part`), tools, store);
  const rows = new Rows();
  recording.readBlock(recording.blockCount - 1, rows);
  expect(rows.lo[rows.count - 1]).toBe(0xbad);
  expect(partOf(server).exact).toBe(true);
});

test("names that are taken, and modes", async () => {
  const folder = temporaryFolder();
  const first = await started({ folder });
  expect(fs.statSync(first.socket).mode & 0o777).toBe(0o600);
  expect(fs.statSync(`${first.recording}.part`).mode & 0o777).toBe(0o600);
  const same = new ServeChild({ folder });
  expect(await same.listens()).toBe(false);
  expect(await same.ended).toMatchObject({
    code: 2,
    errors: expect.stringMatching(/exists already; finish it by: gvt pack/),
  });

  const client = await first.connect();
  const elsewhere = new ServeChild({ arguments: ["--socket", first.socket] });
  expect(await elsewhere.listens()).toBe(false);
  expect((await elsewhere.ended).errors).toMatch(/another server listens on it/);
  expect(fs.readdirSync(elsewhere.folder)).toEqual([]);
  // The one that was there has not noticed.
  expect(await client.read(BAR0, SCRATCH)).toBe(0n);

  first.signal("SIGKILL");
  await first.ended;
  expect(fs.statSync(first.socket).isSocket()).toBe(true);
  fs.renameSync(`${first.recording}.part`, path.join(folder, "old.mcap.part"));
  const again = await started({ folder });
  await (await again.connect()).close();
  again.signal("SIGTERM");
  expect((await again.ended).code).toBe(0);
  expect(fs.statSync(again.recording).mode & 0o777).toBe(0o600);
  const third = new ServeChild({ folder });
  expect(await third.listens()).toBe(false);
  expect(await third.ended).toMatchObject({
    code: 2,
    errors: expect.stringMatching(/exists already; name another/),
  });
  await until(() => !fs.existsSync(again.socket), "the socket to go");
});
