import { type Bank, bank } from "../../register.ts";
import { DMC, MMIO_TABLE } from "./instances.ts";

const DMC_REGS = "display/intel_dmc_regs.h";

/**
 * The display microcontroller: its program and three words more. Words 11 and 12 of the program are also the
 * counters SKL_DMC_DC5_DC6_COUNT and SKL_DMC_DC3_DC5_COUNT.
 */
export const MICROCONTROLLER: Bank = {
  ...bank(DMC, {
    DMC_PROGRAM: { offset: 0x8_0000, count: 0xc00, cite: `${DMC_REGS}; ${MMIO_TABLE}, DMC_MMIO_START_RANGE` },
    DMC_HTP_SKL: { offset: 0x8_f004, cite: DMC_REGS },
    DMC_LAST_WRITE: { offset: 0x8_f034, cite: DMC_REGS },
    DMC_SSP_BASE: { offset: 0x8_f074, cite: DMC_REGS },
  }),
  on: ["kbl"],
};
