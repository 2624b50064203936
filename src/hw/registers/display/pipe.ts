import { bank } from "../../register.ts";
import { DISPLAY_REGS, I915_REG, MMIO_TABLE, pipes } from "./instances.ts";

/** The enable belongs to the transcoder, whose number is the pipe's; that of eDP comes last. */
export const PIPECONF = bank(
  { ...pipes(0x7_0008), transEDP: 0x7_f008 },
  {
    PIPECONF: {
      offset: 0,
      writable: 0xbfff_ffff,
      then: "pipe.conf",
      fields: {
        PIPECONF_ENABLE: 31,
        PIPECONF_STATE_ENABLE: 30,
        PIPECONF_INTERLACE: [22, 21],
        PIPECONF_OUTPUT_COLORSPACE_YUV_HSW: 11,
        PIPECONF_DITHER_EN: 4,
        PIPECONF_DITHER_TYPE: [3, 2],
      },
      cite: `${I915_REG}; gvt/handlers.c, pipeconf_mmio_write; docs/facts/guests.md#behaviours`,
    },
  },
);

export const PIPE = bank(pipes(0x7_0000), {
  PIPEDSL: {
    offset: 0x00,
    rule: "readOnly",
    read: "pipe.scan_line",
    fields: { PIPEDSL_CURR_FIELD: 31, PIPEDSL_LINE: [19, 0] },
    timeValue: true,
    cite: `${I915_REG}; docs/facts/guests.md#behaviours`,
  },
  PIPESTAT: { offset: 0x24, cite: `${I915_REG}; ${MMIO_TABLE}` },
  PIPEMISC: {
    offset: 0x30,
    fields: {
      PIPEMISC_OUTPUT_COLORSPACE_YUV: 11,
      PIPEMISC_BPC: [7, 5],
      PIPEMISC_DITHER_ENABLE: 4,
      PIPEMISC_DITHER_TYPE: [3, 2],
    },
    cite: I915_REG,
  },
  SKL_BOTTOM_COLOR: {
    on: ["kbl"],
    offset: 0x34,
    fields: { SKL_BOTTOM_COLOR_GAMMA_ENABLE: 31, SKL_BOTTOM_COLOR_CSC_ENABLE: 30 },
    cite: I915_REG,
  },
  PIPE_FRMCOUNT_G4X: {
    offset: 0x40,
    rule: "readOnly",
    read: "pipe.frame_count",
    cite: `${I915_REG}; docs/facts/guests.md#behaviours`,
  },
  PIPE_FLIPCOUNT_G4X: {
    offset: 0x44,
    rule: "readOnly",
    cite: `${I915_REG}; gvt/handlers.c, pri_surf_mmio_write`,
  },
  PIPE_FRMTMSTMP: { offset: 0x48, rule: "readOnly", timeValue: true, cite: I915_REG },
  PIPE_FLIPTMSTMP: { offset: 0x4c, rule: "readOnly", timeValue: true, cite: DISPLAY_REGS },
});

/** The same words at the transcoder of eDP, which GVT-g tracks and no stock driver reads. */
export const PIPE_EDP = bank(
  { transEDP: 0x7_f000 },
  {
    PIPEDSL: { offset: 0x00, rule: "readOnly", timeValue: true, cite: MMIO_TABLE },
    PIPESTAT: { offset: 0x24, cite: MMIO_TABLE },
    PIPE_FRMCOUNT_G4X: { offset: 0x40, rule: "readOnly", cite: MMIO_TABLE },
    PIPE_FLIPCOUNT_G4X: { offset: 0x44, rule: "readOnly", cite: MMIO_TABLE },
  },
);
