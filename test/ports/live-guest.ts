/**
 * A guest's driver over a vfio-user socket: the scripted driver of `ports/sim`, whose writes become posted
 * writes. The few registers that it reads while it loads are looked at before.
 */

import * as fs from "node:fs";
import { eachRun } from "../../src/events/pieces.ts";
import type { Table } from "../../src/events/tables.ts";
import { SimDriver } from "../../src/ports/sim/driver.ts";
import { ENGINE_INTERRUPTS, IER, IIR, IMR, PVINFO, RING, RING_BASE } from "../../src/ports/sim/layout.ts";
import { GuestMemory, PAGE } from "../../src/ports/sim/memory.ts";
import { SimPort } from "../../src/ports/sim/port.ts";
import type { Region, Reply, World } from "../../src/replay/live/session.ts";
import { BAR0, BAR2, CONFIG, type VfioUserClient } from "./vfio-user-client.ts";

/** Source: docs/facts/mmio.md#bar-0. */
const GTT_OFFSET = 0x80_0000;
const ZEROS = Buffer.alloc(PAGE);
const RAM_BYTES = 0x4000_0000;

const LOOKED_AT = [
  ...[0x40, 0x44, 0x48, 0x4c].map((at) => PVINFO + at),
  ...Object.values(ENGINE_INTERRUPTS).flatMap(([group]) => [group + IMR, group + IER]),
];

/** Sends what a driver writes, and answers what it reads from what was seen or written before. */
class ClientWorld implements World {
  private readonly client: VfioUserClient;
  private readonly seen = new Map<number, number>();

  constructor(client: VfioUserClient) {
    this.client = client;
  }

  async look(): Promise<void> {
    for (const at of LOOKED_AT) this.seen.set(at, Number(await this.client.read(BAR0, at)));
  }

  read(region: Region, _vgpu: number, at: number): Reply {
    const lo = region === "mmio" ? this.seen.get(at) : undefined;
    if (lo === undefined) throw new Error(`the driver reads ${region} ${at.toString(16)} unseen`);
    return { lo, hi: 0 };
  }

  write(
    region: Exclude<Region, "aperture">,
    _v: number,
    at: number,
    size: number,
    lo: number,
    hi: number,
  ): void {
    const value = BigInt(lo) | (BigInt(hi) << 32n);
    if (region === "config") return this.client.write(CONFIG, at, value, size);
    if (region === "mmio") this.seen.set(at, lo);
    this.client.write(BAR0, region === "gtt" ? GTT_OFFSET + at : at, value, size);
  }

  writeAperture(_vgpu: number, stores: Table<"stores">, bytes: Uint8Array): void {
    eachRun(stores, bytes, (at, size, run) => {
      for (let i = 0; i < run.length; i += size)
        this.client.write(BAR2, at + i, Buffer.from(run).readUIntLE(i, size), size);
    });
  }

  attached(): void {}
  detached(): void {}
  mapped(): void {}
  unmapped(): void {}
  irqRouted(): void {}
  reset(): void {}
  fetched(): void {}
  fetchFailed(): void {}
  written(): void {}
  writeFailed(): void {}
  flush(): void {}
  run(): number {
    return -1;
  }
}

/** A guest whose driver is loaded: registers, MSI, status pages. The client has shaken hands. */
export async function loadDriver(client: VfioUserClient, memory: GuestMemory): Promise<SimDriver> {
  const port = new SimPort();
  const world = new ClientWorld(client);
  await world.look();
  port.connect(world);
  const driver = new SimDriver(port, 1, {}, memory).load();
  await client.read(BAR0, 0);
  return driver;
}

/** For the client: its memory by message. What was never written is not there. */
export function memoryOf(memory: GuestMemory): (address: number, length: number) => Buffer | null {
  return (address, length) => {
    const gfn = Math.floor(address / PAGE);
    if (!memory.has(gfn)) return null;
    const page = memory.frame(gfn);
    return Buffer.from(page.buffer, page.byteOffset + (address % PAGE), length);
  };
}

/** RAM from address 0 on by messages: shake hands and load the driver. */
export async function bootByMessages(client: VfioUserClient, memory: GuestMemory): Promise<SimDriver> {
  await client.handshake(BigInt(RAM_BYTES));
  return loadDriver(client, memory);
}

/** One range of a file that is a guest's RAM. */
export interface RamRange {
  readonly address: number;
  readonly bytes: number;
  readonly offset: number;
}

/** Guest memory that lies in a shared file. `firstFrame`: where frames are taken from. */
export class FileMemory extends GuestMemory {
  private readonly fd: number;
  private readonly ranges: readonly RamRange[];
  private readonly word = Buffer.alloc(4);

  constructor(path: string, ranges: readonly RamRange[], firstFrame = 0x100) {
    super(firstFrame);
    this.ranges = ranges;
    this.fd = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
    fs.ftruncateSync(this.fd, Math.max(...ranges.map(({ offset, bytes }) => offset + bytes)));
  }

  /** What a guest before this one left there goes. */
  override allocate(count = 1, align = 1): number {
    const first = super.allocate(count, align);
    for (let n = 0; n < count; n++) fs.writeSync(this.fd, ZEROS, 0, PAGE, this.place((first + n) * PAGE));
    return first;
  }

  override read32(address: number): number {
    fs.readSync(this.fd, this.word, 0, 4, this.place(address));
    return this.word.readUInt32LE(0);
  }

  override write32(address: number, value: number): void {
    this.word.writeUInt32LE(value >>> 0, 0);
    fs.writeSync(this.fd, this.word, 0, 4, this.place(address));
  }

  close(): void {
    fs.closeSync(this.fd);
  }

  private place(address: number): number {
    const range = this.ranges.find((one) => address >= one.address && address < one.address + one.bytes);
    if (range === undefined) throw new Error(`no RAM at ${address.toString(16)}`);
    return range.offset + address - range.address;
  }
}

export async function iirOf(client: VfioUserClient, engine: "rcs0" | "bcs0"): Promise<number> {
  const [group, shift] = ENGINE_INTERRUPTS[engine];
  return (Number(await client.read(BAR0, group + IIR)) >>> shift) & 0xffff;
}

/** The context status pointer register: 0 to 5, or what the driver put there. */
export async function statusPointer(client: VfioUserClient, engine: "rcs0" | "bcs0"): Promise<number> {
  return Number(await client.read(BAR0, RING_BASE[engine] + RING.csbPtr)) & 7;
}
