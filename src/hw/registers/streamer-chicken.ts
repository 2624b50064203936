import { bank } from "../register.ts";
import { GT_REGS, GVT_REG } from "./gt-rows.ts";

const GVT = `${GT_REGS}; docs/facts/mmio.md#command-access`;
const WA = `${GT_REGS}; gt/intel_workarounds.c; docs/facts/mmio.md#command-access`;
const masked = { rule: "maskedBits", commandAccess: true } as const;
const inContext = true;

/** Chicken bits of the command streamer and the fixed functions in front of the shaders. */
export const STREAMER_CHICKENS = bank(
  { rcs0: 0 },
  {
    FF_SLICE_CHICKEN: {
      offset: 0x2088,
      ...masked,
      fields: { FF_SLICE_CHICKEN_CL_PROVOKING_VERTEX_FIX: 1 },
      cite: GVT,
    },
    _3D_CHICKEN3: {
      offset: 0x2090,
      ...masked,
      fields: { _3D_CHICKEN3_AA_LINE_QUALITY_FIX_ENABLE: 5 },
      cite: GVT,
    },
    GEN7_FF_THREAD_MODE: {
      offset: 0x20a0,
      fields: { GEN8_FF_DS_REF_CNT_FFME: 19, GEN7_FF_VS_REF_CNT_FFME: 15 },
      commandAccess: true,
      cite: "i915_reg.h; docs/facts/mmio.md#command-access",
    },
    WAIT_FOR_RC6_EXIT: {
      offset: 0x20cc,
      rule: "maskedBits",
      fields: { HSW_RCS_INHIBIT: 8, HSW_RCS_CONTEXT_ENABLE: 7, HSW_WAIT_FOR_RC6_EXIT_ENABLE: 0 },
      cite: GT_REGS,
    },
    CS_DEBUG_MODE2: {
      on: ["kbl"],
      offset: 0x20d8,
      rule: "maskedBits",
      inContext,
      fields: {
        CONSTANTBUFFERAddressOffsetDisable: 4,
        MediaInstructionDisable: 1,
        _3DRenderingInstructionDisable: 0,
      },
      cite: "Mesa gen9.xml, CS_DEBUG_MODE2; docs/facts/mmio.md#held-in-the-context",
    },
    GEN7_FF_SLICE_CS_CHICKEN1: {
      offset: 0x20e0,
      ...masked,
      fields: { GEN9_FFSC_PERCTX_PREEMPT_CTRL: 14 },
      cite: WA,
    },
    FF_SLICE_CS_CHICKEN2: {
      offset: 0x20e4,
      ...masked,
      fields: { GEN9_POOLED_EU_LOAD_BALANCING_FIX_DISABLE: 10, GEN9_TSG_BARRIER_ACK_DISABLE: 8 },
      cite: WA,
    },
    GEN9_CS_DEBUG_MODE1: {
      on: ["kbl"],
      offset: 0x20ec,
      ...masked,
      fields: { FF_DOP_CLOCK_GATE_DISABLE: 1 },
      cite: WA,
    },
    GEN8_STATE_ACK: {
      offset: 0x20f0,
      rule: "maskedBits",
      fields: {
        GEN9_STATE_ACK_TDL3: 15,
        GEN9_STATE_ACK_TDL2: 14,
        GEN9_STATE_ACK_TDL1: 13,
        GEN9_STATE_ACK_TDL0: 12,
      },
      cite: GT_REGS,
    },
    GEN9_STATE_ACK_SLICE1: { on: ["kbl"], offset: 0x20f8, rule: "maskedBits", cite: GT_REGS },
    GEN9_STATE_ACK_SLICE2: { on: ["kbl"], offset: 0x2100, rule: "maskedBits", cite: GT_REGS },
    CACHE_MODE_0: { offset: 0x2120, ...masked, cite: GVT },
    BB_PREEMPT_ADDR: {
      offset: 0x2148,
      commandAccess: true,
      cite: "docs/facts/mmio.md#command-access; PRM name",
    },
    RS_PREEMPT_STATUS: {
      offset: 0x215c,
      commandAccess: true,
      cite: "docs/facts/mmio.md#command-access; name: intel_lrc.c of 4.x, GEN8_RS_PREEMPT_STATUS",
    },
    GEN9_CTX_PREEMPT_REG: {
      offset: 0x2248,
      commandAccess: true,
      cite: WA,
    },
    VFSKPD: { offset: 0x2470, ...masked, cite: "docs/facts/mmio.md#command-access; PRM name" },
    GEN8_CS_CHICKEN1: {
      offset: 0x2580,
      ...masked,
      fields: { GEN9_PREEMPT_GPGPU_LEVEL_MASK: [2, 1], GEN9_PREEMPT_3D_OBJECT_LEVEL: 0 },
      inContext,
      cite: WA,
    },
    VF_GUARDBAND: {
      offset: 0x83a4,
      rule: "maskedBits",
      commandAccess: true,
      inContext,
      cite: `${GVT_REG}; docs/facts/mmio.md#held-in-the-context`,
    },
  },
);
