import { SimGuest } from "../src/ports/sim/guest.ts";
import { SimPort } from "../src/ports/sim/port.ts";
import { Machine } from "../src/reducers/machine.ts";
import { PageStore } from "../src/reducers/pages.ts";
import { mmioPath } from "../src/reducers/path.ts";
import { settingOf } from "../src/reducers/platform.ts";
import { Live } from "../src/replay/live/live.ts";
import { minimiseWhere } from "../src/replay/minimise/minimised.ts";
import { InlineRecorder } from "../src/replay/recording/inline.ts";
import { openRecording, type Recording } from "../src/replay/recording/recording.ts";
import { MemorySink, MemorySource, type Tools } from "../src/replay/recording/tools.ts";
import { atMost, type Figure } from "./figure.ts";
import { median, time } from "./measure.ts";
import { evenConfiguration, metaFor } from "./world.ts";

const EVENTS = 100_000;
const ROUNDS = 3;
const SCRATCH = 0x4_f100;
const COUNTER = 0x4_4408;
/** The cause: by event, the register written there and its value. They stay as they are from then on. */
const PLANTED = new Map([
  [31_000, [0x10_0000, 0x1235_0001]],
  [77_000, [0x10_0008, 0x777]],
  [90_000, [0x10_0010, 0x555]],
]);

/** From 100,000 events to the three that a failure needs, beside the one that made the vGPU. */
export async function minimiseFigures(tools: Tools): Promise<Figure[]> {
  const configuration = evenConfiguration(1);
  const store = new PageStore(tools.hashPage);
  const machine = new Machine(settingOf(configuration, store));
  const sink = new MemorySink();
  const recorder = new InlineRecorder(sink, metaFor(configuration), tools, store);
  const port = new SimPort();
  const live = new Live(machine, store, recorder, port, () => port.now);
  port.connect(live);
  live.create(1);
  const guest = new SimGuest(port, 1);
  guest.attach();
  for (let n = 0; n < EVENTS; n++) {
    const [at, value] = PLANTED.get(n) ?? [SCRATCH, n];
    if (!PLANTED.has(n) && n % 3 === 0) guest.mmio(COUNTER);
    else guest.setMmio(at, value);
  }
  await recorder.close(machine.digests());
  const { registers } = machine.core;
  const held = [...PLANTED.values()].map(([at, value]) => `${mmioPath(registers, 1, at)} == ${value}`);
  return [figure(sink.bytes(), tools, held.join(" && "))];
}

function figure(bytes: Uint8Array, tools: Tools, failure: string): Figure {
  const samples: number[] = [];
  let detail = "";
  for (let round = 0; round < ROUNDS; round++) {
    const store = new PageStore(tools.hashPage);
    const recording: Recording = openRecording(new MemorySource(bytes), tools, store);
    const took = time(() => {
      const { before, after, runs } = minimiseWhere(recording, store, failure);
      if (after !== PLANTED.size + 1) throw new Error(`${after} events are left of ${before}`);
      detail = `${before} events, ${runs} runs`;
    });
    samples.push(took / 1000);
  }
  const name = "minimise 100,000 events to a planted 3-event cause";
  return atMost(name, median(samples), "s", 60, 10, detail);
}
