import { describe, expect, it } from "vitest";
import { GTT_OFFSET } from "../../src/hw/units.ts";
import { accessBody, BAR0, BAR2, body, CMD, CONFIG, message } from "./vfio-user-client.ts";
import { makeRig, type Rig, until } from "./vfio-user-world.ts";

const EINVAL = 22;
const ENOSYS = 38;
const ENOTSUP = 95;

async function expectNextGuest(rig: Rig): Promise<void> {
  const client = await rig.connect();
  await client.handshake(0x10_0000n);
  expect(await client.read(CONFIG, 0)).toBe(0n);
}

const version = (json: string, major = 0): Buffer => Buffer.concat([body(major << 0), Buffer.from(json)]);

describe("a request that is wrong gets an error reply and changes nothing", () => {
  const region = (at: bigint, index: number, count: number) => body(at, index, count);
  const map = (...fields: (number | bigint)[]) => body(...fields);
  const cases: [string, number, Buffer, number][] = [
    ["no such command", 16, body(0), ENOSYS],
    ["command 0", 0, body(), ENOSYS],
    ["dirty pages", CMD.DIRTY_PAGES, body(8, 1), ENOTSUP],
    ["a DMA read, which is ours", CMD.DMA_READ, body(0n, 4096n), EINVAL],
    ["a DMA write, which is ours", CMD.DMA_WRITE, body(0n, 4n, 1), EINVAL],
    ["a second VERSION", CMD.VERSION, version("{}\0"), EINVAL],
    ["a read too short", CMD.REGION_READ, body(0n, 0), EINVAL],
    ["a read too long", CMD.REGION_READ, body(0n, 0, 4, 0), EINVAL],
    ["a read of nothing", CMD.REGION_READ, region(0n, BAR0, 0), EINVAL],
    ["a read of more than was negotiated", CMD.REGION_READ, region(0n, BAR0, 0x10_0001), EINVAL],
    ["a read of 4 GiB", CMD.REGION_READ, region(0n, BAR0, 0xffff_ffff), EINVAL],
    ["a read of a region that is not there", CMD.REGION_READ, region(0n, 1, 4), EINVAL],
    ["a read of region 9", CMD.REGION_READ, region(0n, 9, 4), EINVAL],
    ["a read of region 2^32 - 1", CMD.REGION_READ, region(0n, 0xffff_ffff, 4), EINVAL],
    ["a read at a region's end", CMD.REGION_READ, region(0x100_0000n, BAR0, 4), EINVAL],
    ["a read over a region's end", CMD.REGION_READ, region(0xff_fffcn, BAR0, 8), EINVAL],
    ["a read above 4 GiB", CMD.REGION_READ, region(0x1_0000_0000n, BAR0, 4), EINVAL],
    ["a read at the last address", CMD.REGION_READ, region(-4n, BAR0, 4), EINVAL],
    ["a read of more than config space", CMD.REGION_READ, region(1n, CONFIG, 256), EINVAL],
    ["a write too short for its count", CMD.REGION_WRITE, body(0n, BAR0, 8, 1), EINVAL],
    ["a write too long for its count", CMD.REGION_WRITE, body(0n, BAR0, 4, 1, 1), EINVAL],
    ["a write without data", CMD.REGION_WRITE, body(0n, BAR0, 0), EINVAL],
    ["a write with half an access", CMD.REGION_WRITE, body(0n, BAR0), EINVAL],
    ["a multi write of none", CMD.WRITE_MULTI, body(0n), EINVAL],
    ["a multi write without a count", CMD.WRITE_MULTI, body(1), EINVAL],
    ["a multi write with fewer entries", CMD.WRITE_MULTI, body(2n, 0n, BAR0, 4, 0n), EINVAL],
    ["a multi write with more entries", CMD.WRITE_MULTI, body(1n, 0n, BAR0, 4, 0n, 0n), EINVAL],
    ["a multi write of 2^64 - 1", CMD.WRITE_MULTI, body(-1n), EINVAL],
    ["a multi write of 16 bytes", CMD.WRITE_MULTI, body(1n, 0n, CONFIG, 16, 0n), EINVAL],
    ["a map too short", CMD.DMA_MAP, body(32, 3, 0n, 0n), EINVAL],
    ["a map with a small argsz", CMD.DMA_MAP, map(24, 3, 0n, 0x100_0000n, 0x1000n), EINVAL],
    ["a map without rights", CMD.DMA_MAP, map(32, 0, 0n, 0x100_0000n, 0x1000n), EINVAL],
    ["a map with unknown flags", CMD.DMA_MAP, map(32, 7, 0n, 0x100_0000n, 0x1000n), EINVAL],
    ["a map of nothing", CMD.DMA_MAP, map(32, 3, 0n, 0x100_0000n, 0n), EINVAL],
    ["a map of half a page", CMD.DMA_MAP, map(32, 3, 0n, 0x100_0000n, 0x800n), EINVAL],
    ["a map in the middle of a page", CMD.DMA_MAP, map(32, 3, 0n, 0x100_0800n, 0x1000n), EINVAL],
    ["a map at half a page of the file", CMD.DMA_MAP, map(32, 3, 8n, 0x100_0000n, 0x1000n), EINVAL],
    ["a map over the end of all", CMD.DMA_MAP, map(32, 3, 0n, -0x1000n, 0x1000n), EINVAL],
    ["a map above 2^52", CMD.DMA_MAP, map(32, 3, 0n, 1n << 52n, 0x1000n), EINVAL],
    ["a map with a huge offset", CMD.DMA_MAP, map(32, 3, -0x1000n, 0x100_0000n, 0x1000n), EINVAL],
    ["a map over another", CMD.DMA_MAP, map(32, 3, 0n, 0xf_f000n, 0x2000n), 17],
    ["an unmap too short", CMD.DMA_UNMAP, body(24, 0, 0n), EINVAL],
    ["an unmap of half a page", CMD.DMA_UNMAP, body(24, 0, 0n, 0x800n), EINVAL],
    ["an unmap of what was never mapped", CMD.DMA_UNMAP, body(24, 0, 0x100_0000n, 0x1000n), EINVAL],
    ["an unmap of a part of a map", CMD.DMA_UNMAP, body(24, 0, 0n, 0x1000n), EINVAL],
    ["an unmap over the end of all", CMD.DMA_UNMAP, body(24, 0, -0x1000n, 0x2000n), EINVAL],
    [
      "an unmap of half of 2^64 that is none of its halves",
      CMD.DMA_UNMAP,
      body(24, 0, 0x1000n, 1n << 63n),
      EINVAL,
    ],
    ["an unmap of nothing", CMD.DMA_UNMAP, body(24, 0, 0n, 0n), EINVAL],
    ["an unmap of all with a range", CMD.DMA_UNMAP, body(24, 2, 0n, 0x1000n), EINVAL],
    ["an unmap with a dirty bitmap", CMD.DMA_UNMAP, body(24, 1, 0n, 0x1000n), ENOTSUP],
    ["an unmap with unknown flags", CMD.DMA_UNMAP, body(24, 8, 0n, 0x1000n), EINVAL],
    ["info too short", CMD.GET_INFO, body(16, 0, 0), EINVAL],
    ["info with a small argsz", CMD.GET_INFO, body(8, 0, 0, 0), EINVAL],
    ["info of region 9", CMD.GET_REGION_INFO, body(32, 0, 9, 0, 0n, 0n), EINVAL],
    ["info of a region, too short", CMD.GET_REGION_INFO, body(32, 0, 0, 0), EINVAL],
    ["info of a region with a small argsz", CMD.GET_REGION_INFO, body(16, 0, 0, 0, 0n, 0n), EINVAL],
    ["descriptors of region 9", CMD.GET_REGION_IO_FDS, body(16, 0, 9, 0), EINVAL],
    ["info of interrupt 5", CMD.GET_IRQ_INFO, body(16, 0, 5, 0), EINVAL],
    ["info of an interrupt, too short", CMD.GET_IRQ_INFO, body(16, 0, 0), EINVAL],
    ["interrupt 5", CMD.SET_IRQS, body(20, 0x21, 5, 0, 0), EINVAL],
    ["two vectors of MSI", CMD.SET_IRQS, body(20, 0x24, 1, 0, 2), EINVAL],
    ["the second vector of MSI", CMD.SET_IRQS, body(20, 0x24, 1, 1, 1), EINVAL],
    ["INTx, which there is not", CMD.SET_IRQS, body(20, 0x24, 0, 0, 1), EINVAL],
    ["interrupts from 2^32 - 1 on", CMD.SET_IRQS, body(20, 0x24, 1, 0xffff_ffff, 1), EINVAL],
    ["a vector of MSI-X", CMD.SET_IRQS, body(20, 0x24, 2, 0, 1), EINVAL],
    ["interrupts with two kinds of data", CMD.SET_IRQS, body(20, 0x23, 1, 0, 0), EINVAL],
    ["interrupts without an action", CMD.SET_IRQS, body(20, 0x01, 1, 0, 0), EINVAL],
    ["interrupts with unknown flags", CMD.SET_IRQS, body(20, 0x61, 1, 0, 0), EINVAL],
    ["booleans that are missing", CMD.SET_IRQS, body(20, 0x22, 1, 0, 1), EINVAL],
    ["interrupts with another argsz", CMD.SET_IRQS, body(24, 0x24, 1, 0, 1), EINVAL],
    ["a reset with a body", CMD.RESET, body(0), EINVAL],
  ];

  it.each(cases)("%s", async (_name, command, content, errno) => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    await client.map(0n, 0x10_0000n, 0n);
    rig.world.take();
    const reply = await client.request(command, content);
    expect([reply.command, reply.errno, reply.body.length]).toEqual([command, errno, 0]);
    client.post(command, content);
    expect(await client.read(BAR0, 0)).toBe(0n);
    expect(rig.world.take()).toEqual(["read 1 mmio 0 4"]);
    expect(client.strays).toEqual([]);
  });

  it("flags that are not of a request", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    rig.world.take();
    for (const flags of [0x20, 0x40, 0x8000_0000]) {
      expect((await client.request(CMD.RESET, Buffer.alloc(0), flags)).errno).toBe(EINVAL);
    }
    expect(rig.world.take()).toEqual([]);
  });

  it("a read without a reply does not act on the device", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    rig.world.take();
    client.post(CMD.REGION_READ, body(0x4_4200n, BAR0, 4));
    await client.read(BAR0, GTT_OFFSET);
    expect(rig.world.take()).toEqual(["read 1 gtt 0 4"]);
  });
});

describe("a posted request", () => {
  it("of any kind is done without a reply", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    rig.world.take();
    client.post(CMD.DMA_MAP, body(32, 3, 0n, 0n, 0x1000n));
    client.post(CMD.RESET, Buffer.alloc(0));
    client.post(CMD.REGION_WRITE, accessBody(BAR2, 0, 4, 1));
    client.post(CMD.GET_INFO, body(16, 0, 0, 0));
    client.post(CMD.DMA_UNMAP, body(24, 0, 0n, 0x1000n));
    await client.read(CONFIG, 0);
    expect(rig.world.take()).toEqual([
      "mapped 1 0 1000 apart rw",
      "reset 1",
      "aperture 1 0 4 01000000",
      "unmapped 1 0 1000",
      "read 1 config 0 4",
    ]);
    expect(client.strays).toEqual([]);
  });
});

describe("VERSION", () => {
  const cases: [string, Buffer, number][] = [
    ["too short", Buffer.alloc(2), EINVAL],
    ["of another major", version("{}\0", 1), ENOTSUP],
    ["without its NUL", version("{} "), EINVAL],
    ["that is no JSON", version("{capabilities}\0"), EINVAL],
    ["that is no UTF-8", Buffer.concat([body(0), Buffer.of(0x22, 0xff, 0x22, 0)]), EINVAL],
    ["that is a list", version("[]\0"), EINVAL],
    ["with capabilities of a wrong type", version('{"capabilities":7}\0'), EINVAL],
    ["with transfers below an interrupt", version('{"capabilities":{"max_data_xfer_size":3}}\0'), EINVAL],
    ["with transfers that are text", version('{"capabilities":{"max_data_xfer_size":"1M"}}\0'), EINVAL],
    ["without pages of 4 KiB", version('{"capabilities":{"pgsizes":65536}}\0'), EINVAL],
    ["nested without end", version(`${"[".repeat(4000)}\0`), EINVAL],
    ["longer than 4 KiB", version(`"${"x".repeat(5000)}"\0`), EINVAL],
  ];

  it.each(cases)("%s is refused, and the connection closed", async (_name, content, errno) => {
    const rig = await makeRig();
    const client = await rig.connect();
    expect((await client.request(CMD.VERSION, content)).errno).toBe(errno);
    await client.closed;
    expect(rig.world.take()).toEqual([]);
    expect(rig.events).toEqual([
      expect.stringMatching(new RegExp(`^detached: VERSION refused \\(errno ${errno}\\): it`)),
    ]);
    await expectNextGuest(rig);
  });

  it.each([
    ["without capabilities at all", body(0)],
    ["with an empty object", version("{}\0")],
    [
      "of a later minor, with names that we do not know",
      version('{"capabilities":{"twin":true}}\0', 0x1_0000),
    ],
    ["with several page sizes", version('{"capabilities":{"pgsizes":2101248}}\0')],
  ])("%s is fine", async (_name, content) => {
    const rig = await makeRig();
    const client = await rig.connect();
    const reply = await client.request(CMD.VERSION, content);
    expect(reply.errno).toBe(0);
    expect(reply.body.readUInt32LE(0)).toBe(0);
    expect(rig.server.attached).toBe(true);
  });

  it("keeps DMA writes within what the client takes at once", async () => {
    const ram = Buffer.alloc(0x1_0000);
    const rig = await makeRig();
    const client = await rig.connect({ memory: (at, length) => ram.subarray(at, at + length) });
    await client.request(CMD.VERSION, version('{"capabilities":{"max_data_xfer_size":4096}}\0'));
    await client.map(0n, 0x1_0000n, 0n);
    rig.world.take();
    rig.server.hands.write(1, 0, 0, 1, new Uint8Array(10_000).fill(9));
    await until(() => rig.world.calls.length > 0, "the answer");
    expect(client.served.map(({ length }) => length)).toEqual([4096, 4096, 1808]);
    expect(ram.subarray(0, 10_001)).toEqual(Buffer.concat([Buffer.alloc(10_000, 9), Buffer.of(0)]));
  });
});

describe("what cannot be trusted ends the connection, and the next guest is served", () => {
  const request = (command: number, content: Buffer, flags = 0) => message(1, command, flags, content);
  const cases: [string, Buffer, string][] = [
    ["a size below the header", message(1, CMD.RESET, 0, Buffer.alloc(0), 15), "15 bytes"],
    ["a size of 0", message(1, CMD.RESET, 0, Buffer.alloc(0), 0), "0 bytes"],
    ["a size above the largest", message(1, CMD.REGION_WRITE, 0, Buffer.alloc(16), 0x10_0021), "negotiated"],
    ["a size of 4 GiB", message(1, CMD.REGION_WRITE, 0, Buffer.alloc(16), 0xffff_ffff), "negotiated"],
    ["a message type 2", request(CMD.RESET, body(), 2), "unknown type 2"],
    ["a reply that nobody asked for", request(CMD.DMA_READ, body(0n, 0n), 1), "not waiting"],
    ["an error reply that nobody asked for", request(CMD.DMA_WRITE, body(), 0x21), "not waiting"],
  ];

  it.each(cases)("%s", async (_name, bytes, reason) => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    client.write(BAR2, 0, 1);
    client.raw(bytes);
    client.write(BAR0, 0, 1);
    await client.closed;
    expect(rig.events[1]).toContain(reason);
    expect(rig.world.take().slice(1)).toEqual(["aperture 1 0 4 01000000", "detached 1"]);
    await expectNextGuest(rig);
  });

  it("anything before VERSION", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    const reply = await client.request(CMD.GET_INFO, body(16, 0, 0, 0));
    expect(reply.errno).toBe(EINVAL);
    await client.closed;
    expect(rig.world.take()).toEqual([]);
    await expectNextGuest(rig);
  });

  it("a reply before VERSION", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    client.raw(request(CMD.DMA_READ, body(), 1));
    await client.closed;
    await expectNextGuest(rig);
  });

  it.each([
    ["is of another command", (id: number) => message(id, CMD.DMA_WRITE, 1, page(0x1000n, 4096n))],
    ["is too short", (id: number) => message(id, CMD.DMA_READ, 1, body(0x1000n, 4096n, 0n))],
    ["is of another address", (id: number) => message(id, CMD.DMA_READ, 1, page(0x2000n, 4096n))],
    ["is of another count", (id: number) => message(id, CMD.DMA_READ, 1, page(0x1000n, 4095n))],
    ["comes twice", (id: number) => twice(message(id, CMD.DMA_READ, 1, page(0x1000n, 4096n)))],
  ])("a reply that %s", async (_name, make) => {
    const rig = await makeRig();
    const client = await rig.connect({ requests: "manual" });
    await client.version();
    await client.map(0n, 0x10_0000n, 0n);
    rig.server.hands.fetch(1, 1, 5, new Uint8Array(4096));
    await until(() => client.waiting === 1, "the request");
    client.raw(make(0));
    await client.closed;
    const calls = rig.world.take();
    expect(calls.includes("fetched 5 4096")).toBe(_name === "comes twice");
    expect(calls.at(-1)).toBe("detached 1");
    await expectNextGuest(rig);
  });

  function page(address: bigint, count: bigint): Buffer {
    return Buffer.concat([body(address, count), Buffer.alloc(4096)]);
  }

  function twice(bytes: Buffer): Buffer {
    return Buffer.concat([bytes, bytes]);
  }
});

describe("the machine behind the port", () => {
  it("ends everything when it throws in a request, and is not called again", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    rig.world.take();
    rig.world.onRead = () => {
      throw new Error("poisoned at row 7\nstack");
    };
    const read = client.read(BAR0, 0).catch((error: Error) => error.message);
    client.write(BAR0, 8, 1);
    expect(await read).toBe("the server closed the connection");
    expect(rig.errors.map(({ code, message }) => [code, message])).toEqual([
      ["world", "the machine stopped: poisoned at row 7"],
    ]);
    expect(rig.world.take()).toEqual(["read 1 mmio 0 4"]);
    await expect(rig.connect()).rejects.toThrow();
  });

  it("ends everything when it throws in its own turn", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    rig.world.onRun = () => {
      throw new Error("out of turns");
    };
    await client.version().catch(() => {});
    await client.closed;
    expect(rig.errors.map(({ code }) => code)).toEqual(["world"]);
    expect(rig.world.take().length).toBe(1);
  });

  it("ends everything when it throws at the detachment", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    rig.world.detached = () => {
      throw new Error("no");
    };
    await client.close();
    await until(() => rig.errors.length === 1, "the error");
    expect(rig.errors[0].code).toBe("world");
  });
});

describe("a guest that floods", () => {
  it("is not read from while it does not read its replies, and loses nothing", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    rig.world.take();
    const reads = [];
    for (let i = 0; i < 30_000; i++) reads.push(client.read(CONFIG, 0, 4));
    await Promise.all(reads);
    expect(rig.world.take().length).toBe(30_000);
  });

  it("is not read from while the recorder is full", async () => {
    let full = false;
    const rig = await makeRig({ paused: () => full });
    const client = await rig.connect();
    await client.version();
    rig.world.take();
    full = true;
    client.write(BAR0, 0, 1);
    await until(() => rig.world.calls.length === 1, "the first write");
    const runs = rig.world.runs.length;
    for (let i = 0; i < 50_000; i++) client.write(BAR0, 4, i);
    await new Promise((resolve) => setTimeout(resolve, 150));
    const early = rig.world.calls.length;
    expect(early).toBeLessThan(10_000);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(rig.world.calls.length).toBe(early);
    expect(rig.world.runs.length).toBe(runs);
    full = false;
    await client.read(BAR0, 8);
    expect(rig.world.take().length).toBe(50_002);
    await until(() => rig.world.runs.length > runs, "a turn");
  });
});
