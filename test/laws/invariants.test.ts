import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isInput, KIND_NAMES } from "../../src/events/kinds.ts";
import { brokenInvariants } from "../../src/reducers/invariants.ts";
import { Machine } from "../../src/reducers/machine.ts";
import { settingOf } from "../../src/reducers/platform.ts";
import { law } from "./law.ts";
import { play, scripts } from "./script.ts";

test("whatever the guests do, every invariant holds behind every input", () =>
  law(
    fc.property(scripts(90), (script) => {
      const rig = play(script);
      const machine = new Machine(settingOf(rig.configuration, rig.store));
      for (let i = 0; i < rig.rows.count; i++) {
        if (!isInput(rig.rows.kind[i])) continue;
        machine.apply(rig.rows, i);
        const [broken] = brokenInvariants(machine.core);
        if (broken === undefined) continue;
        const { kind, at, lo } = rig.rows;
        const where = `row ${i}, ${KIND_NAMES[kind[i]]} ${at[i].toString(16)} ${lo[i].toString(16)}`;
        expect.fail(`${where}: ${broken.name}: ${broken.what}`);
      }
    }),
    { numRuns: 25 },
  ));
