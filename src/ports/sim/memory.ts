/**
 * A scripted guest's physical memory: sparse 4 KiB pages, little-endian. Addresses are plain numbers of up to
 * 48 bits.
 */

export const PAGE = 4096;

/** Sparse memory of one guest. */
export class GuestMemory {
  private readonly pages = new Map<number, Uint8Array>();
  /** Next frame that `allocate` hands out. */
  private next: number;

  /** `firstFrame`: where allocation starts. Frame 0 is left alone, so that a null address is no page. */
  constructor(firstFrame = 0x100) {
    this.next = firstFrame;
  }

  /** Frame number of `count` new consecutive zeroed frames, aligned to `align` frames. */
  allocate(count = 1, align = 1): number {
    const first = Math.ceil(this.next / align) * align;
    this.next = first + count;
    for (let n = 0; n < count; n++) this.pages.set(first + n, new Uint8Array(PAGE));
    return first;
  }

  /** The frame's bytes; it comes into being where it was not there. */
  frame(gfn: number): Uint8Array {
    let page = this.pages.get(gfn);
    if (page === undefined) {
      page = new Uint8Array(PAGE);
      this.pages.set(gfn, page);
    }
    return page;
  }

  has(gfn: number): boolean {
    return this.pages.has(gfn);
  }

  /** The balloon takes a frame away: from now on it cannot be fetched. */
  drop(gfn: number): void {
    this.pages.delete(gfn);
  }

  /** Dword at a 4-byte aligned address. */
  read32(address: number): number {
    const page = this.frame(Math.floor(address / PAGE));
    const at = address % PAGE;
    return (page[at] | (page[at + 1] << 8) | (page[at + 2] << 16) | (page[at + 3] << 24)) >>> 0;
  }

  write32(address: number, value: number): void {
    const page = this.frame(Math.floor(address / PAGE));
    const at = address % PAGE;
    page[at] = value;
    page[at + 1] = value >>> 8;
    page[at + 2] = value >>> 16;
    page[at + 3] = value >>> 24;
  }

  /** Dwords from `address` on, across frames. */
  readWords(address: number, count: number): number[] {
    return Array.from({ length: count }, (_, i) => this.read32(address + i * 4));
  }

  writeWords(address: number, words: readonly number[]): void {
    for (let i = 0; i < words.length; i++) this.write32(address + i * 4, words[i]);
  }

  /** An 8-byte little-endian entry: `value` is a number below 2^53, `bits` its low flags. */
  writeEntry(address: number, value: number, bits: number): void {
    this.write32(address, ((value % 0x1_0000_0000) | bits) >>> 0);
    this.write32(address + 4, Math.floor(value / 0x1_0000_0000));
  }

  /** Put bytes that may cross frames; what the device does when it writes. */
  put(address: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const at = (address + done) % PAGE;
      const length = Math.min(PAGE - at, bytes.length - done);
      this.frame(Math.floor((address + done) / PAGE)).set(bytes.subarray(done, done + length), at);
      done += length;
    }
  }
}
