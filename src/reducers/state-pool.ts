import { VGPU_MAX } from "../hw/units.ts";
import type { State } from "./machine.ts";
import { PLANES } from "./planes.ts";
import { Frame, NO_RAM, RamNode } from "./ram.ts";
import { Slots } from "./slots.ts";
import type { Tree } from "./trees.ts";
import { EMPTY_PAGE, EMPTY_ROOT, EMPTY_TABLE, Page, Root, Table } from "./words.ts";

/**
 * Many states in little memory: pages and frames are cut into chunks of 32 words, and a state shares every
 * chunk, page and node with the one it was packed beside where they are equal. A state that is unpacked
 * shares the objects of the one unpacked or packed last.
 */

const CHUNK_WORDS = 32;
/** Chunks of a page of a plane, 512 words; a frame has two such halves. */
const CHUNKS = 16;
const HALF_WORDS = CHUNK_WORDS * CHUNKS;
const SLOTS = 64;
const RAM_LEVELS = 4;
/** Words of a packed frame: content, stamp and digest (low, high), its halves, 1 where it has words. */
const FRAME_WORDS = 8;
/** What a tree and the rest of a state take, in bytes: measured, rounded up. */
const TREE_BYTES = 5120;
const STATE_BYTES = 1280;
/** Words cut from one piece of memory when they are unpacked. */
const FRESH_WORDS = 16 * HALF_WORDS;
/** Of a state's numbers: by plane and by guest the node, and the two lanes of the digest. */
const LANES = 3;

/** A state in a pool. */
export interface PackedState {
  readonly seq: number;
  readonly now: number;
  readonly lastTicket: number;
  readonly lastStamp: number;
  readonly parts: Int32Array;
  readonly trees: readonly Tree[];
  /** How many hold it. */
  holders: number;
}

/** Holds packed states; each is counted by who holds it. */
export class StatePool {
  private readonly chunks = new Slots(CHUNK_WORDS);
  private readonly pages = new Slots(CHUNKS);
  private readonly nodes = new Slots(SLOTS);
  private readonly frames = new Slots(FRAME_WORDS);
  private readonly trees = new Map<Tree, number>();
  private count = 0;
  /** Unpacked words are cut from this: making each by itself costs three times as much. */
  private fresh = new Uint32Array(0);
  private freshUsed = 0;
  /** The state packed or unpacked last, both ways. */
  private near: { readonly packed: PackedState; readonly state: State } | null = null;

  /** Bytes that all states take together; what they share is counted once. */
  get bytes(): number {
    const { chunks, pages, nodes, frames, trees, count } = this;
    const slots = chunks.bytes + pages.bytes + nodes.bytes + frames.bytes;
    return slots + trees.size * TREE_BYTES + count * STATE_BYTES;
  }

  /** Pack a state; the caller holds what is returned. */
  pack(state: State): PackedState {
    const { near } = this;
    const parts = new Int32Array((PLANES + VGPU_MAX + 1) * LANES);
    state.roots.forEach((root, p) => {
      const theirs = near?.state.roots[p] ?? EMPTY_ROOT;
      const id = this.packRoot(root, theirs, near?.packed.parts[p * LANES] ?? 0);
      parts.set([id, root.low, root.high], p * LANES);
    });
    state.rams.forEach(({ root, low, high }, v) => {
      const at = (PLANES + v) * LANES;
      const theirs = near?.state.rams[v].root ?? null;
      parts.set([this.packNode(root, theirs, near?.packed.parts[at] ?? 0, 0), low, high], at);
    });
    for (const tree of state.trees) this.trees.set(tree, (this.trees.get(tree) ?? 0) + 1);
    const { seq, now, lastTicket, lastStamp, trees } = state;
    const packed = { seq, now, lastTicket, lastStamp, parts, trees, holders: 1 };
    this.count++;
    this.standBy(packed, state);
    return packed;
  }

  /** The state as a machine takes it. Nothing reachable from it ever changes. */
  unpack(packed: PackedState): State {
    const { near } = this;
    if (near?.packed === packed) return near.state;
    const { parts, seq, now, lastTicket, lastStamp, trees } = packed;
    const roots: Root[] = [];
    for (let p = 0; p < PLANES; p++) {
      const at = p * LANES;
      const theirs = near?.state.roots[p] ?? EMPTY_ROOT;
      const theirId = near?.packed.parts[at] ?? 0;
      roots.push(this.unpackRoot(parts[at], theirs, theirId, parts[at + 1], parts[at + 2]));
    }
    const rams = [NO_RAM];
    for (let v = 1; v <= VGPU_MAX; v++) {
      const at = (PLANES + v) * LANES;
      const theirs = near?.state.rams[v] ?? NO_RAM;
      const theirId = near?.packed.parts[at] ?? 0;
      const root = this.unpackNode(parts[at], theirs.root, theirId, 0);
      rams.push({ root, low: parts[at + 1], high: parts[at + 2] });
    }
    // Whoever goes on from here must own no node of the state that it shares with.
    const owner = near?.state.owner ?? 2;
    const state = { seq, now, lastTicket, lastStamp, roots, rams, trees, owner };
    this.standBy(packed, state);
    return state;
  }

  /** The caller holds the state no more. */
  release(packed: PackedState): void {
    if (--packed.holders > 0) return;
    this.count--;
    for (let p = 0; p < PLANES; p++) this.dropRoot(packed.parts[p * LANES]);
    for (let v = 1; v <= VGPU_MAX; v++) this.dropNode(packed.parts[(PLANES + v) * LANES], 0);
    for (const tree of packed.trees) {
      const left = (this.trees.get(tree) ?? 0) - 1;
      if (left > 0) this.trees.set(tree, left);
      else this.trees.delete(tree);
    }
  }

  private standBy(packed: PackedState, state: State): void {
    packed.holders++;
    const before = this.near;
    this.near = { packed, state };
    if (before !== null) this.release(before.packed);
  }

  private packRoot(root: Root, theirs: Root, theirId: number): number {
    if (root === EMPTY_ROOT) return 0;
    if (root === theirs) return this.nodes.keep(theirId);
    const id = this.nodes.take();
    for (let t = 0; t < SLOTS; t++) {
      const table = this.packTable(root.tables[t], theirs.tables[t], this.slot(theirId, t));
      this.setSlot(id, t, table);
    }
    return id;
  }

  private packTable(table: Table, theirs: Table, theirId: number): number {
    if (table === EMPTY_TABLE) return 0;
    if (table === theirs) return this.nodes.keep(theirId);
    const id = this.nodes.take();
    for (let p = 0; p < SLOTS; p++) {
      const page = table.pages[p];
      const near = this.slot(theirId, p);
      let packed = 0;
      if (page === theirs.pages[p]) packed = this.pages.keep(near);
      else if (page !== EMPTY_PAGE) packed = this.packHalf(page.words, 0, near);
      this.setSlot(id, p, packed);
    }
    return id;
  }

  /** 512 words from `from` on, beside the packed ones `theirId`. */
  private packHalf(words: Uint32Array, from: number, theirId: number): number {
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

  private packNode(node: RamNode, theirs: RamNode | null, theirId: number, level: number): number {
    if (level === 0 && node === NO_RAM.root) return 0;
    if (node === theirs) return this.nodes.keep(theirId);
    const id = this.nodes.take();
    for (let s = 0; s < SLOTS; s++) {
      const slot = node.slots[s];
      const their = theirs?.slots[s] ?? null;
      const near = this.slot(theirId, s);
      let packed = 0;
      if (slot instanceof RamNode) packed = this.packNode(slot, their as RamNode | null, near, level + 1);
      else if (slot !== null) packed = slot === their ? this.frames.keep(near) : this.packFrame(slot, near);
      this.setSlot(id, s, packed);
    }
    return id;
  }

  private packFrame(frame: Frame, theirId: number): number {
    const { frames } = this;
    const { words, content, stamp, digestLow, digestHigh } = frame;
    const theirs = frames.slab(theirId);
    const near = frames.at(theirId);
    const low = words === null ? 0 : this.packHalf(words, 0, theirs[near + 5]);
    const high = words === null ? 0 : this.packHalf(words, HALF_WORDS, theirs[near + 6]);
    const id = frames.take();
    const into = frames.slab(id);
    const at = frames.at(id);
    into[at] = content;
    into[at + 1] = stamp >>> 0;
    into[at + 2] = Math.floor(stamp / 0x1_0000_0000);
    into[at + 3] = digestLow;
    into[at + 4] = digestHigh;
    into[at + 5] = low;
    into[at + 6] = high;
    into[at + 7] = words === null ? 0 : 1;
    return id;
  }

  private unpackRoot(id: number, theirs: Root, theirId: number, low: number, high: number): Root {
    if (id === 0) return EMPTY_ROOT;
    if (id === theirId) return theirs;
    const tables: Table[] = new Array(SLOTS);
    for (let t = 0; t < SLOTS; t++)
      tables[t] = this.unpackTable(this.slot(id, t), theirs.tables[t], this.slot(theirId, t));
    return new Root(0, tables, low, high);
  }

  private unpackTable(id: number, theirs: Table, theirId: number): Table {
    if (id === 0) return EMPTY_TABLE;
    if (id === theirId) return theirs;
    const pages: Page[] = new Array(SLOTS);
    for (let p = 0; p < SLOTS; p++) {
      const page = this.slot(id, p);
      if (page === 0) pages[p] = EMPTY_PAGE;
      else if (page === this.slot(theirId, p)) pages[p] = theirs.pages[p];
      else pages[p] = new Page(0, this.unpackHalf(page, this.cut(HALF_WORDS), 0));
    }
    return new Table(0, pages);
  }

  private unpackHalf(id: number, into: Uint32Array, from: number): Uint32Array {
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

  private unpackNode(id: number, theirs: RamNode | null, theirId: number, level: number): RamNode {
    if (id === 0) return NO_RAM.root;
    if (id === theirId && theirs !== null) return theirs;
    const slots: (RamNode | Frame | null)[] = new Array(SLOTS);
    for (let s = 0; s < SLOTS; s++) {
      const slot = this.slot(id, s);
      const near = this.slot(theirId, s);
      const their = theirs?.slots[s] ?? null;
      if (slot === 0) slots[s] = null;
      else if (slot === near && their !== null) slots[s] = their;
      else if (level < RAM_LEVELS - 1)
        slots[s] = this.unpackNode(slot, their as RamNode | null, near, level + 1);
      else slots[s] = this.unpackFrame(slot);
    }
    return new RamNode(0, slots);
  }

  private unpackFrame(id: number): Frame {
    const from = this.frames.slab(id);
    const at = this.frames.at(id);
    const frame = new Frame(0, null);
    frame.content = from[at];
    frame.stamp = from[at + 1] + from[at + 2] * 0x1_0000_0000;
    frame.digestLow = from[at + 3] | 0;
    frame.digestHigh = from[at + 4] | 0;
    if (from[at + 7] === 1) {
      frame.words = this.unpackHalf(from[at + 5], this.cut(2 * HALF_WORDS), 0);
      this.unpackHalf(from[at + 6], frame.words, HALF_WORDS);
    }
    return frame;
  }

  /** Words that nobody has used yet, all zero. */
  private cut(words: number): Uint32Array {
    if (this.fresh.length - this.freshUsed < words) {
      this.fresh = new Uint32Array(FRESH_WORDS);
      this.freshUsed = 0;
    }
    this.freshUsed += words;
    return this.fresh.subarray(this.freshUsed - words, this.freshUsed);
  }

  private slot(node: number, s: number): number {
    return this.nodes.slab(node)[this.nodes.at(node) + s];
  }

  private setSlot(node: number, s: number, id: number): void {
    this.nodes.slab(node)[this.nodes.at(node) + s] = id;
  }

  private dropRoot(id: number): void {
    this.dropSlots(id, (table) => this.dropSlots(table, (page) => this.dropHalf(page)));
  }

  private dropNode(id: number, level: number): void {
    const isLeaf = level === RAM_LEVELS - 1;
    this.dropSlots(id, (slot) => (isLeaf ? this.dropFrame(slot) : this.dropNode(slot, level + 1)));
  }

  private dropSlots(id: number, drop: (slot: number) => void): void {
    if (!this.nodes.drop(id)) return;
    for (let s = 0; s < SLOTS; s++) {
      const slot = this.slot(id, s);
      if (slot !== 0) drop(slot);
    }
    this.nodes.recycle(id);
  }

  private dropFrame(id: number): void {
    const { frames } = this;
    if (!frames.drop(id)) return;
    const at = frames.at(id);
    this.dropHalf(frames.slab(id)[at + 5]);
    this.dropHalf(frames.slab(id)[at + 6]);
    frames.recycle(id);
  }

  private dropHalf(id: number): void {
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
