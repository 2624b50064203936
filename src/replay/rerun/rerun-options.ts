import type { Rows } from "../../events/rows.ts";

/** What a rerun is told beside its inputs. */
export interface RerunOptions {
  /**
   * Called after every input with the row of the inputs that it is (-1: one that only this run has), and with
   * the row made of it, where rows are not handed over at once; true ends the run.
   */
  readonly seen?: (row: number, made: Rows, m: number) => boolean;
  /**
   * Takes the rows made, some thousand at a time, with the seq that each one's input has in the recording.
   */
  readonly sink?: (rows: Rows, origins: readonly number[]) => void;
  /** Rows from this place in the list of segments on go to the sink; 0 when absent. */
  readonly sinkFrom?: number;
  /** Rows go to the sink after every input, before `seen` is asked. */
  readonly eager?: boolean;
  /** Contents that are given in place of others. */
  readonly pages?: ReadonlyMap<number, number>;
}

/** What a rerun counts. */
export interface RerunCounts {
  /** World inputs run. */
  events: number;
  /** Questions that the recording cannot answer at all: an engine that asked one stands still. */
  unknown: number;
  /**
   * Reads that were answered otherwise than recorded: what the guest would have done about it is not known.
   */
  reactions: number;
}
