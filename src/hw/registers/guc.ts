import { bank } from "../register.ts";
import { GT_REGS, GUC_REG } from "./gt-rows.ts";

/** The GuC stays in reset for a guest: its registers answer, and it never starts. */
export const GUC = bank(
  { guc: 0 },
  {
    GEN8_DRBREGL: {
      offset: 0x1000,
      count: 256,
      stride: 8,
      fields: { GEN8_DRB_VALID: 0 },
      cite: `${GUC_REG}, GUC_NUM_DOORBELLS`,
    },
    GEN8_DRBREGU: { offset: 0x1004, count: 256, stride: 8, cite: `${GUC_REG}, GUC_NUM_DOORBELLS` },
    GUC_ARAT_C6DIS: { offset: 0xa178, cite: GUC_REG },
    GUC_STATUS: {
      offset: 0xc000,
      rule: "readOnly",
      reset: 0x1,
      read: "guc.status",
      fields: {
        GS_AUTH_STATUS_MASK: [31, 30],
        GS_MIA_MASK: [18, 16],
        GS_UKERNEL_MASK: [15, 8],
        GS_BOOTROM_MASK: [7, 1],
        GS_MIA_IN_RESET: 0,
      },
      cite: `${GUC_REG}; docs/facts/guests.md#behaviours; gvt/handlers.c, guc_status_read`,
    },
    GUC_HEADER_INFO: { offset: 0xc014, cite: GUC_REG },
    GUC_WOPCM_SIZE: {
      offset: 0xc050,
      fields: { GUC_WOPCM_SIZE_MASK: [31, 12], GUC_WOPCM_SIZE_LOCKED: 0 },
      cite: GUC_REG,
    },
    GUC_SHIM_CONTROL: {
      offset: 0xc064,
      fields: {
        GUC_ENABLE_MIA_CLOCK_GATING: 15,
        GUC_ENABLE_READ_CACHE_FOR_WOPCM_DATA: 10,
        GUC_ENABLE_READ_CACHE_FOR_SRAM_DATA: 9,
        GUC_ENABLE_MIA_CACHING: 2,
        GUC_ENABLE_READ_CACHE_LOGIC: 1,
        GUC_DISABLE_SRAM_INIT_TO_ZEROES: 0,
      },
      cite: GUC_REG,
    },
    SOFT_SCRATCH: { offset: 0xc180, count: 16, cite: `${GUC_REG}, SOFT_SCRATCH_COUNT` },
    UOS_RSA_SCRATCH: { offset: 0xc200, count: 64, cite: `${GUC_REG}, UOS_RSA_SCRATCH_COUNT` },
    DMA_ADDR_0_LOW: { offset: 0xc300, cite: GUC_REG },
    DMA_ADDR_0_HIGH: { offset: 0xc304, fields: { DMA_ADDRESS_SPACE: [19, 16] }, cite: GUC_REG },
    DMA_ADDR_1_LOW: { offset: 0xc308, cite: GUC_REG },
    DMA_ADDR_1_HIGH: { offset: 0xc30c, fields: { DMA_ADDRESS_SPACE: [19, 16] }, cite: GUC_REG },
    DMA_COPY_SIZE: { offset: 0xc310, cite: GUC_REG },
    DMA_CTRL: {
      offset: 0xc314,
      fields: { HUC_UKERNEL: 9, UOS_MOVE: 4, START_DMA: 0 },
      cite: `${GUC_REG}; gvt/handlers.c, dma_ctrl_write`,
    },
    DMA_GUC_WOPCM_OFFSET: {
      offset: 0xc340,
      fields: { GUC_WOPCM_OFFSET_MASK: [31, 14], HUC_LOADING_AGENT_GUC: 1, GUC_WOPCM_OFFSET_VALID: 0 },
      cite: GUC_REG,
    },
    GUC_MAX_IDLE_COUNT: { offset: 0xc3e4, cite: GUC_REG },
    GUCPMTIMESTAMP: { offset: 0xc3e8, rule: "readOnly", timeValue: true, cite: GT_REGS },
    GUC_SEND_INTERRUPT: {
      offset: 0xc4c8,
      then: "self_clearing",
      fields: { GUC_SEND_TRIGGER: 0 },
      cite: GUC_REG,
    },
    GUC_BCS_RCS_IER: { offset: 0xc550, cite: GUC_REG },
    GUC_VCS2_VCS1_IER: { offset: 0xc554, cite: GUC_REG },
    GUC_WD_VECS_IER: { offset: 0xc558, cite: GUC_REG },
    GUC_PM_P24C_IER: { offset: 0xc55c, cite: GUC_REG },
    HUC_STATUS2: { offset: 0xd3b0, rule: "readOnly", fields: { HUC_FW_VERIFIED: 7 }, cite: GUC_REG },
    GEN8_GT_PM_CONFIG: { offset: 0x13_8140, fields: { GT_DOORBELL_ENABLE: 0 }, cite: GUC_REG },
    GEN9_GT_PM_CONFIG: { on: ["kbl"], offset: 0x13_816c, fields: { GT_DOORBELL_ENABLE: 0 }, cite: GUC_REG },
  },
);
