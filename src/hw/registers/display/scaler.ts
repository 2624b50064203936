import { bank } from "../../register.ts";
import { I915_REG, MMIO_TABLE, pipes } from "./instances.ts";

/** Two scalers a pipe on gen9, pipe by pipe; GVT-g tracks a second one of pipe C too. */
export const SCALER = {
  ...bank(
    {
      scalerA1: 0x6_8100,
      scalerA2: 0x6_8200,
      scalerB1: 0x6_8900,
      scalerB2: 0x6_8a00,
      scalerC1: 0x6_9100,
      scalerC2: 0x6_9200,
    },
    {
      SKL_PS_PWR_GATE: { offset: 0x60, cite: I915_REG },
      SKL_PS_WIN_POS: { offset: 0x70, cite: I915_REG },
      SKL_PS_WIN_SZ: { offset: 0x74, cite: I915_REG },
      SKL_PS_CTRL: {
        offset: 0x80,
        fields: {
          PS_SCALER_EN: 31,
          SKL_PS_SCALER_MODE: [29, 28],
          PS_PLANE_SEL: [27, 25],
          PS_FILTER: [24, 23],
          PS_VERT3TAP: 21,
          PS_PWRUP_PROGRESS: 17,
          PS_V_FILTER_BYPASS: 8,
          PS_VADAPT_EN: 7,
          PS_VADAPT_MODE: [6, 5],
        },
        cite: I915_REG,
      },
      SKL_PS_VSCALE: { offset: 0x84, cite: I915_REG },
      SKL_PS_VPHASE: { offset: 0x88, cite: I915_REG },
      SKL_PS_HSCALE: { offset: 0x90, cite: I915_REG },
      SKL_PS_HPHASE: { offset: 0x94, cite: I915_REG },
      SKL_PS_ECC_STAT: { offset: 0xd0, cite: I915_REG },
    },
  ),
  on: ["kbl"] as const,
};

/** The panel fitter of Broadwell. */
export const PANEL_FITTER = bank(pipes(0x6_8000, 0x800), {
  PF_WIN_POS: { offset: 0x70, cite: `${I915_REG}; ${MMIO_TABLE}` },
  PF_WIN_SZ: { offset: 0x74, cite: `${I915_REG}; ${MMIO_TABLE}` },
  PF_CTL: { offset: 0x80, fields: { PF_ENABLE: 31 }, cite: `${I915_REG}; ${MMIO_TABLE}` },
  PF_VSCALE: { offset: 0x84, cite: `${I915_REG}; ${MMIO_TABLE}` },
  PF_HSCALE: { offset: 0x90, cite: `${I915_REG}; ${MMIO_TABLE}` },
});
