import { K } from "../../events/kinds.ts";
import { WRITE_BEHAVIOURS } from "../../hw/behaviours.ts";
import { REG_FAST_WRITE, REG_RING_CONTEXT, REG_TIME_VALUE } from "../../hw/compile.ts";
import { ENGINE_BASES, MMIO_BYTES } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import { DEVICE_MMIO } from "../planes.ts";
import { applyRule, MASKED_BITS } from "../rules.ts";
import type { EngineTree } from "../trees.ts";
import { flushTlb } from "./gtt.ts";

/**
 * Registers as commands and context images reach them. A submission names its register file beside its
 * address space: a vGPU's commands reach that vGPU's registers and nobody else's, as if they were switched
 * with the engine.
 */

const RING_TAIL = 0x30;
const RING_HEAD = 0x34;
const RING_START = 0x38;
const RING_CTL = 0x3c;
const RING_ACTHD = 0x74;
const RING_ACTHD_UDW = 0x5c;
const RING_TIMESTAMP = 0x358;
const RING_TIMESTAMP_UDW = 0x35c;
const PDP_FIRST = 0x270;
const PDP_LAST = 0x28c;
const READ_ONLY = 1;
/** Rows whose content the mediator looks at. */
const AUDITED = WRITE_BEHAVIOURS.indexOf("ring.nonpriv");
const POSITION = [RING_TAIL, RING_HEAD, RING_START, RING_CTL, RING_ACTHD, RING_ACTHD_UDW] as const;

/** The plane that holds the registers of whom engine `e` works for. */
export function registerFile(core: Core, e: number): number {
  return core.seeDevice().engines[e].registers;
}

/** The page directory pointers are where walks start: guest frame in bits 35:12 of two dwords. */
function loadPdp(core: Core, e: number, engine: EngineTree, offset: number, value: number): void {
  const n = (offset - PDP_FIRST) >>> 3;
  const before = engine.pdp[n];
  const upper = (offset & 4) !== 0;
  engine.pdp[n] = upper
    ? (before & 0x0f_ffff) | ((value & 0xf) << 20)
    : (before & 0xf0_0000) | (value >>> 12);
  if (engine.pdp[n] !== before) flushTlb(core, e);
}

/** A command's or an image's write of a register, under the register's own rule. */
export function loadRegister(core: Core, e: number, engine: EngineTree, at: number, value: number): void {
  const index = core.registers;
  const word = at >>> 2;
  const id = at < MMIO_BYTES ? index.idOf[word] : 0;
  if (id === 0) return unknownRegister(core, e, at, value);
  if (index.rule[id] === READ_ONLY) return;
  const file = engine.registers;
  let after = value;
  if ((index.flags[id] & REG_FAST_WRITE) === 0) {
    const before = core.words.read(file, word);
    after = applyRule(index.rule[id], index.writable[id], index.oneToClear[id], before, value);
    if (index.then[id] === AUDITED) after = core.up.load(core, engine.frameBase, at, after);
  }
  core.words.write(file, word, after);
  const offset = at - ENGINE_BASES[e];
  if (offset >= PDP_FIRST && offset <= PDP_LAST) loadPdp(core, e, engine, offset, after);
}

/** A command's read of a register. */
export function storeRegister(core: Core, e: number, engine: EngineTree, at: number): number {
  const offset = at - ENGINE_BASES[e];
  switch (offset) {
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
  }
  if (at >= MMIO_BYTES || core.registers.idOf[at >>> 2] === 0) {
    unknownRegister(core, e, at, 0);
    return 0;
  }
  return core.words.read(engine.registers, at >>> 2);
}

/** Does a register keep its word whatever a command writes? True also of what is no register. */
export function isReadOnly(core: Core, at: number): boolean {
  const id = at < MMIO_BYTES ? core.registers.idOf[at >>> 2] : 0;
  return id === 0 || core.registers.rule[id] === READ_ONLY;
}

/** Is it none of those that say where a context stands, but the engine's own, which a restore may leave out? */
export function isEngineState(core: Core, at: number): boolean {
  const id = at < MMIO_BYTES ? core.registers.idOf[at >>> 2] : 0;
  return (core.registers.flags[id] & REG_RING_CONTEXT) === 0;
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
  for (const register of POSITION) {
    core.words.write(
      engine.registers,
      (base + register) >>> 2,
      storeRegister(core, e, engine, base + register),
    );
  }
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

function unknownRegister(core: Core, _e: number, at: number, value: number): void {
  const o = core.emit(K["mmio.unknown"], 0);
  core.out.at[o] = at;
  core.out.size[o] = 4;
  core.out.lo[o] = value;
}
