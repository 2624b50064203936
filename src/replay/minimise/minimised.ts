import type { Digest } from "../../events/digest.ts";
import { Rows } from "../../events/rows.ts";
import type { Machine } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { type ContentTimeline, contentTimelineOf } from "../answers/content-timeline.ts";
import { divergenceAt } from "../engine/divergence.ts";
import { machineOf, refuseUnknown } from "../engine/run.ts";
import { parsePredicate } from "../names/predicate.ts";
import type { Recording } from "../recording/recording.ts";
import type { BlockSink } from "../recording/rewrite.ts";
import { type Inputs, inputsOf } from "../rerun/inputs.ts";
import { Rerun } from "../rerun/rerun.ts";
import { Experiment, type Minimal, type MinimiseOptions, Minimiser, NotShownError } from "./minimise.ts";
import type { Expectation } from "./minimise-case.ts";
import { rowsBehind, rowsOfRecording } from "./recorded-rows.ts";
import {
  Between,
  differenceSymptom,
  expectationOf,
  predicateSymptom,
  type Symptom,
  type WrongRow,
  wrongRowAt,
  wrongRowSymptom,
} from "./symptom.ts";

/** A recording made smaller, not written yet. */
export interface Minimised extends Minimal {
  /** What shows in the recording and in the smaller one. */
  readonly signature: string;
  /** What a test case made of it expects at its end. */
  readonly expectation: Expectation;
  /** The input of the smaller recording that the expectation is about; its last one when absent. */
  readonly last?: number;
  /**
   * Hands over the smaller recording's rows, and in the end the digests of the state behind them (none where
   * it ends wrong).
   */
  write(sink: BlockSink): readonly Digest[];
}

/** Rows that are handed over together. */
const BLOCK_ROWS = 1 << 14;

/** What the ways to minimise have in common. */
interface Case {
  readonly recording: Recording;
  readonly store: PageStore;
  readonly inputs: Inputs;
  readonly timeline: ContentTimeline;
}

/**
 * The smallest sub-recording in which the predicate holds behind some input. Throws PredicateError
 * for the expression, NotShownError where it never holds, RecordingError for a bad file.
 */
export function minimiseWhere(
  recording: Recording,
  store: PageStore,
  text: string,
  options: MinimiseOptions = {},
): Minimised {
  const machine = machineOf(recording, store);
  const predicate = parsePredicate(text, machine);
  const one = caseOf(recording, store);
  const symptom = predicateSymptom(machine, predicate);
  let shownAt = -1;
  const attempt = symptom.attempt([]);
  const seen = (row: number, made: Rows, m: number): boolean => {
    shownAt = row;
    return attempt.seen?.(row, made, m) === true;
  };
  const { inputs } = one;
  new Rerun(machine, inputs, one.timeline, store, { seen }).run(every(inputs));
  if (!attempt.shown()) throw new NotShownError(`${recording.name}: nowhere holds ${text}`);
  const segments = inputs.segmentOf(shownAt) + 1;
  return finish(one, symptom, { type: "predicate", text }, inputs.time[shownAt], { ...options, segments });
}

/**
 * The smallest sub-recording whose replay on `suspect` differs from one on `good` first at the same named
 * place as the whole does. Its outcomes are those of `good`. Throws NotShownError where the two answer alike.
 */
export function minimiseDifference(
  recording: Recording,
  store: PageStore,
  good: Machine,
  suspect: Machine,
  options: MinimiseOptions = {},
): Minimised {
  const one = caseOf(recording, store);
  const { inputs, timeline } = one;
  const [from, suspectFrom] = [good.snapshot(), suspect.snapshot()];
  const between = new Between(suspect);
  new Rerun(good, inputs, timeline, store, { sink: between.compare, seen: between.found }).run(
    every(inputs),
    -1,
  );
  if (between.signature === null) throw new NotShownError(`${recording.name}: both models answer alike`);
  const { signature } = between;
  good.restore(from);
  suspect.restore(suspectFrom);
  const until = inputs.time.at(-1) ?? 0;
  const symptom = differenceSymptom(good, suspect, signature);
  const found = finish(one, symptom, between.expectation, until, options);
  const last = new Between(suspect);
  const rows = new Rows();
  found.write((some) => {
    for (let i = 0; i < some.count; i++) rows.copyFrom(some, i);
  });
  suspect.restore(suspectFrom);
  last.compare(rows);
  return { ...found, expectation: last.expectation };
}

/**
 * The smallest sub-recording that shows where a strict replay first answers otherwise than recorded, with the
 * same wrong answer. Its outcomes are the model's (this version's when absent), but for the last one, which
 * is the recorded one. What is right is known only of what was recorded: values and pages stay as they are.
 * Throws NotShownError where the replay is exact.
 */
export function minimiseDivergence(
  recording: Recording,
  store: PageStore,
  options: MinimiseOptions & { readonly model?: Machine } = {},
): Minimised {
  refuseUnknown(recording);
  const machine = options.model ?? machineOf(recording, store);
  const initial = machine.snapshot();
  const rows = new Rows(1 << 15);
  for (let n = 0; n < recording.blockCount; n++) {
    recording.readBlock(n, rows);
    const stop = machine.batch(rows, 0, rows.count);
    if (stop === rows.count) continue;
    const one = caseOf(recording, store, rows.firstSeq + stop);
    const { inputs } = one;
    const { lastWritten } = divergenceAt(recording, machine, rows, stop);
    const wrong = wrongRowAt(machine, inputs, rows, stop);
    const recorded = rowsOfRecording(recording, rows.firstSeq + stop);
    const symptom = wrongRowSymptom(machine, initial, inputs, wrong, recorded);
    const behind = rowsBehind(recorded, rows.firstSeq + stop, lastWritten, machine.core.registers);
    const pinned = [...new Set(behind.map((seq) => inputs.segmentOf(inputs.rowAt(seq))))];
    const found = finish(one, symptom, expectationOf(wrong), inputs.time[wrong.input], {
      ...options,
      pinned,
      keepValues: true,
    });
    return { ...found, write: (sink) => withExpected(found, machine, wrong, sink) };
  }
  throw new NotShownError(`${recording.name}: this version's model answers every row as recorded`);
}

function caseOf(recording: Recording, store: PageStore, last?: number): Case {
  refuseUnknown(recording);
  return { recording, store, inputs: inputsOf(recording, last), timeline: contentTimelineOf(recording) };
}

function every(inputs: Inputs): number[] {
  return Array.from({ length: inputs.segments }, (_, s) => s);
}

function finish(
  { inputs, timeline, store }: Case,
  symptom: Symptom,
  expectation: Expectation,
  until: number,
  options: MinimiseOptions,
): Minimised {
  const { machine } = symptom;
  machine.restore(symptom.initial);
  const experiment = new Experiment(inputs, timeline, store, symptom, until);
  const minimal = new Minimiser(experiment, store, symptom, options).run();
  const write = (sink: BlockSink): readonly Digest[] => {
    const all = new Rows();
    experiment.record(minimal.segments, minimal.pages, (rows) => {
      for (let i = 0; i < rows.count; i++) all.copyFrom(rows, i);
      if (all.count < BLOCK_ROWS) return;
      sink(all, machine.digests());
      all.clear(all.firstSeq + all.count);
    });
    sink(all, machine.digests());
    return machine.digests();
  };
  return { ...minimal, before: inputs.segments, signature: symptom.text, expectation, write };
}

/** The model's rows with the recorded answer in place of the wrong one at the end. */
function withExpected(
  found: Minimised,
  machine: Machine,
  { outcome, isRecorded, recorded, got }: WrongRow,
  sink: BlockSink,
): readonly Digest[] {
  const all = new Rows();
  found.write((rows) => {
    for (let i = 0; i < rows.count; i++) all.copyFrom(rows, i);
  });
  const i = all.count - machine.core.out.count + outcome;
  if (isRecorded) {
    const known = got.count > 0;
    const kept = KEPT.map((name) => [name, known ? all[name][i] : recorded[name][0]] as const);
    all.truncate(i);
    all.copyFrom(recorded, 0);
    for (const [name, value] of kept) all[name][i] = value;
  } else all.truncate(i);
  sink(all, []);
  return [];
}

/** Columns that count on the rows before. */
const KEPT = ["ticket", "cause", "dt"] as const;
