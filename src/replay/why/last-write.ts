import { Machine, type State } from "../../reducers/machine.ts";
import { traceFor, type WriteListener } from "../../reducers/trace.ts";
import { divergenceAt } from "../engine/divergence.ts";
import { DivergedError } from "../engine/state.ts";
import { Writers, type WriteTarget } from "../index/writers.ts";
import { WRITERS } from "../index/writers-file.ts";
import { type Place, type Sample, samplerOf, sampleText } from "../names/paths.ts";
import { Malformed } from "../recording/errors.ts";
import type { Timeline } from "../timeline/timeline.ts";

/** The input that last wrote a place. */
export interface LastWrite {
  /** Of the input. */
  readonly seq: number;
  readonly before: string;
  readonly after: string;
  /** It left another value than it found. */
  readonly changed: boolean;
}

/** How a search went. */
export interface SearchCost {
  /** The writers' index said where to look. */
  readonly index: boolean;
  /** Inputs run again. */
  readonly inputs: number;
}

/** What is searched for. */
interface Wanted {
  readonly place: Place;
  readonly sample: Sample;
  /** A write that leaves the value as it is does not count. */
  readonly changed: boolean;
}

/** Hears whether an input writes one place. */
class PlaceListener implements WriteListener {
  target: WriteTarget = { kind: "tree", tree: -1, mask: 0 };
  hit = false;

  word(plane: number, index: number): void {
    const { target } = this;
    if (target.kind !== "words" || target.plane !== plane) return;
    if (index >= target.index && index < target.index + target.count) this.hit = true;
  }

  memory(v: number, gfn: number, from: number, length: number): void {
    const { target } = this;
    if (target.kind !== "memory" || target.vgpu !== v) return;
    const address = gfn * 4096 + from;
    if (address < target.address + target.length && target.address < address + length) this.hit = true;
  }

  fetched(v: number, gfn: number, before: Uint32Array | null, after: Uint32Array): void {
    const { target } = this;
    if (target.kind !== "memory" || target.vgpu !== v || Math.floor(target.address / 4096) !== gfn) return;
    const from = target.address % 4096;
    for (let at = from; at < from + target.length; at++) {
      const difference =
        before === null ? 1 : (before[at >>> 2] ^ after[at >>> 2]) & (0xff << ((at & 3) * 8));
      if (difference !== 0) this.hit = true;
    }
  }

  forgotten(v: number): void {
    if (this.target.kind === "memory" && this.target.vgpu === v) this.hit = true;
  }

  tree(tree: number): void {
    if (this.target.kind === "tree" && this.target.tree === tree) this.hit = true;
  }
}

/**
 * Finds who last wrote a place, going back from a row: by the writers' index where the file has it, else by
 * states kept and keyframes. A guest's own write into its memory shows when a fetch brings other bytes:
 * that fetch counts as the write. A tree is written where a value in it becomes another.
 */
export class WriteFinder {
  private readonly timeline: Timeline;
  private readonly listener = new PlaceListener();
  private readonly machine: Machine;
  private writers: Writers | null;
  private inputs = 0;

  constructor(timeline: Timeline) {
    this.timeline = timeline;
    this.machine = new Machine({ ...timeline.machine.core.setting, trace: traceFor(this.listener) });
    this.writers = Writers.of(timeline.recording);
  }

  get cost(): SearchCost {
    return { index: this.writers !== null, inputs: this.inputs };
  }

  /**
   * The last input with a seq of at most `at` that wrote the place, or with `changed` that changed it; null
   * where none did: it is as it was before the first row. Moves the timeline.
   */
  find(place: Place, at: number, changed: boolean): LastWrite | null {
    this.listener.target = place.target;
    this.inputs = 0;
    const wanted = { place, sample: samplerOf(place), changed };
    const start = this.timeline.first - 1;
    if (this.writers === null || at <= start) return this.search(wanted, start, at);
    try {
      return this.findByIndex(wanted, this.writers, at);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.writers = null;
      this.timeline.recording.warnings.push(`attachment ${WRITERS}: ${error.message}: ignored`);
      return this.search(wanted, start, at);
    }
  }

  private findByIndex(wanted: Wanted, writers: Writers, at: number): LastWrite | null {
    const { recording } = this.timeline;
    for (const n of writers.blocksBack(recording.blockOf(at), wanted.place.target)) {
      const { firstSeq, lastSeq } = recording.block(n);
      const found = this.search(wanted, firstSeq - 1, Math.min(at, lastSeq));
      if (found !== null) return found;
    }
    return null;
  }

  /** Among the inputs after row `from` up to row `to`, piece by piece from the end. */
  private search(wanted: Wanted, from: number, to: number): LastWrite | null {
    const { timeline } = this;
    for (let end = timeline.inputAt(to); end > from; ) {
      const base = Math.max(from, timeline.baseBefore(end));
      const state = timeline.stateAt(base);
      const found = this.runPiece(wanted, state, end);
      if (found !== null) return found;
      end = state.seq;
    }
    return null;
  }

  /** Run from a state to the input `to`, and keep the last write on the way. */
  private runPiece(wanted: Wanted, state: State, to: number): LastWrite | null {
    const { place, sample, changed } = wanted;
    const { machine, timeline, listener } = this;
    const isTree = place.target.kind === "tree";
    machine.restore(state);
    let before = sample(machine.core);
    let last: { seq: number; before: number | string; after: number | string } | null = null;
    for (let seq = timeline.nextInput(state.seq); seq >= 0 && seq <= to; ) {
      const { rows, i } = timeline.row(seq);
      let k = i;
      while (k < rows.count && rows.firstSeq + k <= to) {
        listener.hit = false;
        const next = machine.strict(rows, k, rows.count);
        this.inputs++;
        if (next < 0)
          throw new DivergedError(
            timeline.recording.name,
            divergenceAt(timeline.recording, machine, rows, -next - 1),
          );
        if (listener.hit) {
          const after = sample(machine.core);
          if (after !== before || !(changed || isTree)) last = { seq: rows.firstSeq + k, before, after };
          before = after;
        }
        k = next;
      }
      seq = rows.firstSeq + rows.count > to ? -2 : timeline.nextInput(rows.firstSeq + k - 1);
    }
    if (last === null) return null;
    const text = (value: number | string): string => sampleText(place, value);
    return {
      seq: last.seq,
      before: text(last.before),
      after: text(last.after),
      changed: last.before !== last.after,
    };
  }
}
