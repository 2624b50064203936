import { expect, test } from "vitest";
import { K } from "../../src/events/kinds.ts";
import type { SimContext, SimDriver } from "../../src/ports/sim/driver.ts";
import { MASTER_ENABLE, MASTER_IRQ } from "../../src/ports/sim/layout.ts";
import { GuestMemory, PAGE } from "../../src/ports/sim/memory.ts";
import { bootByMessages, FileMemory, iirOf, loadDriver, memoryOf } from "./live-guest.ts";
import { LiveRig } from "./live-rig.ts";
import { BAR0, body, CMD, type VfioUserClient } from "./vfio-user-client.ts";
import { until } from "./vfio-user-world.ts";

/**
 * What happens under an engine at work: memory comes and goes, the device is reset, guests leave and come.
 */

const RAM = 64 * 2 ** 20;
const RESULTS = 0x20_0000;
const BATCH = 0x10_0000;

interface Working {
  readonly driver: SimDriver;
  readonly context: SimContext;
  readonly results: number;
}

function prepare(driver: SimDriver): Working {
  const context = driver.createContext("rcs0");
  const results = driver.memory.allocate();
  context.ppgtt.map4k(RESULTS, results);
  return { driver, context, results };
}

/** A batch that counts its rounds at RESULTS and never ends. */
function spin({ driver, context }: Working): void {
  const to = { address: RESULTS };
  driver.batch(context, BATCH, (b) => b.sdi(to, 1).noop(200).start({ address: BATCH }));
  driver.run(context, (b) => b.start({ address: BATCH }));
}

async function isSpinning({ driver, results }: Working): Promise<void> {
  driver.memory.write32(results * PAGE, 0);
  await until(() => driver.memory.read32(results * PAGE) === 1, "a round of the batch");
}

async function bootCoherent(rig: LiveRig, vgpu = 1): Promise<{ client: VfioUserClient; work: Working }> {
  const memory = new FileMemory(rig.ramOf(vgpu), [{ address: 0, bytes: RAM, offset: 0 }]);
  const client = await rig.connect(vgpu);
  await client.handshake(BigInt(RAM));
  return { client, work: prepare(await loadDriver(client, memory)) };
}

test("memory that is unmapped under an engine is a fault of that engine, and the server lives", async () => {
  const rig = await LiveRig.start({ coherent: true });
  const { client, work } = await bootCoherent(rig);
  spin(work);
  await isSpinning(work);
  await client.unmap(0n, BigInt(RAM));
  await until(() => rig.machine.core.seeDevice().engines[0].turn === 0, "the end of its turn");
  for (let n = 0; n < 40; n++) {
    const hole = BigInt(((n % 8) + 1) * PAGE);
    const past = hole + BigInt(4 * PAGE);
    await client.map(0n, hole, 0n);
    await client.map(hole, past - hole, hole);
    await client.map(past, BigInt(RAM) - past, past);
    await client.unmap(hole, past - hole);
    expect(await client.read(BAR0, MASTER_IRQ)).toBeGreaterThanOrEqual(MASTER_ENABLE);
    await client.unmap(0n, hole);
    await client.unmap(past, BigInt(RAM) - past);
  }
  await client.map(0n, BigInt(RAM), 0n);
  await client.reset();
  const memory = new FileMemory(rig.ramOf(1), [{ address: 0, bytes: RAM, offset: 0 }], 0x1000);
  const after = prepare(await loadDriver(client, memory));
  spin(after);
  await isSpinning(after);
  const { notes, counts } = await rig.finish();
  expect(notes).toContain("command.fault");
  expect(counts[K["dma.unmapped"]]).toBeGreaterThan(80);
});

test("a reset in the middle of a submission ends it, and the device works again", async () => {
  const rig = await LiveRig.start({ coherent: true });
  const { client, work } = await bootCoherent(rig);
  spin(work);
  await isSpinning(work);
  await client.reset();
  expect(await client.read(BAR0, 0x2234)).toBe(0n);
  const memory = new FileMemory(rig.ramOf(1), [{ address: 0, bytes: RAM, offset: 0 }], 0x1000);
  const after = prepare(await loadDriver(client, memory));
  after.driver.run(after.context, (b) => b.sdi({ address: RESULTS }, 9).userInterrupt());
  await until(() => client.msis.length > 0 && after.driver.isDone(after.context), "the new submission");
  expect(memory.read32(after.results * PAGE)).toBe(9);
  await rig.finish();
});

for (const coherent of [true, false]) {
  test(`a guest leaves in mid-submission and another takes its place (${coherent ? "file" : "messages"})`, async () => {
    const rig = await LiveRig.start({ coherent });
    for (let n = 1; n <= 4; n++) {
      const ram = [{ address: 0, bytes: RAM, offset: 0 }];
      const memory = coherent ? new FileMemory(rig.ramOf(1), ram) : new GuestMemory();
      const client = await rig.connect(1, coherent ? {} : { memory: memoryOf(memory) });
      if (coherent) await client.handshake(BigInt(RAM));
      const driver = coherent ? await loadDriver(client, memory) : await bootByMessages(client, memory);
      const work = prepare(driver);
      spin(work);
      await isSpinning(work);
      await client.close();
      await until(() => rig.events.length === 2 * n, "the guest has left");
    }
    expect(rig.events.slice(-2)).toEqual(["1 attached", "1 detached"]);
    await rig.finish();
  });
}

/**
 * Leave, and come back to the same memory without a reset, as a hypervisor that only lost its connection
 * would.
 */
async function comeBack(rig: LiveRig, memory: GuestMemory, before: VfioUserClient): Promise<VfioUserClient> {
  const times = rig.events.length;
  await before.close();
  await until(() => rig.events.length === times + 1, "the guest has left");
  const client = await rig.connect(1, { memory: memoryOf(memory), requests: "manual" });
  await client.version();
  expect(client.waiting).toBe(0);
  await client.map(0n, BigInt(RAM), 0n);
  return client;
}

test("a guest that comes back is asked again what it had not answered, until it resets the device", async () => {
  const rig = await LiveRig.start();
  const memory = new GuestMemory();
  let client = await rig.connect(1, { memory: memoryOf(memory), requests: "manual" });
  const work = prepare(await bootByMessages(client, memory));
  const { driver, context, results } = work;
  driver.run(context, (b) => b.sdi({ address: RESULTS }, 5, 6).userInterrupt());
  const asked = new Set<number>();
  // It comes back behind every single request, so that each of them is once the one that gets lost.
  for (let n = 0; n < 200 && !(driver.isDone(context) && ((await iirOf(client, "rcs0")) & 1) !== 0); n++) {
    await until(() => client.waiting > 0, "something to be asked").catch(() => {});
    if (client.waiting === 0) break;
    asked.add(client.peek().command);
    client = await comeBack(rig, memory, client);
    await until(() => client.waiting > 0, "the question again");
    client.serveRequests(1);
    await client.read(BAR0, MASTER_IRQ);
  }
  expect([...asked].sort()).toEqual([CMD.DMA_READ, CMD.DMA_WRITE]);
  expect(driver.isDone(context)).toBe(true);
  expect(memory.readWords(results * PAGE, 2)).toEqual([5, 6]);
  expect((await iirOf(client, "rcs0")) & 1).toBe(1);
  driver.run(context, (b) => b.noop(2));
  const last = await comeBack(rig, memory, client);
  await last.reset();
  last.serveRequests();
  await last.read(BAR0, MASTER_IRQ);
  await rig.finish();
});

test("while its guest is away, an engine waits: others keep the machine going, and it goes on after that", async () => {
  const rig = await LiveRig.start({ coherent: true, vgpus: 2 });
  const { client, work } = await bootCoherent(rig, 1);
  const { work: other } = await bootCoherent(rig, 2);
  spin(work);
  await isSpinning(work);
  await client.close();
  await until(() => rig.events.includes("1 detached"), "the guest has left");
  const { driver } = other;
  const beside = driver.createContext("bcs0");
  driver.run(beside, (b) => b.noop(2).userInterrupt());
  await until(() => driver.isDone(beside), "the other guest's work");
  const back = await rig.connect(1);
  await back.version();
  // A part of its memory that nobody waits for, then the rest.
  await back.map(BigInt(RAM / 2), BigInt(RAM / 2), BigInt(RAM / 2));
  await back.map(0n, BigInt(RAM / 2), 0n);
  await isSpinning(work);
  const { notes } = await rig.finish();
  expect(notes).not.toContain("command.fault");
});

test("as many maps as a guest may have, unmapped one by one and at once, hold nobody up", async () => {
  const rig = await LiveRig.start();
  const client = await rig.connect();
  await client.version();
  const place = (n: number): bigint => 0x1_0000_0000n + BigInt(n * 2 * PAGE);
  await Promise.all(
    Array.from({ length: 65_535 }, (_, n) => {
      return client.request(CMD.DMA_MAP, body(32, 3, 0n, place(n), BigInt(PAGE)));
    }),
  );
  expect(rig.machine.core.seeVgpu(1).maps).toBe(65_535);
  for (let n = 0; n < 1000; n++) await client.unmap(place(n), BigInt(PAGE));
  expect((await client.request(CMD.DMA_UNMAP, body(24, 2, 0n, 0n))).errno).toBe(0);
  expect(rig.machine.core.seeVgpu(1).maps).toBe(0);
  const { counts } = await rig.finish();
  expect(counts[K["dma.mapped"]]).toBe(65_535);
  expect(counts[K["dma.unmapped"]]).toBe(1001);
});
