import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isInput } from "../../src/events/kinds.ts";
import { Rows } from "../../src/events/rows.ts";
import { loadTools } from "../../src/node/codecs.ts";
import type { Machine } from "../../src/reducers/machine.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { reduceState } from "../../src/reducers/step.ts";
import { machineOf } from "../../src/replay/engine/run.ts";
import { openRecording, type Recording } from "../../src/replay/recording/recording.ts";
import { MemorySource } from "../../src/replay/recording/tools.ts";
import { byName } from "../reducers/device/rig.ts";
import { undisciplined } from "./discipline.ts";

/** The laws hold for real guests as for generated ones: every recording that is here takes part. */

const FOLDER = join(import.meta.dirname, "../../recordings");
const FILES = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith(".mcap")) : [];
/** Rows of which every one is a State in pure mode, at the start and again in the middle. */
const PURE_ROWS = 4000;

async function open(name: string): Promise<{ recording: Recording; store: PageStore }> {
  const tools = await loadTools();
  const store = new PageStore(tools.hashPage);
  const source = new MemorySource(readFileSync(join(FOLDER, name)), name);
  return { recording: openRecording(source, tools, store), store };
}

/** Reduce every input among the rows, hot and one by one. */
function applyAll(machine: Machine, rows: Rows): void {
  for (let i = 0; i < rows.count; i++) if (isInput(rows.kind[i])) machine.apply(rows, i);
}

describe.skipIf(FILES.length === 0).each(FILES.length === 0 ? ["no recording"] : FILES)("%s", (name) => {
  test("hot equals batch, block by block", async () => {
    const { recording, store } = await open(name);
    const hot = machineOf(recording, store);
    const batch = machineOf(recording, store);
    const rows = new Rows(1 << 15);
    for (let block = 0; block < recording.blockCount; block++) {
      recording.readBlock(block, rows);
      expect(batch.batch(rows, 0, rows.count)).toBe(rows.count);
      applyAll(hot, rows);
      expect(byName(hot.digests())).toEqual(byName(batch.digests()));
      expect(undisciplined(hot.core.trees)).toBe(null);
    }
  });

  test("pure equals hot", async () => {
    const { recording, store } = await open(name);
    const hot = machineOf(recording, store);
    const pure = machineOf(recording, store, true);
    const rows = new Rows(1 << 15);
    let state = pure.snapshot();
    for (let block = 0, done = 0; block < recording.blockCount && done < PURE_ROWS; block++) {
      recording.readBlock(block, rows);
      for (let i = 0; i < rows.count && done < PURE_ROWS; i++, done++) {
        if (!isInput(rows.kind[i])) continue;
        hot.apply(rows, i);
        state = reduceState(pure, state, rows, i).state;
      }
      expect(byName(pure.digests())).toEqual(byName(hot.digests()));
    }
  });
});
