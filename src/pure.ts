/**
 * gvt-replay without anything of Node's: open a recording from its bytes, run it, look into it. For browsers
 * and workers; the same rows give the same digests as in Node.
 *
 * @module
 */

import type { Machine } from "./reducers/machine.ts";
import { PageStore } from "./reducers/pages.ts";
import { createMachineWith, type MachineOptions } from "./replay/engine/create.ts";
import { type OpenedRecording, openWith } from "./replay/engine/opened.ts";
import { loadPortableTools } from "./replay/recording/portable.ts";
import { MemorySource, type Tools } from "./replay/recording/tools.ts";

export * from "./replay/library.ts";

let loading: Promise<Tools> | undefined;

function tools(): Promise<Tools> {
  loading ??= loadPortableTools();
  return loading;
}

/**
 * Open a recording from its bytes; `name` is for messages. A damaged one opens as what is left of it: see
 * `recording.damage`. Rejects with RecordingError (file, byte offset, reason) where nothing of it can be
 * trusted.
 */
export async function openRecording(bytes: Uint8Array, name = "recording"): Promise<OpenedRecording> {
  return openWith(new MemorySource(bytes, name), await tools());
}

/**
 * A machine after reset, to be given rows one by one: `machine.apply(rows, i)`. Rejects with RangeError for
 * wrong options.
 */
export async function createMachine(options: MachineOptions = {}): Promise<Machine> {
  return createMachineWith(new PageStore((await tools()).hashPage), options);
}
