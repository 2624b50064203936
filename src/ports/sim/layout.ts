/**
 * What a guest driver of gen8 and gen9 takes for granted, named as in the kernel (i915_reg.h,
 * intel_engine_regs.h, intel_lrc_reg.h). Offsets are bytes.
 */

export const ENGINE_NAMES = ["rcs0", "bcs0", "vcs0", "vecs0"] as const;
export type SimEngine = (typeof ENGINE_NAMES)[number];

/** RENDER_RING_BASE and its like, in the order of ENGINE_NAMES. */
export const RING_BASE: Readonly<Record<SimEngine, number>> = {
  rcs0: 0x2000,
  bcs0: 0x2_2000,
  vcs0: 0x1_2000,
  vecs0: 0x1_a000,
};

/** Where the engine's interrupt bits lie: offset of the group's ISR, and shift within it. */
export const ENGINE_INTERRUPTS: Readonly<Record<SimEngine, readonly [number, number]>> = {
  rcs0: [0x4_4300, 0],
  bcs0: [0x4_4300, 16],
  vcs0: [0x4_4310, 0],
  vecs0: [0x4_4330, 0],
};

export const MASTER_IRQ = 0x4_4200;
export const MASTER_ENABLE = 0x8000_0000;
export const IRQ_USER = 1 << 0;
export const IRQ_NOTIFY = 1 << 4;
export const IRQ_CONTEXT_SWITCH = 1 << 8;

/** Distances within a group of interrupt registers. */
export const IMR = 4;
export const IIR = 8;
export const IER = 12;

/** Distances from a ring's base. */
export const RING = {
  tail: 0x30,
  head: 0x34,
  start: 0x38,
  ctl: 0x3c,
  acthd: 0x74,
  acthdUdw: 0x5c,
  hwsPga: 0x80,
  miMode: 0x9c,
  imr: 0xa8,
  resetCtl: 0xd0,
  elsp: 0x230,
  statusLo: 0x234,
  statusHi: 0x238,
  csb: 0x370,
  csbPtr: 0x3a0,
  timestamp: 0x358,
  predicateResult2: 0x3bc,
  predicateSrc0: 0x400,
  predicateSrc1: 0x408,
  predicateData: 0x410,
  predicateResult: 0x418,
  predicateResult1: 0x41c,
  gpr: 0x600,
} as const;

export const GDRST = 0x941c;
export const PVINFO = 0x7_8000;

/** Configuration space: command register, MSI capability. */
export const PCI_COMMAND = 4;
export const MSI = 0xac;

/** Descriptor bits: valid, privileged (PPGTT), force restore; addressing mode in bits 4:3. */
export const DESC_VALID = 1 << 0;
export const DESC_FORCE_RESTORE = 1 << 2;
export const DESC_LEGACY_32 = 1 << 3;
export const DESC_LEGACY_64 = 3 << 3;
export const DESC_PRIVILEGE = 1 << 8;

/** Dwords of the context image's state page. */
export const CTX = {
  control: 0x03,
  head: 0x05,
  tail: 0x07,
  start: 0x09,
  ctl: 0x0b,
  bbHeadUdw: 0x0d,
  bbHead: 0x0f,
  bbState: 0x11,
  sbbHeadUdw: 0x13,
  sbbHead: 0x15,
  sbbState: 0x17,
  perContext: 0x19,
  indirect: 0x1b,
  indirectOffset: 0x1d,
  timestamp: 0x23,
  pdp3Udw: 0x25,
  pdp0Udw: 0x31,
  pdp0: 0x33,
} as const;

/**
 * Registers of the three lists that matter, in the order of gen9_rcs_offsets and gen9_xcs_offsets,
 * intel_lrc.c.
 */
const RING_LIST = [
  0x244, 0x34, 0x30, 0x38, 0x3c, 0x168, 0x140, 0x110, 0x11c, 0x114, 0x118, 0x1c0, 0x1c4, 0x1c8,
] as const;
const PAGE_LIST = [0x3a8, 0x28c, 0x288, 0x284, 0x280, 0x27c, 0x278, 0x274, 0x270] as const;
const STATE_LIST = [
  0x28,
  0x9c,
  0xc0,
  0x178,
  0x17c,
  0x358,
  0x170,
  0x150,
  0x154,
  0x158,
  0x41c,
  ...Array.from({ length: 32 }, (_, i) => 0x600 + i * 4),
  0x68,
] as const;

const LRI_POSTED = 0x1100_1000;

/** The state page as the kernel lays it out: lists under MI_LOAD_REGISTER_IMM headers, values zero. */
export function contextImage(engine: SimEngine): number[] {
  const base = RING_BASE[engine];
  const words: number[] = [0];
  const list = (registers: readonly number[]): void => {
    words.push(LRI_POSTED | (registers.length * 2 - 1));
    for (const register of registers) words.push(base + register, 0);
  };
  const pad = (until: number): void => {
    while (words.length < until) words.push(0);
  };
  list(RING_LIST);
  pad(33);
  list(PAGE_LIST);
  pad(65);
  list([engine === "rcs0" ? 0xc8 : 0x200]);
  pad(81);
  list(STATE_LIST);
  words.push(0x0500_0000);
  pad(1024);
  return words;
}
