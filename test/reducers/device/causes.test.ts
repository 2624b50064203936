import { describe, expect, test } from "vitest";
import { isInput, K, KIND_NAMES, type KindName } from "../../../src/events/kinds.ts";
import { COMPARE } from "../../../src/ports/sim/assembler.ts";
import { RING, RING_BASE } from "../../../src/ports/sim/layout.ts";
import { at, Bench, Rig } from "./rig.ts";

/** Rows of a kind, by index. */
function rowsOf({ rows }: Rig, ...kinds: KindName[]): number[] {
  const wanted = new Set(kinds.map((kind) => K[kind]));
  return Array.from({ length: rows.count }, (_, i) => i).filter((i) => wanted.has(rows.kind[i]));
}

/** The row that an outcome says it comes from: its input where it says nothing else. */
function causeOf({ rows }: Rig, i: number): number {
  if (rows.cause[i] !== 0) return i - rows.cause[i];
  let at = i;
  while (!isInput(rows.kind[at])) at--;
  return at;
}

const MODES = [
  ["coherent", {}],
  ["by message", { coherent: false, fetchDelay: 2, writeDelay: 3 }],
] as const;

/** Outcomes of an engine's turn. */
const WORK = [
  "workload.completed",
  "context.switched",
  "guest.write",
  "guest.fetch",
  "irq.inject",
] as const satisfies readonly KindName[];

describe.each(MODES)("what an engine does for a vGPU, memory %s", (_name, capabilities) => {
  test("is that vGPU's, and comes from the row of its submission", () => {
    const rig = new Rig(2);
    const benches = [1, 2].map((v) => new Bench("rcs0", capabilities, rig, v));
    for (const { guest, context } of benches) guest.run(context, (b) => b.userInterrupt());
    expect(rig.port.until(() => benches.every((b) => b.guest.isDone(b.context)), 100_000)).toBe(true);
    rig.port.advance(1_000);
    const { rows } = rig;
    const submitted = rowsOf(rig, "workload.submitted");
    expect(submitted.map((i) => rows.agent[i])).toEqual([1, 2]);
    for (const kind of WORK) {
      if (kind === "guest.fetch" && benches[0].guest.host.capabilities.coherent) continue;
      const found = rowsOf(rig, kind);
      expect(new Set(found.map((i) => rows.agent[i])), kind).toEqual(new Set([1, 2]));
      for (const i of found) expect([kind, causeOf(rig, i)]).toEqual([kind, submitted[rows.agent[i] - 1]]);
    }
    for (const i of rowsOf(rig, "timer.arm")) {
      expect(rows.agent[i]).toBe(0);
      expect(submitted).toContain(causeOf(rig, i));
    }
    rig.verify();
  });
});

test("each element of a submission has a row, and completes by it", () => {
  const { rig, guest, context } = new Bench();
  const other = guest.createContext("rcs0", { ppgtt: context.ppgtt });
  guest.emit(context, (b) => b.noop(2));
  guest.emit(other, (b) => b.noop(2));
  guest.submit(context, other);
  expect(guest.until(() => guest.isDone(other) && guest.isDone(context))).toBe(true);
  const submitted = rowsOf(rig, "workload.submitted");
  expect(submitted).toHaveLength(2);
  const completed = rowsOf(rig, "workload.completed");
  expect(completed.map((i) => causeOf(rig, i))).toEqual(submitted);
  expect(completed.map((i) => rig.rows.lo[i])).toEqual([context.id, other.id]);
});

test("a lite restore comes from the submission that brought its tail", () => {
  const { rig, guest, context } = new Bench();
  guest.run(context, (b) => b.semaphoreWait(COMPARE.equal, 1, at(100)));
  guest.advance(100);
  guest.run(context, (b) => b.noop(2));
  guest.advance(100);
  const submitted = rowsOf(rig, "workload.submitted");
  const restored = rowsOf(rig, "context.switched").at(-1) ?? -1;
  expect(rig.rows.code[restored]).toBe(0x8002);
  expect(causeOf(rig, restored)).toBe(submitted[1]);
});

describe("a hang and a command's unknown register are the vGPU's own", () => {
  test.each([1, 2])("vGPU %i", (v) => {
    const rig = new Rig(2);
    const bench = new Bench("rcs0", {}, rig, v);
    bench.run((b) => b.lri([0x7f_fff0, 1]));
    const [unknown] = rowsOf(rig, "mmio.unknown").slice(-1);
    expect(rig.rows.agent[unknown]).toBe(v);
    bench.guest.run(bench.context, (b) => b.raw(0x7fff_0000));
    rig.port.advance(1_000);
    const notes = rowsOf(rig, "note");
    expect(rig.notes()).toEqual(["command.unknown", "command.fault"]);
    for (const i of notes) {
      expect(rig.rows.agent[i]).toBe(v);
      expect(causeOf(rig, i)).toBe(rowsOf(rig, "workload.submitted").at(-1));
    }
    rig.verify();
  });
});

test("an interrupt says which bits of which register raised it", () => {
  const { rig, guest, context } = new Bench();
  const IIR = 0x4_4308;
  guest.complete(context, (b) => b.userInterrupt());
  const [first] = rowsOf(rig, "irq.inject");
  expect(rig.rows.code[first]).toBe(IIR);
  expect([1, 0x100]).toContain(rig.rows.hi[first]);
  // What stays pending is told again, by the access that opens the way: the master's bits say of what.
  const before = rowsOf(rig, "irq.inject").length;
  guest.setMmio(0x4_4200, 0);
  guest.setMmio(0x4_4200, 0x8000_0000);
  const again = rowsOf(rig, "irq.inject").slice(before);
  expect(again).toHaveLength(1);
  expect([rig.rows.code[again[0]], rig.rows.hi[again[0]]]).toEqual([0x4_4200, 1]);
  const cause = causeOf(rig, again[0]);
  expect([KIND_NAMES[rig.rows.kind[cause]], rig.rows.at[cause]]).toEqual(["mmio.written", 0x4_4200]);
  rig.verify();
});

test("a ticket knows the row that asked", () => {
  const rig = new Rig();
  const bench = new Bench("rcs0", { coherent: false, fetchDelay: 20, writeDelay: 30 }, rig);
  bench.guest.run(bench.context, (b) => b.sdi(at(0), 1).userInterrupt());
  const { core } = rig.machine;
  const seen = new Set<string>();
  for (let n = 0; n < 400; n++) {
    if (n > 0) rig.port.advance(1);
    for (const ticket of core.openTickets()) {
      const row = core.ticketRow(ticket);
      const { firstPiece, writes, writeTable } = rig.rows;
      const pieces = writeTable.ticket.subarray(firstPiece[row], firstPiece[row] + writes[row]);
      expect(writes[row] > 0 ? [...pieces] : [rig.rows.ticket[row]]).toContain(ticket);
      expect(rig.rows.kind[row]).toBe(core.ticketKind(ticket));
      expect(rig.rows.agent[row]).toBe(core.ticketAgent(ticket));
      seen.add(KIND_NAMES[rig.rows.kind[row]]);
    }
  }
  expect([...seen].sort()).toEqual(["guest.fetch", "guest.write", "timer.arm"]);
  rig.verify();
});

test("the ring's tail is the guest's to see as soon as its context is loaded", () => {
  const rig = new Rig();
  // The command's page comes late: the context was loaded in an earlier input.
  const bench = new Bench("rcs0", { coherent: false, fetchDelay: 20 }, rig);
  bench.guest.run(bench.context, (b) => b.noop(8));
  const { core } = rig.machine;
  const tail = (): number => core.words.read(1, (RING_BASE.rcs0 + RING.tail) >>> 2);
  let loaded = -1;
  for (let n = 0; n < 400 && loaded < 0; n++) {
    rig.port.advance(1);
    if (tail() !== 0) loaded = rig.rows.count;
  }
  const last = rowsOf(rig, "guest.fetched").at(-1) ?? -1;
  expect([rig.rows.kind[last], rig.rows.purpose[last]]).toEqual([K["guest.fetched"], 2]);
  expect(tail()).toBe(bench.context.tail);
});
