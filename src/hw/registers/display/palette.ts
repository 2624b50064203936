import { bank } from "../../register.ts";
import { I915_REG, pipes } from "./instances.ts";

const RGB = { LGC_PALETTE_RED: [23, 16], LGC_PALETTE_GREEN: [15, 8], LGC_PALETTE_BLUE: [7, 0] } as const;

/** Where newer kernels keep what i915_reg.h said of palettes. */
const COLOR_REGS = "display/intel_color_regs.h";

/** Gamma tables of a pipe: 256 plain words, and a precise table behind an index and a data word. */
export const PALETTE = bank(pipes(0x4_a000, 0x800), {
  LGC_PALETTE: {
    offset: 0x000,
    count: 256,
    fields: RGB,
    cite: `${I915_REG}; docs/facts/mmio.md#blocks`,
  },
  PREC_PAL_INDEX: {
    offset: 0x400,
    writable: 0x8000_83ff,
    then: "palette.index",
    fields: { PAL_PREC_SPLIT_MODE: 31, PAL_PREC_AUTO_INCREMENT: 15, PAL_PREC_INDEX_VALUE: [9, 0] },
    cite: `${COLOR_REGS}; bdw_load_lut_10, intel_color.c`,
  },
  PREC_PAL_DATA: {
    offset: 0x404,
    writable: 0x3fff_ffff,
    then: "palette.data",
    read: "palette.data",
    fields: {
      PREC_PALETTE_10_RED: [29, 20],
      PREC_PALETTE_10_GREEN: [19, 10],
      PREC_PALETTE_10_BLUE: [9, 0],
    },
    cite: `${COLOR_REGS}; bdw_load_lut_10 and ilk_lut_10, intel_color.c`,
  },
  PREC_PAL_GC_MAX: { offset: 0x410, count: 3, cite: I915_REG },
  PREC_PAL_EXT_GC_MAX: { offset: 0x420, count: 3, cite: I915_REG },
  GAMMA_MODE: { offset: 0x480, fields: { GAMMA_MODE_MODE: [1, 0] }, cite: I915_REG },
});
