import { bank } from "../../register.ts";
import { I915_REG, ports } from "./instances.ts";

/** Digital ports: buffer control, DisplayPort transport. An idle buffer is what a disabled one is. */
export const DDI = bank(ports(0x6_4000, 0x100), {
  DDI_BUF_CTL: {
    offset: 0x00,
    reset: 0x0000_0080,
    writable: 0xffff_ff7e,
    then: "ddi.buf_ctl",
    fields: {
      DDI_BUF_CTL_ENABLE: 31,
      DDI_BUF_TRANS_SELECT: [27, 24],
      DDI_BUF_PORT_REVERSAL: 16,
      DDI_BUF_IS_IDLE: 7,
      DDI_A_4_LANES: 4,
      DDI_PORT_WIDTH: [3, 1],
      DDI_INIT_DISPLAY_DETECTED: 0,
    },
    cite: `${I915_REG}; docs/facts/display.md#ports; docs/facts/guests.md#behaviours`,
  },
  DP_TP_CTL: {
    offset: 0x40,
    then: "ddi.dp_tp_ctl",
    fields: {
      DP_TP_CTL_ENABLE: 31,
      DP_TP_CTL_MODE_MST: 27,
      DP_TP_CTL_FORCE_ACT: 25,
      DP_TP_CTL_ENHANCED_FRAME_ENABLE: 18,
      DP_TP_CTL_FDI_AUTOTRAIN: 15,
      DP_TP_CTL_LINK_TRAIN: [10, 8],
      DP_TP_CTL_SCRAMBLE_DISABLE: 7,
    },
    cite: `${I915_REG}; gvt/handlers.c, dp_tp_ctl_mmio_write`,
  },
  DP_TP_STATUS: {
    offset: 0x44,
    writable: 0,
    oneToClear: 0x0d00_0000,
    fields: {
      DP_TP_STATUS_IDLE_DONE: 25,
      DP_TP_STATUS_ACT_SENT: 24,
      DP_TP_STATUS_MODE_STATUS_MST: 23,
      DP_TP_STATUS_AUTOTRAIN_DONE: 12,
      DP_TP_STATUS_PAYLOAD_MAPPING_VC2: [9, 8],
      DP_TP_STATUS_PAYLOAD_MAPPING_VC1: [5, 4],
      DP_TP_STATUS_PAYLOAD_MAPPING_VC0: [1, 0],
    },
    cite: `${I915_REG}; gvt/handlers.c, dp_tp_status_mmio_write`,
  },
});

/** Ten buffer translation entries a port, each a low and a high word. */
export const DDI_BUF_TRANS = bank(ports(0x6_4e00, 0x60), {
  DDI_BUF_TRANS_LO: {
    offset: 0,
    count: 10,
    stride: 8,
    fields: { DDI_BUF_BALANCE_LEG_ENABLE: 31 },
    cite: I915_REG,
  },
  DDI_BUF_TRANS_HI: { offset: 4, count: 10, stride: 8, cite: I915_REG },
});
