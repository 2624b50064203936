import type { Core } from "../../core.ts";
import { MONITOR } from "../../planes.ts";

/** Ports as the kernel numbers them; the monitors of this model hang on B, C and D. */
export const PORT_B = 1;
export const PORT_C = 2;
export const PORT_D = 3;
/** I2C address of an EDID. Source: DDC_ADDR, drm_edid.h. */
export const DDC_ADDRESS = 0x50;

const EDID_WORDS = 64;
const EDID_BYTES = EDID_WORDS * 4;

/** Is a monitor plugged in here? One without a byte of EDID answers nothing and counts as absent. */
export function hasMonitor(core: Core, v: number, port: number): boolean {
  for (let i = 0; i < EDID_WORDS; i++)
    if (core.words.read(MONITOR + v, port * EDID_WORDS + i) !== 0) return true;
  return false;
}

/** One byte of the EDID; addresses wrap as in the 256-byte memory of a real monitor. */
export function edidByte(core: Core, v: number, port: number, at: number): number {
  const byte = at & (EDID_BYTES - 1);
  return (core.words.read(MONITOR + v, port * EDID_WORDS + (byte >>> 2)) >>> ((byte & 3) * 8)) & 0xff;
}

/** Replace the EDID of a port; bytes past 256 cannot be read. An empty one means no monitor. */
export function storeEdid(core: Core, v: number, port: number, edid: ArrayLike<number>): void {
  for (let i = 0; i < EDID_WORDS; i++) {
    let word = 0;
    for (let k = 0; k < 4; k++) if (4 * i + k < edid.length) word |= (edid[4 * i + k] & 0xff) << (8 * k);
    core.words.write(MONITOR + v, port * EDID_WORDS + i, word);
  }
}
