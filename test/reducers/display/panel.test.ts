import { describe, expect, test } from "vitest";
import { Rig } from "../device/rig.ts";

const PP_STATUS = 0xc_7200;
const PP_CONTROL = 0xc_7204;
const DP_TP_CTL = 0x6_4040;
const DP_TP_STATUS = 0x6_4044;
const PORT = 0x100;
const ENABLE = 0x8000_0000;
const IDLE_PATTERN = 2 << 8;
const IDLE_DONE = 1 << 25;

describe("the panel's power sequence", () => {
  test("is over at once: on and idle, off and idle", () => {
    const rig = new Rig();
    const guest = rig.guest();
    expect(guest.mmio(PP_STATUS)).toBe(0);
    guest.setMmio(PP_CONTROL, 0x9);
    expect(guest.mmio(PP_STATUS)).toBe(0x8000_0008);
    guest.setMmio(PP_CONTROL, 0x8);
    expect(guest.mmio(PP_STATUS)).toBe(0);
    expect(guest.mmio(PP_CONTROL)).toBe(0x8);
    rig.verify();
  });

  test("its status cannot be written", () => {
    const rig = new Rig();
    const guest = rig.guest();
    guest.setMmio(PP_CONTROL, 1);
    guest.setMmio(PP_STATUS, 0x3800_0000);
    expect(guest.mmio(PP_STATUS)).toBe(0x8000_0008);
    rig.verify();
  });
});

describe.each([0, 1, 2, 3, 4])("DisplayPort transport of port %i", (port) => {
  const control = DP_TP_CTL + port * PORT;
  const status = DP_TP_STATUS + port * PORT;

  test("idle patterns are sent as soon as they are asked for", () => {
    const rig = new Rig();
    const guest = rig.guest();
    for (const pattern of [0, 1, 3, 4]) {
      guest.setMmio(control, ENABLE | (pattern << 8));
      expect(guest.mmio(status)).toBe(0);
    }
    guest.setMmio(control, ENABLE | IDLE_PATTERN);
    expect(guest.mmio(status)).toBe(IDLE_DONE);
    expect(guest.mmio(control)).toBe((ENABLE | IDLE_PATTERN) >>> 0);
    for (const other of [0, 1, 2, 3, 4].filter((n) => n !== port))
      expect(guest.mmio(DP_TP_STATUS + other * PORT)).toBe(0);
    rig.verify();
  });

  test("the guest can clear what happened, not what is", () => {
    const rig = new Rig();
    const guest = rig.guest();
    guest.setMmio(control, ENABLE | IDLE_PATTERN);
    guest.setMmio(status, 0xffff_ffff);
    expect(guest.mmio(status)).toBe(IDLE_DONE);
    rig.verify();
  });
});
