import { NOTES, WRITE_STATUS } from "../../events/codes.ts";
import { K } from "../../events/kinds.ts";
import { distanceOf, maskOf } from "../../hw/registers/offsets.ts";
import { BCS0, ENGINE_BASES, ENGINES, RCS0, VCS0, VECS0, VGPU_MAX } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import { agentOf, frameBaseOf, isCoherent, markWrite, writeGuestRun } from "../memory.ts";
import { MMIO } from "../planes.ts";
import { type EngineTree, initialExeclist } from "../trees.ts";
import { translateGgtt } from "./ggtt.ts";
import { GT0, GT1, GT3, raise } from "./interrupt.ts";

/**
 * The guest's execlists: submissions down to the device, context status events and interrupts up from it.
 * docs/facts/execlists.md.
 */

const RING_IMR = distanceOf("RING_IMR");
const RING_HWS_PGA = distanceOf("RING_HWS_PGA");
const RING_MI_MODE = distanceOf("RING_MI_MODE");
/** Source: intel_engine_regs.h, STOP_RING. */
const MI_MODE_STOP_RING = maskOf("RING_MI_MODE", "STOP_RING");
const RING_CONTEXT_STATUS_BUF = distanceOf("RING_CONTEXT_STATUS_BUF_LO");
const RING_CONTEXT_STATUS_PTR = distanceOf("RING_CONTEXT_STATUS_PTR");
const CSB_ENTRIES = 6;
/** Dword numbers in the status page. Source: docs/facts/execlists.md#status-buffer. */
const HWSP_CSB = 0x10;
const HWSP_CSB_WRITE = 0x1f;
const DESCRIPTOR_VALID = 1;
const DESCRIPTOR_PRIVILEGE = 1 << 8;
const DESCRIPTOR_MODE = 3 << 3;
const MODE_32 = 1 << 3;
const MODE_64 = 3 << 3;
const CONTEXT_SWITCH = 1 << 8;
const INVALID = NOTES.indexOf("elsp.invalid");
const FULL = NOTES.indexOf("elsp.full");
/** What an announcement is about. */
const INTERRUPT = 0;
const STATUS = 1;
/** More announcements or writes in flight than this, and the engines wait for the guest's memory. */
const ANNOUNCEMENTS_MAX = 32;
const WRITES_MAX = 1024;

/** What goes into the status page. Holds nothing between events. */
const STATUS_WORDS = new Uint32Array(3);

/** Group and shift of each engine's interrupt bits. Source: docs/facts/interrupts.md#bits. */
const ENGINE_IRQ: readonly (readonly [number, number])[] = [];
(ENGINE_IRQ as [number, number][])[RCS0] = [GT0, 0];
(ENGINE_IRQ as [number, number][])[BCS0] = [GT0, 16];
(ENGINE_IRQ as [number, number][])[VCS0] = [GT1, 0];
(ENGINE_IRQ as [number, number][])[VECS0] = [GT3, 0];

/**
 * One dword of a submission: element 1 high, low, element 0 high, low; the fourth submits. Where an earlier one
 * still waits to be taken there is no room for another: a driver waits for its context status event first.
 */
export function writeElsp(core: Core, v: number, engine: number, value: number): void {
  const tree = core.vgpu(v);
  tree.asleep = false;
  const list = tree.execlists[engine];
  list.port[list.writes] = value;
  list.portAt[list.writes] = core.seq;
  list.writes = (list.writes + 1) & 3;
  if (list.writes !== 0 || core.seeVgpu(v).failsafe !== 0) return;
  const descriptors = [list.port[3], list.port[2], list.port[1], list.port[0]];
  if (!isSubmission(descriptors)) {
    core.note(v, INVALID, engine, 0, descriptors[0], descriptors[1]);
    return;
  }
  if (isFull(core, v, engine)) {
    core.note(v, FULL, engine, 0, descriptors[0], descriptors[1]);
    return;
  }
  list.queuedAt = core.nextRow;
  for (let i = 0; i < 4; i += 2)
    if ((descriptors[i] & DESCRIPTOR_VALID) !== 0) submitted(core, v, engine, descriptors, i);
  list.queued = descriptors;
  if (list.hungLow !== 0 || core.seeVgpu(v).paused) return;
  if (list.owns || ownerOf(core, engine) === 0) hand(core, v, engine);
}

/**
 * The first element must be there, and every element that is must be a context of the guest's own address
 * space with three or four levels of tables. Source: docs/facts/execlists.md#submission.
 */
function isSubmission(descriptors: readonly number[]): boolean {
  const fine = (low: number): boolean =>
    (low & DESCRIPTOR_PRIVILEGE) !== 0 &&
    ((low & DESCRIPTOR_MODE) === MODE_32 || (low & DESCRIPTOR_MODE) === MODE_64);
  const [first, , second] = descriptors;
  if ((first & DESCRIPTOR_VALID) === 0 || !fine(first)) return false;
  return (second & DESCRIPTOR_VALID) === 0 || fine(second);
}

/** Does a submission of the guest's still wait to be taken? Another one is refused then. */
export function isFull(core: Core, v: number, engine: number): boolean {
  const list = core.seeVgpu(v).execlists[engine];
  return list.queued.length > 0 || workOf(core, v, engine)?.preempt === true;
}

/** The engine as it works for this vGPU, or as it will go on working for it; null: it does neither. */
export function workOf(core: Core, v: number, engine: number): EngineTree | null {
  if (core.seeVgpu(v).execlists[engine].owns) return core.seeDevice().engines[engine];
  return core.down.aside(core, engine, frameBaseOf(v));
}

function submitted(core: Core, v: number, engine: number, descriptors: readonly number[], i: number): void {
  const o = core.emit(K["workload.submitted"], v);
  core.out.engine[o] = engine;
  core.out.at[o] = (descriptors[i] & 0xffff_f000) >>> 0;
  core.out.lo[o] = descriptors[i + 1];
}

function ownerOf(core: Core, engine: number): number {
  for (let v = 1; v <= VGPU_MAX; v++) if (core.seeVgpu(v).execlists[engine].owns) return v;
  return 0;
}

/** Give the waiting submission to the device. */
function hand(core: Core, v: number, engine: number): void {
  const list = core.vgpu(v).execlists[engine];
  const descriptors = [list.queued[0], list.queued[1], list.queued[2], list.queued[3]];
  list.queued = [];
  list.owns = true;
  core.down.elsp(core, engine, frameBaseOf(v), MMIO + v, descriptors, list.queuedAt);
}

/** The device has nothing left of this vGPU: the next one in turn that waits takes the engine. */
export function engineIdle(core: Core, frameBase: number, engine: number): void {
  const v = agentOf(frameBase);
  core.vgpu(v).execlists[engine].owns = false;
  for (let k = 1; k <= VGPU_MAX; k++) {
    const next = ((v - 1 + k) % VGPU_MAX) + 1;
    if (takeUp(core, next, engine)) return;
  }
}

/** The free engine takes up what this vGPU has for it. Is there anything? */
function takeUp(core: Core, v: number, engine: number): boolean {
  const { paused, execlists } = core.seeVgpu(v);
  if (paused) return false;
  const { queued, hungLow } = execlists[engine];
  const goesOn = core.down.resume(core, engine, frameBaseOf(v));
  if (goesOn) core.vgpu(v).execlists[engine].owns = true;
  if (queued.length === 0 || hungLow !== 0) return goesOn;
  hand(core, v, engine);
  return true;
}

/** The vGPU is no longer paused: what it has for engines that are free, or that never left it, goes down. */
export function resumeExeclists(core: Core, v: number): void {
  for (let engine = 0; engine < ENGINES.length; engine++) {
    const owner = ownerOf(core, engine);
    if (owner === 0) takeUp(core, v, engine);
    else if (owner === v && core.seeVgpu(v).execlists[engine].queued.length > 0) hand(core, v, engine);
  }
}

/** Does the vGPU rest? */
export function isPaused(core: Core, frameBase: number): boolean {
  return core.seeVgpu(agentOf(frameBase)).paused;
}

/**
 * The engine hangs on this vGPU's work: to it the engine stays hung until it resets it, and nothing more of
 * its work runs there. A submission that was still to be taken waits again.
 */
export function engineHung(core: Core, frameBase: number, engine: number): void {
  const list = core.vgpu(agentOf(frameBase)).execlists[engine];
  const device = core.seeDevice().engines[engine];
  list.hungLow = statusOf(device);
  list.hungHigh = device.contextId;
  if (!device.preempt) return;
  const [first, second] = device.pending;
  list.queued = [first.low, first.id, second.low, second.id];
  list.queuedAt = device.pendingAt;
}

/** RING_EXECLIST_STATUS, lower half, of an engine that works; the bit of a full queue is the caller's. */
export function statusOf(engine: EngineTree): number {
  const valid = (1 << 4) | (engine.elements[1].valid ? 1 << 3 : 0);
  return valid | (1 << (14 + engine.active)) | (1 << (18 - engine.active));
}

/** Does the guest tell this engine to stand still? */
export function isStopped(core: Core, frameBase: number, engine: number): boolean {
  const mode = core.words.read(MMIO + agentOf(frameBase), (ENGINE_BASES[engine] + RING_MI_MODE) >>> 2);
  return (mode & MI_MODE_STOP_RING) !== 0;
}

/** Interrupt bits of an engine, in the low half's layout, as far as RING_IMR lets them through. */
export function engineIrq(core: Core, frameBase: number, engine: number, bits: number): void {
  const v = agentOf(frameBase);
  announce(core, v, INTERRUPT, engine, bits, 0);
}

/** A context status event: into the status page first, then registers, pointer and interrupt. */
export function contextStatus(
  core: Core,
  frameBase: number,
  engine: number,
  status: number,
  contextId: number,
): void {
  const v = agentOf(frameBase);
  const pointer = nextPointer(core, v, engine);
  const hwsp = core.words.read(MMIO + v, (ENGINE_BASES[engine] + RING_HWS_PGA) >>> 2);
  const gfn = translateGgtt(core, v, hwsp & 0xffff_f000);
  if (gfn >= 0) {
    STATUS_WORDS[0] = status;
    STATUS_WORDS[1] = contextId;
    STATUS_WORDS[2] = pointer;
    writeGuestRun(core, v, engine, gfn, (HWSP_CSB + pointer * 2) * 4, STATUS_WORDS, 0, 2);
    markWrite(core, WRITE_STATUS);
    writeGuestRun(core, v, engine, gfn, HWSP_CSB_WRITE * 4, STATUS_WORDS, 2, 1);
    markWrite(core, WRITE_STATUS);
  }
  const o = core.emit(K["context.switched"], v);
  core.out.engine[o] = engine;
  core.out.lo[o] = contextId;
  core.out.code[o] = status;
  announce(core, v, STATUS, engine, status, contextId);
}

/** The entry after the last one written or announced. 7 is "none yet". */
function nextPointer(core: Core, v: number, engine: number): number {
  const word = core.words.read(MMIO + v, (ENGINE_BASES[engine] + RING_CONTEXT_STATUS_PTR) >>> 2);
  let pointer = word & 7;
  const waiting = core.seeVgpu(v).announcements;
  for (let i = 0; i < waiting.length; i++) {
    if (waiting[i].what === STATUS && waiting[i].a === engine)
      pointer = pointer >= CSB_ENTRIES - 1 ? 0 : pointer + 1;
  }
  return pointer >= CSB_ENTRIES - 1 ? 0 : pointer + 1;
}

/** Make something visible, once every guest write before it is done. Coherent memory: at once. */
function announce(core: Core, v: number, what: number, a: number, b: number, c: number): void {
  if (isCoherent(core, v) || core.seeVgpu(v).writesOpen === 0) {
    publish(core, v, what, a, b, c);
    return;
  }
  const tree = core.vgpu(v);
  const cause = core.cause < 0 ? core.seq : core.cause;
  tree.announcements.push({ after: core.lastTicket, left: tree.writesOpen, what, a, b, c, cause });
}

function publish(core: Core, v: number, what: number, engine: number, b: number, c: number): void {
  if (what === INTERRUPT) raiseEngine(core, v, engine, b);
  else publishStatus(core, v, engine, b, c);
}

function raiseEngine(core: Core, v: number, engine: number, bits: number): void {
  const [group, shift] = ENGINE_IRQ[engine];
  const mask = core.words.read(MMIO + v, (ENGINE_BASES[engine] + RING_IMR) >>> 2);
  const passed = (bits << shift) & ~mask;
  if (passed !== 0) raise(core, v, group, passed);
}

function publishStatus(core: Core, v: number, engine: number, status: number, contextId: number): void {
  const base = ENGINE_BASES[engine];
  const at = (base + RING_CONTEXT_STATUS_PTR) >>> 2;
  const word = core.words.read(MMIO + v, at);
  const pointer = (word & 7) >= CSB_ENTRIES - 1 ? 0 : (word & 7) + 1;
  const entry = (base + RING_CONTEXT_STATUS_BUF + pointer * 8) >>> 2;
  core.words.write(MMIO + v, entry, status);
  core.words.write(MMIO + v, entry + 1, contextId);
  core.words.write(MMIO + v, at, (word & ~7) | pointer);
  raiseEngine(core, v, engine, CONTEXT_SWITCH);
}

/**
 * A guest write is done (or failed, which changes nothing here): whatever waited for it and for every other
 * one before it becomes visible, in order. Writes may be done in any order.
 */
export function writeDone(core: Core, v: number, ticket: number): void {
  const tree = core.vgpu(v);
  if (tree.writesOpen > 0) tree.writesOpen--;
  // Tickets go round: which one is the later is told by their distance.
  for (const waiting of tree.announcements) if (((waiting.after - ticket) | 0) >= 0) waiting.left--;
  while (tree.announcements.length > 0 && tree.announcements[0].left <= 0) {
    const { what, a, b, c, cause } = tree.announcements[0];
    tree.announcements.shift();
    const before = core.comesFrom(cause);
    publish(core, v, what, a, b, c);
    core.comesFrom(before);
  }
}

/** Must the engine wait before it writes more? Too much that it wrote is still on its way to the guest. */
export function isCongested(core: Core, frameBase: number): boolean {
  const tree = core.seeVgpu(agentOf(frameBase));
  return tree.announcements.length >= ANNOUNCEMENTS_MAX || tree.writesOpen >= WRITES_MAX;
}

/** Forget submissions of the engines in `mask`; their status pointers go back to "none yet". */
export function resetExeclists(core: Core, v: number, mask: number): void {
  for (let engine = 0; engine < ENGINES.length; engine++) {
    if ((mask & (1 << engine)) === 0) continue;
    const owned = core.seeVgpu(v).execlists[engine].owns;
    const tree = core.vgpu(v);
    tree.execlists[engine] = initialExeclist();
    tree.announcements = tree.announcements.filter(({ a }) => a !== engine);
    resetStatusPointer(core, v, engine);
    if (owned) engineIdle(core, frameBaseOf(v), engine);
  }
}

/** No context status yet: the first one goes to entry 0. Source: docs/facts/execlists.md#status-buffer. */
export function resetStatusPointer(core: Core, v: number, engine: number): void {
  core.words.write(MMIO + v, (ENGINE_BASES[engine] + RING_CONTEXT_STATUS_PTR) >>> 2, CSB_ENTRIES + 1);
}
