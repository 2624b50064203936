import { type Bank, bank } from "../../register.ts";
import { type Bases, I915_REG, MMIO_TABLE, pipes } from "./instances.ts";
import { WM_FIELDS, watermarkLevels } from "./watermark.ts";

const BUF_FIELDS = { PLANE_BUF_END: [27, 16], PLANE_BUF_START: [11, 0] } as const;
const XY_SIZE = { PLANE_HEIGHT: [31, 16], PLANE_WIDTH: [15, 0] } as const;

/** Four planes of each pipe, pipe by pipe; the fourth is the topmost one, used instead of the cursor. */
const PLANES: Bases = Object.fromEntries(
  ["A", "B", "C"].flatMap((pipe, p) =>
    [1, 2, 3, 4].map((plane) => [`plane${pipe}${plane}`, 0x7_0180 + p * 0x1000 + (plane - 1) * 0x100]),
  ),
);
const GEN9 = ["kbl"] as const;

/** Universal planes. Broadwell has a primary (DSP*) and a sprite (SPR*) where these have planes 1 and 2. */
export const PLANE: Bank = {
  ...bank(PLANES, {
    PLANE_CTL: {
      offset: 0x00,
      fields: {
        PLANE_CTL_ENABLE: 31,
        PLANE_CTL_PIPE_GAMMA_ENABLE: 30,
        PLANE_CTL_YUV_RANGE_CORRECTION_DISABLE: 28,
        PLANE_CTL_FORMAT: [27, 24],
        PLANE_CTL_PIPE_CSC_ENABLE: 23,
        PLANE_CTL_KEY_ENABLE: [22, 21],
        PLANE_CTL_ORDER_RGBX: 20,
        PLANE_CTL_YUV_TO_RGB_CSC_FORMAT_BT709: 18,
        PLANE_CTL_YUV422_ORDER: [17, 16],
        PLANE_CTL_RENDER_DECOMPRESSION_ENABLE: 15,
        PLANE_CTL_TRICKLE_FEED_DISABLE: 14,
        PLANE_CTL_PLANE_GAMMA_DISABLE: 13,
        PLANE_CTL_TILED: [12, 10],
        PLANE_CTL_ASYNC_FLIP: 9,
        PLANE_CTL_ALPHA: [5, 4],
        PLANE_CTL_ROTATE: [1, 0],
      },
      cite: I915_REG,
    },
    PLANE_STRIDE: { offset: 0x08, fields: { PLANE_STRIDE: [11, 0] }, cite: I915_REG },
    PLANE_POS: { offset: 0x0c, fields: { PLANE_POS_Y: [31, 16], PLANE_POS_X: [15, 0] }, cite: I915_REG },
    PLANE_SIZE: { offset: 0x10, fields: XY_SIZE, cite: I915_REG },
    PLANE_KEYVAL: { offset: 0x14, cite: I915_REG },
    PLANE_KEYMSK: { offset: 0x18, fields: { PLANE_KEYMSK_ALPHA_ENABLE: 31 }, cite: I915_REG },
    PLANE_SURF: {
      offset: 0x1c,
      then: "plane.surf",
      fields: { PLANE_SURF_ADDR: [31, 12], PLANE_SURF_DECRYPT: 2 },
      cite: `${I915_REG}; docs/facts/display.md#flips; docs/facts/guests.md#behaviours`,
    },
    PLANE_KEYMAX: { offset: 0x20, fields: { PLANE_KEYMAX_ALPHA: [31, 24] }, cite: I915_REG },
    PLANE_OFFSET: {
      offset: 0x24,
      fields: { PLANE_OFFSET_Y: [31, 16], PLANE_OFFSET_X: [15, 0] },
      cite: I915_REG,
    },
    PLANE_SURFLIVE: {
      offset: 0x2c,
      rule: "readOnly",
      cite: "display/skl_universal_plane_regs.h (6.12); docs/facts/display.md#flips",
    },
    PLANE_AUX_DIST: {
      on: GEN9,
      offset: 0x40,
      fields: { PLANE_AUX_DISTANCE: [31, 12], PLANE_AUX_STRIDE: [11, 0] },
      cite: I915_REG,
    },
    PLANE_AUX_OFFSET: { on: GEN9, offset: 0x44, cite: I915_REG },
    ...watermarkLevels("PLANE_", 0xc0),
    PLANE_WM_TRANS: { on: GEN9, offset: 0xe8, fields: WM_FIELDS, cite: I915_REG },
    PLANE_NV12_BUF_CFG: { on: GEN9, offset: 0xf8, fields: BUF_FIELDS, cite: I915_REG },
    PLANE_BUF_CFG: { on: GEN9, offset: 0xfc, fields: BUF_FIELDS, cite: I915_REG },
  }),
  instanceOn: {
    planeA3: GEN9,
    planeA4: GEN9,
    planeB3: GEN9,
    planeB4: GEN9,
    planeC3: GEN9,
    planeC4: GEN9,
  },
};

/** Words of Broadwell's primary and sprite that a universal plane does not have. */
export const LEGACY_PLANE = bank(pipes(0x7_0000), {
  DSPADDR: { offset: 0x184, cite: `${I915_REG}; ${MMIO_TABLE}` },
  SPRLINOFF: { offset: 0x284, cite: `${I915_REG}; ${MMIO_TABLE}` },
  SPRSCALE: { offset: 0x304, cite: `${I915_REG}; ${MMIO_TABLE}` },
  SPRGAMC: { offset: 0x400, count: 16, cite: `${I915_REG}; ${MMIO_TABLE}` },
  SPRGAMC16: { on: ["bdw"], offset: 0x440, count: 3, cite: `${I915_REG}; ${MMIO_TABLE}` },
  SPRGAMC17: { on: ["bdw"], offset: 0x44c, count: 3, cite: `${I915_REG}; ${MMIO_TABLE}` },
});

/** A flip in one word: surface address, and whether it is asynchronous. Two planes a pipe, pipe by pipe. */
export const COMBINED_FLIP = bank(
  {
    planeA1: 0x5_0080,
    planeA2: 0x5_0090,
    planeB1: 0x5_0088,
    planeB2: 0x5_0098,
    planeC1: 0x5_008c,
    planeC2: 0x5_009c,
  },
  {
    COMBINED_FLIP: {
      offset: 0,
      then: "plane.flip",
      fields: { SURF_ADDR: [31, 12], FLIP_TYPE: [1, 0] },
      cite: "docs/facts/display.md#flips; gvt/reg.h, REG50080_FLIP_TYPE_MASK; gvt/handlers.c, reg50080_mmio_write",
    },
  },
);
