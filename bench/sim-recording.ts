import * as fs from "node:fs";
import { dirname } from "node:path";
import { FileSink } from "../src/node/files.ts";
import { openRecording } from "../src/node/open.ts";
import { indexFile } from "../src/node/patching.ts";
import { type SimContext, SimDriver } from "../src/ports/sim/driver.ts";
import { SimPort } from "../src/ports/sim/port.ts";
import { evenShare } from "../src/reducers/configuration.ts";
import { Machine } from "../src/reducers/machine.ts";
import { PageStore } from "../src/reducers/pages.ts";
import { settingOf } from "../src/reducers/platform.ts";
import { DivergedError } from "../src/replay/engine/state.ts";
import { sameDigests } from "../src/replay/index/keyframes.ts";
import { Live } from "../src/replay/live/live.ts";
import { InlineRecorder } from "../src/replay/recording/inline.ts";
import type { Tools } from "../src/replay/recording/tools.ts";
import { Timeline } from "../src/replay/timeline/timeline.ts";
import { Random } from "./random.ts";
import { configurationFor, metaFor } from "./world.ts";

/**
 * A long recording of two scripted guests in turn: 55 % register reads, 25 % register writes, 20 % GTT
 * entries in runs of 16, one after the other, and every 240 accesses a batch that writes memory and
 * interrupts. Made once, then kept in the bench's own folder.
 */

const GUESTS = 2;
const ROUND = 240;
const RUN = 16;
const ENTRIES = 2048;
const DATA = 0x20_0000;
const READS = [0x2030, 0x2034, 0x4_4300, 0x4_4304, 0x4_4308, 0x7_0008, 0x7000, 0x7004, 0x2358];
const WRITES = [0x2580, 0x7004, 0x7_0180, 0x4_f100, 0x7_0080, 0x7_0084, 0x7_0088, 0xa188];

/** Where recordings made for benches are kept. */
export const CACHE = "bench/.cache";

/**
 * Path of a recording of about so many events, with keyframes and writers' index; made where it is not
 * there.
 */
export async function simRecording(
  tools: Tools,
  events: number,
  say: (line: string) => void,
): Promise<string> {
  const path = `${CACHE}/sim-${events / 1_000_000}m.mcap`;
  if (fs.existsSync(path) && (await isCurrent(path))) return path;
  fs.mkdirSync(dirname(path), { recursive: true });
  const making = `${path}.making`;
  const start = performance.now();
  await record(tools, making, events);
  say(`${path}: recorded in ${Math.round(performance.now() - start)} ms`);
  const left = indexFile(making, tools);
  if (left !== null) throw new Error(left);
  fs.renameSync(making, path);
  say(
    `${path}: ${fs.statSync(path).size} bytes, with index after ${Math.round(performance.now() - start)} ms`,
  );
  return path;
}

/** Does this version's model still get to the digests of the first block? */
async function isCurrent(path: string): Promise<boolean> {
  const { recording, store, close } = await openRecording(path);
  try {
    const machine = new Timeline(recording, store, { keyframes: false }).seek(recording.block(0).lastSeq);
    return sameDigests(machine.digests(), recording.trailer(0).digests);
  } catch (error) {
    if (error instanceof DivergedError) return false;
    throw error;
  } finally {
    close();
  }
}

async function record(tools: Tools, path: string, events: number): Promise<void> {
  const shares = Array.from({ length: GUESTS }, (_, k) => evenShare(k + 1, GUESTS, null));
  const configuration = configurationFor(shares);
  const store = new PageStore(tools.hashPage);
  const machine = new Machine(settingOf(configuration, store));
  const sink = new FileSink(path, true);
  const recorder = new InlineRecorder(sink, metaFor(configuration), tools, store);
  const port = new SimPort();
  const live = new Live(machine, store, recorder, port, () => port.now);
  port.connect(live);
  for (let v = 1; v <= GUESTS; v++) live.create(v);
  const guests = Array.from({ length: GUESTS }, (_, k) => new SimDriver(port, k + 1).load());
  const contexts = guests.map((guest) => [contextOf(guest, "rcs0"), contextOf(guest, "bcs0")]);
  const random = new Random(0x7469_6d65);
  for (let done = 0; done < events; done += ROUND + 8) {
    const k = random.below(GUESTS);
    const guest = guests[k];
    for (let n = 0; n < ROUND; ) n += access(guest, random);
    const context = contexts[k][random.below(2)];
    guest.complete(context, (b) => b.sdi({ address: DATA }, done >>> 0).userInterrupt());
    guest.takeInterrupts(context.engine);
    guest.host.writes.length = 0;
    guest.host.interrupts.length = 0;
  }
  await recorder.close(machine.digests());
  sink.close();
}

function contextOf(guest: SimDriver, engine: "rcs0" | "bcs0"): SimContext {
  const context = guest.createContext(engine);
  context.ppgtt.map4k(DATA, guest.memory.allocate());
  return context;
}

function access(guest: SimDriver, random: Random): number {
  const what = random.below(100);
  if (what < 68) guest.mmio(READS[random.below(READS.length)]);
  else if (what < 98) guest.setMmio(WRITES[random.below(WRITES.length)], random.below(1 << 30));
  else {
    const first = (guest.vgpu - 1) * 64 * 256 + random.below(ENTRIES - RUN);
    for (let n = 0; n < RUN; n++) guest.setPte((first + n) * 4096, random.below(30_000));
    return RUN;
  }
  return 1;
}
