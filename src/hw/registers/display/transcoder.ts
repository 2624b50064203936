import { bank, type RegisterRow } from "../../register.ts";
import { DISPLAY_REGS, I915_REG, pipeTranscoders, transcoders } from "./instances.ts";

const M_FIELDS = { TU_SIZE: [30, 25], DATA_LINK_M_N: [23, 0] } as const;
const N_FIELDS = { DATA_LINK_M_N: [23, 0] } as const;
const FIELDS_OF = `${I915_REG}; fields: ${DISPLAY_REGS}`;

function crcResult(offset: number): RegisterRow {
  return { offset, rule: "readOnly", cite: I915_REG };
}

/** Timings, data and link ratios, DDI function. Every count is one less than what it counts. */
export const TRANSCODER = bank(transcoders(0x6_0000, 0x6_f000), {
  HTOTAL: { offset: 0x00, fields: { HTOTAL: [31, 16], HACTIVE: [15, 0] }, cite: FIELDS_OF },
  HBLANK: { offset: 0x04, fields: { HBLANK_END: [31, 16], HBLANK_START: [15, 0] }, cite: FIELDS_OF },
  HSYNC: { offset: 0x08, fields: { HSYNC_END: [31, 16], HSYNC_START: [15, 0] }, cite: FIELDS_OF },
  VTOTAL: { offset: 0x0c, fields: { VTOTAL: [31, 16], VACTIVE: [15, 0] }, cite: FIELDS_OF },
  VBLANK: { offset: 0x10, fields: { VBLANK_END: [31, 16], VBLANK_START: [15, 0] }, cite: FIELDS_OF },
  VSYNC: { offset: 0x14, fields: { VSYNC_END: [31, 16], VSYNC_START: [15, 0] }, cite: FIELDS_OF },
  BCLRPAT: { offset: 0x20, cite: I915_REG },
  TRANS_SPACE: { offset: 0x24, cite: "IGT tools/registers/skl_display.txt" },
  VSYNCSHIFT: { offset: 0x28, cite: I915_REG },
  PIPE_DATA_M1: { offset: 0x30, fields: M_FIELDS, cite: I915_REG },
  PIPE_DATA_N1: { offset: 0x34, fields: N_FIELDS, cite: I915_REG },
  PIPE_DATA_M2: { offset: 0x38, fields: M_FIELDS, cite: I915_REG },
  PIPE_DATA_N2: { offset: 0x3c, fields: N_FIELDS, cite: I915_REG },
  PIPE_LINK_M1: { offset: 0x40, fields: N_FIELDS, cite: I915_REG },
  PIPE_LINK_N1: { offset: 0x44, fields: N_FIELDS, cite: I915_REG },
  PIPE_LINK_M2: { offset: 0x48, fields: N_FIELDS, cite: I915_REG },
  PIPE_LINK_N2: { offset: 0x4c, fields: N_FIELDS, cite: I915_REG },
  TRANS_DDI_FUNC_CTL: {
    offset: 0x400,
    fields: {
      TRANS_DDI_FUNC_ENABLE: 31,
      TRANS_DDI_PORT: [30, 28],
      TRANS_DDI_MODE_SELECT: [26, 24],
      TRANS_DDI_BPC: [22, 20],
      TRANS_DDI_PVSYNC: 17,
      TRANS_DDI_PHSYNC: 16,
      TRANS_DDI_EDP_INPUT: [14, 12],
      TRANS_DDI_HDCP_SIGNALLING: 9,
      TRANS_DDI_DP_VC_PAYLOAD_ALLOC: 8,
      TRANS_DDI_HDMI_SCRAMBLER_CTS_ENABLE: 7,
      TRANS_DDI_HDMI_SCRAMBLER_RESET_FREQ: 6,
      TRANS_DDI_BFI_ENABLE: 4,
      DDI_PORT_WIDTH: [3, 1],
      TRANS_DDI_HDMI_SCRAMBLING: 0,
    },
    cite: I915_REG,
  },
  TRANS_MSA_MISC: { offset: 0x410, cite: I915_REG },
});

/** What the transcoder of eDP does not have: source size, multiplier, checksums. */
export const PIPE_TRANSCODER = bank(pipeTranscoders(0x6_0000), {
  PIPESRC: { offset: 0x1c, fields: { PIPESRC_WIDTH: [31, 16], PIPESRC_HEIGHT: [15, 0] }, cite: I915_REG },
  PIPE_MULT: { offset: 0x2c, cite: I915_REG },
  PIPE_CRC_CTL: {
    offset: 0x50,
    fields: { PIPE_CRC_ENABLE: 31, PIPE_CRC_SOURCE: [30, 28] },
    cite: I915_REG,
  },
  PIPE_CRC_RES_1_IVB: crcResult(0x64),
  PIPE_CRC_RES_2_IVB: crcResult(0x68),
  PIPE_CRC_RES_3_IVB: crcResult(0x6c),
  PIPE_CRC_RES_4_IVB: crcResult(0x70),
  PIPE_CRC_RES_5_IVB: crcResult(0x74),
});
