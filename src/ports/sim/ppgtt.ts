import { type GuestMemory, PAGE } from "./memory.ts";

/** Entry bits. Source: gen8_pte_encode, gen8_pde_encode, intel_gtt.h. */
export const PRESENT_RW = 3;
const PDE_2M = 1 << 7;
const PDE_IPS_64K = 1 << 11;

const ENTRIES = 512;

/**
 * Page tables of one address space in guest memory, as a guest driver builds them: four levels of 512
 * entries.
 */
export class Ppgtt {
  readonly memory: GuestMemory;
  /** Frame of the top table. */
  readonly pml4: number;

  constructor(memory: GuestMemory) {
    this.memory = memory;
    this.pml4 = memory.allocate();
  }

  /** Map one 4 KiB page. */
  map4k(address: number, gfn: number): void {
    this.memory.writeEntry(this.entry(this.pageTable(address, 0), index(address, 0)), gfn * PAGE, PRESENT_RW);
  }

  /**
   * Map 64 KiB of 16 consecutive frames; the entries between the heads are garbage, which hardware ignores.
   */
  map64k(address: number, gfn: number): void {
    const table = this.pageTable(address, PDE_IPS_64K);
    const first = index(address, 0) & ~15;
    this.memory.writeEntry(this.entry(table, first), gfn * PAGE, PRESENT_RW);
    for (let i = 1; i < 16; i++)
      this.memory.writeEntry(this.entry(table, first + i), 0xdead_0000, PRESENT_RW);
  }

  /** Say of the table that maps `address` that its pages are of 64 KiB. */
  setIps(address: number): void {
    this.pageTable(address, PDE_IPS_64K);
  }

  /** Map 2 MiB of 512 consecutive frames, aligned alike. */
  map2m(address: number, gfn: number): void {
    const at = this.entry(this.directory(address), index(address, 1));
    this.memory.writeEntry(at, gfn * PAGE, PRESENT_RW | PDE_2M);
  }

  /** Map `count` consecutive frames page by page. */
  map(address: number, gfn: number, count: number): void {
    for (let i = 0; i < count; i++) this.map4k(address + i * PAGE, gfn + i);
  }

  unmap4k(address: number): void {
    this.memory.writeEntry(this.entry(this.pageTable(address, 0), index(address, 0)), 0, 0);
  }

  /** Guest-physical address of the entry that maps `address` by 4 KiB. */
  pteAddress(address: number): number {
    return this.entry(this.pageTable(address, 0), index(address, 0));
  }

  /** Frame of the page directory: with three levels, what a PDP register holds. */
  directory(address: number): number {
    return this.below(this.below(this.pml4, index(address, 3), 0), index(address, 2), 0);
  }

  private pageTable(address: number, bits: number): number {
    return this.below(this.directory(address), index(address, 1), bits);
  }

  /** The table that an entry points to, made where there is none. */
  private below(table: number, slot: number, bits: number): number {
    const at = this.entry(table, slot);
    const low = this.memory.read32(at);
    if ((low & 1) !== 0) {
      if (bits !== 0) this.memory.write32(at, low | bits);
      return this.memory.read32(at + 4) * 0x10_0000 + (low >>> 12);
    }
    const frame = this.memory.allocate();
    this.memory.writeEntry(at, frame * PAGE, PRESENT_RW | bits);
    return frame;
  }

  private entry(table: number, slot: number): number {
    return table * PAGE + slot * 8;
  }
}

/** Slot of an address in its table of level 0 (page table) to 3 (PML4). */
function index(address: number, level: number): number {
  return Math.floor(address / (PAGE * ENTRIES ** level)) % ENTRIES;
}
