import { PAGE_WORDS } from "../hw/units.ts";

/**
 * Pages kept as their differences from similar pages: rings and contexts change by a few words from fetch to
 * fetch. Bounded: the oldest pages are forgotten, half of all at a time.
 */

/** Pages that a new one is compared with: the last ones packed. */
const NEIGHBOURS = 12;
/** A page that differs in more words than this stands by itself. */
const MOST_WORDS = 256;
/** A page that differs in no more words than this is near enough: no nearer one is looked for. */
const FEW_WORDS = 32;
/** First one word in so many is compared; if more than so many of those differ, the pages are too different. */
const PROBE_STEP = 17;
const MOST_PROBES = MOST_WORDS / PROBE_STEP;
/** At most so many steps from a page to one that stands by itself. */
const MOST_STEPS = 8;
/** Of an entry: the entry it differs from (or NO_BASE), the steps to the end, how many words differ. */
const HEAD_WORDS = 3;
const NO_BASE = 0xffff_ffff;
/** Words that a part starts with. */
const FIRST_WORDS = 1 << 12;

interface Neighbour {
  readonly at: number;
  readonly words: Uint32Array;
}

/** Entries one after another; each leans only on earlier ones of the same part. */
class Part {
  private data = new Uint32Array(0);
  private used = 0;
  private readonly places = new Map<number, number>();
  private readonly neighbours: Neighbour[] = [];
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** Bytes that its entries take. */
  get bytes(): number {
    return this.data.byteLength;
  }

  /** Is there no room for a page any more? */
  get full(): boolean {
    return this.used + HEAD_WORDS + PAGE_WORDS > this.most;
  }

  has(id: number): boolean {
    return this.places.has(id);
  }

  put(id: number, words: Uint32Array): void {
    this.reserve();
    const at = this.used;
    const base = this.nearest(words);
    if (base === null) this.putWhole(words);
    else this.putChanges(base, words);
    this.places.set(id, at);
    this.neighbours.push({ at, words });
    if (this.neighbours.length > NEIGHBOURS) this.neighbours.shift();
  }

  get(id: number): Uint32Array | null {
    const at = this.places.get(id);
    if (at === undefined) return null;
    const words = new Uint32Array(PAGE_WORDS);
    this.unpack(at, words);
    return words;
  }

  private unpack(at: number, into: Uint32Array): void {
    const { data } = this;
    const from = at + HEAD_WORDS;
    if (data[at] === NO_BASE) {
      into.set(data.subarray(from, from + PAGE_WORDS));
      return;
    }
    this.unpack(data[at], into);
    const count = data[at + 2];
    for (let i = 0; i < count; i++) into[data[from + i * 2]] = data[from + i * 2 + 1];
  }

  /** The last neighbour that differs in few words, or in the fewest; null where all differ in many. */
  private nearest(words: Uint32Array): Neighbour | null {
    let best: Neighbour | null = null;
    let least = MOST_WORDS + 1;
    for (let n = this.neighbours.length - 1; n >= 0 && least > FEW_WORDS; n--) {
      const neighbour = this.neighbours[n];
      if (this.data[neighbour.at + 1] >= MOST_STEPS) continue;
      const count = differences(words, neighbour.words, least);
      if (count >= least) continue;
      least = count;
      best = neighbour;
    }
    return best;
  }

  private putWhole(words: Uint32Array): void {
    const { data, used } = this;
    data[used] = NO_BASE;
    data[used + 1] = 0;
    data[used + 2] = PAGE_WORDS;
    data.set(words, used + HEAD_WORDS);
    this.used += HEAD_WORDS + PAGE_WORDS;
  }

  private putChanges(base: Neighbour, words: Uint32Array): void {
    const { data, used } = this;
    let to = used + HEAD_WORDS;
    for (let i = 0; i < PAGE_WORDS; i++) {
      if (words[i] === base.words[i]) continue;
      data[to++] = i;
      data[to++] = words[i];
    }
    data[used] = base.at;
    data[used + 1] = data[base.at + 1] + 1;
    data[used + 2] = (to - used - HEAD_WORDS) >> 1;
    this.used = to;
  }

  private reserve(): void {
    if (this.used + HEAD_WORDS + PAGE_WORDS <= this.data.length) return;
    const bigger = new Uint32Array(Math.min(this.most, Math.max(FIRST_WORDS, this.data.length * 2)));
    bigger.set(this.data.subarray(0, this.used));
    this.data = bigger;
  }
}

/**
 * In how many words two pages differ; counted up to `most`. Most of the time a few words already show that
 * there are many.
 */
function differences(a: Uint32Array, b: Uint32Array, most: number): number {
  let count = 0;
  for (let i = 0; i < PAGE_WORDS; i += PROBE_STEP) if (a[i] !== b[i] && ++count > MOST_PROBES) return most;
  count = 0;
  for (let i = 0; i < PAGE_WORDS && count < most; i++) if (a[i] !== b[i]) count++;
  return count;
}

/** Pages by id, packed, within a bound. */
export class PackedPages {
  private readonly words: number;
  private young: Part;
  private old: Part;

  /** `bytes`: what they may take together. */
  constructor(bytes: number) {
    this.words = Math.max(HEAD_WORDS + PAGE_WORDS, Math.floor(bytes / 8));
    this.young = new Part(this.words);
    this.old = new Part(0);
  }

  /** Bytes that they take; the bound, or two whole pages where it is less. */
  get bytes(): number {
    return this.young.bytes + this.old.bytes;
  }

  /** Remember a page unless it is remembered already. Its words never change. */
  put(id: number, words: Uint32Array): void {
    if (this.young.has(id)) return;
    if (this.young.full) {
      this.old = this.young;
      this.young = new Part(this.words);
    }
    this.young.put(id, words);
  }

  /** Is it remembered? */
  has(id: number): boolean {
    return this.young.has(id) || this.old.has(id);
  }

  /** A copy of its words; null where it is forgotten. */
  get(id: number): Uint32Array | null {
    return this.young.get(id) ?? this.old.get(id);
  }
}
