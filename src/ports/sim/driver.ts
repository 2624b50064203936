import { Batch } from "./assembler.ts";
import { SimGuest } from "./guest.ts";
import {
  CTX,
  contextImage,
  DESC_LEGACY_32,
  DESC_LEGACY_64,
  DESC_PRIVILEGE,
  DESC_VALID,
  ENGINE_INTERRUPTS,
  ENGINE_NAMES,
  IER,
  IIR,
  IMR,
  IRQ_CONTEXT_SWITCH,
  IRQ_NOTIFY,
  IRQ_USER,
  MASTER_ENABLE,
  MASTER_IRQ,
  MSI,
  PCI_COMMAND,
  PVINFO,
  RING,
  RING_BASE,
  type SimEngine,
} from "./layout.ts";
import { PAGE } from "./memory.ts";
import { Ppgtt } from "./ppgtt.ts";

/** Dword numbers in the status page. Source: intel_engine.h, I915_HWS_CSB_BUF0_INDEX and its neighbours. */
const HWSP_CSB = 0x10;
const HWSP_CSB_WRITE = 0x1f;
const CSB_ENTRIES = 6;

/** A logical context: its image in the GGTT, its ring, and the address space of its batches. */
export interface SimContext {
  readonly engine: SimEngine;
  readonly id: number;
  /** GGTT address of the status page, and frame of the state page after it. */
  readonly lrca: number;
  readonly frame: number;
  readonly ppgtt: Ppgtt;
  readonly levels: 3 | 4;
  readonly ring: number;
  readonly ringFrame: number;
  readonly ringBytes: number;
  tail: number;
}

/** One context status event. */
export interface ContextStatus {
  readonly status: number;
  readonly id: number;
}

/**
 * What a guest's driver does to get work done, in small steps: share of the GGTT, status pages, interrupts,
 * contexts, rings, submission. It knows the machine only through its accesses, as a guest does.
 */
export class SimDriver extends SimGuest {
  /** Frame of each engine's status page. */
  readonly hwsp: Readonly<Record<SimEngine, number>> = { rcs0: 0, bcs0: 0, vcs0: 0, vecs0: 0 };
  private nextGma = 0;
  private endGma = 0;
  private nextMappable = 0;
  private nextId = 1;
  private readonly read: Record<SimEngine, number> = { rcs0: 5, bcs0: 5, vcs0: 5, vecs0: 5 };

  /** Everything a driver sets up at load: MSI, share, status pages, interrupts. */
  load(): this {
    this.attach();
    this.write("config", MSI + 4, 4, 0xfee0_1000);
    this.write("config", MSI + 8, 2, 0x41);
    this.write("config", MSI + 2, 2, 1);
    this.write("config", PCI_COMMAND, 2, 6);
    this.nextMappable = this.mmio(PVINFO + 0x40);
    this.nextGma = this.mmio(PVINFO + 0x48);
    this.endGma = this.nextGma + this.mmio(PVINFO + 0x4c);
    for (const engine of ENGINE_NAMES) this.enableEngine(engine);
    this.setMmio(MASTER_IRQ, MASTER_ENABLE);
    return this;
  }

  /**
   * Status page, context status pointer and interrupts of one engine: also what a driver does after a reset.
   */
  enableEngine(engine: SimEngine): void {
    const base = RING_BASE[engine];
    const pages = this.hwsp as Record<SimEngine, number>;
    if (pages[engine] === 0) pages[engine] = this.memory.allocate();
    this.setMmio(base + RING.hwsPga, this.bind(pages[engine]));
    this.setMmio(base + RING.csbPtr, 0xffff_0505);
    this.memory.write32(pages[engine] * PAGE + HWSP_CSB_WRITE * 4, 5);
    this.read[engine] = 5;
    const [group, shift] = ENGINE_INTERRUPTS[engine];
    const bits = (IRQ_USER | IRQ_NOTIFY | IRQ_CONTEXT_SWITCH) << shift;
    this.setMmio(base + RING.imr, ~bits >>> 0);
    this.setMmio(group + IMR, (this.mmio(group + IMR) & ~bits) >>> 0);
    this.setMmio(group + IER, (this.mmio(group + IER) | bits) >>> 0);
  }

  /** Bind `count` consecutive frames in the unmappable share; returns their GGTT address. */
  bind(gfn: number, count = 1): number {
    const gma = this.nextGma;
    this.nextGma += count * PAGE;
    if (this.nextGma > this.endGma) throw new Error("the scripted guest's GGTT share is full");
    for (let i = 0; i < count; i++) this.setPte(gma + i * PAGE, gfn + i);
    return gma;
  }

  /** Bind frames in the mappable share, so that the aperture shows them. */
  bindMappable(gfn: number, count = 1): number {
    const gma = this.nextMappable;
    this.nextMappable += count * PAGE;
    for (let i = 0; i < count; i++) this.setPte(gma + i * PAGE, gfn + i);
    return gma;
  }

  /** A context with an empty ring. */
  createContext(
    engine: SimEngine,
    options: { ppgtt?: Ppgtt; levels?: 3 | 4; ringPages?: number; id?: number } = {},
  ): SimContext {
    const { ppgtt = new Ppgtt(this.memory), levels = 4, ringPages = 1, id = this.nextId++ } = options;
    const frame = this.memory.allocate(2) + 1;
    const ringFrame = this.memory.allocate(ringPages);
    const lrca = this.bind(frame - 1, 2);
    const ring = this.bind(ringFrame, ringPages);
    this.memory.writeWords(frame * PAGE, contextImage(engine));
    const ringBytes = ringPages * PAGE;
    const context = { engine, id, lrca, frame, ppgtt, levels, ring, ringFrame, ringBytes, tail: 0 };
    this.setImage(context, CTX.control, 0x0009_0009);
    this.setImage(context, CTX.start, ring);
    this.setImage(context, CTX.ctl, (ringBytes - PAGE) | 1);
    this.setTables(context);
    return context;
  }

  /** A dword of the context's image, by its CTX number. */
  image(context: SimContext, dword: number): number {
    return this.memory.read32(context.frame * PAGE + dword * 4);
  }

  setImage(context: SimContext, dword: number, value: number): void {
    this.memory.write32(context.frame * PAGE + dword * 4, value);
  }

  /** Write commands at the ring's tail, padded to a qword; the image's tail follows. */
  emit(context: SimContext, commands: Batch | ((batch: Batch) => Batch)): void {
    const batch = typeof commands === "function" ? commands(new Batch()) : commands;
    if (batch.words.length % 2 !== 0) batch.noop();
    for (const word of batch.words) {
      this.memory.write32(context.ringFrame * PAGE + context.tail, word);
      context.tail = (context.tail + 4) % context.ringBytes;
    }
    this.setImage(context, CTX.tail, context.tail);
  }

  descriptor(context: SimContext): number {
    const mode = context.levels === 4 ? DESC_LEGACY_64 : DESC_LEGACY_32;
    return (context.lrca | mode | DESC_PRIVILEGE | DESC_VALID) >>> 0;
  }

  /** Write the submission port: one or two contexts. `bits` are or'ed into the first descriptor. */
  submit(first: SimContext, second: SimContext | null = null, bits = 0): void {
    const port = RING_BASE[first.engine] + RING.elsp;
    this.setMmio(port, second === null ? 0 : second.id);
    this.setMmio(port, second === null ? 0 : this.descriptor(second));
    this.setMmio(port, first.id);
    this.setMmio(port, (this.descriptor(first) | bits) >>> 0);
  }

  /** Put commands into the ring and submit the context. */
  run(context: SimContext, commands: Batch | ((batch: Batch) => Batch)): void {
    this.emit(context, commands);
    this.submit(context);
  }

  /** Submit, and let time pass until the context is complete. */
  complete(context: SimContext, commands: Batch | ((batch: Batch) => Batch), limit = 100_000): boolean {
    this.run(context, commands);
    return this.until(() => this.isDone(context), limit);
  }

  /** Is the ring drained, as the saved image says? */
  isDone(context: SimContext): boolean {
    return this.image(context, CTX.head) === context.tail;
  }

  /** A batch in new frames, mapped at `address` of the context's address space; returns the address. */
  batch(context: SimContext, address: number, commands: Batch | ((batch: Batch) => Batch)): number {
    const { words } = typeof commands === "function" ? commands(new Batch()) : commands;
    const pages = Math.max(1, Math.ceil((words.length * 4 + (address % PAGE)) / PAGE));
    const gfn = this.memory.allocate(pages);
    context.ppgtt.map(address - (address % PAGE), gfn, pages);
    this.memory.writeWords(gfn * PAGE + (address % PAGE), words);
    return address;
  }

  /** New context status events in the status page, in order. */
  events(engine: SimEngine): ContextStatus[] {
    const page = this.hwsp[engine] * PAGE;
    const write = this.memory.read32(page + HWSP_CSB_WRITE * 4);
    const found: ContextStatus[] = [];
    while (this.read[engine] !== write) {
      this.read[engine] = (this.read[engine] + 1) % CSB_ENTRIES;
      const at = page + (HWSP_CSB + this.read[engine] * 2) * 4;
      found.push({ status: this.memory.read32(at), id: this.memory.read32(at + 4) });
    }
    return found;
  }

  /** The context status registers: write pointer, and the entries in order of their numbers. */
  statusRegisters(engine: SimEngine): { pointer: number; entries: ContextStatus[] } {
    const base = RING_BASE[engine];
    const entries = Array.from({ length: CSB_ENTRIES }, (_, n) => ({
      status: this.mmio(base + RING.csb + n * 8),
      id: this.mmio(base + RING.csb + n * 8 + 4),
    }));
    return { pointer: this.mmio(base + RING.csbPtr) & 7, entries };
  }

  /** The engine's bits in its group's IIR, shifted down; those read are cleared. */
  takeInterrupts(engine: SimEngine): number {
    const [group, shift] = ENGINE_INTERRUPTS[engine];
    const bits = (this.mmio(group + IIR) >>> shift) & 0xffff;
    if (bits !== 0) this.setMmio(group + IIR, (bits << shift) >>> 0);
    return bits;
  }

  private setTables(context: SimContext): void {
    const { ppgtt, levels } = context;
    for (let n = 0; n < 4; n++) {
      const top = levels === 4 ? (n === 0 ? ppgtt.pml4 : 0) : ppgtt.directory(n * 0x4000_0000);
      this.setImage(context, CTX.pdp0Udw - n * 4, Math.floor((top * PAGE) / 0x1_0000_0000));
      this.setImage(context, CTX.pdp0 - n * 4, (top * PAGE) % 0x1_0000_0000);
    }
  }
}
