import type { WriteBehaviour } from "../../hw/behaviours.ts";
import { distanceOf, maskOf } from "../../hw/registers/offsets.ts";
import { ENGINE_BASES } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import { MMIO } from "../planes.ts";
import type { OnRead, OnWrite } from "./behaviour.ts";
import { isFull, statusOf, workOf, writeElsp } from "./execlist.ts";
import { enterFailsafe } from "./failsafe.ts";
import { ownsAddress } from "./ggtt.ts";
import { refuse } from "./refuse.ts";

/** Registers of the RING banks. Source of the behaviours: docs/facts/registers.md#rings. */
const BASE_MASK = ~0xfff;
const MI_MODE_STOP_RING = maskOf("RING_MI_MODE", "STOP_RING");
const MI_MODE_IDLE = maskOf("RING_MI_MODE", "MODE_IDLE");
/** RING_MODE. Source: intel_engine_regs.h; gvt/handlers.c, ring_mode_mmio_write. */
const RUN_LIST_ENABLE = maskOf("RING_MODE_GEN7", "GFX_RUN_LIST_ENABLE");
const PPGTT_ENABLE = maskOf("RING_MODE_GEN7", "GFX_PPGTT_ENABLE");
const PRIVILEGE_CHECK_OFF = 1 << 0;
/** CSFE_CHICKEN1. Source: gvt/handlers.c, csfe_chicken1_mmio_write. */
const OTHER_ENGINES = (1 << 4) | (1 << 3);
const RESET_REQUEST = maskOf("RING_RESET_CTL", "RESET_CTL_REQUEST_RESET");
const RESET_READY = maskOf("RING_RESET_CTL", "RESET_CTL_READY_TO_RESET");
/** HWS_ADDRESS_MASK. Source: intel_engine_regs.h, RING_HWS_PGA. */
const HWS_ADDRESS = 0xffff_f000;
/** Entries of the context status buffer; 7 is none yet. Source: docs/facts/execlists.md#status-buffer. */
const CSB_ENTRIES = 6;
const CSB_NONE = 7;
/** RING_TIMESTAMP counts at 12 MHz. Source: docs/facts/guests.md#behaviours. */
const TIMESTAMP_PER_US = 12;
const TIMESTAMP_UDW = distanceOf("RING_TIMESTAMP_UDW");

/** Does a write of a masked register enable any of `bits`? */
function enables(value: number, bits: number): boolean {
  return (value & (value >>> 16) & bits) !== 0;
}

/** Engine of a ring register, from its bank's base. */
function engineOfRegister(at: number): number {
  return ENGINE_BASES.indexOf(at & BASE_MASK);
}

function executionStatus(core: Core, v: number, at: number): number {
  const engine = workOf(core, v, engineOfRegister(at));
  const mine = core.seeVgpu(v).execlists[engineOfRegister(at)];
  const queueFull = isFull(core, v, engineOfRegister(at)) ? 1 << 2 : 0;
  const low = (at & 7) === 4;
  if (mine.hungLow !== 0) return low ? mine.hungLow | queueFull : mine.hungHigh;
  if (engine === null || engine.phase === 0) return low ? queueFull : 0;
  return low ? statusOf(engine) | queueFull : engine.contextId;
}

/** MODE_IDLE is no stored bit: it says what the engine does. */
function mode(core: Core, v: number, at: number): number {
  const word = core.words.read(MMIO + v, at >>> 2);
  const idle = isIdle(core, v, engineOfRegister(at), (word & MI_MODE_STOP_RING) !== 0);
  return idle ? word | MI_MODE_IDLE : word & ~MI_MODE_IDLE;
}

/**
 * Has the engine nothing to do for this vGPU? One that is told to stop is idle once its turn is over: the next one
 * does not come.
 */
function isIdle(core: Core, v: number, e: number, stopped: boolean): boolean {
  const { owns, hungLow, queued } = core.seeVgpu(v).execlists[e];
  if (stopped) return !owns || core.seeDevice().engines[e].turn === 0;
  if (hungLow !== 0 || queued.length > 0) return false;
  const work = workOf(core, v, e);
  return work === null || work.phase === 0;
}

export const ringWrites = {
  "ring.imr": () => {},
  "ring.elsp": (core, v, at, _id, _before, _after, value) => writeElsp(core, v, engineOfRegister(at), value),
  /** A status page lies in the vGPU's share, or nowhere. Source: docs/facts/registers.md#rings. */
  "ring.hws_pga": (core, v, at, _id, before, after) => {
    const gma = (after & HWS_ADDRESS) >>> 0;
    if (gma === 0 || ownsAddress(core.setting.configuration.vgpus[v - 1], gma)) return;
    core.words.write(MMIO + v, at >>> 2, before);
    refuse(core, v, "hws_pga.refused", at, after, before, engineOfRegister(at));
  },
  /** Bit 0 turns off privilege checks; who turns on execlists or PPGTTs must have read its PVINFO page. */
  "ring.mode": (core, v, _at, _id, _before, _after, value) => {
    const unaware = !core.seeVgpu(v).pvAware && enables(value, RUN_LIST_ENABLE | PPGTT_ENABLE);
    if (unaware || enables(value, PRIVILEGE_CHECK_OFF)) enterFailsafe(core, v, "unsupported_guest");
  },
  /** Two bits reach registers of other engines: their row lets nobody change them. */
  "ring.csfe_chicken": (core, v, _at, _id, _before, _after, value) => {
    if (enables(value, OTHER_ENGINES)) enterFailsafe(core, v, "unsupported_guest");
  },
  "ring.mi_mode": (core, v, at, _id, _before, after) => {
    core.words.write(MMIO + v, at >>> 2, after & ~MI_MODE_IDLE);
  },
  "ring.reset_ctl": (core, v, at, _id, _before, after) => {
    const ready = (after & RESET_REQUEST) !== 0 ? after | RESET_READY : after & ~RESET_READY;
    core.words.write(MMIO + v, at >>> 2, ready);
  },
  /**
   * A driver moves both pointers, to the last entry after a reset (intel_execlists_submission.c,
   * reset_csb_pointers). A write pointer that names no entry stays where it was.
   */
  "ring.csb_ptr": (core, v, at, _id, before, after) => {
    const pointer = after & 7;
    if (pointer < CSB_ENTRIES || pointer === CSB_NONE) return;
    core.words.write(MMIO + v, at >>> 2, (after & ~7) | (before & 7));
    refuse(core, v, "csb_ptr.refused", at, pointer, before & 7, engineOfRegister(at));
  },
} satisfies Partial<Record<WriteBehaviour, OnWrite>>;

export const ringReads = {
  "ring.timestamp": (core, _v, at) => {
    const ticks = core.now * TIMESTAMP_PER_US;
    return (at & 0xfff) === TIMESTAMP_UDW ? Math.floor(ticks / 0x1_0000_0000) & 0xf : ticks >>> 0;
  },
  "ring.execlist_status": executionStatus,
  "ring.mi_mode": mode,
} satisfies Record<string, OnRead>;
