import type { Bank } from "../register.ts";
import { CLOCK_GATING } from "./clock-gating.ts";
import { COUNTERS } from "./counter.ts";
import { DISPLAY_INTERRUPTS } from "./display-interrupt.ts";
import { ENGINE } from "./engine.ts";
import { FAULTS } from "./fault.ts";
import { FENCES } from "./fence.ts";
import { FORCEWAKE_DOMAINS } from "./forcewake.ts";
import { FUSES } from "./fuse.ts";
import { GT, SINGLE_ENGINE, STOLEN_MEMORY, SWCTRL, TILED_RESOURCES } from "./gt.ts";
import * as interrupt from "./gt-interrupt.ts";
import { GUC } from "./guc.ts";
import { MCHBAR, MCHBAR_MIRROR_GEN8, MCHBAR_MIRROR_GEN9 } from "./mchbar.ts";
import { MOCS_BANKS } from "./mocs.ts";
import { OA } from "./oa.ts";
import { PCODE } from "./pcode.ts";
import { CLOCK, FREQUENCY, SLEEP } from "./power.ts";
import { VGTIF } from "./pvinfo.ts";
import { RING } from "./ring.ts";
import { STREAMER_CHICKENS } from "./streamer-chicken.ts";
import { OTHER_NONPRIV, RENDER_NONPRIV, SUBMISSION } from "./submission.ts";
import { ROW_CHICKENS, SLICE_CHICKENS } from "./workaround.ts";

/** Everything that is not display: engines, interrupts of both halves, memory, power, PVINFO. */
export const GT_BANKS: readonly Bank[] = [
  RING,
  SUBMISSION,
  RENDER_NONPRIV,
  OTHER_NONPRIV,
  ENGINE,
  STREAMER_CHICKENS,
  COUNTERS,
  OA,
  GT,
  TILED_RESOURCES,
  STOLEN_MEMORY,
  SINGLE_ENGINE,
  SWCTRL,
  FAULTS,
  SLICE_CHICKENS,
  ROW_CHICKENS,
  ...MOCS_BANKS,
  CLOCK_GATING,
  FREQUENCY,
  SLEEP,
  CLOCK,
  FORCEWAKE_DOMAINS,
  FUSES,
  GUC,
  interrupt.MASTER_INTERRUPT,
  interrupt.GT_INTERRUPT_0,
  interrupt.GT_INTERRUPT_1,
  interrupt.GT_INTERRUPT_2,
  interrupt.GT_INTERRUPT_3,
  interrupt.GT_MESSAGES,
  ...DISPLAY_INTERRUPTS,
  FENCES,
  PCODE,
  MCHBAR,
  MCHBAR_MIRROR_GEN8,
  MCHBAR_MIRROR_GEN9,
  VGTIF,
];
