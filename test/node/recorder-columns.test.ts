import { mkdtempSync, rmSync } from "node:fs";
import { getPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { K } from "../../src/events/kinds.ts";
import { loadTools } from "../../src/node/codecs.ts";
import type * as RecorderModule from "../../src/node/recorder.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { digestsAt, META } from "../replay/samples.ts";

const tools = await loadTools();
// Workers load from dist: Node 20 cannot run TypeScript.
const dist = new URL("../../dist", import.meta.url).href;
const { createRecorder } = (await import(`${dist}/node/recorder.js`)) as typeof RecorderModule;
const folder = mkdtempSync(join(tmpdir(), "gvt-columns-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a seal costs the live thread is counted here, because it cannot be timed on a busy host. */
test("a sealed block crosses to the worker as one piece of memory, and comes back to be used again", async () => {
  const recorder = await createRecorder(join(folder, "x.mcap"), META, tools, new PageStore(tools.hashPage));
  const inner = recorder as unknown as { post(message: unknown, moved: readonly ArrayBuffer[]): void };
  const post = inner.post.bind(recorder);
  const pieces: number[] = [];
  inner.post = (message, moved) => {
    if ((message as { type: string }).type === "block") pieces.push(moved.length);
    post(message, moved);
  };
  const used = new Set<ArrayBufferLike>();
  const { rows } = recorder;
  for (let block = 0; block < 12; block++) {
    used.add(rows.kind.buffer);
    for (let n = 0; n < 100; n++) rows.lo[rows.add(K["mmio.written"])] = n;
    recorder.seal(digestsAt(rows.firstSeq + rows.count));
    while (recorder.stats.waitingBytes > 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  expect(pieces).toEqual(Array(12).fill(1));
  // A buffer that moved is another object when it is back, of the same memory: none was made anew.
  expect([...used].every((buffer) => buffer.byteLength === 0)).toBe(true);
  const spares = (recorder as unknown as { spares: unknown[] }).spares.length;
  expect(spares).toBe(4);
  expect((await recorder.close(digestsAt(1200))).blocks).toBe(1);
});

test.runIf(process.platform === "linux")("the live thread keeps its priority", async () => {
  const before = getPriority();
  const recorder = await createRecorder(join(folder, "y.mcap"), META, tools, new PageStore(tools.hashPage));
  expect(getPriority()).toBe(before);
  await recorder.abandon();
});
