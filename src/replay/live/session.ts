import type { Table } from "../../events/tables.ts";

/**
 * Where a live world and the log meet. A port turns its own ABI into calls of `World` (each becomes rows of
 * the log) and lends the live engine its `Hands` (each carries out one effect). Nothing else crosses: a port
 * knows no state.
 * Addresses and 64-bit values travel as low and high words.
 */

/** The regions a guest can touch one access at a time. */
export type Region = "mmio" | "gtt" | "config" | "io" | "aperture";

/** A 64-bit answer, reused from call to call: copy it before the next one. */
export interface Reply {
  lo: number;
  hi: number;
}

/**
 * What a port calls. Every call is recorded before it is reduced, and its effects are carried out before it
 * returns.
 */
export interface World {
  /** `capabilities`: PORT_ bits of events/codes. */
  attached(vgpu: number, capabilities: number): void;
  detached(vgpu: number): void;
  /** A guest's read of `size` bytes (1 2 4 8), answered at once. `at` is relative to the region. */
  read(region: Region, vgpu: number, at: number, size: number): Reply;
  /** A guest's write of `size` bytes (1 2 4 8). */
  write(
    region: Exclude<Region, "aperture">,
    vgpu: number,
    at: number,
    size: number,
    lo: number,
    hi: number,
  ): void;
  /**
   * Aperture writes, in order: runs of consecutive ones, whose bytes follow one another in `bytes`. Both are
   * the caller's again afterwards.
   */
  writeAperture(vgpu: number, stores: Table<"stores">, bytes: Uint8Array): void;
  /**
   * `coherent`: the port reads and writes this range in place; `writable`: the device may write it. Length in
   * bytes.
   */
  mapped(
    vgpu: number,
    at: number,
    atHigh: number,
    lengthLo: number,
    lengthHi: number,
    coherent: boolean,
    writable: boolean,
  ): void;
  unmapped(vgpu: number, at: number, atHigh: number, lengthLo: number, lengthHi: number): void;
  /** vfio index (INTx 0, MSI 1, ...) and the request's flags. */
  irqRouted(vgpu: number, index: number, flags: number): void;
  reset(vgpu: number): void;
  /** Late answers, for effects that `Hands` left pending. A late answer to an ended ticket is dropped. */
  fetched(ticket: number, bytes: Uint8Array): void;
  fetchFailed(ticket: number, errno: number): void;
  written(ticket: number): void;
  writeFailed(ticket: number, errno: number): void;
  /**
   * Fire every timer that is due, and, where `ahead` says that no guest has anything waiting, those whose
   * deadline lies at most 2 ms in the future too. At most `turns` of them. Returns microseconds until the
   * next deadline, 0 where more is ready now, -1 where no timer is armed.
   */
  run(ahead: boolean, turns: number): number;
  /** Seal and hand over what is recorded so far. */
  flush(): void;
}

/** Answer of a hand: done in place. */
export const DONE = 0;
/** Answer of a hand: the answer comes later, by ticket. Positive answers are errnos. */
export const PENDING = -1;

/** What the live engine calls to carry effects out. */
export interface Hands {
  /**
   * Copy the 4 KiB page `gfn` into `into`. DONE, PENDING or an errno. With ticket 0 it must be done in place:
   * PENDING says that it cannot.
   */
  fetch(vgpu: number, gfn: number, ticket: number, into: Uint8Array): number;
  /**
   * Write `bytes` (valid during the call only) at a guest-physical address; `ticket` is 0 where memory is
   * coherent.
   */
  write(vgpu: number, at: number, atHigh: number, ticket: number, bytes: Uint8Array): number;
  /** Signal an MSI: write `data` to `address`. */
  inject(vgpu: number, address: number, data: number): void;
  displayReady(vgpu: number): void;
  /** The model has something to say of this guest: an index into NOTES. */
  noted(vgpu: number, code: number): void;
}
