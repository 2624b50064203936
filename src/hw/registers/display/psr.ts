import { bank } from "../../register.ts";
import { DISPLAY, I915_REG, transcoders } from "./instances.ts";

/** Panel self refresh: from Broadwell on one block a transcoder, and one pair of interrupt words for all. */
export const PSR = bank(transcoders(0x6_0800, 0x6_f800), {
  EDP_PSR_CTL: {
    offset: 0x00,
    fields: {
      EDP_PSR_ENABLE: 31,
      EDP_PSR_LINK_STANDBY: 27,
      EDP_PSR_MIN_LINK_ENTRY_TIME: [26, 25],
      EDP_PSR_MAX_SLEEP_TIME: [24, 20],
      EDP_PSR_SKIP_AUX_EXIT: 12,
      EDP_PSR_CRC_ENABLE: 10,
      EDP_PSR_IDLE_FRAME: [3, 0],
    },
    cite: I915_REG,
  },
  EDP_PSR_AUX_CTL: { offset: 0x10, cite: I915_REG },
  EDP_PSR_AUX_DATA: { offset: 0x14, count: 5, cite: I915_REG },
  EDP_PSR_STATUS: {
    offset: 0x40,
    rule: "readOnly",
    fields: { EDP_PSR_STATUS_STATE: [31, 29], EDP_PSR_STATUS_LINK: [27, 26], EDP_PSR_STATUS_COUNT: [19, 16] },
    cite: I915_REG,
  },
  EDP_PSR_PERF_CNT: { offset: 0x44, fields: { EDP_PSR_PERF_CNT: [23, 0] }, cite: I915_REG },
  PSR_EVENT: { on: ["kbl"], offset: 0x48, rule: "oneToClear", cite: `${I915_REG}; display/intel_psr.c` },
  EDP_PSR_DEBUG: {
    offset: 0x60,
    fields: {
      EDP_PSR_DEBUG_MASK_MAX_SLEEP: 28,
      EDP_PSR_DEBUG_MASK_LPSP: 27,
      EDP_PSR_DEBUG_MASK_MEMUP: 26,
      EDP_PSR_DEBUG_MASK_HPD: 25,
      EDP_PSR_DEBUG_MASK_DISP_REG_WRITE: 16,
      EDP_PSR_DEBUG_EXIT_ON_PIXEL_UNDERRUN: 15,
    },
    cite: I915_REG,
  },
  EDP_PSR2_CTL: {
    on: ["kbl"],
    offset: 0x100,
    fields: { EDP_PSR2_ENABLE: 31, EDP_PSR2_FRAME_BEFORE_SU: [7, 4], EDP_PSR2_IDLE_FRAME: [3, 0] },
    cite: I915_REG,
  },
  PSR2_SU_STATUS: { on: ["kbl"], offset: 0x114, count: 3, rule: "readOnly", cite: I915_REG },
  EDP_PSR2_STATUS: { on: ["kbl"], offset: 0x140, rule: "readOnly", cite: I915_REG },
});

export const PSR_INTERRUPT = bank(DISPLAY, {
  EDP_PSR_IMR: { offset: 0x6_4834, cite: `${I915_REG}; docs/facts/display.md#other-registers` },
  EDP_PSR_IIR: { offset: 0x6_4838, rule: "oneToClear", cite: `${I915_REG}; docs/facts/guests.md#behaviours` },
});
