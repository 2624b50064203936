import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CTX, RING, RING_BASE } from "../../../src/ports/sim/layout.ts";
import { at, Bench } from "./rig.ts";

/** What a context's image brings to its registers, and what is saved of them. */

/** Dword of GPR 0's value in the image. */
const GPR_0 = 0x69;
const GPR = RING_BASE.rcs0 + RING.gpr;
const INHIBIT = 0x0009_0009;
const RESTORE = 0x0009_0008;

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.rig.verify());

describe("CTX_CTRL_ENGINE_CTX_RESTORE_INHIBIT", () => {
  test("what the engine holds stays, whatever the image says, and is saved into it", () => {
    const { guest, context } = bench;
    expect(bench.run((b) => b.lri([GPR, 0x111]))).toBe(true);
    const fresh = guest.createContext("rcs0", { ppgtt: context.ppgtt });
    expect(guest.image(fresh, CTX.control)).toBe(INHIBIT);
    guest.setImage(fresh, GPR_0, 0x222);
    expect(guest.complete(fresh, (b) => b.srm(GPR, at(0)))).toBe(true);
    expect(bench.word(0)).toBe(0x111);
    expect(guest.image(fresh, GPR_0)).toBe(0x111);
  });

  test("counts for the first load only: the save leaves an image that is restored whole", () => {
    const { guest, context } = bench;
    expect(bench.run((b) => b.noop(2))).toBe(true);
    expect(guest.image(context, CTX.control) & 0xffff).toBe(8);
    guest.setImage(context, GPR_0, 0x333);
    expect(bench.run((b) => b.srm(GPR, at(0)))).toBe(true);
    expect(bench.word(0)).toBe(0x333);
  });

  test("without it, or without its mask bit, the image is loaded", () => {
    const { guest, context } = bench;
    for (const [n, control] of [RESTORE, 0x0008_0009].entries()) {
      const other = guest.createContext("rcs0", { ppgtt: context.ppgtt });
      guest.setImage(other, CTX.control, control);
      guest.setImage(other, GPR_0, 0x400 + n);
      expect(guest.complete(other, (b) => b.srm(GPR, at(n)))).toBe(true);
    }
    expect(bench.words(0, 2)).toEqual([0x400, 0x401]);
  });
});
