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

  it("keeps the rest of what an unmap cuts", () => {
    const table = new DmaTable();
    expect(table.add(map(0x10_0000, 0x10_0000, 0x4000))).toBe(0);
    expect(table.remove(0x14_0000, 0x2_0000)).toBe(true);
    expect(table.all.map(({ iova, size, offset }) => [iova, size, offset])).toEqual([
      [0x10_0000, 0x4_0000, 0x4000],
      [0x16_0000, 0xa_0000, 0x6_4000],
    ]);
    expect(table.find(0x13_ffff)?.iova).toBe(0x10_0000);
    expect(table.find(0x14_0000)).toBe(null);
    expect(table.find(0x15_ffff)).toBe(null);
    expect(table.find(0x16_0000)?.offset).toBe(0x6_4000);
    expect(table.remove(0x14_0000, 0x2_0000)).toBe(false);
    expect(table.add(map(0x14_0000, 0x2_0000))).toBe(0);
    expect(table.isWritable(0x10_0000, 0x10_0000)).toBe(true);
    expect(table.remove(0, 2 ** 40)).toBe(true);
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
        expect(table.remove(first * 4096, count * 4096)).toBe(list.some((page) => pages.has(page)));
        for (const page of list) pages.delete(page);
      }
      for (let page = 0; page < 80; page++) {
        const found = table.find(page * 4096);
        expect(found === null ? undefined : found.offset + page * 4096 - found.iova).toBe(pages.get(page));
      }
    }
  });
});
