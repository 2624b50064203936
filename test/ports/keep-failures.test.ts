import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { LiveMachine } from "../../src/node/live-machine.ts";
import type * as ServeModule from "../../src/ports/serve.ts";

const dist = new URL("../../dist", import.meta.url).href;
// Workers load from dist: Node 20 cannot run TypeScript.
const { serve } = (await import(`${dist}/ports/serve.js`)) as typeof ServeModule;
const folder = mkdtempSync(join(tmpdir(), "gvt-keep-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SCRATCH = 0x4_f100;

test("rows that turn out not to replay while the machine ends: the window is saved before that is told", async () => {
  const events: ServeModule.ServeEvent[] = [];
  const recording = join(folder, "late.mcap");
  const server = await serve(
    { recording, vgpus: [{ socket: join(folder, "late.sock") }], keep: "1h" },
    (event) => events.push(event),
  );
  const { live, recorder } = (server as unknown as { machine: LiveMachine }).machine;
  for (let n = 0; n < 1000; n++) live.read("mmio", 1, SCRATCH, 4);
  recorder.rows.lo[recorder.rows.count - 1] ^= 1;
  const path = join(folder, "late-001.mcap");
  await expect(server.close()).rejects.toThrow(
    new RegExp(`it does not replay: row \\d+ is answered otherwise; the window up to then is ${path}$`),
  );
  expect(events.filter(({ type }) => type === "saved")).toMatchObject([{ path, cause: "end" }]);
  expect(readdirSync(folder)).toEqual(["late-001.mcap"]);
});
