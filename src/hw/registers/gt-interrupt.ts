import { bank } from "../register.ts";
import { GUC_REG, I915_REG, interruptGroup } from "./gt-rows.ts";

const CITE = `${I915_REG}; docs/facts/guests.md#behaviours; docs/facts/interrupts.md#groups`;

/** Two engines share a group, the second shifted by 16. Source: docs/facts/interrupts.md#bits. */
function engineBits(low: string, high?: string) {
  const bits = (engine: string, shift: number) => ({
    [`${engine}_WAIT_SEMAPHORE`]: 11 + shift,
    [`${engine}_CONTEXT_SWITCH`]: 8 + shift,
    [`${engine}_FLUSH_NOTIFY`]: 4 + shift,
    [`${engine}_CS_MASTER_ERROR`]: 3 + shift,
    [`${engine}_USER_INTERRUPT`]: shift,
  });
  return high === undefined ? bits(low, 0) : { ...bits(low, 0), ...bits(high, 16) };
}

/** The one register that decides whether anything reaches the guest. */
export const MASTER_INTERRUPT = bank(
  { irq: 0 },
  {
    GEN8_MASTER_IRQ: {
      offset: 0x4_4200,
      writable: 0x8000_0000,
      then: "irq.master",
      read: "irq.master",
      fields: {
        GEN8_MASTER_IRQ_CONTROL: 31,
        GEN8_PCU_IRQ: 30,
        GEN8_DE_PCH_IRQ: 23,
        GEN8_DE_MISC_IRQ: 22,
        GEN8_DE_PORT_IRQ: 20,
        GEN8_DE_PIPE_C_IRQ: 18,
        GEN8_DE_PIPE_B_IRQ: 17,
        GEN8_DE_PIPE_A_IRQ: 16,
        GEN8_GT_VECS_IRQ: 6,
        GEN8_GT_GUC_IRQ: 5,
        GEN8_GT_PM_IRQ: 4,
        GEN8_GT_VCS1_IRQ: 3,
        GEN8_GT_VCS0_IRQ: 2,
        GEN8_GT_BCS_IRQ: 1,
        GEN8_GT_RCS_IRQ: 0,
      },
      cite: CITE,
    },
  },
);

/** Render in the low half, blitter in the high half. */
export const GT_INTERRUPT_0 = bank(
  { gtIrq0: 0x4_4300 },
  interruptGroup(0, "GEN8_GT_", { ...engineBits("RCS", "BCS"), RCS_L3_PARITY_ERROR: 5 }, CITE),
);

/** The two video decoders. */
export const GT_INTERRUPT_1 = bank(
  { gtIrq1: 0x4_4310 },
  interruptGroup(0, "GEN8_GT_", engineBits("VCS0", "VCS1"), CITE),
);

/** Power management in the low half, the GuC in the high half. */
export const GT_INTERRUPT_2 = bank(
  { gtIrq2: 0x4_4320 },
  interruptGroup(
    0,
    "GEN8_GT_",
    {
      GUC_INTR_GUC2HOST: 31,
      GEN6_PM_RP_DOWN_TIMEOUT: 6,
      GEN6_PM_RP_UP_THRESHOLD: 5,
      GEN6_PM_RP_DOWN_THRESHOLD: 4,
      GEN6_PM_RP_UP_EI_EXPIRED: 2,
      GEN6_PM_RP_DOWN_EI_EXPIRED: 1,
    },
    `${CITE}; ${GUC_REG}`,
  ),
);

/** The video enhancement engine. */
export const GT_INTERRUPT_3 = bank(
  { gtIrq3: 0x4_4330 },
  interruptGroup(0, "GEN8_GT_", engineBits("VECS"), CITE),
);

/** What the GT may tell the display engine, and the other way round. */
export const GT_MESSAGES = bank(
  { irq: 0 },
  {
    GEN7_ERR_INT: {
      offset: 0x4_4040,
      rule: "oneToClear",
      cite: `${I915_REG}; docs/facts/display.md#other-registers`,
    },
    DERRMR: {
      offset: 0x4_4050,
      commandAccess: true,
      cite: "display/intel_display_regs.h; docs/facts/commands.md#loads-of-registers",
    },
    DE_GUCRMR: { offset: 0x4_4054, cite: GUC_REG },
  },
);
