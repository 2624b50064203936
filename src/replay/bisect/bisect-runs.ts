import type { Digest } from "../../events/digest.ts";
import { K } from "../../events/kinds.ts";
import { rowDifference } from "../../events/row-difference.ts";
import type { Rows } from "../../events/rows.ts";
import { INVARIANTS, type Invariant } from "../../reducers/invariants.ts";
import { isBroken } from "../names/question.ts";
import type { Timeline } from "../timeline/timeline.ts";
import { firstWhere, rowAt, type TimeAnswer, type TimeOptions } from "./bisect-time.ts";

/**
 * First input after which one of the invariants is broken. Those that look at whole planes are searched for
 * by halves, the others in one pass. Throws as `firstWhere` does.
 */
export function firstBroken(
  timeline: Timeline,
  invariants: readonly Invariant[] = INVARIANTS,
  options: TimeOptions = {},
): TimeAnswer {
  const quick = invariants.filter(({ slow }) => !slow);
  const slow = invariants.filter((invariant) => invariant.slow);
  const answers = [quick, slow]
    .filter(({ length }) => length > 0)
    .map((some) => firstWhere(timeline, isBroken(some), options));
  const [first, ...rest] = answers;
  const best = rest.reduce((a, b) => (b.found && (!a.found || b.seq < a.seq) ? b : a), first);
  return {
    ...best,
    question: isBroken(invariants).text,
    evaluated: answers.reduce((sum, { evaluated }) => sum + evaluated, 0),
  };
}

/**
 * First input after which the digests of two runs differ; `seq` and `row` are of the first run. Rows are
 * compared as long as they are the same, states from where they are not: equal rows lead to equal states.
 * Both runs must replay strictly to there.
 */
export function firstDifferentDigest(a: Timeline, b: Timeline): TimeAnswer {
  const question = `the digest differs from that of ${b.recording.name}`;
  const answer = { question, already: false, from: a.first, to: a.last, detail: "" };
  const none = { ...answer, found: false, seq: -1, row: null, method: "rows", evaluated: 0 } as const;
  if (!sameBase(a, b)) return { ...none, already: true, detail: "they start from other machines" };
  const same = sameRows(a, b);
  if (same > a.last && same > b.last) return none;
  // Where the rows first differ in an outcome, the input that it belongs to is the one to start from.
  let [seqA, seqB] = [a.inputAt(Math.min(same, a.last)), b.inputAt(Math.min(same, b.last))];
  for (let evaluated = 1; seqA >= 0 && seqB >= 0; evaluated++) {
    const detail = differingDigests(a.seek(seqA).digests(), b.seek(seqB).digests());
    if (detail !== "")
      return { ...answer, found: true, seq: seqA, row: rowAt(a, seqA), method: "rows", evaluated, detail };
    seqA = a.nextInput(seqA);
    seqB = b.nextInput(seqB);
  }
  return {
    ...none,
    detail: `one of them ends at ${Math.min(a.last, b.last)}, and they are equal up to there`,
  };
}

/**
 * First block of a recording whose digests are not what this model comes to; `seq` is the block's last input,
 * and the detail names the rows of the block: digests are recorded only at the ends of blocks. Components of
 * another epoch are left out.
 */
export function firstWrongDigest(timeline: Timeline, progress?: TimeOptions["progress"]): TimeAnswer {
  const { recording } = timeline;
  const answer = {
    question: "the digest differs from the recorded one",
    already: false,
    from: timeline.first,
    to: timeline.last,
  };
  let evaluated = 0;
  for (let n = 0; n < recording.blockCount; n++) {
    const { firstSeq, lastSeq, digests } = recording.trailer(n);
    evaluated++;
    const mine = timeline.seek(lastSeq).digests();
    const known = digests.filter(({ component, epoch }) =>
      mine.every((digest) => digest.component !== component || digest.epoch === epoch),
    );
    const names = differingDigests(
      known,
      mine.filter(({ component }) => known.some((d) => d.component === component)),
    );
    progress?.(n + 1, recording.blockCount);
    if (names === "") continue;
    const seq = timeline.at;
    const detail = `${names}: within rows ${firstSeq} to ${lastSeq}`;
    return { ...answer, found: true, seq, row: rowAt(timeline, seq), method: "scan", evaluated, detail };
  }
  return { ...answer, found: false, seq: -1, row: null, method: "scan", evaluated, detail: "" };
}

function sameBase(a: Timeline, b: Timeline): boolean {
  return JSON.stringify(a.recording.meta.base) === JSON.stringify(b.recording.meta.base);
}

/**
 * Number of the first row in which the two differ; the length of the shorter one where it is the start of the
 * other.
 */
function sameRows(a: Timeline, b: Timeline): number {
  const end = Math.min(a.last, b.last) + 1;
  for (let seq = a.first; seq < end; ) {
    const here = a.row(seq);
    const there = b.row(seq);
    const length = Math.min(here.rows.count - here.i, there.rows.count - there.i);
    for (let k = 0; k < length; k++) {
      if (!isSameRow(a, here.rows, here.i + k, b, there.rows, there.i + k)) return seq + k;
    }
    seq += length;
  }
  return end;
}

/** Page ids are of two stores: pages are compared by their hashes. */
function isSameRow(a: Timeline, rowsA: Rows, i: number, b: Timeline, rowsB: Rows, k: number): boolean {
  const column = rowDifference(rowsA, i, rowsB, k);
  if (column !== null && column !== "page") return false;
  if (rowsA.kind[i] !== K["guest.fetched"]) return true;
  const [hashA, hashB] = [a.store.hash(rowsA.page[i]), b.store.hash(rowsB.page[k])];
  return hashA.every((word, w) => word === hashB[w]);
}

/** Names of the components that differ, separated by commas. */
function differingDigests(a: readonly Digest[], b: readonly Digest[]): string {
  const text = ({ lo, hi }: Digest): string => `${hi}:${lo}`;
  const theirs = new Map(b.map((digest) => [digest.component, text(digest)]));
  const names = a
    .filter((digest) => theirs.get(digest.component) !== text(digest))
    .map(({ component }) => component);
  const known = new Set(a.map(({ component }) => component));
  return [...names, ...b.map(({ component }) => component).filter((name) => !known.has(name))].join(", ");
}
