import { CLASS_OUTCOME, isInput, KIND_CLASS } from "../../events/kinds.ts";
import type { Rows } from "../../events/rows.ts";
import type { Machine } from "../../reducers/machine.ts";
import { type IsQuiet, quietRows } from "../index/scan-plan.ts";
import type { Predicate } from "../names/predicate.ts";
import { questionOf, targetsOf } from "../names/question.ts";

/**
 * Waits for a predicate to hold for the first time. It is asked after every input that can change one of the
 * places it reads: plain accesses to other registers and PTEs are passed over.
 */
export class SaveTrigger {
  /** The input after which it held first; -1: none so far. */
  heldAt = -1;
  private readonly predicate: Predicate;
  private readonly isQuiet: IsQuiet;

  /** Names are looked up in `machine`'s tables. */
  constructor(predicate: Predicate, machine: Machine) {
    this.predicate = predicate;
    this.isQuiet = quietRows(machine.core.registers, targetsOf(machine, questionOf(predicate)));
  }

  /** `machine.batch` over all of the rows, with a look at the predicate on the way. */
  run(machine: Machine, rows: Rows): number {
    let done = 0;
    for (let i = 0; i < rows.count && this.heldAt < 0; i++) {
      if (!isInput(rows.kind[i]) || this.isQuiet(rows, i)) continue;
      let next = i + 1;
      while (next < rows.count && KIND_CLASS[rows.kind[next]] === CLASS_OUTCOME) next++;
      const stop = machine.batch(rows, done, next);
      if (stop < next) return stop;
      done = next;
      if (this.predicate.holds(machine)) this.heldAt = rows.firstSeq + i;
    }
    return machine.batch(rows, done, rows.count);
  }
}
