import { Batch } from "../src/ports/sim/assembler.ts";
import { RING, RING_BASE } from "../src/ports/sim/layout.ts";
import { Machine } from "../src/reducers/machine.ts";
import type { Tools } from "../src/replay/recording/tools.ts";
import { atLeast, atMost, type Figure, printed } from "./figure.ts";
import { median, time } from "./measure.ts";
import type { Trace } from "./trace.ts";
import { evenConfiguration, Studio } from "./world.ts";

const BATCH = 0x1234_5000_0000;
const DATA = 0x7654_3210_0000;
const PAGE = 4096;
/** Dwords of a batch, and how often it is submitted. */
const DWORDS = 128 * 1024;
const TIMES = 4;

/** What the streamer costs on replay, per dword, for batches of one kind each. */
export async function streamerFigures(tools: Tools, rounds: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  const add = async (name: string, bar: number, aim: number, fill: (batch: Batch) => void): Promise<void> => {
    const trace = await batchTrace(tools, name, fill);
    const ns = (replayTime(trace, rounds) * 1e6) / (DWORDS * TIMES);
    figures.push(atMost(`streamer, a dword, ${name}`, ns, "ns", bar, aim, "4-level PPGTT, pages known"));
  };
  await add("NOOPs", 3, 1.5, (batch) => batch.noop(1024));
  await add("mixed MI", 15, 5, mixed);
  await add("3D state", 15, 5, threeD);
  return figures;
}

/** Loads, stores and copies of registers and memory, and flushes that write. */
function mixed(batch: Batch): void {
  const gpr = RING_BASE.rcs0 + RING.gpr;
  const slot = (batch.words.length % 512) * 8;
  batch
    .lri([gpr, batch.words.length], [gpr + 4, 1], [gpr + 8, 2])
    .lrr(gpr, gpr + 16)
    .arbCheck()
    .noop(3);
  batch.sdi({ address: DATA + slot }, batch.words.length, 1).srm(gpr, { address: DATA + slot });
  batch.lrm(gpr + 24, { address: DATA }).copy({ address: DATA + 8 }, { address: DATA });
  batch.pipeControl({ post: 1, to: { address: DATA + slot }, low: batch.words.length }).noop(2);
}

/**
 * State of the 3D pipeline as a driver sends it before each of its primitives. Opcodes and lengths: Mesa
 * genxml gen9.
 */
const STATE: readonly (readonly [number, number])[] = [
  [0x7810_0007, 9],
  [0x7811_0007, 9],
  [0x781e_0001, 3],
  [0x7820_000a, 12],
  [0x7815_0009, 11],
  [0x7817_0009, 11],
  [0x7808_0003, 5],
  [0x7823_0000, 2],
  [0x7821_0000, 2],
  [0x782a_0000, 2],
  [0x7813_0002, 4],
  [0x7850_0002, 4],
];
const PRIMITIVE = [0x7b00_0005, 7] as const;

function threeD(batch: Batch): void {
  for (let i = 0; i < 4; i++)
    for (const [head, length] of STATE) batch.raw(head).raw(...operands(length - 1));
  batch.raw(PRIMITIVE[0]).raw(...operands(PRIMITIVE[1] - 1));
}

function operands(count: number): number[] {
  return Array.from({ length: count }, (_, i) => 0x1000 + i * 0x40);
}

/** A guest that submits one long batch a few times. */
async function batchTrace(tools: Tools, name: string, fill: (batch: Batch) => void): Promise<Trace> {
  const studio = new Studio(tools, evenConfiguration(1));
  const guest = studio.guest();
  const context = guest.createContext("rcs0");
  const batch = new Batch();
  while (batch.words.length < DWORDS - 1024) fill(batch);
  guest.batch(context, BATCH, batch.padTo(DWORDS - 1).end());
  context.ppgtt.map(DATA, guest.memory.allocate(), 1);
  for (let n = 0; n < TIMES; n++) {
    const done = guest.complete(context, (ring) => ring.start({ address: BATCH }), 10_000_000);
    if (!done) throw new Error(`the batch of ${name} does not end`);
  }
  return studio.finish(name);
}

/** Milliseconds of one replay of all of it. */
function replayTime(trace: Trace, rounds: number): number {
  const samples: number[] = [];
  for (let round = -2; round < rounds; round++) {
    const machine = new Machine(trace.setting);
    let spent = 0;
    for (const { rows } of trace.blocks) {
      spent += time(() => {
        if (machine.batch(rows, 0, rows.count) !== rows.count)
          throw new Error(`${trace.name}: the replay differs`);
      });
    }
    if (round >= 0) samples.push(spent);
  }
  return median(samples);
}

/** Runs of writes through the aperture: whole pages, and as short as a console's. */
export async function apertureFigures(tools: Tools, rounds: number): Promise<Figure[]> {
  const rate = async (bytes: number): Promise<number> => {
    const studio = new Studio(tools, evenConfiguration(1));
    const guest = studio.guest();
    const pages = 1024;
    const base = guest.bindMappable(guest.memory.allocate(pages), pages);
    const total = 16 << 20;
    const run = new Uint8Array(bytes);
    for (let done = 0; done < total; done += bytes) {
      run.fill(done / bytes);
      guest.writeAperture(base + (done % (pages * PAGE)), run);
    }
    return total / replayTime(await studio.finish(`aperture-${bytes}`), rounds) / 1000;
  };
  return [
    atLeast("aperture runs replayed, 4 KiB", await rate(PAGE), "MB/s", 500, 1000),
    printed("aperture runs replayed, 128 B", await rate(128), "MB/s"),
  ];
}
