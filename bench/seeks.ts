import type { Timeline } from "../src/replay/timeline/timeline.ts";
import { time } from "./measure.ts";

export const MILLION = 1_000_000;
/** Seeks of one figure. */
export const SEEKS = 1000;

/** Milliseconds of each of so many seeks to rows that `next` names. */
export function seekTimes(timeline: Timeline, count: number, next: () => number): number[] {
  return Array.from({ length: count }, () => {
    const seq = next();
    return time(() => timeline.seek(seq));
  });
}

/** What a timeline holds, in words. */
export function detailOf(timeline: Timeline): string {
  const { states, rows, snapshots, keyframes } = timeline.memory;
  return `${snapshots} states (${states >> 20} MiB), rows ${rows >> 20} MiB, ${keyframes} keyframes`;
}
