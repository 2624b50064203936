import { COLUMN_NAMES, COLUMNS, type ColumnName } from "../../events/columns.ts";
import { isInput, KIND_NAMES, KIND_PAYLOAD, KIND_WORLD, KINDS, type KindName } from "../../events/kinds.ts";
import { keepRuns, runsOf } from "../../events/pieces.ts";
import { Rows } from "../../events/rows.ts";
import { TABLE_NAMES } from "../../events/tables.ts";
import { configurationOf } from "../engine/run.ts";
import type { Recording } from "../recording/recording.ts";
import { Inputs, inputsOf } from "./inputs.ts";

/** Other inputs than a recording's: what can be changed, and the list that comes of it. */

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
  /** Without the pieces `from` to `to`, both included, of row `seq`, an `aperture.written`. */
  | { readonly type: "drop pieces"; readonly seq: number; readonly from: number; readonly to: number }
  /** The world inputs from `from` to `to` before the first one at or behind `before`. */
  | { readonly type: "move"; readonly from: number; readonly to: number; readonly before: number };

/** An edit that does not fit the recording. The message is one line. */
export class EditError extends Error {
  override readonly name = "EditError";
}

/** A recording's inputs with edits in them. */
export interface Edited {
  readonly inputs: Inputs;
  /** Segments to run, in order. */
  readonly order: readonly number[];
  /** Place in `order` of the first that is not the parent's. */
  readonly firstChange: number;
}

/** The inputs of a recording with the edits in them. Throws EditError. */
export function editedInputs(recording: Recording, edits: readonly Edit[]): Edited {
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
  for (const edit of edits) {
    if (edit.type === "edit") change(inputs, edit);
    if (edit.type === "drop pieces") dropPieces(inputs, edit);
  }
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
    fill(rows, i, input);
    const seq = next - 1 + (n + 1) / (added.length + 1);
    time += rows.dt[i];
    inputs.edited.add(inputs.segments);
    inputs.add(rows, i, { seq, time, gap, timer: null });
  });
}

function fill(rows: Rows, i: number, { kind, columns, bytes = [] }: NewInput): void {
  const isRun = kind === "aperture.written";
  const { at = 0, size = 4, ...rest } = columns;
  for (const [name, value] of Object.entries(isRun ? rest : columns)) {
    checkColumn(kind, name);
    checkValue(name as ColumnName, value);
    rows[name as ColumnName][i] = value;
  }
  if (bytes.length > 0 && KIND_PAYLOAD[rows.kind[i]] === 0) throw new EditError(`${kind} has no bytes`);
  for (const byte of bytes) checkValue("bytes", byte, 0xff);
  if (isRun) {
    checkValue("at", at);
    checkValue("size", size);
    rows.addStore(at, size, Uint8Array.from(bytes));
  } else if (KIND_PAYLOAD[rows.kind[i]] === 1) rows.putPayload(i, Uint8Array.from(bytes));
}

function kindOf(name: string): number {
  const kind = KIND_NAMES.indexOf(name as KindName);
  if (kind < 0) throw new EditError(`there is no kind of row ${name}`);
  if (!isInput(kind) || KIND_WORLD[kind] !== 1)
    throw new EditError(`${name} is no input of the world: answers, timers and outcomes follow from the run`);
  return kind;
}

/** Columns that follow from the run, or from what the row holds. */
const FOLLOWS: readonly string[] = ["ticket", "length", ...TABLE_NAMES];

function checkColumn(kind: KindName, name: string): void {
  const columns = KINDS[kind].columns as readonly string[];
  const can = columns.filter((column) => !FOLLOWS.includes(column));
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

/** Leave out pieces `from` to `to` of a row of aperture writes, all but all of them. */
function dropPieces(inputs: Inputs, { seq, from, to }: Extract<Edit, { type: "drop pieces" }>): void {
  const i = inputs.rowAt(seq);
  const { rows } = inputs;
  if (inputs.seq[i] !== seq || rows.stores[i] === 0)
    throw new EditError(`row ${seq} is no aperture.written: it has no pieces`);
  const runs = runsOf(rows, i);
  if (from > to || to >= runs.length)
    throw new EditError(`row ${seq} has pieces 0 to ${runs.length - 1}, not ${from} to ${to}`);
  const kept = runs.filter((_, k) => k < from || k > to);
  if (kept.length === 0) throw new EditError(`these are all pieces of row ${seq}: drop the row`);
  keepRuns(rows, i, kept);
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
