import { bank, type RegisterRow } from "../../register.ts";
import { I915_REG, MMIO_TABLE, pipes } from "./instances.ts";

function pair(offset: number): RegisterRow {
  return { offset, fields: { First: [31, 16], Second: [15, 0] }, cite: I915_REG };
}

function single(offset: number): RegisterRow {
  return { offset, cite: I915_REG };
}

/** Colour space conversion of a pipe. */
export const PIPE_CSC = bank("PIPE_CSC", pipes(0x4_9000, 0x100), {
  COEFF_RY_GY: pair(0x10),
  COEFF_BY: single(0x14),
  COEFF_RU_GU: pair(0x18),
  COEFF_BU: single(0x1c),
  COEFF_RV_GV: pair(0x20),
  COEFF_BV: single(0x24),
  MODE: { offset: 0x28, fields: { CSC_POSITION_BEFORE_GAMMA: 1 }, cite: I915_REG },
  PREOFF_HI: single(0x30),
  PREOFF_ME: single(0x34),
  PREOFF_LO: single(0x38),
  POSTOFF_HI: single(0x40),
  POSTOFF_ME: single(0x44),
  POSTOFF_LO: single(0x48),
});

/** Colour gamut enhancement, which GVT-g tracks and the kernel never touches. */
export const COLOR_GAMUT = bank("CGE", pipes(0x4_9000, 0x100), {
  CTRL: { offset: 0x80, cite: `${MMIO_TABLE}, unnamed; a Haswell register list's name` },
  WEIGHT: { offset: 0x90, count: 5, cite: `${MMIO_TABLE}, unnamed; a Haswell register list's name` },
});
