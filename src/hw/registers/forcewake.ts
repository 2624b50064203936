import { bank } from "../register.ts";
import { GT_REGS } from "./gt-rows.ts";

const CITE = `${GT_REGS}; docs/facts/guests.md#behaviours; gvt/handlers.c, mul_force_wake_write`;
const requesters = { FORCEWAKE_KERNEL_FALLBACK: 15, FORCEWAKE_USER: 1, FORCEWAKE_KERNEL: 0 } as const;
const request = {
  rule: "maskedBits",
  then: "gt.forcewake",
  fields: requesters,
  keptOnGtReset: true,
  cite: CITE,
} as const;
const acknowledge = { rule: "readOnly", fields: requesters, keptOnGtReset: true, cite: CITE } as const;

/** Requests to keep a part of the GT awake, and its answers: one domain on gen8, three on gen9. */
export const FORCEWAKE_DOMAINS = bank(
  { forcewake: 0 },
  {
    FORCEWAKE_ACK_RENDER_GEN9: { on: ["kbl"], offset: 0xd84, ...acknowledge },
    FORCEWAKE_ACK_MEDIA_GEN9: { on: ["kbl"], offset: 0xd88, ...acknowledge },
    FORCEWAKE_MT: { on: ["bdw"], offset: 0xa188, ...request },
    FORCEWAKE_GT_GEN9: { on: ["kbl"], offset: 0xa188, ...request },
    FORCEWAKE: { offset: 0xa18c, keptOnGtReset: true, cite: GT_REGS },
    FORCEWAKE_MEDIA_GEN9: { on: ["kbl"], offset: 0xa270, ...request },
    FORCEWAKE_RENDER_GEN9: { on: ["kbl"], offset: 0xa278, ...request },
    GTFIFODBG: {
      offset: 0x12_0000,
      rule: "oneToClear",
      fields: {
        GT_FIFO_SBDROPERR: 6,
        GT_FIFO_BLOBDROPERR: 5,
        GT_FIFO_SB_READ_ABORTERR: 4,
        GT_FIFO_DROPERR: 3,
        GT_FIFO_OVFERR: 2,
        GT_FIFO_IAWRERR: 1,
        GT_FIFO_IARDERR: 0,
      },
      commandAccess: true,
      cite: `${GT_REGS}; docs/facts/mmio.md#command-access`,
    },
    GTFIFOCTL: {
      offset: 0x12_0008,
      fields: {
        GT_FIFO_CTL_BLOCK_ALL_POLICY_STALL: 12,
        GT_FIFO_CTL_RC6_POLICY_STALL: 11,
        GT_FIFO_FREE_ENTRIES_MASK: [6, 0],
      },
      commandAccess: true,
      cite: `${GT_REGS}; docs/facts/mmio.md#command-access`,
    },
    FORCEWAKE_ACK_HSW: { on: ["bdw"], offset: 0x13_0044, ...acknowledge },
    FORCEWAKE_ACK_GT_GEN9: { on: ["kbl"], offset: 0x13_0044, ...acknowledge },
    FORCEWAKE_ACK: { offset: 0x13_0090, rule: "readOnly", cite: GT_REGS },
  },
);
