import { PURPOSES } from "../../events/columns.ts";
import type { Core } from "../core.ts";
import { hostFrameAgent, hostFrameGfn, writeGuestWords } from "../memory.ts";
import type { EngineTree } from "../trees.ts";
import { FAULT, PARKED, pageWords, translate } from "./gtt.ts";

const DATA = PURPOSES.indexOf("data");

/** Where a command's operand lies: 0, PARKED or FAULT; on 0 its host frame and byte offset are in PLACE. */
export function locate(
  core: Core,
  e: number,
  engine: EngineTree,
  ppgtt: boolean,
  low: number,
  high: number,
): number {
  const hfn = translate(core, e, engine, ppgtt, low, high);
  if (hfn < 0) return hfn;
  if (hostFrameAgent(core, hfn) === 0) return FAULT;
  PLACE.hfn = hfn;
  PLACE.offset = low & 4095;
  return 0;
}

/** Result of the last `locate`. Holds nothing between events. */
export const PLACE = { hfn: 0, offset: 0 };

/** Read the dword at PLACE into VALUE: 0, PARKED or FAULT. */
export function readPlace(core: Core, e: number, engine: EngineTree): number {
  const words = pageWords(core, e, engine, PLACE.hfn, DATA);
  if (words === null) return engine.fetch === 0 ? FAULT : PARKED;
  VALUE.low = words[PLACE.offset >>> 2];
  VALUE.high = PLACE.offset <= 4088 ? words[(PLACE.offset >>> 2) + 1] : 0;
  return 0;
}

/** Result of the last `readPlace`: the dword and the one behind it. Holds nothing between events. */
export const VALUE = { low: 0, high: 0 };

/** One command's write at a host frame and dword-aligned offset; the words must stay in the frame. */
export function writeAt(
  core: Core,
  engine: EngineTree,
  hfn: number,
  offset: number,
  words: readonly number[],
): void {
  const v = hostFrameAgent(core, hfn);
  writeGuestWords(core, v, hostFrameGfn(core, hfn), offset & ~3, words);
  engine.wrote = true;
}
