import { bank } from "../register.ts";
import { GT_REGS, GUC_REG, GVT_REG, I915_REG, wide } from "./gt-rows.ts";

const TLB = `${GT_REGS}; docs/facts/registers.md#tlb`;
const invalidate = { then: "gt.tlb", fields: { INVALIDATE: 0 } } as const;

/** Reset, and the arbiters between engines, caches and memory. */
export const GT = bank(
  { gt: 0 },
  {
    GEN8_MCR_SELECTOR: {
      offset: 0xfdc,
      fields: { GEN8_MCR_SLICE: [27, 26], GEN8_MCR_SUBSLICE: [25, 24] },
      cite: GT_REGS,
    },
    HSW_GTT_CACHE_EN: { offset: 0x4024, cite: `${I915_REG}; i915_gpu_error.c` },
    ARB_MODE: {
      offset: 0x4030,
      rule: "maskedBits",
      fields: { ARB_MODE_SWIZZLE_IVB: 5, ARB_MODE_SWIZZLE_SNB: 4 },
      commandAccess: true,
      cite: `${I915_REG}; docs/facts/mmio.md#command-access`,
    },
    GEN8_GAMW_ECO_DEV_RW_IA: {
      offset: 0x4080,
      fields: { GAMW_ECO_DEV_CTX_RELOAD_DISABLE: 7, GAMW_ECO_ENABLE_64K_IPS_FIELD: [3, 0] },
      // Pages of 64 KiB came with gen9: before, the field cannot be set.
      variants: { bdw: { writable: 0xffff_fff0 } },
      cite: `${GT_REGS}; gt/intel_gtt.c, gtt_write_workarounds; gvt/gtt.c, vgpu_ips_enabled; docs/facts/registers.md#gt-reset`,
    },
    GAM_ECOCHK: {
      offset: 0x4090,
      fields: { BDW_DISABLE_HDC_INVALIDATION: 25, ECOCHK_SNB_BIT: 10, ECOCHK_DIS_TLB: 8 },
      commandAccess: true,
      cite: `${GT_REGS}; docs/facts/mmio.md#command-access`,
    },
    GEN8_PRIVATE_PAT_LO: { offset: 0x40e0, keptOnGtReset: true, cite: `${GT_REGS}; gt/intel_gtt.c` },
    GEN8_PRIVATE_PAT_HI: { offset: 0x40e4, keptOnGtReset: true, cite: `${GT_REGS}; gt/intel_gtt.c` },
    BSD_HWS_PGA_GEN7: {
      offset: 0x4180,
      commandAccess: true,
      cite: `${GT_REGS}; docs/facts/mmio.md#command-access`,
    },
    BLT_HWS_PGA_GEN7: {
      offset: 0x4280,
      commandAccess: true,
      cite: `${GT_REGS}; docs/facts/mmio.md#command-access`,
    },
    VEBOX_HWS_PGA_GEN7: {
      offset: 0x4380,
      commandAccess: true,
      cite: `${GT_REGS}; docs/facts/mmio.md#command-access`,
    },
    GEN8_RTCR: { offset: 0x4260, ...invalidate, cite: TLB },
    GEN8_M1TCR: { offset: 0x4264, ...invalidate, cite: TLB },
    GEN8_M2TCR: { offset: 0x4268, ...invalidate, cite: TLB },
    GEN8_BTCR: { offset: 0x426c, ...invalidate, cite: TLB },
    GEN8_VTCR: { offset: 0x4270, ...invalidate, cite: TLB },
    GEN8_GTCR: { offset: 0x4274, ...invalidate, cite: `${GUC_REG}; docs/facts/guests.md#behaviours` },
    GAMTARBMODE: {
      offset: 0x4a08,
      rule: "maskedBits",
      fields: { ARB_MODE_BWGTLB_DISABLE: 9, ARB_MODE_SWIZZLE_BDW: 1 },
      cite: `${GT_REGS}; gt/intel_ggtt_fencing.c, intel_gt_init_swizzling`,
    },
    GEN8_L3_LRA_1_GPGPU: { offset: 0x4dd4, cite: GT_REGS },
    HSW_IDICR: { offset: 0x9008, fields: { IDIHASHMSK: [21, 16] }, cite: GT_REGS },
    GEN6_MBCUNIT_SNPCR: { offset: 0x900c, fields: { GEN6_MBC_SNPCR_MASK: [22, 21] }, cite: GT_REGS },
    GEN7_SQ_CHICKEN_MBCUNIT_CONFIG: {
      offset: 0x9030,
      fields: { GEN7_SQ_CHICKEN_MBCUNIT_SQINTMOB: 11 },
      commandAccess: true,
      cite: `${GT_REGS}; docs/facts/mmio.md#command-access`,
    },
    FBC_LLC_READ_CTRL: { offset: 0x9044, fields: { FBC_LLC_FULLY_OPEN: 30 }, cite: GT_REGS },
    GEN6_MBCTL: {
      offset: 0x907c,
      writable: 0xffff_ffef,
      fields: {
        GEN6_MBCTL_ENABLE_BOOT_FETCH: 4,
        GEN6_MBCTL_CTX_FETCH_NEEDED: 3,
        GEN6_MBCTL_BME_UPDATE_ENABLE: 2,
        GEN6_MBCTL_MAE_UPDATE_ENABLE: 1,
        GEN6_MBCTL_BOOT_FETCH_MECH: 0,
      },
      cite: `${GT_REGS}; gvt/handlers.c, mbctl_write`,
    },
    GEN6_GDRST: {
      offset: 0x941c,
      then: "gt.gdrst",
      fields: {
        GEN8_GRDOM_MEDIA2: 7,
        GEN9_GRDOM_GUC: 5,
        GEN6_GRDOM_VECS: 4,
        GEN6_GRDOM_BLT: 3,
        GEN6_GRDOM_MEDIA: 2,
        GEN6_GRDOM_RENDER: 1,
        GEN6_GRDOM_FULL: 0,
      },
      cite: `${GT_REGS}; docs/facts/guests.md#behaviours; gvt/handlers.c, gdrst_mmio_write`,
    },
    GEN6_RSTCTL: { offset: 0x9420, cite: GT_REGS },
    GAC_ECO_BITS: { offset: 0x1_4090, cite: GT_REGS },
    GAB_CTL: { offset: 0x2_4000, fields: { GAB_CTL_CONT_AFTER_PAGEFAULT: 8 }, cite: GT_REGS },
    GEN7_GT_SCRATCH: { offset: 0x4_f100, count: 8, cite: `${GT_REGS}, GEN7_GT_SCRATCH_REG_NUM` },
    TILECTL: {
      offset: 0x10_1000,
      fields: {
        TILECTL_BACKSNOOP_DIS: 3,
        TILECTL_TLB_PREFETCH_DIS: 2,
        TILECTL_TLBPF: 1,
        TILECTL_SWZCTL: 0,
      },
      cite: I915_REG,
    },
    GFX_FLSH_CNTL_GEN6: {
      offset: 0x10_1008,
      then: "gt.ggtt_flush",
      fields: { GFX_FLSH_CNTL_EN: 0 },
      cite: `${GT_REGS}; gt/intel_ggtt.c, gen8_ggtt_invalidate; docs/facts/guests.md#behaviours`,
    },
    HSW_EDRAM_CAP: {
      offset: 0x12_0010,
      rule: "readOnly",
      fields: { EDRAM_NUM_BANKS: [4, 1], EDRAM_ENABLED: 0 },
      cite: `${I915_REG}; i915_edram.c`,
    },
  },
);

/** Sparse resources (tiled resource translation): set up by a context, saved with it. */
export const TILED_RESOURCES = bank(
  { gt: 0 },
  {
    TRVATTL3PTRDW: {
      on: ["kbl"],
      offset: 0x4de0,
      count: 2,
      commandAccess: true,
      inContext: true,
      cite: `${GVT_REG}; docs/facts/mmio.md#held-in-the-context`,
    },
    TRNULLDETCT: {
      on: ["kbl"],
      offset: 0x4de8,
      commandAccess: true,
      inContext: true,
      cite: `${GVT_REG}; docs/facts/mmio.md#held-in-the-context`,
    },
    TRINVTILEDETCT: {
      on: ["kbl"],
      offset: 0x4dec,
      commandAccess: true,
      inContext: true,
      cite: `${GVT_REG}; docs/facts/mmio.md#held-in-the-context`,
    },
    TRVADR: {
      on: ["kbl"],
      offset: 0x4df0,
      commandAccess: true,
      inContext: true,
      cite: `${GVT_REG}; docs/facts/mmio.md#held-in-the-context`,
    },
    TRTTE: {
      on: ["kbl"],
      offset: 0x4df4,
      fields: { TRTT_VA_VALID: 1, TRTT_ENABLE: 0 },
      commandAccess: true,
      inContext: true,
      cite: `${GVT_REG}; gvt/handlers.c, gen9_trtte_write`,
    },
    GEN9_TR_CHICKEN_BIT_VECTOR: {
      on: ["kbl"],
      offset: 0x4dfc,
      inContext: true,
      cite: "docs/facts/registers.md#tiled-resources; name: GmmLib, GMM_GEN9_TR_CHICKEN_BIT_VECTOR",
    },
  },
);

/** Where the firmware says that stolen memory and the page table lie. */
export const STOLEN_MEMORY = bank(
  { gt: 0 },
  {
    GGC: { offset: 0x10_8040, rule: "readOnly", cite: I915_REG },
    ...wide("GEN6_DSMBASE", 0x10_80c0, { rule: "readOnly", cite: I915_REG }),
    ...wide("GEN6_GSMBASE", 0x10_8100, { rule: "readOnly", cite: I915_REG }),
    GEN6_STOLEN_RESERVED: {
      offset: 0x10_82c0,
      rule: "readOnly",
      fields: {
        GEN7_STOLEN_RESERVED_ADDR_MASK: [31, 18],
        GEN8_STOLEN_RESERVED_SIZE_MASK: [8, 7],
        GEN6_STOLEN_RESERVED_ENABLE: 0,
      },
      cite: `${I915_REG}; gem/i915_gem_stolen.c`,
    },
  },
);

/** Software control of the blitter. The images of the video engines list it too, where it does nothing. */
export const SWCTRL = bank(
  { bcs0: 0x2_2000, vcs0: 0x1_2000, vecs0: 0x1_a000 },
  {
    BCS_SWCTRL: {
      offset: 0x200,
      rule: "maskedBits",
      fields: { BCS_DST_Y: 1, BCS_SRC_Y: 0 },
      commandAccess: true,
      inContext: true,
      cite: `${GT_REGS}; gen8_xcs_offsets in gt/intel_lrc.c; i915_cmd_parser.c`,
    },
  },
);

/** What belongs to one engine only, by its own name. */
export const SINGLE_ENGINE = bank(
  { gt: 0 },
  {
    GEN7_CXT_SIZE: { offset: 0x21a8, cite: GT_REGS },
    GEN6_BSD_RNCID: {
      offset: 0x1_2198,
      commandAccess: true,
      cite: `${I915_REG}; docs/facts/mmio.md#command-access`,
    },
  },
);
