import { NOTES } from "../../events/codes.ts";
import type { WriteBehaviour } from "../../hw/behaviours.ts";
import { REG_KEPT_ON_GT_RESET } from "../../hw/compile.ts";
import { FEATURES } from "../../hw/platforms.ts";
import { distanceOf, maskOf, offsetOf } from "../../hw/registers/offsets.ts";
import { BCS0, ENGINE_BASES, ENGINES, NO_ENGINE, RCS0, VCS0, VECS0 } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import { frameBaseOf } from "../memory.ts";
import { MMIO } from "../planes.ts";
import type { OnRead, OnWrite } from "./behaviour.ts";
import { resetExeclists } from "./execlist.ts";
import { enterFailsafe } from "./failsafe.ts";
import { refuse } from "./refuse.ts";

const ALL_ENGINES = (1 << ENGINES.length) - 1;
/**
 * Registers below this go back to their reset values at a full GT reset; display and interrupts, which begin here,
 * stay as they are. Source: docs/facts/isolation.md, 35; i915_reg.h, CPU_VGACNTRL and all above it.
 */
const GT_RESET_END = 0x4_0000;
const GUC_STATUS = offsetOf("GUC_STATUS");
const FENCES = offsetOf("FENCE_REG_GEN6_LO");
/** RING_TAIL, HEAD, START, CTL, ACTHD and its upper half. Source: intel_engine_regs.h. */
const RING_POSITION: readonly number[] = [
  "RING_TAIL",
  "RING_HEAD",
  "RING_START",
  "RING_CTL",
  "RING_ACTHD",
  "RING_ACTHD_UDW",
].map(distanceOf);
const RING_MI_MODE = distanceOf("RING_MI_MODE");
const MI_MODE_STOP_RING = maskOf("RING_MI_MODE", "STOP_RING");
const GUC_MIA_IN_RESET = 1;
const GT_RESET = NOTES.indexOf("gt.reset");

/** Engines that a bit of GEN6_GDRST resets. Source: docs/facts/registers.md#gt-reset. */
const GDRST_ENGINES: readonly (readonly [number, number])[] = [
  [0, ALL_ENGINES],
  [1, 1 << RCS0],
  [2, 1 << VCS0],
  [3, 1 << BCS0],
  [4, 1 << VECS0],
];

const PCODE_MAILBOX = offsetOf("GEN6_PCODE_MAILBOX");
const PCODE_DATA = offsetOf("GEN6_PCODE_DATA");
const PCODE_READY = 0x8000_0000;
const PCODE_READ_MEM_LATENCY = 0x06;
const PCODE_CDCLK_CONTROL = 0x07;
const PCODE_READ_RC6VIDS = 0x05;
/** HSW_PCODE_DYNAMIC_DUTY_CYCLE_CONTROL: bits 15:8 are the efficient frequency. Source: gt/intel_rps.c. */
const PCODE_DYNAMIC_DUTY_CYCLE_CONTROL = 0x1a;
const RP_STATE_CAP = offsetOf("GEN6_RP_STATE_CAP");
const RP1_CAP = 0xff00;
const PCODE_SAGV_CONTROL = 0x21;

/** Request register of each forcewake domain to its acknowledge, for each platform. */
const FORCEWAKE_ACKS = new Map(
  Object.values(FEATURES).map((features) => [
    features,
    new Map(features.forcewake.map(([request, ack]) => [offsetOf(request), offsetOf(ack)])),
  ]),
);

/**
 * Put the registers below `end` back to what their rows say; with `all`, those that survive a GT reset too:
 * the plane is clear then.
 */
export function resetRegisters(core: Core, v: number, end: number, all: boolean): void {
  const index = core.registers;
  for (const word of index.words) {
    if (word >= end >>> 2) break;
    const id = index.idOf[word];
    if (!all && (index.flags[id] & REG_KEPT_ON_GT_RESET) !== 0) continue;
    core.words.write(MMIO + v, word, index.reset[id]);
  }
}

/** An engine's reset: it stands nowhere, and is no longer told to stop. */
function resetRing(core: Core, v: number, base: number): void {
  for (const register of RING_POSITION) core.words.write(MMIO + v, (base + register) >>> 2, 0);
  const mode = (base + RING_MI_MODE) >>> 2;
  core.words.write(MMIO + v, mode, core.words.read(MMIO + v, mode) & ~MI_MODE_STOP_RING);
}

function reset(core: Core, v: number, value: number): void {
  let mask = 0;
  for (const [bit, engines] of GDRST_ENGINES) if ((value & (1 << bit)) !== 0) mask |= engines;
  if (mask === 0) return;
  core.down.reset(core, mask, frameBaseOf(v));
  // Before the execlists: their status pointers do not go back to what the rows say.
  if ((value & 1) !== 0) resetRegisters(core, v, GT_RESET_END, false);
  resetExeclists(core, v, mask);
  for (let e = 0; e < ENGINES.length; e++) if ((mask & (1 << e)) !== 0) resetRing(core, v, ENGINE_BASES[e]);
  core.note(v, GT_RESET, NO_ENGINE, 0, mask, 0);
}

/** Answer a mailbox command: data, then ready. Source of the values: docs/facts/registers.md#mailbox. */
function pcode(core: Core, v: number, value: number): void {
  if ((value & PCODE_READY) === 0) return;
  const data = core.words.read(MMIO + v, PCODE_DATA >>> 2);
  const put = (word: number): void => core.words.write(MMIO + v, PCODE_DATA >>> 2, word);
  switch (value & 0xff) {
    case PCODE_READ_MEM_LATENCY:
      put(data === 0 ? 0x1e1a_1100 : 0x6151_4b3d);
      break;
    case PCODE_CDCLK_CONTROL:
    case PCODE_SAGV_CONTROL:
      put(1);
      break;
    case PCODE_DYNAMIC_DUTY_CYCLE_CONTROL:
      put(core.words.read(MMIO + v, RP_STATE_CAP >>> 2) & RP1_CAP);
      break;
    case PCODE_READ_RC6VIDS:
      put(data | 1);
      break;
  }
  core.words.write(MMIO + v, PCODE_MAILBOX >>> 2, value & 0x7fff_ff00);
}

export const gtWrites = {
  "gt.gdrst": (core, v, at, _id, _before, _after, value) => {
    core.words.write(MMIO + v, at >>> 2, 0);
    reset(core, v, value);
  },
  "gt.tlb": (core, v, at) => {
    core.words.write(MMIO + v, at >>> 2, 0);
    core.down.tlb(core, ALL_ENGINES);
  },
  "gt.ggtt_flush": () => {},
  /** A vGPU has the first so many fences of its own. Source: docs/facts/registers.md#fences; aperture_gm.c. */
  "gt.fence": (core, v, at, _id, before, _after, value) => {
    if ((at - FENCES) >>> 3 < core.setting.configuration.vgpus[v - 1].fences) return;
    core.words.write(MMIO + v, at >>> 2, before);
    refuse(core, v, "fence.refused", at, value, before);
    if (!core.seeVgpu(v).pvAware) enterFailsafe(core, v, "unsupported_guest");
  },
  "gt.forcewake": (core, v, at, _id, _before, after) => {
    const ack = FORCEWAKE_ACKS.get(core.registers.features)?.get(at);
    if (ack !== undefined) core.words.write(MMIO + v, ack >>> 2, after & 0xffff);
  },
  "gt.pcode": (core, v, _at, _id, _before, _after, value) => pcode(core, v, value),
} satisfies Partial<Record<WriteBehaviour, OnWrite>>;

export const gtReads = {
  /** The microcontroller is never loaded here: it stays in reset. */
  "guc.status": (core, v) => (core.words.read(MMIO + v, GUC_STATUS >>> 2) | GUC_MIA_IN_RESET) >>> 0,
} satisfies Record<string, OnRead>;
