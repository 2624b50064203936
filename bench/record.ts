import * as fs from "node:fs";
import { K } from "../src/events/kinds.ts";
import { Rows } from "../src/events/rows.ts";
import { PAGE_BYTES } from "../src/hw/units.ts";
import { partOf } from "../src/node/packing.ts";
import { createRecorder, type FileRecorder } from "../src/node/recorder.ts";
import type { Machine } from "../src/reducers/machine.ts";
import { PageStore } from "../src/reducers/pages.ts";
import { Live } from "../src/replay/live/live.ts";
import { DONE, type Hands } from "../src/replay/live/session.ts";
import type { Tools } from "../src/replay/recording/tools.ts";
import { atMost, type Figure } from "./figure.ts";
import { temporary } from "./files.ts";
import { median } from "./measure.ts";
import { Random } from "./random.ts";
import { evenConfiguration, metaFor } from "./world.ts";

/**
 * What recording costs the live thread: the live engine over a machine that answers nothing, less the loop
 * that drives it.
 */

const EVENTS = 16_384 * 8;
const PAGES = 4096;
const FRAMES = 256;

/**
 * A machine whose inputs change nothing. An aperture read may ask for a page, so that its answer is
 * recorded.
 */
class IdleMachine {
  readonly out = new Rows(4);
  readonly core = {
    now: 0,
    out: this.out,
    owed: 0,
    replyLo: 0,
    replyHi: 0,
    lastTicket: 0,
    isOpen: () => true,
  };
  asks = false;
  private gfn = 0;

  apply(rows: Rows, i: number): void {
    this.core.now += rows.dt[i];
    this.out.count = 0;
    if (!this.asks || rows.kind[i] !== K["aperture.read"]) return;
    const o = this.out.add(K["guest.fetch"]);
    this.out.agent[o] = 1;
    this.out.at[o] = this.gfn++ % FRAMES;
    this.out.ticket[o] = 1;
  }

  digests(): [] {
    return [];
  }
}

/**
 * A guest whose pages all come back, changed or not; the copy of the page is the port's work and is not
 * made.
 */
class Pages implements Hands {
  changes = true;
  private stamp = 0;

  fetch(_vgpu: number, _gfn: number, _ticket: number, into: Uint8Array): number {
    if (!this.changes) return DONE;
    this.stamp++;
    for (let b = 0; b < 4; b++) into[b] = this.stamp >>> (8 * b);
    return DONE;
  }

  write(): number {
    return DONE;
  }

  inject(): void {}
  displayReady(): void {}
  noted(): void {}
}

interface Stage {
  readonly machine: IdleMachine;
  readonly pages: Pages;
  readonly live: Live;
  readonly recorder: FileRecorder;
}

export async function recordFigures(tools: Tools, rounds: number): Promise<Figure[]> {
  const events: number[] = [];
  const fresh: number[] = [];
  const same: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const stage = await openStage(tools, round);
    const event = ((await driveEvents(stage)) - driveNothing()) / EVENTS;
    const plain = await drivePages(stage, false, false);
    const changed = ((await drivePages(stage, true, true)) - plain) / PAGES;
    const unchanged = ((await drivePages(stage, true, false)) - plain) / PAGES;
    await stage.recorder.close([]);
    fs.rmSync(stage.recorder.path, { force: true });
    fs.rmSync(partOf(stage.recorder.path), { force: true });
    if (round < 0) continue;
    events.push(event * 1e6);
    fresh.push(changed * 1e3);
    same.push(unchanged * 1e3);
  }
  const detail = "net on the live thread, a worker writes";
  return [
    atMost("record, an event", median(events), "ns", 30, 10, detail),
    atMost("record, a new page", median(fresh), "us", 6, 5, detail),
    atMost("record, an unchanged page", median(same), "us", 1, 0.5, "without reading it"),
  ];
}

async function openStage(tools: Tools, round: number): Promise<Stage> {
  const store = new PageStore(tools.hashPage);
  const path = temporary(`record-${round}.mcap`);
  const recorder = await createRecorder(path, metaFor(evenConfiguration(1)), tools, store, "zstd");
  const machine = new IdleMachine();
  const pages = new Pages();
  let clock = 0;
  const live = new Live(machine as unknown as Machine, store, recorder, pages, () => clock++);
  return { machine, pages, live, recorder };
}

/** Let the worker catch up and hand columns back for reuse: no guest is as fast as this loop. */
async function breathe(recorder: FileRecorder): Promise<void> {
  do await new Promise((resolve) => setTimeout(resolve, 1));
  while (recorder.stats.waitingBytes > 0);
}

/** Half reads, half writes of registers, in stretches between which the event loop turns; milliseconds. */
async function driveEvents({ live, recorder }: Stage): Promise<number> {
  const random = new Random(3);
  let spent = 0;
  for (let done = 0; done < EVENTS; done += 8192) {
    const start = performance.now();
    for (let i = 0; i < 8192; i += 2) {
      const at = random.word() & 0xffffc;
      live.read("mmio", 1, at, 4);
      live.write("mmio", 1, at, 4, i, 0);
    }
    spent += performance.now() - start;
    await breathe(recorder);
  }
  return spent;
}

/** The same loop with nobody behind it. */
function driveNothing(): number {
  const random = new Random(3);
  let sum = 0;
  const start = performance.now();
  for (let i = 0; i < EVENTS; i += 2) sum ^= random.word() & 0xffffc;
  return performance.now() - start + (sum === 1 ? 1 : 0);
}

/** Aperture reads, each of which asks for a page or not; milliseconds. */
async function drivePages(
  { live, machine, pages, recorder }: Stage,
  asks: boolean,
  changes: boolean,
): Promise<number> {
  machine.asks = asks;
  pages.changes = changes;
  let spent = 0;
  for (let done = 0; done < PAGES; done += 1024) {
    const start = performance.now();
    for (let i = 0; i < 1024; i++) live.read("aperture", 1, (done + i) * PAGE_BYTES, 4);
    spent += performance.now() - start;
    await breathe(recorder);
  }
  return spent;
}
