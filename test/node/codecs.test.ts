import { createRequire } from "node:module";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { loadTools } from "../../src/node/codecs.ts";
import { samePage } from "../../src/node/hash.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { decompressLz4 } from "../../src/replay/recording/lz4.ts";
import { loadPortableTools } from "../../src/replay/recording/portable.ts";

const tools = await loadTools();
const portable = await loadPortableTools();
const { compress } = createRequire(import.meta.url)("lz4js") as { compress(bytes: Uint8Array): Uint8Array };

/** Bytes with runs and repeats, as columns have. */
const compressible = fc
  .array(fc.record({ bytes: fc.uint8Array({ maxLength: 30 }), times: fc.nat(40) }), { maxLength: 30 })
  .map((parts) =>
    Uint8Array.from(
      parts.flatMap(({ bytes, times }) =>
        Array(times)
          .fill([...bytes])
          .flat(),
      ),
    ),
  );

test("what a codec compresses, every reader decompresses", () => {
  fc.assert(
    fc.property(compressible, fc.constantFrom("", "zstd", "lz4"), (bytes, name) => {
      if (bytes.length === 0) return;
      const packed = tools.codecs[name].compress(bytes);
      for (const reader of [tools, portable]) {
        expect(Buffer.from(reader.codecs[name].decompress(packed, bytes.length)).equals(bytes)).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

test("a damaged lz4 frame ends in an Error or in at most the announced bytes, and the next good one is read", () => {
  fc.assert(
    fc.property(
      compressible,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      fc.nat(),
      (bytes, at, flip, cut) => {
        const packed = Uint8Array.from(compress(bytes));
        packed[at % packed.length] ^= flip;
        for (const damaged of [packed, packed.subarray(0, cut % packed.length)]) {
          for (const decompress of [decompressLz4, tools.codecs.lz4.decompress]) {
            try {
              expect(decompress(damaged, bytes.length).length).toBeLessThanOrEqual(bytes.length);
            } catch (error) {
              expect(error).toBeInstanceOf(Error);
            }
          }
        }
        const good = tools.codecs.lz4.decompress(compress(bytes), bytes.length);
        expect(Buffer.from(good).equals(bytes)).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

/** One lz4 frame of one block. */
function frame(...block: number[]): Uint8Array {
  const length = [block.length & 255, (block.length >> 8) & 255, block.length >> 16, 0];
  return Uint8Array.from([0x04, 0x22, 0x4d, 0x18, 0x40, 0x70, 0xdf, ...length, ...block, 0, 0, 0, 0]);
}

test("an lz4 frame that makes more than was announced is stopped there, and not run to its end", () => {
  const long = Array(100_000).fill(0xff);
  expect([...decompressLz4(frame(0x20, 1, 2), 2)]).toEqual([1, 2]);
  expect([...decompressLz4(frame(0x21, 1, 2, 2, 0), 7)]).toEqual([1, 2, 1, 2, 1, 2, 1]);
  expect(() => decompressLz4(frame(0x20, 1, 2), 1)).toThrow("lz4: literals past the end");
  expect(() => decompressLz4(frame(0xf0, ...long, 0), 100)).toThrow("lz4: literals past the end");
  expect(() => decompressLz4(frame(0x2f, 1, 2, 2, 0, ...long, 0), 100)).toThrow(
    "lz4: a match outside of what came out",
  );
  expect(() => decompressLz4(frame(0x20, 1, 2, 3, 0, 0), 100)).toThrow("lz4: ");
  expect(() => decompressLz4(frame(0x21, 1, 2, 3, 0), 100)).toThrow("lz4: a match outside of what came out");
});

test("pages are the same to the host's comparer and to the store's own where every byte is", () => {
  fc.assert(
    fc.property(fc.nat(4095), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, change, differs) => {
      const page = new Uint8Array(4096).map((_, i) => i * 7);
      const other = page.slice();
      if (differs) other[at] ^= change;
      const store = new PageStore(tools.hashPage);
      const id = store.intern(page);
      const answers = [store.equals(id, other)];
      store.compareBy(samePage);
      answers.push(store.equals(id, other));
      expect(answers).toEqual([!differs, !differs]);
    }),
  );
});

test("hashes and checksums are the same in Node and by portable tools, and the known ones", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, cut) => {
      const page = new Uint8Array(4096);
      page.set(bytes);
      const of = [tools, portable].map((by) => {
        const hash = new Uint32Array(6);
        by.xxh64(bytes, hash);
        by.hashPage(page, hash.subarray(2));
        const crc = by.crc32(bytes.subarray(cut), by.crc32(bytes.subarray(0, cut), 0));
        return [...hash, crc, by.crc32(bytes, 0)];
      });
      expect(of[0]).toEqual(of[1]);
      expect(of[0][6]).toBe(of[0][7]);
    }),
  );
  const hash = new Uint32Array(2);
  tools.xxh64(new TextEncoder().encode("abc"), hash);
  expect([...hash]).toEqual([0xad77_0999, 0x44bc_2cf5]);
  expect(tools.crc32(new TextEncoder().encode("123456789"), 0)).toBe(0xcbf4_3926);
});
