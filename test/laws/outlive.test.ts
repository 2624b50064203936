import { beforeAll, describe, expect, it } from "vitest";
import { type ContentTimeline, contentTimelineOf } from "../../src/replay/answers/content-timeline.ts";
import { verifyGuest } from "../../src/replay/answers/verify-guest.ts";
import { OtherModel } from "../replay/other-model.ts";
import type { Scripted } from "../replay/scripted.ts";
import { INVISIBLE } from "./invisible.ts";
import { subjects } from "./subjects.ts";

describe("a recording outlives a change of the model that a guest cannot see", () => {
  const recordings = new Map<string, Scripted & { readonly timeline: ContentTimeline }>();
  beforeAll(async () => {
    for (const [name, make] of subjects()) {
      const scripted = await make();
      recordings.set(name, { ...scripted, timeline: contentTimelineOf(scripted.recording) });
    }
  });
  for (const change of INVISIBLE) {
    it(change.name, async () => {
      const model = await OtherModel.build(change.patches);
      let differs = false;
      for (const [name, { recording, store, timeline }] of recordings) {
        differs ||= model.differsStrictly(recording, store);
        const found = verifyGuest(recording, store, { model: model.machine(recording, store), timeline });
        const { answers, inferred, distances, stalls, held, turns, overlaid } = found;
        console.log(
          `${change.name}, ${name}: ${inferred} of ${answers} answers inferred (${distances}), ${stalls} stalls, ` +
            `${held} of ${turns} turns taken back, ${overlaid} overlaid`,
        );
        expect.soft(found.divergence, name).toBeNull();
        expect.soft(found.unknown, name).toBe(0);
      }
      expect(differs).toBe(true);
    });
  }
});
