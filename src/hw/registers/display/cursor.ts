import { bank } from "../../register.ts";
import { I915_REG, MMIO_TABLE } from "./instances.ts";
import { WM_FIELDS, watermarkLevels } from "./watermark.ts";

export const CURSOR = bank(
  { cursorA: 0x7_0080, cursorB: 0x7_1080, cursorC: 0x7_2080 },
  {
    CURCNTR: {
      offset: 0x00,
      fields: {
        MCURSOR_PIPE_SEL: [29, 28],
        MCURSOR_PIPE_GAMMA_ENABLE: 26,
        MCURSOR_PIPE_CSC_ENABLE: 24,
        MCURSOR_ROTATE_180: 15,
        MCURSOR_TRICKLE_FEED_DISABLE: 14,
        MCURSOR_MODE: [5, 0],
      },
      cite: I915_REG,
    },
    CURBASE: { offset: 0x04, fields: { Address: [31, 12] }, cite: I915_REG },
    CURPOS: {
      offset: 0x08,
      fields: {
        CURSOR_POS_Y_SIGN: 31,
        CURSOR_POS_Y: [30, 16],
        CURSOR_POS_X_SIGN: 15,
        CURSOR_POS_X: [14, 0],
      },
      cite: I915_REG,
    },
    CUR_PAL: { offset: 0x10, count: 4, cite: `${MMIO_TABLE}, unnamed; a Haswell register list's name` },
    CUR_FBC_CTL: { offset: 0x20, fields: { CUR_FBC_EN: 31, CUR_FBC_HEIGHT: [7, 0] }, cite: I915_REG },
    CURSURFLIVE: { offset: 0x2c, rule: "readOnly", cite: I915_REG },
    ...watermarkLevels("CUR_", 0xc0),
    CUR_WM_TRANS: { on: ["kbl"], offset: 0xe8, fields: WM_FIELDS, cite: I915_REG },
    CUR_BUF_CFG: {
      on: ["kbl"],
      offset: 0xfc,
      fields: { PLANE_BUF_END: [27, 16], PLANE_BUF_START: [11, 0] },
      cite: I915_REG,
    },
  },
);
