import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { openRecording } from "../src/node/open.ts";
import { VerifyPool } from "../src/node/verify-pool.ts";
import type { OpenedRecording } from "../src/replay/engine/opened.ts";
import type { Tools } from "../src/replay/recording/tools.ts";
import { type Verification, verify } from "../src/replay/verify/verify.ts";
import { atLeast, type Figure } from "./figure.ts";
import { median } from "./measure.ts";
import { simRecording } from "./sim-recording.ts";

const MILLION = 1_000_000;
const JOBS = 2;
const WARM_UPS = 2;
const ROUNDS = 5;

/**
 * Verification by two threads against the same by one, in turns; on 10 M events with code that both ways have
 * run before, and in fresh processes; on 100 M in fresh processes, unless `quick`.
 */
export async function verifyFigures(
  tools: Tools,
  quick: boolean,
  say: (line: string) => void,
): Promise<Figure[]> {
  const path = await simRecording(tools, 10 * MILLION, say);
  const figures = [
    figure("10 M events", await warm(path)),
    figure("10 M events, fresh processes", fresh(path, ROUNDS)),
  ];
  if (quick) return figures;
  const long = await simRecording(tools, 100 * MILLION, say);
  return [...figures, figure("100 M events, fresh processes", fresh(long, 1))];
}

/** Milliseconds of each round, by one thread and by two. */
type Samples = readonly [one: number[], both: number[]];

function figure(name: string, [one, both]: Samples): Figure {
  const [a, b] = [median(one), median(both)];
  const detail = `${Math.round(a)} ms by one, ${Math.round(b)} ms by ${JOBS}`;
  return atLeast(`verify over both cores / over one, ${name}`, a / b, "x", 1.6, 1.9, detail);
}

async function warm(path: string): Promise<Samples> {
  const samples: Samples = [[], []];
  const pool = new VerifyPool(JOBS);
  try {
    for (let round = -WARM_UPS; round < ROUNDS; round++) {
      const one = await timed(path, async ({ recording, store }) => verify(recording, store));
      const both = await timed(path, (opened) => pool.verify(opened, { jobs: JOBS }));
      if (round < 0) continue;
      samples[0].push(one);
      samples[1].push(both);
    }
  } finally {
    await pool.close();
  }
  return samples;
}

async function timed(path: string, act: (opened: OpenedRecording) => Promise<Verification>): Promise<number> {
  const opened = await openRecording(path);
  const from = performance.now();
  const { exact } = await act(opened);
  const took = performance.now() - from;
  opened.close();
  if (!exact) throw new Error(`${path} is not exact`);
  return took;
}

/** The whole of the command, from its start to its end. */
function fresh(path: string, rounds: number): Samples {
  const command = fileURLToPath(new URL("../../dist/bin/gvt.js", import.meta.url));
  const samples: Samples = [[], []];
  for (let round = 0; round < rounds; round++) {
    for (const [s, jobs] of [1, JOBS].entries()) {
      const from = performance.now();
      const args = [command, "verify", path, "--jobs", String(jobs)];
      const { status } = spawnSync(process.execPath, args, { stdio: "ignore" });
      samples[s].push(performance.now() - from);
      if (status !== 0) throw new Error(`gvt verify ${path} --jobs ${jobs}: exit ${status}`);
    }
  }
  return samples;
}
