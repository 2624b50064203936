import { expect, test } from "vitest";
import { at, BATCH, Bench } from "./rig.ts";
test("x", () => {
  const b = new Bench();
  b.guest.batch(b.context, BATCH, (c) => c.sdi(at(3), 42).end());
  expect(b.guest.complete(b.context, (c) => c.start({ address: BATCH }).userInterrupt())).toBe(true);
  expect(b.word(3)).toBe(42);
  console.log(b.guest.events("rcs0"), b.guest.takeInterrupts("rcs0"), b.guest.interrupts, b.rig.notes());
  b.rig.verify();
});
