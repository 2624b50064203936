/**
 * What each request of the client does, and its reply. A request that is wrong is refused by an errno and
 * changes nothing.
 */
import { PAGE_BYTES } from "../../hw/units.ts";
import type { World } from "../../replay/live/session.ts";
import { EINVAL, ENODEV, ENOSYS, ENOTSUP, PortError, ProtocolError } from "../errors.ts";
import type { ApertureRuns } from "./aperture.ts";
import type { DmaTable, SharedMemory } from "./memory.ts";
import type { Messages } from "./messages.ts";
import type { Outbox } from "./outbox.ts";
import { type Accessor, CONFIG_BYTES, IRQ_COUNTS, IRQ_FLAGS, REGION_BYTES, REGION_FLAGS } from "./regions.ts";
import {
  decodeIndex,
  decodeIrqs,
  decodeMap,
  decodeUnmap,
  decodeVersion,
  encodeVersion,
  RANGE_END,
  words,
} from "./requests.ts";
import * as wire from "./wire.ts";
import { HEADER_BYTES, highOf, lowOf, u16, u32, u64 } from "./wire.ts";

/** A connection as its requests see it. */
export interface Guest {
  readonly world: World;
  readonly vgpu: number;
  readonly attached: boolean;
  readonly outbox: Outbox;
  readonly run: ApertureRuns;
  readonly accessor: Accessor;
  readonly table: DmaTable;
  /** Null where guest memory is reached by messages. */
  readonly shared: SharedMemory | null;
  readonly messages: Messages;
  attach(): void;
  warn(error: PortError): void;
}

type Handler = (guest: Guest, b: Uint8Array, at: number, size: number) => Uint8Array | number;

const EMPTY = new Uint8Array(0);
/** VFIO_DEVICE_FLAGS_RESET and _PCI. */
const DEVICE_FLAGS = 3;
/** offset u64, region u32, count u32 */
const ACCESS_BYTES = 16;
const DATA = HEADER_BYTES + ACCESS_BYTES;
/** Where the bytes of a usual read wait for their reply: an access, or all of config space. */
const usual = new Uint8Array(CONFIG_BYTES);

/**
 * Carry out one request, a whole message of `size` bytes at `at`, and reply to it.
 * @throws ProtocolError where the connection cannot go on. What the world throws goes through.
 */
export function dispatch(guest: Guest, b: Uint8Array, at: number, size: number): void {
  const command = u16(b, at + 2);
  const flags = u32(b, at + 8);
  if (!guest.attached && command !== wire.VERSION) {
    refuse(guest, b, at, EINVAL);
    throw new ProtocolError(`command ${command} before VERSION`);
  }
  let errno: number;
  if ((flags & ~wire.NO_REPLY) !== 0) errno = EINVAL;
  else if (command === wire.REGION_READ) errno = regionRead(guest, b, at, size);
  else if (command === wire.REGION_WRITE) errno = regionWrite(guest, b, at, size);
  else if (command === wire.REGION_WRITE_MULTI) errno = writeMulti(guest, b, at, size);
  else errno = rare(guest, b, at, size);
  if (errno !== 0) refuse(guest, b, at, errno);
  if (!guest.attached) throw new ProtocolError(`VERSION refused (errno ${errno})`);
}

/** Replies leave by this; posted requests have none, not even where they are wrong. */
function refuse(guest: Guest, b: Uint8Array, at: number, errno: number): void {
  if ((u32(b, at + 8) & wire.NO_REPLY) !== 0) return;
  guest.outbox.begin(u16(b, at), u16(b, at + 2), 0, wire.TYPE_REPLY | wire.ERROR, errno);
}

function isPosted(b: Uint8Array, at: number): boolean {
  return (u32(b, at + 8) & wire.NO_REPLY) !== 0;
}

function regionRead(guest: Guest, b: Uint8Array, at: number, size: number): number {
  // A read that nobody gets to see would still act on the device.
  if (size !== DATA || isPosted(b, at)) return EINVAL;
  const offset = u32(b, at + 16);
  const region = u32(b, at + 24);
  const count = u32(b, at + 28);
  const errno = guest.accessor.check(region, offset, u32(b, at + 20), count);
  if (errno !== 0) return errno;
  const bytes = count <= usual.length ? usual : new Uint8Array(count);
  guest.accessor.read(region, offset, count, bytes);
  const { outbox } = guest;
  const to = outbox.begin(u16(b, at), wire.REGION_READ, ACCESS_BYTES + count, wire.TYPE_REPLY, 0);
  putAccess(outbox.bytes, to, offset, region, count);
  for (let i = 0; i < count; i++) outbox.bytes[to + ACCESS_BYTES + i] = bytes[i];
  // A vCPU stands still until this arrives.
  outbox.flush();
  return 0;
}

function regionWrite(guest: Guest, b: Uint8Array, at: number, size: number): number {
  if (size < DATA) return EINVAL;
  const offset = u32(b, at + 16);
  const region = u32(b, at + 24);
  const count = u32(b, at + 28);
  if (size !== DATA + count) return EINVAL;
  const errno = guest.accessor.check(region, offset, u32(b, at + 20), count);
  if (errno !== 0) return errno;
  guest.accessor.write(region, offset, count, b, at + DATA);
  if (isPosted(b, at)) return 0;
  // What is answered is recorded.
  guest.run.flush();
  const { outbox } = guest;
  const to = outbox.begin(u16(b, at), wire.REGION_WRITE, ACCESS_BYTES, wire.TYPE_REPLY, 0);
  putAccess(outbox.bytes, to, offset, region, count);
  return 0;
}

/** write count u64, then entries. One wrong entry refuses all: a message is done whole or not at all. */
function writeMulti(guest: Guest, b: Uint8Array, at: number, size: number): number {
  if (size < HEADER_BYTES + 8) return EINVAL;
  const count = u64(b, at + 16);
  if (count <= 0 || size !== HEADER_BYTES + 8 + count * wire.MULTI_ENTRY_BYTES) return EINVAL;
  const { accessor } = guest;
  const first = at + HEADER_BYTES + 8;
  const end = at + size;
  for (let e = first; e < end; e += wire.MULTI_ENTRY_BYTES) {
    const bytes = u32(b, e + 12);
    if (bytes > wire.MULTI_DATA_BYTES) return EINVAL;
    const errno = accessor.check(u32(b, e + 8), u32(b, e), u32(b, e + 4), bytes);
    if (errno !== 0) return errno;
  }
  for (let e = first; e < end; e += wire.MULTI_ENTRY_BYTES) {
    accessor.write(u32(b, e + 8), u32(b, e), u32(b, e + 12), b, e + 16);
  }
  if (isPosted(b, at)) return 0;
  guest.run.flush();
  const to = guest.outbox.begin(u16(b, at), wire.REGION_WRITE_MULTI, 8, wire.TYPE_REPLY, 0);
  wire.put64(guest.outbox.bytes, to, count);
  return 0;
}

function putAccess(b: Uint8Array, at: number, offset: number, region: number, count: number): void {
  wire.put32(b, at, offset);
  wire.put32(b, at + 4, 0);
  wire.put32(b, at + 8, region);
  wire.put32(b, at + 12, count);
}

function rare(guest: Guest, b: Uint8Array, at: number, size: number): number {
  const command = u16(b, at + 2);
  const handler = HANDLERS.get(command);
  if (handler === undefined) return ENOSYS;
  guest.run.flush();
  const body = handler(guest, b, at, size);
  if (typeof body === "number") return body;
  if (isPosted(b, at)) return 0;
  const to = guest.outbox.begin(u16(b, at), command, body.length, wire.TYPE_REPLY, 0);
  guest.outbox.bytes.set(body, to);
  return 0;
}

const HANDLERS: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  [wire.VERSION, version],
  [wire.DMA_MAP, dmaMap],
  [wire.DMA_UNMAP, dmaUnmap],
  [wire.DEVICE_GET_INFO, deviceInfo],
  [wire.DEVICE_GET_REGION_INFO, regionInfo],
  [wire.DEVICE_GET_REGION_IO_FDS, regionDescriptors],
  [wire.DEVICE_GET_IRQ_INFO, irqInfo],
  [wire.DEVICE_SET_IRQS, setIrqs],
  [wire.DEVICE_RESET, reset],
  // No migration: nobody tracks what the device writes.
  [wire.DIRTY_PAGES, () => ENOTSUP],
  // These two are ours to ask.
  [wire.DMA_READ, () => EINVAL],
  [wire.DMA_WRITE, () => EINVAL],
]);

function version(guest: Guest, b: Uint8Array, at: number, size: number): Uint8Array | number {
  if (guest.attached || isPosted(b, at)) return EINVAL;
  const request = decodeVersion(b, at, size);
  if ("why" in request) {
    refuse(guest, b, at, request.errno);
    throw new ProtocolError(`VERSION refused (errno ${request.errno}): ${request.why}`);
  }
  guest.messages.limit(request.maxTransfer);
  guest.attach();
  return encodeVersion(request);
}

function dmaMap(guest: Guest, b: Uint8Array, at: number, size: number): Uint8Array | number {
  const map = decodeMap(b, at, size);
  if (typeof map === "number") return map;
  const { table, shared } = guest;
  let ram = false;
  if (shared !== null) {
    try {
      shared.open();
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      guest.warn(error);
      return ENODEV;
    }
    ram = shared.isRam(map);
  }
  const errno = table.add({ ...map, ram });
  if (errno !== 0) return errno;
  const { iova, size: bytes, writable } = map;
  const { world, vgpu } = guest;
  world.mapped(vgpu, lowOf(iova), highOf(iova), lowOf(bytes), highOf(bytes), ram, writable);
  return EMPTY;
}

/**
 * What is not mapped cannot be unmapped, nor a part of a map, as the protocol says; but QEMU drops everything as
 * two halves of 64 bits, whatever lies in them (behind an IOMMU of the guest's). However many maps go, it is one
 * row.
 */
function dmaUnmap(guest: Guest, b: Uint8Array, at: number, size: number): Uint8Array | number {
  const range = decodeUnmap(b, at, size);
  if (typeof range === "number") return range;
  const { iova, size: bytes, everything } = range;
  const gone = guest.table.remove(iova, bytes);
  if (gone < 0 || (gone === 0 && !everything)) return EINVAL;
  // A length of 2^64 does not fit into its two words; nothing is mapped in the last page.
  const length = Math.min(bytes, RANGE_END - PAGE_BYTES);
  if (gone > 0) guest.world.unmapped(guest.vgpu, lowOf(iova), highOf(iova), lowOf(length), highOf(length));
  return b.slice(at + HEADER_BYTES, at + size);
}

/** argsz, flags, regions, interrupt kinds. */
function deviceInfo(_: Guest, b: Uint8Array, at: number, size: number): Uint8Array | number {
  if (size !== HEADER_BYTES + 16 || u32(b, at + 16) < 16) return EINVAL;
  return words(16, DEVICE_FLAGS, REGION_BYTES.length, IRQ_COUNTS.length);
}

/** argsz, flags, index, capability offset, size u64, offset u64. */
function regionInfo(_: Guest, b: Uint8Array, at: number, size: number): Uint8Array | number {
  const index = decodeIndex(b, at, size, 32, REGION_BYTES.length);
  if (index < 0) return EINVAL;
  const bytes = REGION_BYTES[index];
  return words(32, bytes === 0 ? 0 : REGION_FLAGS, index, 0, bytes, 0, 0, 0);
}

/** argsz, flags, index, count: no region has descriptors. */
function regionDescriptors(_: Guest, b: Uint8Array, at: number, size: number): Uint8Array | number {
  const index = decodeIndex(b, at, size, 16, REGION_BYTES.length);
  return index < 0 ? EINVAL : words(16, 0, index, 0);
}

/** argsz, flags, index, vectors. */
function irqInfo(_: Guest, b: Uint8Array, at: number, size: number): Uint8Array | number {
  const index = decodeIndex(b, at, size, 16, IRQ_COUNTS.length);
  return index < 0 ? EINVAL : words(16, IRQ_FLAGS[index], index, IRQ_COUNTS[index]);
}

function setIrqs(guest: Guest, b: Uint8Array, at: number, size: number): Uint8Array | number {
  const request = decodeIrqs(b, at, size, IRQ_COUNTS);
  if (typeof request === "number") return request;
  guest.world.irqRouted(guest.vgpu, request.index, request.flags);
  return EMPTY;
}

function reset(guest: Guest, _b: Uint8Array, _at: number, size: number): Uint8Array | number {
  if (size !== HEADER_BYTES) return EINVAL;
  guest.world.reset(guest.vgpu);
  return EMPTY;
}
