import { PAGE_BYTES } from "../../hw/units.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { HASH_BYTES } from "./decode.ts";
import { refuse } from "./errors.ts";
import { hashAt } from "./gather.ts";
import type { ChunkHead } from "./records.ts";
import type { Tools } from "./tools.ts";
import { ItemReader } from "./wire.ts";

/**
 * Brings the pages of a recording's blocks into a store: those of a block that is read, and earlier ones as
 * they are needed.
 */
export class BlockPages {
  private readonly tools: Tools;
  private readonly store: PageStore;
  private readonly blocks: readonly ChunkHead[];
  private readonly bring: (n: number) => void;
  private readonly baseBlocks: number;
  /** By block: are its pages in the store? */
  private readonly loaded: Uint8Array;
  private readonly hash = new Uint32Array(4);
  private readonly actual = new Uint32Array(4);
  /** The block that brings a page, if somebody has a list of them; -1 where it does not say. */
  private homeOf: ((hash: Uint32Array) => number) | null = null;

  /**
   * `blocks`: those that may be read, now or later, the first `baseBlocks` with a piece of a checkpoint;
   * `bring`: verify one and `load` its pages.
   */
  constructor(
    tools: Tools,
    store: PageStore,
    blocks: readonly ChunkHead[],
    baseBlocks: number,
    bring: (n: number) => void,
  ) {
    this.tools = tools;
    this.store = store;
    this.blocks = blocks;
    this.baseBlocks = baseBlocks;
    this.bring = bring;
    this.loaded = new Uint8Array(blocks.length);
  }

  /**
   * From now on pages of earlier blocks are promised, and brought when they are looked at, from where
   * `homeOf` says.
   */
  findBy(homeOf: (hash: Uint32Array) => number): void {
    this.homeOf = homeOf;
  }

  /** Put the pages that block n brings into the store. Throws Malformed. */
  load(n: number, body: Uint8Array): void {
    if (this.loaded[n] === 1) return;
    const items = new ItemReader(body);
    const hashes = items.bytes();
    const bodies = items.bytes();
    if (n < this.baseBlocks) items.bytes();
    items.end();
    const count = hashes.length / HASH_BYTES;
    if (!Number.isInteger(count) || bodies.length !== count * PAGE_BYTES)
      refuse("pages and hashes that do not match");
    for (let i = 0; i < count; i++) {
      hashAt(hashes, i, this.hash);
      if (this.store.holds(this.hash)) continue;
      const page = bodies.subarray(i * PAGE_BYTES, (i + 1) * PAGE_BYTES);
      this.tools.hashPage(page, this.actual);
      if (!this.actual.every((word, w) => word === this.hash[w]))
        refuse("a page that is not what its hash says");
      this.store.internHashed(this.hash, page);
    }
    this.loaded[n] = 1;
  }

  /**
   * Ids of the pages that block n uses; those of earlier blocks are promised or fetched. Throws Malformed.
   */
  idsOf(n: number, hashes: Uint8Array): Uint32Array {
    const ids = new Uint32Array(hashes.length / HASH_BYTES);
    for (let i = 0; i < ids.length; i++) {
      hashAt(hashes, i, this.hash);
      let id = this.store.find(this.hash);
      const home = id < 0 && this.homeOf !== null ? this.homeOf(this.hash) : -1;
      if (home >= 0 && home < n) id = this.store.promise(this.hash);
      for (let earlier = 0; id < 0 && earlier < n; earlier++) {
        if (this.loaded[earlier] === 1) continue;
        this.bring(earlier);
        hashAt(hashes, i, this.hash);
        id = this.store.find(this.hash);
      }
      if (id < 0) refuse("a row with a page that no block holds");
      ids[i] = id;
    }
    return ids;
  }

  /** Put the page with this hash into the store; false where no block holds it. */
  bringPage(hash: Uint32Array): boolean {
    const home = this.homeOf?.(hash) ?? -1;
    const order = [home, ...this.blocks.keys()].filter((n) => n >= 0 && n < this.blocks.length);
    for (const n of order) {
      // The store may have let a page of it go.
      this.loaded[n] = 0;
      this.bring(n);
      if (this.store.holds(hash)) return true;
    }
    return false;
  }
}
