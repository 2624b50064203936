import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OtherModel } from "../replay/other-model.ts";
import { law } from "./law.ts";
import { play, scripts } from "./script.ts";
import { subjects } from "./subjects.ts";

/**
 * What the streamer holds while it goes through a page, and the addresses that it has looked up, are never
 * seen: a model that looks at everything again behind every command makes the same rows and digests.
 */
const forgetful = OtherModel.build([
  {
    file: "reducers/device/gtt.ts",
    find: "if (place.page === page && place.space === space) return place;",
    replace: "",
  },
  {
    file: "reducers/device/streamer.ts",
    find: "if (changes !== CHANGES.count || engine.preempt) return DONE;",
    replace: "return DONE;",
  },
]);

describe("looking everything up again changes nothing", () => {
  test.each(subjects())("in %s", async (_, subject) => {
    const { recording, store } = await subject();
    expect((await forgetful).differsStrictly(recording, store)).toBe(false);
  });

  test("whatever guests do", async () => {
    const model = await forgetful;
    await law(
      fc.property(scripts(90), (script) => {
        const rig = play(script);
        const other = model.machineFor(rig.configuration, rig.store);
        expect(other.batch(rig.rows, 0, rig.rows.count)).toBe(rig.rows.count);
        expect(other.digests()).toEqual(rig.machine.digests());
      }),
      { numRuns: 20 },
    );
  });
});
