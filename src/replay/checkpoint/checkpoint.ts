import type { Digest } from "../../events/digest.ts";
import { VGPU_MAX } from "../../hw/units.ts";
import type { State } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { PLANE_COMPONENTS, PLANES } from "../../reducers/planes.ts";
import { eachFrameFacts, type FrameFacts, GFN_BITS, NO_RAM, Ram, type RamState } from "../../reducers/ram.ts";
import { EMPTY_ROOT, eachPage, type Root, rootOfPages } from "../../reducers/words.ts";
import { refuse } from "../recording/errors.ts";
import { hashAt } from "../recording/gather.ts";
import { highWord, type Item, ItemReader, lowWord, packBody } from "../recording/wire.ts";
import { readTrees, treeItems } from "./tree-items.ts";

/**
 * A state as bytes: one body as those of a recording's messages, a positional array of integers, byte
 * arrays and short names. Words of planes and of frames that the model wrote lie in a pool of half pages (2
 * KiB) outside; contents of fetched frames go by hash.
 */

/** Version of the items' order. */
const CHECKPOINT = 1;
/** Words in a slot of the pool: a page of a plane, half of a frame. */
export const SLOT_WORDS = 512;
const HASH_BYTES = 16;
const PAGE_ITEM_BYTES = 8;
const FRAME_ITEM_BYTES = 24;
/** In a frame's item: it has words of its own. */
const OWN_WORDS = 0x8000_0000;
const PAGES_OF_PLANE = 1 << 12;
/** Most slots in a state: 512 MiB. */
const MOST_SLOTS = 1 << 18;

/** Takes 512 words; equal ones get the same number. */
export interface SlotSink {
  add(words: Uint32Array): number;
}

/** Slots of a pool, by number. */
export interface SlotSource {
  readonly count: number;
  /** 512 words that nobody writes to. Throws Malformed. */
  slot(n: number): Uint32Array;
}

/** What a checkpoint's bytes held. */
export interface Checkpoint {
  readonly state: State;
  /** Of the state, as they were when it was taken, with the epochs of its components. */
  readonly digests: readonly Digest[];
}

/** Brings components of a checkpoint to the present epoch, by the epoch that the checkpoint names. */
export interface Raise {
  /** Throws where a component's epoch is neither the present one nor one that there is a way from. */
  check(digests: readonly Digest[]): void;
  plane(component: string, epoch: number, root: Root): Root;
  /** The tree as plain JSON; its shape is checked after this. */
  tree(component: string, epoch: number, tree: unknown): unknown;
}

/** Digests and epochs, to be compared afterwards. */
const AS_IT_IS: Raise = { check: () => {}, plane: (_, __, root) => root, tree: (_, __, tree) => tree };

/** Serialise a state; `digests` are its own. */
export function packCheckpoint(
  state: State,
  digests: readonly Digest[],
  store: PageStore,
  pool: SlotSink,
): Uint8Array {
  const { seq, now, lastTicket, lastStamp } = state;
  const items: Item[] = [CHECKPOINT];
  for (const value of [seq + 1, now, lastTicket, lastStamp]) items.push(lowWord(value), highWord(value));
  items.push(digests.length);
  for (const digest of digests) items.push(digest.component, digest.epoch, digest.lo, digest.hi);
  const planes = PLANE_COMPONENTS.filter(({ plane }) => state.roots[plane] !== EMPTY_ROOT);
  items.push(planes.length);
  for (const { name, plane } of planes) items.push(name, pageItems(state.roots[plane], pool));
  const hashes = new Hashes(store);
  const rams = state.rams.map((ram) => frameItems(ram, hashes, pool));
  items.push(hashes.bytes());
  for (let v = 1; v <= VGPU_MAX; v++) items.push(rams[v]);
  items.push(...treeItems(state.trees));
  return packBody(items);
}

function pageItems(root: Root, pool: SlotSink): Uint8Array {
  const words: number[] = [];
  eachPage(root, (page, content) => {
    if (!isZero(content)) words.push(page, pool.add(content));
  });
  return bytesOf(words);
}

function isZero(words: Uint32Array): boolean {
  for (let i = 0; i < words.length; i++) if (words[i] !== 0) return false;
  return true;
}

function frameItems(ram: RamState, hashes: Hashes, pool: SlotSink): Uint8Array {
  const items: number[] = [];
  eachFrameFacts(ram.root, ({ gfn, content, words, stamp }) => {
    items.push(gfn, lowWord(stamp), highWord(stamp));
    if (words === null) items.push(hashes.place(content), 0, 0);
    else items.push(OWN_WORDS, pool.add(words.subarray(0, SLOT_WORDS)), pool.add(words.subarray(SLOT_WORDS)));
  });
  return bytesOf(items);
}

/** The contents that a checkpoint names, once each. */
class Hashes {
  private readonly store: PageStore;
  private readonly places = new Map<number, number>();

  constructor(store: PageStore) {
    this.store = store;
  }

  place(content: number): number {
    const known = this.places.get(content) ?? this.places.size;
    this.places.set(content, known);
    return known;
  }

  bytes(): Uint8Array {
    return bytesOf([...this.places.keys()].flatMap((content) => [...this.store.hash(content)]));
  }
}

/** 32-bit words as little-endian bytes. */
function bytesOf(words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  words.forEach((word, i) => {
    view.setUint32(i * 4, word, true);
  });
  return bytes;
}

/**
 * The state in a checkpoint's bytes. Contents that the store has not are promised by it. Throws Malformed,
 * in one line; nothing is allocated by a number in the bytes before it is held against what is there.
 */
export function unpackCheckpoint(
  body: Uint8Array,
  store: PageStore,
  pool: SlotSource,
  raise: Raise = AS_IT_IS,
): Checkpoint {
  const items = new ItemReader(body);
  if (items.u32() !== CHECKPOINT) refuse("a checkpoint of another version");
  const [after, now, lastTicket, lastStamp] = [items.u53(), items.u53(), items.u53(), items.u53()];
  const digests: Digest[] = [];
  for (let left = items.u32(); left > 0; left--) {
    digests.push({ component: items.text(), epoch: items.u32(), lo: items.u32(), hi: items.u32() });
  }
  raise.check(digests);
  const slots = new CountedSlots(pool);
  const epochs = new Map(digests.map(({ component, epoch }) => [component, epoch]));
  const roots = readPlanes(items, slots, (name, root) => raise.plane(name, epochs.get(name) ?? -1, root));
  const contents = readContents(items.bytes(), store);
  const rams = [NO_RAM];
  for (let v = 1; v <= VGPU_MAX; v++) rams.push(readFrames(items.bytes(), contents, store, slots));
  const trees = readTrees(items, (t, tree) => {
    const name = t === 0 ? "device.tree" : `vgpu${t}.tree`;
    return raise.tree(name, epochs.get(name) ?? -1, tree);
  });
  items.end();
  const owner = 2;
  return { state: { seq: after - 1, now, lastTicket, lastStamp, roots, rams, trees, owner }, digests };
}

/** Counts the memory that is taken: one slot of a pool may be used in any number of places, and each is a copy. */
class CountedSlots implements SlotSource {
  readonly count: number;
  private readonly pool: SlotSource;
  private taken = 0;

  constructor(pool: SlotSource) {
    this.pool = pool;
    this.count = pool.count;
  }

  slot(n: number): Uint32Array {
    if (++this.taken > MOST_SLOTS) refuse(`a state of more than ${MOST_SLOTS} pages`);
    return this.pool.slot(n);
  }
}

function readPlanes(items: ItemReader, pool: SlotSource, raise: (name: string, root: Root) => Root): Root[] {
  const roots = new Array<Root>(PLANES).fill(EMPTY_ROOT);
  for (let left = items.u32(); left > 0; left--) {
    const name = items.text();
    const component = PLANE_COMPONENTS.find((candidate) => candidate.name === name);
    if (component === undefined)
      return refuse(`a checkpoint with a component ${name}, which is unknown here`);
    if (roots[component.plane] !== EMPTY_ROOT) refuse(`a checkpoint with two of ${name}`);
    const view = itemsView(items.bytes(), PAGE_ITEM_BYTES);
    const pages: [number, Uint32Array][] = [];
    let last = -1;
    for (let at = 0; at < view.byteLength; at += PAGE_ITEM_BYTES) {
      const page = view.getUint32(at, true);
      if (page <= last || page >= PAGES_OF_PLANE) refuse(`page ${page} of ${name} after page ${last}`);
      last = page;
      pages.push([page, slotOf(pool, view.getUint32(at + 4, true))]);
    }
    roots[component.plane] = raise(name, rootOfPages(pages));
  }
  return roots;
}

function readContents(hashes: Uint8Array, store: PageStore): Uint32Array {
  if (hashes.length % HASH_BYTES !== 0) refuse(`${hashes.length} bytes of page hashes in a checkpoint`);
  const contents = new Uint32Array(hashes.length / HASH_BYTES);
  const hash = new Uint32Array(4);
  for (let i = 0; i < contents.length; i++) {
    hashAt(hashes, i, hash);
    contents[i] = store.promise(hash);
  }
  return contents;
}

function readFrames(bytes: Uint8Array, contents: Uint32Array, store: PageStore, pool: SlotSource): RamState {
  const view = itemsView(bytes, FRAME_ITEM_BYTES);
  const ram = new Ram(store);
  let last = -1;
  for (let at = 0; at < view.byteLength; at += FRAME_ITEM_BYTES) {
    const gfn = view.getUint32(at, true);
    if (gfn <= last || gfn >= 1 << GFN_BITS) refuse(`guest frame ${gfn} after frame ${last}`);
    last = gfn;
    const stamp = view.getUint32(at + 4, true) + view.getUint32(at + 8, true) * 0x1_0000_0000;
    const item = [
      view.getUint32(at + 12, true),
      view.getUint32(at + 16, true),
      view.getUint32(at + 20, true),
    ];
    ram.put({ gfn, stamp, ...readFrame(item, contents, pool) });
  }
  return view.byteLength === 0 ? NO_RAM : ram.seal(2);
}

/** What a frame holds: a content by its number, or words of its own in two slots of the pool. */
function readFrame(
  [form, low, high]: readonly number[],
  contents: Uint32Array,
  pool: SlotSource,
): Pick<FrameFacts, "content" | "words"> {
  if (form !== OWN_WORDS) {
    if (form >= contents.length) refuse(`content ${form} of a checkpoint's ${contents.length}`);
    return { content: contents[form], words: null };
  }
  const words = new Uint32Array(SLOT_WORDS * 2);
  words.set(slotOf(pool, low));
  words.set(slotOf(pool, high), SLOT_WORDS);
  return { content: 0, words };
}

function itemsView(bytes: Uint8Array, size: number): DataView {
  if (bytes.length % size !== 0) refuse(`${bytes.length} bytes of items of ${size} in a checkpoint`);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function slotOf(pool: SlotSource, n: number): Uint32Array {
  return n < pool.count ? pool.slot(n) : refuse(`slot ${n} of a pool of ${pool.count}`);
}
