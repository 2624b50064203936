import { NOTES, TIMER_ENGINE } from "../../events/codes.ts";
import { PURPOSES } from "../../events/columns.ts";
import { K } from "../../events/kinds.ts";
import { CONTEXT_SWITCH_NS, POLL_NS } from "../../hw/cost.ts";
import { ENGINES } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import { agentOf } from "../memory.ts";
import { type EngineTree, initialEngine } from "../trees.ts";
import { loadContext, reloadTail, saveContext } from "./context.ts";
import { FAULT, flushTlb, PARKED, pageWords, translateGlobal } from "./gtt.ts";
import { findPutAway, forgetAway, putAway } from "./parking.ts";
import { showPosition } from "./registers.ts";
import { BUDGET, DRAINED, PREEMPTED, run, STOPPED, STUCK, WAITING } from "./streamer.ts";
import { adopt, elementOf, sameContext, workRow } from "./submission.ts";

/** An engine: what it was given, where it stands, and its turns. */

const IDLE = 0;
const LOAD = 1;
const RUN = 2;
const SAVE = 3;
const RELOAD = 4;

const WAIT_SEMAPHORE = 1;
const WAIT_MEMORY = 2;
const WAIT_STOPPED = 3;

/** Context status bits. Source: docs/facts/execlists.md#status-buffer. */
const IDLE_TO_ACTIVE = 1 << 0;
const PREEMPT = 1 << 1;
const ELEMENT_SWITCH = 1 << 2;
const ACTIVE_TO_IDLE = 1 << 3;
const COMPLETE = 1 << 4;
const LITE_RESTORE = 1 << 15;

const CONTEXT = PURPOSES.indexOf("context");
const RING_INVALID = NOTES.indexOf("ring.invalid");
const FAULTED = NOTES.indexOf("command.fault");
const ENGINE_RESET = NOTES.indexOf("engine.reset");

/**
 * A submission, told by row `row`: idle engines start on it, busy ones take it at their next command boundary.
 */
export function submit(
  core: Core,
  e: number,
  frameBase: number,
  registers: number,
  descriptors: readonly number[],
  row: number,
): void {
  const engine = core.device().engines[e];
  engine.pending = [elementOf(descriptors, 0), elementOf(descriptors, 2)];
  engine.pendingBase = frameBase;
  engine.pendingRegisters = registers;
  engine.pendingAt = row;
  engine.preempt = true;
  const before = core.comesFrom(row);
  if (engine.phase === IDLE) takePending(core, e, engine);
  else if (engine.turn === 0) wake(core, e, engine);
  core.comesFrom(before);
}

/** An idle engine takes the waiting submission. */
function takePending(core: Core, e: number, engine: EngineTree): void {
  adopt(core, engine);
  engine.phase = LOAD;
  core.up.csb(core, engine.frameBase, e, IDLE_TO_ACTIVE, 0);
  schedule(core, e, engine, 0);
}

/** Arm the timer of the next turn, `delay` ns after the engine is free. */
function schedule(core: Core, e: number, engine: EngineTree, delay: number): void {
  if (core.isOpen(engine.timer)) return;
  const deadline = Math.max(core.now, Math.ceil((engine.freeAt + delay) / 1000));
  engine.timer = core.armTimer(0, deadline, TIMER_ENGINE + e);
}

/** Look at a standing engine at once instead of at its poll. */
function wake(core: Core, e: number, engine: EngineTree): void {
  if (engine.waiting === 0) return;
  engine.waiting = 0;
  core.cancelTimer(engine.timer);
  engine.timer = 0;
  schedule(core, e, engine, 0);
}

/** The engine's timer fired: its turn. */
export function startTurn(core: Core, e: number): void {
  const engine = core.device().engines[e];
  engine.timer = 0;
  if (engine.phase === IDLE) return;
  core.comesFrom(workRow(engine));
  engine.waiting = 0;
  engine.turn = core.newStamp();
  engine.turnNs = 0;
  engine.turnDwords = 0;
  engine.wrote = false;
  engine.freeAt = Math.max(engine.freeAt, core.now * 1000);
  if (core.up.congested(core, engine.frameBase)) standStill(core, e, engine, WAIT_MEMORY);
  else goOnUnlessStopped(core, e, engine);
}

function goOnUnlessStopped(core: Core, e: number, engine: EngineTree): void {
  if (core.up.stopped(core, engine.frameBase, e)) standStill(core, e, engine, WAIT_STOPPED);
  else goOn(core, e, engine);
}

/**
 * What the engine has begun stays as it is, and is looked at again: STOP_RING says so, a semaphore, or too much
 * of what was written is still on its way to the guest.
 */
function standStill(core: Core, e: number, engine: EngineTree, why: number): void {
  engine.waiting = why;
  endTurn(core, e, engine, POLL_NS);
}

/** A page that the turn waited for has come. */
export function continueTurn(core: Core, e: number, purpose: number): void {
  const engine = core.device().engines[e];
  if (purpose < PURPOSES.length) engine.fetchedAt[purpose] = core.seq;
  engine.fetch = 0;
  core.comesFrom(workRow(engine));
  goOnUnlessStopped(core, e, engine);
}

/** The page could not be had: to the engine that is a fault. */
export function failTurn(core: Core, e: number): void {
  const engine = core.device().engines[e];
  engine.fetch = 0;
  core.comesFrom(workRow(engine));
  fault(core, e, engine);
}

/** Step until the turn ends or waits for a page. */
function goOn(core: Core, e: number, engine: EngineTree): void {
  for (;;) {
    switch (engine.phase) {
      case LOAD:
        if (!load(core, e, engine)) return;
        break;
      case RELOAD:
        if (!reload(core, e, engine)) return;
        break;
      case RUN:
        if (!runContext(core, e, engine)) return;
        break;
      case SAVE:
        if (!save(core, e, engine)) return;
        break;
      default:
        return endTurn(core, e, engine, -1);
    }
  }
}

/** The turn is over; the next comes `delay` ns later, none at all if that is negative. */
function endTurn(core: Core, e: number, engine: EngineTree, delay: number): void {
  engine.freeAt += engine.turnNs;
  showPosition(core, e, engine);
  engine.turn = 0;
  engine.turnNs = 0;
  engine.turnDwords = 0;
  const rests = delay >= 0 && core.up.paused(core, engine.frameBase);
  if (delay >= 0 && !rests) schedule(core, e, engine, delay);
  if (engine.wrote) wakeWaiting(core, e);
  engine.wrote = false;
  if (rests) putAside(core, e);
}

/** Between two turns: what the engine does is kept as it stands, and the engine is free for the others. */
function putAside(core: Core, e: number): void {
  const engine = core.device().engines[e];
  core.cancelTimer(engine.timer);
  engine.timer = 0;
  engine.waiting = 0;
  putAway(core, e, engine);
  release(core, e);
}

/** The engine stands nowhere any more, and is idle. */
function release(core: Core, e: number): void {
  const { engines } = core.device();
  const { frameBase, freeAt } = engines[e];
  engines[e] = initialEngine();
  engines[e].freeAt = freeAt;
  flushTlb(core, e);
  core.up.idle(core, frameBase, e);
}

/** Put aside what stands between two turns for this address space; a turn under way ends first. */
export function pauseEngines(core: Core, frameBase: number): void {
  for (let e = 0; e < ENGINES.length; e++) {
    const engine = core.seeDevice().engines[e];
    if (engine.phase !== IDLE && engine.frameBase === frameBase && engine.turn === 0) putAside(core, e);
  }
}

/** The idle engine goes on with what was put aside for this address space, if there is anything. */
export function resumeEngine(core: Core, e: number, frameBase: number): boolean {
  const engine = findPutAway(core, e, frameBase);
  if (engine === null) return false;
  forgetAway(core, e, frameBase);
  const { engines } = core.device();
  engine.freeAt = engines[e].freeAt;
  engines[e] = engine;
  flushTlb(core, e);
  const before = core.comesFrom(workRow(engine));
  schedule(core, e, engines[e], 0);
  core.comesFrom(before);
  return true;
}

/** The guest's memory has caught up: engines that waited for that go on. */
export function wakeForMemory(core: Core): void {
  for (let e = 0; e < ENGINES.length; e++) {
    const { waiting, frameBase } = core.seeDevice().engines[e];
    if (waiting !== WAIT_MEMORY || core.up.congested(core, frameBase)) continue;
    wake(core, e, core.device().engines[e]);
  }
}

/** This engine wrote to memory: whoever waits for memory looks again. */
function wakeWaiting(core: Core, writer: number): void {
  for (let e = 0; e < ENGINES.length; e++) {
    if (e === writer || core.seeDevice().engines[e].waiting !== WAIT_SEMAPHORE) continue;
    wake(core, e, core.device().engines[e]);
  }
}

/** The state page of the active context, or null: parked, or faulted. */
function contextPage(core: Core, e: number, engine: EngineTree): Uint32Array | null {
  const hfn = translateGlobal(
    core,
    engine,
    ((engine.elements[engine.active].low & 0xffff_f000) + 4096) >>> 0,
  );
  const words = hfn < 0 ? null : pageWords(core, e, engine, hfn, CONTEXT);
  if (words === null && engine.fetch === 0) fault(core, e, engine);
  return words;
}

function load(core: Core, e: number, engine: EngineTree): boolean {
  const image = contextPage(core, e, engine);
  if (image === null) return false;
  flushTlb(core, e);
  engine.contextId = engine.elements[engine.active].id;
  engine.turnNs += CONTEXT_SWITCH_NS;
  if (!loadContext(core, e, engine, image)) {
    return invalidRing(core, e, engine);
  }
  showPosition(core, e, engine);
  engine.phase = RUN;
  return true;
}

/** The image names no ring that could be run. */
function invalidRing(core: Core, e: number, engine: EngineTree): boolean {
  const { low } = engine.elements[engine.active];
  core.note(agentOf(engine.frameBase), RING_INVALID, e, low, engine.ringStart, engine.ringSize);
  fault(core, e, engine);
  return false;
}

/** Lite restore: the running context again, with a later tail. */
function reload(core: Core, e: number, engine: EngineTree): boolean {
  const image = contextPage(core, e, engine);
  if (image === null) return false;
  if (!reloadTail(e, engine, image)) return invalidRing(core, e, engine);
  showPosition(core, e, engine);
  engine.phase = RUN;
  core.up.csb(core, engine.frameBase, e, LITE_RESTORE | PREEMPT, engine.contextId);
  return true;
}

function runContext(core: Core, e: number, engine: EngineTree): boolean {
  const how = run(core, e, engine);
  switch (how) {
    case PARKED:
      return false;
    case DRAINED:
      engine.phase = SAVE;
      return true;
    case PREEMPTED:
      if (sameContext(engine)) {
        adopt(core, engine);
        engine.phase = RELOAD;
      } else {
        engine.phase = SAVE;
      }
      return true;
    case BUDGET:
      endTurn(core, e, engine, 0);
      return false;
    case WAITING:
      standStill(core, e, engine, core.up.congested(core, engine.frameBase) ? WAIT_MEMORY : WAIT_SEMAPHORE);
      return false;
    case STOPPED:
      standStill(core, e, engine, WAIT_STOPPED);
      return false;
    case STUCK:
    case FAULT:
      fault(core, e, engine);
      return false;
    default:
      throw new Error(`streamer answered ${how}`);
  }
}

function save(core: Core, e: number, engine: EngineTree): boolean {
  const image = contextPage(core, e, engine);
  if (image === null) return false;
  const element = engine.elements[engine.active];
  saveContext(core, e, engine, image);
  const complete = engine.level === 0 && engine.head === engine.tail;
  if (!complete) return switchTo(core, e, engine, PREEMPT, element.id);
  const o = core.emit(K["workload.completed"], agentOf(engine.frameBase));
  core.out.engine[o] = e;
  core.out.at[o] = (element.low & 0xffff_f000) >>> 0;
  core.out.lo[o] = element.id;
  core.out.hi[o] = engine.head;
  if (engine.active === 0 && engine.elements[1].valid) {
    core.up.csb(core, engine.frameBase, e, COMPLETE | ELEMENT_SWITCH, element.id);
    engine.active = 1;
    core.comesFrom(workRow(engine));
    engine.phase = LOAD;
    return true;
  }
  core.up.csb(core, engine.frameBase, e, COMPLETE | ACTIVE_TO_IDLE, element.id);
  if (!engine.preempt) return goIdle(core, e, engine);
  core.comesFrom(engine.pendingAt);
  return switchTo(core, e, engine, IDLE_TO_ACTIVE, 0);
}

/** Take the waiting submission, saying why. */
function switchTo(core: Core, e: number, engine: EngineTree, status: number, contextId: number): boolean {
  core.up.csb(core, engine.frameBase, e, status, contextId);
  adopt(core, engine);
  engine.phase = LOAD;
  return true;
}

function goIdle(core: Core, e: number, engine: EngineTree): boolean {
  const { frameBase } = engine;
  engine.phase = IDLE;
  endTurn(core, e, engine, -1);
  core.up.idle(core, frameBase, e);
  return false;
}

/**
 * The engine hangs, as hardware does, until it is reset: its registers show where. But only to whom it worked
 * for: the hang is that vGPU's own, and the engine is free for the others.
 */
function fault(core: Core, e: number, engine: EngineTree): void {
  const { level } = engine;
  const at = level === 0 ? (engine.ringStart + engine.head) >>> 0 : engine.ipLow[level];
  core.note(agentOf(engine.frameBase), FAULTED, e, at, level === 0 ? 0 : engine.ipHigh[level], level);
  endTurn(core, e, engine, -1);
  core.up.hung(core, engine.frameBase, e);
  release(core, e);
}

/** Drop whatever the engines in `mask` do for this address space. */
export function resetEngines(core: Core, mask: number, frameBase: number): void {
  for (let e = 0; e < ENGINES.length; e++) {
    if ((mask & (1 << e)) === 0) continue;
    forgetAway(core, e, frameBase);
    const was = core.seeDevice().engines[e];
    if (was.phase === IDLE || was.frameBase !== frameBase) continue;
    const engines = core.device().engines;
    core.cancelTimer(engines[e].timer);
    if (core.isOpen(engines[e].fetch)) core.endTicket(engines[e].fetch);
    const { freeAt, registers } = engines[e];
    engines[e] = initialEngine();
    engines[e].freeAt = freeAt;
    engines[e].registers = registers;
    showPosition(core, e, engines[e]);
    flushTlb(core, e);
    core.note(agentOf(frameBase), ENGINE_RESET, e, 0, 0, 0);
  }
}
