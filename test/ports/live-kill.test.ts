import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import { K } from "../../src/events/kinds.ts";
import { Rows } from "../../src/events/rows.ts";
import { loadTools } from "../../src/node/codecs.ts";
import { FileSource } from "../../src/node/files.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { openRecording, type Recording } from "../../src/replay/recording/recording.ts";
import { verify } from "../../src/replay/verify/verify.ts";
import { DIST } from "../build.ts";
import { type ChildOptions, ServeChild } from "./live-server.ts";
import { BAR0, type VfioUserClient } from "./vfio-user-client.ts";

/** After kill -9 under load, what is on the disk must reach almost to the last reply that the guest saw. */

/** A plain register that keeps what is written: the counter by which the client knows where it was. */
const SCRATCH = 0x4f100;
/** The promise: at most so long, or two blocks, before the last reply. */
const LOST_MS = 60;
const LOST_BLOCKS = 2;

const tools = await loadTools();

/** Count up in the register as fast as the server answers; `seen[n]` is when the client saw reply n. */
async function load(client: VfioUserClient, seen: number[]): Promise<void> {
  for (let n = seen.length; !client.isClosed; n++) {
    client.write(BAR0, SCRATCH, n);
    // Other registers in between: blocks are made of more than one kind of access.
    for (let k = 0; k < 3; k++) client.write(BAR0, 0x4_4304, 0xffff_0000 + k);
    if (Number(await client.read(BAR0, SCRATCH)) !== n) throw new Error(`another value than ${n}`);
    seen.push(performance.now());
  }
}

/** The last counter whose reply is in the file, and how many inputs the largest blocks hold. */
function lastCommitted(recording: Recording): { counter: number; largest: number } {
  const rows = new Rows();
  let counter = -1;
  let largest = 0;
  for (let block = 0; block < recording.blockCount; block++) {
    recording.readBlock(block, rows);
    largest = Math.max(largest, recording.block(block).inputs);
    for (let i = 0; i < rows.count; i++) {
      if (rows.kind[i] === K["mmio.read"] && rows.at[i] === SCRATCH) counter = rows.lo[i];
    }
  }
  return { counter, largest };
}

function open(file: string): { recording: Recording; store: PageStore } {
  const store = new PageStore(tools.hashPage);
  return { recording: openRecording(new FileSource(file), tools, store), store };
}

/** Numbers that look random and are the same every time. */
function* seeded(seed: number): Generator<number, never> {
  for (let x = seed; ; ) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    yield x / 2 ** 32;
  }
}

/** How far the kill went back: in milliseconds of the client's, and in its counts. */
function expectBound(recording: Recording, seen: readonly number[]): void {
  const { counter, largest } = lastCommitted(recording);
  const last = seen.length - 1;
  // The server may have recorded one that the client did not see any more.
  const lost = last - Math.min(counter, last);
  const milliseconds = lost === 0 ? 0 : seen[last] - seen[Math.max(counter, 0)];
  const inputs = lost * 5;
  const isWithin = milliseconds <= LOST_MS || inputs <= LOST_BLOCKS * largest;
  expect(isWithin, `${milliseconds.toFixed(1)} ms, ${inputs} inputs; largest block ${largest}`).toBe(true);
}

/** A disk that takes its time: what is written must reach the file all the same. */
const SLOW_DISK = `
  import fs from "node:fs";
  import { syncBuiltinESMExports } from "node:module";
  const { fdatasync } = fs;
  fs.fdatasync = (fd, done) => setTimeout(() => fdatasync(fd, done), 400);
  syncBuiltinESMExports();
`;

async function killUnderLoad(after: number, options: ChildOptions): Promise<void> {
  const server = new ServeChild(options);
  expect(await server.listens()).toBe(true);
  const client = await server.connect();
  const seen: number[] = [];
  const loading = load(client, seen).catch((error: Error) => error.message);
  while (seen.length < after) await new Promise((resolve) => setImmediate(resolve));
  server.signal("SIGKILL");
  expect(await loading).toMatch(/closed/);
  const part = `${server.recording}.part`;
  const { recording, store } = open(part);
  const found = verify(recording, store);
  expect(found.divergence).toBeNull();
  expect(found.blocks).toBe(recording.blockCount);
  expectBound(recording, seen);
  execFileSync(process.execPath, [path.join(DIST, "cli/main.js"), "pack", server.recording]);
  expect(fs.existsSync(part)).toBe(false);
  const packed = open(server.recording);
  expect(verify(packed.recording, packed.store)).toMatchObject({ exact: true, rows: found.rows });
}

const random = seeded(7);

for (let round = 1; round <= 4; round++) {
  const after = Math.floor(300 + random.next().value * 4000);
  const slow = round === 4;
  test(`kill -9 under load, after ${after} replies${slow ? ", on a slow disk" : ""}`, async () => {
    await killUnderLoad(after, slow ? { preload: SLOW_DISK } : {});
  });
}

test("a guest that falls silent has its last accesses on the disk soon, without another one", async () => {
  const server = new ServeChild();
  expect(await server.listens()).toBe(true);
  const client = await server.connect();
  client.write(BAR0, SCRATCH, 0xabcd);
  expect(await client.read(BAR0, SCRATCH)).toBe(0xabcdn);
  const end = performance.now() + 20_000;
  let counter = -1;
  while (counter !== 0xabcd && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    counter = lastCommitted(open(`${server.recording}.part`).recording).counter;
  }
  expect(counter).toBe(0xabcd);
});
