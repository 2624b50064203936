/**
 * The device as the protocol shows it: nine regions, five interrupt kinds, and the way of one access from a
 * region's offset to the world. Nothing is mappable: one mappable region would end posted writes
 * (docs/facts/vfio-user.md#writes).
 */
import { APERTURE_BYTES, BAR0_BYTES, GTT_OFFSET, IO_BYTES, MMIO_BYTES } from "../../hw/units.ts";
import type { Region, World } from "../../replay/live/session.ts";
import { EINVAL } from "../errors.ts";
import type { ApertureRuns } from "./aperture.ts";
import { MAX_TRANSFER, put32, u32 } from "./wire.ts";

const BAR0 = 0;
const BAR2 = 2;
const BAR4 = 4;
export const CONFIG_BYTES = 256;

/**
 * Bytes of each region: BAR 0-5, expansion ROM, config space, VGA. QEMU takes 256 bytes of config space for
 * "no PCIe".
 */
export const REGION_BYTES = [BAR0_BYTES, 0, APERTURE_BYTES, 0, IO_BYTES, 0, 0, CONFIG_BYTES, 0] as const;
/** VFIO_REGION_INFO_FLAG_READ and _WRITE. */
export const REGION_FLAGS = 3;

/**
 * Vectors of INTx, MSI, MSI-X, error, request. A level cannot be told without a descriptor, which a plain socket
 * cannot take: there is no INTx.
 */
export const IRQ_COUNTS = [0, 1, 0, 0, 0] as const;
/**
 * VFIO_IRQ_INFO_: eventfd 1, maskable 2, automasked 4, no resize 8. An MSI is a DMA write to its address, never
 * an eventfd.
 */
export const IRQ_FLAGS = [0, 8, 0, 0, 0] as const;

/** Widest access that a region passes on, in bytes: what is wider comes apart, as kvmgt does it. */
const WIDEST_BAR = 8;
const WIDEST_WORD = 4;

/** Carries accesses of one vGPU to the world. */
export class Accessor {
  private readonly world: World;
  private readonly vgpu: number;
  private readonly run: ApertureRuns;

  constructor(world: World, vgpu: number, run: ApertureRuns) {
    this.world = world;
    this.vgpu = vgpu;
    this.run = run;
  }

  /** 0, or EINVAL: no such region, outside of it, or more than one message may carry. */
  check(region: number, at: number, atHigh: number, count: number): number {
    if (region >= REGION_BYTES.length || atHigh !== 0 || count === 0) return EINVAL;
    return at + count > REGION_BYTES[region] || count > MAX_TRANSFER ? EINVAL : 0;
  }

  /**
   * Read `count` checked bytes at `at` into `into`. An access that is wide or not aligned comes apart into
   * aligned ones.
   */
  read(region: number, at: number, count: number, into: Uint8Array): void {
    this.run.flush();
    const widest = region === BAR0 || region === BAR2 ? WIDEST_BAR : WIDEST_WORD;
    for (let done = 0; done < count; ) {
      const size = pieceOf(at + done, count - done, widest);
      this.readPiece(region, at + done, size, into, done);
      done += size;
    }
  }

  /** Write `count` checked bytes, found at `from` in `b`. */
  write(region: number, at: number, count: number, b: Uint8Array, from: number): void {
    const widest = region === BAR0 || region === BAR2 ? WIDEST_BAR : WIDEST_WORD;
    for (let done = 0; done < count; ) {
      const size = pieceOf(at + done, count - done, widest);
      if (region === BAR2) this.run.add(at + done, size, b, from + done);
      else this.writePiece(region, at + done, size, b, from + done);
      done += size;
    }
  }

  private readPiece(region: number, at: number, size: number, into: Uint8Array, to: number): void {
    const name = regionAt(region, at);
    if (name === null) {
      into.fill(0, to, to + size);
      return;
    }
    const reply = this.world.read(name, this.vgpu, name === "gtt" ? at - GTT_OFFSET : at, size);
    if (size >= 4) {
      put32(into, to, reply.lo);
      if (size === 8) put32(into, to + 4, reply.hi);
      return;
    }
    into[to] = reply.lo;
    if (size === 2) into[to + 1] = reply.lo >>> 8;
  }

  private writePiece(region: number, at: number, size: number, b: Uint8Array, from: number): void {
    const name = regionAt(region, at);
    if (name === null || name === "aperture") return;
    this.run.flush();
    const lo = size >= 4 ? u32(b, from) : size === 2 ? b[from] | (b[from + 1] << 8) : b[from];
    const hi = size === 8 ? u32(b, from + 4) : 0;
    this.world.write(name, this.vgpu, name === "gtt" ? at - GTT_OFFSET : at, size, lo, hi);
  }
}

/**
 * The region of the log that a region's offset belongs to; null for the hole between registers and page
 * table.
 */
function regionAt(region: number, at: number): Region | null {
  if (region === BAR0) return at < MMIO_BYTES ? "mmio" : at >= GTT_OFFSET ? "gtt" : null;
  if (region === BAR2) return "aperture";
  return region === BAR4 ? "io" : "config";
}

/** The largest aligned access that starts at `at` and is not longer than `left`. */
function pieceOf(at: number, left: number, widest: number): number {
  let size = widest;
  while (size > left || at % size !== 0) size >>= 1;
  return size;
}
