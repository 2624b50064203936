import { ENGINE_BASES } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import { MMIO } from "../planes.ts";
import type { OnWrite } from "./behaviour.ts";
import { refuse } from "./refuse.ts";

/**
 * Which registers a guest may open to its own non-privileged batches. Source: gvt.md 2.6, FORCE_NONPRIV;
 * gvt/handlers.c, force_nonpriv_white_list.
 */
const LISTED: ReadonlySet<number> = new Set([
  0xd80, 0x20ec, 0x2248, 0x2340, 0x2348, 0x2350, 0x2580, 0x2690, 0x2694, 0x2698, 0x2754, 0x28a0, 0x4de0,
  0x4de4, 0x4dfc, 0x7010, 0x7014, 0x7300, 0x7304, 0x7700, 0x7704, 0x7708, 0x770c, 0x83a8, 0xb110, 0xb118,
  0xe100, 0xe18c, 0xe48c, 0xe5f4, 0x6_4844,
]);
/** Bits 25:2, the register's address: the others are flags. */
const ADDRESS = 0x03ff_fffc;
/** RING_NOPID, which an unused slot names. Source: intel_engine_regs.h. */
const RING_NOPID = 0x94;
const BASE_MASK = ~0xfff;

function isListed(at: number, value: number): boolean {
  const register = value & ADDRESS;
  return LISTED.has(register) || register === (at & BASE_MASK) + RING_NOPID;
}

function refuseSlot(core: Core, v: number, at: number, value: number, kept: number): void {
  refuse(core, v, "access.refused", at, value, kept, ENGINE_BASES.indexOf(at & BASE_MASK));
}

export const nonprivWrites = {
  /** A slot keeps what it had where the guest names a register that is not on the list. */
  "ring.nonpriv": (core, v, at, _id, before, after) => {
    if (isListed(at, after)) return;
    core.words.write(MMIO + v, at >>> 2, before);
    refuseSlot(core, v, at, after, before);
  },
} satisfies Record<string, OnWrite>;

/**
 * What a command's load of such a slot comes to: a register that is not on the list becomes NOPID. Source:
 * gvt/cmd_parser.c, force_nonpriv_reg_handler.
 */
export function auditLoad(core: Core, v: number, at: number, value: number): number {
  if (isListed(at, value)) return value;
  const nopid = (at & BASE_MASK) + RING_NOPID;
  refuseSlot(core, v, at, value, nopid);
  return nopid;
}
