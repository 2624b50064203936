import { expect, test } from "vitest";
import { NOTES } from "../../src/events/codes.ts";
import { K } from "../../src/events/kinds.ts";
import { Rig } from "../reducers/device/rig.ts";

// What counts up for days: the clock between two rows, tickets, stamps of freshness.

const HOUR = 3_600_000_000;

/** A batch that stores into memory and interrupts: done? */
function works(rig: Rig, guest: ReturnType<Rig["guest"]>, value: number): boolean {
  const context = guest.createContext("rcs0");
  const to = guest.memory.allocate();
  context.ppgtt.map4k(0x20_0000, to);
  const address = guest.batch(context, 0x10_0000, (batch) => batch.sdi({ address: 0x20_0000 }, value).end());
  const done = guest.complete(context, (batch) => batch.start({ address }).userInterrupt());
  expect(rig.rows.kind.subarray(0, rig.rows.count).includes(K["mmio.unknown"])).toBe(false);
  return done && guest.memory.read32(to * 4096) === value;
}

test("hours in which nothing happens are rows of their own, and time goes on as it did", () => {
  const rig = new Rig();
  const guest = rig.guest();
  expect(works(rig, guest, 1)).toBe(true);
  rig.port.now += 3 * HOUR;
  guest.mmio(0x2034);
  expect(rig.machine.core.now).toBe(rig.port.now);
  const kinds = [...rig.rows.kind.subarray(0, rig.rows.count)];
  expect(kinds.filter((kind) => kind === K["clock.advanced"])).toHaveLength(2);
  expect(kinds.at(-1)).toBe(K["mmio.read"]);
  expect(works(rig, guest, 2)).toBe(true);
});

for (const coherent of [true, false]) {
  test(`tickets go round, and stamps go past 32 bits; memory ${coherent ? "shared" : "by message"}`, () => {
    const rig = new Rig();
    const guest = rig.guest(1, { coherent });
    for (const before of [0xffff_ffff, 0xffff_fff0, 0xffff_ffe0]) {
      rig.machine.core.lastTicket = before;
      rig.machine.core.lastStamp = 0xffff_fffe;
      // Where memory is shared, tickets are timers' alone.
      const isRound = (): boolean => rig.machine.core.lastTicket < before;
      for (let value = 1; value < 5 || (value < 400 && !isRound()); value++)
        expect(works(rig, guest, value)).toBe(true);
      expect(rig.machine.core.lastTicket).toBeLessThan(0x1000);
      expect(rig.machine.core.lastStamp).toBeGreaterThan(0xffff_ffff);
      expect(rig.machine.core.openTickets().filter((ticket) => ticket > 0x1000)).toEqual([]);
    }
    const { code, kind, count } = rig.rows;
    const faults = [...kind.subarray(0, count).keys()].filter(
      (i) => kind[i] === K.note && NOTES[code[i]] === "command.fault",
    );
    expect(faults).toEqual([]);
  });
}
