/** Words of a slab: memory comes in pieces of this size, so that growing copies nothing. */
const SLAB_WORDS = 1 << 16;

/**
 * Many small runs of words of one length, each counted by who refers to it. Run 0 is all zeros and stays.
 */
export class Slots {
  /** Words of a run: a power of two. */
  readonly width: number;
  /** Runs in use. */
  used = 0;
  private readonly shift: number;
  private readonly mask: number;
  private readonly slabs: Uint32Array[] = [];
  private readonly counts: Uint32Array[] = [];
  /** The first free run, whose first word names the next one; 0: none. */
  private free = 0;
  private count = 0;

  constructor(width: number) {
    this.width = width;
    this.shift = Math.clz32(width) - Math.clz32(SLAB_WORDS);
    this.mask = (1 << this.shift) - 1;
    this.take();
  }

  /** Bytes that the runs in use take, with their counts. */
  get bytes(): number {
    return this.used * (this.width + 1) * 4;
  }

  /** A run of its own, with any content, referred to once. */
  take(): number {
    let id = this.free;
    if (id === 0) {
      id = this.count++;
      if ((id & this.mask) === 0) {
        this.slabs.push(new Uint32Array(SLAB_WORDS));
        this.counts.push(new Uint32Array(this.mask + 1));
      }
    } else this.free = this.slab(id)[this.at(id)];
    this.counts[id >>> this.shift][id & this.mask] = 1;
    this.used++;
    return id;
  }

  /** The words in which run `id` lies, from `at(id)` on. */
  slab(id: number): Uint32Array {
    return this.slabs[id >>> this.shift];
  }

  at(id: number): number {
    return (id & this.mask) * this.width;
  }

  /** One more refers to the run. */
  keep(id: number): number {
    if (id !== 0) this.counts[id >>> this.shift][id & this.mask]++;
    return id;
  }

  /**
   * One less refers to it. True where nobody does any more: then the caller lets go of what the run refers to,
   * and calls `recycle`.
   */
  drop(id: number): boolean {
    return id !== 0 && --this.counts[id >>> this.shift][id & this.mask] === 0;
  }

  /** Nobody refers to the run: it may be taken again. */
  recycle(id: number): void {
    this.slab(id)[this.at(id)] = this.free;
    this.free = id;
    this.used--;
  }
}
