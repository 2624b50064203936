import { loadTools } from "../../src/node/codecs.ts";
import { SimDriver } from "../../src/ports/sim/driver.ts";
import { SimPort } from "../../src/ports/sim/port.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { configure, createMachineWith } from "../../src/replay/engine/create.ts";
import { Live } from "../../src/replay/live/live.ts";
import { InlineRecorder } from "../../src/replay/recording/inline.ts";
import { describe, type ResetBase } from "../../src/replay/recording/profile.ts";
import { MemorySink } from "../../src/replay/recording/tools.ts";

/** What a small recording may do otherwise than another one. */
export interface SmallOptions {
  /** Written to a scratch register half way. */
  readonly scratch?: number;
  /** Microseconds that pass before the work. */
  readonly pause?: number;
  /** Value that the first batch stores. */
  readonly stored?: number;
  /** Registers read in the middle, by offset. */
  readonly extra?: readonly number[];
  /** Rounds of work. */
  readonly rounds?: number;
  readonly coherent?: boolean;
  /** Version that the file says it is of. */
  readonly schema?: number;
}

/** GEN7_GT_SCRATCH: a plain register that nothing looks at. */
const SCRATCH = 0x4_f100;

/** A guest that loads its driver and has two engines do some work: the recording's bytes. */
export async function smallRecording(options: SmallOptions = {}): Promise<Uint8Array> {
  const tools = await loadTools();
  const store = new PageStore(tools.hashPage);
  const machine = createMachineWith(store, { vgpus: 2, screenEvery: 0 });
  const sink = new MemorySink();
  const configuration = configure({ vgpus: 2, screenEvery: 0 }) as unknown as ResetBase["configuration"];
  const base: ResetBase = { kind: "reset", configuration, goldenHash: null };
  const described = describe({ id: "00000000000000aa", createdAt: "2024-05-01T12:00:00Z", base });
  const meta = options.schema === undefined ? described : { ...described, schema: options.schema };
  const recorder = new InlineRecorder(sink, meta, tools, store, "lz4");
  const port = new SimPort();
  const live = new Live(machine, store, recorder, port, () => port.now);
  port.connect(live);
  live.create(1);
  const guest = new SimDriver(port, 1, { coherent: options.coherent ?? true });
  guest.load();
  if (options.pause !== undefined) guest.advance(options.pause);
  for (let round = 0; round < (options.rounds ?? 3); round++) work(guest, options, round);
  guest.setMmio(SCRATCH, options.scratch ?? 7);
  for (const at of options.extra ?? []) guest.mmio(at);
  guest.mmio(SCRATCH);
  guest.detach();
  await recorder.close(machine.digests());
  return sink.bytes();
}

function work(guest: SimDriver, options: SmallOptions, round: number): void {
  for (const engine of ["rcs0", "bcs0"] as const) {
    const context = guest.createContext(engine);
    const to = guest.memory.allocate();
    context.ppgtt.map4k(0x20_0000, to);
    const value = round === 0 ? (options.stored ?? 42) : round;
    const address = guest.batch(context, 0x10_0000, (batch) =>
      batch.sdi({ address: 0x20_0000 }, value).end(),
    );
    if (!guest.complete(context, (batch) => batch.start({ address }).userInterrupt()))
      throw new Error(`${engine} hangs`);
    guest.mmio(0x23a0);
    guest.mmio(0x44308);
  }
}
