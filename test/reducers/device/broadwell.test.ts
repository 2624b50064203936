import { describe, expect, test } from "vitest";
import { ENGINE_NAMES, GDRST, RING, RING_BASE } from "../../../src/ports/sim/layout.ts";
import { at, Bench, Rig } from "./rig.ts";

/** Broadwell: the same scripted guest on the other platform; and where the two differ. */
const FORCEWAKE = 0xa188;
const FORCEWAKE_ACK = 0x13_0044;
const PCODE_MAILBOX = 0x13_8124;

describe("a Broadwell machine", () => {
  const machine = (): Rig => new Rig(1, { platform: "bdw", deviceId: 0x1616, revision: 9 });

  test("wakes up by one domain, answers its mailbox, and is reset", () => {
    const rig = machine();
    const guest = rig.guest();
    guest.setMmio(FORCEWAKE, 0x0001_0001);
    expect(guest.mmio(FORCEWAKE_ACK) & 1).toBe(1);
    guest.setMmio(FORCEWAKE, 0x0001_0000);
    expect(guest.mmio(FORCEWAKE_ACK) & 1).toBe(0);
    guest.setMmio(PCODE_MAILBOX, 0x8000_0005);
    expect(guest.mmio(PCODE_MAILBOX) >>> 31).toBe(0);
    guest.setMmio(GDRST, 1);
    expect(guest.mmio(GDRST)).toBe(0);
    expect(rig.notes()).toEqual(["gt.reset"]);
    rig.verify();
  });

  test.each(ENGINE_NAMES)("runs a batch on %s, and again after a reset", (engine) => {
    const rig = machine();
    const bench = new Bench(engine, {}, rig);
    const { guest, context } = bench;
    expect(bench.run((b) => b.sdi(at(0), 0x1234).copy(at(1), at(0)))).toBe(true);
    expect(bench.words(0, 2)).toEqual([0x1234, 0x1234]);
    expect(guest.events(engine)).toEqual([
      { status: 1, id: 0 },
      { status: 0x18, id: context.id },
    ]);
    expect(guest.statusRegisters(engine).pointer).toBe(1);
    expect(guest.takeInterrupts(engine)).toBe(0x100);
    guest.setMmio(GDRST, 1);
    expect(guest.mmio(RING_BASE[engine] + RING.csbPtr) & 7).toBe(7);
    guest.load();
    expect(guest.complete(guest.createContext(engine), (b) => b.noop(2))).toBe(true);
    rig.verify();
  });
});

test.each([
  ["the GT", 0xa188, 0x13_0044],
  ["media", 0xa270, 0xd88],
  ["render", 0xa278, 0xd84],
])("Kaby Lake wakes up by three domains: %s", (_name, request, acknowledge) => {
  const rig = new Rig();
  const guest = rig.guest();
  guest.setMmio(request, 0x0001_0001);
  expect(guest.mmio(acknowledge) & 1).toBe(1);
  guest.setMmio(request, 0x0001_0000);
  expect(guest.mmio(acknowledge) & 1).toBe(0);
  rig.verify();
});
