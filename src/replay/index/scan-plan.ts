import { K } from "../../events/kinds.ts";
import type { Rows } from "../../events/rows.ts";
import { REG_FAST_READ, type RegisterIndex } from "../../hw/compile.ts";
import { MMIO_BYTES } from "../../hw/units.ts";
import { MMIO } from "../../reducers/planes.ts";
import { Malformed } from "../recording/errors.ts";
import type { Recording } from "../recording/recording.ts";
import { Writers, type WriteTarget } from "./writers.ts";

/** What a pass over a recording may pass over, when only certain places matter. */

export type IsQuiet = (rows: Rows, i: number) => boolean;

/**
 * Can an input not change any of the places? So it is for plain registers that are none of them, and for
 * PTEs.
 */
export function quietRows(registers: RegisterIndex, targets: readonly WriteTarget[] | null): IsQuiet {
  if (targets === null) return () => false;
  const { idOf, flags, then } = registers;
  const read = new Set<number>();
  for (const target of targets) {
    if (target.kind === "memory") return () => false;
    if (target.kind === "words")
      for (let k = 0; k < target.count; k++) read.add(wordKey(target.plane, target.index + k));
  }
  const [READ, WRITTEN, GTT_WRITTEN] = [K["mmio.read"], K["mmio.written"], K["gtt.written"]];
  const isGtt = targets.some((target) => target.kind === "words" && !isRegister(target.plane));
  return (rows, i) => {
    const kind = rows.kind[i];
    if (kind === GTT_WRITTEN) return !isGtt;
    if ((kind !== READ && kind !== WRITTEN) || rows.size[i] !== 4) return false;
    const at = rows.at[i];
    if (at >= MMIO_BYTES || (at & 3) !== 0) return false;
    const id = idOf[at >>> 2];
    if (kind === READ) return (flags[id] & REG_FAST_READ) !== 0;
    return id !== 0 && then[id] === 0 && !read.has(wordKey(MMIO + rows.agent[i], at >>> 2));
  };
}

function wordKey(plane: number, word: number): number {
  return plane * 0x20_0000 + word;
}

function isRegister(plane: number): boolean {
  return plane >= MMIO && plane < MMIO + 8;
}

/**
 * Blocks from `first` to `last` in which one of the places may have been written; null where the file has no
 * index that says so.
 */
export function blocksThatWrite(
  recording: Recording,
  targets: readonly WriteTarget[] | null,
  first: number,
  last: number,
): ReadonlySet<number> | null {
  if (targets === null || targets.length === 0) return null;
  const writers = Writers.of(recording);
  if (writers === null) return null;
  const blocks = new Set<number>();
  try {
    for (const target of targets) {
      for (const n of writers.blocksBack(last, target)) {
        if (n < first) break;
        blocks.add(n);
      }
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return null;
  }
  return blocks;
}
