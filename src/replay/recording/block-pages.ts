import { PAGE_BYTES } from "../../hw/units.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { HASH_BYTES } from "./decode.ts";
import { refuse } from "./errors.ts";
import { hashAt } from "./gather.ts";
import type { ChunkHead } from "./records.ts";
import type { Tools } from "./tools.ts";
import { ItemReader } from "./wire.ts";

/** Pages that some blocks bring and use, by hash, four words each. */
export interface PageLedger {
  /** Those that one of the blocks brings. */
  readonly brought: Uint32Array;
  /** Those that a row names although no block up to its own is known to bring them, and by which block. */
  readonly borrowed: readonly { readonly hash: Uint32Array; readonly block: number }[];
}

/** A block's pages are in the store; they were, and some may have gone. 0: it was not read. */
const HERE = 1;
const SEEN = 2;
/** The content that every store has from the start. */
const ZERO_PAGE = 0;
/** Why a block is refused that names a page which neither it nor one before it brings. */
export const NO_BLOCK = "a row with a page that no block holds";

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
  /** By block: 0, HERE or SEEN. */
  private readonly loaded: Uint8Array;
  /** By content id: the first block that is known to bring it, counted from 1. */
  private bringers = new Uint32Array(256);
  /** Content ids and blocks of a ledger that is being kept; null where none is. */
  private borrowed: { readonly id: number; readonly block: number }[] | null = null;
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

  /**
   * From now on a row may name any page: `ledger` tells which of them somebody else must know of, who has
   * read the blocks before.
   */
  keepLedger(): void {
    this.borrowed = [];
  }

  /** What blocks `from` to `to` (exclusive), which have been read, bring and borrow. */
  ledger(from: number, to: number): PageLedger {
    const brought: number[] = [];
    if (this.borrowed === null) return { brought: new Uint32Array(0), borrowed: [] };
    for (let id = 0; id < Math.min(this.store.count, this.bringers.length); id++) {
      const n = this.bringerOf(id);
      if (n >= from && n < to) brought.push(...this.store.hash(id));
    }
    const borrowed = this.borrowed.filter(({ block }) => block >= from && block < to);
    return {
      brought: Uint32Array.from(brought),
      borrowed: borrowed.map(({ id, block }) => ({ hash: this.store.hash(id), block })),
    };
  }

  /**
   * Put the pages that block n brings into the store; `wanted` says that they may be looked at again. Throws
   * Malformed.
   */
  load(n: number, body: Uint8Array, wanted: boolean): void {
    const known = this.loaded[n];
    if (known === HERE) return;
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
      // Whether a block is taken must not hang on what else is in the store.
      if (known === SEEN && this.store.holds(this.hash)) continue;
      const page = bodies.subarray(i * PAGE_BYTES, (i + 1) * PAGE_BYTES);
      this.tools.hashPage(page, this.actual);
      if (!this.actual.every((word, w) => word === this.hash[w]))
        refuse("a page that is not what its hash says");
      this.note(this.store.internHashed(this.hash, page, wanted), n);
    }
    this.loaded[n] = HERE;
  }

  /** Block n brings this content. */
  private note(id: number, n: number): void {
    if (id >= this.bringers.length) {
      const more = new Uint32Array(Math.max(id + 1, this.bringers.length * 2));
      more.set(this.bringers);
      this.bringers = more;
    }
    if (this.bringers[id] === 0 || this.bringers[id] > n + 1) this.bringers[id] = n + 1;
  }

  /** The first block known to bring a content; -1 where none is. */
  private bringerOf(id: number): number {
    return id >= 0 && id < this.bringers.length ? this.bringers[id] - 1 : -1;
  }

  /**
   * Ids of the pages that block n uses; those of earlier blocks are promised or fetched. Throws Malformed.
   */
  idsOf(n: number, hashes: Uint8Array): Uint32Array {
    const ids = new Uint32Array(hashes.length / HASH_BYTES);
    for (let i = 0; i < ids.length; i++) {
      hashAt(hashes, i, this.hash);
      ids[i] = this.borrowed === null ? this.idOf(n, hashes, i) : this.borrow(n, this.borrowed);
      this.store.touch(ids[i]);
    }
    return ids;
  }

  private idOf(n: number, hashes: Uint8Array, i: number): number {
    let id = this.store.find(this.hash);
    const home = id < 0 && this.homeOf !== null ? this.homeOf(this.hash) : -1;
    if (home >= 0 && home < n) id = this.store.promise(this.hash);
    for (let earlier = 0; id < 0 && earlier < n; earlier++) {
      if (this.loaded[earlier] === HERE) continue;
      this.bring(earlier);
      hashAt(hashes, i, this.hash);
      id = this.store.find(this.hash);
    }
    return id < 0 ? refuse(NO_BLOCK) : id;
  }

  private borrow(n: number, borrowed: { readonly id: number; readonly block: number }[]): number {
    const id = this.store.promise(this.hash);
    const bringer = this.bringerOf(id);
    if (id !== ZERO_PAGE && (bringer < 0 || bringer > n)) borrowed.push({ id, block: n });
    return id;
  }

  /** Put the page with this hash into the store; false where no block holds it. */
  bringPage(hash: Uint32Array): boolean {
    const bringer = this.bringerOf(this.store.find(hash));
    const home = bringer >= 0 ? bringer : (this.homeOf?.(hash) ?? -1);
    const order = [home, ...this.blocks.keys()].filter((n) => n >= 0 && n < this.blocks.length);
    for (const n of order) {
      // The store may have let a page of it go.
      if (this.loaded[n] === HERE) this.loaded[n] = SEEN;
      this.bring(n);
      if (this.store.holds(hash)) return true;
    }
    return false;
  }
}
