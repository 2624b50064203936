import { TIMER_VBLANK } from "../../events/codes.ts";
import { PURPOSES } from "../../events/columns.ts";
import { CLASS_OUTCOME, K, KIND_CLASS, KIND_NAMES } from "../../events/kinds.ts";
import { frameOfPiece } from "../../events/pieces.ts";
import { Rows } from "../../events/rows.ts";
import { WRITE_BEHAVIOURS } from "../../hw/behaviours.ts";
import type { RegisterIndex } from "../../hw/compile.ts";
import { ENGINES } from "../../hw/units.ts";
import { shows } from "../answers/pace.ts";
import type { Recording } from "../recording/recording.ts";
import { SETUP } from "./groups.ts";

/** Every row of a recording, up to and with row `last`, as one piece. */
export function rowsOfRecording(recording: Recording, last = recording.rowCount - 1): Rows {
  const all = new Rows(last + 2);
  const rows = new Rows(1 << 15);
  for (let n = 0; n < recording.blockCount && all.count <= last; n++) {
    recording.readBlock(n, rows);
    for (let i = 0; i < rows.count && all.count <= last; i++) all.copyFrom(rows, i);
  }
  return all;
}

/** Behaviours of the registers that make a pipe's vblanks and flips what they are. */
const DISPLAY = new Set(["pipe.conf", "plane.surf"].map((name) => WRITE_BEHAVIOURS.indexOf(name as never)));
/** The register through which every interrupt goes. */
const MASTER = WRITE_BEHAVIOURS.indexOf("irq.master");
const WORK = new Set([PURPOSES.indexOf("ring"), PURPOSES.indexOf("context")]);
/** An ELSP submission is so many writes. */
const ELSP_DWORDS = 4;

/**
 * Inputs that the answer at row `seq` of a recording depends on as far as rows alone say it: its own, the
 * set-up of the bus, the last write of each register of the same part, and of an aperture access the fences and
 * the entry. Where something came of an engine's or a pipe's work since the register was last written (or the
 * row is such a thing itself), that work too, the submission or the timer that it says it comes from, the entries
 * of ring and context, and the last write of each register that may have a say: of those whose bits interrupted
 * the guest, of the engine, of the display where it was a vblank. Rows of inputs, by seq.
 */
export function rowsBehind(
  rows: Rows,
  seq: number,
  lastWritten: number,
  registers: RegisterIndex,
): readonly number[] {
  const input = inputBefore(rows, seq);
  const agent = rows.agent[seq];
  const effect = shows(rows.kind[seq]) ? seq : lastEffect(rows, seq, agent, lastWritten);
  const submitted = effect < 0 ? -1 : causeOf(rows, effect, K["workload.submitted"]);
  const isAperture = KIND_NAMES[rows.kind[input]].startsWith("aperture.");
  const own = rows.kind[input] === K["mmio.read"] ? componentAt(registers, rows.at[input]) : "";
  const engine = submitted < 0 ? "" : ENGINES[rows.engine[submitted]];
  const says = effect < 0 ? new Set<string>() : partsBehind(rows, effect, registers);
  const hasSay = (name: string): boolean =>
    name !== "" && (name === own || (isAperture && name === "fence") || name === engine || says.has(name));
  const entries = new Set(isAperture ? entriesAt(rows, input) : entriesOfWork(rows, submitted, effect));
  const found = [input, ...(lastWritten < 0 ? [] : [lastWritten])];
  if (effect >= 0) found.push(inputBefore(rows, effect));
  if (submitted >= 0) found.push(...elspBefore(rows, inputBefore(rows, submitted)));
  const seen = new Set<number>();
  for (let i = seq - 1; i >= 0; i--) {
    const kind = rows.kind[i];
    if (rows.agent[i] !== agent) continue;
    if (SETUP.has(kind) && kind !== K["config.read"]) found.push(i);
    if (kind === K["gtt.written"] && entries.has(rows.at[i] >>> 3)) found.push(i);
    if (kind !== K["mmio.written"] || seen.has(rows.at[i])) continue;
    seen.add(rows.at[i]);
    if (hasSay(componentAt(registers, rows.at[i]))) found.push(i);
  }
  return found;
}

/** Entries of the pages that an aperture access goes to. */
function entriesAt(rows: Rows, i: number): number[] {
  if (rows.stores[i] === 0) return [rows.at[i] >>> 12];
  const { at } = rows.storeTable;
  return Array.from({ length: rows.stores[i] }, (_, k) => at[rows.firstPiece[i] + k] >>> 12);
}

function componentAt(registers: RegisterIndex, at: number): string {
  return registers.names[registers.idOf[at >>> 2] ?? 0]?.component ?? "";
}

/**
 * Parts of the machine that have a say in what came of its work at row `effect`: those whose bits interrupted this
 * guest, the master register's, and those of the display behind a vblank.
 */
function partsBehind(rows: Rows, effect: number, registers: RegisterIndex): ReadonlySet<string> {
  const agent = rows.agent[effect];
  const parts = componentsWith(registers, (then) => then === MASTER);
  for (let i = 0; i < rows.count; i++)
    if (rows.kind[i] === K["irq.inject"] && rows.agent[i] === agent)
      parts.add(componentAt(registers, rows.code[i]));
  const armed = causeOf(rows, effect, K["timer.arm"]);
  if (armed >= 0 && rows.code[armed] >= TIMER_VBLANK)
    for (const name of componentsWith(registers, (then) => DISPLAY.has(then))) parts.add(name);
  return parts;
}

/** Components that have a register with such a behaviour. */
function componentsWith(registers: RegisterIndex, has: (then: number) => boolean): Set<string> {
  const found = new Set<string>();
  registers.names.forEach((name, id) => {
    if (name !== null && has(registers.then[id])) found.add(name.component);
  });
  return found;
}

/** The row of that kind that outcome `i` says it comes from; -1: it comes from another. */
function causeOf(rows: Rows, i: number, kind: number): number {
  const at = i - rows.cause[i];
  return KIND_CLASS[rows.kind[i]] === CLASS_OUTCOME && at < i && at >= 0 && rows.kind[at] === kind ? at : -1;
}

/** The write at row `last` and those before it that make one submission: a port takes its dwords in order. */
function elspBefore(rows: Rows, last: number): number[] {
  const found: number[] = [];
  for (let i = last; i >= 0 && found.length < ELSP_DWORDS; i--) {
    const isSame = rows.kind[i] === rows.kind[last] && rows.agent[i] === rows.agent[last];
    if (isSame && rows.at[i] === rows.at[last]) found.push(i);
  }
  return found;
}

/** The input that row `seq` belongs to. */
export function inputBefore(rows: Rows, seq: number): number {
  let i = seq;
  while (i > 0 && KIND_CLASS[rows.kind[i]] === CLASS_OUTCOME) i--;
  return i;
}

/** The last thing that came of an engine's work for this vGPU between two rows. */
function lastEffect(rows: Rows, seq: number, agent: number, after: number): number {
  for (let i = seq - 1; i > after; i--) if (shows(rows.kind[i]) && rows.agent[i] === agent) return i;
  return -1;
}

/** Entries that show the ring and the context whose pages were fetched between two rows, and what row `to` wrote. */
function entriesOfWork(rows: Rows, from: number, to: number): number[] {
  const frames = new Set<number>();
  const { purpose, gfn } = rows.answerTable;
  // What a submission was told in place lies with its input.
  for (let i = from < 0 ? 0 : inputBefore(rows, from); i < to; i++) {
    if (rows.kind[i] === K["guest.fetched"] && WORK.has(rows.purpose[i])) frames.add(rows.at[i]);
    for (let k = rows.firstAnswer[i]; k < rows.firstAnswer[i] + rows.answers[i]; k++)
      if (WORK.has(purpose[k])) frames.add(gfn[k]);
  }
  for (let p = 0; to >= 0 && p < rows.writes[to]; p++)
    frames.add(frameOfPiece(rows.writeTable, rows.firstPiece[to] + p));
  const entries: number[] = [];
  for (let i = 0; i < to; i++) {
    if (rows.kind[i] !== K["gtt.written"] || rows.agent[i] !== rows.agent[to] || (rows.at[i] & 4) !== 0)
      continue;
    const high = rows.size[i] === 8 ? (rows.hi[i] & 0xff) * 0x10_0000 : 0;
    if (frames.has((rows.lo[i] >>> 12) + high)) entries.push(rows.at[i] >>> 3);
  }
  return entries;
}
