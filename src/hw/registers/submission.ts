import { bank } from "../register.ts";
import { RING_BASES } from "../units.ts";
import { ENGINE_REGS, LRC } from "./gt-rows.ts";

const CTX = `${ENGINE_REGS}; ${LRC}`;

/** Execlists: how contexts are handed to an engine, and how it reports what became of them. */
export const SUBMISSION = bank(RING_BASES, {
  RING_BB_PER_CTX_PTR: {
    offset: 0x1c0,
    fields: { Address: [31, 12], PER_CTX_BB_FORCE: 2, PER_CTX_BB_VALID: 0 },
    inContext: "ring",
    cite: CTX,
  },
  RING_INDIRECT_CTX: {
    offset: 0x1c4,
    fields: { Address: [31, 6], SizeInCacheLines: [5, 0] },
    inContext: "ring",
    cite: `${CTX}; lrc_setup_indirect_ctx`,
  },
  RING_INDIRECT_CTX_OFFSET: {
    offset: 0x1c8,
    fields: { OffsetInCacheLines: [15, 6] },
    inContext: "ring",
    cite: `${CTX}; lrc_setup_indirect_ctx`,
  },
  RING_PP_DIR_DCLV: {
    offset: 0x220,
    commandAccess: true,
    cite: `${ENGINE_REGS}; docs/facts/mmio.md#command-access`,
  },
  RING_PP_DIR_BASE: { offset: 0x228, cite: ENGINE_REGS },
  RING_ELSP: {
    offset: 0x230,
    then: "ring.elsp",
    cite: `${ENGINE_REGS}; docs/facts/guests.md#behaviours; docs/facts/execlists.md#submission`,
  },
  RING_EXECLIST_STATUS_LO: {
    offset: 0x234,
    rule: "readOnly",
    read: "ring.execlist_status",
    fields: {
      EXECLIST_0_ACTIVE: 18,
      EXECLIST_1_ACTIVE: 17,
      ARBITRATION_ENABLE: 16,
      CURRENT_ACTIVE_ELM_STATUS: [15, 14],
      LAST_CTX_SWITCH_REASON: [13, 5],
      EXECLIST_0_VALID: 4,
      EXECLIST_1_VALID: 3,
      EXECLIST_QUEUE_FULL: 2,
      EXECLIST_WRITE_POINTER: 1,
      CURRENT_EXECLIST_POINTER: 0,
    },
    cite: `${ENGINE_REGS}; gvt/execlist.h, execlist_status_format`,
  },
  RING_EXECLIST_STATUS_HI: {
    offset: 0x238,
    rule: "readOnly",
    read: "ring.execlist_status",
    fields: { CONTEXT_ID: [31, 0] },
    cite: `${ENGINE_REGS}; gvt/execlist.h, execlist_status_format`,
  },
  RING_CONTEXT_CONTROL: {
    offset: 0x244,
    rule: "maskedBits",
    fields: {
      CTX_CTRL_INHIBIT_SYN_CTX_SWITCH: 3,
      CTX_CTRL_ENGINE_CTX_SAVE_INHIBIT: 2,
      CTX_CTRL_RS_CTX_ENABLE: 1,
      CTX_CTRL_ENGINE_CTX_RESTORE_INHIBIT: 0,
    },
    commandAccess: true,
    inContext: "ring",
    cite: `${CTX}; xe/regs/xe_engine_regs.h, masked; docs/facts/mmio.md#command-access`,
  },
  RING_CONTEXT_STATUS_BUF_LO: {
    offset: 0x370,
    count: 6,
    stride: 8,
    rule: "readOnly",
    fields: {
      LITE_RESTORE: 15,
      DISPLAY_PLANE: [14, 12],
      SEMAPHORE_WAIT_MODE: 11,
      WAIT_ON_SCANLINE: 8,
      WAIT_ON_SEMAPHORE: 7,
      WAIT_ON_VBLANK: 6,
      WAIT_ON_SYNC_FLIP: 5,
      CONTEXT_COMPLETE: 4,
      ACTIVE_TO_IDLE: 3,
      ELEMENT_SWITCH: 2,
      PREEMPTED: 1,
      IDLE_TO_ACTIVE: 0,
    },
    cite: "gvt/execlist.h, execlist_context_status_format",
  },
  RING_CONTEXT_STATUS_BUF_HI: {
    offset: 0x374,
    count: 6,
    stride: 8,
    rule: "readOnly",
    fields: { CONTEXT_ID: [31, 0] },
    cite: "gvt/execlist.h, execlist_context_status_format",
  },
  RING_CONTEXT_STATUS_PTR: {
    offset: 0x3a0,
    rule: "maskedBits",
    then: "ring.csb_ptr",
    fields: { READ_PTR: [10, 8], WRITE_PTR: [2, 0] },
    cite: `${ENGINE_REGS}; docs/facts/execlists.md#status-buffer; docs/facts/guests.md#behaviours`,
  },
  RING_CTX_TIMESTAMP: { offset: 0x3a8, timeValue: true, inContext: "ring", cite: CTX },
});

const FORCE_TO_NONPRIV = {
  offset: 0x4d0,
  count: 12,
  then: "ring.nonpriv",
  fields: {
    RING_FORCE_TO_NONPRIV_DENY: 30,
    RING_FORCE_TO_NONPRIV_ACCESS_MASK: [29, 28],
    RING_FORCE_TO_NONPRIV_ADDRESS_MASK: [25, 2],
    RING_FORCE_TO_NONPRIV_RANGE_MASK: [1, 0],
  },
  cite: `${ENGINE_REGS}, RING_MAX_NONPRIV_SLOTS; gvt/handlers.c, force_nonpriv_write`,
} as const;

const { rcs0, ...OTHER_BASES } = RING_BASES;

/** Registers that batches may reach beside the usual ones. Commands may change the render engine's list. */
export const RENDER_NONPRIV = bank(
  { rcs0 },
  { RING_FORCE_TO_NONPRIV: { ...FORCE_TO_NONPRIV, commandAccess: true } },
);
export const OTHER_NONPRIV = bank(OTHER_BASES, { RING_FORCE_TO_NONPRIV: FORCE_TO_NONPRIV });
