import { mixHigh, mixLow } from "./mix.ts";

/**
 * Bulk state: 32-bit words in named sparse planes (space, instance), each behind two levels of 64-slot nodes. Absent is zero.
 * Every node carries its owner; an editor changes a node in place only where it owns it and copies it once otherwise, so a
 * snapshot is a reference to the roots. A running digest per plane is adjusted at each write: digests never need a walk.
 */

class Page {
  readonly owner: number;
  readonly words: Uint32Array;
  constructor(owner: number, words: Uint32Array) {
    this.owner = owner;
    this.words = words;
  }
}

class Table {
  readonly owner: number;
  readonly pages: Page[];
  constructor(owner: number, pages: Page[]) {
    this.owner = owner;
    this.pages = pages;
  }
}

/** The top node of one plane. */
export class Root {
  readonly owner: number;
  readonly tables: Table[];
  constructor(owner: number, tables: Table[]) {
    this.owner = owner;
    this.tables = tables;
  }
}

const NOBODY = 0;

/** Words in a page: 512, so that a plane spans 64 x 64 x 512 words = 8 MiB, the GGTT's size. */
const PAGE_SHIFT = 9;
const PAGE_SIZE = 1 << PAGE_SHIFT;
const PAGE_MASK = PAGE_SIZE - 1;
const TABLE_SHIFT = PAGE_SHIFT + 6;
export const PLANE_WORDS = 1 << (TABLE_SHIFT + 6);

const EMPTY_PAGE = new Page(NOBODY, new Uint32Array(PAGE_SIZE));
const EMPTY_TABLE = new Table(NOBODY, new Array<Page>(64).fill(EMPTY_PAGE));
export const EMPTY_ROOT = new Root(NOBODY, new Array<Table>(64).fill(EMPTY_TABLE));

/** Walks every non-zero word of a plane in ascending order. */
export function eachWord(root: Root, visit: (index: number, value: number) => void): void {
  root.tables.forEach((table, t) => {
    if (table === EMPTY_TABLE) return;
    table.pages.forEach((page, p) => {
      if (page === EMPTY_PAGE) return;
      const base = (t << TABLE_SHIFT) | (p << PAGE_SHIFT);
      for (let i = 0; i < PAGE_SIZE; i++) if (page.words[i] !== 0) visit(base | i, page.words[i]);
    });
  });
}

/** One word of a sealed plane. */
export function wordOf(root: Root, index: number): number {
  return root.tables[index >>> TABLE_SHIFT].pages[(index >>> PAGE_SHIFT) & 63].words[index & PAGE_MASK];
}

/** The editor of all planes of one running machine. */
export class Words {
  private owner: number;
  readonly roots: Root[];
  /** Two lanes of running digest per plane. */
  readonly digestLow: Int32Array;
  readonly digestHigh: Int32Array;

  constructor(planes: number) {
    this.owner = 1;
    this.roots = new Array<Root>(planes).fill(EMPTY_ROOT);
    this.digestLow = new Int32Array(planes);
    this.digestHigh = new Int32Array(planes);
  }

  /** Go on from sealed roots; nothing reachable from them is changed any more. */
  restore(roots: readonly Root[], low: Int32Array, high: Int32Array, owner: number): void {
    for (let p = 0; p < roots.length; p++) this.roots[p] = roots[p];
    this.digestLow.set(low);
    this.digestHigh.set(high);
    this.owner = owner;
  }

  /** Seal everything written so far: later writes copy. `owner` must be new. */
  seal(owner: number): void {
    this.owner = owner;
  }

  read(plane: number, index: number): number {
    return this.roots[plane].tables[index >>> TABLE_SHIFT].pages[(index >>> PAGE_SHIFT) & 63].words[
      index & PAGE_MASK
    ];
  }

  write(plane: number, index: number, value: number): void {
    const page = this.roots[plane].tables[index >>> TABLE_SHIFT].pages[(index >>> PAGE_SHIFT) & 63];
    const old = page.words[index & PAGE_MASK];
    const word = value >>> 0;
    if (old === word) return;
    const words = page.owner === this.owner ? page.words : this.openPage(plane, index);
    words[index & PAGE_MASK] = word;
    let low = this.digestLow[plane];
    let high = this.digestHigh[plane];
    if (old !== 0) {
      low -= mixLow(index, old);
      high -= mixHigh(index, old);
    }
    if (word !== 0) {
      low += mixLow(index, word);
      high += mixHigh(index, word);
    }
    this.digestLow[plane] = low;
    this.digestHigh[plane] = high;
  }

  /** Forget a whole plane: every word is zero again. */
  clear(plane: number): void {
    this.roots[plane] = EMPTY_ROOT;
    this.digestLow[plane] = 0;
    this.digestHigh[plane] = 0;
  }

  private openPage(plane: number, index: number): Uint32Array {
    const owner = this.owner;
    let root = this.roots[plane];
    if (root.owner !== owner) {
      root = new Root(owner, root.tables.slice());
      this.roots[plane] = root;
    }
    const t = index >>> TABLE_SHIFT;
    let table = root.tables[t];
    if (table.owner !== owner) {
      table = new Table(owner, table.pages.slice());
      root.tables[t] = table;
    }
    const p = (index >>> PAGE_SHIFT) & 63;
    const page = new Page(owner, table.pages[p].words.slice());
    table.pages[p] = page;
    return page.words;
  }
}
