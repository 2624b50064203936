import { existsSync, readdirSync } from "node:fs";
import type { Digest } from "../../src/events/digest.ts";
import { isInput } from "../../src/events/kinds.ts";
import { Rows } from "../../src/events/rows.ts";
import { openRecording as openFile } from "../../src/node/open.ts";
import type { SimContext } from "../../src/ports/sim/driver.ts";
import { SimDriver } from "../../src/ports/sim/driver.ts";
import { RING_BASE } from "../../src/ports/sim/layout.ts";
import { type SimCapabilities, SimPort } from "../../src/ports/sim/port.ts";
import type { Machine } from "../../src/reducers/machine.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { machineOf } from "../../src/replay/engine/run.ts";
import { indexRecording } from "../../src/replay/index/indexing.ts";
import { Live } from "../../src/replay/live/live.ts";
import { replaceAttachments } from "../../src/replay/recording/attach.ts";
import { InlineRecorder } from "../../src/replay/recording/inline.ts";
import { describe, type Json } from "../../src/replay/recording/profile.ts";
import { openRecording, type Recording } from "../../src/replay/recording/recording.ts";
import { MemorySink, MemorySource, type Tools } from "../../src/replay/recording/tools.ts";
import { configurationOf, type MakeMachine, ours } from "../reducers/device/rig.ts";

/** A recording in memory, of scripted guests that work side by side. */
export interface Walk {
  readonly bytes: Uint8Array;
  readonly tools: Tools;
}

export interface WalkOptions {
  readonly guests?: number;
  readonly rounds?: number;
  readonly capabilities?: Partial<SimCapabilities>;
  /** The machine that is recorded; this version's when absent. */
  readonly machine?: MakeMachine;
}

const DATA = 0x20_0000;

/** Numbers that only look random; the same ones always. */
export function randomOf(seed: number): (below: number) => number {
  let x = seed >>> 0;
  return (below) => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return Math.floor((x / 2 ** 32) * below);
  };
}

/** Record guests that write registers and entries, submit work and take interrupts, in many small blocks. */
export async function recordWalk(tools: Tools, options: WalkOptions = {}): Promise<Walk> {
  const { guests: count = 2, rounds = 60, capabilities = {}, machine: make = ours } = options;
  const configuration = configurationOf(count);
  const store = new PageStore(tools.hashPage);
  const machine = make(configuration, store);
  const sink = new MemorySink();
  const plain = JSON.parse(JSON.stringify(configuration)) as { [key: string]: Json };
  const base = { kind: "reset", configuration: plain, goldenHash: null } as const;
  const meta = describe({ id: "0123456789abcdef", createdAt: "2024-01-01T00:00:00Z", base });
  const recorder = new InlineRecorder(sink, meta, tools, store);
  const port = new SimPort();
  const live = new Live(machine, store, recorder, port, () => port.now);
  port.connect(live);
  for (let v = 1; v <= count; v++) live.create(v);
  const guests = Array.from({ length: count }, (_, k) => new SimDriver(port, k + 1, capabilities).load());
  const contexts = guests.map((guest) =>
    ["rcs0", "bcs0"].map((engine) => contextOf(guest, engine as "rcs0")),
  );
  const random = randomOf(count * 1000 + rounds);
  for (let round = 0; round < rounds; round++) {
    const k = random(count);
    touch(guests[k], random);
    const context = contexts[k][random(2)];
    guests[k].complete(context, (b) => b.sdi({ address: DATA + random(64) * 8 }, round).userInterrupt());
    guests[k].takeInterrupts(context.engine);
    if (random(3) === 0) live.flush();
  }
  await recorder.close(machine.digests());
  return { bytes: sink.bytes(), tools };
}

function contextOf(guest: SimDriver, engine: "rcs0" | "bcs0"): SimContext {
  const context = guest.createContext(engine);
  context.ppgtt.map4k(DATA, guest.memory.allocate());
  return context;
}

function touch(guest: SimDriver, random: (below: number) => number): void {
  for (let n = 0; n < 8; n++) {
    const what = random(4);
    if (what === 0) guest.setMmio(0x7004, random(4) * 0x1_0001);
    else if (what === 1) guest.mmio(RING_BASE.rcs0 + 0x34);
    else if (what === 2) guest.setPte((guest.vgpu - 1) * 0x200_0000 + random(40) * 4096, random(1000));
    else guest.setMmio(0x4_f100, random(3));
  }
}

/** Open it with a store of its own. */
export function openWalk({ bytes, tools }: Walk): { recording: Recording; store: PageStore } {
  const store = new PageStore(tools.hashPage);
  return { recording: openRecording(new MemorySource(bytes), tools, store), store };
}

/**
 * The same recording with keyframes, one behind every block that has `keyframeInputs` since the last, and
 * the writers' index.
 */
export function indexed(walk: Walk, keyframeInputs = 200): Walk {
  const { recording, store } = openWalk(walk);
  const { attachments, left } = indexRecording(recording, store, { keyframeInputs });
  if (left !== null) throw new Error(left);
  const { offset, bytes } = replaceAttachments(recording, attachments);
  const whole = new Uint8Array(offset + bytes.length);
  whole.set(walk.bytes.subarray(0, offset));
  whole.set(bytes, offset);
  return { bytes: whole, tools: walk.tools };
}

/** Digests behind every input, and before the first (seq -1), from one run from the start. */
export function digestsOfAll(recording: Recording, store: PageStore): Map<number, readonly Digest[]> {
  const machine = machineOf(recording, store);
  const all = new Map<number, readonly Digest[]>([[-1, machine.digests()]]);
  eachInput(recording, machine, (seq) => all.set(seq, machine.digests()));
  return all;
}

/** Run every input, strictly, and call `visit` behind each. */
export function eachInput(
  recording: Recording,
  machine: Machine,
  visit: (seq: number, rows: Rows, i: number) => void,
): void {
  const rows = new Rows();
  for (let n = 0; n < recording.blockCount; n++) {
    recording.readBlock(n, rows);
    for (let i = 0; i < rows.count; i++) {
      if (!isInput(rows.kind[i])) continue;
      if (machine.strict(rows, i, rows.count) < 0) throw new Error(`diverged at ${rows.firstSeq + i}`);
      visit(rows.firstSeq + i, rows, i);
    }
  }
}

/** Committed recordings of real guests, as many as there are. */
export function realRecordings(): string[] {
  const folder = new URL("../../recordings/", import.meta.url).pathname;
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".mcap"))
    .map((name) => `${folder}${name}`);
}

export { openFile };
