import { buildEdid, TIMING_1024X768 } from "../../src/hw/edid.ts";
import { loadTools } from "../../src/node/codecs.ts";
import type { Batch } from "../../src/ports/sim/assembler.ts";
import { COMPARE, POST_IMMEDIATE, POST_TIMESTAMP } from "../../src/ports/sim/assembler.ts";
import { type SimContext, SimDriver } from "../../src/ports/sim/driver.ts";
import {
  ENGINE_NAMES,
  GDRST,
  MASTER_ENABLE,
  MASTER_IRQ,
  RING,
  RING_BASE,
} from "../../src/ports/sim/layout.ts";
import { PAGE } from "../../src/ports/sim/memory.ts";
import { type SimCapabilities, SimPort } from "../../src/ports/sim/port.ts";
import { type Configuration, evenShare } from "../../src/reducers/configuration.ts";
import { Machine } from "../../src/reducers/machine.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { settingOf } from "../../src/reducers/platform.ts";
import { Live } from "../../src/replay/live/live.ts";
import { InlineRecorder } from "../../src/replay/recording/inline.ts";
import { describe, type ResetBase } from "../../src/replay/recording/profile.ts";
import { openRecording, type Recording } from "../../src/replay/recording/recording.ts";
import { MemorySink, MemorySource } from "../../src/replay/recording/tools.ts";

/** A recording of scripted guests, with the store that its pages are in. */
export interface Scripted {
  readonly recording: Recording;
  readonly store: PageStore;
}

/** The IIRs that the scripted interrupt handler looks at: GT 0 to 3, pipe A, port. */
const IIRS = [0x4_4308, 0x4_4318, 0x4_4328, 0x4_4338, 0x4_4408, 0x4_4448] as const;
/** RING_EXECLIST_STATUS */
const QUEUE_FULL = 1 << 2;
/** Times that it waits: an engine may hang. */
const WAITS_MAX = 40;
const FENCE = 0x10_0000;
const BATCHES = 0x10_0000;
const DATA = 0x7654_3210_0000;
const GPR = 0x600;

/**
 * A guest that does a bit of everything that a guest can see, and handles its interrupts as a driver does.
 */
class BusyGuest extends SimDriver {
  private handled = 0;
  private batchAt = BATCHES;
  private readonly results = new Map<SimContext, number>();

  /** Let time pass in small steps; an interrupt is handled after each, and a register read now and then. */
  work(microseconds: number, step = 25): void {
    for (let passed = 0; passed < microseconds; passed += step) {
      this.advance(step);
      this.handle();
      this.mmio(RING_BASE.rcs0 + RING.csbPtr);
    }
  }

  /** As a driver does, wait for a free port: a submission while another one waits is dropped. */
  override submit(first: SimContext, second: SimContext | null = null, bits = 0): void {
    const status = RING_BASE[first.engine] + RING.statusLo;
    for (let n = 0; n < WAITS_MAX && (this.mmio(status) & QUEUE_FULL) !== 0; n++) this.work(25);
    super.submit(first, second, bits);
  }

  handle(): void {
    while (this.handled < this.interrupts) {
      this.handled = this.interrupts;
      this.setMmio(MASTER_IRQ, 0);
      this.mmio(MASTER_IRQ);
      for (const iir of IIRS) {
        const bits = this.mmio(iir);
        if (bits !== 0) this.setMmio(iir, bits);
      }
      this.setMmio(MASTER_IRQ, MASTER_ENABLE);
    }
  }

  /** A context whose address space shows two pages of results at DATA, and two more after. */
  context(engine: (typeof ENGINE_NAMES)[number]): SimContext {
    const context = this.createContext(engine);
    const frame = this.memory.allocate(4);
    context.ppgtt.map(DATA, frame, 4);
    this.results.set(context, frame);
    return context;
  }

  resultFrame(context: SimContext): number {
    return this.results.get(context) ?? 0;
  }

  place(context: SimContext, build: (batch: Batch) => Batch): number {
    const address = this.batchAt;
    this.batchAt += 0x1_0000;
    return this.batch(context, address, (batch) => build(batch).end());
  }
}

const at = (n: number): { readonly address: number } => ({ address: DATA + n * 4 });

/**
 * What a driver asks at load: fuses, the mailbox, power, forcewake, the monitor, an AUX channel nobody is on.
 */
function probe(guest: BusyGuest): void {
  for (const register of [0x7_8050, 0x9120, 0x9134, 0x913c, 0x4_2014, 0x5_1000, 0x13_0044, 0xc_2000])
    guest.mmio(register);
  guest.setMmio(0x9418, 1);
  guest.setMmio(0xa188, 0x1_0001);
  guest.mmio(0x13_0044);
  guest.setMmio(0xa278, 0x1_0001);
  guest.mmio(0xd84);
  for (const command of [6, 7]) {
    guest.setMmio(0x13_8128, 0);
    guest.setMmio(0x13_8124, (0x8000_0000 | command) >>> 0);
    guest.mmio(0x13_8124);
    guest.mmio(0x13_8128);
  }
  guest.setMmio(0x4_5404, 0x8000_0000);
  guest.mmio(0x4_5404);
  guest.setMmio(0x6_4110, 0x8000_0000);
  guest.mmio(0x6_4110);
  readEdid(guest);
}

/** GMBUS: an index write, then a read of 16 bytes, from the monitor on port B (pin pair 5). */
function readEdid(guest: BusyGuest): void {
  guest.setMmio(0xc_5100, 5);
  guest.setMmio(0xc_5104, (0x4000_0000 | (3 << 25) | (16 << 16) | 0xa1) >>> 0);
  for (let n = 0; n < 4; n++) {
    guest.mmio(0xc_5108);
    guest.mmio(0xc_510c);
  }
  guest.setMmio(0xc_5104, 0x4800_0000);
  guest.mmio(0xc_5108);
}

/** Three flips on pipe A, each waited for by its event. */
function flips(guest: BusyGuest): void {
  guest.setMmio(0x4_4404, ~0x9 >>> 0);
  guest.setMmio(0x4_440c, 0x9);
  guest.setMmio(0x7_0008, 0x8000_0000);
  for (let n = 0; n < 3; n++) {
    guest.setMmio(0x7_019c, n * 0x10_0000);
    guest.work(17_000, 1000);
    guest.mmio(0x7_01ac);
    guest.mmio(0x7_0044);
  }
  guest.setMmio(0x7_0008, 0);
}

/**
 * A fence of four X-tiled pages of 2,048 bytes pitch; the CPU draws and looks through it, and at PTEs written
 * by halves.
 */
function draw(guest: BusyGuest): void {
  const gma = guest.bindMappable(guest.memory.allocate(8), 8);
  guest.setMmio(FENCE, gma | 1);
  guest.setMmio(FENCE + 4, (gma + 7 * PAGE) | 15);
  const row = new Uint8Array(1024).map((_, i) => i * 7);
  for (let y = 0; y < 12; y++) guest.writeAperture(gma + y * 2048, row);
  guest.aperture(gma + 9 * 2048 + 516);
  guest.setMmio(FENCE, 0);
  const entry = (gma / PAGE) * 8;
  const other = guest.memory.allocate(2);
  guest.write("gtt", entry, 4, other * PAGE + 3);
  guest.write("gtt", entry + 4, 4, 0);
  guest.setAperture(gma, 1, 2, 3);
  guest.read64("gtt", entry, 8);
  guest.read32("gtt", 0x7f_0000);
  guest.setPte(gma, other + 1);
  guest.setAperture(gma + 8, 5);
  guest.aperture(gma + 8);
}

/** Each engine: results, registers, timestamps, breadcrumbs, interrupts. */
function commands(guest: BusyGuest): void {
  for (const engine of ENGINE_NAMES) {
    const context = guest.context(engine);
    const base = RING_BASE[engine];
    const crumb = guest.bind(guest.memory.allocate());
    for (let n = 1; n <= 3; n++) {
      const stamp = { post: POST_TIMESTAMP, to: at(128 + n * 2), high: 0 };
      const address = guest.place(context, (batch) =>
        (engine === "rcs0" ? batch.pipeControl(stamp) : batch.flushDw(stamp))
          .lri([base + GPR, 0x1234_0000 + n], [base + GPR + 8, n])
          .sdi(at(n), n, n * n)
          .srm(base + GPR, at(64 + n))
          .copy(at(256 + n), at(64 + n))
          .sdi(at(1024 + n), n),
      );
      guest.run(context, (ring) => breadcrumb(engine, ring.start({ address }), crumb, n));
      guest.work(100);
    }
  }
}

function breadcrumb(engine: string, ring: Batch, crumb: number, n: number): Batch {
  const flush = { post: POST_IMMEDIATE, to: { address: crumb, global: true }, low: n, high: 0, notify: true };
  return (engine === "rcs0" ? ring.pipeControl(flush) : ring.flushDw(flush)).userInterrupt();
}

/** A PTE that is written in two halves, and an engine that writes through it at once. */
function halves(guest: BusyGuest): void {
  const context = guest.context("bcs0");
  const frames = guest.memory.allocate(2);
  const gma = guest.bind(frames);
  guest.write("gtt", (gma / PAGE) * 8, 4, (frames + 1) * PAGE + 3);
  guest.write("gtt", (gma / PAGE) * 8 + 4, 4, 0);
  guest.run(context, (ring) => ring.sdi({ address: gma, global: true }, 1).userInterrupt());
  guest.work(100);
}

/**
 * A batch that needs many turns, with results on its way, while the guest reads, submits more and preempts
 * it.
 */
function longBatch(guest: BusyGuest): void {
  const context = guest.context("rcs0");
  const other = guest.context("rcs0");
  const crumb = guest.bind(guest.memory.allocate());
  const long = (stop: number): number =>
    guest.place(context, (batch) => {
      for (let n = 0; n < stop; n++) batch.noop(1500).sdi(at(n), n).arbCheck();
      return batch;
    });
  const first = long(6);
  guest.run(context, (ring) => breadcrumb("rcs0", ring.start({ address: first }), crumb, 1));
  guest.work(60);
  const short = guest.place(other, (batch) => batch.sdi(at(0), 77));
  guest.run(other, (ring) => breadcrumb("rcs0", ring.start({ address: short }), crumb, 2));
  guest.work(100);
  guest.submit(context, other);
  guest.work(200);
  const second = long(3);
  guest.emit(context, (ring) => breadcrumb("rcs0", ring.start({ address: second }), crumb, 3));
  guest.emit(other, (ring) => breadcrumb("rcs0", ring.start({ address: short }), crumb, 4));
  guest.submit(context, other);
  guest.work(300);
  guest.emit(context, (ring) => breadcrumb("rcs0", ring.start({ address: first }), crumb, 5));
  guest.submit(context);
  guest.work(20);
  guest.emit(context, (ring) => breadcrumb("rcs0", ring, crumb, 6));
  guest.submit(context);
  guest.work(400);
}

/** The guest changes a mapping under a running context and says so; then two engines wait for memory. */
function memory(guest: BusyGuest): void {
  const context = guest.context("bcs0");
  const pages = guest.memory.allocate(24);
  const far = 0x5000_0000;
  context.ppgtt.map(far, pages, 24);
  const store = (value: number): number =>
    guest.place(context, (batch) => {
      for (let n = 0; n < 24; n++) batch.sdi({ address: far + ((n * 7) % 24) * PAGE }, value + n);
      for (let n = 0; n < 24; n++) batch.copy(at(n), { address: far + n * PAGE });
      return batch;
    });
  const [one, two] = [store(100), store(200)];
  guest.run(context, (ring) =>
    ring
      .start({ address: one })
      .semaphoreWait(COMPARE.equal, 1, at(200))
      .flushDw({ invalidateTlb: true })
      .start({ address: two })
      .userInterrupt(),
  );
  guest.work(100);
  context.ppgtt.map(far, guest.memory.allocate(24), 24);
  guest.setMmio(0x4260, 1);
  guest.memory.write32((guest.resultFrame(context) * PAGE + 800) | 0, 1);
  guest.work(300);
  const first = guest.context("vcs0");
  const second = guest.context("vecs0");
  second.ppgtt.map4k(DATA, guest.resultFrame(first));
  guest.run(second, (ring) =>
    ring.semaphoreWait(COMPARE.greaterEqual, 5, at(3)).sdi(at(4), 55).userInterrupt(),
  );
  guest.work(150);
  guest.run(first, (ring) => ring.sdi(at(3), 5).semaphoreSignal().userInterrupt());
  guest.work(200);
}

/** An engine hangs in a loop, is reset, and works again. */
function hang(guest: BusyGuest): void {
  const context = guest.context("rcs0");
  const loop = 0x900_0000;
  guest.batch(context, loop, (batch) => batch.noop(100).arbCheck().start({ address: loop }));
  const spin = guest.place(context, (batch) => batch.sdi(at(9), 9).start({ address: loop }));
  guest.run(context, (ring) => ring.start({ address: spin }));
  guest.work(150);
  guest.setMmio(GDRST, 2);
  guest.mmio(GDRST);
  guest.enableEngine("rcs0");
  const next = guest.context("rcs0");
  guest.run(next, (ring) => ring.sdi(at(1), 1).userInterrupt());
  guest.work(100);
}

/** Interrupts that come while nobody may be told, and one that the guest masks. */
function masked(guest: BusyGuest): void {
  const context = guest.context("bcs0");
  guest.setMmio(MASTER_IRQ, 0);
  guest.run(context, (ring) => ring.userInterrupt());
  guest.advance(100);
  guest.mmio(0x4_4308);
  guest.setMmio(MASTER_IRQ, MASTER_ENABLE);
  guest.work(50);
  guest.setMmio(RING_BASE.bcs0 + RING.imr, 0xffff_ffff);
  guest.run(context, (ring) => ring.userInterrupt());
  guest.work(100);
  guest.setMmio(RING_BASE.bcs0 + RING.imr, ~(0x111 << 16) >>> 0);
  guest.run(context, (ring) => ring.userInterrupt());
  guest.work(100);
}

function script(guest: BusyGuest): void {
  probe(guest);
  flips(guest);
  draw(guest);
  commands(guest);
  halves(guest);
  longBatch(guest);
  memory(guest);
  hang(guest);
  masked(guest);
}

/** Record scripted guests at work: of two, the second does so when the first is done. */
export async function scriptedRecording(
  capabilities: Partial<SimCapabilities> = {},
  vgpus = 1,
): Promise<Scripted> {
  const tools = await loadTools();
  const store = new PageStore(tools.hashPage);
  const edid = buildEdid(TIMING_1024X768);
  const configuration: Configuration = {
    platform: "kbl",
    deviceId: 0x5916,
    revision: 2,
    mode: "mediated",
    screenEvery: 0,
    vgpus: Array.from({ length: vgpus }, (_, i) => evenShare(i + 1, vgpus, edid)),
  };
  const sink = new MemorySink();
  const plain = configuration as unknown as ResetBase["configuration"];
  const base: ResetBase = { kind: "reset", configuration: plain, goldenHash: null };
  const meta = describe({ id: "5c81b7ed00000001", createdAt: "2026-01-01", base, sources: ["recorder"] });
  const recorder = new InlineRecorder(sink, meta, tools, store, "lz4");
  const machine = new Machine(settingOf(configuration, store));
  const port = new SimPort();
  const live = new Live(machine, store, recorder, port, () => port.now);
  port.connect(live);
  for (let v = 1; v <= vgpus; v++) live.create(v);
  for (let v = 1; v <= vgpus; v++) script(new BusyGuest(port, v, capabilities).load() as BusyGuest);
  await recorder.close(machine.digests());
  return { recording: openRecording(new MemorySource(sink.bytes(), "scripted"), tools, store), store };
}
