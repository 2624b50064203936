import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Rows } from "../src/events/rows.ts";
import { openRecording } from "../src/node/open.ts";
import type { OpenedRecording } from "../src/replay/engine/opened.ts";
import { machineOf } from "../src/replay/engine/run.ts";
import { indexRecording } from "../src/replay/index/indexing.ts";
import type { Tools } from "../src/replay/recording/tools.ts";
import { Timeline } from "../src/replay/timeline/timeline.ts";
import { Asker } from "../src/replay/why/why.ts";
import type { ColdSeeks } from "./cold-seeks.ts";
import { atMost, type Figure } from "./figure.ts";
import { percentile, time } from "./measure.ts";
import { Random } from "./random.ts";
import { detailOf, MILLION, SEEKS, seekTimes } from "./seeks.ts";
import { simRecording } from "./sim-recording.ts";

/** Asked about: written all the time, now and then, once at the start, never. */
const PATHS = [
  "vgpu1.rcs0.RING_CONTEXT_STATUS_PTR",
  "vgpu2.gtIrq0.GEN8_GT_IIR.RCS_USER_INTERRUPT",
  "vgpu1.ggtt[300]",
  "vgpu2.tree.execlists.bcs0.owns",
  "vgpu1.gtIrq0.GEN8_GT_IER",
  "vgpu1.config.ff0",
];

/**
 * The timeline's figures on 10 M events, and on 100 M unless `quick`: recordings that are made first where
 * they are not there.
 */
export async function timelineFigures(
  tools: Tools,
  quick: boolean,
  say: (line: string) => void,
): Promise<Figure[]> {
  const short = await openRecording(await simRecording(tools, 10 * MILLION, say));
  const figures = [...warmSeeks(short, "10 M"), ...indexCost(short)];
  short.close();
  if (quick) return figures;
  const path = await simRecording(tools, 100 * MILLION, say);
  const long = await openRecording(path);
  figures.push(...coldSeeks(path), ...whyFigures(long), ...firstSeek(path));
  long.close();
  return figures;
}

function pair(
  name: string,
  samples: readonly number[],
  bars: readonly [number, number],
  aims: readonly [number, number],
  detail: string,
): Figure[] {
  return [
    atMost(`${name}, p50`, percentile(samples, 50), "ms", bars[0], aims[0], detail),
    atMost(`${name}, p99`, percentile(samples, 99), "ms", bars[1], aims[1], detail),
  ];
}

function warmSeeks({ recording, store }: OpenedRecording, name: string): Figure[] {
  const random = new Random(1);
  const timeline = new Timeline(recording, store);
  timeline.warm();
  const anywhere = (): number => random.below(recording.rowCount);
  seekTimes(timeline, SEEKS, anywhere);
  const seeks = seekTimes(timeline, SEEKS, anywhere);
  const figures = pair(`warm seek, ${name} events`, seeks, [0.5, 5], [0.15, 0.5], detailOf(timeline));
  timeline.seek(recording.rowCount >> 1);
  const back = Array.from({ length: 5000 }, () => time(() => timeline.step(-1)));
  figures.push(
    atMost("step back, p50", percentile(back, 50), "ms", 1, 0.2, `p99 ${percentile(back, 99).toFixed(3)} ms`),
  );
  return figures;
}

/** In a process of its own: what it holds is what walking takes. */
function coldSeeks(path: string): Figure[] {
  const told = tell("cold-seeks", path) as ColdSeeks;
  const { anywhere, anywhereDetail, near, nearDetail, resident } = told;
  return [
    ...pair("uniform random seek, 100 M events", anywhere, [25, 50], [12, 25], anywhereDetail),
    ...pair("seek within 1 M of the cursor, 100 M events", near, [0.5, 5], [0.15, 0.5], nearDetail),
    atMost("resident while walking 100 M events", resident / MILLION, "MB", 1000, 500, nearDetail),
  ];
}

function whyFigures({ recording, store }: OpenedRecording): Figure[] {
  const random = new Random(3);
  const asker = new Asker(new Timeline(recording, store));
  const ask = (path: string): number => {
    const at = random.below(recording.rowCount);
    return time(() => asker.why(path, at, { changed: true }));
  };
  const samples = Array.from({ length: 60 }, (_, n) => ask(PATHS[n % PATHS.length]));
  const detail = `p99 ${percentile(samples, 99).toFixed(1)} ms; from any row`;
  return [atMost("why, last writer, 100 M events, p50", percentile(samples, 50), "ms", 50, 10, detail)];
}

/** Building the index against one replay of the same rows. */
function indexCost({ recording, store }: OpenedRecording): Figure[] {
  const rows = new Rows(1 << 15);
  const replay = (): number =>
    time(() => {
      const machine = machineOf(recording, store);
      for (let n = 0; n < recording.blockCount; n++) {
        recording.readBlock(n, rows);
        machine.batch(rows, 0, rows.count);
        machine.digests();
      }
    });
  const base = Math.min(replay(), replay());
  const index = time(() => indexRecording(recording, store));
  const detail = `${Math.round(index)} ms against ${Math.round(base)} ms`;
  return [atMost("building keyframes and writers' index, by one replay", index / base, "x", 2, 1.5, detail)];
}

/** The JSON that a script of this folder prints about a recording, in a process of its own. */
function tell(script: string, path: string): unknown {
  const file = fileURLToPath(new URL(`./${script}.js`, import.meta.url));
  const { stdout, status } = spawnSync(process.execPath, [file, path], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${script} ended with ${status}`);
  return JSON.parse(stdout);
}

/** In a process of its own: from the opening of the file to the state in its middle. */
function firstSeek(path: string): Figure[] {
  const samples = Array.from({ length: 5 }, () => tell("first-seek", path) as number);
  return [
    atMost("fresh process: open and first seek, 100 M events", percentile(samples, 50), "ms", 300, 100),
  ];
}
