import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PAGE } from "../../../src/ports/sim/memory.ts";
import { INVARIANTS } from "../../../src/reducers/invariants.ts";
import { DEVICE_GGTT } from "../../../src/reducers/planes.ts";
import { Bench, byName, Rig } from "../device/rig.ts";

/** PTEs are 8 bytes and taken whole: who writes one in halves is not seen half-way. Law 5. */

const present = (gfn: number): number => (gfn * PAGE + 3) >>> 0;

function holds(rig: Rig): void {
  for (const { name, broken } of INVARIANTS) expect(broken(rig.machine.core), name).toBe(null);
}

/** What the device has of an entry: low and high word. */
function device(rig: Rig, entry: number): [number, number] {
  const { words } = rig.machine.core;
  return [words.read(DEVICE_GGTT, entry * 2), words.read(DEVICE_GGTT, entry * 2 + 1)];
}

describe("half a PTE", () => {
  test.each([
    ["low half first", 0, 4],
    ["high half first", 4, 0],
  ])("is nowhere to be seen until the other half comes: %s", (_name, first, second) => {
    const bench = new Bench();
    const { rig, guest } = bench;
    const gma = guest.bindMappable(bench.data);
    const entry = gma / PAGE;
    bench.setWord(0, 1);
    expect(guest.aperture(gma)).toBe(1);
    const high = 0x12_3456;
    guest.memory.write32(high * PAGE, 2);
    const halves = { 0: ((high % 0x10_0000) * PAGE + 3) >>> 0, 4: high >>> 20 } as Record<number, number>;
    // Old low half with the new high one, or the other way round, would be some frame that the guest never named.
    guest.write("gtt", entry * 8 + first, 4, halves[first]);
    expect(device(rig, entry)).toEqual([0, 0]);
    expect(guest.aperture(gma)).toBe(0);
    holds(rig);
    guest.write("gtt", entry * 8 + second, 4, halves[second]);
    expect(guest.aperture(gma)).toBe(2);
    expect(device(rig, entry)[0] & 1).toBe(1);
    holds(rig);
    // Next time both halves are awaited anew.
    guest.write("gtt", entry * 8 + second, 4, second === 0 ? present(bench.data) : 0);
    expect(guest.aperture(gma)).toBe(0);
    guest.write("gtt", entry * 8 + second, 4, second === 0 ? present(bench.data) : 0);
    expect(guest.aperture(gma)).toBe(0);
    guest.write("gtt", entry * 8 + first, 4, first === 0 ? present(bench.data) : 0);
    expect(guest.aperture(gma)).toBe(1);
    expect(rig.notes().filter((note) => note !== "aperture.unmapped")).toEqual([]);
    rig.verify();
  });

  test("is what the guest reads back, and a status page behind it is none", () => {
    const bench = new Bench();
    const { rig, guest } = bench;
    const gma = guest.bind(bench.data);
    const { lo, hi } = guest.read64("gtt", (gma / PAGE) * 8, 8);
    expect([lo, hi]).toEqual([present(bench.data), 0]);
    guest.setMmio(0x2080, gma);
    guest.write("gtt", (gma / PAGE) * 8 + 4, 4, 1);
    expect(guest.read64("gtt", (gma / PAGE) * 8, 8)).toEqual({ lo, hi: 1 });
    expect(bench.run((b) => b.noop(1))).toBe(true);
    expect(bench.words(0x10, 16)).toEqual(new Array(16).fill(0));
    expect(guest.host.writes.filter(({ address }) => address >= 0x1_0000_0000)).toEqual([]);
    rig.verify();
  });

  test("is forgotten by a reset, and by the end of the vGPU", () => {
    for (const end of ["reset", "end"] as const) {
      const rig = new Rig();
      const guest = rig.guest();
      const gma = guest.bind(5);
      guest.write("gtt", (gma / PAGE) * 8, 4, present(6));
      if (end === "reset") guest.reset();
      else rig.input("vgpu.destroyed", 1);
      expect(byName(rig.machine.digests())["vgpu1.partial"]).toBe(undefined);
      if (end === "end") continue;
      guest.write("gtt", (gma / PAGE) * 8 + 4, 4, 0);
      expect(device(rig, gma / PAGE)).toEqual([0, 0]);
      rig.verify();
    }
  });
});

test("after any writes an entry of the device is the guest's latest two halves, or not present", () => {
  const step = fc.record({
    entry: fc.nat(3),
    how: fc.constantFrom("whole", "low", "high", "across"),
    gfn: fc.integer({ min: 1, max: 0xff_ffff }),
    present: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const rig = new Rig();
      const guest = rig.guest();
      const first = guest.bind(1, 4) / PAGE;
      // By half: its word, and which write it came with; two halves are one entry if they came as a pair.
      const words = Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? present(1 + n / 2) : 0));
      const alone: ("low" | "high" | null)[] = [null, null, null, null];
      const half = (n: number, word: number): void => {
        const which = n % 2 === 0 ? "low" : "high";
        words[n] = word;
        const e = n >>> 1;
        alone[e] = alone[e] === null || alone[e] === which ? which : null;
      };
      for (const { entry, how, gfn, present: on } of steps) {
        const low = (((gfn % 0x10_0000) * PAGE) | (on ? 3 : 2)) >>> 0;
        const high = gfn >>> 20;
        const at = (first + entry) * 8;
        if (how === "whole") {
          guest.write("gtt", at, 8, low, high);
          words.splice(entry * 2, 2, low, high);
          alone[entry] = null;
        } else if (how === "low") {
          guest.write("gtt", at, 4, low);
          half(entry * 2, low);
        } else if (how === "high") {
          guest.write("gtt", at + 4, 4, high);
          half(entry * 2 + 1, high);
        } else if (entry < 3) {
          guest.write("gtt", at + 4, 8, high, low);
          half(entry * 2 + 1, high);
          half(entry * 2 + 2, low);
        }
        for (let e = 0; e < 4; e++) {
          const shown = alone[e] === null && (words[e * 2] & 1) === 1;
          const frame = (1 << 24) + words[e * 2 + 1] * 0x10_0000 + (words[e * 2] >>> 12);
          const whole = [((frame % 0x10_0000) * PAGE + (words[e * 2] & 0xfff)) >>> 0, frame >>> 20];
          expect(device(rig, first + e)).toEqual(shown ? whole : [0, 0]);
        }
      }
      holds(rig);
      rig.verify();
    }),
    { numRuns: 60, seed: 7 },
  );
});
