import type { Digest } from "../../src/events/digest.ts";
import { Rows } from "../../src/events/rows.ts";
import { type SimContext, SimDriver } from "../../src/ports/sim/driver.ts";
import { RING_BASE } from "../../src/ports/sim/layout.ts";
import { type SimCapabilities, SimPort } from "../../src/ports/sim/port.ts";
import { Machine } from "../../src/reducers/machine.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { settingOf } from "../../src/reducers/platform.ts";
import { contentsOf } from "../../src/replay/checkpoint/base.ts";
import { Live } from "../../src/replay/live/live.ts";
import { SaveTrigger } from "../../src/replay/live/save-trigger.ts";
import { Window, type WindowLimits } from "../../src/replay/live/window.ts";
import { WindowSave } from "../../src/replay/live/window-save.ts";
import { compilePredicate } from "../../src/replay/names/predicate.ts";
import { HASH_BYTES } from "../../src/replay/recording/decode.ts";
import { gatherPages, hashAt, SeenPages } from "../../src/replay/recording/gather.ts";
import { pack, verifyPacked } from "../../src/replay/recording/pack.ts";
import { describe, type ResetBase } from "../../src/replay/recording/profile.ts";
import { Fill, type Recorded, type Recorder } from "../../src/replay/recording/recorder.ts";
import { MemorySink, MemorySource, type Tools } from "../../src/replay/recording/tools.ts";
import { configurationOf } from "../reducers/device/rig.ts";
import { type Opened, openWindow } from "./windowed.ts";

export interface FlightOptions {
  readonly limits: WindowLimits;
  readonly guests?: number;
  readonly capabilities?: Partial<SimCapabilities>;
  readonly saveWhen?: string;
  /** Pages that nobody needs go at once; true when absent. */
  readonly letsGo?: boolean;
}

const DATA = 0x20_0000;
/** GEN7_GT_SCRATCH: a plain register that nothing looks at. */
export const SCRATCH = 0x4_f100;

/** Simulated guests at work on a live machine whose recorder keeps a window: all on one thread. */
export class Flight implements Recorder {
  readonly rows = new Rows(256);
  readonly full = false;
  readonly failed = null;
  readonly window: Window;
  readonly trigger: SaveTrigger | null;
  readonly live: Live;
  readonly guests: readonly SimDriver[];
  /** Of the live machine. */
  readonly store: PageStore;
  /** Of the window. */
  readonly keptStore: PageStore;
  private readonly tools: Tools;
  private readonly reset: ResetBase;
  private readonly machine: Machine;
  private readonly letsGo: boolean;
  private readonly port = new SimPort();
  private readonly contexts: readonly SimContext[];
  private readonly seen = new SeenPages();
  private readonly fill = new Fill(this.seen);
  private round = 0;

  constructor(tools: Tools, options: FlightOptions) {
    const { limits, guests = 2, capabilities = {}, saveWhen, letsGo = true } = options;
    this.letsGo = letsGo;
    const configuration = configurationOf(guests);
    this.tools = tools;
    this.store = new PageStore(tools.hashPage);
    this.keptStore = new PageStore(tools.hashPage);
    this.machine = new Machine(settingOf(configuration, this.store));
    const kept = new Machine(settingOf(configuration, this.keptStore));
    this.trigger = saveWhen === undefined ? null : new SaveTrigger(compilePredicate(saveWhen, kept), kept);
    this.window = new Window(kept, this.keptStore, tools.codecs.lz4, limits, this.trigger);
    const plain = JSON.parse(JSON.stringify(configuration)) as ResetBase["configuration"];
    this.reset = { kind: "reset", configuration: plain, goldenHash: null };
    this.live = new Live(this.machine, this.store, this, this.port, () => this.port.now);
    this.port.connect(this.live);
    for (let v = 1; v <= guests; v++) this.live.create(v);
    this.guests = Array.from({ length: guests }, (_, k) =>
      new SimDriver(this.port, k + 1, capabilities).load(),
    );
    this.contexts = this.guests.map((guest) => {
      const context = guest.createContext("rcs0");
      context.ppgtt.map4k(DATA, guest.memory.allocate());
      return context;
    });
  }

  /** Rounds of work; rings and context images are other pages every time. */
  work(rounds: number): void {
    for (let n = 0; n < rounds; n++) {
      const k = this.round++ % this.guests.length;
      const guest = this.guests[k];
      const context = this.contexts[k];
      guest.setMmio(SCRATCH, this.round);
      const done = guest.complete(context, (b) =>
        b.sdi({ address: DATA + (this.round % 64) * 8 }, this.round).userInterrupt(),
      );
      if (!done) throw new Error("the guest hangs");
      guest.takeInterrupts("rcs0");
      guest.mmio(RING_BASE.rcs0 + 0x34);
      guest.advance(500);
      if (n % 3 === 0) this.live.flush();
    }
  }

  sealIfFull(digests: () => readonly Digest[]): void {
    if (this.fill.isFull(this.rows)) this.seal(digests());
  }

  sealDue(now: number): boolean {
    return this.fill.isDue(this.rows, now);
  }

  seal(digests: readonly Digest[]): void {
    const { rows, seen, store } = this;
    if (rows.count === 0) return;
    this.window.take(rows, gatherPages(rows, store, seen), digests);
    rows.clear(rows.firstSeq + rows.count);
    this.fill.clear();
    if (this.letsGo) this.letGo(1 << 16);
  }

  close(): Promise<Recorded> {
    return Promise.reject(new Error("a window is saved, not closed"));
  }

  /** Save in slices; `between` is called after each. The packed recording's bytes. */
  save(between: () => void = () => {}): Uint8Array {
    this.live.flush();
    const sink = new MemorySink();
    const facts = { id: "f119470000000009", createdAt: "2026-01-01T00:00:00Z" };
    const save = new WindowSave(this.window, sink, this.keptStore, this.tools, this.tools.codecs.lz4, {
      reset: this.reset,
      describe: (base) => describe({ ...facts, base }),
    });
    while (save.step()) between();
    const part = openWindow(sink.bytes(), this.tools, "part");
    const packed = new MemorySink();
    pack(part.recording, part.store, packed, this.tools, "zstd");
    verifyPacked(part.recording, part.store, new MemorySource(packed.bytes()), this.tools);
    return packed.bytes();
  }

  open(bytes: Uint8Array): Opened {
    return openWindow(bytes, this.tools, "saved");
  }

  /** Contents that the live machine's state knows and its store does not. */
  get missing(): number {
    return [...contentsOf(this.machine.snapshot())].filter((id) => !this.store.has(id)).length;
  }

  /** The live side of letting pages go: of at most so many, as no block is on its way. */
  letGo(most: number): void {
    const hashes = this.window.takeIdle(most);
    const hash = new Uint32Array(4);
    for (let i = 0; i < hashes.length / HASH_BYTES; i++) {
      hashAt(hashes, i, hash);
      const id = this.store.find(hash);
      if (id <= 0) continue;
      this.seen.remove(id);
      this.store.forget(id);
    }
    this.window.forget(hashes);
  }
}
