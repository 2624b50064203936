import { PAGE_WORDS } from "../hw/units.ts";
import { wordsUnder } from "./mix.ts";
import { PackedPages } from "./packed-pages.ts";

/** Hashes 4 KiB; writes the first 128 bits of their SHA-256 as four little-endian words. */
export type PageHasher = (bytes: Uint8Array, into: Uint32Array) => void;
/** Are these two pages the same, byte for byte? */
export type PageComparer = (a: Uint8Array, b: Uint8Array) => boolean;

/** Of the bytes for pages that can be fetched again, one part in so many holds them as they are. */
const PACKED_SHARE = 4;

/**
 * Every content of a guest page that was ever fetched, once each, under a small id. It only grows; ids are
 * local to the store and never enter a digest or a file. Content 0 is the zero page.
 */
export class PageStore {
  /** Null: promised, not here yet. */
  private readonly pages: (Uint32Array | null)[] = [];
  private readonly hashes: Uint32Array[] = [];
  private readonly ids = new Map<string, number>();
  private readonly scratch = new Uint32Array(4);
  private readonly hasher: PageHasher;
  private comparer: PageComparer | null = null;
  /** Fetches promised pages: must intern the page with this hash, or throw. */
  private fetch: ((hash: Uint32Array) => void) | null = null;
  /** The content that a fetch under way is for: whatever comes with it, it does not go again. -1: none. */
  private pinned = -1;
  /** Ids of contents that were let go for good. */
  private readonly free: number[] = [];
  /** Pages that can be fetched again are packed or let go beyond this many, those that were not used for longest. */
  private most = Number.POSITIVE_INFINITY;
  private packed: PackedPages | null = null;
  /** By id: it came for who goes here and there, and may come back. */
  private readonly wanted: boolean[] = [];
  /** Their ids in order of use; one that was used again stands there again, and only its last place counts. */
  private readonly used: number[] = [];
  private gone = 0;
  /** By id: its last place in `used`, counted from the first that ever was. Undefined: not there. */
  private readonly lastUse: (number | undefined)[] = [];
  private forgotten = 0;
  /** How many are here. */
  private kept = 0;

  constructor(hasher: PageHasher) {
    this.hasher = hasher;
    this.intern(new Uint8Array(PAGE_WORDS * 4));
  }

  /** Contents that are held. */
  get held(): number {
    return this.pages.length - this.free.length;
  }

  get count(): number {
    return this.pages.length;
  }

  /** The page's 1,024 words. Never written to. */
  words(id: number): Uint32Array {
    return this.pages[id] ?? this.redeem(id);
  }

  /** The page's identity: four words. */
  hash(id: number): Uint32Array {
    return this.hashes[id];
  }

  bytes(id: number): Uint8Array {
    const words = this.words(id);
    return new Uint8Array(words.buffer, words.byteOffset, PAGE_WORDS * 4);
  }

  /** Id of this content; the bytes are copied where they are new. */
  intern(bytes: Uint8Array): number {
    this.hasher(bytes, this.scratch);
    return this.internHashed(this.scratch, bytes);
  }

  /**
   * Id of a content whose hash is known. `wanted`: it may be looked at again later, so that packing it pays when
   * it is let go.
   */
  internHashed(hash: Uint32Array, bytes: Uint8Array, wanted = false): number {
    const key = keyOf(hash);
    const known = this.ids.get(key);
    if (known !== undefined && (this.pages[known] !== null || this.packed?.has(known) === true)) return known;
    const copy = new Uint8Array(PAGE_WORDS * 4);
    copy.set(bytes);
    const id = known ?? this.reserve(hash, key);
    this.pages[id] = new Uint32Array(copy.buffer);
    if (wanted) this.wanted[id] = true;
    if (this.fetch !== null) this.letGo(id);
    return id;
  }

  /**
   * Hold the pages that come from now on within so many bytes: the last ones as they are, earlier ones packed.
   * What does not fit even so is fetched again when it is needed.
   */
  keepWithin(bytes: number): void {
    this.most = Math.max(1, Math.floor(bytes / PACKED_SHARE / (PAGE_WORDS * 4)));
    this.packed = new PackedPages(bytes - bytes / PACKED_SHARE);
  }

  /** The same by number: beyond so many (one at least), pages are fetched again when they are needed. */
  keepAtMost(pages: number): void {
    this.most = Math.max(1, pages);
    this.packed = null;
  }

  /** A page is used: of those that may go it is the last to go. */
  touch(id: number): void {
    if (this.lastUse[id] !== undefined) this.noteUse(id);
  }

  private noteUse(id: number): void {
    this.lastUse[id] = this.forgotten + this.used.length;
    this.used.push(id);
  }

  /** One more that can be fetched again; another one goes for it where there are too many. */
  private letGo(id: number): void {
    this.noteUse(id);
    this.kept++;
    while (this.kept > this.most) {
      const place = this.forgotten + this.gone;
      const oldest = this.used[this.gone++];
      if (this.lastUse[oldest] !== place) continue;
      if (oldest === this.pinned) {
        this.noteUse(oldest);
        continue;
      }
      const words = this.pages[oldest];
      if (words !== null && this.wanted[oldest] === true) this.packed?.put(oldest, words);
      this.pages[oldest] = null;
      this.lastUse[oldest] = undefined;
      this.kept--;
    }
    if (this.gone < 1 << 16) return;
    this.used.splice(0, this.gone);
    this.forgotten += this.gone;
    this.gone = 0;
  }

  /**
   * Id of a content of which only the hash is here; `fetchBy` says where the rest comes from once it is
   * needed.
   */
  promise(hash: Uint32Array): number {
    const key = keyOf(hash);
    return this.ids.get(key) ?? this.reserve(hash, key);
  }

  /**
   * Where promised pages come from: `fetch` must intern the page with the hash that it is given, or throw.
   */
  fetchBy(fetch: (hash: Uint32Array) => void): void {
    this.fetch = fetch;
  }

  /** Compare by this from now on: a host has faster ways than a loop. */
  compareBy(comparer: PageComparer): void {
    this.comparer = comparer;
  }

  private reserve(hash: Uint32Array, key: string): number {
    const id = this.free.pop() ?? this.pages.length;
    this.pages[id] = null;
    this.hashes[id] = hash.slice();
    this.ids.set(key, id);
    return id;
  }

  /**
   * Let a content go for good: its id will be another's. Nobody may hold the id any more, neither a state nor
   * a row.
   */
  forget(id: number): void {
    this.ids.delete(keyOf(this.hashes[id]));
    this.pages[id] = null;
    this.free.push(id);
    if (this.lastUse[id] !== undefined) this.kept--;
    this.lastUse[id] = undefined;
  }

  /** Are the bytes of content `id` here, if it is one at all? */
  has(id: number): boolean {
    return id < this.pages.length && this.pages[id] !== null;
  }

  private redeem(id: number): Uint32Array {
    const packed = this.packed?.get(id) ?? null;
    if (packed !== null) {
      this.pages[id] = packed;
      this.letGo(id);
      return packed;
    }
    const words = this.fetched(id);
    if (words === null || words === undefined) throw new Error(`no page ${id} in the store`);
    return words;
  }

  /** The page once its fetch is done. A block may bring more pages than are kept: the one asked for stays. */
  private fetched(id: number): Uint32Array | null | undefined {
    const outer = this.pinned;
    this.pinned = id;
    try {
      this.fetch?.(this.hashes[id]);
    } finally {
      this.pinned = outer;
    }
    return this.pages[id];
  }

  /** Id of the content with this hash, or -1. */
  find(hash: Uint32Array): number {
    return this.ids.get(keyOf(hash)) ?? -1;
  }

  /** Are the bytes of the content with this hash here? */
  holds(hash: Uint32Array): boolean {
    const id = this.find(hash);
    return id >= 0 && (this.pages[id] !== null || this.packed?.has(id) === true);
  }

  /** Does content `id` consist of exactly these bytes? */
  equals(id: number, bytes: Uint8Array): boolean {
    if (this.comparer !== null) return this.comparer(this.bytes(id), bytes);
    const words = this.words(id);
    if ((bytes.byteOffset & 3) === 0) {
      const other = wordsUnder(bytes);
      const from = bytes.byteOffset >>> 2;
      for (let i = 0, j = from; i < PAGE_WORDS; i += 4, j += 4) {
        const first = (words[i] ^ other[j]) | (words[i + 1] ^ other[j + 1]);
        if ((first | (words[i + 2] ^ other[j + 2]) | (words[i + 3] ^ other[j + 3])) !== 0) return false;
      }
      return true;
    }
    const own = this.bytes(id);
    for (let i = 0; i < own.length; i++) if (own[i] !== bytes[i]) return false;
    return true;
  }
}

function keyOf(hash: Uint32Array): string {
  return String.fromCharCode(
    hash[0] & 0xffff,
    hash[0] >>> 16,
    hash[1] & 0xffff,
    hash[1] >>> 16,
    hash[2] & 0xffff,
    hash[2] >>> 16,
    hash[3] & 0xffff,
    hash[3] >>> 16,
  );
}
