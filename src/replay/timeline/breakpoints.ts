import { CLASS_OUTCOME, filterNumber, KIND_CLASS } from "../../events/kinds.ts";
import { isOfKind, type Rows } from "../../events/rows.ts";
import type { Machine } from "../../reducers/machine.ts";
import { placeOf, samplerOf } from "../names/paths.ts";
import { compilePredicate } from "../names/predicate.ts";
import type { Timeline } from "./timeline.ts";

/**
 * Where to stop: at a kind of row, where the value at a path becomes another, or where an expression
 * becomes true.
 */
export interface Breakpoint {
  readonly text: string;
  /** Local number of the kind; -1: it looks at states. */
  readonly kind: number;
  /** What is watched: it stops where this becomes another value. Kinds have none. */
  readonly sample: ((machine: Machine) => number | string | boolean) | null;
  /** It stops only where the new value is true. */
  readonly onlyTrue: boolean;
}

/** Where a walk has stopped. */
export interface Hit {
  readonly breakpoint: Breakpoint;
  /** The input behind which the state stands. */
  readonly at: number;
  /** The row that was hit: the input, or one of its outcomes. */
  readonly row: number;
}

/**
 * A breakpoint from its text: `irq.inject`, `vgpu1.rcs0.RING_TAIL`, `vgpu1.rcs0.RING_TAIL.TailOffset > 64`.
 * Throws PathError or PredicateError.
 */
export function breakpointOf(machine: Machine, text: string): Breakpoint {
  const kind = filterNumber(text);
  if (kind >= 0) return { text, kind, sample: null, onlyTrue: false };
  if (/[\s<>=!&|]/.test(text)) {
    const predicate = compilePredicate(text, machine);
    return { text, kind, sample: (at) => predicate.holds(at), onlyTrue: true };
  }
  const sample = samplerOf(placeOf(machine, text));
  return { text, kind, sample: (at) => sample(at.core), onlyTrue: false };
}

/** Go on until a breakpoint is hit; null where none is, with the timeline at its last input. */
export function goOn(timeline: Timeline, breakpoints: readonly Breakpoint[]): Hit | null {
  if (breakpoints.every(({ sample }) => sample === null)) return goOnToKind(timeline, breakpoints);
  const watch = new Watching(timeline.machine, breakpoints);
  const last = timeline.inputAt(timeline.last);
  let found: Hit | null = null;
  while (found === null && timeline.at < last) {
    const seq = timeline.nextInput(timeline.at);
    const { rows } = timeline.row(seq);
    timeline.walk(Math.min(last, timeline.inputAt(rows.firstSeq + rows.count - 1)), (block, i) => {
      found = watch.look(block, i);
      return found === null;
    });
  }
  return found;
}

/**
 * Go back until a breakpoint is hit before where the timeline stands; null where none is, with the timeline
 * at the start.
 */
export function goBack(timeline: Timeline, breakpoints: readonly Breakpoint[]): Hit | null {
  if (breakpoints.every(({ sample }) => sample === null)) return goBackToKind(timeline, breakpoints);
  for (let end = timeline.inputAt(timeline.at - 1); end >= timeline.first; ) {
    timeline.seek(timeline.baseBefore(end));
    const from = timeline.at;
    const watch = new Watching(timeline.machine, breakpoints);
    const hits: Hit[] = [];
    timeline.walk(end, (rows, i) => {
      const hit = watch.look(rows, i);
      if (hit !== null) hits[0] = hit;
      return true;
    });
    if (hits.length > 0) {
      timeline.seek(hits[0].at);
      return hits[0];
    }
    end = from;
  }
  timeline.seek(timeline.first - 1);
  return null;
}

function goBackToKind(timeline: Timeline, breakpoints: readonly Breakpoint[]): Hit | null {
  for (let seq = timeline.at - 1; seq >= timeline.first; ) {
    const { rows, i } = timeline.row(seq);
    for (let k = i; k >= 0; k--) {
      const breakpoint = breakpoints.find(({ kind }) => isOfKind(rows, k, kind));
      if (breakpoint === undefined) continue;
      const row = rows.firstSeq + k;
      return { breakpoint, row, at: timeline.seek(row).core.seq };
    }
    seq = rows.firstSeq - 1;
  }
  timeline.seek(timeline.first - 1);
  return null;
}

/** No state is asked for: rows are enough. */
function goOnToKind(timeline: Timeline, breakpoints: readonly Breakpoint[]): Hit | null {
  for (let seq = timeline.nextInput(timeline.at); seq >= 0 && seq <= timeline.last; ) {
    const { rows, i } = timeline.row(seq);
    for (let k = i; k < rows.count; k++) {
      const breakpoint = breakpoints.find(({ kind }) => isOfKind(rows, k, kind));
      if (breakpoint === undefined) continue;
      const row = rows.firstSeq + k;
      return { breakpoint, row, at: timeline.seek(row).core.seq };
    }
    seq = rows.firstSeq + rows.count;
  }
  timeline.seek(timeline.last);
  return null;
}

/** Compares what is watched behind each input with what it was behind the one before. */
class Watching {
  private readonly machine: Machine;
  private readonly breakpoints: readonly Breakpoint[];
  private readonly before: (number | string | boolean)[];

  constructor(machine: Machine, breakpoints: readonly Breakpoint[]) {
    this.machine = machine;
    this.breakpoints = breakpoints;
    this.before = breakpoints.map(({ sample }) => sample?.(machine) ?? 0);
  }

  /** The breakpoint that the input in row `i` hits, the machine standing behind it. */
  look(rows: Rows, i: number): Hit | null {
    const at = rows.firstSeq + i;
    let hit: Hit | null = null;
    this.breakpoints.forEach((breakpoint, b) => {
      const { sample, kind, onlyTrue } = breakpoint;
      if (sample === null) {
        for (let k = i; k === i || (k < rows.count && KIND_CLASS[rows.kind[k]] === CLASS_OUTCOME); k++) {
          if (isOfKind(rows, k, kind)) hit ??= { breakpoint, at, row: rows.firstSeq + k };
        }
        return;
      }
      const value = sample(this.machine);
      if (value !== this.before[b] && (!onlyTrue || value === true)) hit ??= { breakpoint, at, row: at };
      this.before[b] = value;
    });
    return hit;
  }
}
