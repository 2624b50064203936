import { bank } from "../../register.ts";
import { DISPLAY, I915_REG } from "./instances.ts";

/** Frame buffer compression, with the fence it watches, and the pixel rate saver. */
export const FBC = bank(DISPLAY, {
  ILK_DPFC_CB_BASE: { offset: 0x4_3200, cite: I915_REG },
  ILK_DPFC_CONTROL: {
    offset: 0x4_3208,
    fields: {
      DPFC_CTL_EN: 31,
      DPFC_CTL_FENCE_EN_IVB: 28,
      DPFC_CTL_FALSE_COLOR: 10,
      DPFC_CTL_LIMIT: [7, 6],
      DPFC_CTL_FENCENO: [3, 0],
    },
    cite: I915_REG,
  },
  ILK_DPFC_RECOMP_CTL: { offset: 0x4_320c, cite: I915_REG },
  ILK_DPFC_STATUS: {
    offset: 0x4_3210,
    rule: "readOnly",
    fields: { DPFC_INVAL_SEG: [26, 16], DPFC_COMP_SEG: [10, 0] },
    cite: I915_REG,
  },
  ILK_DPFC_STATUS2: {
    offset: 0x4_3214,
    rule: "readOnly",
    fields: { DPFC_COMP_SEG_IVB: [11, 0] },
    cite: I915_REG,
  },
  ILK_DPFC_FENCE_YOFF: { offset: 0x4_3218, cite: I915_REG },
  ILK_DPFC_CHICKEN: {
    offset: 0x4_3224,
    fields: { DPFC_NUKE_ON_ANY_MODIFICATION: 23, DPFC_DISABLE_DUMMY0: 8 },
    cite: I915_REG,
  },
  IPS_CTL: { offset: 0x4_3408, fields: { IPS_ENABLE: 31 }, cite: I915_REG },
  MSG_FBC_REND_STATE: {
    offset: 0x5_0380,
    fields: { FBC_REND_NUKE: 2, FBC_REND_CACHE_CLEAN: 1 },
    cite: I915_REG,
  },
  SNB_DPFC_CTL_SA: {
    offset: 0x10_0100,
    fields: { SNB_DPFC_FENCE_EN: 29, SNB_DPFC_FENCENO: [4, 0] },
    cite: I915_REG,
  },
  SNB_DPFC_CPU_FENCE_OFFSET: { offset: 0x10_0104, cite: I915_REG },
});
