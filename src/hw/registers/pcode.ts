import { bank } from "../register.ts";
import { I915_REG } from "./gt-rows.ts";

/** The mailbox of the power controller's firmware. */
export const PCODE = bank(
  { pcode: 0x13_8000 },
  {
    GEN6_PCODE_MAILBOX: {
      offset: 0x124,
      then: "gt.pcode",
      fields: {
        GEN6_PCODE_READY: 31,
        GEN6_PCODE_MB_PARAM2: [23, 16],
        GEN6_PCODE_MB_PARAM1: [15, 8],
        GEN6_PCODE_MB_COMMAND: [7, 0],
      },
      cite: `${I915_REG}; docs/facts/guests.md#behaviours; gvt/handlers.c, mailbox_write`,
    },
    GEN6_PCODE_DATA: { offset: 0x128, cite: `${I915_REG}; intel_pcode.c` },
    GEN6_PCODE_DATA1: { offset: 0x12c, cite: `${I915_REG}; intel_pcode.c` },
  },
);
