import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Batch, COMPARE } from "../../../src/ports/sim/assembler.ts";
import type { SimContext } from "../../../src/ports/sim/driver.ts";
import { CTX, DESC_FORCE_RESTORE, GDRST, RING, RING_BASE } from "../../../src/ports/sim/layout.ts";
import { PAGE } from "../../../src/ports/sim/memory.ts";
import { at, Bench } from "./rig.ts";

const RCS = RING_BASE.rcs0;
const ACTIVE = 0x1;
const PREEMPTED = 0x2;
const SWITCH = 0x14;
const DONE = 0x18;
const LITE_RESTORE = 0x8002;

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.rig.verify());

const second = (): SimContext => bench.guest.createContext("rcs0", { ppgtt: bench.context.ppgtt });
const status = (word: number, context: SimContext | null): { status: number; id: number } => ({
  status: word,
  id: context === null ? 0 : context.id,
});
const wait = (b: Batch): Batch => b.semaphoreWait(COMPARE.equal, 1, at(100));

describe("context status", () => {
  test("in registers and in the status page alike, round the six entries", () => {
    const { guest, context } = bench;
    for (let n = 0; n < 7; n++) {
      expect(guest.complete(context, (b) => b.noop(2))).toBe(true);
      expect(guest.events("rcs0")).toEqual([status(ACTIVE, null), status(DONE, context)]);
      const { pointer, entries } = guest.statusRegisters("rcs0");
      expect(pointer).toBe((5 + (n + 1) * 2) % 6);
      expect(entries[pointer]).toEqual(status(DONE, context));
      expect(entries[(pointer + 5) % 6]).toEqual(status(ACTIVE, null));
    }
  });

  test("without a status page: registers only; the first event after a reset goes to entry 0", () => {
    const { guest, context, rig } = bench;
    const share = rig.configuration.vgpus[0];
    // In its share, where it has bound nothing.
    guest.setMmio(RCS + RING.hwsPga, share.unmappableBase + share.unmappableSize - PAGE);
    guest.complete(context, (b) => b.noop(2));
    expect(guest.statusRegisters("rcs0").pointer).toBe(1);
    expect(guest.events("rcs0")).toEqual([]);
    guest.setMmio(GDRST, 2);
    expect(guest.statusRegisters("rcs0").pointer).toBe(7);
    guest.complete(context, (b) => b.noop(2));
    expect(guest.statusRegisters("rcs0").pointer).toBe(1);
    expect(guest.statusRegisters("rcs0").entries[0]).toEqual(status(ACTIVE, null));
  });

  test("two elements: one after the other", () => {
    const { guest, context } = bench;
    const other = second();
    guest.emit(context, (b) => b.sdi(at(0), 1));
    guest.emit(other, (b) => b.copy(at(1), at(0)));
    guest.submit(context, other);
    expect(guest.until(() => guest.isDone(other) && guest.isDone(context))).toBe(true);
    expect(bench.words(0, 2)).toEqual([1, 1]);
    expect(guest.events("rcs0")).toEqual([
      status(ACTIVE, null),
      status(SWITCH, context),
      status(DONE, other),
    ]);
  });

  test("lite restore: the same context with a later tail goes on where it stands", () => {
    const { guest, context } = bench;
    guest.run(context, wait);
    guest.advance(100);
    guest.run(context, (b) => b.sdi(at(0), 1));
    guest.advance(100);
    expect(guest.events("rcs0")).toEqual([status(ACTIVE, null), status(LITE_RESTORE, context)]);
    expect(bench.word(0)).toBe(0);
    bench.setWord(100, 1);
    expect(guest.until(() => guest.isDone(context))).toBe(true);
    expect(bench.word(0)).toBe(1);
    expect(guest.events("rcs0")).toEqual([status(DONE, context)]);
  });

  test("forced restore of the same context is a real switch", () => {
    const { guest, context } = bench;
    guest.run(context, wait);
    guest.advance(100);
    guest.submit(context, null, DESC_FORCE_RESTORE);
    guest.advance(100);
    expect(guest.events("rcs0")).toEqual([status(ACTIVE, null), status(PREEMPTED, context)]);
    bench.setWord(100, 1);
    expect(guest.until(() => guest.isDone(context))).toBe(true);
  });

  test("work that comes while the last command retires is not lost, however late the image comes", () => {
    for (const fetchDelay of [0, 1, 2, 3, 5]) {
      for (let delay = 0; delay < 14; delay++) {
        const slow = new Bench("rcs0", { coherent: false, fetchDelay, writeDelay: 1 });
        const { guest, context } = slow;
        guest.run(context, (b) => b.sdi(at(0), 1));
        for (let n = 0; n < delay; n++) guest.advance(1);
        guest.run(context, (b) => b.sdi(at(1), 1));
        expect(
          guest.until(() => slow.word(1) === 1, 20_000),
          `${fetchDelay} ${delay}`,
        ).toBe(true);
        expect(guest.until(() => guest.isDone(context), 20_000)).toBe(true);
      }
    }
  });
});

describe("preemption", () => {
  const preempts = (build: (b: Batch) => Batch): void => {
    const { guest, context } = bench;
    guest.run(context, build);
    guest.advance(200);
    const other = second();
    expect(guest.complete(other, (b) => b.sdi(at(1), 2))).toBe(true);
    expect(guest.events("rcs0").slice(0, 3)).toEqual([
      status(ACTIVE, null),
      status(PREEMPTED, context),
      status(DONE, other),
    ]);
    expect(bench.words(0, 2)).toEqual([0, 2]);
    expect(guest.isDone(context)).toBe(false);
    bench.setWord(100, 1);
    guest.submit(context);
    expect(guest.until(() => guest.isDone(context))).toBe(true);
    expect(bench.words(0, 2)).toEqual([1, 2]);
  };

  test("in the ring", () => preempts((b) => wait(b).sdi(at(0), 1)));

  test("in a first level batch: its address is in the image, and taken up from there", () => {
    const { guest, context } = bench;
    const address = bench.place((b) => wait(b.noop(3)).sdi(at(0), 1));
    preempts((b) => b.start({ address }));
    expect(guest.image(context, CTX.bbHead)).not.toBe(0);
    // What the image says is all there is: another address in it is taken up as well.
    const elsewhere = bench.place((b) => b.sdi(at(5), 5));
    bench.setWord(100, 0);
    guest.run(context, (b) => b.start({ address }));
    guest.advance(200);
    guest.complete(second(), (b) => b.noop(2));
    guest.setImage(context, CTX.bbHead, elsewhere);
    guest.submit(context);
    expect(guest.until(() => guest.isDone(context))).toBe(true);
    expect(bench.word(5)).toBe(5);
  });

  test("in a second level batch, with the way back to the first", () => {
    const inner = bench.place((b) => wait(b.noop(3)).sdi(at(3), 4));
    const address = bench.place((b) => b.start({ address: inner }, { second: true }).sdi(at(0), 1));
    preempts((b) => b.start({ address }).sdi(at(2), 3));
    expect(bench.words(2, 2)).toEqual([3, 4]);
  });

  test("not while arbitration is off, nor in the middle of predicated commands", () => {
    const { guest, context } = bench;
    guest.run(context, (b) => wait(b.arbOnOff(false)).arbOnOff(true));
    guest.advance(200);
    const other = second();
    guest.run(other, (b) => b.sdi(at(1), 2));
    guest.advance(500);
    expect(bench.word(1)).toBe(0);
    bench.setWord(100, 1);
    expect(guest.until(() => bench.word(1) === 2)).toBe(true);
    expect(guest.events("rcs0").map((event) => event.status)).toEqual([ACTIVE, DONE, ACTIVE, DONE]);
  });

  test("by two contexts, the second of which is the one that was preempted", () => {
    const { guest, context } = bench;
    guest.run(context, (b) => wait(b).sdi(at(0), 1));
    guest.advance(200);
    const other = second();
    guest.emit(other, (b) => b.sdi(at(100), 1));
    guest.submit(other, context);
    expect(guest.until(() => guest.isDone(other) && guest.isDone(context))).toBe(true);
    expect(bench.word(0)).toBe(1);
    expect(guest.events("rcs0")).toEqual([
      status(ACTIVE, null),
      status(PREEMPTED, context),
      status(SWITCH, other),
      status(DONE, context),
    ]);
  });
});

describe("the submission port", () => {
  const port = RCS + RING.elsp;
  const write = (...words: number[]): void => {
    for (const word of words) bench.guest.setMmio(port, word);
  };

  test("takes nothing that is no submission", () => {
    const { guest, context, rig } = bench;
    const good = guest.descriptor(context);
    const unprivileged = good & ~0x100;
    const odd = good & ~0x18;
    for (const [first, other] of [
      [0, 0],
      [0, good],
      [unprivileged, 0],
      [odd, 0],
      [good, unprivileged],
      [good, odd],
    ]) {
      write(context.id, other, context.id, first);
    }
    guest.advance(1_000);
    expect(rig.notes()).toEqual(new Array(6).fill("elsp.invalid"));
    expect(guest.events("rcs0")).toEqual([]);
    expect(guest.complete(context, (b) => b.noop(2))).toBe(true);
  });

  test.each([
    ["no image", (context: SimContext) => bench.guest.setPte(context.lrca + 4096, -1), "command.fault"],
    ["garbage", (context: SimContext) => bench.guest.memory.frame(context.frame).fill(0xa5), "ring.invalid"],
    ["no valid ring", (context: SimContext) => bench.guest.setImage(context, CTX.ctl, 0), "ring.invalid"],
    [
      "a tail beyond",
      (context: SimContext) => bench.guest.setImage(context, CTX.tail, 0x8000),
      "ring.invalid",
    ],
    ["an unmapped ring", (context: SimContext) => bench.guest.setPte(context.ring, -1), "ring.invalid"],
  ])("a context with %s hangs its engine until it is reset", (_name, spoil, note) => {
    const { guest, rig } = bench;
    const broken = second();
    guest.emit(broken, (b) => b.noop(2));
    spoil(broken);
    guest.submit(broken);
    guest.advance(5_000);
    expect(rig.notes()).toContain(note);
    expect(guest.events("rcs0")).toEqual([status(ACTIVE, null)]);
    guest.setMmio(GDRST, 2);
    guest.enableEngine("rcs0");
    expect(guest.complete(bench.context, (b) => b.sdi(at(0), 1))).toBe(true);
  });

  test("status: what runs, what waits", () => {
    const { guest, context, rig } = bench;
    const read = (): [number, number] => [guest.mmio(RCS + RING.statusLo), guest.mmio(RCS + RING.statusHi)];
    expect(read()).toEqual([0, 0]);
    guest.run(context, (b) => wait(b.arbOnOff(false)));
    guest.advance(200);
    expect(read()).toEqual([(1 << 4) | (1 << 14) | (1 << 18), context.id]);
    const other = second();
    guest.run(other, (b) => b.noop(2));
    expect(read()[0] & 4).toBe(4);
    expect(rig.notes()).toEqual([]);
    guest.submit(other);
    expect(rig.notes()).toEqual(["elsp.full"]);
    bench.setWord(100, 1);
    expect(guest.until(() => guest.isDone(other))).toBe(true);
    guest.advance(100);
    expect(read()).toEqual([0, 0]);
  });
});

describe("reset", () => {
  test.each([
    ["of the engine", 2],
    ["of everything", 1],
  ])("%s, in mid-batch", (_name, bits) => {
    const { guest, context, rig } = bench;
    const address = bench.place((b) => wait(b));
    guest.run(context, (b) => b.start({ address }));
    guest.advance(200);
    guest.setMmio(GDRST, bits);
    expect(guest.mmio(GDRST)).toBe(0);
    expect(guest.mmio(RCS + RING.statusLo)).toBe(0);
    expect(guest.mmio(RCS + RING.acthd)).toBe(0);
    const rows = rig.rows.count;
    bench.setWord(100, 1);
    guest.advance(5_000);
    expect(rig.rows.count).toBe(rows);
    guest.enableEngine("rcs0");
    const fresh = second();
    expect(guest.complete(fresh, (b) => b.sdi(at(0), 1))).toBe(true);
    expect(bench.word(0)).toBe(1);
  });

  test("of another engine leaves this one alone", () => {
    const { guest, context } = bench;
    guest.run(context, (b) => wait(b).sdi(at(0), 1));
    guest.advance(200);
    guest.setMmio(GDRST, 8);
    bench.setWord(100, 1);
    expect(guest.until(() => bench.word(0) === 1)).toBe(true);
  });

  test("of the engine while it waits for a page: the late answer is nobody's", () => {
    const slow = new Bench("rcs0", { coherent: false, fetchDelay: Number.POSITIVE_INFINITY });
    const { guest, context, rig } = slow;
    guest.run(context, (b) => b.sdi(at(0), 1));
    guest.advance(100);
    expect(rig.port.pending).toBe(1);
    guest.setMmio(GDRST, 2);
    const rows = rig.rows.count;
    rig.port.deliver();
    expect(rig.rows.count).toBe(rows);
    guest.host.capabilities.fetchDelay = 1;
    guest.enableEngine("rcs0");
    guest.setImage(context, CTX.head, context.tail);
    expect(guest.complete(context, (b) => b.sdi(at(1), 2))).toBe(true);
    expect(slow.words(0, 2)).toEqual([0, 2]);
    rig.verify();
  });
});
