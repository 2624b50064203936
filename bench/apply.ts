import type { Digest } from "../src/events/digest.ts";
import type { Rows } from "../src/events/rows.ts";
import { Machine, type State } from "../src/reducers/machine.ts";
import type { Block, Trace } from "./trace.ts";

/**
 * Run `pass` over the rows of a block that count, in stretches; returns the milliseconds spent in them, and
 * runs the others by `skip`.
 */
export function stretches(
  block: Block,
  clock: number,
  pass: (rows: Rows, from: number, to: number) => void,
  skip: (rows: Rows, from: number, to: number) => void,
): number {
  const { rows, left } = block;
  let spent = 0;
  let from = 0;
  for (let k = 0; k <= left.length; k += 2) {
    const to = k < left.length ? left[k] : rows.count;
    if (to > from) {
      const start = performance.now();
      pass(rows, from, to);
      spent += performance.now() - start - clock;
    }
    if (k === left.length) break;
    skip(rows, to, left[k + 1]);
    from = left[k + 1];
  }
  return spent;
}

/**
 * Replay the trace as `verify` does: every outcome and, at each block's end, every digest compared, and a
 * snapshot taken; milliseconds by block.
 */
export function applyTrace(trace: Trace, clock: number): number[] {
  const machine = new Machine(trace.setting);
  const kept: State[] = [];
  const batch = (rows: Rows, from: number, to: number): void => {
    const stop = machine.batch(rows, from, to);
    if (stop !== to) throw new Error(`${trace.name}: the replay differs at row ${rows.firstSeq + stop}`);
  };
  return trace.blocks.map((block, n) => {
    const spent = stretches(block, clock, batch, batch);
    const start = performance.now();
    compare(trace.name, machine.digests(), block.digests);
    kept[n & 3] = machine.snapshot();
    return spent + performance.now() - start - clock;
  });
}

export function compare(name: string, got: readonly Digest[], expected: readonly Digest[]): void {
  for (let i = 0; i < expected.length; i++) {
    const { component, lo, hi } = expected[i];
    if (got[i]?.component !== component || got[i].lo !== lo || got[i].hi !== hi) {
      throw new Error(`${name}: the digest of ${component} differs`);
    }
  }
}
