import { APERTURE_BYTES, GTT_BYTES, type Platform } from "../hw/units.ts";

/** One vGPU's share of the machine. Bytes; GGTT addresses. */
export interface VgpuConfiguration {
  readonly mappableBase: number;
  readonly mappableSize: number;
  readonly unmappableBase: number;
  readonly unmappableSize: number;
  readonly fences: number;
  /** PCI class code: 0x030000 VGA or 0x038000 other display. */
  readonly pciClass: number;
  /** EDID of the monitor on port B at power on, or null for none. */
  readonly edid: readonly number[] | null;
}

/** Everything a machine is reset to: the base of a recording. Plain data, stored in it. */
export interface Configuration {
  readonly platform: Platform;
  readonly deviceId: number;
  readonly revision: number;
  readonly mode: "mediated";
  /** Microseconds between drawn screens when nothing flips; 0: off. */
  readonly screenEvery: number;
  /** vGPU 1 first. */
  readonly vgpus: readonly VgpuConfiguration[];
}

const MIB = 1 << 20;

/** The share of vGPU `v` (1 to 7) when `count` of them divide the GGTT evenly. Source of the sizes: guest-on-qemu.md 7. */
export function evenShare(v: number, count: number, edid: readonly number[] | null): VgpuConfiguration {
  const mappableSize = Math.min(64 * MIB, alignDown(APERTURE_BYTES / count));
  const unmappableEnd = (GTT_BYTES / 8) * 4096;
  const unmappableSize = Math.min(384 * MIB, alignDown((unmappableEnd - APERTURE_BYTES) / count));
  return {
    mappableBase: (v - 1) * mappableSize,
    mappableSize,
    unmappableBase: APERTURE_BYTES + (v - 1) * unmappableSize,
    unmappableSize,
    fences: 8,
    pciClass: 0x038000,
    edid,
  };
}

function alignDown(bytes: number): number {
  return Math.floor(bytes / (4 * MIB)) * 4 * MIB;
}
