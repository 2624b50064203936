import { TIMER_ENGINE, TIMER_VBLANK } from "../../events/codes.ts";
import { PURPOSES } from "../../events/columns.ts";
import { CLASS_ANSWER, CLASS_OUTCOME, isInput, K, KIND_CLASS } from "../../events/kinds.ts";
import type { Rows } from "../../events/rows.ts";
import { ENGINES, NO_ENGINE } from "../../hw/units.ts";
import { cloneTree } from "../../reducers/trees.ts";
import { RowFormatter, timerName } from "../engine/format.ts";
import type { Timeline } from "../timeline/timeline.ts";

/** One row of a cause tree, and the rows that it comes from. */
export interface Cause {
  /** What it is to the row above: `written by`, `submitted by`, `ring`, `armed by`, ... */
  readonly role: string;
  readonly seq: number;
  readonly kind: string;
  readonly path: string;
  readonly value: string;
  /** What else there is to say, in a few words; may be empty. */
  readonly note: string;
  readonly causes: readonly Cause[];
}

/** Timers arm one another (a vblank the next one): a chain is followed this far. */
const CHAIN = 4;
const DEPTH = 12;
const BEFORE = "before the first row of this recording";
const PAGES = ["ring", "context", "command"] as const;
const NOTABLE = new Set([
  K["workload.completed"],
  K["context.switched"],
  K["irq.inject"],
  K["workload.submitted"],
]);

/** What an answer says of its question: the effect's columns as the state keeps them. */
interface Question {
  readonly ticket: number;
  readonly kind: number;
  /** seq of the row that asked. */
  readonly row: number;
  readonly operands: readonly number[];
}

/**
 * Follows rows back to the inputs of the world that they come from: an answer to its question, an engine's
 * turn to the submission it works for and to the pages that held the ring and the context, a timer to who
 * armed it.
 */
export class CauseFinder {
  private readonly timeline: Timeline;
  private readonly formatter: RowFormatter;

  constructor(timeline: Timeline) {
    this.timeline = timeline;
    this.formatter = new RowFormatter(timeline.machine.core.registers, timeline.store);
  }

  /** The cause tree of row `seq`, an input or an outcome. Moves the timeline. */
  of(seq: number, role = "row"): Cause {
    return this.rowCause(seq, role, 0);
  }

  private rowCause(seq: number, role: string, depth: number): Cause {
    const { rows, i } = this.timeline.row(seq);
    if (isInput(rows.kind[i])) return this.inputCause(seq, role, depth);
    if (KIND_CLASS[rows.kind[i]] !== CLASS_OUTCOME || depth >= DEPTH) return this.leaf(seq, role);
    const back = rows.cause[i];
    const submission = back > 0 && this.isSubmission(seq - back) ? seq - back : -1;
    const leaf = this.leaf(seq, role);
    const input = this.timeline.inputAt(seq);
    return { ...leaf, causes: [this.inputCause(input, "answered to", depth + 1, submission)] };
  }

  /** `submission`: the row of the submission that the outcome asked about says it comes from; -1: any. */
  private inputCause(seq: number, role: string, depth: number, submission = -1): Cause {
    const { rows, i } = this.timeline.row(seq);
    if (this.submits(rows, i)) return this.elspWrite(seq, role);
    if (KIND_CLASS[rows.kind[i]] !== CLASS_ANSWER || depth >= DEPTH) return this.leaf(seq, role);
    const question = this.questionOf(seq);
    if (question === null) return this.leaf(seq, role, "answers nothing that was open");
    const engine = engineOf(question);
    const leaf = this.leaf(seq, role, "", question);
    if (engine >= 0) return { ...leaf, ...this.turn(seq, engine, submission) };
    if (question.row < this.timeline.first) return { ...leaf, note: BEFORE };
    const input = this.timeline.inputAt(question.row);
    const verb = rowVerb(question.kind);
    if (!isPeriodic(question)) return { ...leaf, causes: [this.inputCause(input, verb, depth + 1)] };
    const deeper =
      depth < CHAIN ? this.inputCause(input, verb, depth + 1) : this.leaf(input, verb, "and so on");
    return { ...leaf, causes: [deeper] };
  }

  /** An engine's turn at the input `seq`: the submission, and the pages that it read on the way. */
  private turn(seq: number, engine: number, submission: number): Pick<Cause, "note" | "causes"> {
    const { timeline } = this;
    // A copy: the machine goes on in the very objects that it shows.
    const before = cloneTree(timeline.seek(seq - 1).core.seeDevice().engines[engine]);
    const after = timeline.seek(seq).core.seeDevice().engines[engine];
    const { submittedAt, active, contextId } = before.phase === 0 ? after : before;
    const row = submission < 0 ? submittedAt + active : submission;
    // What an engine read is forgotten where it comes to rest, so the state before is asked, and this very answer.
    const { fetchedAt } = before;
    const heads = `ring head ${before.head.toString(16)} -> ${after.head.toString(16)}`;
    const note = `${ENGINES[engine]} works on context ${contextId}, ${heads}`;
    const { rows, i } = timeline.row(seq);
    if (rows.kind[i] === K["guest.fetched"]) fetchedAt[rows.purpose[i]] = seq;
    const { engine: asker, purpose: why } = rows.answerTable;
    for (let k = rows.firstAnswer[i]; k < rows.firstAnswer[i] + rows.answers[i]; k++)
      if (asker[k] === engine) fetchedAt[why[k]] = seq;
    // The input that submits may be told pages in place.
    const start = row < timeline.first ? timeline.first : timeline.inputAt(row);
    const pages = PAGES.flatMap((purpose) => {
      const at = fetchedAt[PURPOSES.indexOf(purpose)];
      if (at < start) return [];
      return [this.leaf(at, purpose === "command" ? "batch" : purpose, "told a page that the guest wrote")];
    });
    return { note, causes: [this.submission(row), ...pages] };
  }

  /** The row of a submission, and the writes that made it. */
  private submission(row: number): Cause {
    const { timeline } = this;
    if (row < timeline.first) return before("submitted by", row);
    const leaf = this.leaf(row, "submitted by");
    return { ...leaf, causes: [this.elspWrite(timeline.inputAt(row), "written by")] };
  }

  /** The write that submitted, with the three dwords before it. */
  private elspWrite(seq: number, role: string): Cause {
    const { timeline } = this;
    const leaf = this.leaf(seq, role);
    const { rows, i } = timeline.row(seq);
    const [agent, engine] = [rows.agent[i], rows.engine[i + 1]];
    const { portAt } = timeline.seek(seq - 1).core.seeVgpu(agent).execlists[engine];
    const causes = portAt
      .slice(0, -1)
      .map((at) => (at < timeline.first ? before("with", at) : this.leaf(at, "with")));
    return { ...leaf, causes };
  }

  private isSubmission(seq: number): boolean {
    if (seq < this.timeline.first) return true;
    const { rows, i } = this.timeline.row(seq);
    return rows.kind[i] === K["workload.submitted"];
  }

  /** Was the input in row i answered with a submission? It is told of before all else. */
  private submits(rows: Rows, i: number): boolean {
    if (rows.kind[i] !== K["mmio.written"]) return false;
    let k = i + 1;
    while (k < rows.count && rows.kind[k] === K.note) k++;
    return k < rows.count && rows.kind[k] === K["workload.submitted"];
  }

  /** What the ticket of the answer at `seq` was opened for; null where it is not open there. */
  private questionOf(seq: number): Question | null {
    const { rows, i } = this.timeline.row(seq);
    const ticket = rows.ticket[i];
    const { core } = this.timeline.seek(seq - 1);
    if (!core.isOpen(ticket)) return null;
    return {
      ticket,
      kind: core.ticketKind(ticket),
      row: core.ticketRow(ticket),
      operands: [0, 1, 2, 3].map((n) => core.ticketOperand(ticket, n)),
    };
  }

  /** A row without what is behind it. Its notable outcomes go into the note. */
  private leaf(seq: number, role: string, note = "", question: Question | null = null): Cause {
    const { rows, i } = this.timeline.row(seq);
    const text = this.formatter.text(rows, i);
    const timer = question !== null && question.kind === K["timer.arm"];
    const value = timer ? timerName(question.operands[2]) : (text?.value ?? "");
    return { role, seq, kind: text?.kind ?? "unknown", path: text?.path ?? "", value, note, causes: [] };
  }

  /** Outcomes behind the input `seq` that say what came of it: completions, switches, interrupts. */
  outcomes(seq: number): Cause[] {
    const { rows, i } = this.timeline.row(seq);
    const found: Cause[] = [];
    for (let k = i + 1; k < rows.count && KIND_CLASS[rows.kind[k]] === CLASS_OUTCOME; k++) {
      if (NOTABLE.has(rows.kind[k])) found.push(this.leaf(rows.firstSeq + k, "which gave"));
    }
    return found;
  }
}

/** A row that a flight recorder has let go. */
function before(role: string, seq: number): Cause {
  return { role, seq, kind: "row", path: "", value: "", note: BEFORE, causes: [] };
}

function engineOf({ kind, operands }: Question): number {
  if (kind === K["timer.arm"]) {
    const code = operands[2];
    return code >= TIMER_ENGINE && code < TIMER_VBLANK ? code - TIMER_ENGINE : -1;
  }
  return kind === K["guest.fetch"] && operands[2] !== NO_ENGINE ? operands[2] : -1;
}

function isPeriodic({ kind, operands }: Question): boolean {
  return kind === K["timer.arm"] && operands[2] >= TIMER_VBLANK;
}

function rowVerb(kind: number): string {
  if (kind === K["timer.arm"]) return "armed by";
  return kind === K["guest.write"] ? "written by" : "asked by";
}
