import { bank, type RegisterRow } from "../../register.ts";
import { I915_REG, PLL, pipeTranscoders, ports } from "./instances.ts";

const WRPLL_FIELDS = {
  WRPLL_PLL_ENABLE: 31,
  WRPLL_REF: [29, 28],
  WRPLL_DIVIDER_FB: [23, 16],
  WRPLL_DIVIDER_POST: [13, 8],
  WRPLL_DIVIDER_REF: [7, 0],
} as const;

const CFGCR1_FIELDS = {
  DPLL_CFGCR1_FREQ_ENABLE: 31,
  DPLL_CFGCR1_DCO_FRACTION: [23, 9],
  DPLL_CFGCR1_DCO_INTEGER: [8, 0],
} as const;

const CFGCR2_FIELDS = {
  DPLL_CFGCR2_QDIV_RATIO: [15, 8],
  DPLL_CFGCR2_QDIV_MODE: 7,
  DPLL_CFGCR2_KDIV: [6, 5],
  DPLL_CFGCR2_PDIV: [4, 2],
  DPLL_CFGCR2_CENTRAL_FREQ: [1, 0],
} as const;

function cfgcr1(offset: number): RegisterRow {
  return { on: ["kbl"], offset, fields: CFGCR1_FIELDS, cite: I915_REG };
}

function cfgcr2(offset: number): RegisterRow {
  return { on: ["kbl"], offset, fields: CFGCR2_FIELDS, cite: I915_REG };
}

/** Core display clock, and the PLLs: DPLL0 is LCPLL1, DPLL1 is LCPLL2, DPLL2 and 3 are the two WRPLLs. */
export const CLOCKS = bank(PLL, {
  CDCLK_CTL: {
    on: ["kbl"],
    offset: 0x4_6000,
    fields: { CDCLK_FREQ_SEL: [27, 26], CDCLK_DIVMUX_CD_OVERRIDE: 19, CDCLK_FREQ_DECIMAL: [10, 0] },
    cite: I915_REG,
  },
  LCPLL1_CTL: {
    on: ["kbl"],
    offset: 0x4_6010,
    writable: 0x8000_0000,
    then: "pll.lcpll",
    fields: { LCPLL_PLL_ENABLE: 31, LCPLL_PLL_LOCK: 30 },
    cite: `${I915_REG}; docs/facts/display.md#clocks; docs/facts/guests.md#behaviours`,
  },
  LCPLL2_CTL: {
    on: ["kbl"],
    offset: 0x4_6014,
    writable: 0x8000_0000,
    then: "pll.lcpll",
    fields: { LCPLL_PLL_ENABLE: 31, LCPLL_PLL_LOCK: 30 },
    cite: `${I915_REG}; docs/facts/display.md#clocks; docs/facts/guests.md#behaviours`,
  },
  SPLL_CTL: {
    offset: 0x4_6020,
    fields: { SPLL_PLL_ENABLE: 31, SPLL_REF: [29, 28], SPLL_FREQ: [27, 26] },
    cite: I915_REG,
  },
  WRPLL_CTL1: {
    offset: 0x4_6040,
    then: "pll.wrpll",
    fields: WRPLL_FIELDS,
    cite: `${I915_REG}; docs/facts/guests.md#behaviours`,
  },
  WRPLL_CTL2: {
    offset: 0x4_6060,
    then: "pll.wrpll",
    fields: WRPLL_FIELDS,
    cite: `${I915_REG}; docs/facts/guests.md#behaviours`,
  },
  CDCLK_FREQ: { on: ["bdw"], offset: 0x4_6200, cite: `${I915_REG}; display/intel_cdclk.c, bdw_set_cdclk` },
  DPLL1_CFGCR1: cfgcr1(0x6_c040),
  DPLL1_CFGCR2: cfgcr2(0x6_c044),
  DPLL2_CFGCR1: cfgcr1(0x6_c048),
  DPLL2_CFGCR2: cfgcr2(0x6_c04c),
  DPLL3_CFGCR1: cfgcr1(0x6_c050),
  DPLL3_CFGCR2: cfgcr2(0x6_c054),
  DPLL_CTRL1: {
    on: ["kbl"],
    offset: 0x6_c058,
    fields: {
      DPLL3_HDMI_MODE: 23,
      DPLL3_SSC: 22,
      DPLL3_LINK_RATE: [21, 19],
      DPLL3_OVERRIDE: 18,
      DPLL2_HDMI_MODE: 17,
      DPLL2_SSC: 16,
      DPLL2_LINK_RATE: [15, 13],
      DPLL2_OVERRIDE: 12,
      DPLL1_HDMI_MODE: 11,
      DPLL1_SSC: 10,
      DPLL1_LINK_RATE: [9, 7],
      DPLL1_OVERRIDE: 6,
      DPLL0_SSC: 4,
      DPLL0_LINK_RATE: [3, 1],
      DPLL0_OVERRIDE: 0,
    },
    cite: I915_REG,
  },
  DPLL_CTRL2: {
    on: ["kbl"],
    offset: 0x6_c05c,
    fields: {
      DDI_E_CLK_OFF: 19,
      DDI_D_CLK_OFF: 18,
      DDI_C_CLK_OFF: 17,
      DDI_B_CLK_OFF: 16,
      DDI_A_CLK_OFF: 15,
      DDI_E_CLK_SEL: [14, 13],
      DDI_E_SEL_OVERRIDE: 12,
      DDI_D_CLK_SEL: [11, 10],
      DDI_D_SEL_OVERRIDE: 9,
      DDI_C_CLK_SEL: [8, 7],
      DDI_C_SEL_OVERRIDE: 6,
      DDI_B_CLK_SEL: [5, 4],
      DDI_B_SEL_OVERRIDE: 3,
      DDI_A_CLK_SEL: [2, 1],
      DDI_A_SEL_OVERRIDE: 0,
    },
    cite: I915_REG,
  },
  DPLL_STATUS: {
    on: ["kbl"],
    offset: 0x6_c060,
    rule: "readOnly",
    read: "pll.status",
    fields: { DPLL3_LOCK: 24, DPLL2_LOCK: 16, DPLL1_LOCK: 8, DPLL0_LOCK: 0 },
    cite: `${I915_REG}; docs/facts/display.md#clocks; docs/facts/guests.md#behaviours`,
  },
  LCPLL_CTL: {
    on: ["bdw"],
    offset: 0x13_0040,
    // Locked, 450 MHz: firmware has started it, and drivers only ever change a clock that runs.
    reset: 0x4000_0000,
    writable: 0xbff7_ffff,
    then: "pll.lcpll",
    fields: {
      LCPLL_PLL_DISABLE: 31,
      LCPLL_PLL_LOCK: 30,
      LCPLL_REF: [29, 28],
      LCPLL_CLK_FREQ: [27, 26],
      LCPLL_CD_CLOCK_DISABLE: 25,
      LCPLL_ROOT_CD_CLOCK_DISABLE: 24,
      LCPLL_CD2X_CLOCK_DISABLE: 23,
      LCPLL_POWER_DOWN_ALLOW: 22,
      LCPLL_CD_SOURCE_FCLK: 21,
      LCPLL_CD_SOURCE_FCLK_DONE: 19,
    },
    cite: `${I915_REG}; docs/facts/display.md#clocks; reset: display/intel_cdclk.c, bdw_set_cdclk`,
  },
});

export const PORT_CLOCKS = bank(ports(0x4_6100, 4), {
  PORT_CLK_SEL: { offset: 0, fields: { PORT_CLK_SEL: [31, 29] }, cite: I915_REG },
});

export const TRANS_CLOCKS = bank(pipeTranscoders(0x4_6140, 4), {
  TRANS_CLK_SEL: { offset: 0, fields: { TRANS_CLK_SEL_PORT: [31, 29] }, cite: I915_REG },
});
