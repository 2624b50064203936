import type { Recording } from "./recording.ts";
import type { ChunkHead } from "./records.ts";
import type { BlockTrailer } from "./trailer.ts";

/** Where a recording stops being what was recorded. Everything before is verified. */
export interface Damage {
  readonly offset: number;
  readonly reason: string;
  /** It just ends there, between blocks or within one: all that is there is whole. */
  readonly cut: boolean;
  /** Blocks before the damage. */
  readonly verifiedBlocks: number;
}

export interface BlockInfo {
  readonly firstSeq: number;
  /** `firstSeq - 1` where the block has no rows. */
  readonly lastSeq: number;
  /** Rows that drive, and world inputs among them. The first look at either reads the block. */
  readonly inputs: number;
  readonly events: number;
}

/** What a branch has from its parent. The last block may be cut: nobody has taken the digests there. */
export interface Lineage {
  readonly parent: Recording;
  readonly blocks: number;
  readonly lastSeq: number;
}

/** What a chunk says of its block; the rest is looked up in the trailer. */
export class BlockView implements BlockInfo {
  readonly firstSeq: number;
  readonly lastSeq: number;
  private readonly trailer: () => BlockTrailer;

  constructor(firstSeq: number, lastSeq: number, trailer: () => BlockTrailer) {
    this.firstSeq = firstSeq;
    this.lastSeq = lastSeq;
    this.trailer = trailer;
  }

  get inputs(): number {
    return this.trailer().inputs;
  }

  get events(): number {
    return this.trailer().events;
  }
}

/** The block that holds row `seq`, or -1. */
export function blockHolding(blocks: readonly ChunkHead[], seq: number): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (blocks[middle].endSeq <= seq) low = middle + 1;
    else high = middle;
  }
  return low < blocks.length && blocks[low].firstSeq <= seq ? low : -1;
}
