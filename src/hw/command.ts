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

/**
 * Bits of a command that decide something: (dword `dword` & mask) === value, where value is `mask` itself when
 * absent, and `any` means that one bit of the mask is enough.
 */
export interface Bits {
  readonly dword: number;
  readonly mask: number;
  readonly value?: number;
  readonly any?: true;
}

/** What lies at an address that a command names. */
export type Target =
  | "batch"
  | "context"
  | "data"
  | "status"
  | "scanout"
  | "urb"
  | "surface"
  | "state"
  | "instructions"
  | "scratch"
  | "constants"
  | "vertices"
  | "indices"
  | "bitstream"
  | "picture"
  | "rowStore"
  | "motion"
  | "firmware"
  | "limit";

/**
 * One operand that is an address. It may count, or be at all, only under a condition: see `when`. Operands of one
 * command stand in the order of its dwords.
 */
export interface AddressOperand {
  /** Where its lowest dword is; the bits of the address are counted from there and may reach into the next dword. */
  readonly dword: number;
  readonly bits: readonly [number, number];
  readonly what: Target;
  /** `none`: the end of a range, or a hint. */
  readonly access: "read" | "write" | "readWrite" | "none";
  /**
   * Whose addresses: the context's PPGTT; the GGTT; the GGTT when these bits say so, else the PPGTT; an offset from
   * a base that a command before it has set.
   */
  readonly space: "ppgtt" | "ggtt" | "relative" | Bits;
  /** An array: the next one is `every` dwords on; `count` of them, or as many as the command is long. */
  readonly every?: number;
  readonly count?: number;
  /** The operand counts only then. */
  readonly when?: Bits;
  /** Then it is no address but an offset in a status page. */
  readonly index?: Bits;
}

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
  /**
   * Not for a batch that a guest's user may write: `true` where the whole command is for kernels only, bits where
   * only what they ask for is. Source: i915_cmd_parser.c, what it refuses, unless the row's citation says another.
   */
  readonly privileged?: true | readonly Bits[];
  readonly addresses?: readonly AddressOperand[];
  /**
   * Fields that Mesa's XML does not have, in the words of commands/genxml/table.ts: all of them where it does not have
   * the command. All others are found there by name: see decode-command.ts.
   */
  readonly fields?: string;
  /** Nanoseconds of engine time beside what fetching it costs: of each one, and of one that has its effect. */
  readonly cost: number;
  readonly effectCost?: number;
  readonly cite: string;
}
