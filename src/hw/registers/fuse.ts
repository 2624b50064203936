import { bank } from "../register.ts";
import { GT_REGS } from "./gt-rows.ts";

const SSEU = `${GT_REGS}; gt/intel_sseu.c`;
const DEBUG = `${GT_REGS}; gt/intel_sseu_debugfs.c`;
const readOnly = { rule: "readOnly", keptOnGtReset: true } as const;
const units = {
  GEN9_PGCTL_SSB_EU311_ACK: 14,
  GEN9_PGCTL_SSB_EU210_ACK: 12,
  GEN9_PGCTL_SSB_EU19_ACK: 10,
  GEN9_PGCTL_SSB_EU08_ACK: 8,
  GEN9_PGCTL_SSA_EU311_ACK: 6,
  GEN9_PGCTL_SSA_EU210_ACK: 4,
  GEN9_PGCTL_SSA_EU19_ACK: 2,
  GEN9_PGCTL_SSA_EU08_ACK: 0,
} as const;

/** What the part has (a GT2: one slice, three subslices of eight units), and which of it is powered. */
export const FUSES = bank(
  { fuse: 0 },
  {
    GEN9_SLICE_PGCTL_ACK: {
      on: ["kbl"],
      offset: 0x804c,
      count: 3,
      ...readOnly,
      fields: {
        GEN9_PGCTL_SS3_ACK: 8,
        GEN9_PGCTL_SS2_ACK: 6,
        GEN9_PGCTL_SS1_ACK: 4,
        GEN9_PGCTL_SS0_ACK: 2,
        GEN9_PGCTL_SLICE_ACK: 0,
      },
      cite: DEBUG,
    },
    GEN9_SS01_EU_PGCTL_ACK: {
      on: ["kbl"],
      offset: 0x805c,
      count: 3,
      stride: 8,
      ...readOnly,
      fields: units,
      cite: DEBUG,
    },
    GEN9_SS23_EU_PGCTL_ACK: {
      on: ["kbl"],
      offset: 0x8060,
      count: 3,
      stride: 8,
      ...readOnly,
      fields: units,
      cite: DEBUG,
    },
    GEN10_MIRROR_FUSE3: { offset: 0x9118, ...readOnly, cite: GT_REGS },
    HSW_PAVP_FUSE1: { offset: 0x911c, ...readOnly, cite: GT_REGS },
    GEN8_FUSE2: {
      offset: 0x9120,
      ...readOnly,
      reset: 0x0280_0000,
      fields: { GEN8_F2_S_ENA_MASK: [27, 25], GEN9_F2_SS_DIS_MASK: [23, 20] },
      variants: { bdw: { reset: 0x0200_0000 } },
      cite: `${SSEU}; docs/facts/guests.md#behaviours`,
    },
    GEN9_EU_DISABLE: { on: ["kbl"], offset: 0x9134, count: 3, ...readOnly, cite: SSEU },
    GEN8_EU_DISABLE0: {
      on: ["bdw"],
      offset: 0x9134,
      ...readOnly,
      fields: { GEN8_EU_DIS0_S1_MASK: [31, 24], GEN8_EU_DIS0_S0_MASK: [23, 0] },
      cite: SSEU,
    },
    GEN8_EU_DISABLE1: {
      on: ["bdw"],
      offset: 0x9138,
      ...readOnly,
      fields: { GEN8_EU_DIS1_S2_MASK: [31, 16], GEN8_EU_DIS1_S1_MASK: [15, 0] },
      cite: SSEU,
    },
    GEN8_EU_DISABLE2: {
      on: ["bdw"],
      offset: 0x913c,
      ...readOnly,
      fields: { GEN8_EU_DIS2_S2_MASK: [7, 0] },
      cite: SSEU,
    },
  },
);
