import { type Broken, brokenInvariants } from "../../reducers/invariants.ts";
import type { Machine } from "../../reducers/machine.ts";

/** An invariant that a live machine has broken, and the row behind which that was seen. */
export interface BrokenAt extends Broken {
  readonly row: number;
}

/** Asks a live machine's invariants, and tells of each one that does not hold, once. */
export class Paranoia {
  private readonly machine: Machine;
  private readonly tell: (broken: BrokenAt) => void;
  private readonly told = new Set<string>();

  /** `tell` must not throw. */
  constructor(machine: Machine, tell: (broken: BrokenAt) => void) {
    this.machine = machine;
    this.tell = tell;
  }

  /** Ask all of them: to be called between inputs. */
  ask(): void {
    const { core } = this.machine;
    for (const broken of brokenInvariants(core)) {
      if (this.told.has(broken.name)) continue;
      this.told.add(broken.name);
      this.tell({ ...broken, row: core.seq });
    }
  }
}
