import { bank } from "../register.ts";
import { GT_REGS, I915_REG } from "./gt-rows.ts";

const CAPTURE = "i915_gpu_error.c";

/** What went wrong, and what was still busy: read when an error is captured. */
export const FAULTS = bank(
  { gt: 0 },
  {
    PGTBL_ER: { offset: 0x2024, cite: `${I915_REG}; ${CAPTURE}` },
    GEN8_RING_FAULT_REG: {
      offset: 0x4094,
      fields: {
        RING_FAULT_ENGINE_ID_MASK: [16, 12],
        RING_FAULT_SRCID_MASK: [10, 3],
        RING_FAULT_FAULT_TYPE_MASK: [2, 1],
        RING_FAULT_VALID: 0,
      },
      commandAccess: true,
      cite: `${GT_REGS}; gt/intel_gt.c; gvt.md 2.5`,
    },
    ERROR_GEN6: { offset: 0x40a0, cite: `${GT_REGS}; ${CAPTURE}` },
    DONE_REG: { offset: 0x40b0, rule: "readOnly", cite: `${GT_REGS}; ${CAPTURE}` },
    GEN8_FAULT_TLB_DATA0: {
      offset: 0x4b10,
      rule: "readOnly",
      fields: { FAULT_VA_LOW_BITS: [31, 0] },
      cite: `${GT_REGS}; ${CAPTURE}`,
    },
    GEN8_FAULT_TLB_DATA1: {
      offset: 0x4b14,
      rule: "readOnly",
      fields: { FAULT_GTT_SEL: 4, FAULT_VA_HIGH_BITS: [3, 0] },
      cite: `${GT_REGS}; ${CAPTURE}`,
    },
    GEN7_SC_INSTDONE: {
      offset: 0x7100,
      rule: "readOnly",
      cite: `${GT_REGS}; gvt.md 2.6`,
    },
    GEN8_SAMPLER_INSTDONE: { offset: 0xe160, rule: "readOnly", cite: `${GT_REGS}; gt/intel_engine_cs.c` },
    GEN8_ROW_INSTDONE: { offset: 0xe164, rule: "readOnly", cite: `${GT_REGS}; gt/intel_engine_cs.c` },
    GEN9_RCS_FE_FSM2: { offset: 0x22a4, rule: "readOnly", cite: GT_REGS },
    GEN6_RCS_PWR_FSM: { offset: 0x22ac, rule: "readOnly", cite: GT_REGS },
  },
);
