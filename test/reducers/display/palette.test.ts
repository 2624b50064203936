import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hashPage } from "../../../src/node/hash.ts";
import { Machine } from "../../../src/reducers/machine.ts";
import { PageStore } from "../../../src/reducers/pages.ts";
import { settingOf } from "../../../src/reducers/platform.ts";
import { law } from "../../laws/law.ts";
import { Rig } from "../device/rig.ts";

const INDEX = 0x4_a400;
const DATA = 0x4_a404;
const PIPE = 0x800;
const AUTO = 1 << 15;
const SPLIT = 0x8000_0000;
const SIZE = 1024;

describe("the precise palette of a pipe", () => {
  test("what a driver loads through the index is read back through it", () => {
    const rig = new Rig();
    const guest = rig.guest();
    const entries = Array.from({ length: SIZE }, (_, n) => (n << 20) | ((SIZE - 1 - n) << 10) | n);
    guest.setMmio(INDEX, 0);
    guest.setMmio(INDEX, AUTO);
    for (const entry of entries) guest.setMmio(DATA, entry);
    guest.setMmio(INDEX, 0);
    guest.setMmio(INDEX, AUTO);
    expect(entries.map(() => guest.mmio(DATA))).toEqual(entries);
    guest.setMmio(INDEX, 77);
    expect([guest.mmio(DATA), guest.mmio(DATA)]).toEqual([entries[77], entries[77]]);
    rig.verify();
  });

  test("the index counts on by itself only where it is told to, goes round, and keeps its other bits", () => {
    const rig = new Rig();
    const guest = rig.guest();
    guest.setMmio(INDEX, (SPLIT | AUTO | 1022) >>> 0);
    guest.setMmio(DATA, 1);
    expect(guest.mmio(INDEX)).toBe((SPLIT | AUTO | 1023) >>> 0);
    guest.mmio(DATA);
    expect(guest.mmio(INDEX)).toBe((SPLIT | AUTO) >>> 0);
    guest.setMmio(INDEX, 5);
    guest.setMmio(DATA, 2);
    guest.mmio(DATA);
    expect(guest.mmio(INDEX)).toBe(5);
    guest.setMmio(INDEX, 0xffff_ffff);
    expect(guest.mmio(INDEX)).toBe(0x8000_83ff);
    guest.setMmio(DATA, 0xffff_ffff);
    guest.setMmio(INDEX, 1023);
    expect(guest.mmio(DATA)).toBe(0x3fff_ffff);
    rig.verify();
  });

  test("pipes and guests have their own, which a reset of the vGPU clears", () => {
    const rig = new Rig(2);
    const guest = rig.guest();
    const other = rig.guest(2);
    for (const pipe of [0, 1, 2]) {
      guest.setMmio(INDEX + pipe * PIPE, 9);
      guest.setMmio(DATA + pipe * PIPE, 100 + pipe);
    }
    other.setMmio(INDEX, 9);
    expect(other.mmio(DATA)).toBe(0);
    expect([0, 1, 2].map((pipe) => guest.mmio(DATA + pipe * PIPE))).toEqual([100, 101, 102]);
    guest.reset();
    guest.setMmio(INDEX, 9);
    expect(guest.mmio(DATA)).toBe(0);
    rig.verify();
  });

  test("is what a plain model of it says, hot and pure", async () => {
    const step = fc.tuple(
      fc.constantFrom("index", "data", "read"),
      fc.oneof(fc.nat(0xffff_ffff), fc.nat(0x83ff), fc.constantFrom(AUTO, AUTO | 1023)),
      fc.nat(2),
    );
    await law(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const rig = new Rig();
        const guest = rig.guest();
        const memory = [0, 1, 2].map(() => ({ index: 0, words: new Uint32Array(SIZE) }));
        for (const [what, value, pipe] of steps) {
          const model = memory[pipe];
          const at = model.index & 0x3ff;
          if (what === "index") {
            guest.setMmio(INDEX + pipe * PIPE, value);
            model.index = (value & 0x8000_83ff) >>> 0;
            continue;
          }
          if (what === "data") {
            guest.setMmio(DATA + pipe * PIPE, value);
            model.words[at] = value & 0x3fff_ffff;
          } else {
            expect(guest.mmio(DATA + pipe * PIPE)).toBe(model.words[at]);
          }
          if ((model.index & AUTO) !== 0) model.index = ((model.index & ~0x3ff) | ((at + 1) & 0x3ff)) >>> 0;
          expect(guest.mmio(INDEX + pipe * PIPE)).toBe(model.index);
        }
        rig.verify();
        const pure = new Machine(settingOf(rig.configuration, new PageStore(hashPage)), true);
        expect(pure.batch(rig.rows, 0, rig.rows.count)).toBe(rig.rows.count);
        expect(pure.digests()).toEqual(rig.machine.digests());
      }),
      { numRuns: 60 },
    );
  });
});
