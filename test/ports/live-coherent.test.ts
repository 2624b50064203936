import { expect, test } from "vitest";
import { K } from "../../src/events/kinds.ts";
import { POST_IMMEDIATE } from "../../src/ports/sim/assembler.ts";
import type { SimContext, SimDriver } from "../../src/ports/sim/driver.ts";
import { PAGE } from "../../src/ports/sim/memory.ts";
import { FileMemory, loadDriver, type RamRange } from "./live-guest.ts";
import { LiveRig } from "./live-rig.ts";
import type { VfioUserClient } from "./vfio-user-client.ts";
import { until } from "./vfio-user-world.ts";

/**
 * Guest RAM by a shared file: two tiny guests with a driver each, one of them with all that matters above 4
 * GiB.
 */

const MIB = 2 ** 20;
const RESULTS = 0x7654_3210_0000;
const BATCH = 0x10_0000;
/** As QEMU lays out a guest of more than 2 GiB: the file goes on where the hole was left out. */
const LOW: RamRange = { address: 0, bytes: 2048 * MIB, offset: 0 };
const HIGH: RamRange = { address: 4096 * MIB, bytes: 64 * MIB, offset: 2048 * MIB };

interface Guest {
  readonly client: VfioUserClient;
  readonly driver: SimDriver;
  readonly context: SimContext;
  readonly results: number;
}

async function boot(rig: LiveRig, vgpu: number, firstFrame: number): Promise<Guest> {
  const memory = new FileMemory(rig.ramOf(vgpu), [LOW, HIGH], firstFrame);
  const client = await rig.connect(vgpu);
  await client.handshake(BigInt(LOW.bytes));
  await client.map(BigInt(HIGH.address), BigInt(HIGH.bytes), BigInt(HIGH.offset));
  const driver = await loadDriver(client, memory);
  const context = driver.createContext("rcs0");
  const results = memory.allocate();
  context.ppgtt.map4k(RESULTS, results);
  return { client, driver, context, results };
}

function submit({ driver, context }: Guest, seqno: number): void {
  const to = { address: RESULTS };
  driver.run(context, (b) =>
    b.start({ address: BATCH }).pipeControl({ post: POST_IMMEDIATE, to, low: seqno }).userInterrupt(),
  );
}

/** Wait for the interrupt; what it is about must be in memory by then. */
async function expectDone({ client, driver, context, results }: Guest, seqno: number): Promise<void> {
  const at = results * PAGE;
  await until(() => client.msis.length > 0 && driver.isDone(context), `submission ${seqno}`);
  expect(client.msis[0]).toEqual({ address: 0xfee0_1000, data: 0x41 });
  expect(driver.memory.read32(at)).toBe(seqno);
}

for (const [where, firstFrame] of [
  ["below 4 GiB", 0x100],
  ["above 4 GiB", HIGH.address / PAGE + 0x100],
] as const) {
  test(`a guest ${where}: PTEs, context, ring, PPGTT, ELSP, interrupt, results`, async () => {
    const rig = await LiveRig.start({ coherent: true });
    const guest = await boot(rig, 1, firstFrame);
    const { client, driver, context, results } = guest;
    driver.batch(context, BATCH, (b) => b.sdi({ address: RESULTS + 256 }, 0xdead_beef, 5).end());
    submit(guest, 1);
    await expectDone(guest, 1);
    expect(driver.memory.readWords(results * PAGE + 256, 2)).toEqual([0xdead_beef, 5]);
    expect(driver.events("rcs0").map(({ id }) => id)).toEqual([0, context.id]);
    // The second time everything is known already, and must be asked for all the same.
    client.msis.length = 0;
    await client.writeSync(0, 0x4_4308, 0xffff_ffff);
    driver.memory.write32(results * PAGE + 256, 0);
    submit(guest, 2);
    await expectDone(guest, 2);
    expect(driver.memory.read32(results * PAGE + 256)).toBe(0xdead_beef);
    const { counts } = await rig.finish();
    expect(counts[K["guest.write.done"]]).toBe(0);
    expect(counts[K["guest.fetched"]]).toBe(counts[K["guest.fetch"]]);
  });
}

test("two guests with equal addresses, both busy on the same engine, see their own memory only", async () => {
  const rig = await LiveRig.start({ coherent: true, vgpus: 2 });
  const guests = [await boot(rig, 1, 0x100), await boot(rig, 2, 0x100)];
  expect(guests[0].results).toBe(guests[1].results);
  const rounds = 20;
  const play = async (guest: Guest, mark: number): Promise<void> => {
    guest.driver.batch(guest.context, BATCH, (b) =>
      b
        .noop(500)
        .sdi({ address: RESULTS + 256 }, mark)
        .end(),
    );
    for (let seqno = 1; seqno <= rounds; seqno++) {
      submit(guest, mark + seqno);
      await expectDone(guest, mark + seqno);
      guest.client.msis.length = 0;
      await guest.client.writeSync(0, 0x4_4308, 0xffff_ffff);
    }
  };
  await Promise.all(guests.map((guest, i) => play(guest, (i + 1) * 0x1000)));
  for (const [i, { driver, results }] of guests.entries()) {
    expect(driver.memory.read32(results * PAGE)).toBe((i + 1) * 0x1000 + rounds);
    expect(driver.memory.read32(results * PAGE + 256)).toBe((i + 1) * 0x1000);
  }
  const { counts } = await rig.finish();
  expect(counts[K["workload.completed"]]).toBe(2 * rounds);
});

test("a guest that is reset in mid-submission leaves the engine to the other one that waits for it", async () => {
  const rig = await LiveRig.start({ coherent: true, vgpus: 2 });
  const [first, second] = [await boot(rig, 1, 0x100), await boot(rig, 2, 0x100)];
  first.driver.batch(first.context, BATCH, (b) => b.sdi({ address: RESULTS }, 1).start({ address: BATCH }));
  submit(first, 9);
  await until(() => first.driver.memory.read32(first.results * PAGE) === 1, "the first one to spin");
  second.driver.batch(second.context, BATCH, (b) => b.end());
  submit(second, 2);
  await second.client.read(0, 0x4_4200);
  expect(second.driver.isDone(second.context)).toBe(false);
  await first.client.reset();
  await expectDone(second, 2);
  await rig.finish();
});
