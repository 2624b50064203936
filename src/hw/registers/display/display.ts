import { bank } from "../../register.ts";
import { DISPLAY, I915_REG, MMIO_TABLE } from "./instances.ts";

/** What the display engine has once and no other file takes: VGA, fuses, timestamps, scratch words. */
export const DISPLAY_ENGINE = bank(DISPLAY, {
  CPU_VGACNTRL: {
    offset: 0x4_1000,
    fields: { VGA_DISP_DISABLE: 31, VGA_PIPE_B_SELECT: 29 },
    cite: `${I915_REG}; gvt/handlers.c, vga_control_mmio_write`,
  },
  FUSE_STRAP: {
    offset: 0x4_2014,
    rule: "readOnly",
    fields: {
      ILK_INTERNAL_DISPLAY_DISABLE: 30,
      IVB_PIPE_C_DISABLE: 28,
      HSW_CDCLK_LIMIT: 24,
      HSW_CPU_SSC_ENABLE: 21,
    },
    cite: I915_REG,
  },
  FUSE_STRAP3: {
    offset: 0x4_2020,
    rule: "readOnly",
    fields: { HSW_REF_CLK_SELECT: 1 },
    cite: `${I915_REG}; display/intel_dpll_mgr.c, hsw_update_dpll_ref_clks`,
  },
  RM_TIMEOUT: { offset: 0x4_2060, cite: I915_REG },
  FPGA_DBG: {
    offset: 0x4_2300,
    oneToClear: 0x8000_0000,
    fields: { FPGA_DBG_RM_NOCLAIM: 31 },
    cite: `${I915_REG}; gvt/handlers.c, fpga_dbg_mmio_write`,
  },
  IVB_TIMESTAMP_CTR: { offset: 0x4_4070, rule: "readOnly", timeValue: true, cite: I915_REG },
  GEN9_TIMESTAMP_OVERRIDE: {
    on: ["kbl"],
    offset: 0x4_4074,
    fields: {
      GEN9_TIMESTAMP_OVERRIDE_US_COUNTER_DENOMINATOR: [15, 12],
      GEN9_TIMESTAMP_OVERRIDE_US_COUNTER_DIVIDER: [9, 0],
    },
    cite: I915_REG,
  },
  BLM_HIST_GUARD: { offset: 0x4_8268, cite: `${MMIO_TABLE}, unnamed; a Haswell register list's name` },
  SWF_ILK: { offset: 0x4_f000, count: 36, cite: `${I915_REG}; ${MMIO_TABLE}` },
  SKL_DFSM: {
    on: ["kbl"],
    offset: 0x5_1000,
    rule: "readOnly",
    fields: {
      SKL_DFSM_PIPE_A_DISABLE: 30,
      SKL_DFSM_PIPE_C_DISABLE: 28,
      SKL_DFSM_DISPLAY_PM_DISABLE: 27,
      SKL_DFSM_DISPLAY_HDCP_DISABLE: 25,
      SKL_DFSM_CDCLK_LIMIT: [24, 23],
      SKL_DFSM_PIPE_B_DISABLE: 21,
    },
    cite: I915_REG,
  },
  SKL_DSSM: { on: ["kbl"], offset: 0x5_1004, rule: "readOnly", cite: I915_REG },
  GTC_CPU_IMR: { offset: 0x6_7054, cite: `${MMIO_TABLE}, unnamed; a Haswell register list's name` },
  DISPIO_CR_TX_BMU_CR0: { on: ["kbl"], offset: 0x6_c00c, cite: `${I915_REG}; display/intel_ddi.c` },
});
