import { distanceOf } from "../../hw/registers/offsets.ts";
import { ENGINE_BASES } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import { registerFile } from "./registers.ts";

/** Predicates: registers of an engine that decide whether commands run. Distances from the engine's base. */
const RESULT_2 = distanceOf("MI_PREDICATE_RESULT_2");
const SRC0 = distanceOf("MI_PREDICATE_SRC0");
const SRC1 = distanceOf("MI_PREDICATE_SRC1");
const DATA = distanceOf("MI_PREDICATE_DATA");
const RESULT = distanceOf("MI_PREDICATE_RESULT");
const RESULT_1 = distanceOf("MI_PREDICATE_RESULT_1");

function word(core: Core, e: number, distance: number): number {
  return core.words.read(registerFile(core, e), (ENGINE_BASES[e] + distance) >>> 2);
}

/** Does the predicate let a predicated MI_STORE_REGISTER_MEM run? */
export function resultHolds(core: Core, e: number): boolean {
  return (word(core, e, RESULT) & 1) === 1;
}

/**
 * Does it let a predicated MI_BATCH_BUFFER_START run? Source of the register: alloc_noa_wait, i915_perf.c.
 */
export function batchesRun(core: Core, e: number): boolean {
  return (word(core, e, RESULT_1) & 1) === 1;
}

/**
 * MI_PREDICATE: load operation bits 7:6 (keep, 2 load, 3 load inverted), combine 4:3 (set, and, or, xor with
 * the result so far), compare 1:0 (true, false, sources equal, their difference equal to the data register).
 * 64-bit registers.
 */
export function predicate(core: Core, e: number, header: number): void {
  const low = word(core, e, SRC0) - word(core, e, SRC1);
  const high = (word(core, e, SRC0 + 4) - word(core, e, SRC1 + 4) - (low < 0 ? 1 : 0)) >>> 0;
  const same = low === 0 && high === 0;
  const sameDelta = low >>> 0 === word(core, e, DATA) && high === word(core, e, DATA + 4);
  const compare = [true, false, same, sameDelta][header & 3] ? 1 : 0;
  const before = word(core, e, RESULT) & 1;
  const combined = [compare, compare & before, compare | before, compare ^ before][(header >>> 3) & 3];
  const after = [before, before, combined, combined ^ 1][(header >>> 6) & 3];
  core.words.write(registerFile(core, e), (ENGINE_BASES[e] + RESULT) >>> 2, after);
}

/**
 * MI_SET_PREDICATE: are commands dropped now? One slice here. Source of the numbers: genxml, PREDICATE
 * ENABLE.
 */
export function skips(core: Core, e: number, enable: number): boolean {
  const first = resultHolds(core, e);
  const second = (word(core, e, RESULT_2) & 1) === 1;
  switch (enable) {
    case 1:
      return !second;
    case 2:
      return second;
    case 3:
      return !first;
    case 4:
      return first;
    default:
      return enable === 6 || enable === 7 || enable === 15;
  }
}
