import { bank } from "../register.ts";
import { GT_REGS } from "./gt-rows.ts";

const INIT = `${GT_REGS}; intel_clock_gating.c`;

/** Which units may stop their clock when they have nothing to do. */
export const CLOCK_GATING = bank(
  { gt: 0 },
  {
    GEN6_UCGCTL1: {
      offset: 0x9400,
      fields: {
        GEN6_GAMUNIT_CLOCK_GATE_DISABLE: 22,
        GEN6_EU_TCUNIT_CLOCK_GATE_DISABLE: 16,
        GEN6_CSUNIT_CLOCK_GATE_DISABLE: 7,
        GEN6_BLBUNIT_CLOCK_GATE_DISABLE: 5,
      },
      cite: INIT,
    },
    GEN6_UCGCTL2: {
      offset: 0x9404,
      fields: {
        GEN6_VFUNIT_CLOCK_GATE_DISABLE: 31,
        GEN7_VDSUNIT_CLOCK_GATE_DISABLE: 30,
        GEN7_TDLUNIT_CLOCK_GATE_DISABLE: 22,
        GEN6_RCZUNIT_CLOCK_GATE_DISABLE: 13,
        GEN6_RCPBUNIT_CLOCK_GATE_DISABLE: 12,
        GEN6_RCCUNIT_CLOCK_GATE_DISABLE: 11,
      },
      cite: INIT,
    },
    GEN6_UCGCTL3: { offset: 0x9408, fields: { GEN6_OACSUNIT_CLOCK_GATE_DISABLE: 20 }, cite: INIT },
    GEN7_UCGCTL4: {
      offset: 0x940c,
      fields: { GEN7_L3BANK2X_CLOCK_GATE_DISABLE: 25, GEN8_EU_GAUNIT_CLOCK_GATE_DISABLE: 14 },
      commandAccess: true,
      cite: `${GT_REGS}; gt/intel_workarounds.c; docs/facts/mmio.md#command-access`,
    },
    GEN6_RCGCTL1: { offset: 0x9410, cite: GT_REGS },
    GEN6_RCGCTL2: { offset: 0x9414, cite: GT_REGS },
    GEN7_MISCCPCTL: {
      offset: 0x9424,
      fields: {
        GEN8_DOP_CLOCK_GATE_MEDIA_ENABLE: 6,
        GEN8_DOP_CLOCK_GATE_GUC_ENABLE: 4,
        GEN8_DOP_CLOCK_GATE_CFCLK_ENABLE: 2,
        GEN7_DOP_CLOCK_GATE_ENABLE: 0,
      },
      cite: INIT,
    },
    GEN8_UCGCTL6: {
      offset: 0x9430,
      fields: {
        GEN8_HDCUNIT_CLOCK_GATE_DISABLE_HDCREQ: 28,
        GEN8_GAPSUNIT_CLOCK_GATE_DISABLE: 24,
        GEN8_SDEUNIT_CLOCK_GATE_DISABLE: 14,
      },
      commandAccess: true,
      cite: `${INIT}; docs/facts/mmio.md#command-access`,
    },
  },
);
