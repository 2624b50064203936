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
  "elsp.invalid",
  "elsp.full",
  "ring.invalid",
  "access.refused",
  "pvinfo.refused",
  "engine.reset",
  "gt.reset",
  "screen.drawn",
  /** The guest has turned interrupts on, but not MSI: none will reach it, for no port has INTx. */
  "irq.unheard",
] as const;

/** `failsafe.entered`. Source: gvt.md 2.2. */
export const FAILSAFE = ["none", "unsupported_guest", "insufficient_resource", "guest_err"] as const;

/**
 * `timer.arm`: what a timer is for. Engine timers carry the engine in the second decimal digit's place:
 * TIMER_ENGINE + engine.
 */
export const TIMER_ENGINE = 16;
export const TIMER_VBLANK = 32;
export const TIMER_SCREEN = 48;

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
