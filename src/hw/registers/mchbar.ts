import type { RegisterRow } from "../register.ts";
import { bank } from "../register.ts";
import { MCHBAR_REGS, type Rows } from "./gt-rows.ts";

const MIRROR_BYTES = 0x8000;
const DRAM = `${MCHBAR_REGS}; display/intel_dram.c`;
const readOnly = { rule: "readOnly" } as const;
const dimms = {
  SKL_DIMM_S_RANK_MASK: 26,
  SKL_DIMM_S_WIDTH_MASK: [25, 24],
  SKL_DIMM_S_SIZE_MASK: [21, 16],
  SKL_DIMM_L_RANK_MASK: 10,
  SKL_DIMM_L_WIDTH_MASK: [9, 8],
  SKL_DIMM_L_SIZE_MASK: [5, 0],
} as const;

/** The memory controller's registers that a driver asks for by name. */
const NAMED: Rows = {
  SKL_MAD_INTER_CHANNEL_0_0_0_MCHBAR_MCMAIN: {
    on: ["kbl"],
    offset: 0x5000,
    ...readOnly,
    fields: { SKL_DRAM_DDR_TYPE_MASK: [1, 0] },
    cite: DRAM,
  },
  MAD_DIMM_C0: { offset: 0x5004, ...readOnly, cite: MCHBAR_REGS },
  MAD_DIMM_C1: { offset: 0x5008, ...readOnly, cite: MCHBAR_REGS },
  SKL_MAD_DIMM_CH0_0_0_0_MCHBAR_MCMAIN: {
    on: ["kbl"],
    offset: 0x500c,
    ...readOnly,
    fields: dimms,
    cite: DRAM,
  },
  SKL_MAD_DIMM_CH1_0_0_0_MCHBAR_MCMAIN: {
    on: ["kbl"],
    offset: 0x5010,
    ...readOnly,
    fields: dimms,
    cite: DRAM,
  },
  GEN6_GT_PERF_STATUS: { offset: 0x5948, ...readOnly, cite: `${MCHBAR_REGS}; gt/intel_rps.c` },
  GEN6_RP_STATE_LIMITS: { offset: 0x5994, ...readOnly, cite: `${MCHBAR_REGS}; gt/intel_rps.c` },
  GEN6_RP_STATE_CAP: {
    offset: 0x5998,
    ...readOnly,
    fields: { RPN_CAP_MASK: [23, 16], RP1_CAP_MASK: [15, 8], RP0_CAP_MASK: [7, 0] },
    // In units of 50 MHz: 300, 300, 1000.
    variants: { kbl: { reset: 0x0006_0614 } },
    cite: `${MCHBAR_REGS}; gt/intel_rps.c; clocks: techpowerup.com/gpu-specs, 8086:5916 with a Core i5-7200U`,
  },
  MCH_SSKPD: {
    offset: 0x5d10,
    ...readOnly,
    fields: {
      SSKPD_WM3_MASK_HSW: [28, 20],
      SSKPD_WM2_MASK_HSW: [19, 12],
      SSKPD_WM1_MASK_HSW: [11, 4],
      SSKPD_OLD_WM0_MASK_HSW: [3, 0],
    },
    cite: MCHBAR_REGS,
  },
  MCH_SSKPD_UDW: {
    offset: 0x5d14,
    ...readOnly,
    fields: { SSKPD_NEW_WM0_MASK_HSW: [31, 24], SSKPD_WM4_MASK_HSW: [8, 0] },
    cite: MCHBAR_REGS,
  },
  DCLK: { on: ["bdw"], offset: 0x5e04, ...readOnly, cite: `${MCHBAR_REGS}; gt/intel_llc.c` },
  SKL_MC_BIOS_DATA_0_0_0_MCHBAR_PCU: { on: ["kbl"], offset: 0x5e04, ...readOnly, cite: DRAM },
};

/** The rest of the mirror: one array, in as many pieces as the named registers cut it into. */
function around(named: Rows, on: "bdw" | "kbl"): Rows {
  const taken = Object.values(named).filter((row) => row.on === undefined || row.on.includes(on));
  const stops = [...taken.map((row) => row.offset), MIRROR_BYTES].sort((a, b) => a - b);
  const pieces: Record<string, RegisterRow> = {};
  let next = 0;
  for (const stop of stops) {
    if (stop > next) {
      pieces[`MCHBAR_MIRROR_${Object.keys(pieces).length}`] = {
        offset: next,
        count: (stop - next) / 4,
        ...readOnly,
        cite: `${MCHBAR_REGS}, MCHBAR_MIRROR_BASE_SNB; docs/facts/mmio.md#blocks`,
      };
    }
    next = stop + 4;
  }
  return pieces;
}

/** The memory controller's register space as the GPU mirrors it; it cannot be written through the mirror. */
export const MCHBAR = bank({ mchbar: 0x14_0000 }, NAMED);
export const MCHBAR_MIRROR_GEN8 = {
  ...bank({ mchbar: 0x14_0000 }, around(NAMED, "bdw")),
  on: ["bdw"],
} as const;
export const MCHBAR_MIRROR_GEN9 = {
  ...bank({ mchbar: 0x14_0000 }, around(NAMED, "kbl")),
  on: ["kbl"],
} as const;
