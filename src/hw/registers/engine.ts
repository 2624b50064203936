import { bank } from "../register.ts";
import { RING_BASES } from "../units.ts";
import { ENGINE_REGS, LRC, wide } from "./gt-rows.ts";

const CTX = `${ENGINE_REGS}; ${LRC}`;
/** Bare numbers in the kernel's context layouts; the PRM's names for them stand in other drivers' tables. */
const PRM = `${LRC}; PRM name`;
const USER = { commandAccess: true, inContext: true } as const;
const PDP = { commandAccess: true, inContext: "ring" } as const;

/** What every engine has at the same distance from its base, and the kernel does not call RING_*. */
export const ENGINE = bank(RING_BASES, {
  GEN8_R_PWR_CLK_STATE: {
    offset: 0xc8,
    fields: {
      GEN8_RPCS_ENABLE: 31,
      GEN8_RPCS_S_CNT_ENABLE: 18,
      GEN8_RPCS_S_CNT: [17, 15],
      GEN8_RPCS_SS_CNT_ENABLE: 11,
      GEN8_RPCS_SS_CNT: [10, 8],
      GEN8_RPCS_EU_MAX: [7, 4],
      GEN8_RPCS_EU_MIN: [3, 0],
    },
    inContext: true,
    cite: CTX,
  },
  CSFE_CHICKEN1: {
    on: ["kbl"],
    offset: 0xd4,
    rule: "maskedBits",
    writable: 0xffe7,
    then: "ring.csfe_chicken",
    fields: { GEN9_PREEMPT_GPGPU_SYNC_SWITCH_DISABLE: 2 },
    commandAccess: true,
    cite: "gt/intel_gt_regs.h, GEN9_CSFE_CHICKEN1_RCS; gvt/handlers.c, csfe_chicken1_mmio_write",
  },
  UHPTR: { offset: 0x134, commandAccess: true, cite: "docs/facts/mmio.md#command-access; PRM name" },
  BB_START_ADDR: { offset: 0x150, inContext: true, cite: PRM },
  BB_ADDR_DIFF: { offset: 0x154, inContext: true, cite: PRM },
  BB_START_ADDR_UDW: { offset: 0x170, inContext: true, cite: PRM },
  PR_CTR_CTL: { offset: 0x178, ...USER, cite: `${PRM}; docs/facts/mmio.md#command-access` },
  PR_CTR_THRSH: { offset: 0x17c, ...USER, cite: `${PRM}; docs/facts/mmio.md#command-access` },
  CCID: {
    offset: 0x180,
    fields: {
      LogicalRenderContextAddress: [31, 12],
      CCID_EXTENDED_STATE_SAVE: 3,
      CCID_EXTENDED_STATE_RESTORE: 2,
      CCID_EN: 0,
    },
    cite: ENGINE_REGS,
  },
  ECOSKPD: {
    offset: 0x1d0,
    rule: "maskedBits",
    fields: { ECO_CONSTANT_BUFFER_SR_DISABLE: 4, ECO_GATING_CX_ONLY: 3, ECO_FLIP_DONE: 0 },
    cite: `${ENGINE_REGS}, the upper half is the lock of the lower`,
  },
  GEN8_RING_PDP_LDW: {
    offset: 0x270,
    count: 4,
    stride: 8,
    ...PDP,
    cite: `${CTX}; docs/facts/mmio.md#command-access`,
  },
  GEN8_RING_PDP_UDW: {
    offset: 0x274,
    count: 4,
    stride: 8,
    ...PDP,
    cite: `${CTX}; docs/facts/mmio.md#command-access`,
  },
  MI_PREDICATE_RESULT_2: { offset: 0x3bc, ...USER, cite: ENGINE_REGS },
  ...wide("MI_PREDICATE_SRC0", 0x400, { ...USER, cite: `${ENGINE_REGS}; i915_cmd_parser.c` }),
  ...wide("MI_PREDICATE_SRC1", 0x408, { ...USER, cite: `${ENGINE_REGS}; i915_cmd_parser.c` }),
  ...wide("MI_PREDICATE_DATA", 0x410, { ...USER, cite: ENGINE_REGS }),
  MI_PREDICATE_RESULT: { offset: 0x418, ...USER, cite: ENGINE_REGS },
  MI_PREDICATE_RESULT_1: { offset: 0x41c, ...USER, cite: CTX },
  GEN8_RING_CS_GPR: { offset: 0x600, count: 16, stride: 8, ...USER, cite: `${CTX}; i915_cmd_parser.c` },
  GEN8_RING_CS_GPR_UDW: { offset: 0x604, count: 16, stride: 8, ...USER, cite: `${CTX}; i915_cmd_parser.c` },
});
