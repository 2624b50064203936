import { newTable } from "../../events/tables.ts";
import type { Region, Reply, World } from "../../replay/live/session.ts";
import { type GuestMemory, PAGE } from "./memory.ts";
import { type SimCapabilities, SimHost, type SimPort } from "./port.ts";
import { PRESENT_RW } from "./ppgtt.ts";

/**
 * One scripted guest: its accesses, each a row of the log, and its own memory, which the model sees only by
 * asking.
 */
export class SimGuest {
  readonly port: SimPort;
  readonly host: SimHost;
  readonly memory: GuestMemory;
  readonly vgpu: number;

  constructor(
    port: SimPort,
    vgpu: number,
    capabilities: Partial<SimCapabilities> = {},
    memory?: GuestMemory,
  ) {
    this.port = port;
    this.vgpu = vgpu;
    this.host = new SimHost(vgpu, capabilities, memory);
    this.memory = this.host.memory;
    port.addHost(this.host);
  }

  /** MSIs so far. */
  get interrupts(): number {
    return this.host.interrupts.length;
  }

  /** Any call of the port's. */
  call<T>(act: (world: World) => T): T {
    return this.port.call(act);
  }

  /** Plug the guest in, with all of its memory below 4 GiB mapped. */
  attach(): void {
    const { bits, capabilities } = this.host;
    this.host.attached = true;
    this.call((world) => world.attached(this.vgpu, bits));
    this.call((world) => world.mapped(this.vgpu, 0, 0, 0, 1, capabilities.coherent, true));
  }

  detach(): void {
    this.host.attached = false;
    this.call((world) => world.detached(this.vgpu));
  }

  reset(): void {
    this.call((world) => world.reset(this.vgpu));
  }

  read64(region: Region, at: number, size: number): Reply {
    return this.call((world) => {
      const { lo, hi } = world.read(region, this.vgpu, at, size);
      return { lo, hi };
    });
  }

  /** A read of 1, 2 or 4 bytes. */
  read32(region: Region, at: number, size = 4): number {
    return this.read64(region, at, size).lo;
  }

  write(region: Exclude<Region, "aperture">, at: number, size: number, lo: number, hi = 0): void {
    this.call((world) => world.write(region, this.vgpu, at, size, lo >>> 0, hi >>> 0));
  }

  /** A dword of a register. */
  mmio(at: number): number {
    return this.read32("mmio", at);
  }

  setMmio(at: number, value: number): void {
    this.write("mmio", at, 4, value);
  }

  /** Point the GGTT entry of a graphics address at a frame; a negative frame makes it not present. */
  setPte(gma: number, gfn: number): void {
    const low = gfn < 0 ? 0 : (((gfn * PAGE) % 0x1_0000_0000) | PRESENT_RW) >>> 0;
    const high = gfn < 0 ? 0 : Math.floor((gfn * PAGE) / 0x1_0000_0000);
    this.write("gtt", (gma / PAGE) * 8, 8, low, high);
  }

  /** A dword seen through the aperture. */
  aperture(at: number): number {
    return this.read32("aperture", at);
  }

  /** Write bytes through the aperture. */
  writeAperture(at: number, bytes: Uint8Array): void {
    this.writeRuns([[at, bytes]]);
  }

  /** Write runs of dwords through the aperture, as they would come in one chunk. */
  writeRuns(runs: readonly (readonly [at: number, bytes: Uint8Array])[]): void {
    const stores = newTable("stores", runs.length);
    const length = runs.reduce((sum, [, bytes]) => sum + bytes.length, 0);
    const all = new Uint8Array(length);
    let used = 0;
    runs.forEach(([at, bytes], k) => {
      stores.at[k] = at;
      stores.size[k] = 4;
      stores.length[k] = bytes.length;
      all.set(bytes, used);
      used += bytes.length;
    });
    stores.count = runs.length;
    this.call((world) => world.writeAperture(this.vgpu, stores, all));
  }

  /** Write dwords through the aperture. */
  setAperture(at: number, ...words: readonly number[]): void {
    this.writeAperture(at, new Uint8Array(Uint32Array.from(words).buffer));
  }

  /** Let time pass. */
  advance(microseconds: number): void {
    this.port.advance(microseconds);
  }

  until(done: () => boolean, limit?: number): boolean {
    return this.port.until(done, limit);
  }
}
