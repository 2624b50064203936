import { NOTES, PORT_MSI } from "../../events/codes.ts";
import { K } from "../../events/kinds.ts";
import type { WriteBehaviour } from "../../hw/behaviours.ts";
import { offsetOf } from "../../hw/registers/offsets.ts";
import type { Core } from "../core.ts";
import { CONFIG, MMIO } from "../planes.ts";
import { PAGE_MASK } from "../words.ts";
import type { OnRead, OnWrite } from "./behaviour.ts";

/** Each group is four dwords: ISR, IMR, IIR, IER. Source: docs/facts/interrupts.md#groups. */
export const GT0 = offsetOf("GEN8_GT_ISR", "gtIrq0");
export const GT1 = offsetOf("GEN8_GT_ISR", "gtIrq1");
const GT2_PM = offsetOf("GEN8_GT_ISR", "gtIrq2");
export const GT3 = offsetOf("GEN8_GT_ISR", "gtIrq3");
export const DE_PIPE = offsetOf("GEN8_DE_PIPE_ISR", "pipeA");
export const DE_PORT = offsetOf("GEN8_DE_PORT_ISR");
const DE_MISC = offsetOf("GEN8_DE_MISC_ISR");
const PCU = offsetOf("GEN8_PCU_ISR");
export const PCH = offsetOf("SDEISR");
const ISR = 0;
const IMR = 4;
const IIR = 8;
const IER = 12;

const MASTER = offsetOf("GEN8_MASTER_IRQ");
const MASTER_ENABLE = 0x8000_0000;

/**
 * Which half of which group feeds which bit of GEN8_MASTER_IRQ: group, mask, master bit. Source:
 * docs/facts/interrupts.md#master.
 */
const UPSTREAM: readonly (readonly [number, number, number])[] = [
  [GT0, 0x0000_ffff, 0],
  [GT0, 0xffff_0000, 1],
  [GT1, 0x0000_ffff, 2],
  [GT1, 0xffff_0000, 3],
  [GT2_PM, 0xffff_ffff, 4],
  [GT3, 0xffff_ffff, 6],
  [DE_PIPE, 0xffff_ffff, 16],
  [DE_PIPE + 0x10, 0xffff_ffff, 17],
  [DE_PIPE + 0x20, 0xffff_ffff, 18],
  [DE_PORT, 0xffff_ffff, 20],
  [DE_MISC, 0xffff_ffff, 22],
  [PCU, 0xffff_ffff, 30],
  [PCH, 0xffff_ffff, 23],
];

/** Where the MSI capability lies in configuration space. Source: docs/facts/config-space.md#ours. */
export const MSI_CAPABILITY = 0xac;
const MSI_ENABLE = 1;
const PCI_COMMAND = 4;
const BUS_MASTER = 1 << 2;
const UNHEARD = NOTES.indexOf("irq.unheard");
const NO_ENGINE = 255;

/**
 * An event in a group: the bits enter IIR where IMR lets them, and the guest is interrupted if anything is
 * pending.
 */
export function raise(core: Core, v: number, group: number, bits: number): void {
  const words = core.words;
  const passed = bits & ~words.read(MMIO + v, (group + IMR) >>> 2);
  if (passed === 0) return;
  const iir = words.read(MMIO + v, (group + IIR) >>> 2);
  words.write(MMIO + v, (group + IIR) >>> 2, iir | passed);
  updateLine(core, v, group + IIR, passed & words.read(MMIO + v, (group + IER) >>> 2));
}

/** Level bits of a group (hot plug pins): stored in ISR, which no guest writes. */
export function setLevel(core: Core, v: number, group: number, bits: number, on: boolean): void {
  const at = (group + ISR) >>> 2;
  const isr = core.words.read(MMIO + v, at);
  core.words.write(MMIO + v, at, on ? isr | bits : isr & ~bits);
}

/**
 * UPSTREAM by column, as every change of an interrupt register walks it: the word of IIR, the mask, the
 * master's bit.
 */
const UPSTREAM_IIR = Uint32Array.from(UPSTREAM, ([group]) => (group + IIR) >>> 2);
const UPSTREAM_MASK = Uint32Array.from(UPSTREAM, ([, mask]) => mask);
const UPSTREAM_BIT = Uint32Array.from(UPSTREAM, ([, , bit]) => 1 << bit);

/** The pending bits of GEN8_MASTER_IRQ, computed from every group's IIR and IER. */
export function pendingBits(core: Core, v: number): number {
  let pending = 0;
  // All groups but the last lie in one page of words.
  let page = core.words.page(MMIO + v, UPSTREAM_IIR[0]);
  let first = UPSTREAM_IIR[0] & ~PAGE_MASK;
  for (let i = 0; i < UPSTREAM_IIR.length; i++) {
    let at = UPSTREAM_IIR[i] - first;
    if (at < 0 || at > PAGE_MASK) {
      page = core.words.page(MMIO + v, UPSTREAM_IIR[i]);
      first = UPSTREAM_IIR[i] & ~PAGE_MASK;
      at = UPSTREAM_IIR[i] - first;
    }
    const iir = page[at];
    if (iir !== 0 && (iir & page[at + ((IER - IIR) >>> 2)] & UPSTREAM_MASK[i]) !== 0)
      pending |= UPSTREAM_BIT[i];
  }
  return pending >>> 0;
}

/**
 * Follow the interrupt line: high while the master bit is on and anything is pending. An MSI is sent at each
 * rising edge, so none is lost: a guest that leaves something pending sees the line rise again when it turns
 * the master bit back on. Where it rises, `bits` of the register at `from` raised it; 0: the guest opened the way
 * for what was pending, as the master register tells.
 */
function updateLine(core: Core, v: number, from = MASTER, bits = 0): void {
  const master = (core.words.read(MMIO + v, MASTER >>> 2) & MASTER_ENABLE) !== 0;
  const pending = master ? pendingBits(core, v) : 0;
  const high = pending !== 0;
  if (high === core.seeVgpu(v).interruptLine) return;
  core.vgpu(v).interruptLine = high;
  if (high && bits !== 0) sendMsi(core, v, from, bits);
  else if (high) sendMsi(core, v, MASTER, pending);
}

/** May the device send an interrupt: MSI is enabled, and it may be a bus master. */
export function mayInterrupt(core: Core, v: number): boolean {
  const control = core.words.read(CONFIG + v, MSI_CAPABILITY >>> 2) >>> 16;
  const command = core.words.read(CONFIG + v, PCI_COMMAND >>> 2);
  return (
    (control & MSI_ENABLE) !== 0 && (command & BUS_MASTER) !== 0 && (core.seeVgpu(v).port & PORT_MSI) !== 0
  );
}

/**
 * Interrupts have just become possible: one that is pending already is sent now, or nobody would ever hear of
 * it.
 */
export function interruptsAllowed(core: Core, v: number): void {
  if (core.seeVgpu(v).interruptLine) sendMsi(core, v, MASTER, pendingBits(core, v));
}

function sendMsi(core: Core, v: number, from: number, bits: number): void {
  if (!mayInterrupt(core, v)) return;
  const o = core.emit(K["irq.inject"], v);
  core.out.at[o] = core.words.read(CONFIG + v, (MSI_CAPABILITY + 4) >>> 2);
  core.out.lo[o] = core.words.read(CONFIG + v, (MSI_CAPABILITY + 8) >>> 2) & 0xffff;
  core.out.hi[o] = bits;
  core.out.code[o] = from;
}

export const interruptWrites = {
  /** A mask keeps later events out of IIR; what is there already stays. */
  "irq.imr": () => {},
  "irq.ier": (core, v, at, _id, _before, after) => {
    const iir = (at - IER + IIR) >>> 2;
    updateLine(core, v, at - IER + IIR, after & core.words.read(MMIO + v, iir));
  },
  "irq.iir": (core, v) => updateLine(core, v),
  "irq.master": (core, v, at, _id, before, _after, value) => {
    const rises = (value & ~before & MASTER_ENABLE) !== 0;
    if (rises && !mayInterrupt(core, v)) core.note(v, UNHEARD, NO_ENGINE, at, value, 0);
    core.words.write(MMIO + v, MASTER >>> 2, value & MASTER_ENABLE);
    updateLine(core, v);
  },
} satisfies Partial<Record<WriteBehaviour, OnWrite>>;

export const interruptReads = {
  "irq.master": (core, v) => (core.words.read(MMIO + v, MASTER >>> 2) | pendingBits(core, v)) >>> 0,
} satisfies Record<string, OnRead>;
