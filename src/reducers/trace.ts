import type { Trace } from "./core.ts";
import type { PageStore } from "./pages.ts";
import { PLANES } from "./planes.ts";
import { Ram } from "./ram.ts";
import { eachPage, PAGE_SHIFT, Words } from "./words.ts";

/**
 * Hears of every write that a machine makes, right before it is made. Values that stay as they were are
 * told too.
 */
export interface WriteListener {
  /** A word of a plane. */
  word(plane: number, index: number): void;
  /** `length` bytes of a guest's frame are written by the model. */
  memory(v: number, gfn: number, from: number, length: number): void;
  /** A guest's frame is answered with other content than was known: null where nothing was. */
  fetched(v: number, gfn: number, before: Uint32Array | null, after: Uint32Array): void;
  /** Everything that is known of a guest's memory is forgotten. */
  forgotten(v: number): void;
  /** A tree is opened to be changed: 0 the device's, 1-7 the vGPUs'. */
  tree(tree: number): void;
}

class TracedWords extends Words {
  private readonly listener: WriteListener;

  constructor(listener: WriteListener) {
    super(PLANES);
    this.listener = listener;
  }

  override write(plane: number, index: number, value: number): void {
    this.listener.word(plane, index);
    super.write(plane, index, value);
  }

  override writeRun(plane: number, index: number, values: Uint32Array, count: number): void {
    for (let i = 0; i < count; i++) this.listener.word(plane, index + i);
    super.writeRun(plane, index, values, count);
  }

  override writePair(plane: number, index: number, low: number, high: number): void {
    this.listener.word(plane, index);
    this.listener.word(plane, index + 1);
    super.writePair(plane, index, low, high);
  }

  /** All of them are told, as of any other write. */
  override clearRange(plane: number, from: number, end: number): void {
    for (let at = from; at < end; at++) this.write(plane, at, 0);
  }

  override clear(plane: number): void {
    eachPage(this.roots[plane], (page, words) => {
      for (let i = 0; i < words.length; i++)
        if (words[i] !== 0) this.listener.word(plane, (page << PAGE_SHIFT) | i);
    });
    super.clear(plane);
  }
}

class TracedRam extends Ram {
  private readonly listener: WriteListener;
  private readonly v: number;
  private readonly pages: PageStore;

  constructor(listener: WriteListener, v: number, pages: PageStore) {
    super(pages);
    this.listener = listener;
    this.v = v;
    this.pages = pages;
  }

  override fetched(gfn: number, content: number, stamp: number): void {
    if (this.contentOf(gfn) !== content) {
      this.listener.fetched(this.v, gfn, this.known(gfn), this.pages.words(content));
    }
    super.fetched(gfn, content, stamp);
  }

  override writeWord(gfn: number, word: number, value: number, mask: number): void {
    this.listener.memory(this.v, gfn, word * 4, 4);
    super.writeWord(gfn, word, value, mask);
  }

  override writeWords(gfn: number, to: number, source: Uint32Array, from: number, count: number): void {
    this.listener.memory(this.v, gfn, to * 4, count * 4);
    super.writeWords(gfn, to, source, from, count);
  }

  override writeBytes(gfn: number, at: number, bytes: Uint8Array, from: number, length: number): void {
    this.listener.memory(this.v, gfn, at, length);
    super.writeBytes(gfn, at, bytes, from, length);
  }

  override clear(): void {
    this.listener.forgotten(this.v);
    super.clear();
  }
}

/** Editors for a machine that tells `listener` of its writes: the `trace` of its setting. */
export function traceFor(listener: WriteListener): Trace {
  return {
    words: new TracedWords(listener),
    ram: (v, store) => new TracedRam(listener, v, store),
    opened: (tree) => listener.tree(tree),
  };
}
