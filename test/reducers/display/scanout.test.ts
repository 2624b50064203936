import { describe, expect, test } from "vitest";
import { drawScreen, type Picture } from "../../../src/reducers/mediator/display/draw.ts";
import { activePipe, decodePlane, scanoutFrames } from "../../../src/reducers/mediator/display/scanout.ts";
import { surfaceByte } from "../../../src/reducers/mediator/display/surface.ts";
import { GGTT } from "../../../src/reducers/planes.ts";
import { Bench, V } from "./bench.ts";

const WIDTH = 256;
const HEIGHT = 64;
const SURFACE = 0x10_0000;
const GFN = 0x300;
const LINEAR = 0;
const X = 1;
const Y = 4;

/** A pixel that names its own place; its green tells it from a missing page's checker. */
const colour = (x: number, y: number): number => (x & 0xff) | ((y | 0x80) << 8) | (((x ^ y) & 0xff) << 16);

interface Setup {
  tiling: number;
  /** Stride in bytes that the surface was filled with, and that the register says. */
  stride: number;
  told?: number;
  format?: number;
  fromX?: number;
  fromY?: number;
}

/** A screen of which every pixel is known: registers, GGTT and guest pages. */
class Show {
  readonly bench = new Bench();
  readonly pages = new Map<number, Uint32Array>();

  constructor({ tiling, stride, told = stride, format = 4 << 24, fromX = 0, fromY = 0 }: Setup) {
    const unit = tiling === LINEAR ? 64 : tiling === X ? 512 : 128;
    const { bench } = this;
    bench.write(0x6001c, ((WIDTH - 1) << 16) | (HEIGHT - 1));
    bench.write(0x70180, 0x8000_0000 | format | (tiling << 10));
    bench.write(0x70188, told / unit);
    bench.write(0x70190, ((HEIGHT - 1) << 16) | (WIDTH - 1));
    bench.write(0x701a4, (fromY << 16) | fromX);
    bench.write(0x7019c, SURFACE);
    bench.write(0x70008, 0x8000_0000);
    for (let page = 0; page < 64; page++) this.map(page, GFN + 7 * page);
    const name = tiling === LINEAR ? "linear" : tiling === X ? "x" : "y";
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++)
        this.put(surfaceByte(name, stride, (fromX + x) * 4, fromY + y), colour(x, y));
  }

  map(page: number, gfn: number): void {
    const entry = 2 * ((SURFACE >>> 12) + page);
    this.bench.core.words.write(GGTT + V, entry, ((gfn << 12) | 1) >>> 0);
  }

  put(byte: number, word: number): void {
    const gfn = GFN + 7 * (byte >>> 12);
    let words = this.pages.get(gfn);
    if (words === undefined) {
      words = new Uint32Array(1024);
      this.pages.set(gfn, words);
    }
    words[(byte & 0xfff) >>> 2] = word;
  }

  draw(): Picture {
    const { core } = this.bench;
    const screen = decodePlane(core, V, activePipe(core, V));
    return drawScreen(core, V, screen, (gfn) => this.pages.get(gfn) ?? null);
  }
}

/** Pixels that are not what was put there. */
function wrong({ rgba, width, height }: Picture): number {
  let count = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      const got = rgba[at + 2] | (rgba[at + 1] << 8) | (rgba[at] << 16);
      if (got !== colour(x, y) || rgba[at + 3] !== 255) count++;
    }
  }
  return count;
}

describe("scan-out", () => {
  test.each([
    ["linear", { tiling: LINEAR, stride: 1024 }, 16],
    ["linear, wide", { tiling: LINEAR, stride: 1344 }, 21],
    ["X tiled", { tiling: X, stride: 1024 }, 16],
    ["X tiled, wide", { tiling: X, stride: 1536 }, 16],
    ["Y tiled", { tiling: Y, stride: 1024 }, 16],
    ["X tiled, panned", { tiling: X, stride: 2048, fromX: 5, fromY: 3 }, 27],
  ])("%s: every pixel, from exactly the pages it needs", (_name, setup, pages) => {
    const show = new Show(setup);
    const picture = show.draw();
    expect(picture).toMatchObject({ width: WIDTH, height: HEIGHT, missing: 0 });
    expect(wrong(picture)).toBe(0);
    const frames = scanoutFrames(show.bench.core, V, 0);
    expect(frames).toHaveLength(pages);
    expect(new Set(frames)).toEqual(new Set(show.pages.keys()));
  });

  test("a stride that is not the surface's spoils the picture", () => {
    for (const tiling of [LINEAR, X, Y]) {
      const picture = new Show({ tiling, stride: 1024, told: 1536 }).draw();
      expect(wrong(picture)).toBeGreaterThan((WIDTH * HEIGHT) / 4);
    }
    // 64 bytes, the least fault that the register can say.
    expect(wrong(new Show({ tiling: LINEAR, stride: 1024, told: 1088 }).draw())).toBeGreaterThan(0);
  });

  test("a tiling that is not the surface's spoils the picture", () => {
    const show = new Show({ tiling: X, stride: 1024 });
    show.bench.write(0x70180, 0x8400_0000);
    show.bench.write(0x70188, 16);
    expect(wrong(show.draw())).toBeGreaterThan(0);
  });

  test("pages that are not to be had are counted and look like nothing else", () => {
    const show = new Show({ tiling: LINEAR, stride: 1024 });
    show.pages.delete(GFN);
    show.bench.core.words.write(GGTT + V, 2 * ((SURFACE >>> 12) + 1), 0);
    const picture = show.draw();
    expect(picture.missing).toBe(2);
    expect(wrong(picture)).toBe(8 * WIDTH);
    expect([...picture.rgba.slice(0, 3)]).toEqual([0x60, 0, 0x60]);
    expect([...picture.rgba.slice(32, 35)]).toEqual([0xff, 0, 0xff]);
    expect(scanoutFrames(show.bench.core, V, 0)).toHaveLength(15);
  });

  test("RGBX and RGB565", () => {
    const red = new Show({ tiling: LINEAR, stride: 1024, format: (4 << 24) | (1 << 20) });
    const picture = red.draw();
    expect([picture.rgba[4], picture.rgba[6]]).toEqual([1, 1]);
    const half = new Show({ tiling: LINEAR, stride: 1024, format: 14 << 24 });
    half.put(0, 0x001f_f800);
    expect([...half.draw().rgba.slice(0, 8)]).toEqual([255, 0, 0, 255, 0, 0, 255, 255]);
  });

  test.each([
    ["Yf", 0x8400_0000 | (5 << 10)],
    ["an unknown format", 0x8800_0000],
    ["rotation", 0x8400_0001],
    ["compression", 0x8400_8000],
  ])("%s is refused: a checker, no pages", (_name, control) => {
    const show = new Show({ tiling: LINEAR, stride: 1024 });
    show.bench.write(0x70180, control >>> 0);
    expect(scanoutFrames(show.bench.core, V, 0)).toEqual([]);
    expect([...show.draw().rgba.slice(0, 4)]).toEqual([0x60, 0, 0x60, 0xff]);
  });

  test("a plane that is off is black, and a pipe that is off needs nothing", () => {
    const show = new Show({ tiling: LINEAR, stride: 1024 });
    show.bench.write(0x70180, 0);
    expect(show.draw().rgba.every((byte, i) => byte === (i % 4 === 3 ? 255 : 0))).toBe(true);
    show.bench.write(0x70008, 0);
    expect(activePipe(show.bench.core, V)).toBe(-1);
    expect(scanoutFrames(show.bench.core, V, 0)).toEqual([]);
  });

  test("the cursor is blended over the plane, also where it hangs over the edge", () => {
    const show = new Show({ tiling: LINEAR, stride: 1024 });
    const cursor = 32 * 4096;
    for (let y = 0; y < 64; y++)
      for (let x = 0; x < 64; x++) show.put(cursor + (y * 64 + x) * 4, x < 32 ? 0 : 0xff01_0203);
    show.bench.write(0x70080, 0x27);
    show.bench.write(0x70088, 0x8004_8002);
    show.bench.write(0x70084, SURFACE + cursor);
    const { rgba } = show.draw();
    const at = (x: number, y: number): number[] => [
      ...rgba.slice((y * WIDTH + x) * 4, (y * WIDTH + x) * 4 + 3),
    ];
    expect(at(29, 0)).toEqual([29, 0x80, 29]);
    expect(at(30, 0)).toEqual([1, 2, 3]);
    expect(at(61, 59)).toEqual([1, 2, 3]);
    expect(at(62, 0)).toEqual([62, 0x80, 62]);
    expect(at(30, 60)).toEqual([30 ^ 60, 0x80 | 60, 30]);
    expect(scanoutFrames(show.bench.core, V, 0)).toHaveLength(20);
  });

  test("any register content gives some picture", () => {
    const show = new Show({ tiling: LINEAR, stride: 1024 });
    let seed = 1;
    const random = (): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed;
    };
    const registers = [
      0x70180, 0x70188, 0x7018c, 0x70190, 0x701a4, 0x7019c, 0x70080, 0x70084, 0x70088, 0x700a0,
    ];
    for (let round = 0; round < 200; round++) {
      for (const at of registers) show.bench.write(at, random());
      show.bench.write(0x6001c, random() & 0x00ff_00ff);
      const picture = show.draw();
      expect(picture.rgba).toHaveLength(picture.width * picture.height * 4);
      scanoutFrames(show.bench.core, V, 0);
    }
  });
});

test("Broadwell: stride in bytes, one tiling bit, size of the pipe", () => {
  const bench = new Bench("bdw");
  bench.write(0x6001c, (1023 << 16) | 767);
  bench.write(0x70180, 0x8000_0000 | (6 << 26) | (1 << 10));
  bench.write(0x70188, 4096);
  bench.write(0x7019c, 0x1234_5000);
  bench.write(0x70008, 0x8000_0000);
  bench.fire();
  expect(decodePlane(bench.core, V, 0)).toMatchObject({
    on: true,
    width: 1024,
    height: 768,
    plane: { enabled: true, surface: 0x1234_5000, stride: 4096, pixels: "bgrx8888", tiling: "x" },
  });
});
