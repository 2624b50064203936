import { K } from "../../events/kinds.ts";
import { APERTURE_BYTES, BAR0_BYTES, IO_BYTES } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import { CONFIG } from "../planes.ts";
import { interruptsAllowed, MSI_CAPABILITY, mayInterrupt } from "./interrupt.ts";

/**
 * PCI configuration space, 256 bytes as 64 words. Layout and source of the names:
 * docs/facts/config-space.md#ours.
 */
const CONFIG_BYTES = 256;
const VENDOR_INTEL = 0x8086;
const STATUS_CAPABILITIES = 0x0010;
const BAR0 = 0x10;
const BAR2 = 0x18;
const BAR4 = 0x20;
const PM_CAPABILITY = 0xd0;
const PM_STATUS = PM_CAPABILITY + 4;
const PM_STATE = 3;
const PM_D3HOT = 3;
const GMCH_CTRL = 0x50;

/**
 * By word: the bits that a guest may change. BARs size themselves this way: the low address bits never
 * change.
 */
const WRITABLE: Readonly<Record<number, number>> = {
  4: 0x0000_0407,
  12: 0x0000_00ff,
  [BAR0]: ~(BAR0_BYTES - 1) >>> 0,
  [BAR0 + 4]: 0xffff_ffff,
  [BAR2]: ~(APERTURE_BYTES - 1) >>> 0,
  [BAR2 + 4]: 0xffff_ffff,
  [BAR4]: ~(IO_BYTES - 1) >>> 0,
  60: 0x0000_00ff,
  [MSI_CAPABILITY]: 0x0001_0000,
  [MSI_CAPABILITY + 4]: 0xffff_fffc,
  [MSI_CAPABILITY + 8]: 0x0000_ffff,
  [PM_STATUS]: PM_STATE,
  252: 0xffff_ffff,
};

/** The status word's error bits are write-one-to-clear. */
const STATUS_WORD = 4;
const STATUS_CLEARABLE = 0xf900_0000;

/** Power-on image of vGPU `v`. */
export function resetConfig(core: Core, v: number): void {
  const { deviceId, revision, vgpus } = core.setting.configuration;
  core.words.clear(CONFIG + v);
  const put = (at: number, word: number): void => core.words.write(CONFIG + v, at >>> 2, word);
  put(0, (deviceId << 16) | VENDOR_INTEL);
  put(4, STATUS_CAPABILITIES << 16);
  put(8, (vgpus[v - 1].pciClass << 8) | revision);
  put(BAR0, 0x0000_0004);
  put(BAR2, 0x0000_000c);
  put(BAR4, 0x0000_0001);
  put(0x2c, (0x2212 << 16) | VENDOR_INTEL);
  put(0x34, MSI_CAPABILITY);
  // The interrupt pin stays 0: no port has INTx, and a driver that is told so does not wait for it in vain.
  put(GMCH_CTRL, 0x0000_00c0);
  put(MSI_CAPABILITY, 0x05 | (PM_CAPABILITY << 8));
  put(PM_CAPABILITY, 0x01 | (0x0002 << 16));
}

/** A read of 1, 2, 4 or 8 bytes at any offset; beyond the end reads 0. */
export function readConfig(core: Core, v: number, at: number, size: number): void {
  core.replyLo = gather(core, v, at, Math.min(size, 4));
  core.replyHi = size === 8 ? gather(core, v, at + 4, 4) : 0;
}

function gather(core: Core, v: number, at: number, bytes: number): number {
  let value = 0;
  for (let i = 0; i < bytes; i++) {
    const byte = at + i;
    if (byte >= CONFIG_BYTES) break;
    value |= ((core.words.read(CONFIG + v, byte >>> 2) >>> ((byte & 3) * 8)) & 0xff) << (i * 8);
  }
  return value >>> 0;
}

/** A write of 1, 2, 4 or 8 bytes at any offset. */
export function writeConfig(core: Core, v: number, at: number, size: number, lo: number, hi: number): void {
  const might = mayInterrupt(core, v);
  for (let i = 0; i < size && at + i < CONFIG_BYTES; i++) {
    writeByte(core, v, at + i, ((i < 4 ? lo : hi) >>> ((i & 3) * 8)) & 0xff);
  }
  if (!might && mayInterrupt(core, v)) interruptsAllowed(core, v);
  if (at <= PM_STATUS && at + size > PM_STATUS) powerState(core, v);
}

/** Asleep is who was put into D3hot, until it submits again. Source: docs/facts/config-space.md#gvt-g. */
function powerState(core: Core, v: number): void {
  if ((core.words.read(CONFIG + v, PM_STATUS >>> 2) & PM_STATE) !== PM_D3HOT) return;
  if (!core.seeVgpu(v).asleep) core.vgpu(v).asleep = true;
}

function writeByte(core: Core, v: number, at: number, value: number): void {
  const word = at & ~3;
  const shift = (at & 3) * 8;
  const lane = 0xff << shift;
  const before = core.words.read(CONFIG + v, word >>> 2);
  const writable = (WRITABLE[word] ?? 0) & lane;
  let after = (before & ~writable) | ((value << shift) & writable);
  if (word === STATUS_WORD) after &= ~((value << shift) & lane & STATUS_CLEARABLE);
  core.words.write(CONFIG + v, word >>> 2, after);
}

/** `io` region: an index/data window that stock drivers of these platforms leave alone. Reads 0. */
export function readIo(core: Core): void {
  core.replyLo = 0;
  core.replyHi = 0;
}

/** A write to the `io` region has no meaning: it is said, not kept. */
export function writeIo(core: Core, v: number, at: number, size: number, lo: number, hi: number): void {
  const o = core.emit(K["mmio.unknown"], v);
  core.out.at[o] = at;
  core.out.size[o] = size;
  core.out.lo[o] = lo;
  core.out.hi[o] = hi;
}
