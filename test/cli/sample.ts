/** A small recording: a scripted guest loads its driver, runs work on two engines, and shows a picture. */
import { K } from "../../src/events/kinds.ts";
import { Rows } from "../../src/events/rows.ts";
import { loadTools } from "../../src/node/codecs.ts";
import { SimDriver } from "../../src/ports/sim/driver.ts";
import { SimPort } from "../../src/ports/sim/port.ts";
import { isRead } from "../../src/reducers/machine.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { configure, createMachineWith } from "../../src/replay/engine/create.ts";
import { openWith } from "../../src/replay/engine/opened.ts";
import { Live } from "../../src/replay/live/live.ts";
import { InlineRecorder } from "../../src/replay/recording/inline.ts";
import { describe, type ResetBase } from "../../src/replay/recording/profile.ts";
import { MemorySink, MemorySource } from "../../src/replay/recording/tools.ts";

/** Size of the picture: lines of 256 bytes, so that it is one page. */
export const WIDTH = 64;
export const HEIGHT = 16;
/** Colour of the pixels that were drawn: red, green, blue. */
export const COLOUR = [0x12, 0x34, 0x56] as const;

const MACHINE = { screenEvery: 20_000, vgpus: 2 };

const META = describe({
  id: "0011223344556677",
  createdAt: "2024-05-01T12:00:00Z",
  tool: "gvt-replay 0.0.0",
  base: {
    kind: "reset",
    configuration: configure(MACHINE) as unknown as ResetBase["configuration"],
    goldenHash: null,
  },
});

/** The bytes of the recording. */
export async function sampleRecording(): Promise<Uint8Array> {
  const tools = await loadTools();
  const store = new PageStore(tools.hashPage);
  const machine = createMachineWith(store, MACHINE);
  const sink = new MemorySink();
  const recorder = new InlineRecorder(sink, META, tools, store);
  const port = new SimPort();
  const live = new Live(machine, store, recorder, port, () => port.now);
  port.connect(live);
  live.create(1);
  const guest = new SimDriver(port, 1);
  guest.load();
  for (const engine of ["rcs0", "bcs0"] as const) {
    const context = guest.createContext(engine);
    if (!guest.complete(context, (batch) => batch.noop(6).userInterrupt()))
      throw new Error(`${engine} hangs`);
    for (let n = 0; n < 20; n++) guest.mmio(0x2034);
    live.flush();
  }
  showPicture(guest);
  live.flush();
  hidePicture(guest);
  // A register that has no row.
  guest.setMmio(0x1f_fff0, 0xabcd);
  guest.detach();
  await recorder.close(machine.digests());
  return sink.bytes();
}

function showPicture(guest: SimDriver): void {
  const gma = guest.bindMappable(guest.memory.allocate());
  guest.setMmio(0x6001c, ((WIDTH - 1) << 16) | (HEIGHT - 1));
  guest.setMmio(0x70190, ((HEIGHT - 1) << 16) | (WIDTH - 1));
  guest.setMmio(0x70188, (WIDTH * 4) / 64);
  guest.setMmio(0x70180, 0x8400_0000);
  guest.setMmio(0x7019c, gma);
  guest.setMmio(0x70008, 0x8000_0000);
  guest.advance(50_000);
  const word = (COLOUR[0] << 16) | (COLOUR[1] << 8) | COLOUR[2];
  guest.setAperture(gma, ...new Array<number>(WIDTH * 4).fill(word));
  guest.advance(50_000);
}

/** As a driver shuts down: the plane first, then the pipe. */
function hidePicture(guest: SimDriver): void {
  guest.setMmio(0x70180, 0);
  guest.setMmio(0x7019c, 0);
  guest.advance(20_000);
  guest.setMmio(0x70008, 0);
  guest.advance(20_000);
}

/** A row whose reply was altered. */
export interface Altered {
  readonly bytes: Uint8Array;
  readonly seq: number;
  readonly expected: number;
  readonly got: number;
}

/** Rows of the recording that are reads of registers, by seq. */
export async function replies(bytes: Uint8Array): Promise<number[]> {
  const { recording } = openWith(new MemorySource(bytes), await loadTools());
  const rows = new Rows();
  const found: number[] = [];
  for (let n = 0; n < recording.blockCount; n++) {
    recording.readBlock(n, rows);
    for (let i = 0; i < rows.count; i++) if (rows.kind[i] === K["mmio.read"]) found.push(rows.firstSeq + i);
  }
  return found;
}

/** The same recording, but for one bit of the reply in row `seq`; written by the project's own writer. */
export async function alterReply(bytes: Uint8Array, seq: number, bit: number): Promise<Altered> {
  const tools = await loadTools();
  const { recording, store } = openWith(new MemorySource(bytes), tools);
  const sink = new MemorySink();
  const recorder = new InlineRecorder(sink, { ...recording.meta, id: "8899aabbccddeeff" }, tools, store);
  const rows = new Rows();
  let altered = { got: 0, expected: 0 };
  for (let n = 0; n < recording.blockCount; n++) {
    const { digests } = recording.readBlock(n, rows);
    for (let i = 0; i < rows.count; i++) {
      const to = recorder.rows.copyFrom(rows, i);
      if (rows.firstSeq + i !== seq) continue;
      if (!isRead(rows.kind[i])) throw new Error(`row ${seq} is no read`);
      recorder.rows.lo[to] = (rows.lo[i] ^ (1 << bit)) >>> 0;
      altered = { got: rows.lo[i], expected: recorder.rows.lo[to] };
    }
    if (n === recording.blockCount - 1) await recorder.close(digests);
    else recorder.seal(digests);
  }
  return { bytes: sink.bytes(), seq, ...altered };
}
