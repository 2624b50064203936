import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RING, RING_BASE } from "../../../src/ports/sim/layout.ts";
import { at, Bench } from "./rig.ts";

const RCS = RING_BASE.rcs0;
const gpr = (n: number): number => RCS + RING.gpr + n * 8;
/** RING_IPEIR: read only. */
const IPEIR = RCS + 0x64;
/** INSTPM: a masked register that batches may write. */
const MASKED = RCS + 0xc0;

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.rig.verify());

describe("registers and memory", () => {
  test("LRI: one, many; a masked register changes only under its mask", () => {
    const many = Array.from({ length: 16 }, (_, n) => [gpr(n), 0x1000 + n] as const);
    expect(bench.run((b) => b.lri([gpr(0), 7]).lri(...many))).toBe(true);
    expect(bench.show(gpr(0), gpr(15))).toEqual([0x1000, 0x100f]);
    bench.run((b) => b.lri([MASKED, 0x00a0_00a0]));
    expect(bench.show(MASKED)).toEqual([0xa0]);
    bench.run((b) => b.lri([MASKED, 0x0080_0000]));
    expect(bench.show(MASKED)).toEqual([0x20]);
    bench.run((b) => b.lri([MASKED, 0x0000_ffff]));
    expect(bench.show(MASKED)).toEqual([0x20]);
  });

  test("a read-only register keeps its word; an unknown one is said", () => {
    const before = bench.rig.count("mmio.unknown");
    bench.run((b) => b.lri([IPEIR, 5]).lri([0x1f_fff0, 5]));
    expect(bench.show(IPEIR)).toEqual([0]);
    expect(bench.rig.count("mmio.unknown") - before).toBe(1);
  });

  test("LRR, LRM, SRM", () => {
    bench.setWord(9, 0xcafe_f00d);
    bench.run((b) =>
      b
        .lrm(gpr(3), at(9))
        .lrr(gpr(3), gpr(4) + 4)
        .srm(gpr(4) + 4, at(10)),
    );
    expect(bench.word(10)).toBe(0xcafe_f00d);
  });

  test("SRM under a predicate that says no writes nothing", () => {
    const result = RCS + RING.predicateResult;
    bench.run((b) => b.lri([gpr(0), 1], [result, 0]).srm(gpr(0), at(0), true));
    expect(bench.word(0)).toBe(0);
    bench.run((b) => b.lri([result, 1]).srm(gpr(0), at(0), true));
    expect(bench.word(0)).toBe(1);
  });

  test("through the GGTT", () => {
    const gma = bench.guest.bind(bench.data);
    bench.setWord(1, 77);
    bench.guest.complete(bench.context, (b) =>
      b
        .lrm(gpr(0), { address: gma + 4, global: true })
        .srm(gpr(0), { address: gma + 8, global: true })
        .sdi({ address: gma + 12, global: true }, 78),
    );
    expect(bench.words(1, 3)).toEqual([77, 77, 78]);
  });

  test("the ring's own registers, as the engine sees them", () => {
    const show = [RCS + RING.start, RCS + RING.ctl];
    expect(bench.show(...show)).toEqual([bench.context.ring, 1]);
    const address = bench.place((b) => b.noop(4).srm(RCS + RING.acthd, at(0)));
    expect(bench.guest.complete(bench.context, (b) => b.start({ address }))).toBe(true);
    expect(bench.word(0)).toBe(address + 16);
  });

  test("registers of the list are the context's own: two contexts do not see each other's", () => {
    const other = bench.guest.createContext("rcs0", { ppgtt: bench.context.ppgtt });
    bench.run((b) => b.lri([gpr(5), 55], [MASKED, 0xffff_0040]));
    bench.guest.complete(other, (b) => b.lri([gpr(5), 0], [MASKED, 0xffff_0000]).srm(gpr(5), at(1)));
    expect(bench.show(gpr(5), MASKED)).toEqual([55, 0x40]);
  });

  test("a register that a batch clears stays clear", () => {
    bench.run((b) => b.lri([gpr(5), 55]));
    bench.run((b) => b.lri([gpr(5), 0]));
    expect(bench.show(gpr(5))).toEqual([0]);
  });
});

describe("MI_STORE_DATA_IMM", () => {
  test("dword, qword, many", () => {
    bench.run((b) => b.sdi(at(0), 1).sdiQword(at(2), 2, 3).sdi(at(8), 4, 5, 6, 7, 8));
    expect(bench.words(0, 4)).toEqual([1, 0, 2, 3]);
    expect(bench.words(8, 5)).toEqual([4, 5, 6, 7, 8]);
  });

  test("one command is one write, also of 1,000 dwords", () => {
    const writes = bench.guest.host.writes.length;
    const values = Array.from({ length: 1000 }, (_, i) => i + 1);
    const address = bench.place((b) => b.sdi(at(3), ...values));
    bench.guest.run(bench.context, (b) => b.start({ address }));
    bench.guest.until(() => bench.word(3) === 1);
    expect(bench.words(3, 1000)).toEqual(values);
    const long = bench.guest.host.writes.slice(writes).filter(({ bytes }) => bytes.length === 4000);
    expect(long.length).toBe(1);
  });

  test("over the end of a page into whatever comes next in the address space", () => {
    bench.run((b) => b.sdi(at(1022), 1, 2, 3, 4));
    expect(bench.words(1022, 4)).toEqual([1, 2, 3, 4]);
  });
});

describe("MI_COPY_MEM_MEM", () => {
  test("each side in its own address space", () => {
    const other = bench.guest.memory.allocate();
    const gma = bench.guest.bind(other);
    bench.setWord(0, 11);
    bench.guest.memory.write32(other * 4096, 22);
    bench.guest.complete(bench.context, (b) =>
      b
        .copy(at(1), at(0))
        .copy(at(2), { address: gma, global: true })
        .copy({ address: gma + 4, global: true }, at(0))
        .copy({ address: gma + 8, global: true }, { address: gma, global: true }),
    );
    expect(bench.words(0, 3)).toEqual([11, 11, 22]);
    expect(bench.guest.memory.readWords(other * 4096, 3)).toEqual([22, 11, 22]);
  });
});
