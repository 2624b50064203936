import { K } from "../../events/kinds.ts";
import { NO_ENGINE, PAGE_BYTES } from "../../hw/units.ts";
import type { Machine } from "../../reducers/machine.ts";

const TWO_32 = 0x1_0000_0000;

/**
 * What was asked of guests that have left. Their tickets stay open, and an engine in mid-submission may go on
 * asking: as long as there is no memory to ask for, that waits too, where a refusal would be a fault for the
 * engine. A guest that comes back (or another one in its place) is asked when it has mapped the memory; one
 * that resets the device has ended the tickets.
 */
export class Away {
  private readonly machine: Machine;
  /** vGPUs whose guest has left and whose next one has mapped nothing yet. */
  private readonly gone = new Set<number>();
  /** Open tickets that no guest has been asked, by vGPU. */
  private readonly waiting = new Map<number, Set<number>>();

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /** The guest has left: nobody answers any more what it was asked. */
  left(vgpu: number): void {
    const { core } = this.machine;
    const asked = core
      .openTickets()
      .filter((ticket) => core.ticketAgent(ticket) === vgpu && this.isQuestion(ticket));
    this.gone.add(vgpu);
    this.waiting.set(vgpu, new Set(asked));
  }

  /** Has the guest left, and nobody mapped memory in its place? */
  isGone(vgpu: number): boolean {
    return this.gone.has(vgpu);
  }

  /**
   * Is this an engine's question to a guest that is not there? Then it waits; everybody else's is refused by
   * the port.
   */
  holds(vgpu: number, engine: number, ticket: number): boolean {
    if (engine === NO_ENGINE || !this.gone.has(vgpu)) return false;
    this.waiting.get(vgpu)?.add(ticket);
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
    const { core } = this.machine;
    const found: number[] = [];
    for (const ticket of waiting) {
      const isOpen = core.isOpen(ticket) && core.ticketAgent(ticket) === vgpu;
      const at = isOpen ? this.addressOf(ticket) : -1;
      if (isOpen && (at < start || at >= end)) continue;
      waiting.delete(ticket);
      if (isOpen) found.push(ticket);
    }
    if (waiting.size === 0) this.waiting.delete(vgpu);
    return found.sort((a, b) => a - b);
  }

  /**
   * The bytes of an open `guest.write`, as the model knows them now: later writes to them come later, too.
   */
  bytesOf(ticket: number): Uint8Array {
    const { core } = this.machine;
    const address = this.addressOf(ticket);
    const length = core.ticketOperand(ticket, 2);
    const words = core.ram[core.ticketAgent(ticket)].known(Math.floor(address / PAGE_BYTES));
    if (words === null) return new Uint8Array(length);
    return new Uint8Array(words.buffer, words.byteOffset + (address % PAGE_BYTES), length);
  }

  private isQuestion(ticket: number): boolean {
    const kind = this.machine.core.ticketKind(ticket);
    return kind === K["guest.fetch"] || kind === K["guest.write"];
  }

  private addressOf(ticket: number): number {
    const { core } = this.machine;
    const at = core.ticketOperand(ticket, 0);
    if (core.ticketKind(ticket) === K["guest.fetch"]) return at * PAGE_BYTES;
    return core.ticketOperand(ticket, 1) * TWO_32 + at;
  }
}
