import { offsetOf } from "../../../hw/registers/offsets.ts";
import type { Core } from "../../core.ts";
import { MMIO } from "../../planes.ts";
import type { OnWrite } from "../behaviour.ts";
import { DE_PIPE, raise } from "../interrupt.ts";
import { flipDrawn } from "./screen.ts";

/**
 * Offsets from plane 1 of pipe A; pipes are 1000h apart, planes 100h. Source: skl_universal_plane_regs.h,
 * i9xx_plane_regs.h.
 */
const PLANE_CTL = offsetOf("PLANE_CTL", "planeA1");
const PLANE_SURF = offsetOf("PLANE_SURF", "planeA1");
const PLANE_SURFLIVE = offsetOf("PLANE_SURFLIVE", "planeA1");
const PIPE_FLIPCOUNT = offsetOf("PIPE_FLIPCOUNT_G4X", "pipeA");
export const PIPE_STRIDE = 0x1000;
const PLANE_STEP = 0x100;

const ASYNC_FLIP = 1 << 9;
/** Of a combined flip. Source: gvt/reg.h, REG50080_FLIP_TYPE_MASK. */
const SURFACE = 0xffff_f000;
const FLIP_TYPE = 3;
const FLIP_TYPE_ASYNC = 1;

/**
 * A surface address was written: the whole set of the plane's registers takes effect at the next vblank, or
 * now.
 */
export const planeSurf: OnWrite = (core, v, at) => {
  const pipe = (at >>> 12) & 3;
  const base = pipe * PIPE_STRIDE;
  const offset = at - PLANE_SURF - base;
  const plane = Math.floor(offset / PLANE_STEP);
  if (core.seeVgpu(v).pipes[pipe] === undefined || offset % PLANE_STEP !== 0) return;
  if (plane < 0 || plane >= core.registers.features.flipPlanes) return;
  const control = core.words.read(MMIO + v, planeRegister(PLANE_CTL, pipe, plane));
  flip(core, v, pipe, plane, (control & ASYNC_FLIP) !== 0);
};

/**
 * A flip in one word of its own: the surface's address, and how it flips, whatever the plane's control says. Two
 * planes a pipe, pipe by pipe. Source: docs/facts/display.md#flips.
 */
export const planeFlip: OnWrite = (core, v, _at, id, _before, after) => {
  const instance = core.registers.instance[id];
  const pipe = instance >>> 1;
  const plane = instance & 1;
  const surface = planeRegister(PLANE_SURF, pipe, plane);
  const low = core.words.read(MMIO + v, surface) & ~SURFACE;
  core.words.write(MMIO + v, surface, ((after & SURFACE) | low) >>> 0);
  flip(core, v, pipe, plane, (after & FLIP_TYPE) === FLIP_TYPE_ASYNC);
};

function flip(core: Core, v: number, pipe: number, plane: number, async: boolean): void {
  if (plane === 0) {
    const count = (PIPE_FLIPCOUNT + pipe * PIPE_STRIDE) >>> 2;
    core.words.write(MMIO + v, count, core.words.read(MMIO + v, count) + 1);
  }
  const bit = 1 << (core.registers.features.flipDone + plane);
  if (!core.seeVgpu(v).pipes[pipe].on) {
    latch(core, v, pipe, plane);
  } else if (async) {
    latch(core, v, pipe, plane);
    raise(core, v, DE_PIPE + 0x10 * pipe, bit);
    flipDrawn(core, v);
  } else {
    core.vgpu(v).pipes[pipe].flips |= bit;
  }
}

/** The flips that waited for the vblank take effect; their done bits are given back. */
export function finishFlips(core: Core, v: number, pipe: number): number {
  const state = core.vgpu(v).pipes[pipe];
  const flips = state.flips;
  if (flips === 0) return 0;
  state.flips = 0;
  const { flipPlanes, flipDone } = core.registers.features;
  for (let plane = 0; plane < flipPlanes; plane++)
    if ((flips & (1 << (flipDone + plane))) !== 0) latch(core, v, pipe, plane);
  return flips;
}

/** Dword of a plane's register. */
function planeRegister(at: number, pipe: number, plane: number): number {
  return (at + pipe * PIPE_STRIDE + plane * PLANE_STEP) >>> 2;
}

function latch(core: Core, v: number, pipe: number, plane: number): void {
  const surface = core.words.read(MMIO + v, planeRegister(PLANE_SURF, pipe, plane));
  core.words.write(MMIO + v, planeRegister(PLANE_SURFLIVE, pipe, plane), surface);
}
