import { COLUMN_NAMES, COLUMNS, type ColumnName } from "../../events/columns.ts";
import type { Digest } from "../../events/digest.ts";
import {
  isInput,
  K,
  KIND_NAMES,
  KIND_PAYLOAD,
  KIND_WORLD,
  KINDS,
  type KindName,
} from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";
import { type Configuration, parseConfiguration } from "../../reducers/configuration.ts";
import { Machine } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { agentName } from "../../reducers/path.ts";
import { settingOf } from "../../reducers/platform.ts";
import type { Inferred } from "../answers/content.ts";
import { type ContentTimeline, contentTimelineOf } from "../answers/content-timeline.ts";
import { configurationOf, machineOf, refuseUnknown } from "../engine/run.ts";
import { SeenPages, seePieces } from "../recording/gather.ts";
import { blockUpTo, chainText } from "../recording/leaning.ts";
import type { ParentBase, RecordingMeta, ResetBase } from "../recording/profile.ts";
import type { Recording } from "../recording/recording.ts";
import type { BlockSink } from "../recording/rewrite.ts";
import type { Doubt } from "./doubts.ts";
import { Inputs, inputsOf } from "./inputs.ts";
import type { Mark } from "./marks.ts";
import { Rerun } from "./rerun.ts";

/** A world input from outside: its kind, its columns that are not 0, and its payload. */
export interface NewInput {
  readonly kind: KindName;
  readonly agent: number;
  readonly columns: Partial<Record<ColumnName, number>>;
  readonly bytes?: readonly number[];
}

/** One change of the inputs. Rows are named by their seq in the parent. */
export type Edit =
  /** Another value in a column of a world input. */
  | { readonly type: "edit"; readonly seq: number; readonly column: ColumnName; readonly value: number }
  /** These inputs before the first world input at or behind `seq`. */
  | { readonly type: "insert"; readonly seq: number; readonly inputs: readonly NewInput[] }
  /** Without the world inputs from `from` to `to`, both included. */
  | { readonly type: "drop"; readonly from: number; readonly to: number }
  /** The world inputs from `from` to `to` before the first one at or behind `before`. */
  | { readonly type: "move"; readonly from: number; readonly to: number; readonly before: number };

/** An edit that does not fit the recording. The message is one line. */
export class EditError extends Error {
  override readonly name = "EditError";
}

export interface BranchOptions {
  /** The branch leaves its parent at the first world input at or behind this row at the latest. */
  readonly at?: number;
  readonly edits?: readonly Edit[];
  /** Another machine: then all is run anew, and the new recording starts from a reset. */
  readonly configuration?: Configuration;
}

/** What is not known in a branch, counted; and where, as marks. */
export interface BranchReport {
  /** World inputs from the parent, and run in the branch. */
  readonly shared: number;
  readonly events: number;
  readonly answers: number;
  /** Answers that the parent does not hold between the same two world inputs; how far away they were. */
  readonly inferred: number;
  readonly distances: readonly number[];
  readonly inferences: readonly Inferred[];
  /** Questions that nothing answers. */
  readonly unknown: number;
  /**
   * Reads answered otherwise than in the parent: the guest would have gone on in another way, nobody knows
   * which.
   */
  readonly reactions: number;
  readonly marks: readonly Mark[];
  readonly digests: readonly Digest[];
}

/** A branch of a recording: what it starts from, and a run that makes its rows. */
export class Branch {
  /** Base of the new recording. */
  readonly base: RecordingMeta["base"];
  /** Pages that the parent's file has. */
  readonly seen = new SeenPages();
  private readonly store: PageStore;
  private readonly inputs: Inputs;
  private readonly timeline: ContentTimeline;
  private readonly order: readonly number[];
  private readonly machine: Machine;
  /** Segments that are the parent's. */
  private readonly shared: number;
  private readonly inStep: boolean;

  /** Throws EditError for an edit that does not fit, RecordingError for a bad parent. */
  constructor(recording: Recording, store: PageStore, options: BranchOptions = {}) {
    refuseUnknown(recording);
    this.store = store;
    const { at = recording.endSeq, edits = [], configuration } = options;
    this.timeline = contentTimelineOf(recording);
    const edited = editedInputs(recording, edits);
    this.inputs = edited.inputs;
    this.order = edited.order;
    this.inStep = configuration === undefined;
    this.machine =
      configuration === undefined ? machineOf(recording, store) : reconfigured(recording, configuration);
    const left = Math.min(edited.firstChange, edited.inputs.segmentAt(at));
    const leaves = this.inStep ? leavesAt(recording, this.inputs, left) : -1;
    this.shared = leaves < recording.firstRow ? 0 : left;
    // Only a parent can say what an embedded checkpoint is.
    const alone = leaves < recording.firstRow && recording.baseBlocks === 0;
    this.base = alone ? resetBase(recording, configuration) : this.parentBase(recording, leaves);
  }

  /** Make the branch's rows. */
  run(sink: BlockSink): BranchReport {
    const { machine, inputs, timeline, store, shared, order } = this;
    const marks: Mark[] = [];
    let rowsMade = 0;
    const take = (rows: Rows): void => {
      rowsMade = rows.firstSeq + rows.count;
      sink(rows, machine.digests());
    };
    const rerun = new Rerun(machine, inputs, timeline, store, { sink: take, sinkFrom: shared }, this.inStep);
    rerun.run(order);
    const { contents, counts, doubts } = rerun;
    for (const doubt of doubts.kept)
      if (doubt.seq < rowsMade) marks.push({ seq: doubt.seq, text: doubtText(doubt) });
    return {
      shared,
      events: counts.events - this.sharedEvents(),
      answers: contents.answered,
      inferred: contents.inferredCount,
      distances: contents.distances,
      inferences: contents.inferred,
      unknown: counts.unknown,
      reactions: counts.reactions,
      marks,
      digests: machine.digests(),
    };
  }

  /** World inputs in the segments that are the parent's: the first one may have none. */
  private sharedEvents(): number {
    const { starts, rows } = this.inputs;
    return this.shared === 0 ? 0 : this.shared - 1 + KIND_WORLD[rows.kind[starts[0]]];
  }

  private parentBase(recording: Recording, seq: number): ParentBase {
    const block = blockUpTo(recording, seq);
    const { configuration, goldenHash } = recording.meta.base;
    const rows = new Rows();
    seePieces(recording.basePieces(), this.store, this.seen);
    for (let n = 0; n <= block; n++) {
      recording.readBlock(n, rows);
      for (let i = 0; i < rows.count; i++)
        if (rows.kind[i] === K["guest.fetched"]) this.seen.add(rows.page[i]);
    }
    const chain = chainText(recording.trailer(block).chain);
    return { kind: "parent", id: recording.meta.id, seq, chain, configuration, goldenHash };
  }
}

/** What a mark says of it. */
function doubtText({ what, vgpu, gfn, distance }: Doubt): string {
  const frame = `${agentName(vgpu)}.ram.${gfn.toString(16)}`;
  switch (what) {
    case "reaction":
      return "answered otherwise than in the parent: the guest's reaction is not known";
    case "inferred":
      return `inferred: ${frame} is as it was ${Math.abs(distance)} inputs ${distance < 0 ? "before" : "later"}`;
    case "unknown":
      return `not known: nothing in the parent says what ${frame} held; who asked for it stands still`;
  }
}

function resetBase(recording: Recording, configuration?: Configuration): ResetBase {
  const { base } = recording.meta;
  const own = configuration as unknown as ResetBase["configuration"] | undefined;
  return { kind: "reset", configuration: own ?? base.configuration, goldenHash: base.goldenHash };
}

/** A machine of another configuration. Throws EditError where there is none, or where it comes too late. */
function reconfigured(recording: Recording, configuration: Configuration): Machine {
  if (recording.baseBlocks > 0)
    throw new EditError("the recording starts from a checkpoint: its machine was configured long before");
  return new Machine(settingOf(checked(configuration), recording.store));
}

function checked(configuration: Configuration): Configuration {
  const parsed = parseConfiguration(configuration);
  if (typeof parsed === "string") throw new EditError(`the configuration ${parsed}`);
  return parsed;
}

/** Last row before segment `left`, with its outcomes; the one before the first where it shares nothing. */
function leavesAt(recording: Recording, inputs: Inputs, left: number): number {
  if (left === 0) return recording.firstRow - 1;
  if (left >= inputs.segments) return recording.endSeq - 1;
  const next = inputs.seq[inputs.starts[left]];
  return Number.isInteger(next) ? next - 1 : Math.floor(next);
}

interface Edited {
  readonly inputs: Inputs;
  /** Segments to run, in order. */
  readonly order: readonly number[];
  /** Place in `order` of the first that is not the parent's. */
  readonly firstChange: number;
}

/** The inputs with the edits in them. */
function editedInputs(recording: Recording, edits: readonly Edit[]): Edited {
  const parent = inputsOf(recording);
  const vgpus = configurationOf(recording).vgpus.length;
  for (const edit of edits)
    if (edit.type === "insert") for (const { agent } of edit.inputs) checkValue("agent", agent, vgpus);
  const inputs = new Inputs(parent.start);
  const inserted = edits.filter((edit) => edit.type === "insert");
  for (let s = 0; s <= parent.segments; s++) {
    for (const edit of inserted) {
      const next = s < parent.segments ? parent.seq[parent.starts[s]] : recording.endSeq;
      if (parent.segmentAt(edit.seq) === s) insert(inputs, parent, s, next, edit.inputs);
    }
    if (s === parent.segments) break;
    for (let i = parent.starts[s]; i < parent.end(s); i++) copyRow(inputs, parent, i);
  }
  for (const edit of edits) if (edit.type === "edit") change(inputs, edit);
  let order = Array.from({ length: inputs.segments }, (_, s) => s);
  for (const edit of edits) {
    if (edit.type === "drop" || edit.type === "move") checkRange(edit, parent);
    if (edit.type === "drop") order = order.filter((s) => !isWithin(inputs, s, edit.from, edit.to));
    if (edit.type === "move") order = moved(inputs, order, edit);
  }
  let firstChange = 0;
  while (firstChange < order.length && order[firstChange] === firstChange && !inputs.edited.has(firstChange))
    firstChange++;
  return { inputs, order, firstChange };
}

function copyRow(inputs: Inputs, from: Inputs, i: number): void {
  const { seq, time, gap, timers } = from;
  inputs.add(from.rows, i, { seq: seq[i], time: time[i], gap: gap[i], timer: timers[i] });
}

/** Put inputs in before segment `s`, whose seq is `next`, at the time of the row before. */
function insert(inputs: Inputs, parent: Inputs, s: number, next: number, added: readonly NewInput[]): void {
  const before = (s < parent.segments ? parent.starts[s] : parent.rows.count) - 1;
  let time = before < 0 ? parent.start : parent.time[before];
  const gap = before < 0 ? 0 : parent.gap[before];
  added.forEach((input, n) => {
    const rows = new Rows(1);
    const i = rows.add(kindOf(input.kind));
    rows.agent[i] = input.agent;
    for (const [name, value] of Object.entries(input.columns)) {
      checkColumn(input.kind, name);
      checkValue(name as ColumnName, value);
      rows[name as ColumnName][i] = value;
    }
    const { bytes = [] } = input;
    if (bytes.length > 0 && KIND_PAYLOAD[rows.kind[i]] === 0)
      throw new EditError(`${input.kind} has no bytes`);
    for (const byte of bytes) checkValue("bytes", byte, 0xff);
    if (KIND_PAYLOAD[rows.kind[i]] === 1) rows.putPayload(i, Uint8Array.from(bytes));
    const seq = next - 1 + (n + 1) / (added.length + 1);
    time += rows.dt[i];
    inputs.edited.add(inputs.segments);
    inputs.add(rows, i, { seq, time, gap, timer: null });
  });
}

function kindOf(name: string): number {
  const kind = KIND_NAMES.indexOf(name as KindName);
  if (kind < 0) throw new EditError(`there is no kind of row ${name}`);
  if (!isInput(kind) || KIND_WORLD[kind] !== 1)
    throw new EditError(`${name} is no input of the world: answers, timers and outcomes follow from the run`);
  return kind;
}

function checkColumn(kind: KindName, name: string): void {
  const columns = KINDS[kind].columns as readonly string[];
  const can = columns.filter((column) => column !== "ticket" && column !== "length");
  if (!can.includes(name) || !(COLUMN_NAMES as readonly string[]).includes(name))
    throw new EditError(`${kind} has no column ${name}; it has ${can.join(", ")}`);
}

/** Whole numbers that the column can hold; `size` is one of an access. */
function checkValue(name: ColumnName | "bytes", value: unknown, most = mostOf(name)): void {
  const isSize = name !== "size" || [0, 1, 2, 4, 8].includes(value as number);
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > most || !isSize)
    throw new EditError(
      `${name} cannot be ${JSON.stringify(value)}: give ${name === "size" ? "1, 2, 4 or 8" : `0 to ${most}`}`,
    );
}

function mostOf(name: ColumnName | "bytes"): number {
  return name === "bytes" || COLUMNS[name] === 1 ? 0xff : 0xffff_ffff;
}

/** Throws EditError where no world input lies in the range. */
function checkRange({ from, to }: { readonly from: number; readonly to: number }, inputs: Inputs): void {
  const first = inputs.segmentAt(from);
  if (first < inputs.segments && inputs.seq[inputs.starts[first]] <= to) return;
  throw new EditError(`rows ${from} to ${to} hold no input of the world`);
}

function change(inputs: Inputs, { seq, column, value }: Extract<Edit, { type: "edit" }>): void {
  const i = inputs.rowAt(seq);
  const { rows } = inputs;
  if (inputs.seq[i] !== seq || KIND_WORLD[rows.kind[i]] !== 1)
    throw new EditError(`row ${seq} is no input of the world`);
  const kind = KIND_NAMES[rows.kind[i]];
  checkColumn(kind, column);
  checkValue(column, value);
  if (kind.endsWith(".read") && (column === "lo" || column === "hi"))
    throw new EditError(`row ${seq} is a read: its reply follows from the run`);
  if (column === "dt") shiftTime(inputs, i, value - rows.dt[i]);
  rows[column][i] = value;
  inputs.edited.add(inputs.segmentOf(i));
}

/** Row `i` and what comes behind it happen so much later. */
function shiftTime({ time }: Inputs, i: number, by: number): void {
  for (let k = i; k < time.length; k++) time[k] += by;
}

function isWithin(inputs: Inputs, s: number, from: number, to: number): boolean {
  const seq = inputs.seq[inputs.starts[s]];
  return Number.isInteger(seq) && seq >= from && seq <= to;
}

function moved(
  inputs: Inputs,
  order: readonly number[],
  { from, to, before }: Extract<Edit, { type: "move" }>,
): number[] {
  const some = order.filter((s) => isWithin(inputs, s, from, to));
  const rest = order.filter((s) => !isWithin(inputs, s, from, to));
  const at = rest.findIndex((s) => inputs.seq[inputs.starts[s]] >= before);
  return at < 0 ? [...rest, ...some] : [...rest.slice(0, at), ...some, ...rest.slice(at)];
}
