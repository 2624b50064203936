import { PAGE_BYTES, PAGE_WORDS } from "../hw/units.ts";
import { HASH, hashWords, keyHigh, keyLow, scramble, wordsUnder } from "./mix.ts";
import type { PageStore } from "./pages.ts";

/**
 * What the model knows of one guest's memory. A fetched frame is a content id until the model itself writes
 * into it; a new answer replaces it. Bytes never seen read 0, and the frame is then partial. Frame numbers
 * have 24 bits: 64 GiB a guest.
 */
export const GFN_BITS = 24;

/** One number for a guest frame of a vGPU: the vGPU's number over the gfn. */
export function frameKey(vgpu: number, gfn: number): number {
  return (vgpu << GFN_BITS) | gfn;
}

/** The vGPU of a frame's number. */
export function frameVgpu(key: number): number {
  return key >>> GFN_BITS;
}

/** The gfn of a frame's number. */
export function frameGfn(key: number): number {
  return key & ((1 << GFN_BITS) - 1);
}

/** What is known of one guest frame. */
export class Frame {
  readonly owner: number;
  /** Content id in the page store; what `words` started from. */
  content: number;
  /** Own words, once written; those of an earlier state until they are written again. */
  words: Uint32Array | null;
  ownsWords = false;
  /** The turn, access or draw that fetched it: its freshness. 0: never fetched. */
  stamp: number;
  digestLow: number;
  digestHigh: number;
  touched: boolean;

  constructor(owner: number, from: Frame | null) {
    this.owner = owner;
    this.content = from === null ? 0 : from.content;
    this.words = from === null ? null : from.words;
    this.stamp = from === null ? 0 : from.stamp;
    this.digestLow = from === null ? 0 : from.digestLow;
    this.digestHigh = from === null ? 0 : from.digestHigh;
    this.touched = false;
  }
}

/** One node of the radix tree over frame numbers; whoever is its owner may change it in place. */
export class RamNode {
  readonly owner: number;
  readonly slots: (RamNode | Frame | null)[];
  constructor(owner: number, slots: (RamNode | Frame | null)[]) {
    this.owner = owner;
    this.slots = slots;
  }
}

const EMPTY_RAM = new RamNode(0, new Array<null>(64).fill(null));

/** One guest's known memory as a value, with the two lanes of its digest. */
export interface RamState {
  readonly root: RamNode;
  readonly low: number;
  readonly high: number;
}

/** One frame of a guest's known memory, as it stands in a checkpoint. */
export interface FrameFacts {
  readonly gfn: number;
  /** Content id of its last answer; meaningless where there are `words`. */
  readonly content: number;
  /** Its words, where the model wrote some itself. */
  readonly words: Uint32Array | null;
  readonly stamp: number;
}

export const NO_RAM: RamState = { root: EMPTY_RAM, low: 0, high: 0 };
const LEVEL_SHIFTS = [18, 12, 6, 0] as const;

/** Frames' words are cut from slabs of this many: making each by itself costs three times as much. */
const SLAB_FRAMES = 8;
/** From so many words on the host copies faster than a loop, though it takes a view to tell it which. */
const COPY_WORDS = 48;

/** The editor of one guest's known memory. */
export class Ram {
  root: RamNode = EMPTY_RAM;
  digestLow = 0;
  digestHigh = 0;
  private owner = 1;
  private sealed = NO_RAM;
  private readonly touched: number[] = [];
  /** The frame opened last: runs of writes go to one frame. */
  private lastGfn = -1;
  private lastFrame: Frame | null = null;
  private readonly store: PageStore;
  private slab = new ArrayBuffer(0);
  private slabUsed = SLAB_FRAMES;

  constructor(store: PageStore) {
    this.store = store;
  }

  restore(state: RamState, owner: number): void {
    this.sealed = state;
    this.root = state.root;
    this.digestLow = state.low;
    this.digestHigh = state.high;
    this.owner = owner;
    this.touched.length = 0;
    this.lastGfn = -1;
  }

  /**
   * What is known, as a value: the same one again where nothing has changed. Later changes copy. `owner` must
   * be new.
   */
  seal(owner: number): RamState {
    this.owner = owner;
    this.lastGfn = -1;
    if (this.touched.length > 0) this.settleDigest();
    if (this.root !== this.sealed.root) {
      this.sealed = { root: this.root, low: this.digestLow, high: this.digestHigh };
    }
    return this.sealed;
  }

  /**
   * The frame's words if it was fetched under this stamp or a later one, which is newer still; else null: the
   * caller must ask for it.
   */
  fresh(gfn: number, stamp: number): Uint32Array | null {
    const frame = this.find(gfn);
    if (frame === null || frame.stamp < stamp) return null;
    return frame.words ?? this.store.words(frame.content);
  }

  /**
   * The frame's words, to write to. Where it has a content of its own or of an earlier state, that is copied
   * first.
   */
  private ownWords(frame: Frame): Uint32Array {
    if (frame.words !== null && frame.ownsWords) return frame.words;
    if (this.slabUsed === SLAB_FRAMES) {
      this.slab = new ArrayBuffer(SLAB_FRAMES * PAGE_BYTES);
      this.slabUsed = 0;
    }
    const words = new Uint32Array(this.slab, this.slabUsed++ * PAGE_BYTES, PAGE_WORDS);
    words.set(frame.words ?? this.store.words(frame.content));
    frame.words = words;
    frame.ownsWords = true;
    return words;
  }

  /** What is known of the frame, however old; null where nothing is. */
  known(gfn: number): Uint32Array | null {
    const frame = this.find(gfn);
    if (frame === null) return null;
    return frame.words ?? this.store.words(frame.content);
  }

  /** Content id of the frame's last answer, or -1 where it has none or the model wrote since. */
  contentOf(gfn: number): number {
    const frame = this.find(gfn);
    return frame === null || frame.words !== null || frame.stamp === 0 ? -1 : frame.content;
  }

  /** An answer: the frame holds this content now. */
  fetched(gfn: number, content: number, stamp: number): void {
    const frame = this.open(gfn);
    frame.content = content;
    frame.words = null;
    frame.stamp = stamp;
  }

  /** The frame as a checkpoint holds it: `words` is null where the model has not written into its content. */
  put(facts: FrameFacts): void {
    const frame = this.open(facts.gfn);
    frame.content = facts.content;
    frame.words = facts.words;
    frame.ownsWords = false;
    frame.stamp = facts.stamp;
  }

  /** The model's own write of words into a frame; `mask` selects the bytes of each word. */
  writeWord(gfn: number, word: number, value: number, mask: number): void {
    const frame = this.open(gfn);
    const words = this.ownWords(frame);
    words[word] = (words[word] & ~mask) | (value & mask);
  }

  /** The model's own write of `count` of `source`, from number `from` on, to words of one frame. */
  writeWords(gfn: number, to: number, source: Uint32Array, from: number, count: number): void {
    copyWords(this.ownWords(this.open(gfn)), to, source, from, count);
  }

  /** The model's own write of bytes that stay within one frame. */
  writeBytes(gfn: number, at: number, bytes: Uint8Array, from: number, length: number): void {
    const words = this.ownWords(this.open(gfn));
    const start = bytes.byteOffset + from;
    if (((at | start | length) & 3) === 0) {
      copyWords(words, at >>> 2, wordsUnder(bytes), start >>> 2, length >>> 2);
      return;
    }
    for (let i = 0; i < length; i++) {
      const word = (at + i) >>> 2;
      const bit = ((at + i) & 3) * 8;
      words[word] = (words[word] & ~(0xff << bit)) | (bytes[from + i] << bit);
    }
  }

  clear(): void {
    this.root = EMPTY_RAM;
    this.digestLow = 0;
    this.digestHigh = 0;
    this.touched.length = 0;
    this.lastGfn = -1;
  }

  /** Bring the digest up to date with every frame touched since the last call. */
  settleDigest(): void {
    for (let k = 0; k < this.touched.length; k++) {
      const gfn = this.touched[k];
      const frame = this.find(gfn);
      if (frame === null || !frame.touched) continue;
      frame.touched = false;
      if (frame.words !== null) hashWords(frame.words, 0, frame.words.length);
      else hashWords(this.store.hash(frame.content), 0, 4);
      const key = keyLow(gfn);
      const low = Math.imul(scramble(HASH.low), key);
      const high = Math.imul(scramble(HASH.high), keyHigh(key));
      this.digestLow = (this.digestLow - frame.digestLow + low) | 0;
      this.digestHigh = (this.digestHigh - frame.digestHigh + high) | 0;
      frame.digestLow = low;
      frame.digestHigh = high;
    }
    this.touched.length = 0;
  }

  /** Visit every known frame in ascending order. */
  eachFrame(visit: (gfn: number, words: Uint32Array) => void): void {
    eachFrameOf(this.root, this.store, visit);
  }

  private find(gfn: number): Frame | null {
    if (gfn === this.lastGfn) return this.lastFrame;
    const second = this.root.slots[(gfn >>> 18) & 63] as RamNode | null;
    if (second === null) return null;
    const third = second.slots[(gfn >>> 12) & 63] as RamNode | null;
    if (third === null) return null;
    const fourth = third.slots[(gfn >>> 6) & 63] as RamNode | null;
    return fourth === null ? null : (fourth.slots[gfn & 63] as Frame | null);
  }

  private open(gfn: number): Frame {
    const last = this.lastFrame;
    if (gfn === this.lastGfn && last !== null && last.touched) return last;
    return this.openAnew(gfn);
  }

  private openAnew(gfn: number): Frame {
    if (this.root.owner !== this.owner) this.root = new RamNode(this.owner, this.root.slots.slice());
    let node = this.root;
    for (let level = 0; level < 3; level++) {
      const slot = (gfn >>> LEVEL_SHIFTS[level]) & 63;
      let next = node.slots[slot] as RamNode | null;
      if (next === null || next.owner !== this.owner) {
        next = new RamNode(this.owner, (next ?? EMPTY_RAM).slots.slice());
        node.slots[slot] = next;
      }
      node = next;
    }
    let frame = node.slots[gfn & 63] as Frame | null;
    if (frame === null || frame.owner !== this.owner) {
      frame = new Frame(this.owner, frame);
      node.slots[gfn & 63] = frame;
    }
    if (!frame.touched) {
      frame.touched = true;
      this.touched.push(gfn);
    }
    this.lastGfn = gfn;
    this.lastFrame = frame;
    return frame;
  }
}

function copyWords(words: Uint32Array, to: number, source: Uint32Array, from: number, count: number): void {
  if (count >= COPY_WORDS) words.set(source.subarray(from, from + count), to);
  else for (let i = 0; i < count; i++) words[to + i] = source[from + i];
}

/** Visit every frame of a sealed memory in ascending order. */
function eachFrameOf(
  root: RamNode,
  store: PageStore,
  visit: (gfn: number, words: Uint32Array) => void,
): void {
  const walk = (node: RamNode, level: number, base: number): void => {
    node.slots.forEach((next, slot) => {
      if (next === null) return;
      if (level === 3) visit(base | slot, (next as Frame).words ?? store.words((next as Frame).content));
      else walk(next as RamNode, level + 1, base | (slot << LEVEL_SHIFTS[level]));
    });
  };
  walk(root, 0, 0);
}

/** Visit what is known of every frame of a sealed memory, in ascending order. */
export function eachFrameFacts(root: RamNode, visit: (facts: FrameFacts) => void): void {
  const walk = (node: RamNode, level: number, base: number): void => {
    node.slots.forEach((next, slot) => {
      if (next === null) return;
      if (level < 3) walk(next as RamNode, level + 1, base | (slot << LEVEL_SHIFTS[level]));
      else {
        const { content, words, stamp } = next as Frame;
        visit({ gfn: base | slot, content, words, stamp });
      }
    });
  };
  walk(root, 0, 0);
}
