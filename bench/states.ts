import { CLASS_OUTCOME, KIND_CLASS, KIND_WORLD } from "../src/events/kinds.ts";
import { VGPU_MAX } from "../src/hw/units.ts";
import { Machine, type State } from "../src/reducers/machine.ts";
import { MMIO } from "../src/reducers/planes.ts";
import { reduceState } from "../src/reducers/step.ts";
import type { Tools } from "../src/replay/recording/tools.ts";
import { atLeast, atMost, type Figure, short } from "./figure.ts";
import { median, percentile } from "./measure.ts";
import { Random } from "./random.ts";
import type { Trace } from "./trace.ts";
import { evenConfiguration, Studio } from "./world.ts";

/** Snapshots, seeks, and a State for every event. */
export function stateFigures(trace: Trace, tools: Tools, quick: boolean): Figure[] {
  const { one, states } = snapshots(trace);
  return [
    atMost("snapshot, one vGPU opened", one, "us", 50, 10, "with the clone at the next open"),
    atMost(
      "snapshot, all seven opened",
      sevenSnapshot(tools),
      "us",
      150,
      60,
      "with the clones at the next opens",
    ),
    seek(trace, states, quick ? 100 : 400),
    pure(trace, quick ? 20_000 : 100_000),
  ];
}

/** Replay with a snapshot at each block's end; the median of what one costs, and the states. */
function snapshots(trace: Trace): { one: number; states: State[] } {
  let samples: number[] = [];
  let states: State[] = [];
  for (let pass = 0; pass < 2; pass++) {
    const machine = new Machine(trace.setting);
    samples = [];
    states = [];
    for (const { rows } of trace.blocks) {
      machine.batch(rows, 0, rows.count);
      const start = performance.now();
      states.push(machine.snapshot());
      machine.core.vgpu(1);
      samples.push((performance.now() - start) * 1000);
    }
  }
  return { one: median(samples), states };
}

function sevenSnapshot(tools: Tools): number {
  const { machine } = new Studio(tools, evenConfiguration(VGPU_MAX));
  const { core } = machine;
  const samples: number[] = [];
  for (let i = 0; i < 400; i++) {
    for (let v = 1; v <= VGPU_MAX; v++) core.words.write(MMIO + v, 0x4000, i);
    const start = performance.now();
    machine.snapshot();
    for (let v = 1; v <= VGPU_MAX; v++) core.vgpu(v);
    samples.push((performance.now() - start) * 1000);
  }
  return median(samples.slice(100));
}

/** To random events, from the snapshot of the block before. */
function seek(trace: Trace, states: readonly State[], count: number): Figure {
  const random = new Random(7);
  const machine = new Machine(trace.setting);
  const samples: number[] = [];
  for (let i = -50; i < count; i++) {
    const n = 1 + random.below(trace.blocks.length - 1);
    const { rows } = trace.blocks[n];
    let to = random.below(rows.count);
    while (to < rows.count && KIND_CLASS[rows.kind[to]] >= CLASS_OUTCOME) to++;
    const start = performance.now();
    machine.restore(states[n - 1]);
    const stop = machine.batch(rows, 0, to);
    const spent = performance.now() - start;
    if (stop !== to)
      throw new Error(`a seek to row ${rows.firstSeq + to} differs at row ${rows.firstSeq + stop}`);
    if (i >= 0) samples.push(spent);
  }
  const p99 = `p99 ${short(percentile(samples, 99))} ms`;
  return atMost("warm seek p50", median(samples), "ms", 0.5, 0.15, p99);
}

/** One State an input, the last 20,000 of them kept. */
function pure(trace: Trace, inputs: number): Figure {
  const machine = new Machine(trace.setting, true);
  const kept: State[] = [];
  const rates: number[] = [];
  let state = machine.snapshot();
  let done = 0;
  for (const { rows } of trace.blocks) {
    let events = 0;
    const start = performance.now();
    for (let i = 0; i < rows.count; i++) {
      if (KIND_CLASS[rows.kind[i]] >= CLASS_OUTCOME) continue;
      state = reduceState(machine, state, rows, i).state;
      kept[done++ % 20_000] = state;
      events += KIND_WORLD[rows.kind[i]];
    }
    rates.push(events / (performance.now() - start) / 1000);
    if (done > inputs) break;
  }
  return atLeast("pure mode", median(rates), "M events/s", 0.3, 0.5, "a State an event, 20,000 kept");
}
