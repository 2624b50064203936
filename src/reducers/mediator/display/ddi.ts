import { offsetOf } from "../../../hw/registers/offsets.ts";
import { MMIO } from "../../planes.ts";
import type { OnWrite } from "../behaviour.ts";

const DDI_BUF_CTL_ENABLE = 0x8000_0000;
const DDI_BUF_IS_IDLE = 1 << 7;
const DDI_BUF_CTL_E = offsetOf("DDI_BUF_CTL", "portE");
/** DP_TP_STATUS of a port lies behind its DP_TP_CTL. */
const DP_TP_STATUS = 4;
const DP_TP_CTL_LINK_TRAIN = 7 << 8;
const DP_TP_CTL_LINK_TRAIN_IDLE = 2 << 8;
const DP_TP_STATUS_IDLE_DONE = 1 << 25;
const DP_TP_STATUS_E = offsetOf("DP_TP_STATUS", "portE");
const DP_TP_STATUS_AUTOTRAIN_DONE = 1 << 12;

/** A DDI buffer is idle whenever it is off. Source: docs/facts/display.md#ports. */
export const ddiBufCtl: OnWrite = (core, v, at, _id, _before, after) => {
  const on = (after & DDI_BUF_CTL_ENABLE) !== 0;
  core.words.write(MMIO + v, at >>> 2, on ? after & ~DDI_BUF_IS_IDLE : after | DDI_BUF_IS_IDLE);
  if (on || at !== DDI_BUF_CTL_E) return;
  const status = core.words.read(MMIO + v, DP_TP_STATUS_E >>> 2);
  core.words.write(MMIO + v, DP_TP_STATUS_E >>> 2, status & ~DP_TP_STATUS_AUTOTRAIN_DONE);
};

/** Idle patterns are sent as soon as they are asked for. Source: docs/facts/display.md#ports. */
export const dpTpCtl: OnWrite = (core, v, at, _id, _before, after) => {
  if ((after & DP_TP_CTL_LINK_TRAIN) !== DP_TP_CTL_LINK_TRAIN_IDLE) return;
  const status = core.words.read(MMIO + v, (at + DP_TP_STATUS) >>> 2);
  core.words.write(MMIO + v, (at + DP_TP_STATUS) >>> 2, status | DP_TP_STATUS_IDLE_DONE);
};
