import { openRecording } from "../src/node/open.ts";
import { Timeline } from "../src/replay/timeline/timeline.ts";
import { Random } from "./random.ts";
import { detailOf, MILLION, SEEKS, seekTimes } from "./seeks.ts";

/** What a process of its own found: milliseconds of each seek, and bytes that it held after them all. */
export interface ColdSeeks {
  readonly anywhere: readonly number[];
  readonly anywhereDetail: string;
  readonly near: readonly number[];
  readonly nearDetail: string;
  readonly resident: number;
}

/** Prints ColdSeeks of a recording as JSON. */
const random = new Random(2);
const { recording, store } = await openRecording(process.argv[2]);
const timeline = new Timeline(recording, store);
const anywhere = seekTimes(timeline, SEEKS, () => random.below(recording.rowCount));
const anywhereDetail = detailOf(timeline);
const middle = recording.rowCount >> 1;
const around = (): number => middle + random.below(2 * MILLION) - MILLION;
seekTimes(timeline, SEEKS, around);
const near = seekTimes(timeline, SEEKS, around);
const resident = process.memoryUsage().rss;
const found: ColdSeeks = { anywhere, anywhereDetail, near, nearDetail: detailOf(timeline), resident };
process.stdout.write(JSON.stringify(found));
