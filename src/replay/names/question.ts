import type { Invariant } from "../../reducers/invariants.ts";
import type { Machine } from "../../reducers/machine.ts";
import type { WriteTarget } from "../index/writers.ts";
import { placeOf } from "./paths.ts";
import type { Predicate } from "./predicate.ts";

/** A yes-or-no question about a state, for a search through time. */
export interface Question {
  readonly text: string;
  /** Once it holds it holds for good. */
  readonly monotone: boolean;
  /** Paths that it reads beside trees; null where it may look at anything. */
  readonly paths: readonly string[] | null;
  /** Does it read the clock or the row number, which change with every input? */
  readonly readsClock: boolean;
  /**
   * Does it hold of the state that the machine stands in? It changes nothing. May throw where a user wrote
   * it.
   */
  holds(machine: Machine): boolean;
  /** What there is to say of a state of which it holds, in one line; may be empty. */
  says?(machine: Machine): string;
}

/** A question asked by an expression. `asserted`: the user says that it is monotone. */
export function questionOf(predicate: Predicate, asserted = false): Question {
  const { text, paths, readsClock, monotone, holds } = predicate;
  return { text, paths, readsClock, monotone: monotone || asserted, holds };
}

/**
 * "Is one of these broken?" Slow ones stay broken: they are searched for by halves, so do not mix them with
 * others.
 */
export function isBroken(invariants: readonly Invariant[]): Question {
  const wrong = ({ core }: Machine): string | null => {
    for (const { name, broken } of invariants) {
      const text = broken(core);
      if (text !== null) return `${name}: ${text}`;
    }
    return null;
  };
  return {
    text: `broken: ${invariants.map(({ name }) => name).join(", ")}`,
    monotone: invariants.every(({ slow }) => slow),
    // Plain registers never break one: those that matter have a behaviour, and the question is asked again
    // after every access of a register that has one.
    paths: [],
    readsClock: false,
    holds: (machine) => wrong(machine) !== null,
    says: (machine) => wrong(machine) ?? "",
  };
}

/** Places that a question reads; null where it may read any. */
export function targetsOf(machine: Machine, question: Question): readonly WriteTarget[] | null {
  if (question.paths === null || question.readsClock) return null;
  return question.paths.map((path) => placeOf(machine, path).target);
}
