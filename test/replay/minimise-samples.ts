import type { Rows } from "../../src/events/rows.ts";
import { loadTools } from "../../src/node/codecs.ts";
import { SimGuest } from "../../src/ports/sim/guest.ts";
import { SimPort } from "../../src/ports/sim/port.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { configure, createMachineWith } from "../../src/replay/engine/create.ts";
import { Live } from "../../src/replay/live/live.ts";
import type { Minimised } from "../../src/replay/minimise/minimised.ts";
import { InlineRecorder } from "../../src/replay/recording/inline.ts";
import { describe, type ResetBase } from "../../src/replay/recording/profile.ts";
import { openRecording, type Recording } from "../../src/replay/recording/recording.ts";
import { rewrite } from "../../src/replay/recording/rewrite.ts";
import { MemorySink, MemorySource } from "../../src/replay/recording/tools.ts";
import { everyRow } from "../../src/replay/rerun/standalone.ts";

/** An open recording with its store. */
export interface Sample {
  readonly recording: Recording;
  readonly store: PageStore;
}

/** A bare guest that does what `act` says; no driver, no set-up beyond the attachment. */
export async function bareRecording(act: (guest: SimGuest) => void): Promise<Sample> {
  const tools = await loadTools();
  const store = new PageStore(tools.hashPage);
  const machine = createMachineWith(store, { screenEvery: 0 });
  const sink = new MemorySink();
  const configuration = configure({ screenEvery: 0 }) as unknown as ResetBase["configuration"];
  const base: ResetBase = { kind: "reset", configuration, goldenHash: null };
  const meta = describe({ id: "00000000000000ab", createdAt: "2024-05-01T12:00:00Z", base });
  const recorder = new InlineRecorder(sink, meta, tools, store, "lz4");
  const port = new SimPort();
  const live = new Live(machine, store, recorder, port, () => port.now);
  port.connect(live);
  live.create(1);
  const guest = new SimGuest(port, 1);
  guest.attach();
  act(guest);
  await recorder.close(machine.digests());
  return { recording: openRecording(new MemorySource(sink.bytes(), "bare"), tools, store), store };
}

/** The smaller recording, written and opened with a store of its own. */
export async function written(found: Minimised, { recording, store }: Sample): Promise<Sample> {
  const { tools } = recording;
  const sink = new MemorySink();
  const { base } = recording.meta;
  const meta = describe({ id: "00000000000000ac", createdAt: "2024-05-01T12:00:00Z", base });
  await rewrite(sink, { meta, tools, store, compression: "lz4" }, found.write);
  const own = new PageStore(tools.hashPage);
  return { recording: openRecording(new MemorySource(sink.bytes(), "small"), tools, own), store: own };
}

/** The recording with some of its rows changed, written anew. */
export async function altered(
  { recording, store }: Sample,
  change: (rows: Rows, i: number) => void,
): Promise<Sample> {
  const { meta, tools } = recording;
  const sink = new MemorySink();
  await rewrite(sink, { meta, tools, store, compression: "lz4" }, (to) =>
    everyRow(recording, (rows) => {
      for (let i = 0; i < rows.count; i++) change(rows, i);
      to(rows, []);
    }),
  );
  const own = new PageStore(tools.hashPage);
  return { recording: openRecording(new MemorySource(sink.bytes(), "altered"), tools, own), store: own };
}
