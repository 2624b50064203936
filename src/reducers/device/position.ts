import type { EngineTree } from "../trees.ts";
import { workaroundRoom } from "./workaround.ts";

/** Where the commands of this ring page end: at its last dword, the ring's wrap, or the tail. */
export function ringEnd(engine: EngineTree, start: number): number {
  const left = engine.tail > engine.head ? engine.tail - engine.head : engine.ringSize - engine.head;
  return Math.min(1024, start + (left >>> 2));
}

/**
 * Does a command of this length run past the tail? Only a broken guest writes that; hardware would read
 * garbage.
 */
export function overshoots(engine: EngineTree, length: number): boolean {
  if (engine.level !== 0) return length > workaroundRoom(engine);
  const left =
    engine.tail > engine.head ? engine.tail - engine.head : engine.ringSize - engine.head + engine.tail;
  return length * 4 > left;
}

/** Move the position by dwords. */
export function advance(engine: EngineTree, dwords: number): void {
  if (engine.level === 0) {
    engine.head += dwords * 4;
    if (engine.head >= engine.ringSize) engine.head -= engine.ringSize;
    return;
  }
  const { level } = engine;
  const low = engine.ipLow[level] + dwords * 4;
  engine.ipLow[level] = low >>> 0;
  if (low > 0xffff_ffff) engine.ipHigh[level] = (engine.ipHigh[level] + 1) & 0xffff;
}
