import { READ_BEHAVIOURS, WRITE_BEHAVIOURS } from "../src/hw/behaviours.ts";
import { REG_FAST_READ, REG_FAST_WRITE, type RegisterIndex } from "../src/hw/compile.ts";
import { RULES } from "../src/hw/register.ts";
import { MMIO_BYTES } from "../src/hw/units.ts";
import { SimGuest } from "../src/ports/sim/guest.ts";
import { evenShare } from "../src/reducers/configuration.ts";
import type { Tools } from "../src/replay/recording/tools.ts";
import { Random } from "./random.ts";
import type { Trace } from "./trace.ts";
import { configurationFor, Studio } from "./world.ts";

/**
 * The seeded stream of docs/facts/figures.md#synthetic-stream in our rows: 45 % register reads, 25 %
 * register writes, 20 % GTT writes in runs, 8 % submit / complete / irq, 2 % guest pages; 2,000 registers
 * in 40 clusters, popular ones first; classes 70 % plain, then masked, write 1 to clear, read-only,
 * doorbell, interrupt mask. Nothing in it runs the streamer: a submission names no valid context. Pages
 * have few contents, as ids and not bytes were measured there; every fourth piece of work interrupts.
 */

const MEAN_SPACING = 1.74;
const FRAMES = 8192;
const MAPPED = FRAMES * 4096;
const GTT_ENTRIES = 1 << 19;
/** Entries of the aperture: those of the share above it come after them. */
const APERTURE_ENTRIES = 1 << 16;
const PLAIN = 1400;
const READ_ONLY = 400;
const CLUSTER = 50;
const MASTER_IRQ = 0x44200;
const DE_PORT_IMR = 0x44444;
const DE_PORT_IIR = 0x44448;
const DE_PORT_IER = 0x4444c;
const AUX_B_CTL = 0x64110;
const AUX_SEND = 0xa000_0000;
const RING_ELSP = 0x2230;
const PCI_COMMAND = 4;
const MEMORY_AND_MASTER = 6;
const MSI = 0xac;

type Class = "plain" | "masked" | "oneToClear" | "readOnly" | "doorbell" | "mask";
const SHARES: readonly (readonly [Class, number])[] = [
  ["plain", 70],
  ["masked", 6],
  ["oneToClear", 6],
  ["readOnly", 6],
  ["doorbell", 6],
  ["mask", 6],
];

/** Make the stream, run the model over it once, and record it. */
export async function syntheticTrace(tools: Tools, events: number): Promise<Trace> {
  const share = {
    ...evenShare(1, 1, null),
    mappableSize: 1 << 27,
    unmappableSize: GTT_ENTRIES * 4096,
  };
  const studio = new Studio(tools, configurationFor([{ ...share, unmappableBase: 1 << 28 }]));
  const stream = new Stream(studio, new Random(0x6776_7431));
  stream.start();
  while (studio.live.statistics.inputs < events) stream.next();
  return studio.finish("synthetic");
}

class Stream {
  private readonly studio: Studio;
  private readonly guest: SimGuest;
  private readonly random: Random;
  private readonly registers: Readonly<Record<Class, readonly number[]>>;
  /** Runs of PTEs in progress: entries left, next entry, next frame. */
  private left = 0;
  private entry = 0;
  private frame = 0;
  private clock = 0;
  private phase = 0;

  constructor(studio: Studio, random: Random) {
    this.studio = studio;
    this.guest = new SimGuest(studio.port, 1);
    this.random = random;
    this.registers = pickRegisters(studio.machine.core.registers, random);
  }

  /** Power on, memory, MSI, the aperture's mappings. */
  start(): void {
    const { live } = this.studio;
    this.guest.attach();
    for (let gfn = 0; gfn < FRAMES; gfn++) this.guest.memory.frame(gfn);
    live.write("config", 1, MSI + 4, 4, 0xfee0_1000, 0);
    live.write("config", 1, MSI + 8, 2, 0x41, 0);
    live.write("config", 1, MSI + 2, 2, 1, 0);
    live.write("config", 1, PCI_COMMAND, 2, MEMORY_AND_MASTER, 0);
    live.write("mmio", 1, DE_PORT_IMR, 4, 0, 0);
    live.write("mmio", 1, DE_PORT_IER, 4, 0xffff_ffff, 0);
    for (let entry = 0; entry < FRAMES; entry++) live.write("gtt", 1, entry * 8, 8, pteOf(entry), 0);
  }

  next(): void {
    const { studio, random } = this;
    this.clock += -Math.log(1 - random.word() / 0x1_0000_0000) * MEAN_SPACING;
    studio.port.now = Math.floor(this.clock);
    const roll = random.below(100);
    if (roll < 45) studio.live.read("mmio", 1, this.register(), 4);
    else if (roll < 70) studio.live.write("mmio", 1, this.register(), 4, this.value(), 0);
    else if (roll < 90) this.writePte();
    else if (roll < 98) this.work();
    else this.touchPage();
  }

  private register(): number {
    let roll = this.random.below(100);
    for (const [name, share] of SHARES) {
      const members = this.registers[name];
      if (roll < share) return members[this.random.zipf(members.length)];
      roll -= share;
    }
    throw new Error("the shares do not add up to 100");
  }

  /**
   * A quarter of the writes carry a value that was not there before; most registers are written with few
   * values.
   */
  private value(): number {
    return this.random.chance(25) ? this.random.word() : this.random.below(4) * 0x0001_0001;
  }

  private writePte(): void {
    if (this.left === 0) {
      this.left = 1 + this.random.below(512);
      this.entry = APERTURE_ENTRIES + this.random.below(GTT_ENTRIES - FRAMES - 512);
      this.frame = this.random.below(1 << 20);
    }
    this.left--;
    this.studio.live.write("gtt", 1, this.entry++ * 8, 8, pteOf(this.frame++), 0);
  }

  /**
   * Submit, complete, interrupt: a word into the submission port, a message over AUX that raises its
   * interrupt, its handling.
   */
  private work(): void {
    const { live } = this.studio;
    this.phase = (this.phase + 1) % 4;
    if (this.phase === 0) live.write("mmio", 1, RING_ELSP, 4, 0, 0);
    else if (this.phase === 1) live.write("mmio", 1, AUX_B_CTL, 4, AUX_SEND, 0);
    else if (this.phase === 2) live.write("mmio", 1, DE_PORT_IIR, 4, 0xffff_ffff, 0);
    else live.write("mmio", 1, MASTER_IRQ, 4, 0x8000_0000, 0);
  }

  /**
   * A guest page: an aperture read that must ask for it; one in four has changed since, to a content seen
   * before: ids, not bytes.
   */
  private touchPage(): void {
    const { live } = this.studio;
    const gfn = this.random.zipf(FRAMES);
    if (this.random.chance(25)) this.guest.memory.write32(gfn * 4096, this.random.below(64));
    live.read("aperture", 1, (gfn * 4096 + this.random.below(1024) * 4) % MAPPED, 4);
  }
}

function pteOf(frame: number): number {
  return ((frame << 12) | 1) >>> 0;
}

/** 2,000 registers by class: plain and read-only ones in clusters of 50, of the others all there are. */
function pickRegisters(index: RegisterIndex, random: Random): Record<Class, number[]> {
  const found: Record<Class, number[]> = {
    plain: [],
    masked: [],
    oneToClear: [],
    readOnly: [],
    doorbell: [],
    mask: [],
  };
  for (let at = 0; at < MMIO_BYTES; at += 4) {
    const kind = classOf(index, at);
    if (kind !== null) found[kind].push(at);
  }
  return {
    ...found,
    plain: clusters(found.plain, PLAIN, random),
    readOnly: clusters(found.readOnly, READ_ONLY, random),
  };
}

function clusters(all: readonly number[], count: number, random: Random): number[] {
  const picked = new Set<number>();
  while (picked.size < count) {
    const from = random.below(all.length - CLUSTER);
    for (let i = 0; i < CLUSTER; i++) picked.add(all[from + i]);
  }
  const list = [...picked];
  for (let i = list.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [list[i], list[j]] = [list[j], list[i]];
  }
  return list;
}

function classOf(index: RegisterIndex, at: number): Class | null {
  const id = index.idOf[at >>> 2];
  // This group's interrupts are handled, not written to at random.
  if (at === DE_PORT_IMR || at === DE_PORT_IIR || at === DE_PORT_IER) return null;
  if (id === 0 || READ_BEHAVIOURS[index.read[id]] !== "none" || (index.flags[id] & REG_FAST_READ) === 0)
    return null;
  if ((index.flags[id] & REG_FAST_WRITE) !== 0) return "plain";
  const then = WRITE_BEHAVIOURS[index.then[id]];
  const rule = RULES[index.rule[id]];
  if (then === "irq.imr" || then === "irq.ier" || then === "ring.imr") return "mask";
  if (then === "gt.forcewake" || then === "gt.pcode" || then === "aux.control") return "doorbell";
  if (then !== "none" && then !== "irq.iir") return null;
  if (rule === "maskedBits") return "masked";
  if (rule === "oneToClear" || index.oneToClear[id] !== 0) return "oneToClear";
  return rule === "readOnly" ? "readOnly" : null;
}
