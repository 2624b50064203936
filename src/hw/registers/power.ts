import { bank } from "../register.ts";
import { GT_REGS, I915_REG } from "./gt-rows.ts";

const RPS = `${GT_REGS}; gt/intel_rps.c`;
const RC6 = `${GT_REGS}; gt/intel_rc6.c`;
/** The power controller's own words: the driver does not write them again after a reset. */
const kept = { keptOnGtReset: true } as const;
const counter = { rule: "readOnly", timeValue: true, keptOnGtReset: true } as const;
const evaluation = { ...counter, fields: { GEN6_RP_EI_MASK: [23, 0] } } as const;

/** Frequency requests (RPS) and what the hardware measured to answer them. */
export const FREQUENCY = bank(
  { power: 0 },
  {
    GEN6_RPNSWREQ: {
      offset: 0xa008,
      ...kept,
      fields: { GEN9_FREQUENCY: [31, 23], GEN6_OFFSET: [22, 19] },
      cite: RPS,
    },
    GEN6_RC_VIDEO_FREQ: { offset: 0xa00c, ...kept, fields: { GEN9_FREQUENCY: [31, 23] }, cite: RPS },
    GEN6_RP_DOWN_TIMEOUT: { offset: 0xa010, ...kept, cite: RPS },
    GEN6_RP_INTERRUPT_LIMITS: { offset: 0xa014, ...kept, cite: RPS },
    GEN6_RPSTAT1: {
      offset: 0xa01c,
      ...kept,
      rule: "readOnly",
      fields: { GEN9_CAGF_MASK: [31, 23], HSW_CAGF_MASK: [13, 7] },
      cite: RPS,
    },
    GEN6_RP_CONTROL: {
      offset: 0xa024,
      ...kept,
      fields: {
        GEN6_RP_MEDIA_TURBO: 11,
        GEN6_RP_MEDIA_MODE_MASK: [10, 9],
        GEN6_RP_MEDIA_IS_GFX: 8,
        GEN6_RP_ENABLE: 7,
        GEN6_RP_UP: [5, 3],
        GEN6_RP_DOWN: [2, 0],
      },
      cite: RPS,
    },
    GEN6_RP_UP_THRESHOLD: { offset: 0xa02c, ...kept, cite: RPS },
    GEN6_RP_DOWN_THRESHOLD: { offset: 0xa030, ...kept, cite: RPS },
    GEN6_RP_CUR_UP_EI: { offset: 0xa050, ...evaluation, cite: RPS },
    GEN6_RP_CUR_UP: { offset: 0xa054, ...evaluation, cite: RPS },
    GEN6_RP_PREV_UP: { offset: 0xa058, ...evaluation, cite: RPS },
    GEN6_RP_CUR_DOWN_EI: { offset: 0xa05c, ...evaluation, cite: RPS },
    GEN6_RP_CUR_DOWN: { offset: 0xa060, ...evaluation, cite: RPS },
    GEN6_RP_PREV_DOWN: { offset: 0xa064, ...evaluation, cite: RPS },
    GEN6_RP_UP_EI: { offset: 0xa068, ...kept, cite: RPS },
    GEN6_RP_DOWN_EI: { offset: 0xa06c, ...kept, cite: RPS },
    GEN6_RP_IDLE_HYSTERSIS: { offset: 0xa070, ...kept, cite: RPS },
    GEN6_RPDEUHWTC: { offset: 0xa080, ...kept, cite: GT_REGS },
    GEN6_RPDEUC: { offset: 0xa084, ...kept, cite: GT_REGS },
    GEN6_RPDEUCSW: { offset: 0xa088, ...kept, cite: GT_REGS },
    GEN6_PMINTRMSK: {
      offset: 0xa168,
      ...kept,
      fields: { GEN8_PMINTR_DISABLE_REDIRECT_TO_GUC: 31, ARAT_EXPIRED_INTRMSK: 9 },
      cite: RPS,
    },
    GEN9_RP_STATE_LIMITS: { offset: 0x13_8148, on: ["kbl"], cite: I915_REG },
    GT0_PERF_LIMIT_REASONS: {
      offset: 0x13_81a8,
      fields: {
        GT0_PERF_LIMIT_REASONS_LOG_MASK: [31, 16],
        POWER_LIMIT_2_MASK: 11,
        POWER_LIMIT_1_MASK: 10,
        POWER_LIMIT_4_MASK: 8,
        VR_TDC_MASK: 7,
        VR_THERMALERT_MASK: 6,
        RATL_MASK: 5,
        THERMAL_LIMIT_MASK: 1,
        PROCHOT_MASK: 0,
      },
      cite: `${I915_REG}; gt/intel_gt_pm_debugfs.c`,
    },
  },
);

/** Sleep states (RC6), power gating of render and media, and how long the GT slept. */
export const SLEEP = bank(
  { power: 0 },
  {
    RC6_LOCATION: { offset: 0xd40, ...kept, fields: { RC6_CTX_IN_DRAM: 0 }, cite: RC6 },
    RC6_CTX_BASE: { offset: 0xd48, ...kept, fields: { RC6_CTX_BASE_MASK: [31, 4] }, cite: RC6 },
    GEN8_RC6_CTX_INFO: { offset: 0x8504, ...kept, cite: RC6 },
    GEN6_GFXPAUSE: { offset: 0xa000, ...kept, cite: RC6 },
    GEN6_RC_CONTROL: {
      offset: 0xa090,
      ...kept,
      fields: {
        GEN6_RC_CTL_HW_ENABLE: 31,
        GEN7_RC_CTL_TO_MODE: 28,
        GEN6_RC_CTL_EI_MODE: 27,
        GEN6_RC_CTL_RC7_ENABLE: 22,
        GEN6_RC_CTL_RC1e_ENABLE: 20,
        GEN6_RC_CTL_RC6_ENABLE: 18,
        GEN6_RC_CTL_RC6p_ENABLE: 17,
        GEN6_RC_CTL_RC6pp_ENABLE: 16,
      },
      cite: RC6,
    },
    GEN6_RC_STATE: { offset: 0xa094, ...kept, fields: { RC_SW_TARGET_STATE_MASK: [18, 16] }, cite: RC6 },
    GEN6_RC1_WAKE_RATE_LIMIT: { offset: 0xa098, ...kept, cite: RC6 },
    GEN6_RC6_WAKE_RATE_LIMIT: { offset: 0xa09c, ...kept, cite: RC6 },
    GEN6_RC6pp_WAKE_RATE_LIMIT: { offset: 0xa0a0, ...kept, cite: RC6 },
    GEN6_RC_EVALUATION_INTERVAL: { offset: 0xa0a8, ...kept, cite: RC6 },
    GEN6_RC_IDLE_HYSTERSIS: { offset: 0xa0ac, ...kept, cite: RC6 },
    GEN6_RC_SLEEP: { offset: 0xa0b0, ...kept, cite: RC6 },
    GEN6_RC1e_THRESHOLD: { offset: 0xa0b4, ...kept, cite: RC6 },
    GEN6_RC6_THRESHOLD: { offset: 0xa0b8, ...kept, cite: RC6 },
    GEN6_RC6p_THRESHOLD: { offset: 0xa0bc, ...kept, cite: RC6 },
    GEN6_RC6pp_THRESHOLD: { offset: 0xa0c0, ...kept, cite: RC6 },
    GEN9_MEDIA_PG_IDLE_HYSTERESIS: { on: ["kbl"], offset: 0xa0c4, ...kept, cite: RC6 },
    GEN9_RENDER_PG_IDLE_HYSTERESIS: { on: ["kbl"], offset: 0xa0c8, ...kept, cite: RC6 },
    ECOBUS: {
      offset: 0xa180,
      ...kept,
      fields: { FORCEWAKE_MT_ENABLE: 5 },
      cite: `${GT_REGS}, also GEN8_MISC_CTRL0; gt/intel_rc6.c`,
    },
    GEN9_PG_ENABLE: {
      on: ["kbl"],
      offset: 0xa210,
      ...kept,
      fields: { GEN9_MEDIA_PG_ENABLE: 1, GEN9_RENDER_PG_ENABLE: 0 },
      cite: RC6,
    },
    GEN8_PUSHBUS_CONTROL: { offset: 0xa248, ...kept, cite: RC6 },
    GEN8_PUSHBUS_ENABLE: { offset: 0xa250, ...kept, cite: RC6 },
    GEN8_PUSHBUS_SHIFT: { offset: 0xa25c, ...kept, cite: RC6 },
    GEN9_PWRGT_DOMAIN_STATUS: {
      on: ["kbl"],
      offset: 0xa2a0,
      rule: "readOnly",
      fields: { GEN9_PWRGT_RENDER_STATUS_MASK: 1, GEN9_PWRGT_MEDIA_STATUS_MASK: 0 },
      cite: `${GT_REGS}; gt/intel_gt_pm_debugfs.c`,
    },
    RSTDBYCTL: { offset: 0x1_11b8, ...kept, cite: `${GT_REGS}; intel_gvt_mmio_table.c` },
    GEN6_GT_THREAD_STATUS_REG: {
      offset: 0x13_805c,
      rule: "readOnly",
      fields: { GEN6_GT_THREAD_STATUS_CORE_MASK: [2, 0] },
      cite: `${GT_REGS}; gvt/mmio.c, intel_vgpu_reset_mmio`,
    },
    GEN6_GT_CORE_STATUS: {
      offset: 0x13_8060,
      rule: "readOnly",
      fields: { GEN6_CORE_CPD_STATE_MASK: [6, 4], GEN6_RCn_MASK: [2, 0] },
      cite: `${GT_REGS}; gvt/mmio.c, intel_vgpu_reset_mmio`,
    },
    GEN8_GT_SLICE_INFO: {
      offset: 0x13_8064,
      rule: "readOnly",
      fields: { GEN8_LSLICESTAT_MASK: [2, 0] },
      cite: `${GT_REGS}; gt/intel_sseu_debugfs.c`,
    },
    GEN6_GT_GFX_RC6_LOCKED: { offset: 0x13_8104, ...counter, cite: RC6 },
    GEN6_GT_GFX_RC6: { offset: 0x13_8108, ...counter, cite: RC6 },
    GEN6_GT_GFX_RC6p: { offset: 0x13_810c, ...counter, cite: RC6 },
    GEN6_GT_GFX_RC6pp: { offset: 0x13_8110, ...counter, cite: RC6 },
  },
);

/** The clock that the timestamps count: 24 MHz, one tick in two, hence the 12 MHz of a guest's TIMESTAMP. */
export const CLOCK = bank(
  { power: 0 },
  {
    RPM_CONFIG0: {
      offset: 0xd00,
      reset: 0x8,
      ...kept,
      fields: { GEN9_RPM_CONFIG0_CRYSTAL_CLOCK_FREQ_MASK: 3 },
      cite: `${GT_REGS}; gt/intel_gt_clock_utils.c`,
    },
    RPM_CONFIG1: { offset: 0xd04, ...kept, cite: `${GT_REGS}; i915_perf.c` },
    RCP_CONFIG: { offset: 0xd08, ...kept, cite: GT_REGS },
    CTC_MODE: {
      on: ["kbl"],
      offset: 0xa26c,
      reset: 0x4,
      ...kept,
      fields: { CTC_SHIFT_PARAMETER_MASK: [2, 1], CTC_SOURCE_PARAMETER_MASK: 0 },
      cite: `${GT_REGS}; gt/intel_gt_clock_utils.c, gen9_read_clock_frequency; docs/facts/guests.md#behaviours`,
    },
  },
);
