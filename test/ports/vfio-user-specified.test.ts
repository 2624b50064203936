/**
 * The protocol as specified, where a client may go other ways than QEMU does. Source: libvfio-user
 * docs/vfio-user.rst 0.9.2.
 */

import { describe, expect, it } from "vitest";
import { eachRun } from "../../src/events/pieces.ts";
import { BAR0, BAR2, BAR4, body, CMD } from "./vfio-user-client.ts";
import { makeRig, until } from "./vfio-user-world.ts";

const EBUSY = 16;
const EINVAL = 22;

/** The capabilities of a VERSION reply; those of the request are given. */
async function negotiate(
  proposed: Record<string, unknown> | null,
): Promise<{ errno: number; capabilities: Record<string, unknown>; events: string[] }> {
  const rig = await makeRig();
  const client = await rig.connect();
  const json = proposed === null ? "" : `${JSON.stringify({ capabilities: proposed })}\0`;
  const reply = await client.request(CMD.VERSION, Buffer.concat([body(0), Buffer.from(json)]));
  const text = reply.body.toString("utf8", 4, reply.body.length - 1);
  return {
    errno: reply.errno,
    capabilities: text === "" ? {} : JSON.parse(text).capabilities,
    events: rig.events,
  };
}

describe("VERSION", () => {
  it("answers with a subset of what was proposed", async () => {
    expect((await negotiate(null)).capabilities).toEqual({});
    expect((await negotiate({})).capabilities).toEqual({});
    expect((await negotiate({ pgsizes: 4096, twin_socket: {} })).capabilities).toEqual({ pgsizes: 4096 });
    expect((await negotiate({ write_multiple: true })).capabilities).toEqual({ write_multiple: true });
    expect((await negotiate({ write_multiple: false })).capabilities).toEqual({});
  });

  it("claims no descriptors: a plain socket loses them", async () => {
    expect((await negotiate({ max_msg_fds: 16 })).capabilities).toEqual({ max_msg_fds: 0 });
  });

  it.each([4, 5, 1000, 1024, 4095, 4096, 2 ** 40])("takes a client of %d bytes a transfer", async (bytes) => {
    expect((await negotiate({ max_data_xfer_size: bytes })).errno).toBe(0);
  });

  it.each([
    [{ max_msg_fds: "foo" }, "max_msg_fds"],
    [{ max_msg_fds: -1 }, "max_msg_fds"],
    [{ max_msg_fds: 1.5 }, "max_msg_fds"],
    [{ max_dma_maps: [] }, "max_dma_maps"],
    [{ max_data_xfer_size: null }, "max_data_xfer_size"],
    [{ max_data_xfer_size: 3 }, "below 4"],
    [{ pgsizes: 8192 }, "pages of 4 KiB"],
    [{ write_multiple: 1 }, "write_multiple"],
  ])("refuses %j and says why", async (proposed, why) => {
    const { errno, events } = await negotiate(proposed);
    expect(errno).toBe(EINVAL);
    await until(() => events.length === 1, "the line");
    expect(events[0]).toMatch(/^detached: VERSION refused \(errno 22\): its /);
    expect(events[0]).toContain(why);
  });
});

describe("a second client", () => {
  it("gets an error reply to its VERSION, and the log a line", async () => {
    const rig = await makeRig();
    const first = await rig.connect();
    await first.version();
    const second = await rig.connect();
    const reply = await second.request(CMD.VERSION, body(0));
    expect([reply.errno, reply.body.length]).toEqual([EBUSY, 0]);
    await second.closed;
    expect(rig.errors.map(({ code, message }) => [code, message.replace(rig.socketPath, "PATH")])).toEqual([
      [
        "taken",
        "PATH: a second guest was refused: one is attached; let the first one go, or serve another vGPU (--guests)",
      ],
    ]);
    expect(await first.read(BAR0, 0)).toBe(0n);
  });

  it("that says nothing is let go too", async () => {
    const rig = await makeRig();
    await (await rig.connect()).version();
    const [second, third] = [await rig.connect(), await rig.connect()];
    third.raw(Buffer.of(1, 0, 1));
    await Promise.all([second.closed, third.closed]);
    expect(rig.errors.length).toBe(2);
  });
});

describe("DMA by small transfers", () => {
  it("a page comes in as many parts as it takes, a failed part fails it", async () => {
    const ram = Buffer.from(Array.from({ length: 8192 }, (_, i) => (i * 7) & 0xff));
    const rig = await makeRig();
    let hole = -1;
    const memory = (at: number, length: number) => (at === hole ? null : ram.subarray(at, at + length));
    const client = await rig.connect({ memory });
    const json = Buffer.from('{"capabilities":{"max_data_xfer_size":1000}}\0');
    await client.request(CMD.VERSION, Buffer.concat([body(0), json]));
    await client.map(0n, 8192n, 0n);
    const pages: Buffer[] = [];
    rig.world.onFetched = (_ticket, bytes) => pages.push(Buffer.from(bytes));
    rig.world.take();
    rig.server.hands.fetch(1, 1, 7, new Uint8Array(4096));
    await until(() => rig.world.calls.length > 0, "the page");
    expect(client.served.map(({ address, length }) => [address, length])).toEqual([
      [4096, 1000],
      [5096, 1000],
      [6096, 1000],
      [7096, 1000],
      [8096, 96],
    ]);
    expect(pages).toEqual([ram.subarray(4096)]);
    hole = 6096;
    rig.server.hands.fetch(1, 1, 8, new Uint8Array(4096));
    await until(() => rig.world.calls.length > 1, "the failure");
    await client.read(BAR0, 0);
    expect(rig.world.take()).toEqual(["fetched 7 4096", "fetchFailed 8 14", "read 1 mmio 0 4"]);
  });
});

describe("DMA_UNMAP", () => {
  const unmap = (iova: bigint, size: bigint) => body(24, 0, iova, size);

  it("of a range that was never mapped, or of a part, is refused and changes nothing", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    await client.map(0x10_0000n, 0x10_0000n, 0n);
    rig.world.take();
    for (const [iova, size] of [
      [0n, 0x1000n],
      [0x10_0000n, 0x1000n],
      [0x1f_f000n, 0x1000n],
      [0x14_0000n, 0x2_0000n],
      [0x18_0000n, 0x10_0000n],
      [0xf_f000n, 0x2000n],
      [1n << 60n, 1n << 60n],
    ]) {
      expect((await client.request(CMD.DMA_UNMAP, unmap(iova, size))).errno).toBe(EINVAL);
    }
    expect(rig.world.take()).toEqual([]);
    await client.unmap(0x10_0000n, 0x10_0000n);
    expect(rig.world.take()).toEqual(["unmapped 1 100000 100000"]);
    expect((await client.request(CMD.DMA_UNMAP, unmap(0x10_0000n, 0x10_0000n))).errno).toBe(EINVAL);
  });

  it("of the two halves of 2^64, as QEMU does before an IOMMU of the guest's, drops what lies in them", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    await client.map(0n, 0xa_0000n, 0n);
    await client.map(0x10_0000n, 0x10_0000n, 0x10_0000n);
    rig.world.take();
    const HALF = 1n << 63n;
    await client.unmap(0n, HALF);
    await client.unmap(HALF, HALF);
    expect(rig.world.take()).toEqual(["unmapped 1 0 8000000000000000"]);
    await client.map(0n, 0x20_0000n, 0n);
    rig.world.take();
    expect((await client.request(CMD.DMA_UNMAP, body(24, 2, 0n, 0n))).errno).toBe(0);
    expect(rig.world.take()).toEqual(["unmapped 1 0 fffffffffffff000"]);
  });

  it("of whole maps that lie in one range is one row", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    await client.map(0n, 0x1000n, 0n);
    await client.map(0x4000n, 0x1000n, 0n);
    rig.world.take();
    await client.unmap(0n, 1n << 56n);
    expect(rig.world.take()).toEqual(["unmapped 1 0 100000000000000"]);
  });
});

describe("interrupts", () => {
  it("say what there is: MSI by a DMA write, no eventfd, no INTx", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    const infos = [];
    for (let index = 0; index < 5; index++) infos.push(await client.irqInfo(index));
    expect(infos.map(({ count }) => count)).toEqual([0, 1, 0, 0, 0]);
    expect(infos.map(({ flags }) => flags & 7)).toEqual([0, 0, 0, 0, 0]);
    expect((await client.request(CMD.SET_IRQS, body(20, 0x24, 0, 0, 1))).errno).toBe(EINVAL);
    // QEMU turns a kind off that was never on, and sends a descriptor for MSI whatever it was told.
    await client.setIrqs(0, 0x21, 0);
    await client.setIrqs(1, 0x24, 1);
  });
});

describe("accesses of any size that was negotiated", () => {
  it.each([3, 5, 16, 64, 4096, 0x1_0000, 0x10_0000])("a read and a write of %d bytes", async (count) => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    rig.world.onRead = (_region, at, size) => ({ lo: at, hi: size === 8 ? at + 4 : 0 });
    const bytes = await client.readBytes(BAR2, 0x100, count);
    for (let i = 0; i + 4 <= count; i += 4) expect(bytes.readUInt32LE(i)).toBe(0x100 + i);
    // What comes after a long reply arrives whole as well.
    expect(await client.read(BAR0, 0x40)).toBe(0x40n);
    const parts: Buffer[] = [];
    rig.world.writeAperture = (_vgpu, stores, bytes) =>
      eachRun(stores, bytes, (at, _size, part) => {
        expect(at).toBe(0x200 + Buffer.concat(parts).length);
        parts.push(Buffer.from(part));
      });
    const data = Buffer.from(Array.from({ length: count }, (_, i) => (i * 3) & 0xff));
    const written = await client.request(CMD.REGION_WRITE, Buffer.concat([body(0x200n, BAR2, count), data]));
    expect(written.errno).toBe(0);
    expect(Buffer.concat(parts).equals(data)).toBe(true);
  });

  it("come apart into aligned ones, in order", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    rig.world.take();
    await client.readBytes(BAR0, 0x2031, 16);
    await client.readBytes(BAR4, 1, 3);
    expect(rig.world.take()).toEqual([
      "read 1 mmio 2031 1",
      "read 1 mmio 2032 2",
      "read 1 mmio 2034 4",
      "read 1 mmio 2038 8",
      "read 1 mmio 2040 1",
      "read 1 io 1 1",
      "read 1 io 2 2",
    ]);
  });

  it("but no more: beyond 1 MiB, or over a region's end", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    for (const [at, region, count] of [
      [0n, BAR2, 0x10_0001],
      [0xff_fff0n, BAR0, 64],
      [60n, BAR4, 16],
    ] as const) {
      expect((await client.request(CMD.REGION_READ, body(at, region, count))).errno).toBe(EINVAL);
    }
  });
});
