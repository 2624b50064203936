import { REG_TIME_VALUE } from "../../hw/compile.ts";
import { distanceOf } from "../../hw/registers/offsets.ts";
import { ENGINE_BASES, MMIO_BYTES } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import { DEVICE_MMIO } from "../planes.ts";
import { MASKED_BITS } from "../rules.ts";
import type { EngineTree } from "../trees.ts";

/** The registers that an engine itself holds, and what is asked about others. How they are written: `gate.ts`. */

const RING_TAIL = distanceOf("RING_TAIL");
const RING_HEAD = distanceOf("RING_HEAD");
const RING_START = distanceOf("RING_START");
const RING_CTL = distanceOf("RING_CTL");
const RING_ACTHD = distanceOf("RING_ACTHD");
const RING_ACTHD_UDW = distanceOf("RING_ACTHD_UDW");
const RING_TIMESTAMP = distanceOf("RING_TIMESTAMP");
const RING_TIMESTAMP_UDW = distanceOf("RING_TIMESTAMP_UDW");
const POSITION = [RING_TAIL, RING_HEAD, RING_START, RING_CTL, RING_ACTHD, RING_ACTHD_UDW] as const;

/** The plane that holds the registers of whom engine `e` works for. */
export function registerFile(core: Core, e: number): number {
  return core.seeDevice().engines[e].registers;
}

/**
 * What the engine itself holds of the register `distance` bytes from its base, rather than the register file:
 * its position and its clock. -1: nothing.
 */
export function ownRegister(engine: EngineTree, distance: number): number {
  switch (distance) {
    case RING_HEAD:
      return engine.head;
    case RING_TAIL:
      return engine.tail;
    case RING_START:
      return engine.ringStart;
    case RING_CTL:
      return engine.ringSize === 0 ? 0 : (engine.ringSize - 4096) | 1;
    case RING_ACTHD:
      return engine.level === 0 ? (engine.ringStart + engine.head) >>> 0 : engine.ipLow[engine.level];
    case RING_ACTHD_UDW:
      return engine.level === 0 ? 0 : engine.ipHigh[engine.level];
    case RING_TIMESTAMP:
      return timestamp(engine) >>> 0;
    case RING_TIMESTAMP_UDW:
      return Math.floor(timestamp(engine) / 0x1_0000_0000) & 0xf;
    default:
      return -1;
  }
}

/** Do the upper 16 bits of what is written select which of the lower ones change? */
export function isMasked(core: Core, at: number): boolean {
  return core.registers.rule[core.registers.idOf[at >>> 2]] === MASKED_BITS;
}

/** Is what the register holds a time? */
export function isTimeValue(core: Core, at: number): boolean {
  const id = at < MMIO_BYTES ? core.registers.idOf[at >>> 2] : 0;
  return (core.registers.flags[id] & REG_TIME_VALUE) !== 0;
}

/** Show where an engine stands in the registers that say so. */
export function showPosition(core: Core, e: number, engine: EngineTree): void {
  const base = ENGINE_BASES[e];
  for (const register of POSITION)
    core.words.write(engine.registers, (base + register) >>> 2, ownRegister(engine, register));
}

/** Engine time in ticks of the 12 MHz counter. */
export function timestamp(engine: EngineTree): number {
  return Math.floor(((engine.freeAt + engine.turnNs) * 12) / 1000);
}

/** Set registers to what their rows say they hold after a cold reset. */
export function resetDeviceRegisters(core: Core): void {
  core.words.clear(DEVICE_MMIO);
  const index = core.registers;
  for (const word of index.words) core.words.write(DEVICE_MMIO, word, index.reset[index.idOf[word]]);
}
