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
const FENCES = 32;
/** What stays the host's. Source: docs/facts/ggtt.md#shares. */
const HOST_MAPPABLE = 128 * MIB;
const HOST_UNMAPPABLE = 384 * MIB;
const HOST_FENCES = 4;

/**
 * The share of vGPU `v` (1 to 7) when `count` of them divide the GGTT evenly. Source of the sizes:
 * docs/facts/guests.md#share.
 */
export function evenShare(v: number, count: number, edid: readonly number[] | null): VgpuConfiguration {
  const mappableSize = Math.min(64 * MIB, alignDown((APERTURE_BYTES - HOST_MAPPABLE) / count));
  const unmappableSize = Math.min(
    384 * MIB,
    alignDown((GGTT_SPAN - APERTURE_BYTES - HOST_UNMAPPABLE) / count),
  );
  return {
    mappableBase: (v - 1) * mappableSize,
    mappableSize,
    unmappableBase: APERTURE_BYTES + (v - 1) * unmappableSize,
    unmappableSize,
    fences: Math.min(8, Math.floor((FENCES - HOST_FENCES) / count)),
    pciClass: 0x038000,
    edid,
  };
}

function alignDown(bytes: number): number {
  return Math.floor(bytes / (4 * MIB)) * 4 * MIB;
}

/** Largest values of numbers, by field. */
const MACHINE_MAX = { deviceId: 0xffff, revision: 0xff, screenEvery: 0xffff_ffff } as const;
const SHARE_MAX = {
  mappableBase: APERTURE_BYTES,
  mappableSize: APERTURE_BYTES,
  unmappableBase: GGTT_SPAN,
  unmappableSize: GGTT_SPAN,
  fences: FENCES,
  pciClass: 0xff_ffff,
} as const;
const PCI_CLASSES: readonly number[] = [0x03_0000, 0x03_8000];

/** A configuration from plain data out of a file; a string names the field that cannot be so, and its limit. */
export function parseConfiguration(data: unknown): Configuration | string {
  if (typeof data !== "object" || data === null) return "is no object";
  const { platform, mode, vgpus, ...numbers } = data as Record<string, unknown>;
  if (!(PLATFORMS as readonly unknown[]).includes(platform))
    return `names no known platform: ${String(platform)}`;
  if (mode !== "mediated") return `names a mode that this version has not: ${String(mode)}`;
  const wrong = checkNumbers(numbers, MACHINE_MAX, "");
  if (wrong !== null) return wrong;
  if (!Array.isArray(vgpus) || vgpus.length < 1 || vgpus.length > VGPU_MAX) return "has no 1 to 7 vGPUs";
  for (const [i, share] of vgpus.entries()) {
    const fault = checkShare(share, `vgpus[${i}].`);
    if (fault !== null) return fault;
  }
  return checkSum(vgpus) ?? checkOverlap(vgpus) ?? (data as Configuration);
}

function checkNumbers(
  data: Readonly<Record<string, unknown>>,
  limits: Readonly<Record<string, number>>,
  where: string,
): string | null {
  for (const [name, most] of Object.entries(limits)) {
    const value = data[name];
    if (!Number.isInteger(value) || (value as number) < 0) return `has no ${where}${name}`;
    if ((value as number) > most) return `says ${where}${name} ${text(value)}: at most ${text(most)}`;
  }
  return null;
}

function checkShare(share: unknown, where: string): string | null {
  if (typeof share !== "object" || share === null)
    return `has a vGPU that is no object: ${where.slice(0, -1)}`;
  const { edid, ...numbers } = share as VgpuConfiguration;
  const wrong = checkNumbers(numbers as unknown as Record<string, unknown>, SHARE_MAX, where);
  if (wrong !== null) return wrong;
  const { mappableBase, mappableSize, unmappableBase, unmappableSize, pciClass } = numbers;
  const places = { mappableBase, mappableSize, unmappableBase, unmappableSize };
  for (const [name, at] of Object.entries(places))
    if (at % PAGE_BYTES !== 0) return `says ${where}${name} ${text(at)}: whole pages of ${PAGE_BYTES}`;
  if (mappableBase + mappableSize > APERTURE_BYTES)
    return `has ${where}mappableSize beyond the aperture, which ends at ${text(APERTURE_BYTES)}`;
  if (unmappableBase < APERTURE_BYTES)
    return `says ${where}unmappableBase ${text(unmappableBase)}: the aperture ends at ${text(APERTURE_BYTES)}`;
  if (unmappableBase + unmappableSize > GGTT_SPAN)
    return `has ${where}unmappableSize beyond the GGTT, which ends at ${text(GGTT_SPAN)}`;
  if (!PCI_CLASSES.includes(pciClass))
    return `says ${where}pciClass ${text(pciClass)}: ${PCI_CLASSES.map(text).join(" or ")}`;
  const isEdid = Array.isArray(edid) && (edid.length === 128 || edid.length === 256);
  const isByte = (byte: unknown): boolean =>
    Number.isInteger(byte) && (byte as number) >= 0 && (byte as number) < 256;
  if (edid !== null && !(isEdid && edid.every(isByte)))
    return `has a broken ${where}edid: 128 or 256 bytes, or null`;
  return null;
}

/** All shares together leave the host what is its own. */
function checkSum(shares: readonly VgpuConfiguration[]): string | null {
  for (const [name, all, host] of [
    ["mappableSize", APERTURE_BYTES, HOST_MAPPABLE],
    ["unmappableSize", GGTT_SPAN - APERTURE_BYTES, HOST_UNMAPPABLE],
    ["fences", FENCES, HOST_FENCES],
  ] as const) {
    const sum = shares.reduce((total, share) => total + share[name], 0);
    if (sum > all - host)
      return `has ${name} of ${text(sum)} together: at most ${text(all - host)}, ${text(host)} are the host's`;
  }
  return null;
}

/** No graphics address is two vGPUs'. */
function checkOverlap(shares: readonly VgpuConfiguration[]): string | null {
  for (const [base, size] of [
    ["mappableBase", "mappableSize"],
    ["unmappableBase", "unmappableSize"],
  ] as const) {
    for (const [i, share] of shares.entries()) {
      const end = share[base] + share[size];
      const other = shares.findIndex(
        (one, n) => n < i && one[base] < end && share[base] < one[base] + one[size],
      );
      if (other >= 0)
        return `says vgpus[${i}].${base} ${text(share[base])}: that is in vgpus[${other}]'s share`;
    }
  }
  return null;
}

/** Small numbers as they are counted, large ones as addresses are written. */
function text(value: unknown): string {
  const number = value as number;
  return number < 4096 ? String(number) : `0x${number.toString(16)}`;
}
