import { REFUSALS } from "../../events/codes.ts";
import { K } from "../../events/kinds.ts";
import {
  REG_COMMAND_ACCESS,
  REG_FAST_READ,
  REG_FAST_WRITE,
  REG_IN_CONTEXT,
  REG_RING_CONTEXT,
} from "../../hw/compile.ts";
import { ENGINE_BASES, MMIO_BYTES } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import { agentOf } from "../memory.ts";
import { applyRule, READ_ONLY } from "../rules.ts";
import type { EngineTree } from "../trees.ts";
import { flushTlb } from "./gtt.ts";
import { CHANGES } from "./places.ts";
import { ownRegister } from "./registers.ts";

/**
 * The one gate between what an engine executes and the registers. A submission names its register file beside
 * its address space: a vGPU's commands reach that vGPU's registers and nobody else's, as if they were switched
 * with the engine. Words are written here; what a register means beyond them is the mediator's.
 */

const COMMAND_ACCESS = REFUSALS.indexOf("command.access");
const IMAGE_REGISTER = REFUSALS.indexOf("image.register");
const PDP_FIRST = 0x270;
const PDP_LAST = 0x28c;

/** The row of a register; 0 is none. */
function idOf(core: Core, at: number): number {
  return at < MMIO_BYTES ? core.registers.idOf[at >>> 2] : 0;
}

/**
 * A command's write: the row, whether commands may write it (privilege widens nothing), the row's rule, and
 * what the row says then.
 */
export function loadRegister(core: Core, e: number, engine: EngineTree, at: number, value: number): void {
  const index = core.registers;
  const id = idOf(core, at);
  if (id === 0) return unknownRegister(core, e, at, value);
  if ((index.flags[id] & REG_COMMAND_ACCESS) === 0) {
    return refuse(core, e, engine, at, value, COMMAND_ACCESS);
  }
  if (index.then[id] === 0) return store(core, e, engine, id, at, value);
  core.up.writeRegister(core, engine.frameBase, at, value);
  // It may have told the engine to stop: looked at once the command is over.
  CHANGES.count++;
}

/**
 * A context image's load: the row, whether it belongs to a context, the row's rule; what was saved has no
 * effect of its own when it comes back. False where such an image is refused: it is said by `refuseImage`.
 */
export function restoreRegister(
  core: Core,
  e: number,
  engine: EngineTree,
  at: number,
  value: number,
): boolean {
  const id = idOf(core, at);
  if (id === 0) unknownRegister(core, e, at, value);
  else if ((core.registers.flags[id] & REG_IN_CONTEXT) === 0) return false;
  else store(core, e, engine, id, at, value);
  return true;
}

/** Write a register's word under its row's rule. */
function store(core: Core, e: number, engine: EngineTree, id: number, at: number, value: number): void {
  const index = core.registers;
  const word = at >>> 2;
  const file = engine.registers;
  let after = value;
  if ((index.flags[id] & REG_FAST_WRITE) === 0) {
    const before = core.words.read(file, word);
    after = applyRule(index.rule[id], index.writable[id], index.oneToClear[id], before, value);
  }
  core.words.write(file, word, after);
  const offset = at - ENGINE_BASES[e];
  if (offset >= PDP_FIRST && offset <= PDP_LAST) loadPdp(core, e, engine, offset, after);
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

/** A command's read: what the engine itself holds, else what a guest would read. */
export function storeRegister(core: Core, e: number, engine: EngineTree, at: number): number {
  const own = ownRegister(engine, at - ENGINE_BASES[e]);
  if (own >= 0) return own;
  const id = idOf(core, at);
  if (id === 0) {
    unknownRegister(core, e, at, 0);
    return 0;
  }
  if ((core.registers.flags[id] & REG_FAST_READ) !== 0) return core.words.read(engine.registers, at >>> 2);
  return core.up.readRegister(core, engine.frameBase, at);
}

/** Is the register's word a context's to keep? Not where its row has no place in an image, or is read only. */
export function isSaved(core: Core, at: number): boolean {
  const id = idOf(core, at);
  return (core.registers.flags[id] & REG_IN_CONTEXT) !== 0 && core.registers.rule[id] !== READ_ONLY;
}

/**
 * Is it none of those that say where a context stands, but the engine's own, which a restore may leave out?
 */
export function isEngineState(core: Core, at: number): boolean {
  return (core.registers.flags[idOf(core, at)] & REG_RING_CONTEXT) === 0;
}

/** An image lists what is no part of a context: said once, by the first such register. */
export function refuseImage(core: Core, e: number, engine: EngineTree, at: number, value: number): void {
  refuse(core, e, engine, at, value, IMAGE_REGISTER);
}

function refuse(core: Core, e: number, engine: EngineTree, at: number, value: number, why: number): void {
  const o = core.emit(K["audit.refused"], agentOf(engine.frameBase));
  core.out.engine[o] = e;
  core.out.at[o] = at;
  core.out.atHigh[o] = 0;
  core.out.lo[o] = value;
  core.out.code[o] = why;
}

function unknownRegister(core: Core, e: number, at: number, value: number): void {
  const o = core.emit(K["mmio.unknown"], agentOf(core.seeDevice().engines[e].frameBase));
  core.out.at[o] = at;
  core.out.size[o] = 4;
  core.out.lo[o] = value;
}
