import type { Tree } from "../../src/reducers/trees.ts";

/** Longest list that a tree may hold: longer ones are bulk. */
const LIST_MAX = 64;

/**
 * What is wrong with a machine's trees, or null: trees hold plain objects, lists, whole numbers, booleans and
 * strings; no object stands in two places, no list is long, nothing has a prototype of its own.
 */
export function undisciplined(trees: readonly Tree[]): string | null {
  const seen = new Set<object>();
  const walk = (value: unknown, path: string): string | null => {
    if (typeof value === "number") return Number.isSafeInteger(value) ? null : `${path} is ${value}`;
    if (typeof value === "boolean" || typeof value === "string") return null;
    if (typeof value !== "object" || value === null) return `${path} is ${String(value)}`;
    if (seen.has(value)) return `${path} stands in two places`;
    seen.add(value);
    if (Array.isArray(value)) {
      if (value.length > LIST_MAX) return `${path} has ${value.length} items`;
      return firstOf(value.map((item, i) => () => walk(item, `${path}[${i}]`)));
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype) return `${path} is no plain object`;
    return firstOf(
      Object.entries(value).map(
        ([key, item]) =>
          () =>
            walk(item, `${path}.${key}`),
      ),
    );
  };
  return firstOf(trees.map((tree, i) => () => walk(tree, i === 0 ? "device" : `vgpu${i}`)));
}

function firstOf(checks: readonly (() => string | null)[]): string | null {
  for (const check of checks) {
    const wrong = check();
    if (wrong !== null) return wrong;
  }
  return null;
}
