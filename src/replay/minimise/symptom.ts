import { NOT_NOW } from "../../events/codes.ts";
import { PURPOSES } from "../../events/columns.ts";
import { CLASS_OUTCOME, K, KIND_CLASS, KIND_NAMES } from "../../events/kinds.ts";
import { rowDifference } from "../../events/row-difference.ts";
import { Rows } from "../../events/rows.ts";
import type { Question } from "../../reducers/answers.ts";
import type { Machine, State } from "../../reducers/machine.ts";
import { isRead } from "../../reducers/machine.ts";
import { shows } from "../answers/pace.ts";
import { divergenceAt, NO_BLOCKS } from "../engine/divergence.ts";
import { rowPath } from "../engine/format.ts";
import type { Predicate } from "../names/predicate.ts";
import type { Inputs } from "../rerun/inputs.ts";
import type { RerunOptions } from "../rerun/rerun-options.ts";
import type { Expectation } from "./minimise-case.ts";

/** One run's look at whether the failure is there. */
export interface Attempt extends Pick<RerunOptions, "seen" | "sink" | "eager"> {
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
  /** For one run of these segments. */
  attempt(segments: readonly number[]): Attempt;
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

/** Where a machine's answer to its last input is not what the rows say. */
export interface Difference {
  /** Kind, path and field: where it is, but neither when nor with which values. */
  readonly signature: string;
  /** Row of the input; which of its outcomes (-1: its reply); is there a row for it at all? */
  readonly cause: number;
  readonly outcome: number;
  readonly isRecorded: boolean;
  readonly column: string;
  readonly expected: number;
}

/**
 * The difference at which `machine.batch` stopped. It does not matter which rows follow, nor where a block
 * ends.
 */
export function differenceAt(machine: Machine, rows: Rows, stop: number): Difference {
  const { core } = machine;
  const cause = core.seq - rows.firstSeq;
  if (stop === cause && isRead(rows.kind[cause])) {
    // It runs the input once more: the batch loop compares plain registers without it.
    const { expected, got, detail, fields, path, kind } = divergenceAt(NO_BLOCKS, machine, rows, stop);
    const names = fields.map(({ field }) => field).join(",");
    const signature = `${kind} ${path} ${names === "" ? "reply" : names}`;
    if (expected !== got || detail !== "")
      return { signature, cause, outcome: -1, isRecorded: true, column: "reply", expected };
  }
  if (stop === cause && !machine.recorded.used) return ofAnswers(machine, rows, cause);
  let o = 0;
  const recorded = (): boolean => isOutcome(rows, cause + 1 + o);
  while (o < core.out.count && recorded() && rowDifference(core.out, o, rows, cause + 1 + o) === null) o++;
  if (!recorded()) {
    const signature = `${KIND_NAMES[core.out.kind[o]]} ${rowPath(core.registers, core.out, o)} not expected`;
    return { signature, cause, outcome: o, isRecorded: false, column: "kind", expected: 0 };
  }
  const i = cause + 1 + o;
  const column = o < core.out.count ? (rowDifference(core.out, o, rows, i) ?? "kind") : "kind";
  const expected = column === "payload" || column === "kind" ? rows.kind[i] : rows[column][i];
  const signature = `${KIND_NAMES[rows.kind[i]]} ${rowPath(core.registers, rows, i)} ${column}`;
  return { signature, cause, outcome: o, isRecorded: true, column, expected };
}

/** The input asks for another page than it was told next, or for fewer. */
function ofAnswers({ core, recorded }: Machine, rows: Rows, cause: number): Difference {
  const asked = recorded.wrong === null ? "nothing more" : PURPOSES[recorded.wrong.purpose];
  const signature = `${KIND_NAMES[rows.kind[cause]]} ${rowPath(core.registers, rows, cause)} asks for ${asked}`;
  return { signature, cause, outcome: -1, isRecorded: true, column: "answers", expected: 0 };
}

function isOutcome(rows: Rows, i: number): boolean {
  return i < rows.count && KIND_CLASS[rows.kind[i]] === CLASS_OUTCOME;
}

/** Rows of one model compared with what another answers: where they differ first, if they do. */
export class Between {
  signature: string | null = null;
  expectation: Expectation = { type: "count", expected: 0 };
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
    const difference = differenceAt(suspect, rows, stop);
    this.signature = difference.signature;
    this.expectation = expectationOf(difference);
  };

  /** The same; a suspect that throws over what was made of the inputs shows another failure. */
  compareOrFail(rows: Rows): void {
    try {
      this.compare(rows);
    } catch {
      this.signature = "it throws";
    }
  }

  readonly found = (): boolean => this.signature !== null;
}

/** What a test case expects where this is wrong. */
export function expectationOf({ outcome, isRecorded, column, expected }: Difference): Expectation {
  if (column === "answers") return { type: "told" };
  if (outcome < 0) return { type: "reply", expected };
  return isRecorded
    ? { type: "outcome", index: outcome, column, expected }
    : { type: "count", expected: outcome };
}

/**
 * Two models answer otherwise, first at this place: `good` runs the inputs, and `suspect` is compared with
 * it, row by row.
 */
export function differenceSymptom(good: Machine, suspect: Machine, signature: string): Symptom {
  const from = suspect.snapshot();
  return {
    text: signature,
    machine: good,
    initial: good.snapshot(),
    attempt: () => {
      suspect.restore(from);
      const between = new Between(suspect);
      return {
        sink: (rows) => between.compareOrFail(rows),
        eager: true,
        seen: between.found,
        shown: () => between.signature === signature,
      };
    },
  };
}

/** A row of the recording that the model answers otherwise. */
export interface WrongRow extends Difference {
  /** Row of the inputs that led to it. */
  readonly input: number;
  /** What was recorded, and what came (nothing, where it is empty): one row each, without tickets. */
  readonly recorded: Rows;
  readonly got: Rows;
}

/** The row at which a strict replay stopped, with the machine as it stands there. */
export function wrongRowAt(machine: Machine, inputs: Inputs, rows: Rows, stop: number): WrongRow {
  const difference = differenceAt(machine, rows, stop);
  const { cause, outcome, isRecorded } = difference;
  const input = inputs.rowAt(machine.core.seq);
  const isAsked = difference.column === "answers";
  const got = isAsked ? questionOf(machine.recorded.wrong) : answerTo(machine, inputs.rows, input, outcome);
  const recorded = new Rows(1);
  if (isRecorded) plain(recorded, rows, cause + 1 + outcome);
  return { ...difference, input, recorded, got };
}

/**
 * The model answers this input of the recording with the same wrong row. Only the recording knows what is
 * right, and nothing says what would be right after fewer inputs; so the wrong answer must stay the same, value
 * for value, and all else that is left and that a guest can see must be answered as it was `recorded`.
 */
export function wrongRowSymptom(
  machine: Machine,
  initial: State,
  inputs: Inputs,
  wrong: WrongRow,
  recorded: Rows,
): Symptom {
  const seenOf = inputs.seq.map((seq, i) => (i < wrong.input ? seenText(recorded, seq + 1) : ""));
  return {
    text: wrong.signature,
    machine,
    initial,
    attempt: (segments) => {
      let left = 0;
      for (const s of segments)
        for (let i = inputs.starts[s]; i < inputs.end(s); i++) if (seenOf[i] !== "") left++;
      let shown = false;
      return {
        seen: (row, made, m) => {
          if (row === wrong.input) {
            const answer =
              wrong.column === "answers"
                ? questionOf(otherQuestion(inputs.rows, row, made, m))
                : answerTo(machine, inputs.rows, row, wrong.outcome);
            const same = answer.count === 0 || rowDifference(answer, 0, wrong.got, 0) === null;
            shown = same && answer.count === wrong.got.count && left === 0;
            return true;
          }
          if (row < 0 || row > wrong.input) return false;
          if (seenOf[row] !== "") left--;
          return !isRightReply(machine, inputs.rows, row) || seenText(machine.core.out, 0) !== seenOf[row];
        },
        shown: () => shown,
      };
    },
  };
}

/** Outcomes from row `i` on that a guest can see, as text; empty where there are none. */
function seenText(rows: Rows, i: number): string {
  let text = "";
  for (let o = i; isOutcome(rows, o); o++) {
    const kind = rows.kind[o];
    if (!shows(kind)) continue;
    text += `${kind} ${rows.agent[o]} `;
    text += kind === K["guest.write"] ? piecesText(rows, o) : `${rows.lo[o]};`;
  }
  return text;
}

function piecesText({ writeTable: { at, code }, firstPiece, writes }: Rows, o: number): string {
  const pieces = Array.from({ length: writes[o] }, (_, k) => firstPiece[o] + k);
  return pieces.map((p) => `${at[p]} ${code[p]};`).join("");
}

/** Was the read just answered as row `i` says? */
function isRightReply({ core }: Machine, rows: Rows, i: number): boolean {
  return !isRead(rows.kind[i]) || (core.replyLo === rows.lo[i] && core.replyHi === rows.hi[i]);
}

/** What the machine has just answered to row `input`. */
function answerTo({ core }: Machine, inputs: Rows, input: number, outcome: number): Rows {
  const rows = new Rows(1);
  if (outcome < 0) {
    plain(rows, inputs, input);
    if (isRead(rows.kind[0])) {
      rows.lo[0] = core.replyLo;
      rows.hi[0] = core.replyHi;
    }
  } else if (outcome < core.out.count) plain(rows, core.out, outcome);
  return rows;
}

/** The first question of the row made that the recorded one has not in its place; null where there is none. */
function otherQuestion(rows: Rows, i: number, made: Rows, m: number): Question | null {
  const { vgpu, gfn, purpose, engine } = made.answerTable;
  for (let k = 0; k < made.answers[m]; k++) {
    const at = made.firstAnswer[m] + k;
    const asked = { vgpu: vgpu[at], gfn: gfn[at], purpose: purpose[at], engine: engine[at] };
    if (k >= rows.answers[i] || !isAskedAt(rows, rows.firstAnswer[i] + k, asked)) return asked;
  }
  return null;
}

function isAskedAt({ answerTable }: Rows, k: number, { vgpu, gfn, purpose, engine }: Question): boolean {
  const same = answerTable.vgpu[k] === vgpu && answerTable.gfn[k] === gfn;
  return same && answerTable.purpose[k] === purpose && answerTable.engine[k] === engine;
}

/** A question as a row of its own. */
function questionOf(question: Question | null): Rows {
  const rows = new Rows(1);
  if (question === null) return rows;
  rows.add(K["clock.advanced"]);
  rows.tell(question.vgpu, question.gfn, question.purpose, question.engine, 0, NOT_NOW);
  return rows;
}

/** Append row `i` without what counts on the rows before it. */
function plain(to: Rows, from: Rows, i: number): void {
  const at = to.copyFrom(from, i);
  to.ticket[at] = 0;
  to.cause[at] = 0;
  to.dt[at] = 0;
  for (let p = to.firstPiece[at]; p < to.firstPiece[at] + to.writes[at]; p++) to.writeTable.ticket[p] = 0;
}
