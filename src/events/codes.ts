import { ENGINES, NO_ENGINE } from "../hw/units.ts";

/**
 * What the `code` column of a row says, for the kinds whose codes are a list. Order is the number; a file
 * names them.
 */

/** `note`: diagnostics are data too. */
export const NOTES = [
  "none",
  /**
   * An aperture read answered from what is known, because memory is not coherent and the page was never seen.
   */
  "aperture.stale",
  "aperture.unmapped",
  "ggtt.unmapped",
  "ppgtt.fault",
  "command.unknown",
  "command.fault",
  /** A command that the model retires without the effect that it has on hardware; `at` is its first dword. */
  "command.unmodelled",
  "elsp.invalid",
  /** A submission while an earlier one still waited to be taken: that one stays, this one is dropped. */
  "elsp.full",
  "ring.invalid",
  "access.refused",
  "pvinfo.refused",
  "engine.reset",
  "gt.reset",
  "screen.drawn",
  /** A write of PTEs that is not made of whole dwords, or starts within one. */
  "gtt.refused",
  /** A status page outside of the vGPU's share. */
  "hws_pga.refused",
  /** A fence that the vGPU has not. */
  "fence.refused",
  /** A context status write pointer that names no entry. */
  "csb_ptr.refused",
  /** A mapping of guest memory beyond as many as a vGPU may have. */
  "map.refused",
  /** The guest has turned interrupts on, but not MSI: none will reach it, for no port has INTx. */
  "irq.unheard",
] as const;

/** `failsafe.entered`. Source: docs/facts/vgpu.md#failsafe. */
export const FAILSAFE = ["none", "unsupported_guest", "insufficient_resource", "guest_err"] as const;

/** `audit.refused`: why. `at` is the register, `lo` what was to be written. */
export const REFUSALS = [
  "none",
  /** A command's write of a register that no command may write: its row has no `commandAccess`. */
  "command.access",
  /** A context image lists a register that is no part of a context: its row has no `inContext`. */
  "image.register",
] as const;

/**
 * `timer.arm`: what a timer is for. Engine timers carry the engine in the second decimal digit's place:
 * TIMER_ENGINE + engine.
 */
export const TIMER_ENGINE = 16;
export const TIMER_VBLANK = 32;
export const TIMER_SCREEN = 48;
/** The rest of a screen that one input may not be told whole. */
export const TIMER_DRAW = 64;

/** The engine that a timer wakes; NO_ENGINE for every other purpose. */
export function engineOfTimer(code: number): number {
  return code >= TIMER_ENGINE && code < TIMER_ENGINE + ENGINES.length ? code - TIMER_ENGINE : NO_ENGINE;
}

/** `port.attached`: capability bits. */
export const PORT_COHERENT = 1;
export const PORT_MSI = 2;
export const PORT_SCREEN = 4;

/**
 * `guest.write`: the bytes are a time (a post-sync timestamp, a time value's register): two models may differ
 * in it.
 */
export const WRITE_TIME = 1;
/** The bytes say how far a context had come when another took its engine: a matter of time too. */
export const WRITE_POSITION = 2;
/** A context status event in the status page, or its pointer. */
export const WRITE_STATUS = 4;
/** The bytes are those of the input's own payload, in order: no hash is kept of them. */
export const WRITE_PAYLOAD = 3;

/** Status of an entry of `answers`: the page was told, */
export const TOLD = 0;
/** or it cannot be had now (the guest is away, nobody knows the content): it is asked for under a ticket. */
export const NOT_NOW = 255;
