import { expect, test } from "vitest";
import { Rig } from "../device/rig.ts";

/** What a driver reads to learn how fast the GT may run: in units of 50 MHz. */

const RP_STATE_CAP = 0x14_5998;
const PCODE_MAILBOX = 0x13_8124;
const PCODE_DATA = 0x13_8128;
const PCODE_DYNAMIC_DUTY_CYCLE_CONTROL = 0x1a;

test("Kaby Lake runs at 300 to 1000 MHz; the efficient frequency lies between", () => {
  const rig = new Rig();
  const guest = rig.guest();
  const cap = guest.mmio(RP_STATE_CAP);
  const [rp0, rp1, rpn] = [0, 8, 16].map((shift) => ((cap >>> shift) & 0xff) * 50);
  expect([rp0, rp1, rpn]).toEqual([1000, 300, 300]);
  guest.setMmio(RP_STATE_CAP, 0);
  expect(guest.mmio(RP_STATE_CAP)).toBe(cap);
  guest.setMmio(PCODE_DATA, 0);
  guest.setMmio(PCODE_MAILBOX, 0x8000_0000 + PCODE_DYNAMIC_DUTY_CYCLE_CONTROL);
  // Ready again, no error.
  expect(guest.mmio(PCODE_MAILBOX) & 0x8000_00ff).toBe(0);
  const efficient = ((guest.mmio(PCODE_DATA) >>> 8) & 0xff) * 50;
  expect(efficient).toBeGreaterThanOrEqual(rpn);
  expect(efficient).toBeLessThanOrEqual(rp0);
  rig.verify();
});
