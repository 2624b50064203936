/**
 * Bodies of the requests that are not register traffic, and of their replies. Every decoder takes a whole
 * message at `at` of `size` bytes and returns what it says, or the errno to refuse it with. Pure.
 */
import { PAGE_BYTES } from "../../hw/units.ts";
import { EINVAL, ENOTSUP } from "../errors.ts";
import { HEADER_BYTES, MAPS_MAX, MAX_TRANSFER, MAX_VERSION, pages64, put32, u16, u32, u64 } from "./wire.ts";

const MAP_READ = 1;
const MAP_WRITE = 2;
const UNMAP_DIRTY_BITMAP = 1;
const UNMAP_ALL = 2;
/** Guest-physical addresses end here (x86 has at most 52 bits). */
const ADDRESS_END = 2 ** 52;
/** An unmap may name any range of 64 bits: QEMU drops everything as two halves of it. */
export const RANGE_END = 2 ** 64;
const HALF = RANGE_END / 2;
/** Bytes of the smallest transfer: an interrupt is a write of so many, in one piece. */
const TRANSFER_MIN = 4;

/** VERSION: what the client says of itself. */
export interface VersionRequest {
  /** The client's largest transfer, in bytes. */
  readonly maxTransfer: number;
  /** The capabilities that it proposed, by name. */
  readonly proposed: Readonly<Record<string, unknown>>;
}

/** A client that cannot be served: the errno of the reply, and why in words. */
export interface Refusal {
  readonly errno: number;
  readonly why: string;
}

/**
 * `iova` and `size` in bytes, whole pages; `offset` is where the range starts in the file behind it, if there
 * is one.
 */
export interface MapRequest {
  readonly iova: number;
  readonly size: number;
  readonly offset: number;
  readonly writable: boolean;
}

/**
 * `everything`: all or a half of the address space is meant, whatever is mapped there. Elsewhere a range must be
 * one that was mapped.
 */
export interface UnmapRequest {
  readonly iova: number;
  readonly size: number;
  readonly everything: boolean;
}

/** `flags`: VFIO_IRQ_SET_ data type (bits 0-2) and action (bits 3-5). */
export interface IrqRequest {
  readonly index: number;
  readonly start: number;
  readonly count: number;
  readonly flags: number;
}

/** major u16, minor u16, then JSON ended by NUL, or nothing. */
export function decodeVersion(b: Uint8Array, at: number, size: number): VersionRequest | Refusal {
  if (size < HEADER_BYTES + 4) return refused("its message is too short");
  if (size > MAX_VERSION) return refused(`its message is longer than ${MAX_VERSION} bytes`);
  const major = u16(b, at + 16);
  if (major !== 0) return { errno: ENOTSUP, why: `it speaks version ${major}, not 0` };
  if (size === HEADER_BYTES + 4) return { maxTransfer: MAX_TRANSFER, proposed: {} };
  if (b[at + size - 1] !== 0) return refused("its version data do not end with NUL");
  const proposed = memberOf(parseJson(b.subarray(at + 20, at + size - 1)), "capabilities");
  if (proposed === null) return refused("its version data are no JSON object of capabilities");
  for (const name of NUMBERS) if (numberOf(proposed, name, 0) < 0) return refused(`its ${name} is no number`);
  const transfer = numberOf(proposed, "max_data_xfer_size", MAX_TRANSFER);
  const pages = numberOf(proposed, "pgsizes", PAGE_BYTES);
  if (transfer < TRANSFER_MIN) return refused(`its max_data_xfer_size is ${transfer}, below ${TRANSFER_MIN}`);
  // Pages of 4 KiB are the unit of every map and fetch.
  if ((pages / PAGE_BYTES) % 2 !== 1) return refused("its pgsizes have no pages of 4 KiB");
  const { write_multiple: multiple = false } = proposed;
  if (typeof multiple !== "boolean") return refused("its write_multiple is neither true nor false");
  return { maxTransfer: Math.min(transfer, MAX_TRANSFER), proposed };
}

/** Capabilities that are numbers. */
const NUMBERS = ["max_msg_fds", "max_data_xfer_size", "max_dma_maps", "pgsizes"] as const;

function refused(why: string): Refusal {
  return { errno: EINVAL, why };
}

/**
 * What we answer, by capability. Descriptors cannot be taken: they are lost where a plain socket reads the
 * bytes beside them.
 */
const CAPABILITIES: Readonly<Record<string, number | boolean>> = {
  max_msg_fds: 0,
  max_data_xfer_size: MAX_TRANSFER,
  max_dma_maps: MAPS_MAX,
  pgsizes: PAGE_BYTES,
  write_multiple: true,
};

/**
 * The VERSION reply's body: of our capabilities those that the client proposed. So it is no longer than QEMU's
 * buffer for it, which is as large as its request.
 */
export function encodeVersion({ proposed }: VersionRequest): Uint8Array {
  const agreed = Object.entries(CAPABILITIES).filter(
    ([name]) => Object.hasOwn(proposed, name) && proposed[name] !== false,
  );
  const json = new TextEncoder().encode(`${JSON.stringify({ capabilities: Object.fromEntries(agreed) })}\0`);
  const body = new Uint8Array(4 + json.length);
  body.set(json, 4);
  return body;
}

/** argsz u32, flags u32, offset u64, iova u64, size u64. */
export function decodeMap(b: Uint8Array, at: number, size: number): MapRequest | number {
  if (size !== HEADER_BYTES + 32 || u32(b, at + 16) < 32) return EINVAL;
  const flags = u32(b, at + 20);
  const offset = u64(b, at + 24);
  const iova = u64(b, at + 32);
  const bytes = u64(b, at + 40);
  if ((flags & ~(MAP_READ | MAP_WRITE)) !== 0 || flags === 0 || offset < 0) return EINVAL;
  if (offset % PAGE_BYTES !== 0 || !isRange(iova, bytes)) return EINVAL;
  return { iova, size: bytes, offset, writable: (flags & MAP_WRITE) !== 0 };
}

/** argsz u32, flags u32, iova u64, size u64. */
export function decodeUnmap(b: Uint8Array, at: number, size: number): UnmapRequest | number {
  if (size < HEADER_BYTES + 24 || u32(b, at + 16) < 24) return EINVAL;
  const flags = u32(b, at + 20);
  if ((flags & UNMAP_DIRTY_BITMAP) !== 0) return ENOTSUP;
  if (size !== HEADER_BYTES + 24 || (flags & ~UNMAP_ALL) !== 0) return EINVAL;
  const iova = pages64(b, at + 24);
  const bytes = pages64(b, at + 32);
  if (flags === UNMAP_ALL)
    return iova === 0 && bytes === 0 ? { iova, size: RANGE_END, everything: true } : EINVAL;
  if (((u32(b, at + 24) | u32(b, at + 32)) & (PAGE_BYTES - 1)) !== 0) return EINVAL;
  if (bytes === 0 || iova + bytes > RANGE_END) return EINVAL;
  return { iova, size: bytes, everything: bytes === HALF && iova % HALF === 0 };
}

/** argsz u32, flags u32, index u32, start u32, count u32, then one byte each where the data are booleans. */
export function decodeIrqs(
  b: Uint8Array,
  at: number,
  size: number,
  counts: readonly number[],
): IrqRequest | number {
  if (size < HEADER_BYTES + 20 || u32(b, at + 16) !== size - HEADER_BYTES) return EINVAL;
  const flags = u32(b, at + 20);
  const index = u32(b, at + 24);
  const start = u32(b, at + 28);
  const count = u32(b, at + 32);
  if ((flags & ~0x3f) !== 0 || !isOneBit(flags & 7) || !isOneBit(flags & 0x38)) return EINVAL;
  if (index >= counts.length || start + count > counts[index]) return EINVAL;
  // Descriptors of eventfds travel beside the bytes and are not seen here; booleans travel in them.
  const data = (flags & 2) !== 0 ? count : 0;
  return size === HEADER_BYTES + 20 + data ? { index, start, count, flags } : EINVAL;
}

/**
 * The index asked for by DEVICE_GET_REGION_INFO, _REGION_IO_FDS or _IRQ_INFO (third word of the body), or -1
 * where the request is not `bytes` long, or leaves less room for the answer, or asks beyond `count`.
 */
export function decodeIndex(b: Uint8Array, at: number, size: number, bytes: number, count: number): number {
  if (size !== HEADER_BYTES + bytes || u32(b, at + 16) < bytes) return -1;
  const index = u32(b, at + 24);
  return index < count ? index : -1;
}

/** A body of 32-bit words; the first word of every such reply is its own length, `argsz`. */
export function words(...values: number[]): Uint8Array {
  const body = new Uint8Array(values.length * 4);
  for (let i = 0; i < values.length; i++) put32(body, i * 4, values[i]);
  return body;
}

function isRange(iova: number, size: number): boolean {
  if (iova < 0 || size <= 0 || iova % PAGE_BYTES !== 0 || size % PAGE_BYTES !== 0) return false;
  return iova + size <= ADDRESS_END;
}

function isOneBit(value: number): boolean {
  return value !== 0 && (value & (value - 1)) === 0;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}

/**
 * An object's member that is an object too; an empty one where the member is absent; null where a type is
 * wrong.
 */
function memberOf(value: unknown, name: string): Record<string, unknown> | null {
  if (!isObject(value)) return null;
  if (!Object.hasOwn(value, name)) return {};
  const member = value[name];
  return isObject(member) ? member : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A whole number, `otherwise` where absent, -1 where it is something else. */
function numberOf(members: Record<string, unknown>, name: string, otherwise: number): number {
  if (!Object.hasOwn(members, name)) return otherwise;
  const value = members[name];
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : -1;
}
