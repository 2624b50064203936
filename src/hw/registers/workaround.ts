import { bank } from "../register.ts";
import { GT_REGS } from "./gt-rows.ts";

const WA = `${GT_REGS}; gt/intel_workarounds.c; docs/facts/mmio.md#command-access`;
const masked = { rule: "maskedBits", commandAccess: true } as const;
const inContext = true;

/** Chicken bits of the slices: caches of the pixel back end, data cache, L3. */
export const SLICE_CHICKENS = bank(
  { gt: 0 },
  {
    GEN9_GAMT_ECO_REG_RW_IA: {
      on: ["kbl"],
      offset: 0x4ab0,
      fields: { GAMT_ECO_ENABLE_IN_PLACE_DECOMPRESS: 18 },
      commandAccess: true,
      cite: WA,
    },
    GAMT_CHKN_BIT_REG: {
      on: ["kbl"],
      offset: 0x4ab8,
      fields: {
        GAMT_CHKN_DISABLE_L3_COH_PIPE: 31,
        GAMT_CHKN_DISABLE_DYNAMIC_CREDIT_SHARING: 28,
        GAMT_CHKN_DISABLE_I2M_CYCLE_ON_WR_PORT: 24,
      },
      commandAccess: true,
      cite: WA,
    },
    MMCD_MISC_CTRL: {
      on: ["kbl"],
      offset: 0x4ddc,
      fields: { MMCD_PCLA: 31, MMCD_HOTSPOT_EN: 27 },
      commandAccess: true,
      cite: WA,
    },
    GEN9_WM_CHICKEN3: {
      on: ["kbl"],
      offset: 0x5588,
      ...masked,
      fields: { GEN9_FACTOR_IN_CLR_VAL_HIZ: 9 },
      cite: WA,
    },
    CACHE_MODE_0_GEN7: {
      offset: 0x7000,
      ...masked,
      fields: {
        HIZ_RAW_STALL_OPT_DISABLE: 2,
        RC_OP_FLUSH_ENABLE: 0,
        SamplerL2Disable: 15,
        MSAACompressionPlaneNumberThresholdForeLLC: [14, 12],
        SamplerSetRemappingFor3DDisable: 11,
        SamplerL2TLBPrefetchEnable: 9,
        SamplerL2RequestArbitration: [7, 6],
        STCPMAOptimizationEnable: 5,
        RCCEvictionPolicy: 4,
        DisableClockGatingInThePixelBackend: 1,
      },
      inContext,
      cite: `${WA}; Mesa gen9.xml`,
    },
    CACHE_MODE_1: {
      offset: 0x7004,
      ...masked,
      fields: {
        MSAA_OPTIMIZATION_REDUC_DISABLE: 11,
        GEN8_4x4_STC_OPTIMIZATION_DISABLE: 6,
        GEN9_PARTIAL_RESOLVE_IN_VC_DISABLE: 1,
        ColorCompressionDisable: 15,
        BlendOptimizationFixDisable: 14,
        NPEarlyZFailsDisable: 13,
        HIZEvictionPolicy: 12,
        MSCRAWHazardAvoidanceBit: 9,
        SamplerCacheSetXORSelection: [8, 7],
        MCSCacheDisable: 5,
        FloatBlendOptimizationEnable: 4,
        DepthReadHitWriteOnlyOptimizationDisable: 3,
        RCZReadAfterExpansionControlFix2: 2,
      },
      inContext,
      cite: `${WA}; Mesa gen9.xml`,
    },
    GEN7_GT_MODE: {
      offset: 0x7008,
      ...masked,
      fields: {
        GEN6_WIZ_HASHING_HI: 9,
        GEN6_WIZ_HASHING_LO: 7,
        GEN9_IZ_HASHING: [5, 0],
        SliceHashing: [12, 11],
      },
      inContext,
      cite: `${WA}; Mesa gen9.xml`,
    },
    GEN7_COMMON_SLICE_CHICKEN1: {
      offset: 0x7010,
      ...masked,
      fields: { GEN9_RHWO_OPTIMIZATION_DISABLE: 14, GEN7_CSC1_RHWO_OPT_DISABLE_IN_RCC: 10 },
      inContext,
      cite: WA,
    },
    COMMON_SLICE_CHICKEN2: {
      offset: 0x7014,
      ...masked,
      fields: {
        GEN9_PBE_COMPRESSED_HASH_SELECTION: 13,
        GEN9_DISABLE_GATHER_AT_SET_SHADER_COMMON_SLICE: 12,
        GEN8_SBE_DISABLE_REPLAY_BUF_OPTIMIZATION: 8,
        GEN8_CSC2_SBE_VUE_CACHE_CONSERVATIVE: 0,
      },
      inContext,
      cite: WA,
    },
    HIZ_CHICKEN: {
      offset: 0x7018,
      ...masked,
      fields: { BDW_HIZ_POWER_COMPILER_CLOCK_GATING_DISABLE: 3 },
      cite: WA,
    },
    GEN8_L3CNTLREG: {
      offset: 0x7034,
      fields: {
        GEN8_ERRDETBCTRL: 9,
        AllAllocation: [31, 25],
        DCAllocation: [24, 18],
        ROAllocation: [17, 11],
        URBAllocation: [7, 1],
        SLMEnable: 0,
      },
      commandAccess: true,
      inContext,
      cite: `${GT_REGS}; Mesa gen9.xml, L3CNTLREG`,
    },
    HDC_CHICKEN0: {
      offset: 0x7300,
      ...masked,
      fields: {
        HDC_FORCE_CSR_NON_COHERENT_OVR_DISABLE: 15,
        HDC_FENCE_DEST_SLM_DISABLE: 14,
        HDC_DONOT_FETCH_MEM_WHEN_MASKED: 11,
        HDC_BARRIER_PERFORMANCE_DISABLE: 10,
        HDC_FORCE_CONTEXT_SAVE_RESTORE_NON_COHERENT: 5,
        HDC_FORCE_NON_COHERENT: 4,
      },
      inContext,
      cite: WA,
    },
    GEN8_HDC_CHICKEN1: { on: ["kbl"], offset: 0x7304, ...masked, inContext, cite: WA },
    GEN9_SLICE_COMMON_ECO_CHICKEN1: {
      on: ["kbl"],
      offset: 0x731c,
      rule: "maskedBits",
      fields: { GLKBarrierMode: 7 },
      cite: `${GT_REGS}; Mesa gen9.xml, SLICE_COMMON_ECO_CHICKEN1, masked`,
    },
    GEN8_GARBCNTL: {
      on: ["kbl"],
      offset: 0xb004,
      fields: { GEN9_GAPS_TSV_CREDIT_DISABLE: 7 },
      commandAccess: true,
      cite: WA,
    },
    GEN9_SCRATCH_LNCF1: {
      offset: 0xb008,
      fields: { GEN9_LNCF_NONIA_COHERENT_ATOMICS_ENABLE: 0 },
      cite: WA,
    },
    GEN8_L3SQCREG1: {
      offset: 0xb100,
      fields: { L3_GENERAL_PRIO_CREDITS: [23, 19], L3_HIGH_PRIO_CREDITS: [18, 14] },
      cite: WA,
    },
    GEN8_L3SQCREG4: {
      offset: 0xb118,
      fields: {
        GEN8_LQSC_RO_PERF_DIS: 27,
        GEN8_LQSQ_NONIA_COHERENT_ATOMICS_ENABLE: 22,
        GEN8_LQSC_FLUSH_COHERENT_LINES: 21,
      },
      commandAccess: true,
      cite: WA,
    },
    BDW_SCRATCH1: {
      offset: 0xb11c,
      fields: { EVICTION_PERF_FIX_ENABLE: 8, GEN9_LBS_SLA_RETRY_TIMER_DECREMENT_ENABLE: 2 },
      commandAccess: true,
      cite: `${WA}; also GEN9_SCRATCH1`,
    },
  },
);

/** Chicken bits of the half slices: samplers and the rows of execution units. */
export const ROW_CHICKENS = bank(
  { gt: 0 },
  {
    GEN8_HALF_SLICE_CHICKEN1: {
      offset: 0xe100,
      ...masked,
      fields: {
        GEN7_MAX_PS_THREAD_DEP: [15, 12],
        GEN7_SINGLE_SUBSCAN_DISPATCH_ENABLE: 10,
        GEN7_SBE_SS_CACHE_DISPATCH_PORT_SHARING_DISABLE: 4,
        GEN7_PSD_SINGLE_PORT_DISPATCH_ENABLE: 3,
      },
      inContext,
      cite: WA,
    },
    HALF_SLICE_CHICKEN2: {
      offset: 0xe180,
      ...masked,
      fields: { GEN8_ST_PO_DISABLE: 13 },
      inContext,
      cite: WA,
    },
    GEN8_HALF_SLICE_CHICKEN3: {
      offset: 0xe184,
      ...masked,
      fields: { GEN8_CENTROID_PIXEL_OPT_DIS: 8, GEN8_SAMPLER_POWER_BYPASS_DIS: 1 },
      inContext,
      cite: WA,
    },
    GEN9_HALF_SLICE_CHICKEN5: {
      offset: 0xe188,
      ...masked,
      fields: { GEN9_DG_MIRROR_FIX_ENABLE: 5, GEN9_CCS_TLB_PREFETCH_ENABLE: 3 },
      inContext,
      cite: WA,
    },
    GEN9_HALF_SLICE_CHICKEN7: {
      offset: 0xe194,
      ...masked,
      fields: {
        GEN9_SAMPLER_HASH_COMPRESSED_READ_ADDR: 8,
        GEN9_ENABLE_YV12_BUGFIX: 4,
        GEN9_ENABLE_GPGPU_PREEMPTION: 2,
      },
      inContext,
      cite: WA,
    },
    GEN8_ROW_CHICKEN: {
      offset: 0xe4f0,
      ...masked,
      fields: {
        FLOW_CONTROL_ENABLE: 15,
        PARTIAL_INSTRUCTION_SHOOTDOWN_DISABLE: 8,
        STALL_DOP_GATING_DISABLE: 5,
      },
      inContext,
      cite: WA,
    },
    GEN8_ROW_CHICKEN2: {
      offset: 0xe4f4,
      ...masked,
      fields: { DOP_CLOCK_GATING_DISABLE: 0 },
      cite: WA,
    },
  },
);
