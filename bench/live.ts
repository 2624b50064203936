import * as fs from "node:fs";
import { partOf } from "../src/node/packing.ts";
import { createRecorder } from "../src/node/recorder.ts";
import { Machine } from "../src/reducers/machine.ts";
import { PageStore } from "../src/reducers/pages.ts";
import { Live } from "../src/replay/live/live.ts";
import type { Recorder } from "../src/replay/recording/recorder.ts";
import type { Tools } from "../src/replay/recording/tools.ts";
import { type Figure, printed, short } from "./figure.ts";
import { temporary } from "./files.ts";
import { median } from "./measure.ts";
import { Reliving } from "./relive.ts";
import type { Trace } from "./trace.ts";
import { evenConfiguration, metaFor, NullRecorder, Studio } from "./world.ts";

const SUBMISSIONS = 2000;

/** A machine that lives, with and without a recording; empty submissions. */
export async function liveFigures(boot: Trace | null, tools: Tools, rounds: number): Promise<Figure[]> {
  const figures = boot === null ? [] : [await recordedBoot(boot, tools, rounds)];
  const micros = submissionTime(tools, rounds);
  figures.push(
    printed("an empty submission, in process", micros, "us", `${short(1e6 / micros)} a second, recorded`),
  );
  return figures;
}

/**
 * The boot's inputs through a live engine with a real recorder and with none. The difference is what
 * recording adds to the wall time that the boot took, which the recording itself tells.
 */
async function recordedBoot(boot: Trace, tools: Tools, rounds: number): Promise<Figure> {
  const recorded: number[] = [];
  const plain: number[] = [];
  let wall = 0;
  for (let round = -1; round < rounds; round++) {
    const store = new PageStore(tools.hashPage);
    const path = temporary(`boot-${round}.mcap`);
    const meta = metaFor(boot.setting.configuration);
    const recorder = await createRecorder(path, meta, tools, store, "zstd");
    const withIt = await liveAgain(boot, store, recorder);
    await recorder.close([]);
    fs.rmSync(path, { force: true });
    fs.rmSync(partOf(path), { force: true });
    const without = await liveAgain(boot, new PageStore(tools.hashPage), new NullRecorder());
    wall = without.wall;
    if (round < 0) continue;
    recorded.push(withIt.spent);
    plain.push(without.spent);
  }
  const added = median(recorded) - median(plain);
  const model = `${short(median(recorded))} / ${short(median(plain))} ms`;
  const detail = `the model: ${model} of ${short(wall / 1000)} s, with and without`;
  return printed("recording's share of the boot's time", (added / wall) * 100, "%", detail);
}

/** Milliseconds that the live engine took, and that the clock of the recording says. */
async function liveAgain(
  boot: Trace,
  store: PageStore,
  recorder: Recorder,
): Promise<{ spent: number; wall: number }> {
  const machine = new Machine({ ...boot.setting, store });
  const guest = new Reliving(
    boot.store,
    boot.blocks.map((block) => block.rows),
  );
  const live = new Live(machine, store, recorder, guest, () => guest.now);
  let spent = 0;
  for (const { rows } of boot.blocks) {
    for (let from = 0; from < rows.count; from += 4096) {
      const start = performance.now();
      guest.run(live, rows, from, Math.min(from + 4096, rows.count));
      live.run(false, 0);
      spent += performance.now() - start;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return { spent, wall: guest.now / 1000 };
}

/**
 * Microseconds of one submission with nothing but two NOOPs in it, from the tail's write to the context's
 * end.
 */
function submissionTime(tools: Tools, rounds: number): number {
  const samples: number[] = [];
  const studio = new Studio(tools, evenConfiguration(1));
  const guest = studio.guest();
  const context = guest.createContext("rcs0");
  for (let round = -1; round < rounds; round++) {
    const start = performance.now();
    for (let i = 0; i < SUBMISSIONS; i++) guest.complete(context, (ring) => ring.noop(2));
    if (round >= 0) samples.push(((performance.now() - start) * 1000) / SUBMISSIONS);
  }
  return median(samples);
}
