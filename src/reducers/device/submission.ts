import type { Core } from "../core.ts";
import { type EngineTree, initialElement } from "../trees.ts";

/** What is in an engine's ports: the submission that it works on, and the one that waits. */

/** Descriptor bit: save and restore even where a lite restore would do. Source: docs/facts/execlists.md#descriptor. */
const FORCE_RESTORE = 1 << 2;

/** Element `i` / 2 of a submission's descriptors. */
export function elementOf(descriptors: readonly number[], i: number): EngineTree["elements"][number] {
  const low = descriptors[i];
  return (low & 1) === 0 ? initialElement() : { valid: true, low, id: descriptors[i + 1] };
}

/** The row that submitted what the engine works on: elements of one submission have a row each. */
export function workRow(engine: EngineTree): number {
  return engine.submittedAt + engine.active;
}

/**
 * The waiting submission becomes the current one. It came after the turn began, perhaps: what the guest wrote
 * before it is seen by it, so no page fetched so far will do.
 */
export function adopt(core: Core, engine: EngineTree): void {
  if (engine.turn !== 0) engine.turn = core.newStamp();
  const [first, second] = engine.pending;
  engine.elements = [
    { valid: first.valid, low: first.low, id: first.id },
    { valid: second.valid, low: second.low, id: second.id },
  ];
  engine.pending = [initialElement(), initialElement()];
  engine.frameBase = engine.pendingBase;
  engine.registers = engine.pendingRegisters;
  engine.submittedAt = engine.pendingAt;
  engine.preempt = false;
  engine.active = 0;
  core.comesFrom(workRow(engine));
}

/** Is the waiting submission's first context the one that runs, and may it just go on? */
export function sameContext(engine: EngineTree): boolean {
  const now = engine.elements[engine.active];
  const next = engine.pending[0];
  if ((next.low & FORCE_RESTORE) !== 0) return false;
  return engine.pendingBase === engine.frameBase && next.id === now.id && next.low >>> 12 === now.low >>> 12;
}
