import { TIMER_ENGINE, TIMER_VBLANK } from "../../events/codes.ts";
import { PURPOSES } from "../../events/columns.ts";
import { CLASS_ANSWER, CLASS_OUTCOME, isInput, K, KIND_CLASS } from "../../events/kinds.ts";
import type { Rows } from "../../events/rows.ts";
import { ENGINES, NO_ENGINE } from "../../hw/units.ts";
import { agentOf } from "../../reducers/memory.ts";
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
/** Rows looked back over for the question behind an answer. */
const FAR_BACK = 1 << 22;
const BEFORE = "before the first row of this recording";
const ELSP_DWORDS = 4;
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
    const leaf = this.leaf(seq, role);
    if (KIND_CLASS[rows.kind[i]] !== CLASS_OUTCOME || depth >= DEPTH) return leaf;
    const back = rows.kind[i] === K["workload.completed"] ? rows.cause[i] : 0;
    const input = this.timeline.inputAt(seq);
    const causes = [this.inputCause(input, "answered to", depth + 1)];
    if (back > 0 && seq - back !== input) causes.push(this.submission(seq - back));
    return { ...leaf, causes };
  }

  private inputCause(seq: number, role: string, depth: number): Cause {
    const { rows, i } = this.timeline.row(seq);
    const isAnswer = KIND_CLASS[rows.kind[i]] === CLASS_ANSWER;
    const submitted = rows.kind[i] === K["mmio.written"] && this.isSubmission(rows, i);
    if (submitted) return { ...this.submission(seq), role };
    if (!isAnswer || depth >= DEPTH) return this.leaf(seq, role);
    const question = this.questionOf(seq);
    if (question === null) return this.leaf(seq, role, "answers nothing that was open");
    const engine = engineOf(question);
    const leaf = this.leaf(seq, role, "", question);
    if (engine >= 0) return { ...leaf, ...this.turn(seq, engine) };
    const asked = this.questionRow(seq, question.ticket);
    if (asked < 0) return { ...leaf, note: this.timeline.first > 0 ? BEFORE : "" };
    const input = this.timeline.inputAt(asked);
    const verb = rowVerb(question.kind);
    if (!isPeriodic(question)) return { ...leaf, causes: [this.inputCause(input, verb, depth + 1)] };
    const deeper =
      depth < CHAIN ? this.inputCause(input, verb, depth + 1) : this.leaf(input, verb, "and so on");
    return { ...leaf, causes: [deeper] };
  }

  /** An engine's turn at the input `seq`: the submission, and the pages that it read on the way. */
  private turn(seq: number, engine: number): Pick<Cause, "note" | "causes"> {
    const { timeline } = this;
    // A copy: the machine goes on in the very objects that it shows.
    const before = { ...timeline.seek(seq - 1).core.seeDevice().engines[engine] };
    const after = timeline.seek(seq).core.seeDevice().engines[engine];
    const { submittedAt, contextId, frameBase } = before.phase === 0 ? after : before;
    const pages = this.pagesRead(engine, submittedAt, seq);
    const heads = `ring head ${before.head.toString(16)} -> ${after.head.toString(16)}`;
    const note = `${ENGINES[engine]} works on context ${contextId}, ${heads}`;
    const causes = submittedAt < seq ? [this.submittedBy(submittedAt, engine, agentOf(frameBase))] : [];
    return { note, causes: [...causes, ...pages] };
  }

  /**
   * The write behind a submission; one that had to wait for another guest's work was handed over by the end
   * of that.
   */
  private submittedBy(seq: number, engine: number, vgpu: number): Cause {
    if (seq < this.timeline.first) return before("submitted by", seq);
    const { rows, i } = this.timeline.row(seq);
    if (rows.kind[i] === K["mmio.written"]) return this.submission(seq);
    const { queuedAt } = this.timeline.seek(seq).core.seeVgpu(vgpu).execlists[engine];
    const handed = this.leaf(seq, "waited, and handed over by");
    return queuedAt < seq ? { ...handed, causes: [this.submission(queuedAt)] } : handed;
  }

  /** The last page of each purpose that the engine fetched between its submission and row `to`. */
  private pagesRead(engine: number, from: number, to: number): Cause[] {
    const found = new Map<number, number>();
    const answers = new Map<number, number>();
    const start = Math.max(from, this.timeline.first - 1);
    for (let seq = to; seq > start && found.size < PAGES.length; ) {
      const { rows, i } = this.timeline.row(seq);
      for (let k = i; k >= 0 && rows.firstSeq + k > from; k--) {
        if (rows.kind[k] === K["guest.fetched"]) answers.set(rows.ticket[k], rows.firstSeq + k);
        else if (rows.kind[k] === K["guest.fetch"] && rows.engine[k] === engine) {
          const answer = answers.get(rows.ticket[k]);
          if (answer !== undefined && !found.has(rows.purpose[k])) found.set(rows.purpose[k], answer);
        }
      }
      seq = rows.firstSeq - 1;
    }
    return PAGES.flatMap((purpose) => {
      const seq = found.get(PURPOSES.indexOf(purpose));
      return seq === undefined
        ? []
        : [this.leaf(seq, purpose === "command" ? "batch" : purpose, "written by the guest")];
    });
  }

  /** The write that submitted, with the three dwords before it. */
  private submission(seq: number): Cause {
    const { timeline } = this;
    if (seq < timeline.first) return before("submitted by", seq);
    const { rows, i } = timeline.row(seq);
    const [kind, agent, at] = [rows.kind[i], rows.agent[i], rows.at[i]];
    const dwords: number[] = [];
    for (let s = seq - 1; s >= timeline.first && dwords.length < ELSP_DWORDS - 1 && seq - s < 4096; ) {
      const block = timeline.row(s);
      for (let k = block.i; k >= 0 && dwords.length < ELSP_DWORDS - 1; k--) {
        const same = block.rows.kind[k] === kind && block.rows.agent[k] === agent && block.rows.at[k] === at;
        if (same) dwords.push(block.rows.firstSeq + k);
      }
      s = block.rows.firstSeq - 1;
    }
    const causes = kind === K["mmio.written"] ? dwords.reverse().map((s) => this.leaf(s, "with")) : [];
    return { ...this.leaf(seq, "submitted by"), causes };
  }

  private isSubmission(rows: Rows, i: number): boolean {
    for (let k = i + 1; k < rows.count && KIND_CLASS[rows.kind[k]] === CLASS_OUTCOME; k++) {
      if (rows.kind[k] === K["workload.submitted"]) return true;
    }
    return false;
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
      operands: [0, 1, 2, 3].map((n) => core.ticketOperand(ticket, n)),
    };
  }

  /** The effect row that opened a ticket, before row `seq`; -1 where it is not found. */
  private questionRow(seq: number, ticket: number): number {
    for (let at = seq - 1; at >= this.timeline.first && seq - at < FAR_BACK; ) {
      const { rows, i } = this.timeline.row(at);
      for (let k = i; k >= 0; k--) {
        const kind = rows.kind[k];
        if (rows.ticket[k] !== ticket || KIND_CLASS[kind] !== CLASS_OUTCOME) continue;
        if (kind === K["timer.arm"] || kind === K["guest.fetch"] || kind === K["guest.write"])
          return rows.firstSeq + k;
      }
      at = rows.firstSeq - 1;
    }
    return -1;
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
