import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { PORT_MSI } from "../../src/events/codes.ts";
import { DmaTable, SharedMemory } from "../../src/ports/vfio-user/memory.ts";
import { DONE, PENDING } from "../../src/replay/live/session.ts";
import { accessBody, BAR0, BAR2, body, CMD, message } from "./vfio-user-client.ts";
import { makeRig, temporaryFolder, until } from "./vfio-user-world.ts";

const GIB = 0x4000_0000;
const folder = temporaryFolder();
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

let files = 0;
/** A sparse file: only what is written takes room. */
function ramFile(bytes: number): string {
  const ramPath = path.join(folder, `ram${files++}`);
  fs.writeFileSync(ramPath, "");
  fs.truncateSync(ramPath, bytes);
  return ramPath;
}

function fill(ramPath: string, at: number, byte: number, length = 4096): void {
  const fd = fs.openSync(ramPath, "r+");
  fs.writeSync(fd, Buffer.alloc(length, byte), 0, length, at);
  fs.closeSync(fd);
}

function peek(ramPath: string, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  const fd = fs.openSync(ramPath, "r");
  fs.readSync(fd, bytes, 0, length, at);
  fs.closeSync(fd);
  return bytes;
}

describe("RAM in a shared file", () => {
  it("is what can be written, lies inside the file, and is not a second way to its start", () => {
    const table = new DmaTable();
    const memory = new SharedMemory(table, ramFile(GIB));
    memory.open();
    const ram = (iova: number, size: number, offset: number, writable = true): boolean => {
      const is = memory.isRam({ iova, size, offset, writable });
      table.add({ iova, size, offset, writable, ram: is });
      return is;
    };
    expect(ram(0, 0xa_0000, 0)).toBe(true);
    // Without a descriptor: option ROM space that can be written for a while, offset 0.
    expect(ram(0xc_0000, 0x2_0000, 0)).toBe(false);
    expect(ram(0xe_0000, 0x2_0000, 0xe_0000, false)).toBe(false);
    expect(ram(0x10_0000, GIB - 0x10_0000, 0x10_0000)).toBe(true);
    expect(ram(0xfffc_0000, 0x4_0000, 0, false)).toBe(false);
    expect(ram(0x1_0000_0000, GIB, 0x1000)).toBe(false);
    memory.close();
  });

  it("is read and written in place, below the hole and above 4 GiB", async () => {
    const ramPath = ramFile(5 * GIB);
    const rig = await makeRig({ ramPath });
    const client = await rig.connect();
    await client.version();
    await client.map(0n, 0xc000_0000n, 0n);
    await client.map(0x1_0000_0000n, 0x8000_0000n, 0xc000_0000n);
    expect(rig.world.take().slice(1)).toEqual([
      "mapped 1 0 c0000000 coherent rw",
      "mapped 1 100000000 80000000 coherent rw",
    ]);
    fill(ramPath, 0xbfff_f000, 0x11);
    fill(ramPath, 0xc000_0000, 0x22);
    fill(ramPath, 5 * GIB - 4096, 0x33);
    const { hands } = rig.server;
    const page = new Uint8Array(4096);
    const fetched = (gfn: number): [number, number, number] => {
      page.fill(0xee);
      return [hands.fetch(1, gfn, 1, page), page[0], page[4095]];
    };
    expect(fetched(0xb_ffff)).toEqual([DONE, 0x11, 0x11]);
    expect(fetched(0xc_0000)).toEqual([14, 0xee, 0xee]);
    expect(fetched(0x10_0000)).toEqual([DONE, 0x22, 0x22]);
    expect(fetched(0x17_ffff)).toEqual([DONE, 0x33, 0x33]);
    expect(fetched(0x18_0000)).toEqual([14, 0xee, 0xee]);
    expect(fetched(0xffff_ffff)).toEqual([14, 0xee, 0xee]);
    expect(hands.write(1, 0x10, 1, 0, Uint8Array.of(1, 2, 3, 4))).toBe(DONE);
    expect(peek(ramPath, 0xc000_0010, 4)).toEqual(Buffer.of(1, 2, 3, 4));
    expect(hands.write(1, 0xbfff_fffe, 0, 0, Uint8Array.of(5, 6, 7, 8))).toBe(14);
    expect(peek(ramPath, 0xbfff_fffe, 2)).toEqual(Buffer.of(0x11, 0x11));
    expect(rig.world.take()).toEqual([]);
  });

  it("goes over a border of two maps in one write", async () => {
    const ramPath = ramFile(0x10_0000);
    const rig = await makeRig({ ramPath });
    const client = await rig.connect();
    await client.version();
    await client.map(0x1_0000n, 0x1_0000n, 0x8000n);
    await client.map(0x2_0000n, 0x1_0000n, 0x4_0000n);
    expect(rig.server.hands.write(1, 0x1_fffe, 0, 0, Uint8Array.of(1, 2, 3, 4))).toBe(DONE);
    expect(peek(ramPath, 0x1_7ffe, 2)).toEqual(Buffer.of(1, 2));
    expect(peek(ramPath, 0x4_0000, 2)).toEqual(Buffer.of(3, 4));
  });

  it("follows unmaps, and is gone with the guest", async () => {
    const ramPath = ramFile(GIB);
    const rig = await makeRig({ ramPath });
    const client = await rig.connect();
    await client.handshake(0xa_0000n);
    await client.map(0xa_0000n, 0x6_0000n, 0xa_0000n);
    await client.map(0x10_0000n, 0x3ff0_0000n, 0x10_0000n);
    rig.world.take();
    const page = new Uint8Array(4096);
    const { hands } = rig.server;
    expect(hands.fetch(1, 0xa0, 1, page)).toBe(DONE);
    await client.unmap(0xa_0000n, 0x6_0000n);
    expect(hands.fetch(1, 0x9f, 1, page)).toBe(DONE);
    expect(hands.fetch(1, 0xa0, 1, page)).toBe(14);
    expect(hands.fetch(1, 0x100, 1, page)).toBe(DONE);
    await client.map(0xc_0000n, 0x4_0000n, 0xc_0000n, 1);
    expect(hands.fetch(1, 0xc0, 1, page)).toBe(14);
    expect((await client.request(CMD.DMA_UNMAP, body(24, 2, 0n, 0n))).errno).toBe(0);
    expect(hands.fetch(1, 0x100, 1, page)).toBe(14);
    expect(rig.world.take()).toEqual([
      "unmapped 1 a0000 60000",
      "mapped 1 c0000 40000 apart ro",
      "unmapped 1 0 fffffffffffff000",
    ]);
    await client.close();
    await until(() => !rig.server.attached, "detachment");
    expect(hands.fetch(1, 0, 1, page)).toBe(19);
    expect(hands.write(1, 0, 0, 0, page)).toBe(19);
  });

  it("says what to do where the file is missing, and serves the next guest", async () => {
    const ramPath = path.join(folder, "late.ram");
    const rig = await makeRig({ ramPath });
    const client = await rig.connect();
    await client.version();
    await expect(client.map(0n, 0x1_0000n, 0n)).rejects.toThrow("errno 19");
    expect(rig.errors.map((error) => error.code)).toEqual(["ram-file"]);
    expect(rig.errors[0].message).toContain(`guest RAM ${ramPath}: ENOENT`);
    expect(rig.errors[0].message).toContain("memory-backend-file,share=on");
    await client.close();
    fs.writeFileSync(ramPath, Buffer.alloc(0x1_0000, 7));
    const next = await rig.connect();
    await next.version();
    await next.map(0n, 0x1_0000n, 0n);
    const page = new Uint8Array(4096);
    expect(rig.server.hands.fetch(1, 1, 1, page)).toBe(DONE);
    expect(page[9]).toBe(7);
  });

  it("that shrank under a map is an I/O error, not a page of old bytes", async () => {
    const ramPath = ramFile(0x1_0000);
    const rig = await makeRig({ ramPath });
    const client = await rig.connect();
    await client.version();
    await client.map(0n, 0x1_0000n, 0n);
    fs.truncateSync(ramPath, 0x1800);
    expect(rig.server.hands.fetch(1, 1, 1, new Uint8Array(4096))).toBe(5);
  });
});

describe("memory by messages", () => {
  function memoryOf(ram: Buffer) {
    return (at: number, length: number) => (at + length <= ram.length ? ram.subarray(at, at + length) : null);
  }

  it("fetches pages and writes them, and says when", async () => {
    const ram = Buffer.alloc(0x10_0000, 0x5a);
    const rig = await makeRig();
    const client = await rig.connect({ memory: memoryOf(ram) });
    await client.version();
    await client.map(0n, BigInt(ram.length), 0n);
    expect(rig.world.take()).toEqual([`attached 1 ${PORT_MSI}`, "mapped 1 0 100000 apart rw"]);
    const { hands } = rig.server;
    const page = new Uint8Array(4096);
    let content = 0;
    rig.world.onFetched = (_ticket, bytes) => {
      content = bytes[0];
    };
    expect(hands.fetch(1, 3, 41, page)).toBe(PENDING);
    expect(hands.fetch(1, 0x100, 42, page)).toBe(14);
    expect(hands.write(1, 0x2000, 0, 43, Uint8Array.of(1, 2, 3, 4))).toBe(PENDING);
    expect(hands.write(1, 0xf_fffe, 0, 44, Uint8Array.of(1, 2, 3, 4))).toBe(14);
    await until(() => rig.world.calls.length === 2, "both answers");
    expect(rig.world.take()).toEqual(["fetched 41 4096", "written 43"]);
    expect(content).toBe(0x5a);
    expect(ram.subarray(0x2000, 0x2005)).toEqual(Buffer.of(1, 2, 3, 4, 0x5a));
    expect(client.served.map(({ command, address, length }) => [command, address, length])).toEqual([
      [CMD.DMA_READ, 0x3000, 4096],
      [CMD.DMA_WRITE, 0x2000, 4],
    ]);
  });

  it("cuts a long write into messages of at most 64 KiB and answers it once", async () => {
    const ram = Buffer.alloc(0x10_0000);
    const rig = await makeRig();
    const client = await rig.connect({ memory: memoryOf(ram) });
    await client.version();
    await client.map(0n, BigInt(ram.length), 0n);
    rig.world.take();
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
    expect(rig.server.hands.write(1, 0x1001, 0, 7, bytes)).toBe(PENDING);
    await until(() => rig.world.calls.length > 0, "the answer");
    expect(rig.world.take()).toEqual(["written 7"]);
    expect(ram.subarray(0x1001, 0x1001 + bytes.length).equals(bytes)).toBe(true);
    expect(Math.max(...client.served.map(({ length }) => length))).toBeLessThanOrEqual(0x1_0000);
  });

  it("reports what the guest refuses", async () => {
    const rig = await makeRig();
    const client = await rig.connect({ memory: () => null });
    await client.version();
    await client.map(0n, 0x10_0000n, 0n);
    rig.world.take();
    rig.server.hands.fetch(1, 1, 8, new Uint8Array(4096));
    rig.server.hands.write(1, 0x1000, 0, 9, new Uint8Array(100_000));
    await until(() => rig.world.calls.length === 2, "both answers");
    client.busMaster = false;
    rig.server.hands.fetch(1, 1, 10, new Uint8Array(4096));
    await until(() => rig.world.calls.length === 3, "the third");
    expect(rig.world.take()).toEqual(["fetchFailed 8 14", "writeFailed 9 14", "fetchFailed 10 19"]);
    expect(rig.server.attached).toBe(true);
  });

  it("never holds up a read: its reply overtakes what it asked for", async () => {
    const ram = Buffer.alloc(0x10_0000, 0x77);
    const rig = await makeRig();
    const client = await rig.connect({ memory: memoryOf(ram), requests: "manual" });
    await client.version();
    await client.map(0n, BigInt(ram.length), 0n);
    rig.world.take();
    rig.world.onRead = () => {
      expect(rig.server.hands.fetch(1, 5, 77, new Uint8Array(4096))).toBe(PENDING);
      return { lo: 0, hi: 0 };
    };
    expect(await client.read(BAR2, 0x5000)).toBe(0n);
    expect(client.waiting).toBe(1);
    expect(rig.world.take()).toEqual(["read 1 aperture 5000 4"]);
    client.serveRequests();
    await until(() => rig.world.calls.length > 0, "the page");
    expect(rig.world.take()).toEqual(["fetched 77 4096"]);
  });

  it("keeps the order of a guest's writes and its answers", async () => {
    const rig = await makeRig();
    const client = await rig.connect({ memory: () => Buffer.alloc(4096), requests: "manual" });
    await client.version();
    await client.map(0n, 0x1000n, 0n);
    rig.server.hands.fetch(1, 0, 6, new Uint8Array(4096));
    await until(() => client.waiting === 1, "the request");
    rig.world.take();
    // In one piece, so that no end of input comes between them.
    const write = message(7, CMD.REGION_WRITE, 0x10, accessBody(BAR2, 0, 4, 1));
    const { id } = client.peek();
    client.raw(Buffer.concat([write, message(id, CMD.DMA_READ, 1, pageAt(0n)), write]));
    await until(() => rig.world.calls.length === 3, "all three");
    expect(rig.world.take()).toEqual([
      "aperture 1 0 4 01000000",
      "fetched 6 4096",
      "aperture 1 0 4 01000000",
    ]);
  });

  function pageAt(address: bigint): Buffer {
    return Buffer.concat([body(address, 4096n), Buffer.alloc(4096)]);
  }

  it("drops what a guest leaves unanswered; the next one's ids start anew", async () => {
    const rig = await makeRig();
    const client = await rig.connect({ requests: "manual" });
    await client.version();
    await client.map(0n, 0x10_0000n, 0n);
    for (let i = 0; i < 100; i++) rig.server.hands.fetch(1, i, i + 1, new Uint8Array(4096));
    await until(() => client.waiting === 100, "the requests");
    await client.close();
    await until(() => !rig.server.attached, "detachment");
    rig.world.take();
    const next = await rig.connect();
    await next.handshake(0x10_0000n);
    expect(rig.world.calls.some((line) => line.startsWith("fetch"))).toBe(false);
  });

  it("keeps an id while it is unanswered, over all 65,536", async () => {
    const ram = Buffer.alloc(0x1000);
    const rig = await makeRig();
    const client = await rig.connect({ memory: memoryOf(ram), requests: "manual" });
    await client.version();
    await client.map(0n, 0x1000n, 0n);
    rig.world.take();
    const page = new Uint8Array(4096);
    expect(rig.server.hands.fetch(1, 0, 1, page)).toBe(PENDING);
    // Posted messages use ids up, and must step over the one that waits.
    for (let i = 0; i < 70_000; i++) rig.server.hands.inject(1, 0xfee0_0000, i);
    await until(() => client.waiting === 70_001, "the messages");
    client.serveRequests();
    await until(() => rig.world.calls.length > 0, "the page");
    expect(rig.world.take()).toEqual(["fetched 1 4096"]);
    expect(client.msis.length).toBe(70_000);
    const [first, ...others] = client.served;
    expect(first.command).toBe(CMD.DMA_READ);
    expect(others.every(({ id }) => id !== first.id)).toBe(true);
    expect(rig.server.attached).toBe(true);
  });
});

describe("interrupts", () => {
  it("are posted writes of four bytes, before the reply of the read that raised them", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    rig.world.onRead = () => {
      rig.server.hands.inject(1, 0xfee0_1004, 0x4025);
      return { lo: 0, hi: 0 };
    };
    await client.read(BAR0, 0x4_4200);
    expect(client.msis).toEqual([{ address: 0xfee0_1004, data: 0x4025 }]);
    expect(client.served.length).toBe(1);
    expect(client.served[0]).toMatchObject({ command: CMD.DMA_WRITE, length: 4, posted: true });
  });

  it("leave by themselves, with no message of the guest's to wait for", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    rig.server.hands.inject(1, 0xfee0_0000, 1);
    await until(() => client.msis.length === 1, "the interrupt");
  });

  it("do not end the connection where QEMU refuses them", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    client.busMaster = false;
    rig.server.hands.inject(1, 0xfee0_0000, 1);
    await until(() => client.served.length === 1, "the interrupt");
    client.busMaster = true;
    expect(await client.read(BAR0, 0)).toBe(0n);
    rig.server.hands.inject(1, 0xfee0_0000, 2);
    await until(() => client.msis.length === 1, "the next one");
  });
});
