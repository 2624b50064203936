import { APERTURE_BYTES, GTT_BYTES, PAGE_BYTES, PLATFORMS, type Platform, VGPU_MAX } from "../hw/units.ts";

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
/** Bytes of graphics addresses that the GGTT spans. */
const GGTT_SPAN = (GTT_BYTES / 8) * 4096;
const SHARE_NUMBERS = [
  "mappableBase",
  "mappableSize",
  "unmappableBase",
  "unmappableSize",
  "fences",
  "pciClass",
] as const;

/**
 * The share of vGPU `v` (1 to 7) when `count` of them divide the GGTT evenly. Source of the sizes:
 * docs/facts/guests.md#share.
 */
export function evenShare(v: number, count: number, edid: readonly number[] | null): VgpuConfiguration {
  const mappableSize = Math.min(64 * MIB, alignDown(APERTURE_BYTES / count));
  const unmappableSize = Math.min(384 * MIB, alignDown((GGTT_SPAN - APERTURE_BYTES) / count));
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

/** A configuration from plain data out of a file; a string says what is wrong with it. */
export function parseConfiguration(data: unknown): Configuration | string {
  if (typeof data !== "object" || data === null) return "is no object";
  const { platform, deviceId, revision, mode, screenEvery, vgpus } = data as Record<string, unknown>;
  if (!(PLATFORMS as readonly unknown[]).includes(platform))
    return `names no known platform: ${String(platform)}`;
  if (mode !== "mediated") return `names a mode that this version has not: ${String(mode)}`;
  for (const [name, value] of Object.entries({ deviceId, revision, screenEvery })) {
    if (!isWord(value)) return `has no ${name}`;
  }
  if (!Array.isArray(vgpus) || vgpus.length < 1 || vgpus.length > VGPU_MAX) return "has no 1 to 7 vGPUs";
  for (const share of vgpus) {
    const wrong = checkShare(share);
    if (wrong !== null) return wrong;
  }
  return data as Configuration;
}

function isWord(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff_ffff;
}

function checkShare(share: unknown): string | null {
  if (typeof share !== "object" || share === null) return "has a vGPU that is no object";
  const { edid, ...numbers } = share as VgpuConfiguration;
  for (const name of SHARE_NUMBERS) if (!isWord(numbers[name])) return `has a vGPU without ${name}`;
  const { mappableBase, mappableSize, unmappableBase, unmappableSize, fences } = numbers;
  if (
    mappableBase + mappableSize > APERTURE_BYTES ||
    unmappableBase + unmappableSize > GGTT_SPAN ||
    fences > 32
  ) {
    return "has a vGPU whose share lies outside the machine";
  }
  if ([mappableBase, mappableSize, unmappableBase, unmappableSize].some((at) => at % PAGE_BYTES !== 0))
    return "has a vGPU whose share is not made of whole pages";
  const isEdid = Array.isArray(edid) && (edid.length === 128 || edid.length === 256);
  if (edid !== null && !(isEdid && edid.every((byte) => isWord(byte) && byte < 256)))
    return "has a vGPU with a broken EDID";
  return null;
}
