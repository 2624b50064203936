import { VGPU_MAX } from "../../hw/units.ts";
import type { Machine } from "../../reducers/machine.ts";
import { PLANES } from "../../reducers/planes.ts";
import { frameGfn, frameKey, frameVgpu } from "../../reducers/ram.ts";
import type { WriteListener } from "../../reducers/trace.ts";
import { PAGE_MASK, PAGE_SHIFT } from "../../reducers/words.ts";
import type { Codec } from "../recording/tools.ts";
import { type Item, packBody } from "../recording/wire.ts";
import { TreeShadow } from "./tree-slots.ts";

/**
 * The attachment `writers`: by block, for each page and guest frame that was written a mask of its words,
 * for each tree a mask of its slots; the same ORed over groups of blocks, so that a search skips most of
 * the recording.
 */

export const WRITERS = "writers";
export const WRITERS_VERSION = 1;
/** Blocks whose masks are ORed. */
export const WRITERS_GROUP = 64;
/** Words of the mask of a page (512 words) and of a guest's frame (1,024). */
export const WORDS_MASK_WORDS = 16;
export const MEMORY_MASK_WORDS = 32;
const PAGES_SHIFT = 12;

/** What was written since it was cleared. */
class MaskSet {
  readonly pages: MaskMap<number>;
  readonly frames: MaskMap<number>;
  readonly trees = new Uint32Array(VGPU_MAX + 1);

  constructor() {
    this.pages = new MaskMap(WORDS_MASK_WORDS, 1);
    this.frames = new MaskMap(MEMORY_MASK_WORDS, 2);
  }

  or(other: MaskSet): void {
    this.pages.or(other.pages);
    this.frames.or(other.frames);
    for (let t = 0; t < this.trees.length; t++) this.trees[t] |= other.trees[t];
  }

  clear(): void {
    this.pages.clear();
    this.frames.clear();
    this.trees.fill(0);
  }

  putInto(out: number[]): void {
    this.pages.putInto(out);
    this.frames.putInto(out);
    out.push(...this.trees);
  }
}

/** Masks by key; cleared ones are used again. */
class MaskMap<K extends number> {
  readonly masks = new Map<K, Uint32Array>();
  private readonly spare: Uint32Array[] = [];
  private readonly words: number;
  private readonly keyWords: number;

  constructor(words: number, keyWords: number) {
    this.words = words;
    this.keyWords = keyWords;
  }

  at(key: K): Uint32Array {
    const known = this.masks.get(key);
    if (known !== undefined) return known;
    const mask = this.spare.pop() ?? new Uint32Array(this.words);
    this.masks.set(key, mask);
    return mask;
  }

  or(other: MaskMap<K>): void {
    for (const [key, theirs] of other.masks) {
      const mask = this.at(key);
      for (let w = 0; w < mask.length; w++) mask[w] |= theirs[w];
    }
  }

  clear(): void {
    for (const mask of this.masks.values()) this.spare.push(mask.fill(0));
    this.masks.clear();
  }

  putInto(out: number[]): void {
    out.push(this.masks.size);
    for (const [key, mask] of [...this.masks].sort(([a], [b]) => a - b)) {
      if (this.keyWords === 1) out.push(key);
      else out.push(frameGfn(key), frameVgpu(key));
      for (let w = 0; w < mask.length; w++) out.push(mask[w]);
    }
  }
}

/** Collects the index while a recording is run: it listens to the machine. */
export class WriterWriter implements WriteListener {
  private readonly compression: string;
  private readonly codec: Codec;
  private readonly block = new MaskSet();
  private readonly group = new MaskSet();
  /** By plane and page: the block's mask, a short way to it. */
  private readonly quick = new Array<Uint32Array | null>(PLANES << PAGES_SHIFT).fill(null);
  private readonly shadows: (TreeShadow | null)[] = new Array<null>(VGPU_MAX + 1).fill(null);
  private readonly comparedAt = new Array<number>(VGPU_MAX + 1).fill(-2);
  private machine: Machine | null = null;
  private words: number[] = [];
  private readonly unions: number[] = [];
  private readonly groups: Item[] = [];
  private blocks = 0;

  constructor(compression: string, codec: Codec) {
    this.compression = compression;
    this.codec = codec;
  }

  /** The machine that is listened to, before it has run anything. */
  follow(machine: Machine): void {
    this.machine = machine;
    machine.core.trees.forEach((tree, t) => {
      this.shadows[t] = new TreeShadow(t, tree);
    });
    this.block.clear();
    this.quick.fill(null);
  }

  word(plane: number, index: number): void {
    const slot = (plane << PAGES_SHIFT) | (index >>> PAGE_SHIFT);
    let mask = this.quick[slot];
    if (mask === null) {
      mask = this.block.pages.at(slot);
      this.quick[slot] = mask;
    }
    mask[(index & PAGE_MASK) >>> 5] |= 1 << (index & 31);
  }

  memory(v: number, gfn: number, from: number, length: number): void {
    const mask = this.block.frames.at(frameKey(v, gfn));
    const end = (from + length + 3) >>> 2;
    for (let i = from >>> 2; i < end; i++) mask[i >>> 5] |= 1 << (i & 31);
  }

  fetched(v: number, gfn: number, before: Uint32Array | null, after: Uint32Array): void {
    const mask = this.block.frames.at(frameKey(v, gfn));
    if (before === null) mask.fill(0xffff_ffff);
    else for (let i = 0; i < after.length; i++) if (before[i] !== after[i]) mask[i >>> 5] |= 1 << (i & 31);
  }

  forgotten(v: number): void {
    this.machine?.core.ram[v].eachFrame((gfn) => this.block.frames.at(frameKey(v, gfn)).fill(0xffff_ffff));
  }

  /** What the tree's last opener did is compared when the next input opens it, or at the end of the block. */
  tree(t: number): void {
    const core = this.machine?.core;
    if (core === undefined || this.comparedAt[t] === core.seq) return;
    this.compare(t);
    this.comparedAt[t] = core.seq;
  }

  /** The block that was being run ends here. */
  endBlock(): void {
    for (let t = 0; t <= VGPU_MAX; t++) if (this.comparedAt[t] >= 0) this.endTree(t);
    this.comparedAt.fill(-2);
    for (const slot of this.block.pages.masks.keys()) this.quick[slot] = null;
    this.block.putInto(this.words);
    this.group.or(this.block);
    this.block.clear();
    this.blocks++;
    if (this.blocks % WRITERS_GROUP === 0) this.endGroup();
  }

  /** The attachment's data. */
  finish(): Uint8Array {
    if (this.blocks % WRITERS_GROUP !== 0) this.endGroup();
    const unions = this.blob(this.unions);
    return packBody([WRITERS_VERSION, this.compression, this.blocks, ...unions, ...this.groups]);
  }

  private compare(t: number): void {
    const core = this.machine?.core;
    const shadow = this.shadows[t];
    if (core === undefined || shadow === null) return;
    this.block.trees[t] |= shadow.changes(core.trees[t], this.block.trees[t]);
  }

  private endTree(t: number): void {
    this.compare(t);
    const tree = this.machine?.core.trees[t];
    if (tree !== undefined) this.shadows[t]?.settle(tree, this.block.trees[t]);
  }

  private endGroup(): void {
    this.groups.push(...this.blob(this.words));
    this.words = [];
    this.group.putInto(this.unions);
    this.group.clear();
  }

  private blob(words: readonly number[]): Item[] {
    const bytes = new Uint8Array(words.length * 4);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < words.length; i++) view.setUint32(i * 4, words[i], true);
    return [bytes.length, new Uint8Array(this.codec.compress(bytes))];
  }
}
