import { bank } from "../register.ts";
import { I915_REG } from "./gt-rows.ts";

const CITE = `${I915_REG}; gt/intel_ggtt_fencing.c, i965_write_fence_reg; docs/facts/registers.md#fences`;

/** Fences: which stretch of the aperture is a tiled surface. Two words each, 32 in the hardware. */
export const FENCES = bank(
  { fence: 0x10_0000 },
  {
    FENCE_REG_GEN6_LO: {
      offset: 0,
      count: 32,
      stride: 8,
      then: "gt.fence",
      fields: { StartPage: [31, 12], I965_FENCE_TILING_Y: 1, I965_FENCE_REG_VALID: 0 },
      cite: CITE,
    },
    FENCE_REG_GEN6_HI: {
      offset: 4,
      count: 32,
      stride: 8,
      then: "gt.fence",
      fields: { LastPage: [31, 12], PitchIn128BytesLess1: [10, 0] },
      cite: CITE,
    },
  },
);
