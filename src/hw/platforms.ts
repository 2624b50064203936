import type { Platform } from "./units.ts";

/**
 * In what the modelled platforms differ beside their rows, as what they have or how they work: reducers ask for a
 * feature, never for a name.
 */
export interface Features {
  /** Universal planes with a control, a size and an offset of their own; else the primary plane of gen4 to gen8. */
  readonly universalPlanes: boolean;
  /** Planes of a pipe that have a flip-done event, and the event bit of plane 0 in the pipe's IIR: others follow. */
  readonly flipPlanes: number;
  readonly flipDone: number;
  /** Ports take their clock from four DPLLs by DPLL_CTRL2; else each chooses an LCPLL or WRPLL by PORT_CLK_SEL. */
  readonly dplls: boolean;
  /** Request bits of HSW_PWR_WELL_CTL that exist; the state bit of each lies right below it. */
  readonly wellRequests: number;
  /** Forcewake domains: the register that asks for one, and the one that acknowledges. */
  readonly forcewake: readonly (readonly [request: string, acknowledge: string])[];
}

/**
 * Sources: GEN9_PIPE_PLANE1_FLIP_DONE and GEN8_PIPE_PRIMARY_FLIP_DONE, i915_reg.h; docs/facts/registers.md#forcewake;
 * HSW_PWR_WELL_CTL at 45400 (BDW) and 45404 (SKL+); intel_dpll_mgr.c, hsw_ and skl_ddi_pll_init.
 */
export const FEATURES: Readonly<Record<Platform, Features>> = {
  bdw: {
    universalPlanes: false,
    flipPlanes: 2,
    flipDone: 4,
    dplls: false,
    wellRequests: 0x8000_0000,
    forcewake: [["FORCEWAKE_MT", "FORCEWAKE_ACK_HSW"]],
  },
  kbl: {
    universalPlanes: true,
    flipPlanes: 4,
    flipDone: 3,
    dplls: true,
    wellRequests: 0xa000_02aa,
    forcewake: [
      ["FORCEWAKE_GT_GEN9", "FORCEWAKE_ACK_GT_GEN9"],
      ["FORCEWAKE_MEDIA_GEN9", "FORCEWAKE_ACK_MEDIA_GEN9"],
      ["FORCEWAKE_RENDER_GEN9", "FORCEWAKE_ACK_RENDER_GEN9"],
    ],
  },
};
