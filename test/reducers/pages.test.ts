import { expect, test } from "vitest";
import { loadTools } from "../../src/node/codecs.ts";
import { PageStore } from "../../src/reducers/pages.ts";

const PAGES = 9;
const tools = await loadTools();

function pageOf(n: number): Uint8Array {
  return new Uint8Array(4096).fill(n + 1);
}

/** A store that fetches its pages in blocks of `together`, as a recording brings them, and how often it did. */
function fetching(together: number, bound: (store: PageStore) => void): { store: PageStore; ids: number[] } {
  const store = new PageStore(tools.hashPage);
  const hashes = Array.from({ length: PAGES }, (_, n) => {
    const hash = new Uint32Array(4);
    tools.hashPage(pageOf(n), hash);
    return hash;
  });
  bound(store);
  store.fetchBy((wanted) => {
    const n = hashes.findIndex((hash) => hash.every((word, w) => word === wanted[w]));
    const from = n - (n % together);
    for (let k = from; k < Math.min(PAGES, from + together); k++)
      store.internHashed(hashes[k], pageOf(k), true);
  });
  return { store, ids: hashes.map((hash) => store.promise(hash)) };
}

const bounds: [string, (store: PageStore) => void][] = [
  ["no page", (store) => store.keepAtMost(0)],
  ["one page", (store) => store.keepAtMost(1)],
  ["two pages", (store) => store.keepAtMost(2)],
  ["the bytes of less than a page", (store) => store.keepWithin(4)],
  ["the bytes of four pages", (store) => store.keepWithin(4 * 4096)],
];

test.each(bounds)(
  "a page that is looked at is there, though its block brings more than %s may stay",
  (_, bound) => {
    for (const together of [1, 2, 3, PAGES]) {
      const { store, ids } = fetching(together, bound);
      for (const step of [1, 4, 7])
        for (let n = 0; n < PAGES * 3; n++) {
          const k = (n * step) % PAGES;
          expect(Buffer.compare(store.bytes(ids[k]), pageOf(k))).toBe(0);
        }
    }
  },
);
