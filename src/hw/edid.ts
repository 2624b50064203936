/**
 * EDID 1.4: what a monitor says of itself. We synthesise our own, as a digital input without an extension
 * block; a driver takes that for DVI and sends TMDS. Source of the layout: the samples of edid-decode, whose
 * text names every byte of the binary.
 */

export const EDID_BLOCK_BYTES = 128;

/**
 * One mode. Horizontal figures are pixels, vertical ones lines; `front`, `sync`, `back` follow the active
 * part.
 */
export interface MonitorTiming {
  readonly kilohertz: number;
  readonly width: number;
  readonly horizontalFront: number;
  readonly horizontalSync: number;
  readonly horizontalBack: number;
  readonly height: number;
  readonly verticalFront: number;
  readonly verticalSync: number;
  readonly verticalBack: number;
  /** Polarity of the sync pulses: true is positive. */
  readonly horizontalPositive: boolean;
  readonly verticalPositive: boolean;
  /** Size of the picture in millimetres. */
  readonly widthMillimetres: number;
  readonly heightMillimetres: number;
}

/** VESA DMT 10h: 1024x768, 60.004 Hz. */
export const TIMING_1024X768: MonitorTiming = {
  kilohertz: 65_000,
  width: 1024,
  horizontalFront: 24,
  horizontalSync: 136,
  horizontalBack: 160,
  height: 768,
  verticalFront: 3,
  verticalSync: 6,
  verticalBack: 29,
  horizontalPositive: false,
  verticalPositive: false,
  widthMillimetres: 270,
  heightMillimetres: 203,
};

/** VESA DMT 44h: 1920x1200 with reduced blanking, 59.950 Hz. */
export const TIMING_1920X1200: MonitorTiming = {
  kilohertz: 154_000,
  width: 1920,
  horizontalFront: 48,
  horizontalSync: 32,
  horizontalBack: 80,
  height: 1200,
  verticalFront: 3,
  verticalSync: 6,
  verticalBack: 26,
  horizontalPositive: true,
  verticalPositive: false,
  widthMillimetres: 518,
  heightMillimetres: 324,
};

const MONITOR_NAME = "gvt-replay";

/** sRGB's primaries and white point, in 1/10,000: red, green, blue, white; x then y. */
const CHROMATICITIES = [6400, 3300, 3000, 6000, 1500, 600, 3127, 3290] as const;

const DESCRIPTORS = 54;
const DESCRIPTOR_BYTES = 18;
const TEXT_BYTES = 13;
const TAG_NAME = 0xfc;
const TAG_RANGE = 0xfd;
const TAG_DUMMY = 0x10;

/** The EDID of a monitor whose preferred mode is `timing`, as 128 bytes. */
export function buildEdid(timing: MonitorTiming, name: string = MONITOR_NAME): number[] {
  const edid = new Array<number>(EDID_BLOCK_BYTES).fill(0);
  put(edid, 0, [0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00]);
  put(edid, 8, manufacturer("GVT"));
  // Product 1, no serial number, made in 2024, EDID 1.4.
  put(edid, 10, [1, 0, 0, 0, 0, 0, 0, 2024 - 1990, 1, 4]);
  // Digital, 8 bits a colour, HDMI socket; size in cm; gamma 2.2; RGB, sRGB, the first timing is native.
  put(edid, 20, [
    0xa2,
    Math.round(timing.widthMillimetres / 10),
    Math.round(timing.heightMillimetres / 10),
    120,
    0x06,
  ]);
  put(edid, 25, chromaticities());
  // Established timings 640x480, 800x600, 1024x768 at 60 Hz; all eight standard timings unused.
  put(edid, 35, [0x21, 0x08, 0x00]);
  for (let i = 38; i < DESCRIPTORS; i++) edid[i] = 0x01;
  put(edid, DESCRIPTORS, detailedTiming(timing));
  put(edid, DESCRIPTORS + DESCRIPTOR_BYTES, descriptor(TAG_NAME, text(name)));
  put(edid, DESCRIPTORS + 2 * DESCRIPTOR_BYTES, descriptor(TAG_RANGE, ranges(timing)));
  put(edid, DESCRIPTORS + 3 * DESCRIPTOR_BYTES, descriptor(TAG_DUMMY, []));
  edid[EDID_BLOCK_BYTES - 1] = (256 - edidSum(edid, 0)) & 0xff;
  return edid;
}

/** Sum of a block's bytes modulo 256: 0 where its checksum holds. */
export function edidSum(edid: ArrayLike<number>, block: number): number {
  let sum = 0;
  for (let i = 0; i < EDID_BLOCK_BYTES; i++) sum += edid[block * EDID_BLOCK_BYTES + i] ?? 0;
  return sum & 0xff;
}

/** The first block's preferred mode, or null where its first descriptor is no timing. */
export function preferredTiming(edid: ArrayLike<number>): MonitorTiming | null {
  const at = (i: number): number => edid[DESCRIPTORS + i] ?? 0;
  const kilohertz = (at(0) | (at(1) << 8)) * 10;
  if (kilohertz === 0) return null;
  const horizontalFront = at(8) | ((at(11) & 0xc0) << 2);
  const horizontalSync = at(9) | ((at(11) & 0x30) << 4);
  const verticalFront = (at(10) >>> 4) | ((at(11) & 0x0c) << 2);
  const verticalSync = (at(10) & 0xf) | ((at(11) & 0x03) << 4);
  return {
    kilohertz,
    width: at(2) | ((at(4) & 0xf0) << 4),
    horizontalFront,
    horizontalSync,
    horizontalBack: (at(3) | ((at(4) & 0x0f) << 8)) - horizontalFront - horizontalSync,
    height: at(5) | ((at(7) & 0xf0) << 4),
    verticalFront,
    verticalSync,
    verticalBack: (at(6) | ((at(7) & 0x0f) << 8)) - verticalFront - verticalSync,
    horizontalPositive: (at(17) & 0x02) !== 0,
    verticalPositive: (at(17) & 0x04) !== 0,
    widthMillimetres: at(12) | ((at(14) & 0xf0) << 4),
    heightMillimetres: at(13) | ((at(14) & 0x0f) << 8),
  };
}

function put(edid: number[], at: number, bytes: readonly number[]): void {
  bytes.forEach((byte, i) => {
    edid[at + i] = byte & 0xff;
  });
}

/** Three letters in five bits each, A is 1. */
function manufacturer(id: string): number[] {
  let packed = 0;
  for (let i = 0; i < 3; i++) packed = (packed << 5) | (id.charCodeAt(i) - 64);
  return [packed >>> 8, packed & 0xff];
}

/** Two bytes of low bits, then the eight high parts. Each coordinate is a ten-bit fraction. */
function chromaticities(): number[] {
  const tenBits = CHROMATICITIES.map((part) => Math.round((part * 1024) / 10_000));
  const low = (from: number): number => {
    let byte = 0;
    for (let i = 0; i < 4; i++) byte |= (tenBits[from + i] & 3) << (6 - 2 * i);
    return byte;
  };
  return [low(0), low(4), ...tenBits.map((bits) => bits >>> 2)];
}

function detailedTiming(t: MonitorTiming): number[] {
  const clock = t.kilohertz / 10;
  const hblank = t.horizontalFront + t.horizontalSync + t.horizontalBack;
  const vblank = t.verticalFront + t.verticalSync + t.verticalBack;
  return [
    clock & 0xff,
    clock >>> 8,
    t.width & 0xff,
    hblank & 0xff,
    ((t.width >>> 8) << 4) | (hblank >>> 8),
    t.height & 0xff,
    vblank & 0xff,
    ((t.height >>> 8) << 4) | (vblank >>> 8),
    t.horizontalFront & 0xff,
    t.horizontalSync & 0xff,
    ((t.verticalFront & 0xf) << 4) | (t.verticalSync & 0xf),
    ((t.horizontalFront >>> 8) << 6) |
      ((t.horizontalSync >>> 8) << 4) |
      ((t.verticalFront >>> 4) << 2) |
      (t.verticalSync >>> 4),
    t.widthMillimetres & 0xff,
    t.heightMillimetres & 0xff,
    ((t.widthMillimetres >>> 8) << 4) | (t.heightMillimetres >>> 8),
    0,
    0,
    // Digital separate sync.
    0x18 | (t.verticalPositive ? 0x04 : 0) | (t.horizontalPositive ? 0x02 : 0),
  ];
}

function descriptor(tag: number, bytes: readonly number[]): number[] {
  return [0, 0, 0, tag, 0, ...bytes, ...new Array<number>(TEXT_BYTES - bytes.length).fill(0)];
}

/** At most 13 characters; a shorter text ends with a line feed and is padded with spaces. */
function text(name: string): number[] {
  const bytes = new Array<number>(TEXT_BYTES).fill(0x20);
  const length = Math.min(name.length, TEXT_BYTES);
  for (let i = 0; i < length; i++) bytes[i] = name.charCodeAt(i);
  if (length < TEXT_BYTES) bytes[length] = 0x0a;
  return bytes;
}

/** Range limits that hold the established timings and the preferred one: Hz, kHz, tens of MHz. */
function ranges(t: MonitorTiming): number[] {
  const total = t.width + t.horizontalFront + t.horizontalSync + t.horizontalBack;
  const lines = Math.ceil(t.kilohertz / total);
  return [
    56,
    61,
    31,
    Math.max(lines, 49) + 1,
    Math.ceil(t.kilohertz / 10_000),
    0x01,
    0x0a,
    0x20,
    0x20,
    0x20,
    0x20,
    0x20,
    0x20,
  ];
}
