import type { Bank } from "../register.ts";
import { bank } from "../register.ts";
import { interruptGroup } from "./gt-rows.ts";

const DE_REGS = "display/intel_display_regs.h";
const CITE = `${DE_REGS}; docs/facts/guests.md#behaviours; docs/facts/interrupts.md#groups`;
const PIPES = { pipeA: 0x4_4400, pipeB: 0x4_4410, pipeC: 0x4_4420 };

/** A pipe's events as gen9 numbers them: four planes instead of a primary and a sprite. */
const PIPE_GEN9: Bank = {
  ...bank(
    PIPES,
    interruptGroup(
      0,
      "GEN8_DE_PIPE_",
      {
        GEN8_PIPE_FIFO_UNDERRUN: 31,
        GEN8_PIPE_CDCLK_CRC_ERROR: 29,
        GEN8_PIPE_CDCLK_CRC_DONE: 28,
        GEN9_PIPE_CURSOR_FAULT: 11,
        GEN9_PIPE_PLANE4_FAULT: 10,
        GEN9_PIPE_PLANE3_FAULT: 9,
        GEN9_PIPE_PLANE2_FAULT: 8,
        GEN9_PIPE_PLANE1_FAULT: 7,
        GEN9_PIPE_PLANE4_FLIP_DONE: 6,
        GEN9_PIPE_PLANE3_FLIP_DONE: 5,
        GEN9_PIPE_PLANE2_FLIP_DONE: 4,
        GEN9_PIPE_PLANE1_FLIP_DONE: 3,
        GEN8_PIPE_SCAN_LINE_EVENT: 2,
        GEN8_PIPE_VSYNC: 1,
        GEN8_PIPE_VBLANK: 0,
      },
      CITE,
    ),
  ),
  on: ["kbl"],
};

const PIPE_GEN8: Bank = {
  ...bank(
    PIPES,
    interruptGroup(
      0,
      "GEN8_DE_PIPE_",
      {
        GEN8_PIPE_FIFO_UNDERRUN: 31,
        GEN8_PIPE_CDCLK_CRC_ERROR: 29,
        GEN8_PIPE_CDCLK_CRC_DONE: 28,
        GEN8_PIPE_CURSOR_FAULT: 10,
        GEN8_PIPE_SPRITE_FAULT: 9,
        GEN8_PIPE_PRIMARY_FAULT: 8,
        GEN8_PIPE_SPRITE_FLIP_DONE: 5,
        GEN8_PIPE_PRIMARY_FLIP_DONE: 4,
        GEN8_PIPE_SCAN_LINE_EVENT: 2,
        GEN8_PIPE_VSYNC: 1,
        GEN8_PIPE_VBLANK: 0,
      },
      CITE,
    ),
  ),
  on: ["bdw"],
};

const PORT = bank(
  { irq: 0x4_4440 },
  interruptGroup(
    0,
    "GEN8_DE_PORT_",
    {
      GEN9_AUX_CHANNEL_D: 27,
      GEN9_AUX_CHANNEL_C: 26,
      GEN9_AUX_CHANNEL_B: 25,
      GEN8_DE_PORT_HOTPLUG_A: 3,
      GEN8_AUX_CHANNEL_A: 0,
    },
    CITE,
  ),
);

const MISC = bank(
  { irq: 0x4_4460 },
  interruptGroup(0, "GEN8_DE_MISC_", { GEN8_DE_MISC_GSE: 27, GEN8_DE_EDP_PSR: 19 }, CITE),
);

const PCU = bank(
  { irq: 0x4_44e0 },
  interruptGroup(
    0,
    "GEN8_PCU_",
    { GEN6_PM_MBOX_EVENT: 25, GEN6_PM_THERMAL_EVENT: 24 },
    "i915_reg.h; docs/facts/interrupts.md#groups",
  ),
);

/** The south display engine: the PCH that the monitors hang on. */
const SOUTH = bank(
  { pch: 0xc_4000 },
  interruptGroup(
    0,
    "SDE",
    {
      SDE_AUXD_CPT: 27,
      SDE_AUXC_CPT: 26,
      SDE_PORTE_HOTPLUG_SPT: 25,
      SDE_PORTA_HOTPLUG_SPT: 24,
      SDE_PORTD_HOTPLUG_CPT: 23,
      SDE_PORTC_HOTPLUG_CPT: 22,
      SDE_PORTB_HOTPLUG_CPT: 21,
      SDE_CRT_HOTPLUG_CPT: 19,
      SDE_SDVOB_HOTPLUG_CPT: 18,
      SDE_GMBUS_CPT: 17,
      SDE_ERROR_CPT: 16,
    },
    CITE,
  ),
);

export const DISPLAY_INTERRUPTS: readonly Bank[] = [PIPE_GEN9, PIPE_GEN8, PORT, MISC, PCU, SOUTH];
