import type { Rows } from "../../events/rows.ts";
import { NO_BLOCK, type PageLedger } from "./block-pages.ts";
import { countInputs } from "./encoder.ts";
import { refuse } from "./errors.ts";
import type { Tools } from "./tools.ts";
import { BlockList, type BlockTrailer, type Hash64, type ListEntry, sameHash } from "./trailer.ts";

/**
 * What readers of the parts of a recording say of their blocks, and what follows from all of it together: the
 * same prefix as one reader of the whole comes to.
 */

/** Called with each block that holds, while its rows are there. */
export type BlockVisitor = (n: number, trailer: BlockTrailer) => void;

/** What a block says that others must agree with. */
export interface CheckedBlock extends ListEntry {
  /** Of the block that closes the recording: the hash over all before it. */
  readonly list: Hash64 | null;
}

/** A block that is not what was recorded. */
export interface LostBlock {
  readonly block: number;
  readonly reason: string;
}

/** Blocks from `from` on that hold, each by itself and after the one before it. */
export interface CheckedBlocks {
  readonly from: number;
  readonly blocks: readonly CheckedBlock[];
  /** The first that does not, if there is one; it may lie elsewhere in the recording. */
  readonly lost: LostBlock | null;
  /** What it leaves to others: empty unless a ledger is kept. */
  readonly pages: PageLedger;
}

/** What a block's trailer says that others must agree with. */
export function checkedOf({ firstSeq, lastSeq, chain, closed, list }: BlockTrailer): CheckedBlock {
  return { firstSeq, endSeq: lastSeq + 1, chain, list: closed ? list : null };
}

export const WRONG_LIST = "the closing hash over all blocks does not hold";

/** The first block of all the parts, which lie in order, that does not hold; null where every one does. */
export function joinChecks(parts: readonly CheckedBlocks[], tools: Tools): LostBlock | null {
  const list = new BlockList();
  const bringers = bringersOf(parts);
  let first: LostBlock | null = null;
  const found = (lost: LostBlock | null): void => {
    if (lost !== null && (first === null || lost.block < first.block)) first = lost;
  };
  parts.forEach(({ from, blocks, lost, pages }, p) => {
    // A page that is missing is seen before anything else that may be wrong with its block's rows.
    for (const { hash, block } of pages.borrowed)
      if ((bringers.get(hash.join()) ?? p) >= p) found({ block, reason: NO_BLOCK });
    found(lost);
    blocks.forEach((block, i) => {
      if (block.list !== null && !sameHash(block.list, list.hash(tools.xxh64)))
        found({ block: from + i, reason: WRONG_LIST });
      list.add(block);
    });
  });
  return first;
}

/** By hash of a page that some part borrows: the first part that brings it. */
function bringersOf(parts: readonly CheckedBlocks[]): Map<string, number> {
  const wanted = new Set(parts.flatMap(({ pages }) => pages.borrowed.map(({ hash }) => hash.join())));
  const bringers = new Map<string, number>();
  if (wanted.size === 0) return bringers;
  parts.forEach(({ pages: { brought } }, p) => {
    for (let at = 0; at < brought.length; at += 4) {
      const hash = brought.subarray(at, at + 4).join();
      if (wanted.has(hash) && !bringers.has(hash)) bringers.set(hash, p);
    }
  });
  return bringers;
}

/** What a block goes on from: chain, and world inputs so far. */
export interface Before {
  readonly chain: Hash64;
  readonly events: number;
}

/** What the next block goes on from. */
export function behind({ chain, eventsBefore, events }: BlockTrailer): Before {
  return { chain, events: eventsBefore + events };
}

/** Hold what a trailer says of its rows against them. Throws Malformed. */
export function checkCounts(
  { inputs, events, eventsBefore }: BlockTrailer,
  rows: Rows,
  before: number,
): void {
  const counted = countInputs(rows);
  if (counted.inputs !== inputs || counted.events !== events || eventsBefore !== before)
    refuse("a trailer that counts other inputs than its rows are");
}
