import { Rows, rowDifference } from "../events/rows.ts";
import type { Machine, State } from "../reducers/machine.ts";
import { isRead } from "../reducers/machine.ts";
import { type Blocks, type Divergence, divergenceAt } from "./divergence.ts";
import type { Inputs } from "./inputs.ts";
import type { Expectation } from "./minimise-case.ts";
import type { Predicate } from "./predicate.ts";
import type { RerunOptions } from "./rerun.ts";

/** One run's look at whether the failure is there. */
export interface Attempt extends Pick<RerunOptions, "seen" | "sink"> {
  /** Asked when the run is over. */
  shown(): boolean;
}

/** A failure by its signature: what must still be there when most of the recording is gone. */
export interface Symptom {
  /** In words: the predicate, or kind, path and field of the divergence. */
  readonly text: string;
  /** What runs the inputs, and the state that it starts from. */
  readonly machine: Machine;
  readonly initial: State;
  attempt(): Attempt;
}

/** The predicate holds behind some input. */
export function predicateSymptom(machine: Machine, predicate: Predicate): Symptom {
  return {
    text: predicate.text,
    machine,
    initial: machine.snapshot(),
    attempt: () => {
      let shown = false;
      return {
        seen: () => {
          shown = predicate.holds(machine);
          return shown;
        },
        shown: () => shown,
      };
    },
  };
}

/** Kind, path and field: where a divergence is, but neither when nor with which values. */
export function signatureOf({ kind, path, column, fields }: Divergence): string {
  const names = fields.map(({ field }) => field).join(",");
  return `${kind} ${path} ${names === "" ? column : names}`;
}

const NO_BLOCKS: Blocks = {
  blockOf: () => 0,
  readBlock: () => {
    throw new Error("there is no block to read");
  },
};

/** Rows of one model compared with what another answers: where they differ first, if they do. */
export class Between {
  signature: string | null = null;
  expectation: Expectation = { type: "outcome", index: 0, column: "kind", expected: 0 };
  private readonly suspect: Machine;

  constructor(suspect: Machine) {
    this.suspect = suspect;
  }

  /** Compare the next rows. */
  readonly compare = (rows: Rows): void => {
    if (this.signature !== null) return;
    const { suspect } = this;
    const stop = suspect.batch(rows, 0, rows.count);
    if (stop === rows.count) return;
    const divergence = divergenceAt(NO_BLOCKS, suspect, rows, stop);
    this.signature = signatureOf(divergence);
    const { column, expected } = divergence;
    const index = stop - (suspect.core.seq - rows.firstSeq) - 1;
    if (index < 0) this.expectation = { type: "reply", expected: rows.lo[stop] };
    else if (column === "kind")
      this.expectation = { type: "outcome", index, column, expected: rows.kind[stop] };
    else this.expectation = { type: "outcome", index, column, expected };
  };

  readonly found = (): boolean => this.signature !== null;
}

/** Two models answer otherwise, first at this place: `good` runs the inputs, and `suspect` is compared with it, row by row. */
export function differenceSymptom(good: Machine, suspect: Machine, signature: string): Symptom {
  const from = suspect.snapshot();
  return {
    text: signature,
    machine: good,
    initial: good.snapshot(),
    attempt: () => {
      suspect.restore(from);
      const between = new Between(suspect);
      return { sink: between.compare, seen: between.found, shown: () => between.signature === signature };
    },
  };
}

/** A row of the recording that the model answers otherwise. */
export interface WrongRow {
  /** Row of the inputs that led to it. */
  readonly input: number;
  /** Which of its outcomes; -1: its reply. */
  readonly outcome: number;
  /** What was recorded, and what came (nothing, where it is empty): one row each, without tickets. */
  readonly expected: Rows;
  readonly got: Rows;
  readonly signature: string;
}

/** The row at which a strict replay stopped, with the machine as it stands there. */
export function wrongRowAt(machine: Machine, inputs: Inputs, rows: Rows, stop: number): WrongRow {
  const divergence = divergenceAt(NO_BLOCKS, machine, rows, stop);
  const { core } = machine;
  const outcome = stop - (core.seq - rows.firstSeq) - 1;
  const input = inputs.rowAt(core.seq);
  const got = answerTo(machine, inputs.rows, input, outcome);
  const expected = new Rows(1);
  plain(expected, rows, stop);
  return { input, outcome, expected, got, signature: signatureOf(divergence) };
}

/**
 * The model answers this input of the recording with the same wrong row. Where only the recording knows what is right, nothing says
 * what would be right after fewer inputs; so the wrong answer must stay the same, value for value.
 */
export function wrongRowSymptom(machine: Machine, initial: State, inputs: Inputs, wrong: WrongRow): Symptom {
  return {
    text: wrong.signature,
    machine,
    initial,
    attempt: () => {
      let shown = false;
      return {
        seen: (row) => {
          if (row !== wrong.input) return false;
          const answer = answerTo(machine, inputs.rows, row, wrong.outcome);
          const same = answer.count === 0 || rowDifference(answer, 0, wrong.got, 0) === null;
          shown = same && answer.count === wrong.got.count;
          return true;
        },
        shown: () => shown,
      };
    },
  };
}

/** What the machine has just answered to row `input`. */
function answerTo({ core }: Machine, inputs: Rows, input: number, outcome: number): Rows {
  const rows = new Rows(1);
  if (outcome < 0) {
    plain(rows, inputs, input);
    if (isRead(rows.kind[0])) {
      rows.lo[0] = core.owed === 0 ? core.replyLo : 0;
      rows.hi[0] = core.owed === 0 ? core.replyHi : 0;
      rows.ticket[0] = core.owed === 0 ? 0 : 1;
    }
  } else if (outcome < core.out.count) plain(rows, core.out, outcome);
  return rows;
}

/** Append row `i` without what counts on the rows before it. */
function plain(to: Rows, from: Rows, i: number): void {
  const at = to.copyFrom(from, i);
  to.ticket[at] = 0;
  to.cause[at] = 0;
  to.dt[at] = 0;
}
