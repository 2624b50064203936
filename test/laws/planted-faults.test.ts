import { beforeAll, describe, expect, it } from "vitest";
import { type ContentTimeline, contentTimelineOf } from "../../src/replay/answers/content-timeline.ts";
import { verifyGuest } from "../../src/replay/answers/verify-guest.ts";
import { divergenceText } from "../../src/replay/engine/divergence.ts";
import { OtherModel } from "../replay/other-model.ts";
import type { Scripted } from "../replay/scripted.ts";
import { PLANTED } from "./planted.ts";
import { subjects } from "./subjects.ts";

/** Longer recordings see no other faults: what is not seen takes a whole replay. */
const FILE_BYTES = 1 << 20;
/** From this size on a recording is only asked where the shorter ones see nothing. */
const LONG_BYTES = 1 << 19;

describe("a fault that a guest can see diverges at level guest, at a named place", () => {
  const recordings = new Map<string, Scripted & { readonly timeline: ContentTimeline }>();
  beforeAll(async () => {
    for (const [name, make] of subjects(FILE_BYTES)) {
      const scripted = await make();
      recordings.set(name, { ...scripted, timeline: contentTimelineOf(scripted.recording) });
    }
  });

  it("there are at least twenty", () => expect(PLANTED.length).toBeGreaterThanOrEqual(20));

  for (const { name: fault, patch, at } of PLANTED) {
    it(fault, async () => {
      const model = await OtherModel.build([patch]);
      const found: string[] = [];
      for (const [name, { recording, store, timeline }] of recordings) {
        if (found.length > 0 && recording.parts.source.size >= LONG_BYTES) continue;
        const { divergence } = verifyGuest(recording, store, {
          model: model.machine(recording, store),
          timeline,
        });
        const seen = divergence === null ? "not seen" : divergenceText(divergence, name).split("\n")[0];
        console.log(`${fault}, ${name}: ${seen}`);
        if (divergence !== null) found.push(divergence.path);
      }
      expect(found.length).toBeGreaterThan(0);
      for (const path of found) expect(path).toMatch(at);
    });
  }
});
