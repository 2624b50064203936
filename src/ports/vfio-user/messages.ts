/**
 * Guest memory by DMA messages, and interrupts: requests of ours that the client answers when its main loop
 * gets to them. A read needs the device's bus master bit; without it QEMU answers ENODEV:
 * docs/facts/vfio-user.md#messages.
 */
import { PAGE_BYTES } from "../../hw/units.ts";
import { DONE, PENDING, type World } from "../../replay/live/session.ts";
import { EBUSY, EFAULT, EIO, ProtocolError } from "../errors.ts";
import type { DmaTable } from "./memory.ts";
import { BODY_MAX, type Outbox } from "./outbox.ts";
import {
  DMA_READ,
  DMA_WRITE,
  ERROR,
  HEADER_BYTES,
  highOf,
  lowOf,
  NO_REPLY,
  put32,
  put64,
  TYPE_REQUEST,
  u16,
  u32,
  u64,
} from "./wire.ts";

/** address u64, count u64 */
const ACCESS_BYTES = 16;
/**
 * Bytes of one DMA_WRITE, so that it is sent in one piece. QEMU 11.1.3 hangs for good above about 200 KiB.
 */
const CHUNK_BYTES = BODY_MAX - ACCESS_BYTES - (BODY_MAX % PAGE_BYTES);
const IDS = 0x1_0000;

/** An effect under way: `left` messages of it are unanswered; `errno` is the first failure. */
interface Job {
  readonly ticket: number;
  left: number;
  errno: number;
  /** Of a fetch in several messages: the page as far as it has come; null where one brings it all. */
  readonly page: Uint8Array | null;
}

/** A request that is unanswered. */
interface Pending {
  readonly command: number;
  readonly address: number;
  readonly count: number;
  readonly job: Job;
}

/** Our requests to one client. Ids are ours alone: the client's own requests count by themselves. */
export class Messages {
  private readonly world: World;
  private readonly table: DmaTable;
  private readonly outbox: Outbox;
  private readonly pending = new Map<number, Pending>();
  /** Ids of messages that asked for no reply: QEMU still sends one where the write failed. */
  private readonly posted = new Uint8Array(IDS);
  private nextId = 0;
  private chunk = CHUNK_BYTES;

  constructor(world: World, table: DmaTable, outbox: Outbox) {
    this.world = world;
    this.table = table;
    this.outbox = outbox;
  }

  /** Requests that wait for their answer. */
  get outstanding(): number {
    return this.pending.size;
  }

  /** The client's own limit of data in one message, in bytes. */
  limit(maxTransfer: number): void {
    this.chunk = Math.min(CHUNK_BYTES, maxTransfer);
  }

  /** Ask for page `gfn`. PENDING, EFAULT where it is not mapped, EBUSY where every id is in use. */
  fetch(gfn: number, ticket: number): number {
    const address = gfn * PAGE_BYTES;
    if (this.table.find(address) === null) return EFAULT;
    const parts = Math.ceil(PAGE_BYTES / this.chunk);
    if (this.pending.size + parts > IDS) return EBUSY;
    const job = { ticket, left: parts, errno: 0, page: parts === 1 ? null : new Uint8Array(PAGE_BYTES) };
    for (let from = 0; from < PAGE_BYTES; from += this.chunk) {
      const count = Math.min(this.chunk, PAGE_BYTES - from);
      const id = this.takeId();
      const at = this.outbox.begin(id, DMA_READ, ACCESS_BYTES, TYPE_REQUEST, 0);
      putAccess(this.outbox.bytes, at, address + from, count);
      this.pending.set(id, { command: DMA_READ, address: address + from, count, job });
    }
    return PENDING;
  }

  /**
   * Write `bytes` at `address`. PENDING, EFAULT where a part cannot be written, EBUSY; with ticket 0 no
   * answer is asked.
   */
  write(address: number, ticket: number, bytes: Uint8Array): number {
    if (!this.table.isWritable(address, bytes.length)) return EFAULT;
    const parts = Math.ceil(bytes.length / this.chunk);
    if (this.pending.size + parts >= IDS) return EBUSY;
    const job = ticket === 0 ? null : { ticket, left: parts, errno: 0, page: null };
    for (let from = 0; from < bytes.length; from += this.chunk) {
      this.send(address + from, bytes.subarray(from, from + this.chunk), job);
    }
    return job === null || parts === 0 ? DONE : PENDING;
  }

  /** Signal an interrupt: a posted write of `data` to the message's address. */
  inject(address: number, data: number): void {
    const id = this.takeId();
    if (id < 0) return;
    this.posted[id] = 1;
    const at = this.outbox.begin(id, DMA_WRITE, ACCESS_BYTES + 4, TYPE_REQUEST | NO_REPLY, 0);
    putAccess(this.outbox.bytes, at, address, 4);
    put32(this.outbox.bytes, at + ACCESS_BYTES, data);
  }

  /**
   * The client's reply, a whole message at `at`. Calls the world with what it answers.
   * @throws ProtocolError where it answers nothing that was asked, or says something else than was asked.
   */
  reply(b: Uint8Array, at: number, size: number): void {
    const id = u16(b, at);
    const command = u16(b, at + 2);
    const failed = (u32(b, at + 8) & ERROR) !== 0;
    const asked = this.pending.get(id);
    if (asked === undefined) {
      if (!failed || command !== DMA_WRITE || this.posted[id] === 0) {
        throw new ProtocolError(`a reply to message ${id}, which is not waiting for one`);
      }
      this.posted[id] = 0;
      return;
    }
    if (command !== asked.command)
      throw new ProtocolError(`the reply to message ${id} is of another command`);
    const errno = failed ? u32(b, at + 12) || EIO : 0;
    if (!failed && !isAnswer(asked, b, at, size)) {
      throw new ProtocolError(`the reply to message ${id} has another length or address than was asked for`);
    }
    this.pending.delete(id);
    const { job } = asked;
    if (job.errno === 0) job.errno = errno;
    job.left--;
    if (command === DMA_WRITE) {
      if (job.left === 0) this.wrote(job);
      return;
    }
    const data = at + HEADER_BYTES + ACCESS_BYTES;
    const part = failed ? b.subarray(0, 0) : b.subarray(data, data + asked.count);
    job.page?.set(part, asked.address % PAGE_BYTES);
    if (job.left > 0) return;
    if (job.errno === 0) this.world.fetched(job.ticket, job.page ?? part);
    else this.world.fetchFailed(job.ticket, job.errno);
  }

  private send(address: number, bytes: Uint8Array, job: Job | null): void {
    const id = this.takeId();
    const count = bytes.length;
    if (job === null) this.posted[id] = 1;
    else this.pending.set(id, { command: DMA_WRITE, address, count, job });
    const flags = job === null ? TYPE_REQUEST | NO_REPLY : TYPE_REQUEST;
    const at = this.outbox.begin(id, DMA_WRITE, ACCESS_BYTES + count, flags, 0);
    putAccess(this.outbox.bytes, at, address, count);
    this.outbox.bytes.set(bytes, at + ACCESS_BYTES);
  }

  private wrote(job: Job): void {
    if (job.errno === 0) this.world.written(job.ticket);
    else this.world.writeFailed(job.ticket, job.errno);
  }

  /** An id that no request waits under, or -1. */
  private takeId(): number {
    if (this.pending.size >= IDS) return -1;
    while (this.pending.has(this.nextId)) this.nextId = (this.nextId + 1) % IDS;
    const id = this.nextId;
    this.nextId = (id + 1) % IDS;
    this.posted[id] = 0;
    return id;
  }
}

function putAccess(b: Uint8Array, at: number, address: number, count: number): void {
  put64(b, at, address);
  put32(b, at + 8, lowOf(count));
  put32(b, at + 12, highOf(count));
}

/**
 * A read's answer repeats address and count before the data; a write's may leave them out, as QEMU's does.
 */
function isAnswer(asked: Pending, b: Uint8Array, at: number, size: number): boolean {
  if (asked.command === DMA_WRITE && size === HEADER_BYTES) return true;
  const data = asked.command === DMA_READ ? asked.count : 0;
  if (size !== HEADER_BYTES + ACCESS_BYTES + data) return false;
  return u64(b, at + 16) === asked.address && u64(b, at + 24) === asked.count;
}
