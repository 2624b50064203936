import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SimDriver } from "../../../src/ports/sim/driver.ts";
import { CTX, MASTER_IRQ, RING_BASE } from "../../../src/ports/sim/layout.ts";
import { GuestMemory, PAGE } from "../../../src/ports/sim/memory.ts";
import { Ppgtt } from "../../../src/ports/sim/ppgtt.ts";
import { at, Bench, DATA, Rig } from "./rig.ts";

/** GEN8_GAMW_ECO_DEV_RW_IA and its GAMW_ECO_ENABLE_64K_IPS_FIELD. */
const GAMW_ECO = 0x4080;
const IPS_FIELD = 15;

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.rig.verify());

const store = (address: number, value: number): boolean => bench.run((b) => b.sdi({ address }, value));

describe("table walks", () => {
  test.each([0x1000, 0x20_3000, 0x4000_5000, 0x80_0000_7000, 0xffff_ffff_f000])("4 KiB at %i", (address) => {
    const frame = bench.guest.memory.allocate();
    bench.context.ppgtt.map4k(address, frame);
    expect(store(address + 8, 5)).toBe(true);
    expect(bench.guest.memory.read32(frame * PAGE + 8)).toBe(5);
  });

  test("64 KiB: the entry of the first 4 KiB counts for all sixteen", () => {
    bench.guest.setMmio(GAMW_ECO, IPS_FIELD);
    const frame = bench.guest.memory.allocate(16, 16);
    bench.context.ppgtt.map64k(0x3000_0000, frame);
    for (const n of [0, 1, 7, 15]) {
      expect(store(0x3000_0000 + n * PAGE + 4, n + 1)).toBe(true);
      expect(bench.guest.memory.read32((frame + n) * PAGE + 4)).toBe(n + 1);
    }
  });

  test.each([0, 1, 7, 14])(
    "where field %i of 4080h is not all ones, pages of 64 KiB are off: each entry counts",
    (field) => {
      const { guest, context } = bench;
      guest.setMmio(GAMW_ECO, field);
      const frames = [0, 1, 2].map((n) => guest.memory.allocate(1 + n));
      for (const [n, frame] of frames.entries()) context.ppgtt.map4k(0x3000_0000 + n * PAGE, frame);
      context.ppgtt.setIps(0x3000_0000);
      for (const n of frames.keys()) expect(store(0x3000_0000 + n * PAGE, n + 1)).toBe(true);
      expect(frames.map((frame) => guest.memory.read32(frame * PAGE))).toEqual([1, 2, 3]);
    },
  );

  test("Broadwell has no pages of 64 KiB, whatever is written", () => {
    const old = new Bench("rcs0", {}, new Rig(1, { platform: "bdw", deviceId: 0x1616, revision: 9 }));
    const { guest, context } = old;
    guest.setMmio(GAMW_ECO, IPS_FIELD);
    const frames = [guest.memory.allocate(2), guest.memory.allocate(1)];
    for (const [n, frame] of frames.entries()) context.ppgtt.map4k(0x3000_0000 + n * PAGE, frame);
    context.ppgtt.setIps(0x3000_0000);
    expect(old.run((b) => b.sdi({ address: 0x3000_1000 }, 7))).toBe(true);
    expect(frames.map((frame) => guest.memory.read32(frame * PAGE))).toEqual([0, 7]);
    old.rig.verify();
  });

  test("2 MiB", () => {
    const frame = bench.guest.memory.allocate(512, 512);
    bench.context.ppgtt.map2m(0x6000_0000, frame);
    for (const n of [0, 1, 300, 511]) {
      expect(store(0x6000_0000 + n * PAGE + 12, n + 1)).toBe(true);
      expect(bench.guest.memory.read32((frame + n) * PAGE + 12)).toBe(n + 1);
    }
  });

  test("three levels: four page directories, addresses of 32 bits", () => {
    const { guest } = bench;
    const ppgtt = new Ppgtt(guest.memory);
    const frames = [0, 1, 2, 3].map((n) => {
      const frame = guest.memory.allocate();
      ppgtt.map4k(n * 0x4000_0000 + 0x1000, frame);
      return frame;
    });
    const context = guest.createContext("rcs0", { ppgtt, levels: 3 });
    expect(
      guest.complete(context, (b) =>
        [0, 1, 2, 3].reduce((batch, n) => batch.sdi({ address: n * 0x4000_0000 + 0x1000 }, n + 1), b),
      ),
    ).toBe(true);
    expect(frames.map((frame) => guest.memory.read32(frame * PAGE))).toEqual([1, 2, 3, 4]);
  });

  test("a guest all of whose memory lies above 4 GiB: tables, rings, images, batches", () => {
    const rig = new Rig();
    const guest = new SimDriver(rig.port, 1, {}, new GuestMemory(0x12_3000)).load();
    const context = guest.createContext("rcs0");
    const data = guest.memory.allocate();
    context.ppgtt.map4k(DATA, data);
    const address = guest.batch(context, 0x10_0000, (b) => b.sdi(at(1), 5).end());
    expect(guest.complete(context, (b) => b.start({ address }).userInterrupt())).toBe(true);
    expect(guest.memory.read32(data * PAGE + 4)).toBe(5);
    expect(guest.events("rcs0").length).toBe(2);
    rig.verify();
  });

  test("a page above 4 GiB of guest memory", () => {
    const { guest } = bench;
    const high = 0x12_3456;
    const entry = bench.context.ppgtt.pteAddress(0x5000);
    guest.memory.writeEntry(entry, high * PAGE, 3);
    guest.memory.frame(high);
    expect(store(0x5000, 9)).toBe(true);
    expect(guest.memory.read32(high * PAGE)).toBe(9);
  });

  test.each([
    ["a frame beyond what a guest has", 0x100_0000 * PAGE, 3],
    ["address bits that a truncation would lose", 2 ** 44, 3],
    ["no present bit", 0x200 * PAGE, 2],
  ])("%s is a fault", (_name, value, bits) => {
    const { guest, rig } = bench;
    guest.memory.writeEntry(bench.context.ppgtt.pteAddress(0x5000), value, bits);
    const address = bench.place((b) => b.sdi({ address: 0x5000 }, 1));
    guest.run(bench.context, (b) => b.start({ address }));
    guest.advance(5_000);
    expect(rig.notes()).toContain("command.fault");
  });
});

describe("a read-only page", () => {
  const READ_ONLY = 1;
  const SMALL = 0x5000;
  const MEDIUM = 0x3000_0000;
  const LARGE = 0x6000_0000;

  /** Three pages, one of each size, whose leaf entries lack the write bit; what they hold is 0x77. */
  function pages(): number[] {
    const { guest, context } = bench;
    // GEN8_GAMW_ECO_DEV_RW_IA: all of the field, or 64 KiB pages are off.
    guest.setMmio(0x4080, 15);
    const small = guest.memory.allocate();
    const medium = guest.memory.allocate(16, 16);
    const large = guest.memory.allocate(512, 512);
    context.ppgtt.map4k(SMALL, small);
    context.ppgtt.map64k(MEDIUM, medium);
    context.ppgtt.map2m(LARGE, large);
    guest.memory.writeEntry(context.ppgtt.pteAddress(SMALL), small * PAGE, READ_ONLY);
    guest.memory.writeEntry(context.ppgtt.pteAddress(MEDIUM), medium * PAGE, READ_ONLY);
    const large2m = context.ppgtt.directory(LARGE) * PAGE + ((LARGE / 0x20_0000) % 512) * 8;
    guest.memory.writeEntry(large2m, large * PAGE, READ_ONLY | 0x80);
    for (const gfn of [small, medium, large])
      for (let n = 0; n < 1024; n++) guest.memory.write32(gfn * PAGE + n * 4, 0x77);
    return [small, medium, large];
  }

  test.each([
    ["4 KiB", 0, SMALL],
    ["64 KiB", 1, MEDIUM],
    ["2 MiB", 2, LARGE],
  ])("of %s: whatever a command writes there is dropped, and nothing hangs", (_name, which, address) => {
    const { guest, rig } = bench;
    const gfn = pages()[which];
    const before = guest.host.writes.length;
    const to = (offset: number): { address: number } => ({ address: address + offset });
    // The first write fills the TLB, the others find the page there.
    const ran = bench.run((b) =>
      b
        .sdi(to(0), 1)
        .sdi(to(8), 2)
        .srm(RING_BASE.rcs0 + 0x600, to(12))
        .srm(RING_BASE.rcs0 + 0x358, to(16))
        .copy(to(20), at(0))
        .atomicInline(0x05, to(24), [0, 0])
        .pipeControl({ post: 1, to: to(32), low: 3 })
        .pipeControl({ post: 3, to: to(40) })
        .copy(at(1), to(0))
        .sdi(at(2), 5),
    );
    expect([ran, rig.notes()]).toEqual([true, []]);
    for (let n = 0; n < 1024; n++) expect(guest.memory.read32(gfn * PAGE + n * 4)).toBe(0x77);
    expect(bench.words(1, 2)).toEqual([0x77, 5]);
    expect(rig.notes()).toEqual([]);
    const hit = guest.host.writes.slice(before).filter((w) => Math.floor(w.address / PAGE) === gfn);
    expect(hit).toEqual([]);
  });

  test("beside one that may be written: a write over the border is cut in two", () => {
    const { guest, context } = bench;
    const [small] = pages();
    const next = guest.memory.allocate();
    context.ppgtt.map4k(SMALL + PAGE, next);
    expect(bench.run((b) => b.sdi({ address: SMALL + PAGE - 4 }, 1, 2))).toBe(true);
    expect([guest.memory.read32(small * PAGE + PAGE - 4), guest.memory.read32(next * PAGE)]).toEqual([
      0x77, 2,
    ]);
    context.ppgtt.map4k(SMALL - PAGE, next);
    expect(bench.run((b) => b.sdi({ address: SMALL - 4 }, 3, 4))).toBe(true);
    expect([guest.memory.read32(next * PAGE + PAGE - 4), guest.memory.read32(small * PAGE)]).toEqual([
      3, 0x77,
    ]);
  });

  test("becomes writable as any change of a table does: when the translation is looked up again", () => {
    const { guest, context } = bench;
    const [small] = pages();
    expect(store(SMALL, 5)).toBe(true);
    expect(guest.memory.read32(small * PAGE)).toBe(0x77);
    context.ppgtt.map4k(SMALL, small);
    expect(store(SMALL, 6)).toBe(true);
    expect(guest.memory.read32(small * PAGE)).toBe(6);
  });

  test("is none in the GGTT, whose entries have no such bit", () => {
    const { guest, context } = bench;
    const gma = guest.bind(bench.data);
    guest.write("gtt", (gma / PAGE) * 8, 8, (bench.data * PAGE + READ_ONLY) >>> 0, 0);
    expect(guest.complete(context, (b) => b.sdi({ address: gma, global: true }, 8))).toBe(true);
    expect(bench.word(0)).toBe(8);
  });
});

describe("translations", () => {
  test("stay until they are invalidated: by a flush, by the guest, by a context's load", () => {
    const { guest, context } = bench;
    const other = guest.memory.allocate();
    const move = (gfn: number): void => context.ppgtt.map4k(DATA, gfn);
    const shown = (): number[] => [bench.word(0), guest.memory.read32(other * PAGE)];
    // Within one batch, so that the context is loaded once: the guest moves the page while the batch waits.
    const run = (invalidate: boolean): void => {
      bench.setWord(0, 0);
      guest.memory.write32(other * PAGE, 0);
      move(bench.data);
      bench.setWord(1024, 0);
      const address = bench.place((b) =>
        b
          .sdi(at(0), 1)
          .semaphoreWait(4, 1, at(1024))
          .pipeControl({ invalidateTlb: invalidate })
          .sdi(at(0), 2),
      );
      guest.run(context, (b) => b.start({ address }));
      guest.until(() => bench.word(0) === 1);
      move(other);
      bench.setWord(1024, 1);
      expect(guest.until(() => guest.isDone(context))).toBe(true);
    };
    run(false);
    expect(shown()).toEqual([2, 0]);
    run(true);
    expect(shown()).toEqual([1, 2]);
    // The next load looks again.
    move(bench.data);
    expect(bench.run((b) => b.sdi(at(0), 3))).toBe(true);
    expect(shown()).toEqual([3, 2]);
  });

  test("a GGTT entry is followed at once", () => {
    const { guest, context } = bench;
    const gma = guest.bind(bench.data);
    guest.complete(context, (b) => b.sdi({ address: gma, global: true }, 1));
    const other = guest.memory.allocate();
    guest.setPte(gma, other);
    guest.complete(context, (b) => b.sdi({ address: gma, global: true }, 2));
    expect([bench.word(0), guest.memory.read32(other * PAGE)]).toEqual([1, 2]);
    expect(guest.image(context, CTX.head)).toBe(context.tail);
  });

  test("half an entry at a time, and two halves of two entries at once", () => {
    const { guest } = bench;
    const gma = guest.bind(bench.data, 2);
    const entry = (gma / PAGE) * 8;
    const low = (gfn: number): number => gfn * PAGE + 3;
    guest.write("gtt", entry, 4, low(bench.data + 1));
    guest.write("gtt", entry + 4, 4, 0);
    expect(guest.read64("gtt", entry, 8)).toEqual({ lo: low(bench.data + 1), hi: 0 });
    guest.write("gtt", entry + 4, 8, 0, low(bench.data));
    expect(guest.read32("gtt", entry + 8)).toBe(low(bench.data));
    expect(guest.read64("gtt", entry + 4, 8)).toEqual({ lo: 0, hi: low(bench.data) });
    // Neither entry is whole again before its other half has come too.
    guest.write("gtt", entry, 4, low(bench.data + 1));
    guest.write("gtt", entry + 12, 4, 0);
    guest.complete(bench.context, (b) =>
      b.sdi({ address: gma, global: true }, 1).sdi({ address: gma + PAGE, global: true }, 2),
    );
    expect([bench.word(0), bench.word(1024)]).toEqual([2, 1]);
    expect(guest.mmio(MASTER_IRQ) >>> 31).toBe(1);
  });

  test("entries outside of the guest's share read zero and change nothing", () => {
    const { guest } = bench;
    const share = bench.rig.configuration.vgpus[0];
    const last = ((share.unmappableBase + share.unmappableSize) / PAGE) * 8;
    guest.write("gtt", last, 8, 0x1003, 0);
    guest.write("gtt", last - 4, 8, 0, 0x1003);
    expect(guest.read64("gtt", last, 8)).toEqual({ lo: 0, hi: 0 });
    expect(guest.read64("gtt", last - 4, 8).hi).toBe(0);
    expect(guest.read64("gtt", 0x7f_fffc, 8)).toEqual({ lo: 0, hi: 0 });
  });
});
