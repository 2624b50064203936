import type { Rows } from "../../events/rows.ts";
import type { AnswerSource } from "../../reducers/answers.ts";

/** A model that a recording can be replayed on: a Machine of this or of another revision. */
export interface Model {
  readonly core: {
    readonly now: number;
    readonly out: Rows;
    readonly replyLo: number;
    readonly replyHi: number;
    source: AnswerSource;
    isOpen(ticket: number): boolean;
  };
  apply(rows: Rows, i: number): void;
  snapshot(): unknown;
  restore(state: never): void;
}

/** A reply as two words. */
export interface Reply64 {
  readonly lo: number;
  readonly hi: number;
}

/** Looks at a replay and its parent as they go on. Rows are valid during the call only. */
export interface Follower {
  /** Outcome row i of the parent. */
  recorded(rows: Rows, i: number): void;
  /** Outcome row i of the replay, made at the place of the parent's row `place`. */
  produced(rows: Rows, i: number, place: number): void;
  /** The guest is about to read: everything before is known. */
  reading(rows: Rows, i: number): void;
  /** The parent's read row i was answered, then and now. */
  replied(rows: Rows, i: number, expected: Reply64, got: Reply64): void;
  /** Nothing more is to be learned. */
  readonly stopped: boolean;
}

/**
 * Takes the rows that a replay makes, some thousand at a time; `origins[i]` is the parent's seq in whose
 * place row i came.
 */
export type RowSink = (rows: Rows, origins: readonly number[]) => void;

/** A question that the recording cannot answer, at the place of the parent's row `seq`. */
export interface Unanswered {
  readonly seq: number;
  readonly vgpu: number;
  readonly gfn: number;
  readonly purpose: number;
  /** NO_ENGINE: not an engine's. */
  readonly engine: number;
}
