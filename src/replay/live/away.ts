import { NO_ENGINE, PAGE_BYTES } from "../../hw/units.ts";
import type { Core } from "../../reducers/core.ts";
import type { OpenQuestion, OpenWork, OpenWrite } from "../engine/open-work.ts";

const TWO_32 = 0x1_0000_0000;

/**
 * What was asked of guests that have left. Their tickets stay open, and an engine in mid-submission may go on
 * asking: as long as there is no memory to ask for, that waits too, where a refusal would be a fault for the
 * engine. A guest that comes back (or another one in its place) is asked when it has mapped the memory; one
 * that resets the device has ended the tickets.
 */
export class Away {
  private readonly core: Core;
  private readonly open: OpenWork;
  /** vGPUs whose guest has left and whose next one has mapped nothing yet. */
  private readonly gone = new Set<number>();
  /** Open tickets that no guest has been asked, by vGPU. */
  private readonly waiting = new Map<number, Set<number>>();

  constructor(core: Core, open: OpenWork) {
    this.core = core;
    this.open = open;
  }

  /** The guest has left: nobody answers any more what it was asked. */
  left(vgpu: number): void {
    const asked = new Set<number>();
    for (const { agent, ticket } of this.open.questions()) if (agent === vgpu) asked.add(ticket);
    for (const { agent, ticket } of this.open.writes()) if (agent === vgpu) asked.add(ticket);
    this.gone.add(vgpu);
    this.waiting.set(vgpu, asked);
  }

  /** Has the guest left, and nobody mapped memory in its place? */
  isGone(vgpu: number): boolean {
    return this.gone.has(vgpu);
  }

  /**
   * Is this an engine's question to a guest that is not there? Then it waits; everybody else's is refused by
   * the port.
   */
  holds({ agent, engine, ticket }: OpenQuestion): boolean {
    if (engine === NO_ENGINE || !this.gone.has(agent)) return false;
    this.waiting.get(agent)?.add(ticket);
    return true;
  }

  /**
   * Memory from `start` to `end` is there: the tickets that ask for a part of it, in order. They wait no
   * longer.
   */
  back(vgpu: number, start: number, end: number): readonly number[] {
    this.gone.delete(vgpu);
    const waiting = this.waiting.get(vgpu);
    if (waiting === undefined) return [];
    const found: number[] = [];
    for (const ticket of waiting) {
      const at = this.addressOf(ticket);
      if (at >= 0 && (at < start || at >= end)) continue;
      waiting.delete(ticket);
      if (at >= 0) found.push(ticket);
    }
    if (waiting.size === 0) this.waiting.delete(vgpu);
    return found.sort((a, b) => a - b);
  }

  /**
   * The bytes of an open `guest.write`, as the model knows them now: later writes to them come later, too.
   */
  bytesOf({ agent, at, atHigh, length }: OpenWrite): Uint8Array {
    const address = atHigh * TWO_32 + at;
    const words = this.core.ram[agent].known(Math.floor(address / PAGE_BYTES));
    if (words === null) return new Uint8Array(length);
    return new Uint8Array(words.buffer, words.byteOffset + (address % PAGE_BYTES), length);
  }

  /** Where in the guest's memory an open ticket asks or writes; -1: it is not open any more. */
  private addressOf(ticket: number): number {
    const question = this.open.question(ticket);
    if (question !== null) return question.gfn * PAGE_BYTES;
    const write = this.open.writeOf(ticket);
    return write === null ? -1 : write.atHigh * TWO_32 + write.at;
  }
}
