import type { State } from "./machine.ts";
import type { RamNode } from "./ram.ts";
import { EMPTY_ROOT, type Root } from "./words.ts";

/** What a node, a page, a frame and a tree of a state take in memory, in bytes: measured, rounded up. */
const NODE_BYTES = 640;
const PAGE_BYTES = 2048 + 136;
const FRAME_BYTES = 96;
const FRAME_WORDS_BYTES = 4096 + 136;
const TREE_BYTES = 5120;
const STATE_BYTES = 640;
const RAM_LEVELS = 4;

/**
 * Bytes that `state` holds and `other` does not: what letting go of `state` would free where `other` stays.
 * States share what has not changed between them, so this is far less than a state's size.
 */
export function bytesBeyond(state: State, other: State | null): number {
  let bytes = STATE_BYTES;
  for (let p = 0; p < state.roots.length; p++) {
    const root = state.roots[p];
    if (root !== other?.roots[p]) bytes += rootBytes(root, other?.roots[p] ?? EMPTY_ROOT);
  }
  for (let v = 0; v < state.rams.length; v++) {
    const { root } = state.rams[v];
    const theirs = other?.rams[v].root ?? null;
    if (root !== theirs) bytes += ramBytes(root, theirs, 0);
  }
  for (let t = 0; t < state.trees.length; t++) if (state.trees[t] !== other?.trees[t]) bytes += TREE_BYTES;
  return bytes;
}

function rootBytes(root: Root, other: Root): number {
  if (root === EMPTY_ROOT) return 0;
  let bytes = NODE_BYTES;
  for (let t = 0; t < root.tables.length; t++) {
    const table = root.tables[t];
    const theirs = other.tables[t];
    if (table === theirs || table === EMPTY_ROOT.tables[t]) continue;
    bytes += NODE_BYTES;
    const empty = EMPTY_ROOT.tables[t].pages[0];
    for (let p = 0; p < table.pages.length; p++) {
      const page = table.pages[p];
      if (page !== theirs.pages[p] && page !== empty) bytes += PAGE_BYTES;
    }
  }
  return bytes;
}

function ramBytes(node: RamNode, other: RamNode | null, level: number): number {
  let bytes = NODE_BYTES;
  const isLeaf = level === RAM_LEVELS - 1;
  for (let s = 0; s < node.slots.length; s++) {
    const slot = node.slots[s];
    const theirs = other === null ? null : other.slots[s];
    if (slot === null || slot === theirs) continue;
    if (!isLeaf) bytes += ramBytes(slot as RamNode, theirs as RamNode | null, level + 1);
    else if ("words" in slot && slot.words !== null) bytes += FRAME_BYTES + FRAME_WORDS_BYTES;
    else bytes += FRAME_BYTES;
  }
  return bytes;
}
