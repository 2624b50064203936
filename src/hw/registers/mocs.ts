import { type Bank, bank } from "../register.ts";
import { GT_REGS } from "./gt-rows.ts";

const control = { LE_COS: [16, 15], LE_SCF: 14, LE_PFM: [13, 11], LE_SCC: [10, 8], LE_RSC: 7 } as const;
const table = {
  count: 64,
  fields: { ...control, LE_AOM: 6, LE_LRUM: [5, 4], LE_TGT_CACHE: [3, 2], LE_CACHEABILITY: [1, 0] },
  commandAccess: true,
  cite: `${GT_REGS}; gt/intel_mocs.c, LE_*; docs/facts/mmio.md#held-in-the-context`,
} as const;

/** How each engine caches a surface that names one of 64 settings. */
const TABLES = bank(
  { mocs: 0xc800 },
  {
    GEN9_GFX_MOCS: { offset: 0x000, ...table },
    GEN9_MFX0_MOCS: { offset: 0x100, ...table },
    GEN9_MFX1_MOCS: { offset: 0x200, ...table },
    GEN9_VEBOX_MOCS: { offset: 0x300, ...table },
    GEN9_BLT_MOCS: { offset: 0x400, ...table },
  },
);

/** The same 64 settings for the L3 cache, two to a word. */
const L3CC = bank(
  { mocs: 0xb020 },
  {
    GEN9_LNCFCMOCS: {
      offset: 0,
      count: 32,
      fields: {
        OddL3Cacheability: [21, 20],
        OddL3Scc: [19, 17],
        OddL3Esc: 16,
        EvenL3Cacheability: [5, 4],
        EvenL3Scc: [3, 1],
        EvenL3Esc: 0,
      },
      commandAccess: true,
      cite: `${GT_REGS}; gt/intel_mocs.c, L3_ESC, L3_SCC, L3CC_*; docs/facts/mmio.md#command-access`,
    },
  },
);

export const MOCS_BANKS: readonly Bank[] = [
  { ...TABLES, on: ["kbl"] },
  { ...L3CC, on: ["kbl"] },
];
