import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProtocolError } from "../../src/ports/errors.ts";
import { ApertureRuns } from "../../src/ports/vfio-user/aperture.ts";
import { Splitter } from "../../src/ports/vfio-user/wire.ts";
import { CMD, message } from "./vfio-user-client.ts";
import { FakeWorld } from "./vfio-user-world.ts";

describe("the splitter", () => {
  it("gives the same messages however the bytes come", () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 6000 }), { maxLength: 12 });
    fc.assert(
      fc.property(parts, fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 }), (bodies, cuts) => {
        const frames = bodies.map((content, i) => message(i, 9, 0, content));
        const stream = Buffer.concat(frames);
        const got: Buffer[] = [];
        const splitter = new Splitter();
        for (let at = 0, i = 0; at < stream.length; i++) {
          const step = cuts[i % cuts.length];
          splitter.feed(stream.subarray(at, at + step), (b, from, length) => {
            got.push(Buffer.from(b.subarray(from, from + length)));
          });
          at += step;
        }
        expect(Buffer.concat(got).equals(stream)).toBe(true);
        expect(got.map(({ length }) => length)).toEqual(frames.map(({ length }) => length));
        expect(splitter.partial).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it("holds no more than the largest message, byte by byte, and refuses a larger one at its header", () => {
    const splitter = new Splitter();
    const big = message(1, CMD.REGION_WRITE, 0, Buffer.alloc(0x10_0010));
    let got = 0;
    for (let at = 0; at < big.length; at += 1 + (at & 0xff)) {
      splitter.feed(big.subarray(at, at + 1 + (at & 0xff)), (_b, _at, length) => {
        got = length;
      });
    }
    expect(got).toBe(big.length);
    const header = message(1, CMD.REGION_WRITE, 0, Buffer.alloc(0), 0x10_0021);
    for (let i = 0; i < 15; i++) splitter.feed(header.subarray(i, i + 1), () => {});
    expect(() => splitter.feed(header.subarray(15), () => {})).toThrow(ProtocolError);
  });
});

describe("a run of aperture writes", () => {
  it("is handed on at 64 KiB, whole", () => {
    const world = new FakeWorld();
    const run = new ApertureRuns(world, 1);
    const lengths: [number, number][] = [];
    world.writeAperture = (_vgpu, { at }, bytes) => lengths.push([at[0], bytes.length]);
    for (let at = 0; at < 150_000; at += 8) run.add(at, 8, new Uint8Array(8), 0);
    run.flush();
    run.flush();
    expect(lengths).toEqual([
      [0, 65_536],
      [65_536, 65_536],
      [131_072, 18_928],
    ]);
  });

  it("is one of many in a chunk: order and rewritten dwords are kept, 8,192 of them at most", () => {
    const world = new FakeWorld();
    const runs = new ApertureRuns(world, 1);
    for (const [at, byte] of [
      [0, 1],
      [4, 2],
      [0, 3],
      [64, 4],
    ] as const)
      runs.add(at, 4, new Uint8Array(4).fill(byte), 0);
    runs.flush();
    expect(world.calls).toEqual([
      "aperture 1 0 4 0101010102020202",
      "+ aperture 1 0 4 03030303",
      "+ aperture 1 40 4 04040404",
    ]);
    const counts: number[] = [];
    world.writeAperture = (_vgpu, stores) => counts.push(stores.count);
    for (let n = 0; n < 8200; n++) runs.add(n * 8, 4, new Uint8Array(4), 0);
    runs.flush();
    expect(counts).toEqual([8192, 8]);
  });
});
