import * as fc from "fast-check";
import { expect, test } from "vitest";
import { COLUMN_NAMES } from "../../src/events/columns.ts";
import { isInput, K, KIND_NAMES, KIND_PAYLOAD, KINDS } from "../../src/events/kinds.ts";
import { Rows } from "../../src/events/rows.ts";
import { Machine } from "../../src/reducers/machine.ts";
import { settingOf } from "../../src/reducers/platform.ts";
import { byName } from "../reducers/device/rig.ts";
import { undisciplined } from "./discipline.ts";
import { law } from "./law.ts";
import { play, scripts } from "./script.ts";

/** Recordings are data, too: no sequence of rows makes the reducers throw, whatever stands in the columns. */

const DRIVING = KIND_NAMES.filter((name) => isInput(K[name]) && name !== "state.loaded");

const word = fc.oneof(
  { weight: 4, arbitrary: fc.nat(64) },
  { weight: 2, arbitrary: fc.nat(0xff_ffff) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff_ffff }) },
  fc.constantFrom(0xffff_ffff, 0x8000_0000, 0x7f_ffff, 0x1f_fffc, 0xfff_fffc, 0x7f_fffc, 0xff, 0x100),
);
const row = fc.record({
  kind: fc.constantFrom(...DRIVING),
  agent: fc.oneof(fc.nat(3), fc.nat(255)),
  words: fc.array(word, { minLength: COLUMN_NAMES.length, maxLength: COLUMN_NAMES.length }),
  size: fc.oneof(fc.constantFrom(1, 2, 4, 8), fc.nat(255)),
  payload: fc.uint8Array({ maxLength: 300 }),
});

test("no sequence of rows makes a reducer throw, and pure equals hot on it", async () => {
  await law(
    fc.property(scripts(30), fc.array(row, { maxLength: 150, size: "max" }), (script, random) => {
      const rig = play(script);
      const hot = new Machine(settingOf(rig.configuration, rig.store));
      const pure = new Machine(settingOf(rig.configuration, rig.store), true);
      for (const machine of [hot, pure]) machine.batch(rig.rows, 0, rig.rows.count);
      const rows = new Rows();
      rows.firstSeq = rig.rows.count;
      for (const { kind, agent, words, size, payload } of random) {
        const i = rows.append(K[kind]);
        COLUMN_NAMES.forEach((name, c) => {
          if ((KINDS[kind].columns as readonly string[]).includes(name)) rows[name][i] = words[c];
        });
        rows.dt[i] &= 0xffff;
        rows.agent[i] = agent;
        rows.size[i] = size;
        // Tickets near those that are open.
        if (words[0] % 2 === 0) rows.ticket[i] = hot.core.lastTicket - (words[1] % 40);
        if (KIND_PAYLOAD[K[kind]] === 1) rows.putPayload(i, payload);
        hot.apply(rows, i);
        pure.apply(rows, i);
        expect(pure.core.out.count).toBe(hot.core.out.count);
      }
      expect(undisciplined(hot.core.trees)).toBe(null);
      expect(byName(pure.digests())).toEqual(byName(hot.digests()));
    }),
    { numRuns: 25 },
  );
});
