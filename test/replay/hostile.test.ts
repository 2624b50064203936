import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { McapRecordBuilder } from "@mcap/core";
import * as fc from "fast-check";
import { pack as msgpack, Packr } from "msgpackr";
import { afterAll, describe, expect, test } from "vitest";
import { loadTools } from "../../src/node/codecs.ts";
import { FileSource } from "../../src/node/files.ts";
import { evenShare, parseConfiguration } from "../../src/reducers/configuration.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { Malformed, RecordingError } from "../../src/replay/recording/errors.ts";
import { writePreamble } from "../../src/replay/recording/profile.ts";
import { openRecording } from "../../src/replay/recording/recording.ts";
import { packBody, unpackBody } from "../../src/replay/recording/wire.ts";
import { META, openBytes, record } from "./samples.ts";

const tools = await loadTools();
const folder = mkdtempSync(join(tmpdir(), "gvt-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A whole recording of one block, uncompressed. */
const small = (await record({ rows: [], seals: [] }, tools, "")).bytes;

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(RecordingError);
    return (error as RecordingError).message;
  }
  throw new Error("it was taken");
}

function bytesOf(build: (builder: McapRecordBuilder) => void): Uint8Array {
  const builder = new McapRecordBuilder();
  build(builder);
  return builder.buffer;
}

test("what is no recording is refused in one line that says why", () => {
  const open = (bytes: Uint8Array) => refusal(() => openBytes(bytes, tools));
  expect(open(new Uint8Array(0))).toBe("sample.mcap: at byte 0: the file is empty");
  expect(open(new TextEncoder().encode("PK\x03\x04 no mcap at all"))).toMatch(/not an MCAP file/);
  expect(open(small.subarray(0, 8))).toMatch(/at byte 8: the file ends before its first block/);
  const other = bytesOf((builder) => {
    builder.writeMagic();
    builder.writeHeader({ profile: "ros2\n\u001b[31m", library: "" });
  });
  expect(open(other)).toMatch(
    /^sample.mcap: at byte 8: an MCAP file of profile "ros2\?\?\[31m", not "gvt-replay"$/,
  );
  const huge = small.slice();
  new DataView(huge.buffer).setBigUint64(9, 0x7fff_ffff_ffff_ffffn, true);
  expect(open(huge)).toMatch(/at byte 8: a 64-bit field that is too big/);
  expect(refusal(() => new FileSource(folder))).toMatch(/is a directory, not a recording/);
  expect(refusal(() => new FileSource(join(folder, "none.mcap")))).toMatch(/cannot be opened: ENOENT/);
});

test("a newer schema is refused before anything of it is believed", () => {
  const newer = writePreamble({ ...META, schema: 1 }, tools);
  expect(refusal(() => openBytes(newer, tools))).toMatch(
    /schema 1 is newer than 0, the newest .*; use a newer gvt/,
  );
});

test("a hostile description is refused", () => {
  // The check is a hash, not a seal: whoever writes a hostile file can compute it. Here it is made to hold.
  const blind = { ...tools, xxh64: (_: Uint8Array, into: Uint32Array) => void into.fill(0) };
  const meta = { ...META, base: { ...META.base, configuration: { marker: "@@" } } };
  const preamble = writePreamble(meta, blind);
  const open = (text: string) => openBytes(replaceText(preamble, '"@@"', text), blind);
  expect(open('{"deep":[1]}').recording.meta.base.configuration).toEqual({ marker: { deep: [1] } });
  const refused = (text: string) => refusal(() => open(text));
  expect(refused('{"__proto__":{"polluted":1}}')).toMatch(/a field named __proto__/);
  expect(refused('{"a":{"constructor":{"polluted":1}}}')).toMatch(/a field named constructor/);
  expect(refused(`${"[".repeat(100_000)}${"]".repeat(100_000)}`)).toMatch(/nested deeper than 16/);
  expect(refused("{")).toMatch(/no JSON/);
  const nameless = replaceText(preamble, '"name":"ticket"', '"name":"tacket"');
  expect(refusal(() => openBytes(nameless, blind))).toMatch(/has a column ticket that is not there/);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

describe("a configuration that cannot be is refused by field and limit", () => {
  const machine = { platform: "kbl", deviceId: 0x5916, revision: 2, mode: "mediated", screenEvery: 0 };
  const shares = (count: number) => Array.from({ length: count }, (_, i) => evenShare(i + 1, count, null));
  const parsed = (vgpus: readonly object[], change: object = {}) =>
    parseConfiguration({ ...machine, ...change, vgpus });

  test("even shares of one to seven can be", () => {
    for (let count = 1; count <= 7; count++)
      expect(parsed(shares(count))).toMatchObject({ vgpus: shares(count) });
    expect(shares(7).reduce((sum, { fences }) => sum + fences, 0)).toBe(28);
    expect(evenShare(2, 2, null)).toMatchObject({ mappableBase: 0x400_0000, fences: 8 });
  });

  test.each([
    [{ deviceId: 0x1_0000 }, "says deviceId 0x10000: at most 0xffff"],
    [{ revision: 256 }, "says revision 256: at most 255"],
    [{ revision: -1 }, "has no revision"],
    [{ screenEvery: 0.5 }, "has no screenEvery"],
  ])("%j", (change, words) => {
    expect(parsed(shares(1), change)).toBe(words);
  });

  test.each([
    [{ mappableBase: 0xffff_f000 }, "says vgpus[1].mappableBase 0xfffff000: at most 0x10000000"],
    [{ mappableBase: 0xff0_0000 }, "has vgpus[1].mappableSize beyond the aperture, which ends at 0x10000000"],
    [
      { unmappableBase: 0xfff_f000 },
      "says vgpus[1].unmappableBase 0xffff000: the aperture ends at 0x10000000",
    ],
    [
      { unmappableBase: 0xffff_f000 },
      "has vgpus[1].unmappableSize beyond the GGTT, which ends at 0x100000000",
    ],
    [{ mappableSize: 0x800 }, "says vgpus[1].mappableSize 2048: whole pages of 4096"],
    [{ unmappableBase: 0x4000_0001 }, "says vgpus[1].unmappableBase 0x40000001: whole pages of 4096"],
    [{ mappableBase: 0x3ff_f000 }, "says vgpus[1].mappableBase 0x3fff000: that is in vgpus[0]'s share"],
    [{ mappableBase: 0 }, "says vgpus[1].mappableBase 0: that is in vgpus[0]'s share"],
    [{ unmappableBase: 0x1000_0000 }, "says vgpus[1].unmappableBase 0x10000000: that is in vgpus[0]'s share"],
    [
      { mappableSize: 0x400_1000 },
      "has mappableSize of 0x8001000 together: at most 0x8000000, 0x8000000 are the host's",
    ],
    [{ fences: 33 }, "says vgpus[1].fences 33: at most 32"],
    [{ fences: 21 }, "has fences of 29 together: at most 28, 4 are the host's"],
    [{ fences: "8" }, "has no vgpus[1].fences"],
    [{ pciClass: 0x02_0000 }, "says vgpus[1].pciClass 0x20000: 0x30000 or 0x38000"],
    [{ edid: [1, 2] }, "has a broken vgpus[1].edid: 128 or 256 bytes, or null"],
  ])("vgpus[1] with %j", (change, words) => {
    const [first, second] = shares(2);
    expect(parsed([first, { ...second, ...change }])).toBe(words);
  });

  test("seven times eight fences, and address space that the host needs", () => {
    expect(parsed(shares(7).map((share) => ({ ...share, fences: 8 })))).toBe(
      "has fences of 56 together: at most 28, 4 are the host's",
    );
    const [share] = shares(1);
    expect(parsed([{ ...share, unmappableSize: 0xf000_0000 }])).toMatch(
      /^has unmappableSize .* are the host's$/,
    );
  });
});

/** Replace a text inside the description, with all lengths around it. */
function replaceText(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const file = Buffer.from(bytes);
  const at = file.indexOf(from);
  const grown = to.length - from.length;
  const out = Buffer.concat([file.subarray(0, at), Buffer.from(to), file.subarray(at + from.length)]);
  const key = file.indexOf("description");
  let record = 8;
  while (file[record] !== 0x0c) record += 9 + file.readUInt32LE(record + 1);
  out.writeUInt32LE(file.readUInt32LE(record + 1) + grown, record + 1);
  const map = record + 9 + 4 + "gvt-replay".length;
  out.writeUInt32LE(file.readUInt32LE(map) + grown, map);
  const value = key + "description".length;
  out.writeUInt32LE(file.readUInt32LE(value) + grown, value);
  return out;
}

test("a body takes arrays of small integers, bytes and short texts, and nothing else", () => {
  const items = [
    0,
    1,
    127,
    128,
    255,
    256,
    65_535,
    65_536,
    2 ** 32 - 1,
    new Uint8Array(300).fill(9),
    "vgpu1.mmio",
  ];
  const plain = unpackBody(packBody(items)).map((item) =>
    item instanceof Uint8Array ? Uint8Array.from(item) : item,
  );
  expect(plain).toEqual(items);
  const refused: [string, Uint8Array][] = [
    ["a map", msgpack({ __proto__: { a: 1 }, constructor: 2 })],
    ["a map inside", msgpack([1, { a: 1 }])],
    ["a nested array", msgpack([1, [2]])],
    ["an extension", msgpack([new Date(0)])],
    ["a record", new Packr({ useRecords: true }).pack([{ a: 1 }, { a: 2 }])],
    ["null", msgpack([null])],
    ["true", msgpack([true])],
    ["a float", msgpack([1.5])],
    ["a negative", msgpack([-1])],
    ["a 64-bit integer", msgpack([2n ** 40n])],
    ["no array", msgpack(7)],
    ["nothing", new Uint8Array(0)],
    ["something after", Uint8Array.of(0x91, 1, 1)],
    ["an array of four billion", Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff)],
    ["an array of 65,535", Uint8Array.of(0xdc, 0xff, 0xff, 1)],
    ["bytes past the end", Uint8Array.of(0x91, 0xc6, 0xff, 0xff, 0xff, 0xff, 0)],
    ["a text past the end", Uint8Array.of(0x91, 0xbf, 0x41)],
    ["a long text", msgpack(["x".repeat(200)])],
    ["ten thousand levels", new Uint8Array(10_000).fill(0x91)],
  ];
  for (const [what, bytes] of refused) expect(() => unpackBody(bytes), what).toThrow(Malformed);
});

test("any bytes as a body: items or Malformed, nothing else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        for (const item of unpackBody(bytes)) {
          expect(typeof item === "number" || typeof item === "string" || item instanceof Uint8Array).toBe(
            true,
          );
        }
      } catch (error) {
        expect(error).toBeInstanceOf(Malformed);
      }
    }),
    { numRuns: 20_000 },
  );
});

/** The small recording with fields of its only chunk changed. Offsets are within the record. */
function withChunk(change: (view: DataView, at: number) => void): Uint8Array {
  const bytes = small.slice();
  const view = new DataView(bytes.buffer);
  let at = 8;
  while (bytes[at] !== 0x06) at += 9 + Number(view.getBigUint64(at + 1, true));
  change(view, at);
  return bytes;
}

test("sizes are capped before anything is allocated", () => {
  const before = process.memoryUsage().arrayBuffers;
  const reasonOf = (bytes: Uint8Array) => openBytes(bytes, tools).recording.damage?.reason;
  const size = (value: bigint) => withChunk((view, at) => view.setBigUint64(at + 9 + 16, value, true));
  expect(reasonOf(size(1n << 40n))).toMatch(/a block of 1099511627776 bytes, more than/);
  expect(reasonOf(size(1n << 62n))).toMatch(/a 64-bit field that is too big/);
  expect(reasonOf(size(BigInt(60 << 20)))).toMatch(/a block of \d+ bytes where 62914560 belong/);
  expect(reasonOf(withChunk((view, at) => view.setBigUint64(at + 1, 1n << 52n, true)))).toMatch(
    /ends inside a record/,
  );
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 << 20);
});

test("a block that would unpack to gigabytes is stopped at its stated size", () => {
  const zeros = tools.codecs.zstd.compress(new Uint8Array(256 << 20));
  expect(() => tools.codecs.zstd.decompress(zeros, 1 << 20).length === 256 << 20 || fail()).toThrow();
  const chunk = bytesOf((builder) =>
    builder.writeChunk({
      messageStartTime: 0n,
      messageEndTime: 1n,
      uncompressedSize: 1n << 20n,
      uncompressedCrc: 0,
      compression: "zstd",
      records: zeros,
    }),
  );
  const bytes = Buffer.concat([writePreamble(META, tools), chunk]);
  const recording = openRecording(
    new (class {
      name = "bomb";
      size = bytes.length;
      read = (offset: number, length: number) => bytes.subarray(offset, offset + length);
    })(),
    tools,
    new PageStore(tools.hashPage),
  );
  expect(recording.damage?.reason).toMatch(/does not decompress by zstd|bytes where 1048576 belong/);
});

function fail(): never {
  throw new Error("it came out short");
}
