import { TOLD } from "../src/events/codes.ts";
import { K, KIND_NAMES, KIND_WORLD } from "../src/events/kinds.ts";
import type { Rows } from "../src/events/rows.ts";
import { appendEntries, newTable, type Table } from "../src/events/tables.ts";
import { PAGE_BYTES } from "../src/hw/units.ts";
import type { PageStore } from "../src/reducers/pages.ts";
import { frameKey } from "../src/reducers/ram.ts";
import type { Live } from "../src/replay/live/live.ts";
import { DONE, type Hands, type Region } from "../src/replay/live/session.ts";

/**
 * Lives a recorded run again: its world inputs go through a live engine, at the recorded times, and fetches
 * are answered with what the guest's memory held then.
 */
export class Reliving implements Hands {
  /** Microseconds since the start: the clock of the live engine. */
  now = 0;
  private readonly store: PageStore;
  /** By vGPU and gfn: contents in the order in which they were answered, the next one last. */
  private readonly stores = newTable("stores", 16);
  private readonly answers = new Map<number, number[]>();

  constructor(store: PageStore, blocks: readonly Rows[]) {
    this.store = store;
    for (const rows of [...blocks].reverse()) {
      for (let i = rows.count - 1; i >= 0; i--) {
        if (rows.kind[i] === K["guest.fetched"]) this.answered(rows.agent[i], rows.at[i], rows.page[i]);
        const { vgpu, gfn, page, status } = rows.answerTable;
        for (let k = rows.firstAnswer[i] + rows.answers[i] - 1; k >= rows.firstAnswer[i]; k--)
          if (status[k] === TOLD) this.answered(vgpu[k], gfn[k], page[k]);
      }
    }
  }

  private answered(vgpu: number, gfn: number, page: number): void {
    const key = frameKey(vgpu, gfn);
    const list = this.answers.get(key);
    if (list === undefined) this.answers.set(key, [page]);
    else list.push(page);
  }

  /** Drive `live` by those of the rows from `from` to `to` that drive. */
  run(live: Live, rows: Rows, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const kind = rows.kind[i];
      if (KIND_WORLD[kind] === 1) {
        this.now += rows.dt[i];
        this.input(live, rows, i);
      } else if (kind === K["timer.fired"]) {
        this.now += rows.dt[i];
        live.run(false, 1);
      }
    }
  }

  private input(live: Live, rows: Rows, i: number): void {
    const v = rows.agent[i];
    const at = rows.at[i];
    const name = KIND_NAMES[rows.kind[i]];
    const [region, verb] = name.split(".") as [Region, string];
    if (name === "aperture.written") live.writeAperture(v, this.storesOf(rows, i), rows.payloadOf(i));
    else if (verb === "read") live.read(region, v, at, rows.size[i]);
    else if (verb === "written") {
      live.write(region as Exclude<Region, "aperture">, v, at, rows.size[i], rows.lo[i], rows.hi[i]);
    } else this.rare(live, rows, i, name);
  }

  private storesOf(rows: Rows, i: number): Table<"stores"> {
    this.stores.count = 0;
    const first = rows.firstPiece[i];
    appendEntries("stores", this.stores, rows.storeTable, first, first + rows.stores[i]);
    return this.stores;
  }

  private rare(live: Live, rows: Rows, i: number, name: string): void {
    const v = rows.agent[i];
    const { at, atHigh, lo, hi, code } = rows;
    switch (name) {
      case "vgpu.created":
        return live.create(v);
      case "vgpu.opened":
        return;
      case "vgpu.reset":
        return live.reset(v);
      case "port.attached":
        return live.attached(v, code[i]);
      case "port.detached":
        return live.detached(v);
      case "irq.routed":
        return live.irqRouted(v, at[i], code[i]);
      case "dma.mapped":
        return live.mapped(v, at[i], atHigh[i], lo[i], hi[i], (code[i] & 1) !== 0, (code[i] & 2) !== 0);
      case "dma.unmapped":
        return live.unmapped(v, at[i], atHigh[i], lo[i], hi[i]);
      default:
        throw new Error(`${name} cannot be lived again`);
    }
  }

  fetch(vgpu: number, gfn: number, _ticket: number, into: Uint8Array): number {
    const list = this.answers.get(frameKey(vgpu, gfn));
    if (list === undefined) into.fill(0);
    else
      into.set(this.store.bytes(list.length > 1 ? (list.pop() as number) : list[0]).subarray(0, PAGE_BYTES));
    return DONE;
  }

  write(): number {
    return DONE;
  }

  inject(): void {}
  displayReady(): void {}
  noted(): void {}
}
