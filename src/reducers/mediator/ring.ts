import type { WriteBehaviour } from "../../hw/behaviours.ts";
import { ENGINE_BASES } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import { MMIO } from "../planes.ts";
import type { OnRead, OnWrite } from "./behaviours.ts";
import { isFull, writeElsp } from "./execlist.ts";

/** Registers of the RING banks. Source of the behaviours: gvt.md 2.6, guest-on-qemu.md 7. */
const BASE_MASK = ~0xfff;
const MI_MODE_STOP_RING = 1 << 8;
const MI_MODE_IDLE = 1 << 9;
const RESET_REQUEST = 1;
const RESET_READY = 2;
/** RING_TIMESTAMP counts at 12 MHz. Source: guest-on-qemu.md 7. */
const TIMESTAMP_PER_US = 12;
const TIMESTAMP_UDW = 0x35c;

/** Engine of a ring register, from its bank's base. */
function engineOfRegister(at: number): number {
  return ENGINE_BASES.indexOf(at & BASE_MASK);
}

function executionStatus(core: Core, v: number, at: number): number {
  const engine = core.seeDevice().engines[engineOfRegister(at)];
  const mine = core.seeVgpu(v).execlists[engineOfRegister(at)];
  const queueFull = isFull(core, v, engineOfRegister(at)) ? 1 << 2 : 0;
  const low = (at & 7) === 4;
  if (!mine.owns || engine.phase === 0) return low ? queueFull : 0;
  if (!low) return engine.contextId;
  const valid = (1 << 4) | (engine.elements[1].valid ? 1 << 3 : 0);
  return valid | queueFull | (1 << (14 + engine.active)) | (1 << (18 - engine.active));
}

export const ringWrites = {
  "ring.imr": () => {},
  "ring.elsp": (core, v, at, _id, _before, _after, value) => writeElsp(core, v, engineOfRegister(at), value),
  "ring.hws_pga": () => {},
  "ring.mode": () => {},
  "ring.mi_mode": (core, v, at, _id, _before, after) => {
    const idle = (after & MI_MODE_STOP_RING) !== 0 ? after | MI_MODE_IDLE : after & ~MI_MODE_IDLE;
    core.words.write(MMIO + v, at >>> 2, idle);
  },
  "ring.reset_ctl": (core, v, at, _id, _before, after) => {
    const ready = (after & RESET_REQUEST) !== 0 ? after | RESET_READY : after & ~RESET_READY;
    core.words.write(MMIO + v, at >>> 2, ready);
  },
  "ring.csb_ptr": () => {},
} satisfies Partial<Record<WriteBehaviour, OnWrite>>;

export const ringReads = {
  "ring.timestamp": (core, _v, at) => {
    const ticks = core.now * TIMESTAMP_PER_US;
    return (at & 0xfff) === TIMESTAMP_UDW ? Math.floor(ticks / 0x1_0000_0000) & 0xf : ticks >>> 0;
  },
  "ring.execlist_status": executionStatus,
} satisfies Record<string, OnRead>;
