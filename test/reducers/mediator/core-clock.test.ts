import { expect, test } from "vitest";
import { Rig } from "../device/rig.ts";

/** How a Broadwell driver changes the core display clock: it asks the mailbox, and runs on FCLK meanwhile. */

const LCPLL_CTL = 0x13_0040;
const LOCK = 0x4000_0000;
/** All that must be off, and the lock on, before a driver touches the clock (bdw_set_cdclk, intel_cdclk.c). */
const RUNNING = 0xc3e0_0000;
const FREQUENCY = 0x0c00_0000;
const SOURCE_FCLK = 1 << 21;
const FCLK_DONE = 1 << 19;
const PCODE_MAILBOX = 0x13_8124;
const PCODE_DISPLAY_FREQ_CHANGE_REQ = 0x18;

function broadwell() {
  const rig = new Rig(1, { platform: "bdw", deviceId: 0x1616 });
  return { rig, guest: rig.guest() };
}

test("Broadwell's LCPLL is locked and feeds the core clock before a driver comes, and after a reset", () => {
  const { rig, guest } = broadwell();
  expect(guest.mmio(LCPLL_CTL) & RUNNING).toBe(LOCK);
  guest.setMmio(LCPLL_CTL, 0x8000_0000);
  expect(guest.mmio(LCPLL_CTL) & LOCK).toBe(0);
  rig.live.reset(1);
  expect(guest.mmio(LCPLL_CTL) & RUNNING).toBe(LOCK);
  rig.verify();
});

test.each([0, 1, 2, 3])(
  "a driver switches Broadwell's core clock to frequency %i by way of FCLK",
  (choice) => {
    const { rig, guest } = broadwell();
    guest.setMmio(PCODE_MAILBOX, 0x8000_0000 + PCODE_DISPLAY_FREQ_CHANGE_REQ);
    expect(guest.mmio(PCODE_MAILBOX) & 0x8000_00ff).toBe(0);
    guest.setMmio(LCPLL_CTL, guest.mmio(LCPLL_CTL) | SOURCE_FCLK);
    expect(guest.mmio(LCPLL_CTL) & FCLK_DONE).toBe(FCLK_DONE);
    guest.setMmio(LCPLL_CTL, (guest.mmio(LCPLL_CTL) & ~FREQUENCY) | (choice << 26));
    guest.setMmio(LCPLL_CTL, guest.mmio(LCPLL_CTL) & ~SOURCE_FCLK);
    const after = guest.mmio(LCPLL_CTL);
    expect(after & FCLK_DONE).toBe(0);
    expect((after & FREQUENCY) >>> 26).toBe(choice);
    expect(after & RUNNING).toBe(LOCK);
    rig.verify();
  },
);
