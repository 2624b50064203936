import { ENGINES } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import { agentOf } from "../memory.ts";
import { PARKED_ENGINES } from "../planes.ts";
import { type EngineTree, initialEngine } from "../trees.ts";

/**
 * Engines put aside, as words: where each stood that worked for an address space which is paused. Two words a
 * field, in the order of the tree's fields; the first is its phase, which is never 0 here. These words are state:
 * they may not depend on what was met before, as those of `TreeWords` do.
 */

const SLOT_WORDS = 256;
const TWO_32 = 0x1_0000_0000;

function slotOf(e: number, frameBase: number): number {
  return (agentOf(frameBase) * ENGINES.length + e) * SLOT_WORDS;
}

/** Keep what engine `e` stands at; its place is empty before. */
export function putAway(core: Core, e: number, engine: EngineTree): void {
  const slot = slotOf(e, engine.frameBase);
  const words = write(core, slot, engine) - slot;
  if (words > SLOT_WORDS) throw new Error(`an engine of ${words} words`);
}

/** What engine `e` stood at for this address space, or null. */
export function findPutAway(core: Core, e: number, frameBase: number): EngineTree | null {
  const slot = slotOf(e, frameBase);
  if (core.words.read(PARKED_ENGINES, slot) === 0) return null;
  const engine = initialEngine();
  read(core, slot, engine as unknown as Fields);
  return engine;
}

/** Nothing is kept of engine `e` for this address space any more. */
export function forgetAway(core: Core, e: number, frameBase: number): void {
  const slot = slotOf(e, frameBase);
  if (core.words.read(PARKED_ENGINES, slot) === 0) return;
  for (let i = 0; i < SLOT_WORDS; i++) core.words.write(PARKED_ENGINES, slot + i, 0);
}

type Fields = Record<string, unknown>;

/** Write the numbers and flags of plain data; returns where the next one goes. */
function write(core: Core, from: number, value: object): number {
  let at = from;
  for (const inner of Object.values(value)) {
    if (typeof inner === "object") {
      at = write(core, at, inner);
      continue;
    }
    const number = Number(inner);
    core.words.write(PARKED_ENGINES, at, number >>> 0);
    core.words.write(PARKED_ENGINES, at + 1, Math.floor(number / TWO_32) >>> 0);
    at += 2;
  }
  return at;
}

/** Fill in plain data of the same shape. */
function read(core: Core, from: number, into: Fields): number {
  let at = from;
  for (const key of Object.keys(into)) {
    const inner = into[key];
    if (typeof inner === "object") {
      at = read(core, at, inner as Fields);
      continue;
    }
    const number =
      core.words.read(PARKED_ENGINES, at) + (core.words.read(PARKED_ENGINES, at + 1) | 0) * TWO_32;
    into[key] = typeof inner === "boolean" ? number !== 0 : number;
    at += 2;
  }
  return at;
}
