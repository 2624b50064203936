import { expect, test } from "vitest";
import { K } from "../../../src/events/kinds.ts";
import { RING_BASE } from "../../../src/ports/sim/layout.ts";
import { Bench, Rig } from "../device/rig.ts";

const SLOT = 0x4d0;
const NOPID = 0x94;
/** RING_FORCE_TO_NONPRIV_ACCESS_RD and a range of four registers, in front of and after the address. */
const READ_ONLY_RANGE = 0x1000_0001;
/** L3SQCREG4 and GEN9_CTX_PREEMPT_REG are on the list, the privileged L3SQCREG1 is not. */
const LISTED = [0xb118, 0x2248] as const;
const UNLISTED = 0xb100;

/** Engine, offset, value and what stays of the last write that was refused. */
function lastRefused({ rows }: Rig): readonly number[] {
  let i = rows.count - 1;
  while (i > 0 && rows.kind[i] !== K.note) i--;
  return [rows.agent[i], rows.engine[i], rows.at[i], rows.lo[i], rows.hi[i]];
}

test("a slot takes what is on the list, its own engine's NOPID, and flags around either", () => {
  const rig = new Rig();
  const guest = rig.guest();
  for (const [engine, base] of Object.entries(RING_BASE)) {
    for (const value of [...LISTED, base + NOPID, LISTED[0] | READ_ONLY_RANGE]) {
      guest.setMmio(base + SLOT + 4, value);
      expect(guest.mmio(base + SLOT + 4), engine).toBe(value);
    }
  }
  expect(rig.notes()).toEqual([]);
  rig.verify();
});

test("anything else leaves the slot as it was, and is said", () => {
  const rig = new Rig();
  const guest = rig.guest();
  const slot = RING_BASE.rcs0 + SLOT + 11 * 4;
  guest.setMmio(slot, LISTED[0]);
  for (const value of [UNLISTED, UNLISTED | READ_ONLY_RANGE, RING_BASE.bcs0 + NOPID, 0, 0xffff_ffff]) {
    guest.setMmio(slot, value);
    expect(lastRefused(rig)).toEqual([1, 0, slot, value, LISTED[0]]);
    expect(guest.mmio(slot)).toBe(LISTED[0]);
  }
  expect(rig.notes()).toEqual(new Array(5).fill("access.refused"));
  rig.verify();
});

test("half a slot cannot be slipped in: the whole word is looked at", () => {
  const rig = new Rig();
  const guest = rig.guest();
  const slot = RING_BASE.vcs0 + SLOT;
  guest.setMmio(slot, LISTED[0]);
  guest.write("mmio", slot, 1, 0x00);
  expect(guest.mmio(slot)).toBe(LISTED[0]);
  guest.write("mmio", slot, 1, LISTED[0] & 0xff);
  expect(rig.notes()).toEqual(["access.refused"]);
  guest.write("mmio", slot, 8, UNLISTED, LISTED[1]);
  expect(guest.mmio(slot)).toBe(LISTED[0]);
  expect(guest.mmio(slot + 4)).toBe(LISTED[1]);
  rig.verify();
});

test("a command that loads something else loads NOPID", () => {
  const bench = new Bench();
  const slot = RING_BASE.rcs0 + SLOT;
  const [first, second] = [slot + 4, slot + 8];
  expect(bench.run((b) => b.lri([slot, UNLISTED], [first, LISTED[0]], [second, UNLISTED]))).toBe(true);
  expect(bench.show(slot, first, second)).toEqual([
    RING_BASE.rcs0 + NOPID,
    LISTED[0],
    RING_BASE.rcs0 + NOPID,
  ]);
  expect(bench.rig.notes()).toEqual(["access.refused", "access.refused"]);
  expect(lastRefused(bench.rig)).toEqual([1, 0, second, UNLISTED, RING_BASE.rcs0 + NOPID]);
  bench.rig.verify();
});
