import { type Bank, bank, type RegisterRow } from "../../register.ts";
import { DISPLAY, I915_REG, MMIO_TABLE, pipes, SOUTH } from "./instances.ts";

const CITE = `${I915_REG}; ${MMIO_TABLE}`;
const AB = { pipeC: [] } as const;

function word(offset: number): RegisterRow {
  return { offset, cite: CITE };
}

/** The PCH's transcoders: Broadwell's analogue output goes through the first, older chips' through all. */
export const PCH_TRANSCODER: Bank = {
  ...bank(pipes(0xe_0000), {
    PCH_TRANS_HTOTAL: word(0x00),
    PCH_TRANS_HBLANK: word(0x04),
    PCH_TRANS_HSYNC: word(0x08),
    PCH_TRANS_VTOTAL: word(0x0c),
    PCH_TRANS_VBLANK: word(0x10),
    PCH_TRANS_VSYNC: word(0x14),
    PCH_TRANS_VSYNCSHIFT: word(0x28),
    PCH_TRANS_DATA_M1: word(0x30),
    PCH_TRANS_DATA_N1: word(0x34),
    PCH_TRANS_DATA_M2: word(0x38),
    PCH_TRANS_DATA_N2: word(0x3c),
    PCH_TRANS_LINK_M1: word(0x40),
    PCH_TRANS_LINK_N1: word(0x44),
    PCH_TRANS_LINK_M2: word(0x48),
    PCH_TRANS_LINK_N2: word(0x4c),
  }),
  instanceOn: AB,
};

export const PCH_LINK = bank(pipes(0xe_0000), {
  TVIDEO_DIP_CTL: word(0x200),
  TVIDEO_DIP_DATA: word(0x208),
  TVIDEO_DIP_GCP: word(0x210),
  TRANS_DP_CTL: word(0x300),
});

export const FDI_RX = bank(pipes(0xf_0000), {
  FDI_RX_CTL: word(0x0c),
  FDI_RX_IIR: { offset: 0x14, rule: "oneToClear", cite: `${CITE}; docs/facts/display.md#ports` },
  FDI_RX_IMR: word(0x18),
});

export const FDI_TRANSCODER: Bank = {
  ...bank(pipes(0xf_0000), {
    PCH_TRANSCONF: { offset: 0x08, fields: { TRANS_ENABLE: 31, TRANS_STATE_ENABLE: 30 }, cite: CITE },
    FDI_RX_MISC: word(0x10),
    FDI_RX_TUSIZE1: word(0x30),
    FDI_RX_TUSIZE2: word(0x38),
    TRANS_CHICKEN1: word(0x60),
    TRANS_CHICKEN2: word(0x64),
  }),
  instanceOn: AB,
};

export const PCH_ANALOG = bank(SOUTH, {
  PCH_ADPA: {
    on: ["bdw"],
    offset: 0xe_1100,
    fields: { ADPA_DAC_ENABLE: 31, ADPA_CRT_HOTPLUG_MONITOR: [25, 24], ADPA_CRT_HOTPLUG_FORCE_TRIGGER: 16 },
    cite: CITE,
  },
  PCH_LVDS: word(0xe_1180),
  PCH_GTC_CTL: { offset: 0xe_7000, cite: I915_REG },
  PCH_DREF_CONTROL: { offset: 0xc_6200, cite: CITE },
  PCH_DPLL_SEL: { offset: 0xc_7000, cite: CITE },
});

/** The two PLLs of the first PCHs, and words of older chips' places that GVT-g tracks all the same. */
export const PCH_PLL = bank({ pllA: 0xc_6014, pllB: 0xc_6018 }, { PCH_DPLL: word(0) });

export const PCH_DIVISORS = bank({ pllA: 0xc_6040, pllB: 0xc_6048 }, { PCH_FP0: word(0), PCH_FP1: word(4) });

export const GMCH = bank(DISPLAY, {
  PORT_HOTPLUG_EN: word(0x6_1110),
  PP_ON_DELAYS: word(0x6_1208),
  PP_OFF_DELAYS: word(0x6_120c),
});
