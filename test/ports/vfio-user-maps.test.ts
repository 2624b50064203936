import { describe, expect, it } from "vitest";
import { DmaTable } from "../../src/ports/vfio-user/memory.ts";

describe("the table of maps", () => {
  const map = (iova: number, size: number, offset = iova) => ({
    iova,
    size,
    offset,
    writable: true,
    ram: true,
  });

  it("forgets whole maps, and none where a range cuts one", () => {
    const table = new DmaTable();
    expect(table.add(map(0x10_0000, 0x10_0000, 0x4000))).toBe(0);
    expect(table.add(map(0x20_0000, 0x1000))).toBe(0);
    for (const [iova, size] of [
      [0x14_0000, 0x2_0000],
      [0x10_0000, 0x1000],
      [0, 0x11_0000],
      [0x18_0000, 0x10_0000],
    ])
      expect(table.remove(iova, size)).toBe(-1);
    expect(table.all.map(({ iova, size, offset }) => [iova, size, offset])).toEqual([
      [0x10_0000, 0x10_0000, 0x4000],
      [0x20_0000, 0x1000, 0x20_0000],
    ]);
    expect(table.isWritable(0x10_0000, 0x10_1000)).toBe(true);
    expect(table.remove(0x40_0000, 0x1000)).toBe(0);
    expect(table.remove(0x10_0000, 0x10_0000)).toBe(1);
    expect(table.find(0x1f_ffff)).toBe(null);
    expect(table.find(0x20_0fff)?.iova).toBe(0x20_0000);
    expect(table.add(map(0x14_0000, 0x2_0000))).toBe(0);
    expect(table.remove(0, 2 ** 63)).toBe(2);
    expect(table.all).toEqual([]);
  });

  it("refuses what overlaps, at either end", () => {
    const table = new DmaTable();
    expect(table.add(map(0x2000, 0x2000))).toBe(0);
    for (const [iova, size] of [
      [0x1000, 0x2000],
      [0x3000, 0x1000],
      [0x2000, 0x2000],
      [0, 0x1_0000],
    ]) {
      expect(table.add(map(iova, size))).toBe(17);
    }
    expect(table.add(map(0x1000, 0x1000))).toBe(0);
    expect(table.add(map(0x4000, 0x1000))).toBe(0);
  });

  it("holds as many as QEMU may send, and no more", () => {
    const table = new DmaTable();
    for (let i = 0; i < 65_535; i++) expect(table.add(map(i * 0x2000, 0x1000))).toBe(0);
    expect(table.add(map(2 ** 40, 0x1000))).toBe(28);
  });

  it("is the same as a list of pages, over any churn", () => {
    const table = new DmaTable();
    const pages = new Map<number, number>();
    let seed = 12345;
    const next = (bound: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % bound;
    };
    for (let step = 0; step < 3000; step++) {
      const first = next(64);
      const count = 1 + next(16);
      const list = Array.from({ length: count }, (_, i) => first + i);
      if (next(2) === 0) {
        const offset = next(1000) * 4096;
        const free = list.every((page) => !pages.has(page));
        expect(table.add(map(first * 4096, count * 4096, offset))).toBe(free ? 0 : 17);
        if (free) for (const [i, page] of list.entries()) pages.set(page, offset + i * 4096);
      } else {
        const inside = table.all.filter(({ iova }) => list.includes(iova / 4096));
        const touched = table.all.filter(({ iova, size }) =>
          list.some((page) => page * 4096 >= iova && page * 4096 < iova + size),
        );
        const cuts = touched.some(
          (one) => !inside.includes(one) || one.iova + one.size > (first + count) * 4096,
        );
        expect(table.remove(first * 4096, count * 4096)).toBe(cuts ? -1 : inside.length);
        if (!cuts) for (const page of list) pages.delete(page);
      }
      for (let page = 0; page < 80; page++) {
        const found = table.find(page * 4096);
        expect(found === null ? undefined : found.offset + page * 4096 - found.iova).toBe(pages.get(page));
      }
    }
  });
});
