import { bank } from "../../register.ts";
import { DISPLAY, I915_REG, pipes, transcoders } from "./instances.ts";

/** Work-around and clock gating words. None is masked: the driver reads, changes bits and writes back. */
export const CHICKEN = bank(DISPLAY, {
  ILK_DISPLAY_CHICKEN1: {
    on: ["bdw"],
    offset: 0x4_2000,
    cite: `${I915_REG}; gen9 has SKL_FUSE_STATUS here`,
  },
  ILK_DISPLAY_CHICKEN2: { offset: 0x4_2004, cite: I915_REG },
  CHICKEN_PAR1_1: {
    offset: 0x4_2080,
    fields: {
      IGNORE_KVMR_PIPE_A: 23,
      KBL_ARB_FILL_SPARE_22: 22,
      SKL_DE_COMPRESSED_HASH_MODE: 15,
      FORCE_ARB_IDLE_PLANES: 14,
      SKL_EDP_PSR_FIX_RDWRAP: 3,
    },
    cite: I915_REG,
  },
  CHICKEN_MISC_2: {
    offset: 0x4_2084,
    fields: { KBL_ARB_FILL_SPARE_14: 14, KBL_ARB_FILL_SPARE_13: 13 },
    cite: I915_REG,
  },
  CHICKEN_MISC_3: { offset: 0x4_2088, cite: "display/intel_display_regs.h (7.0)" },
  CHICKEN_MISC_4: {
    offset: 0x4_208c,
    fields: { CHICKEN_FBC_STRIDE_OVERRIDE: 13, CHICKEN_FBC_STRIDE: [12, 0] },
    cite: I915_REG,
  },
  CHICKEN_PAR2_1: { offset: 0x4_2090, cite: I915_REG },
  HSW_NDE_RSTWRN_OPT: { offset: 0x4_6408, fields: { RESET_PCH_HANDSHAKE_ENABLE: 4 }, cite: I915_REG },
  GEN8_CHICKEN_DCPR_1: {
    offset: 0x4_6430,
    fields: {
      SKL_SELECT_ALTERNATE_DC_EXIT: 30,
      DISABLE_FLR_SRC: 15,
      MASK_WAKEMEM: 13,
      DDI_CLOCK_REG_ACCESS: 7,
    },
    cite: I915_REG,
  },
  GEN9_CLKGATE_DIS_0: { on: ["kbl"], offset: 0x4_6530, cite: I915_REG },
  GEN9_CLKGATE_DIS_4: { on: ["kbl"], offset: 0x4_653c, cite: I915_REG },
});

export const CHICKEN_PIPE = bank(pipes(0x4_0000, 4), {
  CHICKEN_PIPESL_1: {
    offset: 0x20b0,
    fields: { HSW_PRI_STRETCH_MAX: [28, 27], HSW_SPR_STRETCH_MAX: [26, 25], HSW_FBCQ_DIS: 22 },
    cite: I915_REG,
  },
  CLKGATE_DIS_PSL: { on: ["kbl"], offset: 0x6520, fields: { CURSOR_GATING_DIS: 28 }, cite: I915_REG },
});

export const CHICKEN_TRANS = bank(transcoders(0x4_20c0, 0x4_20cc, 4), {
  CHICKEN_TRANS: {
    offset: 0,
    fields: {
      HSW_FRAME_START_DELAY: [28, 27],
      DDI_TRAINING_OVERRIDE_ENABLE: 19,
      DDI_TRAINING_OVERRIDE_VALUE: 18,
    },
    cite: I915_REG,
  },
});
