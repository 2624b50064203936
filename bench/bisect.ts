import { openRecording } from "../src/node/open.ts";
import { firstWhere } from "../src/replay/bisect/bisect-time.ts";
import type { OpenedRecording } from "../src/replay/engine/opened.ts";
import { compilePredicate } from "../src/replay/names/predicate.ts";
import { questionOf } from "../src/replay/names/question.ts";
import type { Tools } from "../src/replay/recording/tools.ts";
import { Timeline } from "../src/replay/timeline/timeline.ts";
import { atLeast, atMost, type Figure } from "./figure.ts";
import { time } from "./measure.ts";
import { simRecording } from "./sim-recording.ts";

const MILLION = 1_000_000;
/**
 * Once true for good; never true, over a word that is written all the time; never true, over one that is
 * written never.
 */
const MONOTONE = "device.tree.engines.0.freeAt > 20000000";
const BUSY = "vgpu2.rcs0.RING_CONTEXT_STATUS_PTR.WRITE_PTR == 6";
const IDLE = "vgpu1.tree.failsafe == 1";

/**
 * Searches through the 10 M events of a recording of the sim guest, which is made first where it is not
 * there.
 */
export async function bisectFigures(tools: Tools, say: (line: string) => void): Promise<Figure[]> {
  const opened = await openRecording(await simRecording(tools, 10 * MILLION, say));
  try {
    const [halves, states] = search(opened, MONOTONE, true);
    const [busy, looked] = search(opened, BUSY, false);
    const [idle] = search(opened, IDLE, false);
    const rate = (ms: number): number => opened.recording.eventCount / ms / 1000;
    return [
      atMost("bisect time, monotone, 10 M events", halves / 1000, "s", 1, 0.1, `${states} states`),
      atLeast("scan, a word always written", rate(busy), "M events/s", 5, 20, `${looked} states`),
      atLeast("scan, a word never written", rate(idle), "M events/s", 5, 20),
    ];
  } finally {
    opened.close();
  }
}

/** Milliseconds that a search takes on a new timeline, and how many states it looks at. */
function search({ recording, store }: OpenedRecording, text: string, monotone: boolean): [number, number] {
  const timeline = new Timeline(recording, store);
  const question = questionOf(compilePredicate(text, timeline.machine), monotone);
  let evaluated = 0;
  const ms = time(() => {
    evaluated = firstWhere(timeline, question).evaluated;
  });
  return [ms, evaluated];
}
