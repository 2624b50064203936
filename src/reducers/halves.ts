import { Slots } from "./slots.ts";

/**
 * Runs of 512 words in chunks of 32. A run shares chunks with the one that it was packed beside where they are
 * equal. Run 0 is all zeros.
 */

const CHUNK_WORDS = 32;
const CHUNKS = 16;
/** Words of a run: a page of a plane, half of a frame. */
export const HALF_WORDS = CHUNK_WORDS * CHUNKS;

/** Holds such runs, each counted by who refers to it. */
export class Halves {
  private readonly chunks = new Slots(CHUNK_WORDS);
  private readonly pages = new Slots(CHUNKS);

  /** Bytes that all runs take; what they share is counted once. */
  get bytes(): number {
    return this.chunks.bytes + this.pages.bytes;
  }

  /** One more refers to the run. */
  keep(id: number): number {
    return this.pages.keep(id);
  }

  /** 512 words from `from` on, beside the packed ones `theirId`. */
  pack(words: Uint32Array, from: number, theirId: number): number {
    const { pages, chunks } = this;
    const theirs = pages.slab(theirId);
    const at = pages.at(theirId);
    let c = 0;
    while (c < CHUNKS && this.holds(theirs[at + c], words, from + c * CHUNK_WORDS)) c++;
    if (c === CHUNKS) return pages.keep(theirId);
    const id = pages.take();
    const own = pages.slab(id);
    const to = pages.at(id);
    for (let k = 0; k < CHUNKS; k++) {
      const chunk = theirs[at + k];
      const start = from + k * CHUNK_WORDS;
      own[to + k] =
        k < c || this.holds(chunk, words, start) ? chunks.keep(chunk) : this.packChunk(words, start);
    }
    return id;
  }

  private packChunk(words: Uint32Array, from: number): number {
    if (this.holds(0, words, from)) return 0;
    const { chunks } = this;
    const id = chunks.take();
    const into = chunks.slab(id);
    const at = chunks.at(id);
    for (let i = 0; i < CHUNK_WORDS; i++) into[at + i] = words[from + i];
    return id;
  }

  /** Does a chunk hold these words? */
  private holds(chunk: number, words: Uint32Array, from: number): boolean {
    const slab = this.chunks.slab(chunk);
    const at = this.chunks.at(chunk);
    for (let i = 0; i < CHUNK_WORDS; i++) if (slab[at + i] !== words[from + i]) return false;
    return true;
  }

  /** Put the words of a run into `into`, from `from` on, which is zero there; returns `into`. */
  unpack(id: number, into: Uint32Array, from: number): Uint32Array {
    const { chunks, pages } = this;
    const list = pages.slab(id);
    const first = pages.at(id);
    for (let c = 0; c < CHUNKS; c++) {
      const chunk = list[first + c];
      if (chunk === 0) continue;
      const slab = chunks.slab(chunk);
      const at = chunks.at(chunk);
      const to = from + c * CHUNK_WORDS;
      for (let i = 0; i < CHUNK_WORDS; i++) into[to + i] = slab[at + i];
    }
    return into;
  }

  /** One less refers to the run. */
  drop(id: number): void {
    const { pages, chunks } = this;
    if (!pages.drop(id)) return;
    const at = pages.at(id);
    const slab = pages.slab(id);
    for (let c = 0; c < CHUNKS; c++) {
      const chunk = slab[at + c];
      if (chunks.drop(chunk)) chunks.recycle(chunk);
    }
    pages.recycle(id);
  }
}
