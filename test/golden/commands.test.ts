import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { Rows } from "../../src/events/rows.ts";
import { commandRow } from "../../src/hw/compile-commands.ts";
import { openRecording } from "../../src/node/open.ts";
import type { Core } from "../../src/reducers/core.ts";
import type { execute } from "../../src/reducers/device/actions.ts";
import { machineOf } from "../../src/replay/engine/run.ts";
import { unnamedBits } from "../hw/named-bits.ts";

/** Every command that an engine of a golden executes, as its dwords. */
const seen = vi.hoisted(() => ({ look: (_core: unknown, _e: number, _dwords: Uint32Array): void => {} }));

vi.mock("../../src/reducers/device/actions.ts", async (original) => {
  const real = await original<{ execute: typeof execute }>();
  const watched: typeof execute = (core, e, engine, what, c, length) => {
    seen.look(core, e, c.subarray(0, length));
    return real.execute(core, e, engine, what, c, length);
  };
  return { ...real, execute: watched };
});

const FOLDER = fileURLToPath(new URL("../../recordings/", import.meta.url));
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith(".mcap"));

test.each(NAMES)("%s: every bit of the commands that it executes has a name", async (name) => {
  const { recording, store } = await openRecording(FOLDER + name);
  const machine = machineOf(recording, store);
  const unnamed = new Set<string>();
  const distinct = new Set<string>();
  seen.look = (core, e, dwords) => {
    const key = `${e} ${dwords}`;
    if (distinct.has(key)) return;
    distinct.add(key);
    const index = (core as Core).setting.commands[e];
    const row = index.rows[commandRow(index, dwords[0])];
    if (row === undefined) throw new Error(`executed without a row: ${dwords[0].toString(16)}`);
    for (const bits of unnamedBits(row, dwords)) unnamed.add(bits);
  };
  const rows = new Rows(1 << 15);
  for (let block = 0; block < recording.blockCount; block++) {
    recording.readBlock(block, rows);
    machine.batch(rows, 0, rows.count);
  }
  expect([...unnamed]).toEqual([]);
  expect(distinct.size).toBeGreaterThan(30);
});
