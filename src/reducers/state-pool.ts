import { VGPU_MAX } from "../hw/units.ts";
import { HALF_WORDS, Halves } from "./halves.ts";
import type { State } from "./machine.ts";
import { PLANES } from "./planes.ts";
import { Frame, NO_RAM, RamNode } from "./ram.ts";
import { Slots } from "./slots.ts";
import { TreeWords } from "./tree-words.ts";
import type { Tree } from "./trees.ts";
import { EMPTY_PAGE, EMPTY_ROOT, EMPTY_TABLE, Page, Root, Table } from "./words.ts";

/**
 * Many states in little memory: pages and frames are cut into chunks of 32 words, and a state shares every
 * chunk, page and node with the one it was packed beside where they are equal. A state that is unpacked
 * shares the objects of the one unpacked or packed last.
 */

const SLOTS = 64;
const RAM_LEVELS = 4;
/** Words of a packed frame: content, stamp and digest (low, high), its halves, 1 where it has words. */
const FRAME_WORDS = 8;
/** What a state takes beside its runs, in bytes: measured, rounded up. */
const STATE_BYTES = 192;
/** Words cut from one piece of memory when they are unpacked. */
const FRESH_WORDS = 16 * HALF_WORDS;
/** Layout of a state's numbers: for each plane and guest its node and the two lanes of its digest; then the trees. */
const LANES = 3;
const TREES = (PLANES + VGPU_MAX + 1) * LANES;
const STATE_WORDS = 256;

/** A state in a pool. */
export interface PackedState {
  readonly seq: number;
  readonly now: number;
  readonly lastTicket: number;
  readonly lastStamp: number;
  /** The run of its numbers. */
  readonly parts: number;
  /** How many hold it. */
  holders: number;
}

/** Holds packed states; each is counted by who holds it. */
export class StatePool {
  private readonly halves = new Halves();
  private readonly nodes = new Slots(SLOTS);
  private readonly frames = new Slots(FRAME_WORDS);
  private readonly states = new Slots(STATE_WORDS);
  private readonly trees = new TreeWords();
  /** All zero between two trees. */
  private readonly treeBuffer = new Uint32Array(SLOTS * HALF_WORDS);
  private count = 0;
  /** Unpacked words are cut from this: making each by itself costs three times as much. */
  private fresh = new Uint32Array(0);
  private freshUsed = 0;
  /** The state packed or unpacked last, both ways. */
  private near: { readonly packed: PackedState; readonly state: State } | null = null;

  /** Bytes that all states take together; what they share is counted once. */
  get bytes(): number {
    const { halves, nodes, frames, states, count } = this;
    return halves.bytes + nodes.bytes + frames.bytes + states.bytes + count * STATE_BYTES;
  }

  /** Pack a state; the caller holds what is returned. */
  pack(state: State): PackedState {
    const { states, near } = this;
    const parts = states.take();
    const into = states.slab(parts);
    const base = states.at(parts);
    state.roots.forEach((root, p) => {
      const theirs = near?.state.roots[p] ?? EMPTY_ROOT;
      into[base + p * LANES] = this.packRoot(root, theirs, this.nearPart(p * LANES));
      into[base + p * LANES + 1] = root.low;
      into[base + p * LANES + 2] = root.high;
    });
    state.rams.forEach(({ root, low, high }, v) => {
      const at = (PLANES + v) * LANES;
      const theirs = near?.state.rams[v].root ?? null;
      into[base + at] = this.packNode(root, theirs, this.nearPart(at), 0);
      into[base + at + 1] = low;
      into[base + at + 2] = high;
    });
    state.trees.forEach((tree, t) => {
      const theirs = near?.state.trees[t] ?? null;
      into[base + TREES + t] = this.packTree(tree, theirs, this.nearPart(TREES + t));
    });
    const { seq, now, lastTicket, lastStamp } = state;
    const packed = { seq, now, lastTicket, lastStamp, parts, holders: 1 };
    this.count++;
    this.standBy(packed, state);
    return packed;
  }

  /** The state as a machine takes it. Nothing reachable from it ever changes. */
  unpack(packed: PackedState): State {
    const { near, states } = this;
    if (near?.packed === packed) return near.state;
    const { parts, seq, now, lastTicket, lastStamp } = packed;
    const from = states.slab(parts);
    const base = states.at(parts);
    const roots: Root[] = [];
    for (let p = 0; p < PLANES; p++) {
      const at = base + p * LANES;
      const theirs = near?.state.roots[p] ?? EMPTY_ROOT;
      const [low, high] = [from[at + 1] | 0, from[at + 2] | 0];
      roots.push(this.unpackRoot(from[at], theirs, this.nearPart(p * LANES), low, high));
    }
    const rams = [NO_RAM];
    for (let v = 1; v <= VGPU_MAX; v++) {
      const at = (PLANES + v) * LANES;
      const theirs = near?.state.rams[v].root ?? null;
      const root = this.unpackNode(from[base + at], theirs, this.nearPart(at), 0);
      rams.push({ root, low: from[base + at + 1] | 0, high: from[base + at + 2] | 0 });
    }
    const trees: Tree[] = [];
    for (let t = 0; t <= VGPU_MAX; t++) {
      const id = from[base + TREES + t];
      const theirs = near?.state.trees[t];
      const same = theirs !== undefined && id === this.nearPart(TREES + t);
      trees.push(same ? theirs : this.unpackTree(id));
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
    const { states } = this;
    const from = states.slab(packed.parts);
    const base = states.at(packed.parts);
    for (let p = 0; p < PLANES; p++) this.dropRoot(from[base + p * LANES]);
    for (let v = 1; v <= VGPU_MAX; v++) this.dropNode(from[base + (PLANES + v) * LANES], 0);
    for (let t = 0; t <= VGPU_MAX; t++)
      this.dropSlots(from[base + TREES + t], (half) => this.halves.drop(half));
    this.count--;
    states.drop(packed.parts);
    states.recycle(packed.parts);
  }

  /** One of the numbers of the state at hand; 0 where there is none. */
  private nearPart(at: number): number {
    if (this.near === null) return 0;
    const { parts } = this.near.packed;
    return this.states.slab(parts)[this.states.at(parts) + at];
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
      if (page === theirs.pages[p]) packed = this.halves.keep(near);
      else if (page !== EMPTY_PAGE) packed = this.halves.pack(page.words, 0, near);
      this.setSlot(id, p, packed);
    }
    return id;
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
    const low = words === null ? 0 : this.halves.pack(words, 0, theirs[near + 5]);
    const high = words === null ? 0 : this.halves.pack(words, HALF_WORDS, theirs[near + 6]);
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

  private packTree(tree: Tree, theirs: Tree | null, theirId: number): number {
    if (tree === theirs) return this.nodes.keep(theirId);
    const words = this.trees.write(tree, HALF_WORDS);
    if (words.length > SLOTS * HALF_WORDS) throw new Error(`a tree of ${words.length} words`);
    const id = this.nodes.take();
    for (let s = 0; s < SLOTS; s++) {
      const from = s * HALF_WORDS;
      const isIn = from < words.length;
      this.setSlot(id, s, isIn ? this.halves.pack(words, from, this.slot(theirId, s)) : 0);
    }
    return id;
  }

  private unpackTree(id: number): Tree {
    let end = 0;
    for (let s = 0; s < SLOTS; s++) {
      const half = this.slot(id, s);
      if (half === 0) continue;
      end = (s + 1) * HALF_WORDS;
      this.halves.unpack(half, this.treeBuffer, s * HALF_WORDS);
    }
    const tree = this.trees.read(this.treeBuffer) as Tree;
    this.treeBuffer.fill(0, 0, end);
    return tree;
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
      else pages[p] = new Page(0, this.halves.unpack(page, this.cut(HALF_WORDS), 0));
    }
    return new Table(0, pages);
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
      frame.words = this.halves.unpack(from[at + 5], this.cut(2 * HALF_WORDS), 0);
      this.halves.unpack(from[at + 6], frame.words, HALF_WORDS);
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
    this.dropSlots(id, (table) => this.dropSlots(table, (page) => this.halves.drop(page)));
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
    this.halves.drop(frames.slab(id)[at + 5]);
    this.halves.drop(frames.slab(id)[at + 6]);
    frames.recycle(id);
  }
}
