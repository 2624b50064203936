import { bank } from "../../register.ts";
import { I915_REG, SOUTH } from "./instances.ts";

/** The PCH's side of the display: straps, clocks, errors, the sideband to its internal units. */
export const SOUTH_DISPLAY = bank(SOUTH, {
  SOUTH_CHICKEN1: {
    offset: 0xc_2000,
    fields: { SBCLK_RUN_REFCLK_DIS: 7, SPT_PWM_GRANULARITY: 0 },
    cite: I915_REG,
  },
  SOUTH_CHICKEN2: {
    offset: 0xc_2004,
    fields: {
      FDI_MPHY_IOSFSB_RESET_STATUS: 13,
      FDI_MPHY_IOSFSB_RESET_CTL: 12,
      LPT_PWM_GRANULARITY: 5,
      DPLS_EDP_PPS_FIX_DIS: 0,
    },
    cite: I915_REG,
  },
  SFUSE_STRAP: {
    offset: 0xc_2014,
    reset: 0x0000_0007,
    rule: "readOnly",
    fields: {
      SFUSE_STRAP_FUSE_LOCK: 13,
      SFUSE_STRAP_RAW_FREQUENCY: 8,
      SFUSE_STRAP_DISPLAY_DISABLED: 7,
      SFUSE_STRAP_CRT_DISABLED: 6,
      SFUSE_STRAP_DDIB_DETECTED: 2,
      SFUSE_STRAP_DDIC_DETECTED: 1,
      SFUSE_STRAP_DDID_DETECTED: 0,
    },
    variants: { bdw: { reset: 0x0000_0047 } },
    cite: `${I915_REG}; docs/facts/display.md#ports`,
  },
  SOUTH_DSPCLK_GATE_D: {
    offset: 0xc_2020,
    fields: {
      PCH_GMBUSUNIT_CLOCK_GATE_DISABLE: 31,
      PCH_DPLUNIT_CLOCK_GATE_DISABLE: 30,
      PCH_DPLSUNIT_CLOCK_GATE_DISABLE: 29,
      PCH_DPMGUNIT_CLOCK_GATE_DISABLE: 15,
      PCH_CPUNIT_CLOCK_GATE_DISABLE: 14,
      PCH_LP_PARTITION_LEVEL_DISABLE: 12,
    },
    cite: I915_REG,
  },
  SERR_INT: {
    offset: 0xc_4040,
    rule: "oneToClear",
    fields: { SERR_INT_POISON: 31, SERR_INT_TRANS_A_FIFO_UNDERRUN: 0 },
    cite: `${I915_REG}; i915_irq.c, cpt_serr_int_handler`,
  },
  SBI_ADDR: { offset: 0xc_6000, cite: I915_REG },
  SBI_DATA: { offset: 0xc_6004, cite: I915_REG },
  SBI_CTL_STAT: {
    offset: 0xc_6008,
    rule: "discard",
    fields: { SBI_RESPONSE_FAIL: 1, SBI_BUSY: 0 },
    cite: `${I915_REG}; gvt/handlers.c, sbi_ctl_mmio_write: always ready, always a success`,
  },
  PIXCLK_GATE: { offset: 0xc_6020, cite: I915_REG },
  PCH_RAWCLK_FREQ: {
    offset: 0xc_6204,
    reset: 24,
    fields: { FDL_TP1_TIMER: [13, 12], FDL_TP2_TIMER: [11, 10], RAWCLK_FREQ: [9, 0] },
    cite: `${I915_REG}; display/intel_cdclk.c, pch_rawclk: in MHz`,
  },
});
