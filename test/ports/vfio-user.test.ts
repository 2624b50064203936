import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { PORT_COHERENT, PORT_MSI } from "../../src/events/codes.ts";
import { APERTURE_BYTES, BAR0_BYTES, GTT_OFFSET, IO_BYTES, MMIO_BYTES } from "../../src/hw/units.ts";
import { VfioUserServer } from "../../src/ports/vfio-user/session.ts";
import { BAR0, BAR2, BAR4, body, CMD, CONFIG } from "./vfio-user-client.ts";
import { FakeWorld, makeRig, temporaryFolder, until } from "./vfio-user-world.ts";

const RAM = 0x4000_0000n;

function ramFile(folder: string, bytes: number): string {
  const ramPath = path.join(folder, "guest.ram");
  fs.writeFileSync(ramPath, "");
  fs.truncateSync(ramPath, bytes);
  return ramPath;
}

describe("the handshake", () => {
  it("goes in QEMU's order and reaches the world as rows", async () => {
    const folder = temporaryFolder();
    const rig = await makeRig({ ramPath: ramFile(folder, Number(RAM)) });
    const client = await rig.connect();
    const config = await client.handshake(RAM);
    expect(config.length).toBe(256);
    const calls = rig.world.take();
    const reads = calls.filter((line) => line.startsWith("read 1 config"));
    expect(reads.length).toBe(64);
    expect(calls.filter((line) => !line.startsWith("read 1 config"))).toEqual([
      `attached 1 ${PORT_COHERENT | PORT_MSI}`,
      "mapped 1 0 40000000 coherent rw",
      "mapped 1 fffc0000 40000 apart ro",
      "write 1 config 30 4 ffffffff",
      "reset 1",
    ]);
    expect(rig.server.attached).toBe(true);
    expect(rig.events).toEqual(["attached"]);
    await client.close();
    await until(() => !rig.server.attached, "detachment");
    expect(rig.world.take()).toEqual(["detached 1"]);
    expect(rig.world.flushes).toBe(1);
    fs.rmSync(folder, { recursive: true });
  });

  it("offers multi writes and transfers of 1 MiB", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    const capabilities = await client.version();
    expect(capabilities).toMatchObject({ write_multiple: true, max_data_xfer_size: 1 << 20, pgsizes: 4096 });
    expect(rig.world.take()).toEqual([`attached 1 ${PORT_MSI}`]);
  });

  it("shows regions that cannot be mapped, and the interrupts", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    const info = await client.request(CMD.GET_INFO, body(16, 0, 0, 0));
    expect([...new Uint32Array(new Uint8Array(info.body).buffer)]).toEqual([16, 3, 9, 5]);
    const sizes = [];
    for (let index = 0; index < 9; index++) sizes.push(await client.regionInfo(index));
    const all = [BAR0_BYTES, 0, APERTURE_BYTES, 0, IO_BYTES, 0, 0, 256, 0];
    expect(sizes).toEqual(all.map((size) => ({ flags: size === 0 ? 0 : 3, size: BigInt(size) })));
    const counts = [];
    for (let index = 0; index < 5; index++) counts.push((await client.irqInfo(index)).count);
    expect(counts).toEqual([0, 1, 0, 0, 0]);
    const descriptors = await client.request(CMD.GET_REGION_IO_FDS, body(16, 0, 0, 0));
    expect([...new Uint32Array(new Uint8Array(descriptors.body).buffer)]).toEqual([16, 0, 0, 0]);
  });
});

describe("accesses", () => {
  it("keep region, size and value", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    rig.world.take();
    rig.world.onRead = (_region, at, size) => ({ lo: 0x8000_0000 + at, hi: size === 8 ? 0xfedc_ba98 : 0 });
    expect(await client.read(BAR0, 0x2234, 4)).toBe(0x8000_2234n);
    expect(await client.read(BAR0, 0x7_8000, 8)).toBe(0xfedc_ba98_8007_8000n);
    expect(await client.read(BAR0, GTT_OFFSET + 16, 8)).toBe(0xfedc_ba98_8000_0010n);
    expect(await client.read(BAR0, 0x101, 1)).toBe(1n);
    expect(await client.read(BAR0, 0x102, 2)).toBe(0x102n);
    expect(await client.read(BAR2, APERTURE_BYTES - 4, 4)).toBe(0x8000_0000n + BigInt(APERTURE_BYTES - 4));
    expect(await client.read(BAR4, 60, 4)).toBe(0x8000_003cn);
    expect(await client.read(CONFIG, 0xfc, 4)).toBe(0x8000_00fcn);
    client.write(BAR0, 0x2230, 0x1234_5678);
    client.write(BAR0, GTT_OFFSET + 8, 0x1122_3344_5566_7788n, 8);
    client.write(BAR0, GTT_OFFSET + 16, 0x5566_7788, 4);
    client.write(BAR0, GTT_OFFSET + 20, 0x1122_3344, 4);
    client.write(BAR4, 4, 7, 1);
    await client.writeSync(CONFIG, 4, 0x0406, 2);
    expect(rig.world.take().slice(8)).toEqual([
      "write 1 mmio 2230 4 12345678",
      "write 1 gtt 8 8 11223344:55667788",
      "write 1 gtt 10 4 55667788",
      "write 1 gtt 14 4 11223344",
      "write 1 io 4 1 7",
      "write 1 config 4 2 406",
    ]);
  });

  it("between registers and page table read zero and go nowhere", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    rig.world.take();
    rig.world.onRead = () => ({ lo: 0xffff_ffff, hi: 0xffff_ffff });
    expect(await client.read(BAR0, MMIO_BYTES, 8)).toBe(0n);
    await client.writeSync(BAR0, GTT_OFFSET - 4, 5);
    expect(rig.world.take()).toEqual([]);
  });

  it("that are not aligned come apart into aligned ones", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    rig.world.take();
    await client.read(BAR0, MMIO_BYTES - 4, 8);
    await client.read(BAR0, 0x1001, 4);
    await client.read(CONFIG, 0, 8);
    await client.writeSync(BAR0, 0x2002, 0xaabb_ccdd, 4);
    expect(rig.world.take()).toEqual([
      "read 1 mmio 1ffffc 4",
      "read 1 mmio 1001 1",
      "read 1 mmio 1002 2",
      "read 1 mmio 1004 1",
      "read 1 config 0 4",
      "read 1 config 4 4",
      "write 1 mmio 2002 2 ccdd",
      "write 1 mmio 2004 2 aabb",
    ]);
  });

  it("to the aperture join where they follow one another with one size", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    rig.world.take();
    const dword = (at: number, value: number) => ({ region: BAR2, at, size: 4, value: BigInt(value) });
    client.writeMulti([
      dword(0x100, 1),
      dword(0x104, 2),
      { region: BAR2, at: 0x108, size: 8, value: 3n },
      dword(0x110, 4),
      dword(0x118, 5),
      { region: BAR0, at: 0x2000, size: 4, value: 6n },
      dword(0x11c, 7),
      dword(0x11c, 8),
    ]);
    await client.read(BAR2, 0x11c);
    expect(rig.world.take()).toEqual([
      "aperture 1 100 4 0100000002000000",
      "+ aperture 1 108 8 0300000000000000",
      "+ aperture 1 110 4 04000000",
      "+ aperture 1 118 4 05000000",
      "write 1 mmio 2000 4 6",
      "aperture 1 11c 4 07000000",
      "+ aperture 1 11c 4 08000000",
      "read 1 aperture 11c 4",
    ]);
  });

  it("to the aperture reach the world when the input ends, with no other access behind them", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    rig.world.take();
    client.write(BAR2, 0, 0x0403_0201);
    await until(() => rig.world.calls.length > 0, "the run");
    expect(rig.world.take()).toEqual(["aperture 1 0 4 01020304"]);
  });

  it("join over messages, and a run is at most 64 KiB", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    rig.world.take();
    const writes = [];
    for (let i = 0; i < 40_000; i++) writes.push({ region: BAR2, at: i * 4, size: 4, value: BigInt(i) });
    for (let from = 0; from < writes.length; from += 200) client.writeMulti(writes.slice(from, from + 200));
    await client.read(BAR0, 0);
    const runs = rig.world.take().filter((line) => line.startsWith("aperture"));
    const bytes = runs.map((line) => Number(line.split(" ")[4]));
    expect(bytes.reduce((a, b) => a + b)).toBe(160_000);
    expect(Math.max(...bytes)).toBeLessThanOrEqual(0x1_0000);
    expect(runs.length).toBeLessThan(60);
  });

  it("of one multi message are all refused where one is wrong", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    rig.world.take();
    const good = body(0x2000n, BAR0, 4, 1n);
    const bad = body(0x2000n, 1, 4, 1n);
    const reply = await client.request(CMD.WRITE_MULTI, Buffer.concat([body(2n), good, bad]));
    expect(reply.errno).toBe(22);
    const fine = await client.request(CMD.WRITE_MULTI, Buffer.concat([body(1n), good]));
    expect(fine.body).toEqual(body(1n));
    expect(rig.world.take()).toEqual(["write 1 mmio 2000 4 1"]);
  });
});

describe("the socket", () => {
  it("has mode 0600 and goes away with the server", async () => {
    const rig = await makeRig();
    expect(fs.statSync(rig.socketPath).mode & 0o777).toBe(0o600);
    await rig.server.close();
    expect(fs.existsSync(rig.socketPath)).toBe(false);
  });

  it("is refused where another server listens", async () => {
    const rig = await makeRig();
    const other = new VfioUserServer({ socketPath: rig.socketPath, vgpu: 1 }, new FakeWorld());
    await expect(other.listen()).rejects.toMatchObject({ name: "PortError", code: "socket-live" });
    await expect(other.listen()).rejects.toThrow(`${rig.socketPath}: another server listens on it; stop`);
    const client = await rig.connect();
    await client.version();
    expect(rig.events).toEqual(["attached"]);
  });

  it("replaces a stale one", async () => {
    const folder = temporaryFolder();
    const socketPath = path.join(folder, "stale.sock");
    const moved = path.join(folder, "moved.sock");
    // A server that closes removes its own path: a killed one leaves it.
    const dead = net.createServer().listen(moved);
    await new Promise((resolve) => dead.once("listening", resolve));
    fs.renameSync(moved, socketPath);
    await new Promise((resolve) => dead.close(resolve));
    expect(fs.lstatSync(socketPath).isSocket()).toBe(true);
    const server = new VfioUserServer({ socketPath, vgpu: 1 }, new FakeWorld());
    await server.listen();
    await server.close();
    fs.rmSync(folder, { recursive: true });
  });

  it("does not replace a file, and says what to do about a path that cannot be", async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, "file");
    fs.writeFileSync(file, "precious");
    const over = new VfioUserServer({ socketPath: file, vgpu: 1 }, new FakeWorld());
    await expect(over.listen()).rejects.toMatchObject({ code: "socket-path" });
    expect(fs.readFileSync(file, "utf8")).toBe("precious");
    const nowhere = new VfioUserServer({ socketPath: path.join(folder, "no/s"), vgpu: 1 }, new FakeWorld());
    await expect(nowhere.listen()).rejects.toMatchObject({ code: "socket-path" });
    fs.rmSync(folder, { recursive: true });
  });

  it("takes one guest after another, and one at a time", async () => {
    const rig = await makeRig();
    const first = await rig.connect();
    await first.version();
    const second = await rig.connect();
    const third = await rig.connect();
    await third.closed;
    const version = second.version();
    await first.close();
    await version;
    expect(rig.events).toEqual(["attached", "detached", "attached"]);
    for (let i = 0; i < 20; i++) {
      const client = await rig.connect();
      if (i === 0) await second.close();
      await client.version();
      await client.close();
    }
    await until(() => !rig.server.attached, "the last detachment");
    expect(rig.events.filter((line) => line === "attached").length).toBe(22);
    expect(rig.events.length).toBe(44);
  });

  it("lets a second guest go when the first one stays", async () => {
    const rig = await makeRig();
    const first = await rig.connect();
    await first.version();
    const second = await rig.connect();
    await second.closed;
    expect(await first.read(BAR0, 0)).toBe(0n);
  });

  it("is freed of a client that never says its version", async () => {
    const rig = await makeRig();
    const mute = await rig.connect();
    const next = await rig.connect();
    await next.version();
    await mute.closed;
    expect(rig.events).toEqual(["detached: no VERSION message came", "attached"]);
  });
});
