import { offsetOf } from "../../../hw/registers/offsets.ts";
import { MMIO } from "../../planes.ts";
import type { OnRead, OnWrite } from "../behaviour.ts";

/** Broadwell's LCPLL_CTL; LCPLL1_CTL and LCPLL2_CTL of gen9 are DPLL 0 and 1. Source: i915_reg.h. */
const LCPLL_CTL = offsetOf("LCPLL_CTL");
const LCPLL1_CTL = offsetOf("LCPLL1_CTL");
const LCPLL2_CTL = offsetOf("LCPLL2_CTL");
const WRPLL_CTL1 = offsetOf("WRPLL_CTL1");
const WRPLL_CTL2 = offsetOf("WRPLL_CTL2");
/** By DPLL id. Source: skl_dpll_regs, intel_dpll_mgr.c. */
const DPLL_CTLS = [LCPLL1_CTL, LCPLL2_CTL, WRPLL_CTL1, WRPLL_CTL2] as const;

const PLL_ENABLE = 0x8000_0000;
const PLL_LOCK = 0x4000_0000;
/** On Broadwell bit 31 turns the PLL off. */
const LCPLL_PLL_DISABLE = 0x8000_0000;
const LCPLL_CD_SOURCE_FCLK = 1 << 21;
const LCPLL_CD_SOURCE_FCLK_DONE = 1 << 19;

/** An LCPLL locks at once. Source: docs/facts/display.md#clocks. */
export const lcpll: OnWrite = (core, v, at, _id, _before, after, value) => {
  let word: number;
  if (at === LCPLL_CTL) {
    word = after & ~(PLL_LOCK | LCPLL_CD_SOURCE_FCLK_DONE);
    if ((after & LCPLL_PLL_DISABLE) === 0) word |= PLL_LOCK;
    if ((after & LCPLL_CD_SOURCE_FCLK) !== 0) word |= LCPLL_CD_SOURCE_FCLK_DONE;
  } else {
    word = (value & PLL_ENABLE) !== 0 ? PLL_ENABLE | PLL_LOCK : 0;
  }
  core.words.write(MMIO + v, at >>> 2, word);
};

/** A WRPLL's control word is just kept; its lock shows in DPLL_STATUS (gen9). */
export const wrpll: OnWrite = () => {};

/** DPLL_STATUS: lock bit 8n of each DPLL that is on. Source: DPLL_LOCK, i915_reg.h. */
export const pllStatus: OnRead = (core, v) => {
  let status = 0;
  for (let id = 0; id < DPLL_CTLS.length; id++)
    if ((core.words.read(MMIO + v, DPLL_CTLS[id] >>> 2) & PLL_ENABLE) !== 0) status |= 1 << (8 * id);
  return status;
};
