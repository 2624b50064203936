import { distanceOf } from "../../hw/registers/offsets.ts";
import { ENGINE_BASES, RCS0 } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import type { EngineTree } from "../trees.ts";
import { registerFile } from "./registers.ts";

/**
 * The work-around batches of the render engine's contexts: GGTT batches that run each time a context has been
 * loaded, before its ring goes on. The indirect one ends after so many cache lines, the per-context one at
 * its own end command. Source: docs/facts/execlists.md#work-around-batches.
 */

/** The level that they run at. It is never preempted: the context is not all there yet. */
export const WORKAROUND = 3;

const PER_CONTEXT = distanceOf("RING_BB_PER_CTX_PTR");
const PER_CONTEXT_VALID = 1;
const INDIRECT = distanceOf("RING_INDIRECT_CTX");
const INDIRECT_LINES = 0x3f;
const LINE_BYTES = 64;

function pointer(core: Core, e: number, distance: number): number {
  return core.words.read(registerFile(core, e), (ENGINE_BASES[e] + distance) >>> 2);
}

/** A context that names no work-around batches has none, whatever the one before it named. */
export function forgetWorkarounds(core: Core, e: number): void {
  for (const distance of [PER_CONTEXT, INDIRECT]) {
    core.words.write(registerFile(core, e), (ENGINE_BASES[e] + distance) >>> 2, 0);
  }
}

/** A context has been loaded: start on its work-around batches, if it has any. */
export function startWorkarounds(core: Core, e: number, engine: EngineTree): void {
  if (e !== RCS0) return;
  const indirect = pointer(core, e, INDIRECT);
  const bytes = (indirect & INDIRECT_LINES) * LINE_BYTES;
  engine.resumeLevel = engine.level;
  if (bytes === 0) return startPerContext(core, e, engine);
  const start = (indirect & ~INDIRECT_LINES) >>> 0;
  enter(engine, start, (start + bytes) >>> 0);
}

/** A work-around batch is over: on with the next one, or with the context's own work. */
export function endWorkaround(core: Core, e: number, engine: EngineTree): void {
  const wasIndirect = engine.workaroundEnd !== 0;
  engine.workaroundEnd = 0;
  engine.level = engine.resumeLevel;
  if (wasIndirect) startPerContext(core, e, engine);
}

function startPerContext(core: Core, e: number, engine: EngineTree): void {
  const per = pointer(core, e, PER_CONTEXT);
  if ((per & PER_CONTEXT_VALID) !== 0) enter(engine, (per & 0xffff_f000) >>> 0, 0);
}

function enter(engine: EngineTree, start: number, end: number): void {
  engine.level = WORKAROUND;
  engine.ppgtt[WORKAROUND] = false;
  engine.ipLow[WORKAROUND] = start;
  engine.ipHigh[WORKAROUND] = 0;
  engine.workaroundEnd = end;
}

/** Dwords left of the indirect batch; as many as you like of any other. */
export function workaroundRoom(engine: EngineTree): number {
  if (engine.level !== WORKAROUND || engine.workaroundEnd === 0) return 0x4000_0000;
  return ((engine.workaroundEnd - engine.ipLow[WORKAROUND]) >>> 0) >>> 2;
}
