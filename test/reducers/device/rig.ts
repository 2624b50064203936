import { expect } from "vitest";
import { NOTES } from "../../../src/events/codes.ts";
import type { Digest } from "../../../src/events/digest.ts";
import { K, KIND_NAMES, type KindName } from "../../../src/events/kinds.ts";
import { Rows } from "../../../src/events/rows.ts";
import { ENGINES } from "../../../src/hw/units.ts";
import { hashPage } from "../../../src/node/hash.ts";
import { Batch } from "../../../src/ports/sim/assembler.ts";
import type { SimContext } from "../../../src/ports/sim/driver.ts";
import { SimDriver } from "../../../src/ports/sim/driver.ts";
import { PAGE } from "../../../src/ports/sim/memory.ts";
import { type SimCapabilities, SimPort } from "../../../src/ports/sim/port.ts";
import { type Configuration, evenShare } from "../../../src/reducers/configuration.ts";
import { Machine } from "../../../src/reducers/machine.ts";
import { PageStore } from "../../../src/reducers/pages.ts";
import { settingOf } from "../../../src/reducers/platform.ts";
import type { EngineTree } from "../../../src/reducers/trees.ts";
import { Live } from "../../../src/replay/live/live.ts";
import type { Recorded, Recorder } from "../../../src/replay/recording/recorder.ts";

/** A recorder that keeps every row in memory and never seals. */
class KeepingRecorder implements Recorder {
  readonly rows = new Rows(4096);
  readonly full = false;
  readonly failed = null;
  sealIfFull(): void {}
  seal(): void {}
  sealDue(): boolean {
    return false;
  }
  close(): Promise<Recorded> {
    return Promise.resolve({ path: "", blocks: 0, bytes: 0 });
  }
}

export function configurationOf(vgpus: number, change: Partial<Configuration> = {}): Configuration {
  return {
    platform: "kbl",
    deviceId: 0x5916,
    revision: 2,
    mode: "mediated",
    screenEvery: 0,
    vgpus: Array.from({ length: vgpus }, (_, i) => evenShare(i + 1, vgpus, null)),
    ...change,
  };
}

export type MakeMachine = (configuration: Configuration, store: PageStore) => Machine;

/** This version's machine. */
export const ours: MakeMachine = (configuration, store) => new Machine(settingOf(configuration, store));

/** A machine that scripted guests drive, with every row of it. */
export class Rig {
  readonly port = new SimPort();
  readonly store = new PageStore(hashPage);
  readonly configuration: Configuration;
  readonly machine: Machine;
  readonly live: Live;
  readonly rows: Rows;

  /** `make`: a machine of another model. */
  constructor(vgpus = 1, change: Partial<Configuration> = {}, make = ours) {
    this.configuration = configurationOf(vgpus, change);
    this.machine = make(this.configuration, this.store);
    const recorder = new KeepingRecorder();
    this.rows = recorder.rows;
    this.live = new Live(this.machine, this.store, recorder, this.port, () => this.port.now);
    this.port.connect(this.live);
    for (let v = 1; v <= vgpus; v++) this.live.create(v);
  }

  /** A guest whose driver is loaded. */
  guest(vgpu = 1, capabilities: Partial<SimCapabilities> = {}): SimDriver {
    return new SimDriver(this.port, vgpu, capabilities).load();
  }

  /** An input that no port has a call for. */
  input(kind: KindName, vgpu: number, fill: (rows: Rows, i: number) => void = () => {}): void {
    const i = this.rows.add(K[kind]);
    this.rows.agent[i] = vgpu;
    fill(this.rows, i);
    (this.live as unknown as { finish(rows: Rows, i: number): void }).finish(this.rows, i);
  }

  engine(name: (typeof ENGINES)[number]): EngineTree {
    return this.machine.core.seeDevice().engines[ENGINES.indexOf(name)];
  }

  /** How many rows of a kind there are. */
  count(kind: KindName): number {
    let n = 0;
    for (let i = 0; i < this.rows.count; i++) if (this.rows.kind[i] === K[kind]) n++;
    return n;
  }

  /** Notes so far, by name. */
  notes(): string[] {
    const found: string[] = [];
    for (let i = 0; i < this.rows.count; i++) {
      if (this.rows.kind[i] === K.note) found.push(NOTES[this.rows.code[i]]);
    }
    return found;
  }

  /** Names of the rows from index `from` on. */
  kinds(from: number): string[] {
    return Array.from(this.rows.kind.subarray(from, this.rows.count), (kind) => KIND_NAMES[kind]);
  }

  /** Every run must replay: as a batch on a fresh machine, outcome by outcome, to the same digests. */
  verify(): void {
    const again = new Machine(settingOf(this.configuration, this.store));
    const stop = again.batch(this.rows, 0, this.rows.count);
    expect(stop, `diverges at ${KIND_NAMES[this.rows.kind[stop]]}`).toBe(this.rows.count);
    expect(byName(again.digests())).toEqual(byName(this.machine.digests()));
  }
}

export function byName(digests: readonly Digest[]): Record<string, string> {
  return Object.fromEntries(digests.map((d) => [d.component, `${d.epoch} ${d.lo} ${d.hi}`]));
}

/** Where the tests' batches lie in a context's address space, and where their results go. */
export const BATCH = 0x10_0000;
export const DATA = 0x7654_3230_0000;

/** A guest with one context, and a page of its address space for results. */
export class Bench {
  readonly rig: Rig;
  readonly guest: SimDriver;
  readonly context: SimContext;
  /** Frame of the page at DATA. */
  readonly data: number;
  private next = BATCH;

  constructor(
    engine: (typeof ENGINES)[number] = "rcs0",
    capabilities: Partial<SimCapabilities> = {},
    rig = new Rig(),
    vgpu = 1,
  ) {
    this.rig = rig;
    this.guest = this.rig.guest(vgpu, capabilities);
    this.context = this.guest.createContext(engine);
    this.data = this.guest.memory.allocate(2);
    this.context.ppgtt.map(DATA, this.data, 2);
  }

  /** Run one batch to its end. True when the context is complete. */
  run(build: (batch: Batch) => Batch, limit?: number): boolean {
    const address = this.place(build);
    return this.guest.complete(this.context, (ring) => ring.start({ address }), limit);
  }

  /** Put a batch somewhere new in the context's address space, ended; returns its address. */
  place(build: (batch: Batch) => Batch): number {
    const batch = build(new Batch()).end();
    const address = this.next;
    this.next += Math.ceil((batch.words.length * 4) / PAGE) * PAGE;
    return this.guest.batch(this.context, address, batch);
  }

  /** Run a batch of LRIs and SRMs that shows what registers hold: results from dword 0x300 on. */
  show(...registers: readonly number[]): number[] {
    const build = (batch: Batch): Batch => {
      for (const [i, register] of registers.entries()) batch.srm(register, at(0x300 + i));
      return batch;
    };
    expect(this.run(build)).toBe(true);
    return this.words(0x300, registers.length);
  }

  /** Dword `n` of the result page. */
  word(n: number): number {
    return this.guest.memory.read32(this.data * PAGE + n * 4);
  }

  setWord(n: number, value: number): void {
    this.guest.memory.write32(this.data * PAGE + n * 4, value);
  }

  words(n: number, count: number): number[] {
    return this.guest.memory.readWords(this.data * PAGE + n * 4, count);
  }
}

/** Address of dword `n` of the result page. */
export function at(n: number): { readonly address: number } {
  return { address: DATA + n * 4 };
}
