import { type Bank, bank, type RegisterRow } from "../../register.ts";
import { I915_REG } from "./instances.ts";

/** Done, time-out and receive error are cleared by a written 1. */
const CTL: RegisterRow = {
  offset: 0x00,
  writable: 0xadff_ffff,
  oneToClear: 0x5200_0000,
  then: "aux.control",
  fields: {
    DP_AUX_CH_CTL_SEND_BUSY: 31,
    DP_AUX_CH_CTL_DONE: 30,
    DP_AUX_CH_CTL_INTERRUPT: 29,
    DP_AUX_CH_CTL_TIME_OUT_ERROR: 28,
    DP_AUX_CH_CTL_TIME_OUT: [27, 26],
    DP_AUX_CH_CTL_RECEIVE_ERROR: 25,
    DP_AUX_CH_CTL_MESSAGE_SIZE: [24, 20],
    DP_AUX_CH_CTL_PSR_DATA_AUX_REG_SKL: 14,
    DP_AUX_CH_CTL_FS_DATA_AUX_REG_SKL: 13,
    DP_AUX_CH_CTL_GTC_DATA_AUX_REG_SKL: 12,
    DP_AUX_CH_CTL_FW_SYNC_PULSE_SKL: [9, 5],
    DP_AUX_CH_CTL_SYNC_PULSE_SKL: [4, 0],
  },
  cite: `${I915_REG}; docs/facts/display.md#aux; docs/facts/guests.md#behaviours`,
};
const DATA: RegisterRow = { offset: 0x04, count: 5, cite: I915_REG };
const GEN9 = ["kbl"] as const;

/** AUX channels. Broadwell has that of port A beside the port, and those of B, C and D in the PCH. */
export const AUX: Bank = {
  ...bank(
    { portA: 0x6_4010, portB: 0x6_4110, portC: 0x6_4210, portD: 0x6_4310 },
    { DP_AUX_CH_CTL: CTL, DP_AUX_CH_DATA: DATA },
  ),
  instanceOn: { portB: GEN9, portC: GEN9, portD: GEN9 },
};

/** Port A is on no platform here: it only keeps the others' places in the list. */
export const AUX_PCH: Bank = {
  ...bank(
    { portA: 0xe_4010, portB: 0xe_4110, portC: 0xe_4210, portD: 0xe_4310 },
    { PCH_DP_AUX_CH_CTL: CTL, PCH_DP_AUX_CH_DATA: DATA },
  ),
  on: ["bdw"],
  instanceOn: { portA: [] },
};
