import { VGPU_MAX } from "../../hw/units.ts";
import { frameKey, GFN_BITS } from "../../reducers/ram.ts";
import { PAGE_MASK, PAGE_SHIFT } from "../../reducers/words.ts";
import { decompress } from "../checkpoint/pool.ts";
import type { Lineage } from "../recording/block-info.ts";
import { Malformed, refuse } from "../recording/errors.ts";
import type { Recording } from "../recording/recording.ts";
import type { Codec } from "../recording/tools.ts";
import { ItemReader } from "../recording/wire.ts";
import {
  MEMORY_MASK_WORDS,
  WORDS_MASK_WORDS,
  WRITERS,
  WRITERS_GROUP,
  WRITERS_VERSION,
} from "./writers-file.ts";

/** Something that can be written: words of a plane, bytes of guest memory, slots of a tree. */
export type WriteTarget =
  | { readonly kind: "words"; readonly plane: number; readonly index: number; readonly count: number }
  | { readonly kind: "memory"; readonly vgpu: number; readonly address: number; readonly length: number }
  | { readonly kind: "tree"; readonly tree: number; readonly mask: number };

const MOST_BLOB = 64 << 20;

/** What one block, or one group of blocks, wrote. */
interface Masks {
  readonly pages: ReadonlyMap<number, Uint32Array>;
  readonly frames: ReadonlyMap<number, Uint32Array>;
  readonly trees: Uint32Array;
}

interface Blob {
  readonly size: number;
  readonly bytes: Uint8Array;
}

/**
 * The attachment `writers` of a recording being read: in which blocks a place may have been written; in no
 * other it was.
 */
export class Writers {
  private readonly codec: Codec;
  /** Of a branch: blocks that it has from its parent, and the parent's index, if that has one. */
  private readonly before: number;
  private readonly parent: Writers | null;
  /** Own blocks that the index covers. */
  private readonly blocks: number;
  private readonly unions: readonly Masks[];
  private readonly groups: readonly Blob[];
  /** The group decoded last. */
  private open: { readonly group: number; readonly masks: readonly Masks[] } | null = null;

  /** Null where the recording has none, or (with a warning) none that can be used. */
  static of(recording: Recording): Writers | null {
    const data = recording.attachment(WRITERS);
    if (data === null) return null;
    const { lineage } = recording;
    try {
      return new Writers(recording, new ItemReader(data), lineage);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      recording.warnings.push(`attachment ${WRITERS}: ${error.message}: ignored`);
      return null;
    }
  }

  private constructor(recording: Recording, items: ItemReader, lineage: Lineage | null) {
    this.before = lineage?.blocks ?? 0;
    this.parent = lineage === null ? null : Writers.of(lineage.parent);
    if (items.u32() !== WRITERS_VERSION) refuse("of another version");
    const compression = items.text();
    const { codecs } = recording.tools;
    if (!Object.hasOwn(codecs, compression)) refuse("compressed by what this version cannot read");
    this.codec = codecs[compression];
    this.blocks = items.u32();
    const count = Math.ceil(this.blocks / WRITERS_GROUP);
    const unions = readBlob(items);
    const groups: Blob[] = [];
    for (let g = 0; g < count; g++) groups.push(readBlob(items));
    items.end();
    const wanted = recording.blockCount - this.before;
    if (this.blocks < wanted) refuse(`for ${this.blocks} of ${wanted} blocks`);
    this.groups = groups;
    this.unions = this.decode(unions, count);
  }

  /**
   * Blocks before and with block `n` in which the target may have been written, the last one first. Throws
   * Malformed.
   */
  *blocksBack(n: number, target: WriteTarget): Generator<number> {
    const { before, parent } = this;
    if (n >= before) for (const own of this.ownBack(n - before, target)) yield own + before;
    const last = Math.min(n, before - 1);
    if (parent !== null) yield* parent.blocksBack(last, target);
    else for (let k = last; k >= 0; k--) yield k;
  }

  private *ownBack(n: number, target: WriteTarget): Generator<number> {
    const last = Math.min(n, this.blocks - 1);
    for (let g = Math.floor(last / WRITERS_GROUP); g >= 0; g--) {
      if (!wrote(this.unions[g], target)) continue;
      const masks = this.group(g);
      for (let k = Math.min(masks.length - 1, last - g * WRITERS_GROUP); k >= 0; k--) {
        if (wrote(masks[k], target)) yield g * WRITERS_GROUP + k;
      }
    }
  }

  private group(g: number): readonly Masks[] {
    if (this.open?.group === g) return this.open.masks;
    const masks = this.decode(this.groups[g], Math.min(WRITERS_GROUP, this.blocks - g * WRITERS_GROUP));
    this.open = { group: g, masks };
    return masks;
  }

  private decode(blob: Blob, count: number): Masks[] {
    const bytes = decompress(this.codec, blob.bytes, blob.size);
    const reader = new WordReader(bytes);
    const masks: Masks[] = [];
    for (let k = 0; k < count; k++) {
      masks.push({ pages: reader.pages(), frames: reader.frames(), trees: reader.take(VGPU_MAX + 1) });
    }
    reader.end();
    return masks;
  }
}

function readBlob(items: ItemReader): Blob {
  const size = items.u32();
  if (size > MOST_BLOB) refuse(`a part of ${size} bytes`);
  return { size, bytes: items.bytes() };
}

function wrote(masks: Masks, target: WriteTarget): boolean {
  if (target.kind === "tree") return (masks.trees[target.tree] & target.mask) !== 0;
  if (target.kind === "words") {
    const page = masks.pages.get((target.plane << 12) | (target.index >>> PAGE_SHIFT));
    return page !== undefined && anyBit(page, target.index & PAGE_MASK, target.count);
  }
  const frame = masks.frames.get(frameKey(target.vgpu, Math.floor(target.address / 4096)));
  if (frame === undefined) return false;
  const from = (target.address % 4096) >>> 2;
  const to = ((target.address % 4096) + target.length + 3) >>> 2;
  return anyBit(frame, from, to - from);
}

function anyBit(mask: Uint32Array, from: number, count: number): boolean {
  for (let i = from; i < from + count; i++) if ((mask[i >>> 5] & (1 << (i & 31))) !== 0) return true;
  return false;
}

/** Reads little-endian words, bounds checked. */
class WordReader {
  private readonly view: DataView;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  take(count: number): Uint32Array {
    if (count * 4 > this.view.byteLength - this.at) refuse("a part that ends early");
    const words = new Uint32Array(count);
    for (let i = 0; i < count; i++, this.at += 4) words[i] = this.view.getUint32(this.at, true);
    return words;
  }

  /** A count, then pages, each with its mask. */
  pages(): Map<number, Uint32Array> {
    const [count] = this.take(1);
    const masks = new Map<number, Uint32Array>();
    for (let i = 0; i < count; i++) masks.set(this.take(1)[0], this.take(WORDS_MASK_WORDS));
    return masks;
  }

  /** A count, then frames (gfn, vGPU), each with its mask. */
  frames(): Map<number, Uint32Array> {
    const [count] = this.take(1);
    const masks = new Map<number, Uint32Array>();
    for (let i = 0; i < count; i++) {
      const [gfn, vgpu] = this.take(2);
      if (gfn >>> GFN_BITS !== 0 || vgpu > VGPU_MAX) refuse(`frame ${gfn} of vGPU ${vgpu}, which is none`);
      masks.set(frameKey(vgpu, gfn), this.take(MEMORY_MASK_WORDS));
    }
    return masks;
  }

  end(): void {
    if (this.at !== this.view.byteLength) refuse("a part that is too long");
  }
}
