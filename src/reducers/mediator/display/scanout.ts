import type { Features } from "../../../hw/platforms.ts";
import { offsetOf } from "../../../hw/registers/offsets.ts";
import { PAGE_BYTES } from "../../../hw/units.ts";
import { GGTT, MMIO } from "../../planes.ts";
import { GFN_BITS } from "../../ram.ts";
import { PIPES } from "../../trees.ts";
import { eachPlanePage, isDrawn } from "./surface.ts";

/**
 * What a pipe shows, read from its registers as plain data. Source of offsets and fields: the files named at
 * each.
 */

/** Whatever holds the words of a machine: a running core, or a state that was kept. */
export interface WordSource {
  readonly words: { read(plane: number, index: number): number };
  readonly registers: { readonly features: Pick<Features, "universalPlanes"> };
}

/** Layout of a surface's bytes. `none`: a layout that is not drawn. */
const TILINGS = ["linear", "x", "y", "none"] as const;
export type Tiling = (typeof TILINGS)[number];

/** Order of the colours in memory, lowest byte first. `none`: a format that is not drawn. */
const PIXELS = ["bgrx8888", "rgbx8888", "rgb565", "none"] as const;
export type Pixels = (typeof PIXELS)[number];

export interface Plane {
  readonly enabled: boolean;
  /** GGTT address; 4 KiB aligned. */
  readonly surface: number;
  /** Bytes from line to line. */
  readonly stride: number;
  /** What is shown of the surface, and where on the screen. */
  readonly width: number;
  readonly height: number;
  readonly fromX: number;
  readonly fromY: number;
  readonly x: number;
  readonly y: number;
  readonly pixels: Pixels;
  readonly tiling: Tiling;
}

/** A square (or lower) picture of 32-bit pixels over the plane. */
export interface Cursor {
  readonly enabled: boolean;
  readonly surface: number;
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
  /** Premultiplied alpha; else opaque where the top byte is not zero. */
  readonly blended: boolean;
}

export interface Screen {
  readonly pipe: number;
  /** The pipe runs. */
  readonly on: boolean;
  readonly width: number;
  readonly height: number;
  readonly plane: Plane;
  readonly cursor: Cursor;
}

/** i915_reg.h */
const PIPESRC = offsetOf("PIPESRC", "transA");
const PIPECONF = offsetOf("PIPECONF", "pipeA");
const PIPECONF_STATE = 0x4000_0000;

/**
 * skl_universal_plane_regs.h; for Broadwell i9xx_plane_regs.h, at the same offsets: DSPCNTR, DSPSTRIDE,
 * DSPOFFSET, DSPSURFLIVE.
 */
const PLANE_CTL = offsetOf("PLANE_CTL", "planeA1");
const PLANE_STRIDE = offsetOf("PLANE_STRIDE", "planeA1");
const PLANE_POS = offsetOf("PLANE_POS", "planeA1");
const PLANE_SIZE = offsetOf("PLANE_SIZE", "planeA1");
const PLANE_OFFSET = offsetOf("PLANE_OFFSET", "planeA1");
const PLANE_SURFLIVE = offsetOf("PLANE_SURFLIVE", "planeA1");
const ENABLE = 0x8000_0000;
const ORDER_RGBX = 1 << 20;
const RENDER_DECOMPRESSION = 1 << 15;
const DISP_TILED = 1 << 10;

/** intel_cursor_regs.h */
const CURCNTR = offsetOf("CURCNTR", "cursorA");
const CURBASE = offsetOf("CURBASE", "cursorA");
const CURPOS = offsetOf("CURPOS", "cursorA");
const CUR_FBC_CTL = offsetOf("CUR_FBC_CTL", "cursorA");
const CUR_FBC_EN = 0x8000_0000;
const MCURSOR_ARGB = 0x20;

/** Largest picture that is drawn at all; the hardware's own limit is 8192 pixels of width. */
const MOST_PIXELS = 8192 * 4096;

/** The pipe whose picture is the screen: the first one that runs. -1: none does. */
export function activePipe(source: WordSource, v: number): number {
  for (let pipe = 0; pipe < PIPES; pipe++) if (isOn(source, v, pipe)) return pipe;
  return -1;
}

function isOn(source: WordSource, v: number, pipe: number): boolean {
  return (source.words.read(MMIO + v, (PIPECONF + pipe * 0x1000) >>> 2) & PIPECONF_STATE) !== 0;
}

/**
 * Everything a pipe shows: primary plane and cursor. Any register content gives a picture, at worst an empty
 * one.
 */
export function decodePlane(source: WordSource, v: number, pipe: number): Screen {
  const read = (at: number): number => source.words.read(MMIO + v, (at + pipe * 0x1000) >>> 2);
  const size = read(PIPESRC);
  let width = ((size >>> 16) & 0x1fff) + 1;
  let height = (size & 0xfff) + 1;
  if (size === 0 || width * height > MOST_PIXELS) width = height = 0;
  return {
    pipe,
    on: isOn(source, v, pipe),
    width,
    height,
    plane: source.registers.features.universalPlanes ? planeGen9(read) : planeGen8(read, width, height),
    cursor: cursorOf(read),
  };
}

type Read = (at: number) => number;

function planeGen9(read: Read): Plane {
  const control = read(PLANE_CTL);
  const size = read(PLANE_SIZE);
  const place = read(PLANE_POS);
  const offset = read(PLANE_OFFSET);
  const tiling = tilingGen9((control >>> 10) & 7);
  const plain = (control & (RENDER_DECOMPRESSION | 3)) === 0;
  return {
    enabled: (control & ENABLE) !== 0,
    surface: (read(PLANE_SURFLIVE) & 0xffff_f000) >>> 0,
    stride: (read(PLANE_STRIDE) & 0xfff) * STRIDE_UNITS[tiling],
    width: (size & 0x1fff) + 1,
    height: ((size >>> 16) & 0x1fff) + 1,
    fromX: offset & 0x1fff,
    fromY: (offset >>> 16) & 0x1fff,
    x: place & 0x1fff,
    y: (place >>> 16) & 0x1fff,
    pixels: plain ? pixelsGen9((control >>> 24) & 0xf, (control & ORDER_RGBX) !== 0) : "none",
    tiling,
  };
}

/** Bytes of a unit of PLANE_STRIDE. Source: docs/facts/display.md#stride. */
const STRIDE_UNITS: Readonly<Record<Tiling, number>> = { linear: 64, x: 512, y: 128, none: 64 };

/** PLANE_CTL_TILED: Yf (5) is not drawn. */
function tilingGen9(field: number): Tiling {
  return field === 0 ? "linear" : field === 1 ? "x" : field === 4 ? "y" : "none";
}

/** PLANE_CTL_FORMAT: 4 is XRGB_8888, 14 is RGB_565. */
function pixelsGen9(field: number, rgbx: boolean): Pixels {
  if (field === 4) return rgbx ? "rgbx8888" : "bgrx8888";
  return field === 14 ? "rgb565" : "none";
}

function planeGen8(read: Read, width: number, height: number): Plane {
  const control = read(PLANE_CTL);
  const offset = read(PLANE_OFFSET);
  return {
    enabled: (control & ENABLE) !== 0,
    surface: (read(PLANE_SURFLIVE) & 0xffff_f000) >>> 0,
    stride: read(PLANE_STRIDE) & 0xffc0,
    width,
    height,
    fromX: offset & 0x1fff,
    fromY: (offset >>> 16) & 0x1fff,
    x: 0,
    y: 0,
    pixels: pixelsGen8((control >>> 26) & 0xf),
    tiling: (control & DISP_TILED) !== 0 ? "x" : "linear",
  };
}

/** DISP_FORMAT: 5 is BGRX565, 6 BGRX888, 14 RGBX888. */
function pixelsGen8(field: number): Pixels {
  return field === 6 ? "bgrx8888" : field === 14 ? "rgbx8888" : field === 5 ? "rgb565" : "none";
}

function cursorOf(read: Read): Cursor {
  const control = read(CURCNTR);
  const size = cursorSize(control & 7);
  const place = read(CURPOS);
  const lower = read(CUR_FBC_CTL);
  return {
    enabled: size !== 0,
    surface: (read(CURBASE) & 0xffff_f000) >>> 0,
    width: size,
    height: (lower & CUR_FBC_EN) !== 0 ? Math.min((lower & 0xff) + 1, size) : size,
    x: signed(place & 0xffff),
    y: signed(place >>> 16),
    blended: (control & MCURSOR_ARGB) !== 0,
  };
}

/** MCURSOR_MODE: 2 is 128, 3 is 256, 7 is 64 pixels wide; two-colour cursors are not drawn. */
function cursorSize(mode: number): number {
  return mode === 2 ? 128 : mode === 3 ? 256 : mode === 7 ? 64 : 0;
}

/** Sign and magnitude. */
function signed(field: number): number {
  return (field & 0x8000) !== 0 ? -(field & 0x7fff) : field & 0x7fff;
}

/** Guest frame that a GGTT address leads to, -1 where the entry is not present or points past any guest. */
export function frameOf(source: WordSource, v: number, address: number): number {
  const entry = 2 * (address >>> 12);
  const low = source.words.read(GGTT + v, entry);
  if ((low & 1) === 0) return -1;
  const gfn = (source.words.read(GGTT + v, entry + 1) & 0x3fff) * 0x10_0000 + (low >>> 12);
  return gfn < 1 << GFN_BITS ? gfn : -1;
}

/**
 * Guest frames that a pipe's picture is drawn from, each once, in the order of the surface. Empty where
 * nothing is shown.
 */
export function scanoutFrames(source: WordSource, v: number, pipe: number): number[] {
  const screen = decodePlane(source, v, pipe);
  const frames = new Set<number>();
  if (!screen.on) return [];
  const add = (address: number): void => {
    const gfn = frameOf(source, v, address);
    if (gfn >= 0) frames.add(gfn);
  };
  if (isDrawn(screen.plane)) eachPlanePage(screen, add);
  const { cursor } = screen;
  const bytes = cursor.enabled ? cursor.width * cursor.height * 4 : 0;
  for (let at = 0; at < bytes; at += PAGE_BYTES) add((cursor.surface + at) >>> 0);
  return [...frames];
}
