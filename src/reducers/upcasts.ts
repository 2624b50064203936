import type { Root } from "./words.ts";

/**
 * How a component's state of an older epoch becomes one of the present: what an embedded checkpoint that was
 * recorded by an older model starts from.
 */
export interface Upcast {
  /** As digests name it: `vgpu1.tree`, `device.mmio`. */
  readonly component: string;
  /** The epoch that it starts from; it leads to the component's present one. */
  readonly from: number;
  /** Of a tree: plain JSON in, plain JSON of the present shape out. */
  readonly tree?: (tree: unknown) => unknown;
  /** Of a plane of words: a register new since then gets its reset value here. */
  readonly words?: (root: Root) => Root;
}

/** Every upcast there is. Who counts an epoch on adds one here, or says by its absence that none can be had. */
export const UPCASTS: readonly Upcast[] = [];
