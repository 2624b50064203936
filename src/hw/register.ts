import type { ReadBehaviour, WriteBehaviour } from "./behaviours.ts";
import type { Platform } from "./units.ts";

/**
 * What a guest's write does to the stored word, decided by the row alone:
 * `plain` stores the bits of `writable`; `readOnly` stores nothing; `maskedBits`: the upper half selects
 * which bits of the lower half change; `oneToClear`: a written 1 clears the bit; `discard`: accepted, nothing
 * stored, reads back the reset value.
 */
export const RULES = ["plain", "readOnly", "maskedBits", "oneToClear", "discard"] as const;
export type Rule = (typeof RULES)[number];

/** A bit number, or [high, low] of a field, inclusive. */
export type FieldBits = number | readonly [number, number];

/** The facts of a register that may differ from platform to platform. */
export interface RegisterFacts {
  /** Value after a cold reset; 0 when absent. */
  readonly reset?: number;
  readonly rule?: Rule;
  /** Bits that a guest's write may change; all 32 when absent. */
  readonly writable?: number;
  /**
   * With `oneToClear` absent: bits of a plain register that are write-one-to-clear (hot plug status beside
   * its enables).
   */
  readonly oneToClear?: number;
  readonly then?: WriteBehaviour;
  readonly read?: ReadBehaviour;
}

/**
 * One row: every fact about one register. `offset` is in bytes, relative to the base of its bank's instance.
 */
export interface RegisterRow extends RegisterFacts {
  readonly offset: number;
  /** Platforms that have it; all when absent. */
  readonly on?: readonly Platform[];
  /**
   * An array in the hardware (MOCS, palettes, fences, MCHBAR): `count` dwords, `stride` bytes apart (4 when
   * absent).
   */
  readonly count?: number;
  readonly stride?: number;
  readonly fields?: Readonly<Record<string, FieldBits>>;
  readonly variants?: Readonly<Partial<Record<Platform, RegisterFacts>>>;
  /** A batch of a non-privileged context may write it. */
  readonly commandAccess?: true;
  /**
   * Saved in and restored from the context image. `"ring"`: of the part that says where the context stands,
   * restored also where CTX_CTRL_ENGINE_CTX_RESTORE_INHIBIT leaves the engine's own registers as they are.
   */
  readonly inContext?: true | "ring";
  /** Reads of 1, 2 or 8 bytes at any offset are fine. */
  readonly unaligned?: true;
  /**
   * Survives an engine or GT reset (GDRST); everything below `GT_RESET_END` goes back to `reset` otherwise.
   */
  readonly keptOnGtReset?: true;
  /** A time value: left out of the comparison of two models at level `guest`. */
  readonly timeValue?: true;
  /**
   * What was really opened: kernel symbol and file, genxml, IGT, or a section of a page in docs/facts.
   */
  readonly cite: string;
}

/** A bank of registers that repeats at several bases: rings, pipes, ports. Names are the kernel's, in full. */
export interface Bank {
  /**
   * Instance name (the component of a path: `rcs0`, `pipeA`, `irq`) to base offset in bytes, per platform
   * when they differ.
   */
  readonly bases: Readonly<Record<string, number>>;
  readonly on?: readonly Platform[];
  /** Instances that only some platforms have. */
  readonly instanceOn?: Readonly<Record<string, readonly Platform[]>>;
  readonly rows: Readonly<Record<string, RegisterRow>>;
}

/** The rows of one bank, each under its register's full name. */
export function bank(
  bases: Readonly<Record<string, number>>,
  rows: Readonly<Record<string, RegisterRow>>,
): Bank {
  return { bases, rows };
}
