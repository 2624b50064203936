import { PURPOSES } from "../../events/columns.ts";
import type { Core } from "../core.ts";
import { writeGuestRun } from "../memory.ts";
import type { EngineTree } from "../trees.ts";
import { failure, placeWords, reach } from "./gtt.ts";
import { CHANGES, type Place, wordsMoved } from "./places.ts";

const DATA = PURPOSES.indexOf("data");

/** Where the operand located last lies. Holds nothing between events. */
export const OPERAND = { v: 0, gfn: 0, offset: 0, writable: true };
let operand: Place | null = null;

/** Where a command's operand lies, into OPERAND: 0, PARKED or FAULT. */
export function locate(
  core: Core,
  e: number,
  engine: EngineTree,
  ppgtt: boolean,
  low: number,
  high: number,
): number {
  operand = reach(core, e, engine, ppgtt, low, high);
  if (operand === null) return failure(engine);
  OPERAND.v = operand.v;
  OPERAND.gfn = operand.gfn;
  OPERAND.offset = low & 4095;
  OPERAND.writable = operand.writable;
  return 0;
}

/** Locate an operand and read its dword, and the one behind it, into VALUE: 0, PARKED or FAULT. */
export function locateAndRead(
  core: Core,
  e: number,
  engine: EngineTree,
  ppgtt: boolean,
  low: number,
  high: number,
): number {
  const how = locate(core, e, engine, ppgtt, low, high);
  if (how !== 0 || operand === null) return how;
  const words = placeWords(core, e, engine, operand, DATA);
  if (words === null) return failure(engine);
  const at = OPERAND.offset >>> 2;
  VALUE.low = words[at];
  VALUE.high = at < 1023 ? words[at + 1] : 0;
  return 0;
}

/** What was read last. Holds nothing between events. */
export const VALUE = { low: 0, high: 0 };

/**
 * One command's write: `count` of `words`, from number `from` on, at a byte offset of a guest frame. They
 * must stay in the frame.
 */
export function writeAt(
  core: Core,
  e: number,
  engine: EngineTree,
  v: number,
  gfn: number,
  offset: number,
  words: Uint32Array,
  from: number,
  count: number,
): void {
  if (writeGuestRun(core, v, e, gfn, offset & ~3, words, from, count) !== 0) CHANGES.count++;
  wordsMoved(v, gfn, core.ram[v].known(gfn));
  engine.wrote = true;
}

/** The same where the operand located last lies; false where the page is read-only, and nothing is written. */
export function writeOperand(
  core: Core,
  e: number,
  engine: EngineTree,
  words: Uint32Array,
  from: number,
  count: number,
): boolean {
  if (!OPERAND.writable) return false;
  writeAt(core, e, engine, OPERAND.v, OPERAND.gfn, OPERAND.offset, words, from, count);
  return true;
}

const PAIR = new Uint32Array(2);

/** Write one or two words where the operand located last lies, if it may be written to. */
export function writeValue(
  core: Core,
  e: number,
  engine: EngineTree,
  count: number,
  low: number,
  high: number,
): boolean {
  PAIR[0] = low;
  PAIR[1] = high;
  return writeOperand(core, e, engine, PAIR, 0, count);
}
