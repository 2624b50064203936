import { K } from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";
import { STORE_BYTES_MAX, STORES_MAX, type Table } from "../../events/tables.ts";
import type { Machine } from "../../reducers/machine.ts";
import { isCoherent } from "../../reducers/memory.ts";

/**
 * The last row of aperture writes takes in those that follow it, as long as nothing else has happened: no other
 * input of any agent, no timer, no seal. A guest that draws writes for milliseconds, a few dwords a message, and
 * how its messages were cut is timing of the host. Nothing is held back: each is recorded, reduced and carried
 * out when it comes, and the row is what it would have been had all of them come at once.
 */
export class OpenRuns {
  private readonly machine: Machine;
  /** The writes that are being taken in, as a row of their own. */
  private readonly part = new Rows(1);
  private row = -1;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /** Row i of aperture writes has just been reduced. */
  began(i: number): void {
    this.row = i;
  }

  /**
   * Take these writes into the last row, and reduce them; their outcomes are then in the machine's core, and
   * recorded. False where they are an input of their own.
   */
  goOn(rows: Rows, vgpu: number, stores: Table<"stores">, bytes: Uint8Array): boolean {
    const i = this.row;
    if (!this.isOpen(rows, vgpu)) return false;
    if (rows.stores[i] + stores.count > STORES_MAX || rows.length[i] + bytes.length > STORE_BYTES_MAX)
      return false;
    const { part, machine } = this;
    const { out } = machine.core;
    rows.extendStores(i, stores, bytes);
    part.clear(rows.firstSeq + i);
    part.agent[part.add(K["aperture.written"])] = vgpu;
    part.putStores(stores, bytes);
    machine.apply(part, 0);
    for (let o = 0; o < out.count; o++) {
      if (o === 0 && out.kind[o] === K["guest.write"]) rows.extendWrites(i + 1, out, o);
      else rows.copyFrom(out, o);
    }
    return true;
  }

  /** Is the last input the same guest's aperture writes, and their only outcome that they were written? */
  private isOpen(rows: Rows, vgpu: number): boolean {
    const i = this.row;
    if (i < 0 || rows.count !== i + 2 || rows.kind[i] !== K["aperture.written"]) return false;
    const isWritten = rows.agent[i] === vgpu && rows.kind[i + 1] === K["guest.write"];
    return isWritten && isCoherent(this.machine.core, vgpu);
  }
}
