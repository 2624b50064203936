import { bank, type RegisterRow } from "../../register.ts";
import { I915_REG, POWER } from "./instances.ts";

/** Requests are odd bits, their states the even ones below. Broadwell has one well, where gen9 has PW_2. */
function wellControl(offset: number): RegisterRow {
  return {
    offset,
    writable: 0xa000_02aa,
    then: "power.well",
    fields: {
      PW_2_REQ: 31,
      PW_2_STATE: 30,
      PW_1_REQ: 29,
      PW_1_STATE: 28,
      DDI_D_REQ: 9,
      DDI_D_STATE: 8,
      DDI_C_REQ: 7,
      DDI_C_STATE: 6,
      DDI_B_REQ: 5,
      DDI_B_STATE: 4,
      DDI_A_E_REQ: 3,
      DDI_A_E_STATE: 2,
      MISC_IO_REQ: 1,
      MISC_IO_STATE: 0,
    },
    variants: { bdw: { writable: 0x8000_0000 } },
    cite: `${I915_REG}, SKL_PW_CTL_IDX_*; docs/facts/display.md#power; docs/facts/guests.md#behaviours`,
  };
}

/** Power wells, display buffer, fuse distribution and DC states. */
export const DISPLAY_POWER = bank(POWER, {
  SKL_FUSE_STATUS: {
    on: ["kbl"],
    offset: 0x4_2000,
    reset: 0x8e00_0000,
    rule: "readOnly",
    fields: { SKL_FUSE_DOWNLOAD_STATUS: 31, PG0_DIST_STATUS: 27, PG1_DIST_STATUS: 26, PG2_DIST_STATUS: 25 },
    cite: `${I915_REG}; docs/facts/guests.md#behaviours`,
  },
  DBUF_CTL: {
    on: ["kbl"],
    offset: 0x4_5008,
    writable: 0xbfff_ffff,
    then: "power.dbuf",
    fields: { DBUF_POWER_REQUEST: 31, DBUF_POWER_STATE: 30 },
    cite: `${I915_REG}, DBUF_CTL_S(0); gvt/handlers.c, gen9_dbuf_ctl_mmio_write`,
  },
  HSW_PWR_WELL_CTL1: wellControl(0x4_5400),
  HSW_PWR_WELL_CTL2: wellControl(0x4_5404),
  HSW_PWR_WELL_CTL3: wellControl(0x4_5408),
  HSW_PWR_WELL_CTL4: wellControl(0x4_540c),
  HSW_PWR_WELL_CTL5: { on: ["bdw"], offset: 0x4_5410, cite: I915_REG },
  HSW_PWR_WELL_CTL6: { on: ["bdw"], offset: 0x4_5414, cite: I915_REG },
  DC_STATE_EN: {
    on: ["kbl"],
    offset: 0x4_5504,
    fields: { DC_STATE_EN_DC9: 3, DC_STATE_EN_UPTO_DC5_DC6: [1, 0] },
    cite: I915_REG,
  },
  DC_STATE_DEBUG: {
    on: ["kbl"],
    offset: 0x4_5520,
    fields: { DC_STATE_DEBUG_MASK_MEMORY_UP: 1, DC_STATE_DEBUG_MASK_CORES: 0 },
    cite: I915_REG,
  },
});
