import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadTools } from "../../src/node/codecs.ts";
import type * as LiveMachineModule from "../../src/node/live-machine.ts";
import { openRecording } from "../../src/node/open.ts";
import { packFile } from "../../src/node/packing.ts";
import type { SavedWindow } from "../../src/node/recorder-messages.ts";
import { marksOf } from "../../src/replay/rerun/marks.ts";
import { verify } from "../../src/replay/verify/verify.ts";

const dist = new URL("../../dist", import.meta.url).href;
// Workers load from dist: Node 20 cannot run TypeScript.
const { startMachine } = (await import(`${dist}/node/live-machine.js`)) as typeof LiveMachineModule;
const folder = mkdtempSync(join(tmpdir(), "gvt-keeper-"));
afterAll(() => rmSync(folder, { recursive: true }));

const HANDS = { fetch: () => 14, write: () => 0, inject: () => {}, displayReady: () => {}, noted: () => {} };
const SCRATCH = 0x4_f100;

async function keep(
  name: string,
  saveWhen: string | null = null,
): Promise<{ machine: LiveMachineModule.LiveMachine; saved: SavedWindow[] }> {
  const saved: SavedWindow[] = [];
  const keeping = {
    limits: { microseconds: 100_000, bytes: 64 << 20 },
    saveWhen,
    onSaving: (saving: object) => {
      if ("saved" in saving) saved.push(saving.saved as SavedWindow);
    },
  };
  const machine = await startMachine({}, join(folder, name), HANDS, keeping);
  return { machine, saved };
}

/** Accesses for so many milliseconds. */
async function work({ live }: LiveMachineModule.LiveMachine, milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  for (let n = 0; performance.now() < end; n++) {
    live.write("mmio", 1, SCRATCH, 4, n, 0);
    live.sealIfDue();
    if (n % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

test("a machine that fails of its own accord leaves its window, up to the input that it failed at", async () => {
  const { machine, saved } = await keep("poisoned.mcap");
  await work(machine, 400);
  const { core } = (machine.live as unknown as { machine: { core: { registers: { idOf: unknown } } } })
    .machine;
  const { idOf } = core.registers;
  Object.defineProperty(core.registers, "idOf", {
    get: () => {
      throw new Error("planted");
    },
  });
  expect(() => machine.live.write("mmio", 1, SCRATCH, 4, 0xbad, 0)).toThrow("planted");
  Object.defineProperty(core.registers, "idOf", { value: idOf });
  await machine.abandon();
  expect(saved).toHaveLength(1);
  const [{ path, first, last, cause }] = saved;
  expect(cause).toBe("end");
  expect(machine.recorder.kept).toBe(`the window up to then is ${path}`);
  expect(first).toBeGreaterThan(0);
  const { recording, store, close } = await openRecording(path);
  expect(verify(recording, store)).toMatchObject({ exact: true, rows: last + 1 - first });
  close();
});

test("saved, and saved again, then closed: three files, none of them replaced, and no part left", async () => {
  const { machine, saved } = await keep("thrice.mcap");
  await work(machine, 300);
  machine.save();
  machine.save();
  await work(machine, 300);
  const { path } = await machine.close();
  expect(saved.map((window) => window.path)).toEqual(
    [1, 2, 3].map((n) => join(folder, `thrice-00${n}.mcap`)),
  );
  expect(path).toBe(saved[2].path);
  expect(readdirSync(folder).filter((name) => name.startsWith("thrice"))).toHaveLength(3);
  expect(existsSync(`${path}.part`)).toBe(false);
});

test("a folder that is not there is told before anything runs", async () => {
  await expect(keep("no/where.mcap")).rejects.toThrow(/no: ENOENT/);
});

test("a place whose folder is a file is told before anything runs", async () => {
  writeFileSync(join(folder, "file"), "");
  await expect(keep("file/x.mcap")).rejects.toThrow(/file: ENOTDIR/);
});

test("a machine whose last window is lost does not pass an earlier one off as it", async () => {
  mkdirSync(join(folder, "gone"));
  const { machine, saved } = await keep("gone/x.mcap");
  await work(machine, 100);
  machine.save();
  while (saved.length === 0) await work(machine, 10);
  rmSync(join(folder, "gone"), { recursive: true });
  await machine.abandon();
  expect(saved).toHaveLength(1);
  expect(machine.recorder.kept).toBe(
    `its last window could not be saved; an earlier one, up to row ${saved[0].last}, is ${saved[0].path}`,
  );
});

test("a window that a long predicate saves is whole, and marked", async () => {
  const saveWhen = `${"now < 0 || ".repeat(400)}now > 20000`;
  const { machine, saved } = await keep("long.mcap", saveWhen);
  while (saved.length === 0) await work(machine, 20);
  expect(saved[0].cause).toBe("predicate");
  const { recording, close } = await openRecording(saved[0].path);
  const [mark] = marksOf(recording);
  expect(mark.seq).toBe(saved[0].at);
  expect(mark.text).toMatch(/^save when now < 0 \|\| now/);
  close();
  await machine.close();
}, 20_000);

test("a part that cannot be marked stays a part", async () => {
  const path = join(folder, "unmarked.mcap");
  const machine = await startMachine({}, path, HANDS);
  await work(machine, 50);
  await machine.abandon();
  const tools = await loadTools();
  expect(() => packFile(path, tools, "zstd", [{ seq: 1e9, text: "no row" }])).toThrow(/no row 1000000000/);
  expect(readdirSync(folder).filter((name) => name.startsWith("unmarked"))).toEqual(["unmarked.mcap.part"]);
});
