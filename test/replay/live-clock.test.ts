import * as fc from "fast-check";
import { expect, test } from "vitest";
import { LEAD, ModelClock } from "../../src/replay/live/model-clock.ts";
import { BATCH, Bench } from "../reducers/device/rig.ts";

/** RING_TIMESTAMP of bcs0, the register that `gem_latency` reads. */
const TIMESTAMP = 0x2_2358;
/** Two reads that are this far apart in wall time, in microseconds, differ. A guest's read takes longer. */
const TICK = 8;

test("model time leads by a bounded time, melts into wall time, never goes back, never stands still", () => {
  const steps = fc.array(
    fc.record({ wait: fc.integer({ min: 0, max: 3000 }), lead: fc.integer({ min: 0, max: LEAD }) }),
  );
  fc.assert(
    fc.property(steps, fc.nat(1e9), (taken, epoch) => {
      let now = epoch;
      const clock = new ModelClock(() => now);
      let last = 0;
      for (const { wait, lead } of taken) {
        now += wait;
        const wall = clock.wall();
        const time = clock.at(wall);
        expect(time).toBeGreaterThanOrEqual(last + Math.floor(wait / TICK));
        expect(time - wall).toBeGreaterThanOrEqual(0);
        expect(time - wall).toBeLessThanOrEqual(LEAD);
        last = Math.max(time, wall + lead);
        if (last > time) clock.ranAhead(last, wall);
      }
      now += 2 * LEAD;
      expect(clock.at(clock.wall())).toBe(clock.wall());
    }),
  );
});

test("a guest's timestamp ticks on after a timer that was fired ahead", () => {
  const { guest, context, rig } = new Bench("bcs0");
  guest.batch(context, BATCH, (b) => b.noop(3).start({ address: BATCH }));
  guest.run(context, (b) => b.start({ address: BATCH }));
  let ahead = 0;
  for (let n = 0; n < 40; n++) {
    rig.live.run(true, 1);
    if (rig.machine.core.now > rig.port.now) ahead++;
    const before = guest.mmio(TIMESTAMP);
    rig.port.now += TICK;
    expect(guest.mmio(TIMESTAMP)).not.toBe(before);
  }
  expect(ahead).toBeGreaterThan(30);
  rig.verify();
});
