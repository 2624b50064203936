import { ENGINES, VGPU_MAX } from "../../hw/units.ts";
import { agentOf, frameBaseOf } from "../../reducers/memory.ts";
import { DEVICE_MMIO, MMIO } from "../../reducers/planes.ts";
import {
  type Announcement,
  type DeviceTree,
  initialDeviceTree,
  initialVgpuTree,
  type Tree,
  type VgpuTree,
} from "../../reducers/trees.ts";
import { refuse } from "../recording/errors.ts";
import type { Item, ItemReader } from "../recording/wire.ts";

/**
 * Trees as items of a checkpoint: JSON text, so that fields keep their names and an older shape can be told
 * from a newer.
 */

/** Most bytes of one tree's text. */
const MAX_TREE_BYTES = 1 << 20;
const MAX_DEPTH = 8;
const MAX_LIST = 4096;
/** Words of a submission of two elements. */
const SUBMISSION = 4;
const ANNOUNCEMENT: Announcement = { after: 0, left: 0, what: 0, a: 0, b: 0, c: 0, cause: 0 };
/** What is in the lists that are empty at first, by name. */
const ELEMENTS: Readonly<Record<string, unknown>> = {
  apertureAsks: 0,
  queued: 0,
  announcements: ANNOUNCEMENT,
};

/** How many trees differ from the initial ones, then number and text of each. */
export function treeItems(trees: readonly Tree[]): Item[] {
  const items: Item[] = [];
  trees.forEach((tree, t) => {
    const text = JSON.stringify(tree);
    if (text !== JSON.stringify(initialTree(t))) items.push(t, new TextEncoder().encode(text));
  });
  return [items.length / 2, ...items];
}

/**
 * Throws Malformed where a tree has not the shape that trees have here, once `raise` has brought it to the
 * present epoch.
 */
export function readTrees(items: ItemReader, raise: (t: number, tree: unknown) => unknown): Tree[] {
  const trees = Array.from({ length: VGPU_MAX + 1 }, (_, t) => initialTree(t));
  let last = -1;
  for (let left = items.u32(); left > 0; left--) {
    const t = items.u32();
    if (t <= last || t >= trees.length) refuse(`tree ${t} in a checkpoint`);
    last = t;
    trees[t] = shaped(raise(t, parse(items.bytes())), trees[t], 0) as Tree;
    if (t === 0) checkDevice(trees[t] as DeviceTree);
    else checkVgpu(trees[t] as VgpuTree);
  }
  return trees;
}

/** Throws Malformed where the model would look for something that no machine has. */
function checkDevice({ engines }: DeviceTree): void {
  for (const { active, elements, registers, pendingRegisters, frameBase, pendingBase } of engines) {
    if (elements[active] === undefined) refuse(`an engine at element ${active}`);
    for (const file of [registers, pendingRegisters])
      if (file !== DEVICE_MMIO && !(file >= MMIO && file <= MMIO + VGPU_MAX))
        refuse(`an engine with registers ${file}`);
    for (const base of [frameBase, pendingBase])
      if (agentOf(base) > VGPU_MAX || base !== frameBaseOf(agentOf(base)))
        refuse(`an engine that works at frame ${base}`);
  }
}

function checkVgpu({ execlists, announcements }: VgpuTree): void {
  for (const { queued } of execlists)
    if (queued.length !== 0 && queued.length !== SUBMISSION) refuse(`a submission of ${queued.length} words`);
  for (const { a } of announcements)
    if (a < 0 || a >= ENGINES.length) refuse(`an announcement of engine ${a}`);
}

function initialTree(t: number): Tree {
  return t === 0 ? initialDeviceTree() : initialVgpuTree();
}

function parse(bytes: Uint8Array): unknown {
  if (bytes.length > MAX_TREE_BYTES) refuse(`a tree of ${bytes.length} bytes`);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return refuse("a tree that is no JSON");
  }
}

/** A copy of `value` in the order of the model's fields: digests go by it. `name`: of the field. */
function shaped(value: unknown, model: unknown, depth: number, name = ""): unknown {
  if (depth > MAX_DEPTH) refuse("a tree that is too deep");
  if (Array.isArray(value)) {
    if (!Array.isArray(model) || value.length > MAX_LIST)
      return refuse("a tree with a list where none belongs");
    if (model.length > 0 && value.length !== model.length) refuse("a tree with a list of another length");
    return value.map((element) => shaped(element, model[0] ?? ELEMENTS[name], depth + 1));
  }
  if (typeof value === "object" && value !== null) {
    if (typeof model !== "object" || model === null || Array.isArray(model))
      return refuse("a tree of another shape");
    return shapedRecord(value as Record<string, unknown>, model as Record<string, unknown>, depth);
  }
  if (typeof value !== typeof model) refuse("a tree with a value of another type");
  if (typeof value === "number" && !Number.isSafeInteger(value))
    refuse("a tree with a number that is no integer");
  return value === null ? refuse("a tree with nothing in place of a value") : value;
}

function shapedRecord(value: Record<string, unknown>, model: Record<string, unknown>, depth: number): object {
  const names = Object.keys(model);
  if (Object.keys(value).length !== names.length) refuse("a tree with other fields");
  return Object.fromEntries(
    names.map((name) => {
      if (name === "__proto__" || !Object.hasOwn(value, name)) refuse(`a tree without ${name}`);
      return [name, shaped(value[name], model[name], depth + 1, name)];
    }),
  );
}
