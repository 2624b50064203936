/**
 * Guest RAM: the table of DMA maps, and the shared file behind them. Addresses, sizes and offsets are bytes
 * as plain numbers (below 2^52).
 */
import * as fs from "node:fs";
import { PAGE_BYTES } from "../../hw/units.ts";
import { DONE } from "../../replay/live/session.ts";
import { EEXIST, EFAULT, EIO, ENOSPC, lineOf, PortError } from "../errors.ts";
import type { MapRequest } from "./requests.ts";
import { MAPS_MAX } from "./wire.ts";

/** One range of guest-physical addresses. `ram`: it is the shared file from `offset` on. */
export interface DmaMap {
  readonly iova: number;
  readonly size: number;
  readonly offset: number;
  readonly writable: boolean;
  readonly ram: boolean;
}

/** Maps in order of address; none overlaps another. */
export class DmaTable {
  private maps: DmaMap[] = [];

  get all(): readonly DmaMap[] {
    return this.maps;
  }

  /** 0, EEXIST where a part is mapped already, ENOSPC where there are too many. */
  add(map: DmaMap): number {
    const i = this.after(map.iova);
    if (i < this.maps.length && this.maps[i].iova < map.iova + map.size) return EEXIST;
    if (this.maps.length >= MAPS_MAX) return ENOSPC;
    this.maps.splice(i, 0, map);
    return 0;
  }

  /**
   * Forget the maps that lie in a range: how many they were, or -1 where the range cuts one; then nothing is
   * forgotten.
   */
  remove(iova: number, size: number): number {
    const end = iova + size;
    const first = this.after(iova);
    let past = first;
    for (; past < this.maps.length && this.maps[past].iova < end; past++) {
      const map = this.maps[past];
      if (map.iova < iova || map.iova + map.size > end) return -1;
    }
    this.maps.splice(first, past - first);
    return past - first;
  }

  clear(): void {
    this.maps = [];
  }

  /** The map that holds this address, or null. */
  find(address: number): DmaMap | null {
    const map = this.maps[this.after(address)];
    return map !== undefined && map.iova <= address ? map : null;
  }

  /** Whether every byte of a range is mapped, and writable. */
  isWritable(address: number, length: number): boolean {
    for (let at = address; at < address + length; ) {
      const map = this.find(at);
      if (map === null || !map.writable) return false;
      at = map.iova + map.size;
    }
    return true;
  }

  /** Whether a range of the shared file is mapped as RAM already. */
  usesFile(offset: number, size: number): boolean {
    return this.maps.some((map) => map.ram && map.offset < offset + size && offset < map.offset + map.size);
  }

  /** Index of the first map that ends behind this address. */
  private after(address: number): number {
    let low = 0;
    let high = this.maps.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const map = this.maps[middle];
      if (map.iova + map.size <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * Guest RAM as a file that the hypervisor shares with us (`memory-backend-file,share=on`): coherent, served
 * in place.
 */
export class SharedMemory {
  private readonly path: string;
  private readonly limit: number | undefined;
  private readonly table: DmaTable;
  private fd = -1;
  private bytes = 0;

  /** `limit`: bytes of RAM where the file is larger than the guest's. */
  constructor(table: DmaTable, path: string, limit?: number) {
    this.table = table;
    this.path = path;
    this.limit = limit;
  }

  /**
   * Open the file. QEMU creates it at its own start, so this waits for the first map.
   * @throws PortError "ram-file" where it cannot be had.
   */
  open(): void {
    if (this.fd >= 0) return;
    try {
      const fd = fs.openSync(this.path, "r+");
      this.fd = fd;
      this.bytes = Math.min(fs.fstatSync(fd).size, this.limit ?? Number.MAX_SAFE_INTEGER);
    } catch (error) {
      this.close();
      const cure = "give QEMU -object memory-backend-file,share=on with this mem-path, or change the config";
      throw new PortError("ram-file", `guest RAM ${this.path}: ${lineOf(error)}; ${cure}`, error);
    }
  }

  /**
   * Whether a new map is RAM. A map without a descriptor has offset 0 too and cannot be told from one with
   * (the BIOS ROM, parts of c0000-fffff): RAM is what can be written, lies inside the file, and is not a
   * second way to the file's start.
   */
  isRam(map: MapRequest): boolean {
    if (!map.writable || map.offset + map.size > this.bytes) return false;
    return map.iova === 0 || map.offset !== 0 || !this.table.usesFile(0, map.size);
  }

  /**
   * Copy page `gfn` into `into` (4 KiB). DONE, EFAULT where it is not RAM, EIO where the file is shorter than
   * mapped.
   */
  fetch(gfn: number, into: Uint8Array): number {
    const address = gfn * PAGE_BYTES;
    const map = this.table.find(address);
    if (map === null || !map.ram) return EFAULT;
    try {
      const got = fs.readSync(this.fd, into, 0, PAGE_BYTES, map.offset + address - map.iova);
      return got === PAGE_BYTES ? DONE : EIO;
    } catch {
      return EIO;
    }
  }

  /** Write `bytes` at `address`, all or nothing of what is not RAM: DONE, EFAULT, or EIO. */
  write(address: number, bytes: Uint8Array): number {
    for (let done = 0; done < bytes.length; ) {
      const map = this.table.find(address + done);
      if (map === null || !map.ram) return EFAULT;
      done += this.partOf(map, address + done, bytes.length - done);
    }
    try {
      for (let done = 0; done < bytes.length; ) {
        const at = address + done;
        const map = this.table.find(at)!;
        const part = this.partOf(map, at, bytes.length - done);
        if (fs.writeSync(this.fd, bytes, done, part, map.offset + at - map.iova) !== part) return EIO;
        done += part;
      }
    } catch {
      return EIO;
    }
    return DONE;
  }

  close(): void {
    if (this.fd >= 0) fs.closeSync(this.fd);
    this.fd = -1;
    this.bytes = 0;
  }

  private partOf(map: DmaMap, at: number, left: number): number {
    return Math.min(left, map.iova + map.size - at);
  }
}
