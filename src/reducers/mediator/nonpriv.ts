import { FORCE_TO_NONPRIV_LIST } from "../../hw/registers/nonpriv.ts";
import { distanceOf } from "../../hw/registers/offsets.ts";
import { ENGINE_BASES } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import { MMIO } from "../planes.ts";
import type { OnWrite } from "./behaviour.ts";
import { refuse } from "./refuse.ts";

const LISTED: ReadonlySet<number> = new Set(FORCE_TO_NONPRIV_LIST);
/** Bits 25:2, the register's address: the others are flags. */
const ADDRESS = 0x03ff_fffc;
/** RING_NOPID, which an unused slot names. Source: intel_engine_regs.h. */
const RING_NOPID = distanceOf("RING_NOPID");
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
