import { describe, expect, test } from "vitest";
import { compileRegisters } from "../../src/hw/compile.ts";
import { distanceOf, maskOf, offsetOf } from "../../src/hw/registers/offsets.ts";
import { REGISTER_BANKS } from "../../src/hw/registers/tables.ts";
import { PLATFORMS } from "../../src/hw/units.ts";

describe("rows by name", () => {
  test("say where a register is: once, in an instance, from its engine's base", () => {
    expect(offsetOf("GEN8_MASTER_IRQ")).toBe(0x4_4200);
    expect(offsetOf("PLANE_CTL", "planeB1")).toBe(0x7_1180);
    expect(offsetOf("RING_TAIL", "bcs0")).toBe(0x2_2030);
    expect(distanceOf("RING_TAIL")).toBe(0x30);
    expect(maskOf("RING_MI_MODE", "STOP_RING")).toBe(1 << 8);
    expect(maskOf("RING_TAIL", "TailOffset")).toBe(0x1f_fff8);
  });

  test("agree with the index of each platform that has the register", () => {
    let compared = 0;
    for (const platform of PLATFORMS) {
      const index = compileRegisters(platform, REGISTER_BANKS);
      index.names.forEach((name, id) => {
        if (name === null || ["mchbar", "oa"].includes(name.component)) return;
        let place = -1;
        try {
          place = offsetOf(name.name, name.component);
        } catch {
          // Elsewhere on the other platform: then nobody may ask by name alone.
          return;
        }
        expect(place, `${platform} ${name.component}.${name.name}`).toBe(index.offset[id]);
        compared += 1;
      });
    }
    expect(compared).toBeGreaterThan(2000);
  });

  test("refuse a name that is none, and one that is more than one place or field", () => {
    expect(() => offsetOf("RING_TALE")).toThrow("no register is called RING_TALE");
    expect(() => offsetOf("RING_TAIL")).toThrow("RING_TAIL: more than one place");
    expect(() => offsetOf("RING_TAIL", "pipeA")).toThrow("RING_TAIL: no place in pipeA");
    expect(() => maskOf("RING_TAIL", "Tail")).toThrow("RING_TAIL: no field Tail");
  });
});
