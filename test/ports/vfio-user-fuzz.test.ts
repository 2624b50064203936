import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eachRun } from "../../src/events/pieces.ts";
import { STORE_BYTES_MAX, STORES_MAX, type Table } from "../../src/events/tables.ts";
import { APERTURE_BYTES, GTT_BYTES, IO_BYTES, MMIO_BYTES } from "../../src/hw/units.ts";
import { Pump } from "../../src/ports/pump.ts";
import { Connection } from "../../src/ports/vfio-user/connection.ts";
import { Splitter } from "../../src/ports/vfio-user/wire.ts";
import type { Region, Reply } from "../../src/replay/live/session.ts";
import { accessBody, BAR0, BAR2, BAR4, body, CMD, CONFIG, message, multiBody } from "./vfio-user-client.ts";
import { FakeWorld, makeRig, until } from "./vfio-user-world.ts";

const REGION_END: Record<Region, number> = {
  mmio: MMIO_BYTES,
  gtt: GTT_BYTES,
  config: 256,
  io: IO_BYTES,
  aperture: APERTURE_BYTES,
};

/** Throws at any call that a port must not make, whatever its guest sends. */
class StrictWorld extends FakeWorld {
  private there = false;
  private readonly mappedBytes = new Map<number, number>();

  override attached(vgpu: number, capabilities: number): void {
    this.check(!this.there, "attached twice");
    this.there = true;
    super.attached(vgpu, capabilities);
  }

  override detached(vgpu: number): void {
    this.check(this.there, "detached without a guest");
    this.there = false;
    this.mappedBytes.clear();
    super.detached(vgpu);
  }

  override read(region: Region, _vgpu: number, at: number, size: number): Reply {
    this.checkAccess(region, at, size);
    return { lo: 0x1234_5678, hi: 0x9abc_def0 };
  }

  override write(region: string, _vgpu: number, at: number, size: number, lo: number, hi: number): void {
    this.checkAccess(region as Region, at, size);
    const bits = size === 8 ? 32 : size * 8;
    this.check(lo < 2 ** bits && (size === 8 || hi === 0), `${lo} ${hi} in ${size} bytes`);
  }

  override writeAperture(_vgpu: number, stores: Table<"stores">, bytes: Uint8Array): void {
    let total = 0;
    eachRun(stores, bytes, (at, size, run) => {
      total += run.length;
      this.checkAccess("aperture", at, size);
      this.check(run.length > 0 && run.length % size === 0, "a broken run");
      this.check(at + run.length <= APERTURE_BYTES, "a run over the end");
    });
    this.check(total === bytes.length && total > 0, "bytes that no run has");
    this.check(total <= STORE_BYTES_MAX && stores.count <= STORES_MAX, "too much at once");
  }

  override mapped(...args: Parameters<FakeWorld["mapped"]>): void {
    const [, at, atHigh, lo, hi] = args;
    this.check(this.there && at % 4096 === 0 && lo % 4096 === 0 && lo + hi > 0, "a broken map");
    this.check(atHigh < 2 ** 20 && hi <= 2 ** 20, "a map out of all bounds");
  }

  override irqRouted(_vgpu: number, index: number): void {
    this.check(this.there && index < 5, "a broken interrupt");
  }

  override reset(): void {
    this.check(this.there, "a reset without a guest");
  }

  private checkAccess(region: Region, at: number, size: number): void {
    const isSize =
      size === 1 || size === 2 || size === 4 || (size === 8 && region !== "io" && region !== "config");
    this.check(this.there && isSize, `an access of ${size} bytes to ${region}`);
    this.check(
      at >= 0 && at % size === 0 && at + size <= REGION_END[region],
      `an access at ${at} of ${region}`,
    );
  }

  private check(holds: boolean, what: string): void {
    if (!holds) throw new Error(what);
  }
}

/** The port's end of a socket, with what it was told. */
class FakeSocket extends EventEmitter {
  writableLength = 0;
  readonly sent: Buffer[] = [];
  isClosed = false;

  write(bytes: Uint8Array, written: () => void): boolean {
    this.sent.push(Buffer.from(bytes));
    queueMicrotask(written);
    return true;
  }

  isPaused = false;

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  destroySoon(): void {
    this.destroy();
  }

  destroy(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.emit("close");
  }
}

/** One connection without a server around it. */
function connect() {
  const world = new StrictWorld();
  const socket = new FakeSocket();
  const failures: Error[] = [];
  const connection = new Connection(socket as unknown as Socket, {
    world,
    vgpu: 1,
    pump: new Pump(world),
    capabilities: 0,
    paused: () => false,
    attached: () => {},
    closed: () => {},
    failed: (error) => failures.push(error),
    warned: (error) => failures.push(error),
  });
  return { world, socket, failures, connection };
}

/** Ids of all replies, in order; throws where the port's own bytes are broken. */
function repliesOf(sent: readonly Buffer[]): number[] {
  const ids: number[] = [];
  const splitter = new Splitter();
  for (const bytes of sent) {
    splitter.feed(bytes, (b, at) => {
      if ((b[at + 8] & 0xf) === 1) ids.push(b[at] | (b[at + 1] << 8));
    });
  }
  if (splitter.partial !== 0) throw new Error("the port left a message unfinished");
  return ids;
}

const VERSION = message(1, CMD.VERSION, 0, Buffer.concat([body(0), Buffer.from('{"capabilities":{}}\0')]));

const region = fc.constantFrom(BAR0, BAR2, BAR4, CONFIG, 1, 6, 8, 9, 0xffff_ffff);
const size = fc.constantFrom(1, 2, 4, 8, 4, 4, 3, 0, 16, 256);
const offset = fc.oneof(
  fc.nat(0x300),
  fc.nat(0x1000_0010),
  fc.constantFrom(0x20_0000, 0x7f_fffc, 0x80_0000, 0xff_fff8, 0xffff_fffc),
);
const u64s = fc.oneof(
  fc.nat(0x200).map((n) => BigInt(n) * 0x1000n),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
);
const word = fc.oneof(fc.nat(64), fc.constantFrom(0x21, 0x24, 0xffff_ffff));

/** Requests of every kind, mostly well formed. */
const content: fc.Arbitrary<[number, Buffer]> = fc.oneof(
  fc
    .tuple(region, offset, size)
    .map(([r, at, n]): [number, Buffer] => [CMD.REGION_READ, body(BigInt(at), r, n)]),
  fc
    .tuple(region, offset, fc.constantFrom(1, 2, 4, 8), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }))
    .map(([r, at, n, value]): [number, Buffer] => [CMD.REGION_WRITE, accessBody(r, at, n, value)]),
  fc
    .array(fc.record({ region, at: offset, size, value: fc.bigInt({ min: 0n, max: 1n << 63n }) }), {
      maxLength: 8,
    })
    .map((writes): [number, Buffer] => [CMD.WRITE_MULTI, multiBody(writes)]),
  fc
    .tuple(fc.constantFrom(3, 1, 3, 0), u64s, u64s, u64s)
    .map(([f, o, a, n]): [number, Buffer] => [CMD.DMA_MAP, body(32, f, o, a, n)]),
  fc
    .tuple(fc.constantFrom(0, 2), u64s, u64s)
    .map(([f, a, n]): [number, Buffer] => [CMD.DMA_UNMAP, body(24, f, a, n)]),
  fc.tuple(word, word).map(([f, i]): [number, Buffer] => [CMD.SET_IRQS, body(20, f, i, 0, 0)]),
  word.map((i): [number, Buffer] => [CMD.GET_REGION_INFO, body(32, 0, i, 0, 0n, 0n)]),
  word.map((i): [number, Buffer] => [CMD.GET_IRQ_INFO, body(16, 0, i, 0)]),
  fc.constant<[number, Buffer]>([CMD.RESET, Buffer.alloc(0)]),
  fc.constant<[number, Buffer]>([CMD.GET_INFO, body(16, 0, 0, 0)]),
  fc
    .tuple(fc.nat(20), fc.uint8Array({ maxLength: 40 }))
    .map(([c, b]): [number, Buffer] => [c, Buffer.from(b)]),
);
const flags = fc.constantFrom(0, 0, 0, 0x10, 0x10, 0x20, 0x11);
const messages = fc.array(fc.tuple(content, fc.constantFrom(0, 0x10)), { maxLength: 30 });

/** A stream's bytes with some overwritten, cut out or doubled. */
const damage = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255), fc.nat(3)), {
  minLength: 1,
  maxLength: 6,
});

function damaged(bytes: Buffer, changes: [number, number, number][]): Buffer {
  let out = Buffer.from(bytes);
  for (const [place, value, how] of changes) {
    const at = Math.floor(place * (out.length - 1));
    if (how === 0) out[at] = value;
    else if (how === 1) out[at] ^= 1 << (value & 7);
    else if (how === 2) out = Buffer.concat([out.subarray(0, at), out.subarray(at + (value & 31))]);
    else out = Buffer.concat([out.subarray(0, at), out.subarray(Math.max(0, at - (value & 31)))]);
  }
  return out;
}

describe("a connection", () => {
  it("replies to no write that the world has not seen", () => {
    const { world, socket } = connect();
    let seen = 0;
    world.writeAperture = (_vgpu, stores, bytes) => {
      eachRun(stores, bytes, (_at, size, run) => {
        seen += run.length / size;
      });
    };
    socket.emit("data", VERSION);
    const writes: Buffer[] = [];
    for (let i = 0; i < 3000; i++) {
      writes.push(message(i + 2, CMD.REGION_WRITE, 0, accessBody(BAR2, i * 4, 4, i)));
    }
    let early = 0;
    const write = socket.write.bind(socket);
    socket.write = (bytes, written) => {
      if (repliesOf([...socket.sent, Buffer.from(bytes)]).length - 1 > seen) early++;
      return write(bytes, written);
    };
    socket.emit("data", Buffer.concat(writes));
    expect(seen).toBe(3000);
    expect(socket.sent.length).toBeGreaterThan(1);
    expect(early).toBe(0);
    socket.destroy();
  });

  it("whose peer does not read is not read from at 1 MiB, and ends at 64 MiB", async () => {
    const { world, socket, failures, connection } = connect();
    socket.emit("data", VERSION);
    socket.emit("data", message(2, CMD.DMA_MAP, 0, body(32, 3, 0n, 0n, 0x100_0000n)));
    connection.outbox.flush();
    socket.write = (bytes) => {
      socket.writableLength += bytes.length;
      return false;
    };
    let reads = 0;
    for (; !socket.isPaused && reads < 10_000; reads++) {
      socket.emit("data", message(3, CMD.REGION_READ, 0, body(0n, CONFIG, 256)));
    }
    expect(reads * 288).toBeGreaterThan(0x10_0000);
    expect(reads * 288).toBeLessThan(0x10_0000 + 600);
    expect(connection.waiting).toBe(true);
    const bytes = new Uint8Array(0x10_0000);
    for (let i = 0; i < 60; i++) connection.write(0, 0, 0, bytes);
    await Promise.resolve();
    expect(socket.isClosed).toBe(false);
    for (let i = 0; i < 5; i++) connection.write(0, 0, 0, bytes);
    await Promise.resolve();
    expect(socket.isClosed).toBe(true);
    expect(world.calls.at(-1)).toBe("detached 1");
    expect(failures).toEqual([]);
  });

  it("answers every request but posted ones, once and in order", () => {
    fc.assert(
      fc.property(messages, fc.integer({ min: 1, max: 3000 }), (list, cut) => {
        const { socket, failures, connection } = connect();
        const wanted = [1];
        const stream = [VERSION];
        for (const [i, [[command, content], flag]] of list.entries()) {
          stream.push(message(i + 2, command, flag, content));
          if (flag === 0) wanted.push(i + 2);
        }
        const bytes = Buffer.concat(stream);
        for (let at = 0; at < bytes.length; at += cut) socket.emit("data", bytes.subarray(at, at + cut));
        connection.outbox.flush();
        expect(failures).toEqual([]);
        expect(socket.isClosed).toBe(false);
        expect(repliesOf(socket.sent)).toEqual(wanted);
        socket.destroy();
      }),
      { numRuns: 1500 },
    );
  });

  it("survives any damage to them: it goes on, waits for the rest, or ends", () => {
    const any = fc.array(fc.tuple(content, flags), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(any, damage, fc.integer({ min: 1, max: 500 }), (list, changes, cut) => {
        const { socket, failures, connection } = connect();
        socket.emit("data", VERSION);
        const stream = list.map(([[command, content], flag], i) => message(i + 2, command, flag, content));
        const bytes = damaged(Buffer.concat(stream), changes);
        for (let at = 0; at < bytes.length; at += cut) socket.emit("data", bytes.subarray(at, at + cut));
        const isOpen = !socket.isClosed;
        if (isOpen && !connection.waiting) {
          socket.emit("data", message(0xfffe, CMD.REGION_READ, 0, body(0n, BAR0, 4)));
          expect(repliesOf(socket.sent).at(-1)).toBe(0xfffe);
        }
        socket.destroy();
        expect(failures).toEqual([]);
        expect(connection.attached).toBe(false);
      }),
      { numRuns: 4000 },
    );
  });

  it("survives bytes without any sense", () => {
    fc.assert(
      fc.property(fc.boolean(), fc.uint8Array({ maxLength: 200 }), fc.nat(40), (attach, bytes, length) => {
        const { socket, failures } = connect();
        if (attach) socket.emit("data", VERSION);
        // Half of them with a header that says a likely size and command.
        if (bytes.length >= 16 && (bytes[0] & 1) === 0)
          bytes.set([bytes[1] & 15, 0, 16 + length, 0, 0, 0, 0, 0], 2);
        socket.emit("data", Buffer.from(bytes));
        socket.destroy();
        expect(failures).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });
});

describe("a server on a real socket", () => {
  const session = Buffer.concat([
    VERSION,
    message(2, CMD.DMA_MAP, 0, body(32, 3, 0n, 0n, 0x10_0000n)),
    message(3, CMD.GET_INFO, 0, body(16, 0, 0, 0)),
    message(4, CMD.GET_REGION_INFO, 0, body(32, 0, 7, 0, 0n, 0n)),
    message(5, CMD.REGION_READ, 0, body(0n, CONFIG, 256)),
    message(6, CMD.SET_IRQS, 0, body(20, 0x24, 1, 0, 1)),
    message(7, CMD.REGION_WRITE, 0x10, accessBody(BAR2, 0, 4, 5)),
    message(8, CMD.WRITE_MULTI, 0x10, multiBody([{ region: BAR2, at: 4, size: 4, value: 6n }])),
    message(9, CMD.REGION_READ, 0, body(0x2234n, BAR0, 4)),
    message(10, CMD.DMA_UNMAP, 0, body(24, 0, 0n, 0x1000n)),
    message(11, CMD.RESET, 0, Buffer.alloc(0)),
  ]);

  it("serves the next guest after a session that was cut at any byte", async () => {
    const rig = await makeRig();
    for (let length = 0; length <= session.length; length++) {
      const client = await rig.connect();
      client.raw(session.subarray(0, length));
      // Half of them wait until the server has seen it; the others are gone at once.
      if (length % 2 === 0 && length >= VERSION.length) await until(() => rig.server.attached, "attachment");
      await client.close();
    }
    const last = await rig.connect();
    await last.handshake(0x10_0000n);
    expect(rig.errors).toEqual([]);
    const attached = rig.world.calls.filter((line) => line.startsWith("attached")).length;
    expect(rig.world.calls.filter((line) => line.startsWith("detached")).length).toBe(attached - 1);
  });

  it("serves the next guest after any damage", async () => {
    const rig = await makeRig();
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const client = await rig.connect();
        client.raw(damaged(session, changes));
        await client.close();
        const next = await rig.connect();
        await next.version();
        await next.close();
        expect(rig.errors).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
