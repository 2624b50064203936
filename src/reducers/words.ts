import { keyHigh, keyLow, scramble } from "./mix.ts";

/**
 * Bulk state: 32-bit words in named sparse planes (space, instance), each below two levels of 64-slot
 * nodes. Absent is zero. Every node carries its owner; an editor changes a node in place only where it owns
 * it and copies it once otherwise, so a snapshot is a reference to the roots. A root carries its plane's
 * running digest, adjusted at each write: no digest needs a walk.
 */

/** Words of one page and who may change them. */
export class Page {
  readonly owner: number;
  readonly words: Uint32Array;
  constructor(owner: number, words: Uint32Array) {
    this.owner = owner;
    this.words = words;
  }
}

/** 64 pages and who may change the list. */
export class Table {
  readonly owner: number;
  readonly pages: Page[];
  constructor(owner: number, pages: Page[]) {
    this.owner = owner;
    this.pages = pages;
  }
}

/** The top node of one plane, with the two lanes of its digest. */
export class Root {
  readonly owner: number;
  readonly tables: Table[];
  low: number;
  high: number;
  constructor(owner: number, tables: Table[], low: number, high: number) {
    this.owner = owner;
    this.tables = tables;
    this.low = low;
    this.high = high;
  }
}

const NOBODY = 0;

/**
 * Words in a page: 512, so that a plane spans 64 x 64 x 512 words = 8 MiB, the GGTT's size. Kept
 * beside the exports of the same value: V8 compiles a constant that is not exported into the code as a number,
 * where an exported one is loaded and checked at each use.
 */
const SHIFT = 9;
const PAGE_SIZE = 1 << SHIFT;
const MASK = PAGE_SIZE - 1;
const TABLE_SHIFT = SHIFT + 6;
export const PAGE_SHIFT = SHIFT;
export const PAGE_MASK = MASK;
/** Pages of a plane. */
const PLANE_SHIFT = 12;

export const EMPTY_PAGE = new Page(NOBODY, new Uint32Array(PAGE_SIZE));
export const EMPTY_TABLE = new Table(NOBODY, new Array<Page>(64).fill(EMPTY_PAGE));
export const EMPTY_ROOT = new Root(NOBODY, new Array<Table>(64).fill(EMPTY_TABLE), 0, 0);

/** Walks every non-zero word of a plane in ascending order. */
export function eachWord(root: Root, visit: (index: number, value: number) => void): void {
  root.tables.forEach((table, t) => {
    if (table === EMPTY_TABLE) return;
    table.pages.forEach((page, p) => {
      if (page === EMPTY_PAGE) return;
      const base = (t << TABLE_SHIFT) | (p << SHIFT);
      for (let i = 0; i < PAGE_SIZE; i++) if (page.words[i] !== 0) visit(base | i, page.words[i]);
    });
  });
}

/** Visit every page of a sealed plane that was ever written, in ascending order of its number. */
export function eachPage(root: Root, visit: (page: number, words: Uint32Array) => void): void {
  root.tables.forEach((table, t) => {
    if (table === EMPTY_TABLE) return;
    table.pages.forEach((page, p) => {
      if (page !== EMPTY_PAGE) visit((t << 6) | p, page.words);
    });
  });
}

/**
 * A sealed plane made of pages by their numbers. The words are not copied: nobody may write to them any
 * more.
 */
export function rootOfPages(pages: Iterable<readonly [page: number, words: Uint32Array]>): Root {
  const root = new Root(NOBODY, EMPTY_ROOT.tables.slice(), 0, 0);
  for (const [number, words] of pages) {
    const t = number >>> 6;
    if (root.tables[t] === EMPTY_TABLE) root.tables[t] = new Table(NOBODY, EMPTY_TABLE.pages.slice());
    root.tables[t].pages[number & 63] = new Page(NOBODY, words);
    for (let i = 0; i < PAGE_SIZE; i++) {
      if (words[i] === 0) continue;
      const value = scramble(words[i]);
      const key = keyLow((number << SHIFT) | i);
      root.low = (root.low + Math.imul(value, key)) | 0;
      root.high = (root.high + Math.imul(value, keyHigh(key))) | 0;
    }
  }
  return root;
}

/** Pages are cut from slabs of this many: making one by itself costs three times as much. */
const SLAB_PAGES = 16;

/** The editor of all planes of one running machine. */
export class Words {
  private owner: number;
  /** The roots that a snapshot would take now. Only the editor changes them. */
  readonly roots: Root[];
  /** Has a root been replaced since `seal` or `restore`? */
  changed = true;
  /**
   * A short way past the two levels: by plane and page, its words, good while `mark` is at least
   * `readable`, and owned while it is `writable`. Sealing takes ownership from all at once, restoring takes
   * everything.
   */
  private readonly pages: Uint32Array[];
  private readonly mark: Int32Array;
  private readable = 1;
  private writable = 2;
  private slab = new ArrayBuffer(0);
  private slabUsed = SLAB_PAGES;

  constructor(planes: number) {
    this.owner = 1;
    this.roots = new Array<Root>(planes).fill(EMPTY_ROOT);
    this.pages = new Array<Uint32Array>(planes << PLANE_SHIFT).fill(EMPTY_PAGE.words);
    this.mark = new Int32Array(planes << PLANE_SHIFT);
  }

  /** Go on from sealed roots; nothing reachable from them is changed any more. */
  restore(roots: readonly Root[], owner: number): void {
    for (let p = 0; p < roots.length; p++) this.roots[p] = roots[p];
    this.owner = owner;
    this.readable = this.writable + 1;
    this.writable += 2;
    this.changed = false;
    if (this.writable > 0x7fff_0000) this.startMarksAnew();
  }

  /** Seal everything written so far: later writes copy. `owner` must be new. */
  seal(owner: number): void {
    this.owner = owner;
    this.writable++;
    this.changed = false;
    if (this.writable > 0x7fff_0000) this.startMarksAnew();
  }

  read(plane: number, index: number): number {
    const slot = (plane << PLANE_SHIFT) | (index >>> SHIFT);
    const words = this.mark[slot] >= this.readable ? this.pages[slot] : this.look(plane, index, slot);
    return words[index & MASK];
  }

  write(plane: number, index: number, value: number): void {
    const slot = (plane << PLANE_SHIFT) | (index >>> SHIFT);
    const mark = this.mark[slot];
    let words = mark >= this.readable ? this.pages[slot] : this.look(plane, index, slot);
    const old = words[index & MASK];
    if ((old ^ value) === 0) return;
    if (mark !== this.writable) words = this.openPage(plane, index, slot);
    words[index & MASK] = value;
    this.adjust(this.roots[plane], index, old, value);
  }

  /**
   * Write `count` words of `values` to consecutive places that lie in one page: one look-up for all of
   * them.
   */
  writeRun(plane: number, index: number, values: Uint32Array, count: number): void {
    const slot = (plane << PLANE_SHIFT) | (index >>> SHIFT);
    const mark = this.mark[slot];
    let words = mark >= this.readable ? this.pages[slot] : this.look(plane, index, slot);
    const from = index & MASK;
    let i = 0;
    while (i < count && words[from + i] === values[i]) i++;
    if (i === count) return;
    if (mark !== this.writable) words = this.openPage(plane, index, slot);
    const root = this.roots[plane];
    for (; i < count; i++) {
      const old = words[from + i];
      const value = values[i];
      if (old === value) continue;
      words[from + i] = value;
      this.adjust(root, index + i, old, value);
    }
  }

  /** Write an 8-byte entry; its place is even. */
  writePair(plane: number, index: number, low: number, high: number): void {
    const slot = (plane << PLANE_SHIFT) | (index >>> SHIFT);
    const mark = this.mark[slot];
    let words = mark >= this.readable ? this.pages[slot] : this.look(plane, index, slot);
    const at = index & MASK;
    const oldLow = words[at];
    const oldHigh = words[at + 1];
    if (((oldLow ^ low) | (oldHigh ^ high)) === 0) return;
    if (mark !== this.writable) words = this.openPage(plane, index, slot);
    const root = this.roots[plane];
    words[at] = low;
    if ((oldLow ^ low) !== 0) this.adjust(root, index, oldLow, low);
    if ((oldHigh ^ high) === 0) return;
    words[at + 1] = high;
    this.adjust(root, index + 1, oldHigh, high);
  }

  /** The words of the page that holds a place, to look at until the next write. */
  page(plane: number, index: number): Uint32Array {
    const slot = (plane << PLANE_SHIFT) | (index >>> SHIFT);
    return this.mark[slot] >= this.readable ? this.pages[slot] : this.look(plane, index, slot);
  }

  /**
   * Follow a change in the plane's digest: `scramble`, `keyLow` and `keyHigh` of mix.ts, written out where
   * it is hot.
   */
  private adjust(root: Root, index: number, old: number, value: number): void {
    const a = Math.imul(value ^ (value >>> 16), 0x2c1b3c6d);
    const b = Math.imul(old ^ (old >>> 16), 0x2c1b3c6d);
    const change = (a ^ (a >>> 15)) - (b ^ (b >>> 15));
    const x = Math.imul(index + 0x3c6ef372, 0x9e3779b1);
    const key = Math.imul(x ^ (x >>> 15), 0x85ebca6b) | 1;
    root.low = (root.low + Math.imul(change, key)) | 0;
    root.high = (root.high + Math.imul(change, Math.imul(key ^ (key >>> 14), 0x7feb352d) | 1)) | 0;
  }

  /** Forget a whole plane: every word is zero again. */
  clear(plane: number): void {
    const root = this.roots[plane];
    if (root === EMPTY_ROOT) return;
    for (let t = 0; t < 64; t++) {
      if (root.tables[t] === EMPTY_TABLE) continue;
      const slot = (plane << PLANE_SHIFT) | (t << 6);
      this.mark.fill(0, slot, slot + 64);
    }
    this.roots[plane] = EMPTY_ROOT;
    this.changed = true;
  }

  /** Zero the words from `from` to `end` (exclusive) of a plane: pages that nobody has written to are passed over. */
  clearRange(plane: number, from: number, end: number): void {
    for (let at = from; at < end; ) {
      const next = Math.min((at | MASK) + 1, end);
      if (this.page(plane, at) === EMPTY_PAGE.words) at = next;
      for (; at < next; at++) this.write(plane, at, 0);
    }
  }

  /** The words of a page that was not looked up since the last `restore`. */
  private look(plane: number, index: number, slot: number): Uint32Array {
    const { words } = this.roots[plane].tables[index >>> TABLE_SHIFT].pages[(index >>> SHIFT) & 63];
    this.pages[slot] = words;
    this.mark[slot] = this.readable;
    return words;
  }

  private openPage(plane: number, index: number, slot: number): Uint32Array {
    const owner = this.owner;
    let root = this.roots[plane];
    if (root.owner !== owner) {
      root = new Root(owner, root.tables.slice(), root.low, root.high);
      this.roots[plane] = root;
      this.changed = true;
    }
    const t = index >>> TABLE_SHIFT;
    let table = root.tables[t];
    if (table.owner !== owner) {
      table = new Table(owner, table.pages.slice());
      root.tables[t] = table;
    }
    const p = (index >>> SHIFT) & 63;
    let page = table.pages[p];
    if (page.owner !== owner) {
      page = new Page(owner, this.copyOf(page));
      table.pages[p] = page;
    }
    this.pages[slot] = page.words;
    this.mark[slot] = this.writable;
    return page.words;
  }

  private copyOf(page: Page): Uint32Array {
    if (this.slabUsed === SLAB_PAGES) {
      this.slab = new ArrayBuffer(SLAB_PAGES * PAGE_SIZE * 4);
      this.slabUsed = 0;
    }
    const words = new Uint32Array(this.slab, this.slabUsed++ * PAGE_SIZE * 4, PAGE_SIZE);
    if (page !== EMPTY_PAGE) words.set(page.words);
    return words;
  }

  private startMarksAnew(): void {
    this.mark.fill(0);
    this.readable = 1;
    this.writable = 2;
  }
}
