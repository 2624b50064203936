import { expect, test } from "vitest";
import { PORT_COHERENT } from "../../src/events/codes.ts";
import { K } from "../../src/events/kinds.ts";
import { POST_IMMEDIATE } from "../../src/ports/sim/assembler.ts";
import type { SimDriver } from "../../src/ports/sim/driver.ts";
import { IRQ_USER } from "../../src/ports/sim/layout.ts";
import { GuestMemory, PAGE } from "../../src/ports/sim/memory.ts";
import { bootByMessages, iirOf, memoryOf, statusPointer } from "./live-guest.ts";
import { LiveRig, type LiveRigOptions } from "./live-rig.ts";
import { BAR0, BAR2, CMD, type VfioUserClient } from "./vfio-user-client.ts";
import { until } from "./vfio-user-world.ts";

/** Memory that is not coherent: the two rules of the design, with a client whose main loop is slow. */

const RESULTS = 0x7654_3210_0000;
const BATCH = 0x10_0000;
const HWSP_CSB = 0x10;
const HWSP_CSB_WRITE = 0x1f;

interface SlowGuest {
  readonly rig: LiveRig;
  readonly client: VfioUserClient;
  readonly memory: GuestMemory;
  readonly driver: SimDriver;
}

/** A guest with its driver loaded, whose main loop runs only when the test says so. */
async function slowGuest(options: LiveRigOptions = {}): Promise<SlowGuest> {
  const rig = await LiveRig.start(options);
  const memory = new GuestMemory();
  const client = await rig.connect(1, { memory: memoryOf(memory), requests: "manual" });
  return { rig, client, memory, driver: await bootByMessages(client, memory) };
}

test("an aperture read of an unseen page is answered at once, from what is known", async () => {
  const { rig, client, memory, driver } = await slowGuest();
  const gfn = memory.allocate();
  memory.write32(gfn * PAGE + 8, 0x1234_5678);
  const gma = driver.bindMappable(gfn);
  // No request of the server's is served before these replies are there: QEMU could not do it either.
  expect(await client.read(BAR2, gma + 8)).toBe(0n);
  await until(() => client.waiting === 1, "the question for the page");
  expect(client.peek().command).toBe(CMD.DMA_READ);
  expect(await client.read(BAR2, gma + 8)).toBe(0n);
  client.serveRequests();
  expect(await client.read(BAR2, gma + 8)).toBe(0x1234_5678n);
  client.write(BAR2, gma + 12, 0xcafe);
  expect(await client.read(BAR2, gma + 12)).toBe(0xcafen);
  expect(memory.read32(gfn * PAGE + 12)).toBe(0);
  client.serveRequests();
  expect(memory.read32(gfn * PAGE + 12)).toBe(0xcafe);
  const { notes } = await rig.finish();
  expect(notes.filter((note) => note === "aperture.stale").length).toBeGreaterThanOrEqual(2);
});

test("what the guest wrote after a page was asked for is not lost in the answer", async () => {
  const { rig, client, memory, driver } = await slowGuest();
  const gfn = memory.allocate();
  memory.write32(gfn * PAGE + 8, 0x1234_5678);
  const gma = driver.bindMappable(gfn);
  expect(await client.read(BAR2, gma + 8)).toBe(0n);
  client.write(BAR2, gma + 12, 0xcafe);
  await until(() => client.waiting === 2, "the question and the write");
  client.serveRequests(1);
  // The page is there, as it was before the write; the write itself still waits for the main loop.
  expect(await client.read(BAR2, gma + 8)).toBe(0x1234_5678n);
  expect(await client.read(BAR2, gma + 12)).toBe(0xcafen);
  client.serveRequests();
  expect(await client.read(BAR2, gma + 12)).toBe(0xcafen);
  await rig.finish();
});

/** What the guest can see that its memory does not hold yet, although it came before; null: nothing. */
async function early({ client, memory, driver }: SlowGuest, seqno: () => boolean): Promise<string | null> {
  const user = (await iirOf(client, "rcs0")) & IRQ_USER;
  if (user !== 0 && !seqno()) return "the user interrupt before the post-sync write";
  const pointer = await statusPointer(client, "rcs0");
  const page = driver.hwsp.rcs0 * PAGE;
  const entries = pointer > 4 ? 0 : pointer + 1;
  const written = memory.read32(page + HWSP_CSB_WRITE * 4);
  if (entries > 0 && (written > 4 || written < pointer)) return "the CSB pointer before the status page's";
  for (let n = 0; n < entries; n++) {
    if (memory.read32(page + (HWSP_CSB + n * 2) * 4) === 0) return `CSB entry ${n} before the status page's`;
  }
  if (client.msis.length > 0 && written > 4) return "an interrupt before anything that it is about";
  return null;
}

/** Submit work on two engines, and run the client's main loop one request at a time, polling in between. */
async function pollThrough(guest: SlowGuest): Promise<string[]> {
  const { client, memory, driver } = guest;
  const context = driver.createContext("rcs0");
  const results = memory.allocate();
  context.ppgtt.map4k(RESULTS, results);
  const to = { address: RESULTS };
  driver.batch(context, BATCH, (b) => b.sdi({ address: RESULTS + 64 }, 1, 2, 3).end());
  // Another engine keeps arming timers and asking for pages: their tickets are nothing to wait for.
  const spinner = driver.createContext("bcs0");
  driver.batch(spinner, BATCH, (b) => b.noop(64).start({ address: BATCH }));
  driver.run(spinner, (b) => b.start({ address: BATCH }));
  driver.run(context, (b) =>
    b
      .start({ address: BATCH })
      .pipeControl({ post: POST_IMMEDIATE, to, low: 77, high: 0, notify: true })
      .userInterrupt(),
  );
  const seqno = (): boolean => memory.read32(results * PAGE) === 77;
  const found: string[] = [];
  for (let n = 0; n < 3000; n++) {
    const wrong = await early(guest, seqno);
    if (wrong !== null && !found.includes(wrong)) found.push(wrong);
    client.serveRequests(1);
    if (driver.isDone(context) && client.msis.length > 0 && (await statusPointer(client, "rcs0")) === 1)
      break;
  }
  expect(seqno(), "the post-sync write").toBe(true);
  expect(driver.isDone(context), "the context was saved").toBe(true);
  expect(memory.readWords(results * PAGE + 64, 3)).toEqual([1, 2, 3]);
  return found;
}

test("nothing that a write announces is seen before the guest has it", async () => {
  const guest = await slowGuest();
  expect(await pollThrough(guest)).toEqual([]);
  const { client, driver, rig } = guest;
  expect((await iirOf(client, "rcs0")) & IRQ_USER).toBe(IRQ_USER);
  expect(await statusPointer(client, "rcs0")).toBe(1);
  expect(client.msis.length).toBeGreaterThan(0);
  expect(driver.events("rcs0").map(({ id }) => id)).toEqual([0, 1]);
  const { counts } = await rig.finish();
  expect(counts[K["guest.write.done"]]).toBeGreaterThan(4);
});

test("a model that takes such memory for coherent is caught", async () => {
  const guest = await slowGuest({ capabilities: PORT_COHERENT });
  const found = await pollThrough(guest);
  expect(found).toContain("the user interrupt before the post-sync write");
  expect(found.some((line) => line.startsWith("the CSB pointer"))).toBe(true);
});

test("a client that never answers keeps its registers, and the engine parks", async () => {
  const { rig, client, driver } = await slowGuest();
  const context = driver.createContext("rcs0");
  driver.run(context, (b) => b.userInterrupt());
  await until(() => client.waiting > 0, "the first question");
  for (let n = 0; n < 50; n++) expect(await client.read(BAR0, 0x4_4200)).toBe(0x8000_0000n);
  expect(await iirOf(client, "rcs0")).toBe(0);
  await rig.finish();
});
