import { bank } from "../../register.ts";
import { DISPLAY, I915_REG, SOUTH } from "./instances.ts";

const BACKLIGHT_REGS = "display/intel_backlight_regs.h";

/** Backlight and utility pin on the CPU's side. */
export const BACKLIGHT = bank(DISPLAY, {
  BLC_PWM_CPU_CTL2: { offset: 0x4_8250, fields: { BLM_PWM_ENABLE: 31 }, cite: BACKLIGHT_REGS },
  BLC_PWM_CPU_CTL: { offset: 0x4_8254, fields: { BACKLIGHT_DUTY_CYCLE: [15, 0] }, cite: BACKLIGHT_REGS },
  HSW_BLC_PWM2_CTL: { offset: 0x4_8350, cite: BACKLIGHT_REGS },
  UTIL_PIN_CTL: {
    offset: 0x4_8400,
    fields: {
      UTIL_PIN_ENABLE: 31,
      UTIL_PIN_PIPE: [30, 29],
      UTIL_PIN_MODE: [27, 24],
      UTIL_PIN_OUTPUT_DATA: 23,
      UTIL_PIN_POLARITY: 22,
      UTIL_PIN_DIRECTION_INPUT: 19,
      UTIL_PIN_INPUT_DATA: 16,
    },
    cite: BACKLIGHT_REGS,
  },
});

/** Panel power sequencer and backlight of the PCH. */
export const PANEL_POWER = bank(SOUTH, {
  PCH_PP_STATUS: {
    offset: 0xc_7200,
    rule: "readOnly",
    fields: {
      PP_ON: 31,
      PP_READY: 30,
      PP_SEQUENCE: [29, 28],
      PP_CYCLE_DELAY_ACTIVE: 27,
      PP_SEQUENCE_STATE: [3, 0],
    },
    cite: I915_REG,
  },
  PCH_PP_CONTROL: {
    offset: 0xc_7204,
    then: "panel.power",
    fields: {
      PANEL_UNLOCK: [31, 16],
      EDP_FORCE_VDD: 3,
      EDP_BLC_ENABLE: 2,
      PANEL_POWER_RESET: 1,
      PANEL_POWER_ON: 0,
    },
    cite: `${I915_REG}; gvt/handlers.c, pch_pp_control_mmio_write`,
  },
  PCH_PP_ON_DELAYS: { offset: 0xc_7208, cite: I915_REG },
  PCH_PP_OFF_DELAYS: { offset: 0xc_720c, cite: I915_REG },
  PCH_PP_DIVISOR: { offset: 0xc_7210, cite: I915_REG },
});

export const BACKLIGHT_SOUTH = bank(SOUTH, {
  BLC_PWM_PCH_CTL1: {
    offset: 0xc_8250,
    fields: { BLM_PCH_PWM_ENABLE: 31, BLM_PCH_OVERRIDE_ENABLE: 30, BLM_PCH_POLARITY: 29 },
    cite: BACKLIGHT_REGS,
  },
  BLC_PWM_PCH_CTL2: { offset: 0xc_8254, cite: BACKLIGHT_REGS },
});
