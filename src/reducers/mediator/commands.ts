import { WRITE_BEHAVIOURS } from "../../hw/behaviours.ts";
import type { Core } from "../core.ts";
import { agentOf } from "../memory.ts";
import { readRegister, writeRegister } from "./access.ts";
import { auditLoad } from "./nonpriv.ts";

/** Registers with a behaviour as a vGPU's commands write and read them; the device has let them through. */

/** Its content is looked at before: what a command may not load becomes something else. */
const AUDITED = WRITE_BEHAVIOURS.indexOf("ring.nonpriv");

/** A command's write, for the address space at `frameBase`. */
export function writeForCommand(core: Core, frameBase: number, at: number, value: number): void {
  const v = agentOf(frameBase);
  const { idOf, then } = core.registers;
  const loads = then[idOf[at >>> 2]] === AUDITED ? auditLoad(core, v, at, value) : value;
  writeRegister(core, v, at, loads);
}

/** A command's read. */
export function readForCommand(core: Core, frameBase: number, at: number): number {
  return readRegister(core, agentOf(frameBase), at);
}
