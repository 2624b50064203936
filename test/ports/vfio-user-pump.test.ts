import * as net from "node:net";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { handsOf } from "../../src/ports/port.ts";
import { Pump } from "../../src/ports/pump.ts";
import { Outbox } from "../../src/ports/vfio-user/outbox.ts";
import { VfioUserServer } from "../../src/ports/vfio-user/session.ts";
import { BAR0, CMD, message, VfioUserClient } from "./vfio-user-client.ts";
import { FakeWorld, makeRig, temporaryFolder, until } from "./vfio-user-world.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("the machine's turns", () => {
  it("come after each input, and not without one", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    await until(() => rig.world.runs.length === 1, "a turn");
    await sleep(10);
    expect(rig.world.runs.length).toBe(1);
    client.write(BAR0, 0, 1);
    await until(() => rig.world.runs.length === 2, "the next");
    expect(rig.world.runs.every(({ ahead, turns }) => ahead && turns > 0)).toBe(true);
  });

  it("go on while more is ready, at the speed of the machine, not of a timer", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    await until(() => rig.world.runs.length === 1, "a turn");
    rig.world.deadlines = new Array(2000).fill(0);
    const start = performance.now();
    client.write(BAR0, 0, 1);
    await until(() => rig.world.runs.length === 2002, "2000 turns");
    // Timers of 1 ms each would take two seconds.
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it("let a read through in between, though work never ends", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    rig.world.run = () => 0;
    client.write(BAR0, 0, 1);
    for (let i = 0; i < 50; i++) await client.read(BAR0, 0);
    rig.world.run = () => -1;
  });

  it("come at the next deadline when all is quiet", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    await until(() => rig.world.runs.length === 1, "a turn");
    rig.world.deadlines = [30_000, -1];
    const start = performance.now();
    client.write(BAR0, 0, 1);
    await until(() => rig.world.runs.length === 3, "the deadline");
    expect(performance.now() - start).toBeGreaterThan(25);
    await sleep(40);
    expect(rig.world.runs.length).toBe(3);
  });

  it("do not run ahead of a message that is still arriving", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    await client.version();
    await until(() => rig.world.runs.length === 1, "a turn");
    const bytes = message(7, CMD.RESET, 0, Buffer.alloc(0));
    client.raw(bytes.subarray(0, 9));
    await until(() => rig.world.runs.length === 2, "a turn");
    expect(rig.world.runs[1].ahead).toBe(false);
    const reply = client.expect(7);
    client.raw(bytes.subarray(9));
    await reply;
    await until(() => rig.world.runs.length === 3, "a turn");
    expect(rig.world.runs[2].ahead).toBe(true);
  });

  it("end with the guest", async () => {
    const rig = await makeRig();
    const client = await rig.connect();
    rig.world.run = () => {
      rig.world.runs.push({ ahead: true, turns: 0 });
      return 1000;
    };
    await client.version();
    await until(() => rig.world.runs.length > 3, "turns");
    await client.close();
    await until(() => !rig.server.attached, "detachment");
    const runs = rig.world.runs.length;
    await sleep(20);
    expect(rig.world.runs.length).toBe(runs);
  });
});

describe("two servers of one world", () => {
  it("share a pump, and effects go to the guest that they name", async () => {
    const folder = temporaryFolder();
    const world = new FakeWorld();
    const pump = new Pump(world);
    const servers = new Map<number, VfioUserServer>();
    for (const vgpu of [1, 2]) {
      const server = new VfioUserServer({ socketPath: path.join(folder, `${vgpu}`), vgpu, pump }, world);
      await server.listen();
      servers.set(vgpu, server);
    }
    const hands = handsOf(servers);
    const one = await VfioUserClient.connect({ path: path.join(folder, "1") });
    const two = await VfioUserClient.connect({ path: path.join(folder, "2") });
    await one.handshake(0x10_0000n);
    await two.handshake(0x20_0000n);
    hands.inject(2, 0xfee0_0000, 22);
    hands.inject(1, 0xfee0_0000, 11);
    hands.inject(3, 0xfee0_0000, 33);
    await until(() => one.msis.length + two.msis.length === 2, "the interrupts");
    expect([one.msis[0].data, two.msis[0].data]).toEqual([11, 22]);
    const page = new Uint8Array(4096);
    expect(hands.fetch(1, 0x100, 1, page)).toBe(14);
    expect(hands.fetch(2, 0x100, 1, page)).toBe(-1);
    expect(hands.fetch(3, 0, 1, page)).toBe(19);
    expect(hands.write(3, 0, 0, 1, page)).toBe(19);
    await two.close();
    await until(() => world.calls.includes("detached 2"), "detachment");
    world.onRun = () => {
      throw new Error("broken");
    };
    const errors: string[] = [];
    for (const server of servers.values()) server.onError = (error) => errors.push(error.code);
    one.write(BAR0, 0, 1);
    await one.closed;
    expect(errors).toEqual(["world"]);
    expect(world.calls.includes("detached 1")).toBe(false);
    for (const server of servers.values()) await server.close();
  });
});

describe("the outbox", () => {
  it("sends nothing in pieces that a reader could see half a header of", async () => {
    const sizes: number[] = [];
    const pending: (() => void)[] = [];
    const writer = {
      writableLength: 0,
      write(bytes: Uint8Array, written: () => void): boolean {
        sizes.push(bytes.length);
        writer.writableLength = bytes.length;
        pending.push(() => {
          writer.writableLength = 0;
          written();
        });
        return true;
      },
    };
    const backlogs: number[] = [];
    const outbox = new Outbox(writer, (backlog) => backlogs.push(backlog));
    for (let i = 0; i < 10_000; i++) {
      const at = outbox.begin(i, 9, 20, 1, 0);
      outbox.bytes.fill(i, at, at + 20);
    }
    outbox.flush();
    expect(sizes.length).toBe(1);
    expect(Math.max(...backlogs)).toBe(360_000);
    while (pending.length > 0) pending.shift()!();
    expect(sizes.reduce((a, b) => a + b)).toBe(360_000);
    expect(sizes.every((size) => size <= 0x8000 && size % 36 === 0)).toBe(true);
    expect(outbox.backlog).toBe(0);
  });

  it("has one write under way, though the end of the one before is told late", () => {
    const told: (() => void)[] = [];
    let writes = 0;
    // As a socket does: what is taken at once is told in the next tick.
    const writer = {
      writableLength: 0,
      write(bytes: Uint8Array, written: () => void): boolean {
        writes++;
        if (writes > 1) writer.writableLength += bytes.length;
        told.push(written);
        return true;
      },
    };
    const outbox = new Outbox(writer, () => {});
    for (let i = 0; i < 3; i++) {
      outbox.begin(i, 9, 0, 1, 0);
      outbox.flush();
    }
    expect(writes).toBe(2);
    told[0]();
    expect(writes).toBe(2);
    writer.writableLength = 0;
    told[1]();
    expect(writes).toBe(3);
  });

  it("keeps the order and the bytes over a slow real socket", async () => {
    const folder = temporaryFolder();
    const received: Buffer[] = [];
    const server = net.createServer((socket) => {
      socket.pause();
      setTimeout(() => socket.resume(), 30);
      socket.on("data", (chunk) => received.push(chunk));
    });
    server.listen(path.join(folder, "s"));
    const socket = net.connect(path.join(folder, "s"));
    await new Promise((resolve) => socket.once("connect", resolve));
    const outbox = new Outbox(socket, () => {});
    for (let i = 0; i < 50_000; i++) {
      const at = outbox.begin(i & 0xffff, 9, 8, 1, 0);
      outbox.bytes.fill(i, at, at + 8);
    }
    await until(() => outbox.backlog === 0, "the end");
    socket.end();
    await new Promise((resolve) => server.close(resolve));
    const all = Buffer.concat(received);
    expect(all.length).toBe(50_000 * 24);
    for (let i = 0; i < 50_000; i++) {
      if (all.readUInt16LE(i * 24) !== (i & 0xffff) || all[i * 24 + 23] !== (i & 0xff))
        throw new Error(`at ${i}`);
    }
  });
});
