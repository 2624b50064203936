import { describe, expect, test } from "vitest";
import { Rig } from "../device/rig.ts";

/** Flips in one word: the surface's address, and whether it shows at once or at the next vblank. */

const PIPE = 0x1000;
const PLANE = 0x100;
const CTL = 0x7_0180;
const SURF = 0x7_019c;
const SURFLIVE = 0x7_01ac;
const FLIPCOUNT = 0x7_0044;
const PIPECONF = 0x7_0008;
const IIR = 0x4_4408;
const ASYNC = 1;
const KBL = { platform: "kbl", first: 3 } as const;
const BDW = { platform: "bdw", deviceId: 0x1616, revision: 9, first: 4 } as const;
const COMBINED = [
  [0, 0, 0x5_0080],
  [0, 1, 0x5_0090],
  [1, 0, 0x5_0088],
  [1, 1, 0x5_0098],
  [2, 0, 0x5_008c],
  [2, 1, 0x5_009c],
] as const;

describe.each([KBL, BDW])("$platform", ({ first, ...change }) => {
  test.each(COMBINED)("pipe %i, plane %i: at the next vblank, or at once", (pipe, plane, register) => {
    const rig = new Rig(1, change);
    const guest = rig.guest();
    const at = (base: number): number => guest.mmio(base + pipe * PIPE + plane * PLANE);
    const count = (): number => guest.mmio(FLIPCOUNT + pipe * PIPE);
    const done = 1 << (first + plane);
    const happened = (): number => {
      const iir = guest.mmio(IIR + pipe * 0x10) & done;
      guest.setMmio(IIR + pipe * 0x10, done);
      return iir;
    };
    guest.setMmio(0x6_0000 + pipe * PIPE, (1343 << 16) | 1023);
    guest.setMmio(0x6_000c + pipe * PIPE, (805 << 16) | 767);
    guest.setMmio(IIR - 4 + pipe * 0x10, 0);
    guest.setMmio(PIPECONF + pipe * PIPE, 0x8000_0000);
    const before = count();
    guest.setMmio(register, 0x12_3000);
    expect([at(SURF), at(SURFLIVE), happened()]).toEqual([0x12_3000, 0, 0]);
    guest.advance(40_000);
    expect([at(SURFLIVE), happened()]).toEqual([0x12_3000, done]);
    guest.setMmio(register, 0x45_6000 | ASYNC);
    expect([at(SURF), at(SURFLIVE), happened()]).toEqual([0x45_6000, 0x45_6000, done]);
    // How the plane itself flips is not asked.
    guest.setMmio(CTL + pipe * PIPE + plane * PLANE, 1 << 9);
    guest.setMmio(register, 0x78_9000);
    expect([at(SURFLIVE), happened()]).toEqual([0x45_6000, 0]);
    expect(count() - before).toBe(plane === 0 ? 3 : 0);
    rig.verify();
  });
});
