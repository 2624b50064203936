import { WRITE_PAYLOAD } from "../../events/codes.ts";
import { CLASS_OUTCOME, K, KIND_CLASS, KIND_WORLD } from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";
import type { Machine } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { contentTimelineOf } from "../answers/content-timeline.ts";
import type { Divergence } from "../engine/divergence.ts";
import { machineOf, refuseUnknown } from "../engine/run.ts";
import type { Recording } from "../recording/recording.ts";
import { inputsOf } from "../rerun/inputs.ts";
import { type MinimiseOptions, Minimiser, NotShownError } from "./minimise.ts";
import type { Expectation } from "./minimise-case.ts";
import { GuestExperiment, GuestJudge, guestSignature, RecordedExperiment } from "./minimise-guest.ts";
import type { Minimised } from "./minimised.ts";
import { inputBefore, rowsBehind, rowsOfRecording } from "./recorded-rows.ts";
import type { Symptom } from "./symptom.ts";

/** Who answers rightly, and who is asked. */
export interface GuestModels {
  /** A model that is right; what was recorded is, when absent. */
  readonly good?: Machine;
  /** The model that fails; this version's when absent. */
  readonly suspect?: Machine;
}

/**
 * The smallest sub-recording whose replay by address on the suspect a guest can tell first at the same named
 * place as in the whole: from a good model's answers, which are then its outcomes, or from the recorded ones.
 * Throws NotShownError where both agree, RecordingError for a bad file.
 */
export function minimiseGuest(
  recording: Recording,
  store: PageStore,
  models: GuestModels = {},
  options: MinimiseOptions = {},
): Minimised {
  refuseUnknown(recording);
  const { good, suspect = machineOf(recording, store) } = models;
  const machine = good ?? suspect;
  const initial = machine.snapshot();
  const judge = new GuestJudge(suspect, store);
  const inputs = inputsOf(recording);
  const until = inputs.time.at(-1) ?? 0;
  const timeline = contentTimelineOf(recording);
  const recorded = good === undefined ? rowsOfRecording(recording) : null;
  // The experiment judges whole runs: a symptom of it looks at nothing on the way.
  const symptomOf = (text: string): Symptom => {
    return { text, machine, initial, attempt: () => ({ shown: () => false }) };
  };
  const experimentFor = (text: string, seq = -1): GuestExperiment => {
    const rest = [judge, inputs, timeline, store, symptomOf(text), until] as const;
    return recorded === null ? new GuestExperiment(...rest) : new RecordedExperiment(recorded, seq, ...rest);
  };
  const every = Array.from({ length: inputs.segments }, (_, s) => s);
  const whole = judge.divergence(recorded ?? experimentFor("").rowsOf(every, new Map()));
  if (whole === null) throw new NotShownError(`${recording.name}: a guest cannot tell the two apart`);
  const signature = guestSignature(whole);
  const experiment = experimentFor(signature, whole.seq);
  const wanted =
    recorded === null ? [] : rowsBehind(recorded, whole.seq, whole.lastWritten, machine.core.registers);
  const pinned = [...new Set(wanted.map((seq) => inputs.segmentOf(inputs.rowAt(seq))))];
  const minimal = new Minimiser(experiment, store, symptomOf(signature), {
    ...options,
    ...{ pinned, keepValues: recorded !== null, segments: shownBy(experiment, whole.seq) },
  }).run();
  const rows = experiment.rowsOf(minimal.segments, minimal.pages);
  const digests = good === undefined ? [] : machine.digests();
  const told = new Telling(judge, rows, signature, recorded !== null);
  const { divergence } = told;
  return {
    ...{ ...minimal, before: inputs.segments, after: eventsIn(told.rows), signature },
    expectation: expectationOf(told.rows, divergence),
    last: inputBefore(told.rows, divergence.seq),
    write: (sink) => {
      const closing = told.rows === rows ? digests : [];
      sink(told.rows, closing);
      return closing;
    },
  };
}

function eventsIn(rows: Rows): number {
  return rows.kind.subarray(0, rows.count).reduce((sum, kind) => sum + KIND_WORLD[kind], 0);
}

/** So many segments from the start show it: those up to the divergence, or some more where it is seen late. */
function shownBy(experiment: GuestExperiment, seq: number): number {
  const { inputs } = experiment;
  for (let more = 1; ; more *= 4) {
    const length = inputs.segmentOf(Math.min(inputs.rowAt(seq), inputs.seq.length - 1)) + more;
    if (length >= inputs.segments) return inputs.segments;
    const some = Array.from({ length }, (_, s) => s);
    if (experiment.shows(some, new Map())) return length;
  }
}

/** The rows that the failure is told by: as few behind it, and as much of the suspect's own, as it allows. */
class Telling {
  rows: Rows;
  divergence: Divergence;
  private readonly judge: GuestJudge;
  private readonly signature: string;

  /** `own`: the suspect's rows shall take the place of those before the divergence, so that it can run them. */
  constructor(judge: GuestJudge, rows: Rows, signature: string, own: boolean) {
    this.judge = judge;
    this.signature = signature;
    this.rows = rows;
    this.divergence = this.divergenceIn(rows);
    if (own) this.take(this.withOwn());
    this.take(upTo(this.rows, endOfInput(this.rows, this.divergence.seq)));
  }

  /** Use these rows instead, if they show the same. */
  private take(rows: Rows): void {
    const found = this.judge.found(rows);
    if (found === null || guestSignature(found) !== this.signature) return;
    this.rows = rows;
    this.divergence = found;
  }

  private divergenceIn(rows: Rows): Divergence {
    const found = this.judge.divergence(rows);
    if (found === null) throw new Error("what showed in the search does not show in its result");
    return found;
  }

  /** The suspect's rows up to the input that it answers otherwise, then what was recorded. */
  private withOwn(): Rows {
    const { rows } = this;
    const at = inputBefore(rows, this.divergence.seq);
    const merged = new Rows();
    let now = 0;
    let isMade = false;
    this.judge.divergence(rows, (made, origins) => {
      for (let i = 0; i < made.count && !isMade; i++) {
        if (origins[i] > at) continue;
        // Of those made in place of the input itself, it alone: it knows the suspect's ticket.
        if (origins[i] === at && made.kind[i] !== rows.kind[at]) continue;
        isMade = origins[i] === at;
        const m = merged.copyFrom(made, i);
        if (isInputRow(merged, m)) now += merged.dt[m];
      }
    });
    for (let i = isMade ? at + 1 : at; i < rows.count; i++) {
      const m = merged.copyFrom(rows, i);
      if (i === at) merged.dt[m] = Math.max(0, timeOf(rows, at) - now);
    }
    if (isMade) {
      const m = merged.count - (rows.count - at);
      merged.lo[m] = rows.lo[at];
      merged.hi[m] = rows.hi[at];
    }
    return merged;
  }
}

function isInputRow(rows: Rows, i: number): boolean {
  return KIND_CLASS[rows.kind[i]] < CLASS_OUTCOME;
}

/** Model time at the input `at`. */
function timeOf(rows: Rows, at: number): number {
  let now = 0;
  for (let i = 0; i <= at; i++) if (isInputRow(rows, i)) now += rows.dt[i];
  return now;
}

/** Row behind the input that row `seq` belongs to and its outcomes. */
function endOfInput(rows: Rows, seq: number): number {
  const at = inputBefore(rows, seq);
  let end = at + 1;
  while (end < rows.count && !isInputRow(rows, end)) end++;
  return end;
}

function upTo(rows: Rows, end: number): Rows {
  const some = new Rows();
  for (let i = 0; i < end; i++) some.copyFrom(rows, i);
  return some;
}

/** What a test case expects of the input that is answered otherwise. */
function expectationOf(rows: Rows, { seq, column, kind, detail, expected: wanted }: Divergence): Expectation {
  if (column === "reply") return { type: "reply", expected: rows.lo[seq] };
  const at = inputBefore(rows, seq);
  let outcomes = 0;
  while (at + 1 + outcomes < rows.count && !isInputRow(rows, at + 1 + outcomes)) outcomes++;
  if (seq === at || (column === "kind" && !detail.startsWith("expected")))
    return { type: "count", expected: outcomes };
  const index = seq - at - 1;
  const piece = column === "lo" ? pieceWith(rows, seq, wanted) : -1;
  if (piece >= 0) {
    const before = rows.writes.subarray(at + 1, seq).reduce((sum, pieces) => sum + pieces, 0);
    return { type: "outcome", index: before + piece, column: "writeTable.lo", expected: wanted };
  }
  if (rows.writes[seq] > 0 && column !== "kind")
    return { type: "outcome", index, column: "writes", expected: rows.writes[seq] };
  const name = column === "at" || column === "hi" || column === "length" ? column : "lo";
  if (column === "kind") return { type: "outcome", index, column, expected: K[kind as keyof typeof K] };
  return { type: "outcome", index, column: name, expected: rows[name][seq] };
}

/** The piece of row i, counted from its first, whose bytes have this low half of a hash; -1: none. */
function pieceWith(rows: Rows, i: number, lo: number): number {
  const { code, lo: hashes } = rows.writeTable;
  for (let k = 0; k < rows.writes[i]; k++) {
    const p = rows.firstPiece[i] + k;
    if (code[p] !== WRITE_PAYLOAD && hashes[p] === lo) return k;
  }
  return -1;
}
