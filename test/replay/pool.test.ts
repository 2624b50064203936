import { expect, test } from "vitest";
import { loadTools } from "../../src/node/codecs.ts";
import { HASH, hashWords } from "../../src/reducers/mix.ts";
import { SLOT_WORDS } from "../../src/replay/checkpoint/checkpoint.ts";
import { PoolReader, PoolWriter } from "../../src/replay/checkpoint/pool.ts";
import { ItemReader, packBody } from "../../src/replay/recording/wire.ts";

const tools = await loadTools();

const P1 = 0x9e3779b1;
const P2 = 0x85ebca77;

/** 1 / P2 modulo 2^32. */
function inverse(): number {
  let x = P2;
  for (let n = 0; n < 5; n++) x = Math.imul(x, 2 - Math.imul(P2, x));
  return x;
}

/** What the first lane of `hashWords` holds after its first word. */
function lane(word: number): number {
  const x = P2 + P1 + Math.imul(word, P2);
  return Math.imul((x << 13) | (x >>> 19), P1);
}

/** Words that a guest can write as well as we, of the hash of those that are all zero. */
function sameHashAsZeros(): Uint32Array {
  const words = new Uint32Array(SLOT_WORDS);
  words[0] = 0xbad;
  words[4] = Math.imul(lane(0) - lane(0xbad), inverse());
  return words;
}

test("words of equal hashes stay what they are", () => {
  const zeros = new Uint32Array(SLOT_WORDS);
  const forged = sameHashAsZeros();
  hashWords(zeros, 0, SLOT_WORDS);
  const { low, high } = HASH;
  hashWords(forged, 0, SLOT_WORDS);
  expect(HASH).toEqual({ low, high });
  const writer = new PoolWriter(tools.codecs.zstd, tools.hashPage);
  const places = [zeros, forged, zeros, forged].map((words) => writer.add(words));
  expect(places).toEqual([0, 1, 0, 1]);
  const reader = new PoolReader(new ItemReader(packBody(writer.items())), tools.codecs.zstd);
  expect(reader.slot(0)).toEqual(zeros);
  expect(reader.slot(1)).toEqual(forged);
});
