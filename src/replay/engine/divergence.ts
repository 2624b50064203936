import { PURPOSES } from "../../events/columns.ts";
import type { Digest } from "../../events/digest.ts";
import { K, KIND_NAMES } from "../../events/kinds.ts";
import { firstEntryDifference, rowDifference } from "../../events/row-difference.ts";
import { Rows } from "../../events/rows.ts";
import { ENGINES } from "../../hw/units.ts";
import type { Question } from "../../reducers/answers.ts";
import type { Broken } from "../../reducers/invariants.ts";
import type { Machine } from "../../reducers/machine.ts";
import { isRead } from "../../reducers/machine.ts";
import { agentName, type FieldDifference, fieldDifferences } from "../../reducers/path.ts";
import type { Recording } from "../recording/recording.ts";
import { rowPath } from "./format.ts";

/** Where a replay first answered otherwise than recorded. */
export interface Divergence {
  readonly seq: number;
  /** Kind of the recorded row, `digest`, or `invariant`: all is as recorded, and the state is wrong. */
  readonly kind: string;
  /** What the row is about: `vgpu1.rcs0.RING_TAIL`, `vgpu1`, a component, an invariant's name. */
  readonly path: string;
  /** Byte offset of a register; -1 where it is about none. */
  readonly at: number;
  /** The column in which the rows differ: `reply` for a read. */
  readonly column: string;
  readonly expected: number;
  readonly got: number;
  /** The register's fields in which the values differ. */
  readonly fields: readonly FieldDifference[];
  /** One line on what was expected and what came, where columns do not say it. */
  readonly detail: string;
  /** seq of the last write of the same register before, -1 if none. */
  readonly lastWritten: number;
}

/** What is needed of a recording to look back in it. */
export type Blocks = Pick<Recording, "blockOf" | "readBlock">;

/** Of rows that are all there is. */
export const NO_BLOCKS: Blocks = {
  blockOf: () => 0,
  readBlock: () => {
    throw new Error("there is no block to read");
  },
};

const NOTHING = { at: -1, expected: 0, got: 0, fields: [], lastWritten: -1 } as const;

/** A component's digest is not the recorded one although every outcome before was. */
export function divergenceOfDigest(seq: number, expected: Digest, got: Digest | null): Divergence {
  const text = (digest: Digest | null): string =>
    digest === null ? "none" : hex(digest.hi) + hex(digest.lo);
  return {
    ...NOTHING,
    seq,
    kind: "digest",
    path: expected.component,
    column: "digest",
    detail: `expected ${text(expected)}  got ${text(got)}`,
  };
}

/** Behind row `seq` the state breaks an invariant. */
export function divergenceOfInvariant(seq: number, { name, says, what }: Broken): Divergence {
  return { ...NOTHING, seq, kind: "invariant", path: name, column: "invariant", detail: `${what}; ${says}` };
}

/** Describe the mismatch at row `i`, which the machine's last input led to. */
export function divergenceAt(recording: Blocks, machine: Machine, rows: Rows, i: number): Divergence {
  const { core } = machine;
  const cause = core.seq - rows.firstSeq;
  if (cause === i && !machine.recorded.used) return ofAnswers(machine, rows, i);
  if (cause === i && isRead(rows.kind[i])) return ofReply(recording, machine, rows, i);
  const o = i - cause - 1;
  const seq = rows.firstSeq + i;
  const kind = KIND_NAMES[rows.kind[i]];
  const path = rowPath(machine.core.registers, rows, i);
  if (o >= core.out.count || o < 0) {
    return { ...NOTHING, seq, kind, path, column: "kind", detail: `expected ${kind}  got nothing more` };
  }
  const column = rowDifference(core.out, o, rows, i) ?? "kind";
  if (column === "kind") {
    const got = KIND_NAMES[core.out.kind[o]];
    return {
      ...NOTHING,
      seq,
      kind,
      path,
      column,
      detail: `expected ${kind}  got ${got} ${rowPath(core.registers, core.out, o)}`,
    };
  }
  if (column === "payload") return { ...NOTHING, seq, kind, path, column, detail: "other bytes" };
  if (column === "writes") return ofPieces(core.out, o, rows, i, { ...NOTHING, seq, kind, path, column });
  return {
    ...NOTHING,
    seq,
    kind,
    path,
    column,
    expected: rows[column][i],
    got: core.out[column][o],
    detail: "",
  };
}

/** A question that the row does not answer next, or an answer that nobody asked for: `N.k`, frame, purpose. */
function ofAnswers({ core, recorded }: Machine, rows: Rows, i: number): Divergence {
  const { answerTable, firstAnswer, answers } = rows;
  const k = recorded.count;
  const next = firstAnswer[i] + k;
  const expected = k < answers[i] ? entryText(answerTable, next) : "no more questions";
  const got = recorded.wrong === null ? "no more questions" : questionText(recorded.wrong);
  return {
    ...{ ...NOTHING, seq: rows.firstSeq + i, kind: KIND_NAMES[rows.kind[i]], column: "answers" },
    path: rowPath(core.registers, rows, i),
    detail: `answer ${rows.firstSeq + i}.${k}: expected ${expected}  got ${got}`,
  };
}

function entryText({ vgpu, gfn, purpose, engine }: Rows["answerTable"], k: number): string {
  return questionText({ vgpu: vgpu[k], gfn: gfn[k], purpose: purpose[k], engine: engine[k] });
}

function questionText({ vgpu, gfn, purpose, engine }: Question): string {
  const by = ENGINES[engine] === undefined ? "" : ` by ${ENGINES[engine]}`;
  return `${PURPOSES[purpose] ?? purpose} ${agentName(vgpu)}.ram.${gfn.toString(16)}${by}`;
}

/** The first piece of a `guest.write` that differs. */
function ofPieces(out: Rows, o: number, rows: Rows, i: number, of: Omit<Divergence, "detail">): Divergence {
  const different = firstEntryDifference(out, o, rows, i);
  if (different === null) return { ...of, detail: `expected ${rows.writes[i]} pieces  got ${out.writes[o]}` };
  const { index, column } = different;
  const [mine, theirs] = [out.firstPiece[o] + index, rows.firstPiece[i] + index];
  const value = (table: Rows["writeTable"], p: number): string =>
    hex((table as unknown as Record<string, Uint32Array>)[column][p]);
  const expected = value(rows.writeTable, theirs);
  const detail = `piece ${of.seq}.${index}: ${column} expected ${expected}  got ${value(out.writeTable, mine)}`;
  return { ...of, detail };
}

function ofReply(recording: Blocks, machine: Machine, rows: Rows, i: number): Divergence {
  const { core } = machine;
  const at = rows.at[i];
  const expected = rows.lo[i];
  // The batch loop compares plain registers without reducing them: the stored word is the answer then.
  machine.apply(rows, i);
  const got = core.replyLo;
  const isMmio = rows.kind[i] === K["mmio.read"];
  const low = expected !== got || rows.hi[i] === core.replyHi;
  return {
    seq: rows.firstSeq + i,
    kind: KIND_NAMES[rows.kind[i]],
    path: rowPath(machine.core.registers, rows, i),
    at: isMmio ? at : -1,
    column: "reply",
    expected: low ? expected : rows.hi[i],
    got: low ? got : core.replyHi,
    fields: isMmio ? fieldDifferences(machine.core.registers, at, expected, got) : [],
    detail: "",
    lastWritten: lastWrite(recording, rows, i),
  };
}

/** seq of the last row before row `i` that wrote the same place by the same region, -1 if none. */
export function lastWrite(recording: Blocks, rows: Rows, i: number): number {
  const kind = KIND_NAMES.indexOf(
    KIND_NAMES[rows.kind[i]].replace("read", "written") as (typeof KIND_NAMES)[number],
  );
  const find = (within: Rows, end: number): number => {
    for (let k = end - 1; k >= 0; k--) {
      const same = within.kind[k] === kind && within.agent[k] === rows.agent[i];
      if (same && (within.at[k] & ~3) === (rows.at[i] & ~3)) return within.firstSeq + k;
    }
    return -1;
  };
  const here = find(rows, i);
  if (here >= 0) return here;
  const other = new Rows(1 << 15);
  for (let n = recording.blockOf(rows.firstSeq) - 1; n >= 0; n--) {
    recording.readBlock(n, other);
    const seq = find(other, other.count);
    if (seq >= 0) return seq;
  }
  return -1;
}

/** The divergence as people read it: names first, numbers second. */
export function divergenceText(divergence: Divergence, file: string): string {
  const { seq, kind, path, at, column, expected, got, fields, detail, lastWritten } = divergence;
  const lines = [`diverged at ${seq}  ${kind}  ${path}${at >= 0 ? ` (${at.toString(16)})` : ""}`];
  const values = `${column === "reply" ? "reply" : column} ${hex(expected)}, got ${hex(got)}`;
  for (const f of fields) {
    lines.push(
      `  field ${f.field}  expected ${f.expected.toString(16)}  got ${f.got.toString(16)}      (${values})`,
    );
  }
  if (detail !== "") lines.push(`  ${detail}`);
  else if (fields.length === 0) lines.push(`  ${values}`);
  if (lastWritten >= 0)
    lines.push(`  last written by ${lastWritten} ${kind.replace("read", "written")} ${path}`);
  if (kind === "invariant") lines.push(`  gvt bisect time ${file} --invariant ${path}`);
  if (at >= 0) lines.push(`  gvt show ${file} --at ${seq} --state ${path}`);
  return lines.join("\n");
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
