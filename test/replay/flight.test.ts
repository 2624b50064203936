import { describe, expect, test } from "vitest";
import { Rows } from "../../src/events/rows.ts";
import { PAGE_BYTES } from "../../src/hw/units.ts";
import { loadTools } from "../../src/node/codecs.ts";
import { verifyGuest } from "../../src/replay/answers/verify-guest.ts";
import { indexRecording } from "../../src/replay/index/indexing.ts";
import { verify } from "../../src/replay/verify/verify.ts";
import { Flight, SCRATCH } from "./flight-rig.ts";

const tools = await loadTools();
const HOUR = 3_600_000_000;

/** Exact, in level guest too, and indexable; the window's rows. */
function expectSound(flight: Flight, bytes: Uint8Array): readonly [number, number] {
  const { recording, store } = flight.open(bytes);
  expect(verify(recording, store)).toMatchObject({ exact: true, damage: null, warnings: [] });
  expect(verifyGuest(recording, store).divergence).toBeNull();
  expect(indexRecording(recording, store, { keyframeInputs: 100 }).left).toBeNull();
  expect(recording.closed).toBe(true);
  return [recording.firstRow, recording.endSeq - 1];
}

describe.each([
  ["two guests", 2, {}],
  ["a guest reached by messages", 1, { coherent: false }],
] as const)("a window of %s", (_, guests, capabilities) => {
  test("rolls, and what is saved of it is exact each time", () => {
    const flight = new Flight(tools, {
      limits: { microseconds: 100_000, bytes: 1 << 30 },
      guests,
      capabilities,
    });
    const { window } = flight;
    const froms: number[] = [];
    for (let n = 0; n < 4; n++) {
      flight.work(300);
      expect(window.broken).toBeNull();
      const [first, last] = expectSound(flight, flight.save());
      expect([first, last]).toEqual(window.range);
      froms.push(first);
    }
    expect(new Set(froms).size).toBe(4);
    expect(froms[0]).toBeGreaterThan(0);
    expect(window.dropped).toBeGreaterThan(10);
  });

  test("the machine goes on while it is saved", () => {
    const flight = new Flight(tools, {
      limits: { microseconds: 50_000, bytes: 1 << 30 },
      guests,
      capabilities,
    });
    flight.work(200);
    const { dropped, range } = flight.window;
    const bytes = flight.save(() => flight.work(4));
    expect(flight.window.dropped).toBeGreaterThan(dropped + 8);
    // What the window has let go meanwhile is still in the file.
    const [first] = expectSound(flight, bytes);
    expect(first).toBeLessThan(flight.window.range[0]);
    expect(first).toBe(range[0]);
    expectSound(flight, flight.save());
  });
});

test("a window that has not rolled starts from reset, as any recording", () => {
  const flight = new Flight(tools, { limits: { microseconds: HOUR, bytes: 1 << 30 } });
  flight.work(20);
  expect(expectSound(flight, flight.save())[0]).toBe(0);
});

describe("memory", () => {
  test("bytes stay below the limit and a segment, whatever is done", () => {
    const limit = 1 << 20;
    const flight = new Flight(tools, { limits: { microseconds: HOUR, bytes: limit } });
    let most = 0;
    for (let n = 0; n < 30; n++) {
      flight.work(30);
      most = Math.max(most, flight.window.bytes);
    }
    expect(flight.window.dropped).toBeGreaterThan(5);
    expect(most).toBeGreaterThan(limit / 2);
    expect(most).toBeLessThan(limit);
    expectSound(flight, flight.save());
  });

  test("however little there is, the last block stays", () => {
    const flight = new Flight(tools, { limits: { microseconds: HOUR, bytes: 1 << 15 }, guests: 1 });
    for (let n = 0; n < 20; n++) {
      flight.work(1);
      const [first, last] = flight.window.range;
      expect(last).toBeGreaterThanOrEqual(first);
    }
    expect(flight.window.dropped).toBeGreaterThan(5);
    expectSound(flight, flight.save());
  });

  test("a page that comes back does not go for what was known of it before it went", () => {
    const limits = { microseconds: 50_000, bytes: 1 << 30 };
    const flight = new Flight(tools, { limits, guests: 1, letsGo: false });
    const [guest] = flight.guests;
    const pages = 16;
    const gfn = guest.memory.allocate(pages);
    const at = guest.bindMappable(gfn, pages);
    const look = (value: number, rounds: number, most = pages): void => {
      for (let n = 0; n < rounds; n++) {
        for (let p = 0; p < most; p++) {
          guest.memory.write32((gfn + p) * PAGE_BYTES, value + p);
          expect(guest.aperture(at + p * PAGE_BYTES)).toBe(value + p);
        }
        flight.work(1);
      }
    };
    look(100, 100);
    const hash = new Uint32Array(4);
    tools.hashPage(guest.memory.frame(gfn), hash);
    look(200, 300);
    while (flight.store.find(hash) > 0) flight.letGo(1);
    // A few more go, so that it comes back under the id of another.
    flight.letGo(10);
    look(100, 1, 1);
    flight.letGo(1 << 16);
    expect(flight.missing).toBe(0);
    look(100, 100);
    expect(flight.window.broken).toBeNull();
  });

  test("pages go with the segments that used them, on both threads", () => {
    const flight = new Flight(tools, { limits: { microseconds: 50_000, bytes: 1 << 30 } });
    flight.work(300);
    const held = [flight.store.held, flight.keptStore.held];
    const seen = flight.store.count;
    flight.work(900);
    // Ids are given again: what grows with every content ever seen is nothing.
    expect(flight.store.held).toBeLessThan(held[0] * 1.3);
    expect(flight.keptStore.held).toBeLessThan(held[1] * 1.3);
    expect(flight.store.count).toBeLessThan(seen * 1.3);
    expectSound(flight, flight.save());
  });
});

describe("a predicate", () => {
  test("is caught at the first row, though it holds for one input only", () => {
    const flight = new Flight(tools, {
      limits: { microseconds: 100_000, bytes: 1 << 30 },
      saveWhen: "vgpu1.gt.GEN7_GT_SCRATCH[0] == 0x7777",
    });
    flight.work(50);
    expect(flight.trigger?.heldAt).toBe(-1);
    const at = flight.live.statistics.inputs;
    flight.guests[0].setMmio(SCRATCH, 0x7777);
    flight.guests[0].setMmio(SCRATCH, 1);
    flight.work(10);
    flight.live.flush();
    const row = flight.trigger?.heldAt ?? -1;
    const { recording } = flight.open(flight.save());
    const rows = new Rows();
    recording.readBlock(recording.blockOf(row), rows);
    expect(rows.lo[row - rows.firstSeq]).toBe(0x7777);
    expect(at).toBeGreaterThan(0);
  });
});

describe("what is wrong is noticed", () => {
  test("rows that do not replay", () => {
    const flight = new Flight(tools, { limits: { microseconds: 50_000, bytes: 1 << 30 } });
    flight.work(20);
    flight.window.machine.core.lastTicket += 1;
    flight.work(5);
    expect(flight.window.broken).toMatch(/does not replay/);
    const dropped = flight.window.dropped;
    flight.work(5);
    expect(flight.window.dropped).toBeGreaterThanOrEqual(dropped);
  });

  test("a state that lacks what the machine had", () => {
    const flight = new Flight(tools, { limits: { microseconds: 50_000, bytes: 1 << 30 } });
    const { machine } = flight.window;
    const whole = machine.snapshot.bind(machine);
    machine.snapshot = () => ({ ...whole(), lastTicket: 7 });
    flight.work(300);
    const { recording, store } = flight.open(flight.save());
    expect(recording.baseBlocks).toBeGreaterThan(0);
    expect(() => verify(recording, store)).toThrow("device.clock is not what its digest says");
  });
});
