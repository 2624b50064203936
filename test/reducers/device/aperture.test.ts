import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SimDriver } from "../../../src/ports/sim/driver.ts";
import { PAGE } from "../../../src/ports/sim/memory.ts";
import { law } from "../../laws/law.ts";
import { Rig } from "./rig.ts";

/**
 * Fences: linear accesses to tiled surfaces. The reference below works byte by byte from the layout's
 * definition: an X tile is 8 rows of 512 bytes; a Y tile 32 rows of 128 bytes, stored as 8 columns of 16
 * bytes. It shares nothing with the model.
 */
const FENCES = 0x10_0000;
const TILE = 4096;

function tiled(y: boolean, pitch: number, linear: number): number {
  const row = Math.floor(linear / pitch);
  const column = linear % pitch;
  const [width, height] = y ? [128, 32] : [512, 8];
  const tile = Math.floor(row / height) * (pitch / width) + Math.floor(column / width);
  const inRow = row % height;
  const inColumn = column % width;
  const within = y ? Math.floor(inColumn / 16) * 512 + inRow * 16 + (inColumn % 16) : inRow * 512 + inColumn;
  return tile * TILE + within;
}

/** A surface of `pages` scattered frames behind a fence. */
function surface(
  guest: SimDriver,
  y: boolean,
  pitch: number,
  pages: number,
): { gma: number; frames: number[] } {
  const gma = guest.bindMappable(guest.memory.allocate(), pages);
  const frames = Array.from({ length: pages }, (_, i) => {
    const frame = guest.memory.allocate(1 + (i % 3));
    guest.setPte(gma + i * PAGE, frame);
    return frame;
  });
  guest.setMmio(FENCES + 4, ((gma + (pages - 1) * PAGE) & ~0xfff) | (pitch / 128 - 1));
  guest.setMmio(FENCES, gma | (y ? 2 : 0) | 1);
  return { gma, frames };
}

const memoryByte = (guest: SimDriver, frames: readonly number[], at: number): number =>
  guest.memory.frame(frames[Math.floor(at / PAGE)])[at % PAGE];

describe.each([
  ["X", false, 512],
  ["X", false, 1024],
  ["X", false, 2560],
  ["Y", true, 128],
  ["Y", true, 512],
  ["Y", true, 1408],
] as const)("%s tiles (%s) of pitch %i", (_name, y, pitch) => {
  const rows = y ? 64 : 16;
  const pages = (pitch * rows) / PAGE;

  test("writes land where the layout says", () => {
    const rig = new Rig();
    const guest = rig.guest();
    const { gma, frames } = surface(guest, y, pitch, pages);
    const bytes = Uint8Array.from({ length: pages * PAGE }, (_, i) => (i * 7 + (i >>> 8) * 13) & 0xff);
    guest.writeAperture(gma, bytes);
    const wrong = bytes.findIndex((byte, i) => memoryByte(guest, frames, tiled(y, pitch, i)) !== byte);
    expect(wrong).toBe(-1);
    rig.verify();
  });

  test("reads of any size come from there", async () => {
    const rig = new Rig();
    const guest = rig.guest();
    const { gma, frames } = surface(guest, y, pitch, pages);
    for (const frame of frames) {
      const page = guest.memory.frame(frame);
      for (let i = 0; i < PAGE; i++) page[i] = (i * 31 + frame * 7 + (i >>> 8)) & 0xff;
    }
    const places = fc.tuple(fc.nat(pages * PAGE - 8), fc.constantFrom(1, 2, 4, 8));
    await law(
      fc.property(places, ([at, size]) => {
        const { lo, hi } = guest.read64("aperture", gma + at, size);
        for (let i = 0; i < size; i++) {
          const got = ((i < 4 ? lo : hi) >>> ((i & 3) * 8)) & 0xff;
          expect(got).toBe(memoryByte(guest, frames, tiled(y, pitch, at + i)));
        }
      }),
      { numRuns: 150 },
    );
    rig.verify();
  });
});

describe("the aperture", () => {
  test("takes a fence's pitch from bits 10:0: the one above is none of it", () => {
    const rig = new Rig();
    const guest = rig.guest();
    const { gma, frames } = surface(guest, false, 512, 2);
    guest.setMmio(FENCES + 4, guest.mmio(FENCES + 4) | 0x800);
    guest.setAperture(gma + 512, 0xabcd);
    expect(guest.memory.read32(frames[0] * PAGE + tiled(false, 512, 512))).toBe(0xabcd);
    rig.verify();
  });

  test("without a fence is linear, and so is what lies outside of it", () => {
    const rig = new Rig();
    const guest = rig.guest();
    const { gma, frames } = surface(guest, false, 512, 2);
    const linear = guest.memory.allocate(2);
    const behind = guest.bindMappable(linear, 2);
    guest.setAperture(behind, 1, 2, 3);
    guest.setAperture(behind + PAGE - 4, 4, 5);
    expect(guest.memory.readWords(linear * PAGE, 3)).toEqual([1, 2, 3]);
    expect(guest.memory.readWords(linear * PAGE + PAGE - 4, 2)).toEqual([4, 5]);
    guest.setMmio(FENCES, 0);
    guest.setAperture(gma + 512, 9);
    expect(guest.memory.read32(frames[0] * PAGE + 512)).toBe(9);
    rig.verify();
  });

  test.each([
    ["Y", true, 384],
    ["X, of a pitch that tiles do not fill", false, 384],
  ])("a run over the end of a fence goes on in a line: %s", (_name, y, pitch) => {
    const rig = new Rig();
    const guest = rig.guest();
    const { gma } = surface(guest, y, pitch, 3);
    // The fence is told to end a page early.
    guest.setMmio(FENCES + 4, ((gma + PAGE) & ~0xfff) | (pitch / 128 - 1));
    const last = gma + 2 * PAGE;
    const frame = guest.memory.allocate();
    guest.setPte(last, frame);
    guest.setAperture(last - 8, 1, 2, 3, 4);
    expect(guest.memory.readWords(frame * PAGE, 2)).toEqual([3, 4]);
    rig.verify();
  });

  test("unmapped or not the guest's: reads 0, writes are lost and said", () => {
    const rig = new Rig(2);
    const guest = rig.guest(1);
    const other = rig.guest(2);
    const frame = other.memory.allocate();
    const gma = other.bindMappable(frame);
    guest.memory.frame(frame).fill(0x77);
    for (const at of [gma, 0x3f_f000, 0xfff_fffc]) {
      guest.setAperture(at, 5);
      expect(guest.aperture(at)).toBe(0);
    }
    expect(rig.notes()).toEqual(["aperture.unmapped", "aperture.unmapped", "aperture.unmapped"]);
    expect(other.aperture(gma)).toBe(0);
    rig.verify();
  });
});
