import { describe, expect, test } from "vitest";
import { FAILSAFE } from "../../../src/events/codes.ts";
import { K } from "../../../src/events/kinds.ts";
import { PVINFO, RING_BASE } from "../../../src/ports/sim/layout.ts";
import { at, Bench, Rig } from "../device/rig.ts";

const CSFE_CHICKEN1 = 0xd4;
const GFX_MODE = 0x29c;
const RUN_LIST = 0x8000;
const PPGTT = 0x200;
const REFUSED_PVINFO = PVINFO + 0x808;

/** Why the guest's vGPU went into failsafe, each time that it did. */
function reasons({ rows }: Rig): string[] {
  const found: string[] = [];
  for (let i = 0; i < rows.count; i++)
    if (rows.kind[i] === K["failsafe.entered"]) found.push(FAILSAFE[rows.code[i]]);
  return found;
}

const enable = (bits: number): number => ((bits << 16) | bits) >>> 0;

describe.each(Object.entries(RING_BASE))("%s", (_engine, base) => {
  test.each([
    ["CSFE_CHICKEN1 bit 3", CSFE_CHICKEN1, 0x8],
    ["CSFE_CHICKEN1 bit 4", CSFE_CHICKEN1, 0x10],
    ["GFX_MODE bit 0", GFX_MODE, 0x1],
  ])("%s is never stored, and who enables it is not supported", (_name, offset, bit) => {
    const rig = new Rig();
    const guest = rig.guest();
    guest.setMmio(base + offset, enable(bit | 4));
    expect(guest.mmio(base + offset)).toBe(4);
    expect(reasons(rig)).toEqual(["unsupported_guest"]);
    expect(rig.machine.core.seeVgpu(1).failsafe).toBe(FAILSAFE.indexOf("unsupported_guest"));
    rig.verify();
  });

  test("bits that are only named, disabled or unmasked change nothing and are no offence", () => {
    const rig = new Rig();
    const guest = rig.guest();
    for (const value of [0x0018, 0x0018_0000, 0xffff_0004]) guest.setMmio(base + CSFE_CHICKEN1, value);
    expect(guest.mmio(base + CSFE_CHICKEN1)).toBe(4);
    for (const value of [0x0001, 0x0001_0000, 0xffff_8000]) guest.setMmio(base + GFX_MODE, value);
    expect(guest.mmio(base + GFX_MODE)).toBe(RUN_LIST);
    expect(reasons(rig)).toEqual([]);
    rig.verify();
  });
});

describe("a guest that never looked at its PVINFO page", () => {
  test.each([RUN_LIST, PPGTT])("is found out when it enables bit %i of GFX_MODE", (bit) => {
    const rig = new Rig();
    const mode = RING_BASE.rcs0 + GFX_MODE;
    rig.input("mmio.written", 1, (rows, i) => {
      rows.at[i] = mode;
      rows.size[i] = 4;
      rows.lo[i] = enable(bit);
    });
    expect(reasons(rig)).toEqual(["unsupported_guest"]);
    rig.verify();
  });
});

test("in failsafe nothing is submitted any more, the first reason stays, and a reset ends it", () => {
  const bench = new Bench();
  const { rig, guest } = bench;
  expect(bench.run((b) => b.noop(1))).toBe(true);
  const before = rig.count("workload.submitted");
  guest.setMmio(RING_BASE.bcs0 + CSFE_CHICKEN1, enable(0x18));
  guest.setMmio(REFUSED_PVINFO, 1);
  expect(bench.run((b) => b.noop(1), 1000)).toBe(false);
  expect(rig.count("workload.submitted")).toBe(before);
  expect(reasons(rig)).toEqual(["unsupported_guest"]);
  guest.reset();
  expect(rig.machine.core.seeVgpu(1).failsafe).toBe(0);
  guest.mmio(PVINFO);
  guest.setMmio(RING_BASE.rcs0 + GFX_MODE, enable(RUN_LIST));
  expect(reasons(rig)).toHaveLength(1);
  rig.verify();
});

test.each([
  ["CSFE_CHICKEN1", CSFE_CHICKEN1, 0xffff_001c, 4],
  ["GFX_MODE", GFX_MODE, enable(0x1), 0],
])(
  "commands cannot set those bits of %s either, and whose commands try is not supported",
  (_name, offset, value, kept) => {
    const bench = new Bench();
    const register = RING_BASE.rcs0 + offset;
    expect(bench.run((b) => b.lri([register, value]).srm(register, at(0)))).toBe(true);
    expect(bench.word(0)).toBe(kept);
    expect(bench.guest.mmio(register)).toBe(kept);
    expect(reasons(bench.rig)).toEqual(["unsupported_guest"]);
    bench.rig.verify();
  },
);
