import * as fc from "fast-check";
import { expect, test } from "vitest";
import { runsOf } from "../../src/events/pieces.ts";
import { Bench } from "../reducers/device/rig.ts";

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ what: fc.constant("write" as const), at: fc.nat(2047), value: fc.nat(255) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant("read" as const), at: fc.nat(2047), value: fc.constant(0) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant("time" as const), at: fc.constant(0), value: fc.nat(40) }),
  },
);

test("writes that nothing comes between are one row; each is in memory at once, and the row replays", () => {
  let joined = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
      const { rig, guest, data } = new Bench();
      const gma = guest.bindMappable(data, 2);
      const from = rig.rows.count;
      let others = 0;
      let writes = 0;
      for (const { what, at, value } of steps) {
        if (what === "time") guest.advance(value);
        else if (what === "read") {
          guest.aperture(gma + at * 4);
          others++;
        } else {
          guest.setAperture(gma + at * 4, value);
          writes++;
          expect(guest.memory.read32(data * 4096 + at * 4)).toBe(value);
        }
      }
      const rows = rig.kinds(from).filter((kind) => kind === "aperture.written").length;
      expect(rows).toBeLessThanOrEqual(others + 1);
      if (rows < writes) joined++;
      rig.verify();
    }),
  );
  expect(joined).toBeGreaterThan(20);
});

test("another guest's access, and what is mapped nowhere, end the row", () => {
  const { rig, guest, data } = new Bench();
  const gma = guest.bindMappable(data, 1);
  const from = rig.rows.count;
  guest.setAperture(gma, 1);
  guest.setAperture(gma + 4, 2, 3);
  guest.setAperture(gma + 4, 4);
  // The page after has no entry: the row ends with the note that says so.
  guest.setAperture(gma + 4092, 5, 6);
  guest.setAperture(gma, 7);
  expect(rig.kinds(from)).toEqual([
    "aperture.written",
    "guest.write",
    "note",
    "aperture.written",
    "guest.write",
  ]);
  const runs = runsOf(rig.rows, from).map(({ at, bytes }) => [at - gma, bytes.length]);
  expect(runs).toEqual([
    [0, 12],
    [4, 4],
    [4092, 8],
  ]);
  rig.verify();
});
