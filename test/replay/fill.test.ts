import * as fc from "fast-check";
import { expect, test } from "vitest";
import { K } from "../../src/events/kinds.ts";
import { Rows } from "../../src/events/rows.ts";
import { PAGE_BYTES } from "../../src/hw/units.ts";
import { SeenPages } from "../../src/replay/recording/gather.ts";
import { Fill } from "../../src/replay/recording/recorder.ts";

// What the format says, not what the code does: a block ends at 16,384 inputs, 1 MiB, 131,072 rows, 20 ms.
const SEAL_INPUTS = 16_384;
const SEAL_BYTES = 1 << 20;
const SEAL_LINES = 1 << 17;
const KINDS = ["mmio.read", "guest.write", "aperture.written", "guest.fetched"] as const;

/** `many` rows of a kind; payloads of so many bytes, pages from `page` on. */
const stretches = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    many: fc.oneof(fc.nat(3), fc.nat(400), fc.nat(20_000)),
    bytes: fc.oneof(fc.nat(8), fc.nat(3000), fc.constant(1 << 19)),
    page: fc.nat(500),
  }),
  { maxLength: 12 },
);

test("a block is full at the very row that makes it so", () => {
  fc.assert(
    fc.property(stretches, fc.array(fc.nat(300), { maxLength: 20 }), (list, known) => {
      const seen = new SeenPages();
      for (const id of known) seen.add(id);
      const fill = new Fill(seen);
      const rows = new Rows(64);
      const pages = new Set<number>();
      let inputs = 0;
      let bytes = 0;
      for (const { kind, many, bytes: length, page } of list) {
        for (let n = 0; n < many; n++) {
          const i = rows.add(K[kind]);
          if (kind !== "guest.write") inputs++;
          if (kind === "aperture.written") {
            rows.reservePayload(i, length);
            bytes += length;
          }
          if (kind === "guest.fetched") {
            rows.page[i] = page + n;
            if (!seen.has(page + n)) pages.add(page + n);
          }
          const held = bytes + pages.size * PAGE_BYTES;
          const full = inputs >= SEAL_INPUTS || held >= SEAL_BYTES || rows.count >= SEAL_LINES;
          if (fill.isFull(rows) !== full) expect([rows.count, !full]).toEqual([rows.count, full]);
          if (!full) continue;
          rows.clear();
          fill.clear();
          pages.clear();
          inputs = 0;
          bytes = 0;
        }
      }
    }),
    { numRuns: 60 },
  );
});

test("a block that holds something is due 20 ms after the first look at it", () => {
  const fill = new Fill(new SeenPages());
  const rows = new Rows(64);
  expect(fill.isDue(rows, 0)).toBe(false);
  rows.add(K["mmio.read"]);
  expect(fill.isDue(rows, 1_000)).toBe(false);
  expect(fill.isDue(rows, 20_999)).toBe(false);
  expect(fill.isDue(rows, 21_000)).toBe(true);
});
