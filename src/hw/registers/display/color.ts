import { bank, type RegisterRow } from "../../register.ts";
import { I915_REG, MMIO_TABLE, pipes } from "./instances.ts";

function pair(offset: number): RegisterRow {
  return { offset, fields: { First: [31, 16], Second: [15, 0] }, cite: I915_REG };
}

function single(offset: number): RegisterRow {
  return { offset, cite: I915_REG };
}

/** Colour space conversion of a pipe. */
export const PIPE_CSC = bank(pipes(0x4_9000, 0x100), {
  PIPE_CSC_COEFF_RY_GY: pair(0x10),
  PIPE_CSC_COEFF_BY: single(0x14),
  PIPE_CSC_COEFF_RU_GU: pair(0x18),
  PIPE_CSC_COEFF_BU: single(0x1c),
  PIPE_CSC_COEFF_RV_GV: pair(0x20),
  PIPE_CSC_COEFF_BV: single(0x24),
  PIPE_CSC_MODE: { offset: 0x28, fields: { CSC_POSITION_BEFORE_GAMMA: 1 }, cite: I915_REG },
  PIPE_CSC_PREOFF_HI: single(0x30),
  PIPE_CSC_PREOFF_ME: single(0x34),
  PIPE_CSC_PREOFF_LO: single(0x38),
  PIPE_CSC_POSTOFF_HI: single(0x40),
  PIPE_CSC_POSTOFF_ME: single(0x44),
  PIPE_CSC_POSTOFF_LO: single(0x48),
});

/** Colour gamut enhancement, which GVT-g tracks and the kernel never touches. */
export const COLOR_GAMUT = bank(pipes(0x4_9000, 0x100), {
  CGE_CTRL: { offset: 0x80, cite: `${MMIO_TABLE}, unnamed; a Haswell register list's name` },
  CGE_WEIGHT: { offset: 0x90, count: 5, cite: `${MMIO_TABLE}, unnamed; a Haswell register list's name` },
});
