import { offsetOf } from "../../../hw/registers/offsets.ts";
import { MMIO } from "../../planes.ts";
import type { OnWrite } from "../behaviour.ts";

/** Source: PCH_PP_STATUS, PCH_PP_CONTROL, i915_reg.h. */
const PCH_PP_STATUS = offsetOf("PCH_PP_STATUS");
const PANEL_POWER_ON = 1 << 0;
const PP_ON = 0x8000_0000;
const PP_SEQUENCE = 3 << 28;
const PP_CYCLE_DELAY_ACTIVE = 1 << 27;
const PP_SEQUENCE_STATE = 15;
const PP_SEQUENCE_STATE_ON_IDLE = 8;

/**
 * The panel's power follows at once, with no sequence under way. Source: docs/facts/display.md#panel. Off is also off
 * in the sequence's state, which GVT-g leaves as it was: a driver waits for it before it powers on again.
 */
export const panelPower: OnWrite = (core, v, _at, _id, _before, after) => {
  const status = core.words.read(MMIO + v, PCH_PP_STATUS >>> 2);
  const rest = status & ~(PP_ON | PP_SEQUENCE | PP_CYCLE_DELAY_ACTIVE | PP_SEQUENCE_STATE);
  const on = (after & PANEL_POWER_ON) !== 0 ? PP_ON | PP_SEQUENCE_STATE_ON_IDLE : 0;
  core.words.write(MMIO + v, PCH_PP_STATUS >>> 2, rest | on);
};
