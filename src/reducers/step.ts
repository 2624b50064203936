import { Rows } from "../events/rows.ts";
import type { Machine, State } from "./machine.ts";

/** A State and the rows it was answered with: valid whatever the machine does next, and not to be changed. */
export interface Step {
  readonly state: State;
  readonly outcomes: Rows;
  readonly replyLo: number;
  readonly replyHi: number;
}

/**
 * One input on one state, as a function: the earlier state and the earlier outcomes stay valid. `machine` is
 * a pure machine that lends its tables; it keeps nothing from call to call.
 */
export function reduceState(machine: Machine, state: State, rows: Rows, i: number): Step {
  machine.restore(state);
  machine.core.source = machine.recorded;
  machine.apply(rows, i);
  const { out, replyLo, replyHi } = machine.core;
  return { state: machine.snapshot(), outcomes: copyOf(out), replyLo, replyHi };
}

/** What most inputs are answered with. */
const NO_ROWS = new Rows(0, 0);

function copyOf(out: Rows): Rows {
  if (out.count === 0) return NO_ROWS;
  const copy = new Rows(out.count, 0);
  for (let o = 0; o < out.count; o++) copy.copyFrom(out, o);
  // Payloads as they lie: those of guest writes too, which are no part of a recorded row.
  copy.payload = out.payload.slice(0, out.payloadUsed);
  copy.payloadUsed = out.payloadUsed;
  copy.from.set(out.from.subarray(0, out.count));
  copy.length.set(out.length.subarray(0, out.count));
  return copy;
}
