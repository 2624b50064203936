import type { Core } from "./core.ts";
import type { EngineTree } from "./trees.ts";

/**
 * The seam between mediator and device: all that crosses it, as calls with scalar arguments. `machine.ts`
 * joins the two sides;
 * neither imports the other. The device addresses host frames and knows an address space only by its first
 * one.
 */

/** From the mediator down to the device. */
export interface Down {
  /** A submission of two elements (low, high each; high is the context id) for the address space at `frameBase`,
   * with the plane that holds its registers; row `row` told of the first of them, the next row of the other. */
  elsp(
    core: Core,
    engine: number,
    frameBase: number,
    registers: number,
    descriptors: readonly number[],
    row: number,
  ): void;
  /** One entry of the device's GGTT. */
  ggtt(core: Core, entry: number, low: number, high: number): void;
  /** The entries from `first` to `end` (exclusive) of the device's GGTT, none of which is present any more. */
  clearGgtt(core: Core, first: number, end: number): void;
  /** Forget kept translations of the engines in `mask`. */
  tlb(core: Core, mask: number): void;
  /** Drop whatever the engines in `mask` do for the address space at `frameBase`. */
  reset(core: Core, mask: number, frameBase: number): void;
  /** Put aside what engines do for this address space, those between two turns now and others behind theirs. */
  pause(core: Core, frameBase: number): void;
  /** An idle engine goes on with what it was put aside from, if there is anything. */
  resume(core: Core, engine: number, frameBase: number): boolean;
  /** What an engine was put aside from, or null. */
  aside(core: Core, engine: number, frameBase: number): EngineTree | null;
}

/** From the device up to the mediator. */
export interface Up {
  /**
   * Interrupt bits of an engine, in the low half's layout (user interrupt 0, flush notify 4, context switch
   * 8).
   */
  irq(core: Core, frameBase: number, engine: number, bits: number): void;
  /** A context status event: status word and context id. */
  csb(core: Core, frameBase: number, engine: number, status: number, contextId: number): void;
  /** The engine has nothing left to do for this address space. */
  idle(core: Core, frameBase: number, engine: number): void;
  /**
   * The engine hangs on what this address space gave it. It stays as it is during the call; `idle` follows.
   */
  hung(core: Core, frameBase: number, engine: number): void;
  /** Does this address space tell the engine to stand still? */
  stopped(core: Core, frameBase: number, engine: number): boolean;
  /** A command writes a register that is more than its word. */
  writeRegister(core: Core, frameBase: number, at: number, value: number): void;
  /** A command reads such a register: what a guest would read. */
  readRegister(core: Core, frameBase: number, at: number): number;
  /** Must engines put this address space's work aside at the end of their turn? */
  paused(core: Core, frameBase: number): boolean;
  /** May the engine go on announcing, or must it wait for the guest's memory to catch up? */
  congested(core: Core, frameBase: number): boolean;
}
