import type { EngineName, Platform } from "./units.ts";

/**
 * What the streamer does with a command, beyond reading its name and length. `skip`: decoded and retired.
 * `unmodelled`: retired, and said, because what it would have done to memory or to the display is missing.
 */
export const ACTIONS = [
  "skip",
  "noop",
  "arbCheck",
  "arbOnOff",
  "userInterrupt",
  "batchStart",
  "batchEnd",
  "loadRegisterImm",
  "loadRegisterReg",
  "loadRegisterMem",
  "storeRegisterMem",
  "storeDataImm",
  "flushDw",
  "pipeControl",
  "semaphoreWait",
  "semaphoreSignal",
  "copyMemMem",
  "atomic",
  "math",
  "predicate",
  "setPredicate",
  "conditionalBatchEnd",
  "waitForEvent",
  "walk",
  "unmodelled",
] as const;
export type Action = (typeof ACTIONS)[number];

/** Constant length in dwords, or the bits of dword 0 that hold (length - bias). */
export type Length = number | { readonly bits: readonly [number, number]; readonly bias: number };

/** One row: every fact about one command. `opcode` is dword 0 under `mask`. */
export interface CommandRow {
  readonly name: string;
  /** The bits of dword 0 that identify the command, and their value there. */
  readonly mask: number;
  readonly opcode: number;
  readonly length: Length;
  readonly engines: readonly EngineName[];
  readonly on?: readonly Platform[];
  readonly action: Action;
  readonly cite: string;
}
