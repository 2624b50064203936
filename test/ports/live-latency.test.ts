import { expect, test } from "vitest";
import { IMR, RING, RING_BASE } from "../../src/ports/sim/layout.ts";
import { PAGE } from "../../src/ports/sim/memory.ts";
import { FileMemory, loadDriver } from "./live-guest.ts";
import { LiveRig } from "./live-rig.ts";
import { BAR0 } from "./vfio-user-client.ts";
import { until } from "./vfio-user-world.ts";

/**
 * A batch that never ends must delay nobody. Measured in turns of the machine: they are what a slow host
 * cannot change.
 */

const RAM = 64 * 2 ** 20;
const BATCH = 0x10_0000;
const RESULTS = 0x20_0000;
const ROUNDS = 400;
/** A round of the pump takes 8 turns; a request comes in during one, and is read before the next but one. */
const TURNS_MAX = 24;

test("registers are answered, and another engine works, while an engine spins", async () => {
  const rig = await LiveRig.start({ coherent: true });
  const memory = new FileMemory(rig.ramOf(1), [{ address: 0, bytes: RAM, offset: 0 }]);
  const client = await rig.connect();
  await client.handshake(BigInt(RAM));
  const driver = await loadDriver(client, memory);
  const spinner = driver.createContext("bcs0");
  driver.batch(spinner, BATCH, (b) => b.noop(900).start({ address: BATCH }));
  driver.run(spinner, (b) => b.start({ address: BATCH }));
  const { statistics } = rig.live;
  await until(() => statistics.timers > 20, "the engine to spin");

  const turns: number[] = [];
  for (let n = 0; n < ROUNDS; n++) {
    const before = statistics.timers;
    await client.read(BAR0, 0x4_4300 + IMR);
    turns.push(statistics.timers - before);
  }
  expect(Math.max(...turns)).toBeLessThanOrEqual(TURNS_MAX);
  const spun = statistics.timers;
  await until(() => statistics.timers > spun + 100, "the engine to go on");

  const worker = driver.createContext("rcs0");
  const results = memory.allocate();
  worker.ppgtt.map4k(RESULTS, results);
  for (let seqno = 1; seqno <= 20; seqno++) {
    driver.run(worker, (b) => b.sdi({ address: RESULTS }, seqno));
    await until(() => driver.isDone(worker), "a submission beside it");
    expect(memory.read32(results * PAGE)).toBe(seqno);
  }
  // The spinning engine is what it was all along: at work.
  expect(Number(await client.read(BAR0, RING_BASE.bcs0 + RING.statusLo)) & 0x10).toBe(0x10);
  await rig.finish();
});
