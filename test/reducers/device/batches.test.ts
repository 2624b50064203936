import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Batch } from "../../../src/ports/sim/assembler.ts";
import { CTX, RING, RING_BASE } from "../../../src/ports/sim/layout.ts";
import { PAGE } from "../../../src/ports/sim/memory.ts";
import { at, BATCH, Bench } from "./rig.ts";

const RCS = RING_BASE.rcs0;

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.rig.verify());

describe("MI_BATCH_BUFFER_START", () => {
  test("second level returns to the first, the first to the ring", () => {
    const inner = bench.place((b) => b.sdi(at(0), 1));
    const outer = bench.place((b) => b.start({ address: inner }, { second: true }).sdi(at(1), 2));
    expect(bench.guest.complete(bench.context, (b) => b.start({ address: outer }).sdi(at(2), 3))).toBe(true);
    expect(bench.words(0, 3)).toEqual([1, 2, 3]);
  });

  test("first level from the first, second from the second: chains, with no way back", () => {
    const last = bench.place((b) => b.sdi(at(0), 1));
    const chained = bench.place((b) => b.start({ address: last }).sdi(at(1), 1));
    const second = bench.place((b) => b.start({ address: chained }, { second: true }).sdi(at(2), 1));
    bench.run((b) => b.start({ address: second }).sdi(at(3), 1));
    expect(bench.words(0, 4)).toEqual([1, 0, 1, 0]);
  });

  test("second level from the ring is the first level", () => {
    const inner = bench.place((b) => b.sdi(at(0), 1));
    const outer = bench.place((b) => b.start({ address: inner }, { second: true }).sdi(at(1), 1));
    bench.guest.complete(bench.context, (b) => b.start({ address: outer }, { second: true }).sdi(at(2), 1));
    expect(bench.words(0, 3)).toEqual([1, 1, 1]);
  });

  test("from the GGTT; a batch of the context's own space cannot leave it", () => {
    const { guest, context } = bench;
    const frame = guest.memory.allocate();
    const gma = guest.bind(frame);
    const inner = bench.place((b) => b.sdi(at(1), 1));
    const global = new Batch().sdi(at(0), 1).start({ address: inner }, { second: true }).sdi(at(2), 1).end();
    guest.memory.writeWords(frame * PAGE, global.words);
    expect(guest.complete(context, (b) => b.start({ address: gma, global: true }))).toBe(true);
    expect(bench.words(0, 3)).toEqual([1, 1, 1]);
    // The same address in the context's own space holds another batch: that one runs.
    guest.batch(context, gma, (b) => b.sdi(at(3), 7).end());
    bench.run((b) => b.start({ address: gma, global: true }, { second: true }));
    expect(bench.words(0, 4)).toEqual([1, 1, 1, 7]);
  });

  test("predicated", () => {
    const target = bench.place((b) => b.sdi(at(0), 1));
    const result = RCS + RING.predicateResult1;
    for (const on of [0, 1]) {
      bench.run((b) =>
        b.lri([result, on]).start({ address: target }, { second: true, predicated: true }).sdi(at(1), 1),
      );
      expect(bench.words(0, 2)).toEqual([on, 1]);
    }
  });

  test("a header without the high address has none, whatever ran before", () => {
    bench.setWord(0, 0);
    bench.guest.batch(bench.context, BATCH + 0x40_0000, (b) => b.sdi(at(0), 9).end());
    bench.run((b) => b.srm(RCS + RING.gpr, at(1)).raw(0x1880_0100 | 0x40_0000, BATCH + 0x40_0000));
    expect(bench.word(0)).toBe(9);
  });
});

describe("what is only decoded", () => {
  test("NOOPs, arbitration, 3D state and primitives are retired by their lengths", () => {
    const pipeline = new Batch()
      .noop(5)
      .raw(0x0040_1234)
      .arbCheck()
      .arbOnOff(false)
      .arbOnOff(true)
      .raw(0x7904_0002, 1, 2, 3) // 3DSTATE_... four dwords
      .raw(0x7b00_0005, 1, 2, 3, 4, 5, 6) // 3DPRIMITIVE
      .raw(0x6904_0000); // PIPELINE_SELECT
    expect(bench.run((b) => b.raw(...pipeline.words).sdi(at(0), 5))).toBe(true);
    expect(bench.word(0)).toBe(5);
    expect(bench.rig.notes()).toEqual([]);
  });

  test("a command that lies across two pages: decoded, executed, and in each of its dwords", () => {
    for (const build of [
      (b: Batch) => b.raw(0x7b00_0005, 1, 2, 3, 4, 5, 6),
      (b: Batch) => b.sdi(at(0), 0x11, 0x22, 0x33, 0x44),
      (b: Batch) => b.start({ address: bench.place((c) => c.sdi(at(0), 1)) }, { second: true }),
    ]) {
      const { length } = build(new Batch()).words;
      for (let split = 1; split < length; split++) {
        bench.setWord(0, 0);
        bench.setWord(9, 0);
        expect(bench.run((b) => build(b.padTo(1024 - split)).sdi(at(9), split))).toBe(true);
        expect(bench.word(9)).toBe(split);
      }
    }
    expect(bench.words(0, 4)).toEqual([1, 0x22, 0x33, 0x44]);
  });
});

describe("the ring", () => {
  test("wraps, with a command across its end", () => {
    const { guest, context } = bench;
    for (let n = 0; n < 60; n++) {
      expect(guest.complete(context, (b) => b.sdi(at(n), n + 1, n + 2).noop(20 + (n % 3)))).toBe(true);
    }
    expect(bench.words(0, 60)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
    expect(guest.image(context, CTX.head)).toBe(context.tail);
  });

  test("of several pages that lie apart", () => {
    const { guest } = bench;
    const context = guest.createContext("rcs0", { ringPages: 4, ppgtt: bench.context.ppgtt });
    const elsewhere = guest.memory.allocate(8, 2);
    for (let n = 0; n < 4; n++) {
      const gfn = elsewhere + n * 2;
      guest.setPte(context.ring + n * PAGE, gfn);
      guest.memory.frame(gfn).set(guest.memory.frame(context.ringFrame + n));
    }
    const words = new Batch().padTo(1022).sdi(at(0), 1, 2, 3).padTo(3000).sdi(at(4), 4).noop(2).words;
    for (const [i, word] of words.entries()) {
      guest.memory.write32((elsewhere + (i >>> 10) * 2) * PAGE + (i & 1023) * 4, word);
    }
    guest.setImage(context, CTX.tail, words.length * 4);
    guest.submit(context);
    expect(guest.until(() => guest.image(context, CTX.head) === words.length * 4)).toBe(true);
    expect(bench.words(0, 5)).toEqual([1, 2, 3, 0, 4]);
  });
});

describe("an engine that cannot go on", () => {
  /** Nothing moves any more, other engines do, and the guest sees where it stands. */
  const hangs = (note: string, address: number): void => {
    const { guest, context, rig } = bench;
    guest.advance(50_000);
    expect(rig.notes()).toContain(note);
    expect(rig.engine("rcs0").phase).toBe(0);
    expect(rig.machine.core.seeVgpu(1).execlists[0].hungLow).not.toBe(0);
    expect(guest.mmio(RCS + RING.statusLo) & 0x1f).toBe(0x10);
    expect(guest.mmio(RCS + RING.statusHi)).toBe(context.id);
    expect(guest.image(context, CTX.head)).toBe(0);
    expect(guest.mmio(RCS + RING.acthd)).toBe(address % 0x1_0000_0000);
    expect(guest.mmio(RCS + RING.acthdUdw)).toBe(Math.floor(address / 0x1_0000_0000));
    expect(guest.mmio(RCS + RING.start)).toBe(context.ring);
    expect(guest.mmio(RCS + RING.tail)).toBe(context.tail);
    expect(guest.events("rcs0")).toEqual([{ status: 1, id: 0 }]);
    const other = guest.createContext("bcs0");
    expect(guest.complete(other, (b) => b.noop(2))).toBe(true);
    const steps = rig.rows.count;
    guest.advance(50_000);
    expect(rig.rows.count).toBe(steps);
  };
  const submit = (build: (b: Batch) => Batch): number => {
    const address = bench.place(build);
    bench.guest.run(bench.context, (b) => b.start({ address }));
    return address;
  };

  test("an unknown command", () => {
    const address = submit((b) => b.noop().raw(0x1ff0_0000));
    hangs("command.unknown", address + 4);
  });

  test("a command of another engine", () => {
    const address = submit((b) => b.raw(0x5040_0003, 0, 0, 0, 0));
    hangs("command.unknown", address);
  });

  test("a batch that is not mapped", () => {
    bench.guest.run(bench.context, (b) => b.start({ address: 0x5_0000_0000 }));
    hangs("command.fault", 0x5_0000_0000);
  });

  test("a batch that runs into a page that is not mapped", () => {
    const address = submit((b) => b.noop(1023));
    bench.guest.memory.write32(bench.guest.memory.allocate() * PAGE, 0);
    // Overwrite the end command: the streamer runs off the page.
    const last = bench.context.ppgtt.pteAddress(address);
    const frame = Math.floor(bench.guest.memory.read32(last) / PAGE);
    bench.guest.memory.write32(frame * PAGE + 4092, 0);
    hangs("command.fault", address + PAGE);
  });

  test("an operand that is not mapped, in either table", () => {
    const address = submit((b) => b.sdi({ address: 0x7000 }, 1));
    hangs("command.fault", address);
  });

  test("an operand outside of the GGTT", () => {
    bench.guest.run(bench.context, (b) => b.sdi({ address: 0xf000_0000, global: true }, 1));
    hangs("command.fault", bench.context.ring);
  });

  test("a frame that the guest does not give", () => {
    const address = submit((b) => b.lrm(RCS + RING.gpr, at(0)));
    bench.guest.memory.drop(bench.data);
    hangs("command.fault", address);
  });

  test("a command beyond the ring's tail", () => {
    bench.guest.run(bench.context, new Batch().raw(0x1040_0002, 0));
    hangs("command.unknown", bench.context.ring);
  });
});
