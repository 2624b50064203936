/**
 * The vfio-user protocol's framing: a header of 16 bytes (id u16, command u16, size u32 with the header,
 * flags u32, error u32), all little-endian, and a body. Pure: bytes in, bytes out. Facts: QEMU
 * hw/vfio-user/protocol.h; libvfio-user docs/vfio-user.rst; docs/facts/vfio-user.md#messages.
 */
import { ProtocolError } from "../errors.ts";

export const HEADER_BYTES = 16;
/** Bytes of data that one message may carry, as negotiated by VERSION. */
export const MAX_TRANSFER = 0x10_0000;
/** Maps that one guest may hold. Source: QEMU protocol.h, VFIO_USER_DEF_MAP_MAX. */
export const MAPS_MAX = 65_535;
/** The largest message: a transfer behind a header and an access (offset u64, region u32, count u32). */
const MAX_MESSAGE = MAX_TRANSFER + HEADER_BYTES + 16;
/** Capabilities are a few names and numbers; QEMU's are 190 bytes. */
export const MAX_VERSION = 4096;

export const VERSION = 1;
export const DMA_MAP = 2;
export const DMA_UNMAP = 3;
export const DEVICE_GET_INFO = 4;
export const DEVICE_GET_REGION_INFO = 5;
export const DEVICE_GET_REGION_IO_FDS = 6;
export const DEVICE_GET_IRQ_INFO = 7;
export const DEVICE_SET_IRQS = 8;
export const REGION_READ = 9;
export const REGION_WRITE = 10;
export const DMA_READ = 11;
export const DMA_WRITE = 12;
export const DEVICE_RESET = 13;
export const DIRTY_PAGES = 14;
export const REGION_WRITE_MULTI = 15;

export const TYPE_MASK = 0xf;
export const TYPE_REQUEST = 0;
export const TYPE_REPLY = 1;
export const NO_REPLY = 0x10;
export const ERROR = 0x20;

/** Bytes of one entry of a REGION_WRITE_MULTI: offset u64, region u32, count u32, data[8]. */
export const MULTI_ENTRY_BYTES = 24;
export const MULTI_DATA_BYTES = 8;

const TWO_32 = 0x1_0000_0000;

/** The little-endian number of 16 bits at `at`. */
export function u16(b: Uint8Array, at: number): number {
  return b[at] | (b[at + 1] << 8);
}

/** The little-endian number of 32 bits at `at`. */
export function u32(b: Uint8Array, at: number): number {
  return (b[at] | (b[at + 1] << 8) | (b[at + 2] << 16) | (b[at + 3] << 24)) >>> 0;
}

/** A 64-bit number of whole pages: those are exact up to 2^64; others may be rounded. */
export function pages64(b: Uint8Array, at: number): number {
  return u32(b, at + 4) * TWO_32 + u32(b, at);
}

/** A 64-bit number, or -1 where it is above 2^53 - 1 (no address or size of a guest is). */
export function u64(b: Uint8Array, at: number): number {
  const hi = u32(b, at + 4);
  return hi > 0x1f_ffff ? -1 : hi * TWO_32 + u32(b, at);
}

function put16(b: Uint8Array, at: number, value: number): void {
  b[at] = value;
  b[at + 1] = value >>> 8;
}

/** Put a little-endian number of 32 bits at `at`. */
export function put32(b: Uint8Array, at: number, value: number): void {
  b[at] = value;
  b[at + 1] = value >>> 8;
  b[at + 2] = value >>> 16;
  b[at + 3] = value >>> 24;
}

/** `value`: a whole number of at most 2^53 - 1. */
export function put64(b: Uint8Array, at: number, value: number): void {
  put32(b, at, value >>> 0);
  put32(b, at + 4, highOf(value));
}

/** The low word of a whole number below 2^64. */
export function lowOf(value: number): number {
  return value >>> 0;
}

/** The high word of a whole number below 2^64. */
export function highOf(value: number): number {
  return Math.floor(value / TWO_32);
}

/** Put a message's header at `at`: 16 bytes. */
export function putHeader(
  b: Uint8Array,
  at: number,
  id: number,
  command: number,
  size: number,
  flags: number,
  error: number,
): void {
  put16(b, at, id);
  put16(b, at + 2, command);
  put32(b, at + 4, size);
  put32(b, at + 8, flags);
  put32(b, at + 12, error);
}

/** Takes one whole message of `size` bytes that starts at `at`. The bytes are valid during the call only. */
export type FrameSink = (b: Uint8Array, at: number, size: number) => void;

/** Cuts a byte stream, in whatever pieces it comes, into messages. Holds at most one unfinished message. */
export class Splitter {
  private held = new Uint8Array(4096);
  private used = 0;

  /** Bytes of an unfinished message: its sender has more to say. */
  get partial(): number {
    return this.used;
  }

  /**
   * Hand every message that `chunk` completes to `sink`, in order.
   * @throws ProtocolError where a header's size is impossible. What `sink` throws goes through.
   */
  feed(chunk: Uint8Array, sink: FrameSink): void {
    let at = this.used === 0 ? 0 : this.finish(chunk, sink);
    const end = chunk.length;
    while (end - at >= HEADER_BYTES) {
      const size = sizeAt(chunk, at);
      if (end - at < size) break;
      const from = at;
      at += size;
      sink(chunk, from, size);
    }
    if (at < end) this.hold(chunk, at, end);
  }

  /**
   * Complete the held message; returns how many bytes of `chunk` that took (all, where it is still
   * unfinished).
   */
  private finish(chunk: Uint8Array, sink: FrameSink): number {
    let at = 0;
    if (this.used < HEADER_BYTES) {
      at = Math.min(HEADER_BYTES - this.used, chunk.length);
      this.hold(chunk, 0, at);
      if (this.used < HEADER_BYTES) return at;
    }
    const size = sizeAt(this.held, 0);
    const more = Math.min(size - this.used, chunk.length - at);
    this.hold(chunk, at, at + more);
    at += more;
    if (this.used < size) return at;
    this.used = 0;
    sink(this.held, 0, size);
    return at;
  }

  private hold(chunk: Uint8Array, from: number, to: number): void {
    const used = this.used + to - from;
    if (used > this.held.length) {
      // A message is copied at most once more than it doubles; the bound is that of the largest message.
      const bigger = new Uint8Array(Math.min(Math.max(used, this.held.length * 2), MAX_MESSAGE));
      bigger.set(this.held.subarray(0, this.used));
      this.held = bigger;
    }
    this.held.set(chunk.subarray(from, to), this.used);
    this.used = used;
  }
}

function sizeAt(b: Uint8Array, at: number): number {
  const size = u32(b, at + 4);
  if (size < HEADER_BYTES) {
    throw new ProtocolError(`a message says it has ${size} bytes, fewer than its header of ${HEADER_BYTES}`);
  }
  if (size > MAX_MESSAGE) {
    throw new ProtocolError(`a message says it has ${size} bytes, more than the ${MAX_MESSAGE} negotiated`);
  }
  return size;
}
