import { bank, type RegisterRow } from "../../register.ts";
import { DISPLAY, I915_REG, pipes } from "./instances.ts";

/** Of a plane's or the cursor's watermark register. */
export const WM_FIELDS = {
  PLANE_WM_EN: 31,
  PLANE_WM_IGNORE_LINES: 30,
  PLANE_WM_LINES: [26, 14],
  PLANE_WM_BLOCKS: [11, 0],
} as const;

/**
 * Gen9's eight latency levels from `offset` on, each a register of its own: `WM_0` to `WM_7` after the
 * prefix.
 */
export function watermarkLevels(prefix: string, offset: number): Readonly<Record<string, RegisterRow>> {
  const level = (n: number): [string, RegisterRow] => [
    `${prefix}WM_${n}`,
    {
      on: ["kbl"],
      offset: offset + n * 4,
      fields: WM_FIELDS,
      cite: `${I915_REG}, _PLANE_WM and _CUR_WM by level`,
    },
  ];
  return Object.fromEntries([0, 1, 2, 3, 4, 5, 6, 7].map(level));
}

/** Low-power watermarks of Broadwell; gen9's are beside each plane and cursor. */
function lowPower(offset: number): RegisterRow {
  return {
    offset,
    fields: {
      WM_LP_ENABLE: 31,
      WM_LP_LATENCY: [30, 24],
      WM_LP_FBC: [23, 19],
      WM_LP_PRIMARY: [18, 8],
      WM_LP_CURSOR: [7, 0],
    },
    cite: I915_REG,
  };
}

function lowPowerSprite(offset: number): RegisterRow {
  return { offset, fields: { WM_LP_SPRITE_ENABLE: 31, WM_LP_SPRITE: [10, 0] }, cite: I915_REG };
}

export const ARBITER = bank(DISPLAY, {
  DISP_ARB_CTL: {
    offset: 0x4_5000,
    fields: { DISP_FBC_MEMORY_WAKE: 31, DISP_FBC_WM_DIS: 15, DISP_TILE_SURFACE_SWIZZLING: 13 },
    cite: I915_REG,
  },
  DISP_ARB_CTL2: {
    offset: 0x4_5004,
    fields: { DISP_DATA_PARTITION_5_6: 6, DISP_IPC_ENABLE: 3 },
    cite: I915_REG,
  },
  WM1_LP_ILK: lowPower(0x4_5108),
  WM2_LP_ILK: lowPower(0x4_510c),
  WM3_LP_ILK: lowPower(0x4_5110),
  WM1S_LP_ILK: lowPowerSprite(0x4_5120),
  WM2S_LP_IVB: lowPowerSprite(0x4_5124),
  WM3S_LP_IVB: lowPowerSprite(0x4_5128),
  WM_MISC: { offset: 0x4_5260, fields: { WM_MISC_DATA_PARTITION_5_6: 0 }, cite: I915_REG },
  WM_DBG: { offset: 0x4_5280, cite: I915_REG },
});

export const WM0_PIPE = bank(
  { pipeA: 0x4_5100, pipeB: 0x4_5104, pipeC: 0x4_5200 },
  {
    WM0_PIPE_ILK: {
      offset: 0,
      fields: { WM0_PIPE_PRIMARY: [31, 16], WM0_PIPE_SPRITE: [15, 8], WM0_PIPE_CURSOR: [7, 0] },
      cite: I915_REG,
    },
  },
);

export const WM_LINETIME = bank(pipes(0x4_5270, 4), {
  WM_LINETIME: { offset: 0, fields: { HSW_IPS_LINETIME: [24, 16], HSW_LINETIME: [8, 0] }, cite: I915_REG },
});
