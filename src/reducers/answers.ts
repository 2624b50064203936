import { NOT_NOW, TOLD } from "../events/codes.ts";
import type { Rows } from "../events/rows.ts";

/** What the world says to a question in place: a content id, -1 - errno, or ABSENT. */
export const ABSENT = -0x8000_0000;

/**
 * Where questions are answered in place. A reducer asks as it goes and never knows who answers: in a replay
 * the row itself, live the guest's memory.
 */
export interface AnswerSource {
  /**
   * What frame `gfn` of a vGPU holds now: the id of its content in the machine's store, -1 - errno, or ABSENT
   * where it is not to be had in place.
   */
  ask(vgpu: number, gfn: number, purpose: number, engine: number): number;
}

/** Nothing is to be had in place: every question becomes a ticket. */
export const NOBODY: AnswerSource = { ask: () => ABSENT };

/** A question that the recorded row does not answer next. */
export interface Question {
  readonly vgpu: number;
  readonly gfn: number;
  readonly purpose: number;
  readonly engine: number;
}

/** Answers from the list in a row, in its order: another question than the next one is a divergence. */
export class RowAnswers implements AnswerSource {
  /** The first question that the row does not answer next; null while there is none. */
  wrong: Question | null = null;
  private rows: Rows | null = null;
  private first = 0;
  private next = 0;
  private end = 0;

  /** From here on the list of row i answers. */
  start(rows: Rows, i: number): void {
    this.rows = rows;
    this.first = rows.firstAnswer[i];
    this.next = this.first;
    this.end = this.first + rows.answers[i];
    this.wrong = null;
  }

  /** Was every entry asked for, and nothing else? */
  get used(): boolean {
    return this.wrong === null && this.next === this.end;
  }

  /** Entries that were asked for so far. */
  get count(): number {
    return this.next - this.first;
  }

  ask(vgpu: number, gfn: number, purpose: number, engine: number): number {
    const k = this.next;
    if (this.wrong === null && this.rows !== null && k < this.end) {
      const table = this.rows.answerTable;
      const fits = table.vgpu[k] === vgpu && table.gfn[k] === gfn;
      if (fits && table.purpose[k] === purpose && table.engine[k] === engine) {
        this.next = k + 1;
        const status = table.status[k];
        return status === TOLD ? table.page[k] : status === NOT_NOW ? ABSENT : -1 - status;
      }
    }
    this.wrong ??= { vgpu, gfn, purpose, engine };
    return ABSENT;
  }
}

/** Write down in the last row what a source said. */
export function noteAnswer(rows: Rows, question: Question, said: number): void {
  const { vgpu, gfn, purpose, engine } = question;
  if (said >= 0) rows.tell(vgpu, gfn, purpose, engine, said, TOLD);
  else rows.tell(vgpu, gfn, purpose, engine, 0, said === ABSENT ? NOT_NOW : Math.min(-1 - said, NOT_NOW - 1));
}
