import { initialDeviceTree, initialVgpuTree, type Tree } from "../../reducers/trees.ts";

/**
 * Where in a tree something changed, in at most 32 bits: its top-level keys, and the elements of those that
 * are lists of records.
 */

interface Slot {
  readonly key: string;
  /** Element of a list of records; -1: the whole value. */
  readonly element: number;
}

const VGPU_SLOTS = slotsOf(initialVgpuTree());
const DEVICE_SLOTS = slotsOf(initialDeviceTree());

function slotsOf(tree: Tree): readonly Slot[] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const isList = Array.isArray(value) && typeof value[0] === "object";
    return isList ? value.map((_, element) => ({ key, element })) : [{ key, element: -1 }];
  });
}

function slotsFor(tree: number): readonly Slot[] {
  return tree === 0 ? DEVICE_SLOTS : VGPU_SLOTS;
}

/** The slots that a path into a tree can lead to: `["pipes", "0", "on"]`. 0 where there is no such key. */
export function treeMask(tree: number, steps: readonly string[]): number {
  let mask = 0;
  slotsFor(tree).forEach(({ key, element }, s) => {
    if (
      steps.length === 0 ||
      (key === steps[0] && (element < 0 || steps.length < 2 || Number(steps[1]) === element))
    ) {
      mask |= 1 << (s & 31);
    }
  });
  return mask;
}

/** Follows one tree: what it was when it was last looked at. */
export class TreeShadow {
  private readonly slots: readonly Slot[];
  private readonly copies: Copy[];

  constructor(number: number, tree: Tree) {
    this.slots = slotsFor(number);
    this.copies = this.slots.map((slot) => copyOf(valueIn(tree, slot)));
  }

  /** Mask of the slots outside `known` that are not what they were at the last `settle`. */
  changes(tree: Tree, known: number): number {
    let mask = 0;
    for (let s = 0; s < this.slots.length; s++) {
      const bit = 1 << (s & 31);
      if ((known & bit) === 0 && !isSame(valueIn(tree, this.slots[s]), this.copies[s])) mask |= bit;
    }
    return mask;
  }

  /** Take the slots of the mask as they are now. */
  settle(tree: Tree, mask: number): void {
    for (let s = 0; s < this.slots.length; s++) {
      if ((mask & (1 << (s & 31))) !== 0) this.copies[s] = copyOf(valueIn(tree, this.slots[s]));
    }
  }
}

function valueIn(tree: Tree, { key, element }: Slot): unknown {
  const value = (tree as unknown as Record<string, unknown>)[key];
  return element < 0 ? value : (value as unknown[])[element];
}

/** Plain data without its fields' names: records are lists of values, which are compared without a look-up. */
type Copy = number | boolean | string | null | readonly Copy[];

function copyOf(value: unknown): Copy {
  if (typeof value !== "object" || value === null) return value as Copy;
  return (Array.isArray(value) ? value : Object.values(value)).map(copyOf);
}

/** Is plain data what it was? Its records have their fields in the same order as then. */
function isSame(value: unknown, copy: Copy): boolean {
  // Numbers by themselves, as nearly all of them are: comparing what may be anything takes a call.
  if (typeof value === "number") return typeof copy === "number" && value === copy;
  if (typeof value !== "object" || value === null) return value === copy;
  const copies = copy as readonly Copy[];
  return Array.isArray(value) ? sameItems(value, copies) : sameFields(value as Fields, copies);
}

type Fields = { readonly [key: string]: unknown };

function sameItems(items: readonly unknown[], copies: readonly Copy[]): boolean {
  if (items.length !== copies.length) return false;
  for (let i = 0; i < items.length; i++) if (!isSame(items[i], copies[i])) return false;
  return true;
}

/** Field by field: a list of a record's values would be garbage at every input that opens the tree. */
function sameFields(record: Fields, copies: readonly Copy[]): boolean {
  let i = 0;
  for (const key in record) if (!isSame(record[key], copies[i++])) return false;
  return i === copies.length;
}
