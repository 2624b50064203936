import { basename } from "node:path";
import { expect, test } from "vitest";
import { sameDigests } from "../../src/replay/index/keyframes.ts";
import { Timeline } from "../../src/replay/timeline/timeline.ts";
import { openFile, randomOf, realRecordings } from "./walk.ts";

const SMALL = 16 << 20;
const LEAPS = 24;

test.each(realRecordings().map((path) => [basename(path), path]))(
  "a timeline of 16 MB walks %s: leaps, blocks' ends and steps back",
  async (_, path) => {
    const { recording, store, close } = await openFile(path);
    const timeline = new Timeline(recording, store, { budget: SMALL });
    const random = randomOf(recording.rowCount);
    for (let leap = 0; leap < LEAPS; leap++) {
      const n = random(recording.blockCount);
      const { lastSeq, digests } = recording.trailer(n);
      expect(sameDigests(timeline.seek(lastSeq).digests(), digests), `behind block ${n}`).toBe(true);
      timeline.seek(timeline.first + random(recording.rowCount));
      timeline.step(-3);
      expect(timeline.memory.states).toBeLessThanOrEqual(SMALL);
    }
    close();
  },
  300_000,
);
