import { TOLD } from "../../events/codes.ts";
import { K } from "../../events/kinds.ts";
import type { Rows } from "../../events/rows.ts";
import { PAGE_BYTES } from "../../hw/units.ts";
import type { PageStore } from "../../reducers/pages.ts";
import type { BasePiece } from "./base-pieces.ts";
import { HASH_BYTES } from "./decode.ts";

/**
 * Which pages of a store a file need not hold (any more), by id: the zero page, which every store has, and
 * those it holds.
 */
export class SeenPages {
  private seen = Uint8Array.of(1, 0, 0, 0);

  has(id: number): boolean {
    return id < this.seen.length && this.seen[id] === 1;
  }

  add(id: number): void {
    if (id >= this.seen.length) {
      const bigger = new Uint8Array(Math.max(this.seen.length * 2, id + 1));
      bigger.set(this.seen);
      this.seen = bigger;
    }
    this.seen[id] = 1;
  }

  /** The file, or whoever holds them, has it no more. */
  remove(id: number): void {
    if (id < this.seen.length) this.seen[id] = 0;
  }
}

/** The pages that an embedded checkpoint brings need not be written again. They are in the store. */
export function seePieces(base: readonly BasePiece[], store: PageStore, seen: SeenPages): void {
  const hash = new Uint32Array(4);
  for (const { fresh } of base) {
    for (let i = 0; i < fresh.length / HASH_BYTES; i++) {
      hashAt(fresh, i, hash);
      seen.add(store.promise(hash));
    }
  }
}

/** The pages of one block, free of any store: what crosses to a worker. */
export interface BlockPages {
  /** Hashes of the pages that the rows use, 16 bytes each. */
  readonly used: Uint8Array;
  /** By row, and by entry of `answers`: index into `used`. Meaningful for those with a page. */
  readonly index: Uint32Array;
  readonly answerIndex: Uint32Array;
  /** Hashes of the pages that no earlier block holds, 16 bytes each. */
  readonly fresh: Uint8Array;
  /** Their contents, 4 KiB each. */
  readonly bodies: Uint8Array;
}

/** Of a block without a page. */
export const NO_PAGES: BlockPages = {
  used: new Uint8Array(0),
  index: new Uint32Array(0),
  answerIndex: new Uint32Array(0),
  fresh: new Uint8Array(0),
  bodies: new Uint8Array(0),
};
const FETCHED = K["guest.fetched"];

/** Gives the pages of a block their places, in the order of their first use. */
class Places {
  readonly ids: number[] = [];
  readonly fresh: number[] = [];
  private readonly places = new Map<number, number>();
  private readonly seen: SeenPages;

  constructor(seen: SeenPages) {
    this.seen = seen;
  }

  of(id: number): number {
    const known = this.places.get(id);
    if (known !== undefined) return known;
    const place = this.ids.length;
    this.places.set(id, place);
    this.ids.push(id);
    if (!this.seen.has(id)) {
      this.seen.add(id);
      this.fresh.push(id);
    }
    return place;
  }
}

/**
 * Collect the pages that the rows use, and copy those that the file does not hold yet; marks these as seen.
 */
export function gatherPages(rows: Rows, store: PageStore, seen: SeenPages): BlockPages {
  const { count, kind, page, answerTable } = rows;
  const places = new Places(seen);
  const index = new Uint32Array(count);
  const answerIndex = new Uint32Array(answerTable.count);
  for (let i = 0; i < count; i++) if (kind[i] === FETCHED) index[i] = places.of(page[i]);
  for (let k = 0; k < answerTable.count; k++)
    if (answerTable.status[k] === TOLD) answerIndex[k] = places.of(answerTable.page[k]);
  if (places.ids.length === 0) return { ...NO_PAGES, answerIndex };
  return { used: hashesOf(places.ids, store), index, answerIndex, ...gatherContents(places.fresh, store) };
}

/** Hashes and contents of pages, behind one another. */
export function gatherContents(
  ids: Iterable<number>,
  store: PageStore,
): Pick<BlockPages, "fresh" | "bodies"> {
  const fresh = [...ids];
  const bodies = new Uint8Array(fresh.length * PAGE_BYTES);
  fresh.forEach((id, i) => {
    bodies.set(store.bytes(id), i * PAGE_BYTES);
  });
  return { fresh: hashesOf(fresh, store), bodies };
}

/** Hashes of contents, 16 bytes each. */
export function hashesOf(ids: readonly number[], store: PageStore): Uint8Array {
  const out = new Uint8Array(ids.length * HASH_BYTES);
  const view = new DataView(out.buffer);
  ids.forEach((id, i) => {
    const hash = store.hash(id);
    for (let w = 0; w < 4; w++) view.setUint32(i * HASH_BYTES + w * 4, hash[w], true);
  });
  return out;
}

/** The hash at place i of a list of hashes, as four words. */
export function hashAt(hashes: Uint8Array, i: number, into: Uint32Array): void {
  const view = new DataView(hashes.buffer, hashes.byteOffset, hashes.byteLength);
  for (let w = 0; w < 4; w++) into[w] = view.getUint32(i * HASH_BYTES + w * 4, true);
}
