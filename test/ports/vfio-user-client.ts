/**
 * A client that speaks vfio-user as QEMU's `vfio-user-pci` does, written from the protocol alone: it shares
 * no code with the port. It answers DMA requests out of a memory of its own, at once or, as QEMU under load,
 * when its main loop gets to them; replies to its own requests are seen at once in either case, so they
 * overtake.
 */
import * as net from "node:net";

export const CMD = {
  VERSION: 1,
  DMA_MAP: 2,
  DMA_UNMAP: 3,
  GET_INFO: 4,
  GET_REGION_INFO: 5,
  GET_REGION_IO_FDS: 6,
  GET_IRQ_INFO: 7,
  SET_IRQS: 8,
  REGION_READ: 9,
  REGION_WRITE: 10,
  DMA_READ: 11,
  DMA_WRITE: 12,
  RESET: 13,
  DIRTY_PAGES: 14,
  WRITE_MULTI: 15,
} as const;

export const BAR0 = 0;
export const BAR2 = 2;
export const BAR4 = 4;
export const CONFIG = 7;

const REPLY = 1;
export const NO_REPLY = 0x10;
const ERROR = 0x20;
const EFAULT = 14;
const ENODEV = 19;

/** A reply's header and body. `errno` is 0 where it went well. */
export interface ClientReply {
  readonly id: number;
  readonly command: number;
  readonly errno: number;
  readonly body: Buffer;
}

/** One entry of a multi write; `value` is written as `size` bytes. */
export interface MultiWrite {
  readonly region: number;
  readonly at: number;
  readonly size: number;
  readonly value: bigint;
}

export interface ClientOptions {
  readonly path: string;
  /** Guest memory by guest-physical address, for DMA by message. Absent: every DMA_READ is refused. */
  readonly memory?: (address: number, length: number) => Buffer | null;
  /** "manual": requests of the server wait for `serveRequests`; a number: so many milliseconds each round. */
  readonly requests?: "at once" | "manual" | number;
  /** What QEMU's x-msg-timeout is: a reply that takes longer is an error. Default 20 s. */
  readonly timeoutMs?: number;
}

interface Waiter {
  readonly resolve: (reply: ClientReply) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** One message's bytes. */
export function message(id: number, command: number, flags: number, body: Uint8Array, size?: number): Buffer {
  const bytes = Buffer.alloc(16 + body.length);
  bytes.writeUInt16LE(id & 0xffff, 0);
  bytes.writeUInt16LE(command, 2);
  bytes.writeUInt32LE(size ?? bytes.length, 4);
  bytes.writeUInt32LE(flags >>> 0, 8);
  bytes.set(body, 16);
  return bytes;
}

/** A body of 32-bit words; a bigint is 64 bits. */
export function body(...fields: (number | bigint)[]): Buffer {
  const parts = fields.map((field) => {
    const part = Buffer.alloc(typeof field === "bigint" ? 8 : 4);
    if (typeof field === "bigint") part.writeBigUInt64LE(BigInt.asUintN(64, field));
    else part.writeUInt32LE(field >>> 0);
    return part;
  });
  return Buffer.concat(parts);
}

export class VfioUserClient {
  /** Interrupts that arrived: DMA writes into FEExxxxx. */
  readonly msis: { address: number; data: number }[] = [];
  /** DMA requests of the server that were carried out, in order. */
  readonly served: { id: number; command: number; address: number; length: number; posted: boolean }[] = [];
  /** Replies that no request of ours waits for. */
  readonly strays: ClientReply[] = [];
  /** QEMU's bus master bit: without it DMA is refused with ENODEV. */
  busMaster = true;
  /** Resolves when the server is gone. */
  readonly closed: Promise<void>;
  isClosed = false;
  private readonly socket: net.Socket;
  private readonly options: ClientOptions;
  private readonly waiters = new Map<number, Waiter>();
  private readonly queue: Buffer[] = [];
  private held: Buffer = Buffer.alloc(0);
  private nextId = 100;
  private timer: NodeJS.Timeout | null = null;

  constructor(socket: net.Socket, options: ClientOptions) {
    this.socket = socket;
    this.options = options;
    socket.on("data", (chunk) => this.receive(chunk));
    socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      socket.once("close", () => {
        this.isClosed = true;
        if (this.timer !== null) clearInterval(this.timer);
        for (const waiter of this.waiters.values()) {
          clearTimeout(waiter.timer);
          waiter.reject(new Error("the server closed the connection"));
        }
        this.waiters.clear();
        resolve();
      });
    });
    const { requests } = options;
    if (typeof requests === "number") this.timer = setInterval(() => this.serveRequests(), requests);
  }

  static connect(options: ClientOptions): Promise<VfioUserClient> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(options.path);
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new VfioUserClient(socket, options));
      });
    });
  }

  /** Send a request and wait for its reply, an error reply too. */
  request(command: number, content: Uint8Array, flags = 0): Promise<ClientReply> {
    const id = this.takeId();
    const reply = this.expect(id);
    this.socket.write(message(id, command, flags, content));
    return reply;
  }

  /** Send a request that no reply is wanted for. */
  post(command: number, content: Uint8Array): void {
    this.socket.write(message(this.takeId(), command, NO_REPLY, content));
  }

  /** Send bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Wait for the reply to an id that was sent raw. */
  expect(id: number): Promise<ClientReply> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiters.delete(id);
        reject(new Error(`message ${id}: no reply in time`));
      }, this.options.timeoutMs ?? 20_000);
      this.waiters.set(id, { resolve, reject, timer });
    });
  }

  /** VERSION, as QEMU 11.1.3 sends it. Returns the server's capabilities. */
  async version(): Promise<Record<string, unknown>> {
    const migration = { pgsize: 4096, max_bitmap_size: 268435456 };
    const capabilities = {
      migration,
      max_msg_fds: 16,
      max_data_xfer_size: 1048576,
      pgsizes: 4096,
      max_dma_maps: 65535,
      write_multiple: true,
    };
    const json = `${JSON.stringify({ capabilities })}\0`;
    const reply = succeed(await this.request(CMD.VERSION, Buffer.concat([body(0), Buffer.from(json)])));
    // QEMU's buffer for the reply is as large as its request.
    if (reply.body.length > 4 + json.length) throw new Error("the VERSION reply is larger than the request");
    if (reply.body.readUInt32LE(0) !== 0) throw new Error("the server has another version");
    if (reply.body[reply.body.length - 1] !== 0) throw new Error("the VERSION reply does not end with NUL");
    return JSON.parse(reply.body.toString("utf8", 4, reply.body.length - 1)).capabilities;
  }

  /** `flags`: 1 read, 2 write. */
  async map(iova: bigint, size: bigint, offset: bigint, flags = 3): Promise<void> {
    succeed(await this.request(CMD.DMA_MAP, body(32, flags, offset, iova, size)));
  }

  async unmap(iova: bigint, size: bigint): Promise<void> {
    succeed(await this.request(CMD.DMA_UNMAP, body(24, 0, iova, size)));
  }

  async regionInfo(index: number): Promise<{ flags: number; size: bigint }> {
    const reply = succeed(await this.request(CMD.GET_REGION_INFO, body(32, 0, index, 0, 0n, 0n)));
    return { flags: reply.body.readUInt32LE(4), size: reply.body.readBigUInt64LE(16) };
  }

  async irqInfo(index: number): Promise<{ flags: number; count: number }> {
    const reply = succeed(await this.request(CMD.GET_IRQ_INFO, body(16, 0, index, 0)));
    return { flags: reply.body.readUInt32LE(4), count: reply.body.readUInt32LE(12) };
  }

  async setIrqs(index: number, flags: number, count: number): Promise<void> {
    succeed(await this.request(CMD.SET_IRQS, body(20, flags, index, 0, count)));
  }

  async reset(): Promise<void> {
    succeed(await this.request(CMD.RESET, Buffer.alloc(0)));
  }

  async readBytes(region: number, at: number, count: number): Promise<Buffer> {
    const reply = succeed(await this.request(CMD.REGION_READ, body(BigInt(at), region, count)));
    if (reply.body.length !== 16 + count)
      throw new Error(`a read of ${count} has ${reply.body.length} bytes`);
    return reply.body.subarray(16);
  }

  /** A guest's read of 1, 2, 4 or 8 bytes. */
  async read(region: number, at: number, size = 4): Promise<bigint> {
    const bytes = Buffer.alloc(8);
    bytes.set(await this.readBytes(region, at, size));
    return bytes.readBigUInt64LE();
  }

  /** A guest's posted write. */
  write(region: number, at: number, value: number | bigint, size = 4): void {
    this.post(CMD.REGION_WRITE, accessBody(region, at, size, value));
  }

  /** A write whose reply is waited for (x-no-posted-writes, and config space). */
  async writeSync(region: number, at: number, value: number | bigint, size = 4): Promise<void> {
    succeed(await this.request(CMD.REGION_WRITE, accessBody(region, at, size, value)));
  }

  /** Coalesced posted writes; QEMU joins at most 200. */
  writeMulti(writes: readonly MultiWrite[]): void {
    this.post(CMD.WRITE_MULTI, multiBody(writes));
  }

  /**
   * What QEMU and SeaBIOS do until the guest's kernel starts: docs/facts/vfio-user.md#messages. `ram`: bytes
   * from address 0.
   */
  async handshake(ram: bigint): Promise<Buffer> {
    await this.version();
    await this.map(0n, ram, 0n);
    await this.map(0xfffc_0000n, 0x4_0000n, 0n, 1);
    succeed(await this.request(CMD.GET_INFO, body(16, 0, 0, 0)));
    for (const index of [0, 1, 2, 3, 4, 5, 7]) await this.regionInfo(index);
    const config = await this.readBytes(CONFIG, 0, 256);
    await this.writeSync(CONFIG, 0x30, 0xffff_ffff);
    await this.irqInfo(3);
    // QEMU asks for INTx where the interrupt pin says that there is one.
    const pin = config[0x3d] !== 0;
    if (pin) await this.setIrqs(0, 0x24, 1);
    if (pin) await this.setIrqs(0, 0x21, 0);
    await this.reset();
    if (pin) await this.setIrqs(0, 0x24, 1);
    return config;
  }

  /** Answer the oldest of the server's requests that wait, as QEMU's main loop would. Returns how many. */
  serveRequests(count = Number.POSITIVE_INFINITY): number {
    const requests = this.queue.splice(0, count);
    for (const bytes of requests) this.serve(bytes);
    return requests.length;
  }

  /** Requests of the server that wait for `serveRequests`. */
  get waiting(): number {
    return this.queue.length;
  }

  /** The oldest request of the server that waits. */
  peek(): { readonly id: number; readonly command: number } {
    const [bytes] = this.queue;
    return { id: bytes.readUInt16LE(0), command: bytes.readUInt16LE(2) };
  }

  close(): Promise<void> {
    this.socket.destroy();
    return this.closed;
  }

  private takeId(): number {
    this.nextId = (this.nextId + 1) & 0xffff;
    return this.nextId;
  }

  private receive(chunk: Buffer): void {
    this.held = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    while (this.held.length >= 16) {
      const size = this.held.readUInt32LE(4);
      if (size < 16) throw new Error(`a message of ${size} bytes from the server`);
      if (this.held.length < size) return;
      const bytes = this.held.subarray(0, size);
      this.held = this.held.subarray(size);
      if ((bytes.readUInt32LE(8) & 0xf) === REPLY) this.settle(bytes);
      else this.queue.push(Buffer.from(bytes));
    }
    const { requests } = this.options;
    if (requests === undefined || requests === "at once") this.serveRequests();
  }

  private settle(bytes: Buffer): void {
    const id = bytes.readUInt16LE(0);
    const errno = (bytes.readUInt32LE(8) & ERROR) !== 0 ? bytes.readUInt32LE(12) : 0;
    const reply = { id, command: bytes.readUInt16LE(2), errno, body: Buffer.from(bytes.subarray(16)) };
    const waiter = this.waiters.get(id);
    if (waiter === undefined) {
      this.strays.push(reply);
      return;
    }
    this.waiters.delete(id);
    clearTimeout(waiter.timer);
    waiter.resolve(reply);
  }

  /** QEMU's answer to a DMA request: errors are sent even where no reply was asked for. */
  private serve(bytes: Buffer): void {
    const command = bytes.readUInt16LE(2);
    const posted = (bytes.readUInt32LE(8) & NO_REPLY) !== 0;
    const address = Number(bytes.readBigUInt64LE(16));
    const length = Number(bytes.readBigUInt64LE(24));
    const data = bytes.subarray(32);
    this.served.push({ id: bytes.readUInt16LE(0), command, address, length, posted });
    if (!this.busMaster) {
      this.answer(bytes, ERROR, ENODEV);
      return;
    }
    if (command === CMD.DMA_WRITE && address >= 0xfee0_0000 && address < 0xfef0_0000) {
      this.msis.push({ address, data: data.readUInt32LE(0) });
      if (!posted) this.answer(bytes, 0, 0);
      return;
    }
    const memory = this.options.memory?.(address, length) ?? null;
    if (memory === null) this.answer(bytes, ERROR, EFAULT);
    else if (command === CMD.DMA_READ)
      this.answer(bytes, 0, 0, Buffer.concat([bytes.subarray(16, 32), memory]));
    else {
      memory.set(data);
      if (!posted) this.answer(bytes, 0, 0);
    }
  }

  private answer(request: Buffer, flags: number, errno: number, content: Uint8Array = Buffer.alloc(0)): void {
    const bytes = message(request.readUInt16LE(0), request.readUInt16LE(2), REPLY | flags, content);
    bytes.writeUInt32LE(errno, 12);
    this.socket.write(bytes);
  }
}

/** Body of a REGION_WRITE. */
export function accessBody(region: number, at: number, size: number, value: number | bigint): Buffer {
  const data = Buffer.alloc(8);
  data.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return Buffer.concat([body(BigInt(at), region, size), data.subarray(0, size)]);
}

/** Body of a REGION_WRITE_MULTI. */
export function multiBody(writes: readonly MultiWrite[]): Buffer {
  const entries = writes.map(({ region, at, size, value }) => body(BigInt(at), region, size, value));
  return Buffer.concat([body(BigInt(writes.length)), ...entries]);
}

function succeed(reply: ClientReply): ClientReply {
  if (reply.errno !== 0) throw new Error(`command ${reply.command} refused with errno ${reply.errno}`);
  return reply;
}
