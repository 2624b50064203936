import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Font, parseFont, readText, UNREADABLE } from "./font.ts";
import { KNOWN_LINES } from "./lines.ts";

const WIDTH = 1024;
const HEIGHT = 768;

/** Rows of a made-up glyph: all 256 differ, the space is empty. */
function glyphRows(code: number, height: number): number[] {
  if (code === 32) return new Array<number>(height).fill(0);
  return Array.from({ length: height }, (_, row) =>
    row === 3 ? code : row === 4 ? 0x81 : (code * (row + 7)) & 0x7e,
  );
}

/** A PSF 1 file of 8 by `height` with a table that names glyph n as character n. */
function psf1(height: number): Uint8Array {
  const glyphs = Array.from({ length: 256 }, (_, code) => glyphRows(code, height)).flat();
  const table = Array.from({ length: 256 }, (_, code) => [code, 0, 0xff, 0xff]).flat();
  return Uint8Array.from([0x36, 0x04, 2, height, ...glyphs, ...table]);
}

/** The same glyphs as a PSF 2 file; characters above 127 as UTF-8. */
function psf2(height: number): Uint8Array {
  const header = new Uint8Array(32);
  const view = new DataView(header.buffer);
  const fields = [0x864ab572, 0, 32, 1, 256, height, height, 8];
  for (const [index, value] of fields.entries()) view.setUint32(index * 4, value, true);
  const glyphs = Array.from({ length: 256 }, (_, code) => glyphRows(code, height)).flat();
  const table = Array.from({ length: 256 }, (_, code) => [
    ...Buffer.from(String.fromCharCode(code)),
    0xff,
  ]).flat();
  return Uint8Array.from([...header, ...glyphs, ...table]);
}

interface Colours {
  readonly ink: number;
  readonly paper: number;
}

const GREY: Colours = { ink: 0xffaaaaaa, paper: 0xff000000 };

/** Draws lines as a console would, into rows of `stride` pixels. */
function draw(lines: readonly string[], font: Font, stride = WIDTH, { ink, paper } = GREY): Uint8Array {
  const byCharacter = new Map([...font.characters].map(([bits, character]) => [character, bits]));
  const words = new Uint32Array(stride * HEIGHT).fill(paper);
  lines.forEach((line, row) => {
    [...line].forEach((character, column) => {
      const bits = byCharacter.get(character) ?? "";
      for (let at = 0; at < bits.length; at++) {
        const y = row * font.height + Math.floor(at / font.width);
        if (bits[at] === "1") words[y * stride + column * font.width + (at % font.width)] = ink;
      }
    });
  });
  return new Uint8Array(words.buffer);
}

const font = parseFont(psf1(16));

describe("parseFont", () => {
  test("reads size, glyphs and table of both formats alike", () => {
    const other = parseFont(psf2(16));
    expect([font.width, font.height, font.glyphs.length]).toEqual([8, 16, 256]);
    expect(other).toEqual(font);
    expect(font.characters.get(font.glyphs[65] ?? "")).toBe("A");
  });

  test("refuses what is no font, and one that is cut off", () => {
    expect(() => parseFont(new Uint8Array(64))).toThrow("not a PSF font");
    expect(() => parseFont(psf1(16).subarray(0, 1000))).toThrow("cut off");
  });
});

describe("readText", () => {
  test("reads the known lines back", () => {
    expect(readText(draw(KNOWN_LINES, font), WIDTH, HEIGHT, font).slice(0, KNOWN_LINES.length)).toEqual(
      KNOWN_LINES,
    );
  });

  test("reads any text in any two colours", () => {
    const text = fc.string({
      unit: fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code)),
      maxLength: 128,
    });
    const colour = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(text, colour, colour, (line, ink, paper) => {
        fc.pre(ink !== paper);
        expect(readText(draw([line], font, WIDTH, { ink, paper }), WIDTH, HEIGHT, font)[0]).toBe(line);
      }),
      { numRuns: 20 },
    );
  });

  test("a stride that is wrong by one pixel, one cell or a tile leaves no known line", () => {
    for (const fault of [-64, -8, -1, 1, 8, 64]) {
      const pixels = draw(KNOWN_LINES, font, WIDTH + fault);
      const seen = new Uint8Array(WIDTH * HEIGHT * 4);
      seen.set(pixels.subarray(0, seen.length));
      const lines = readText(seen, WIDTH, HEIGHT, font);
      expect(KNOWN_LINES.filter((line) => lines.includes(line))).toEqual([]);
    }
  });

  test("one wrong pixel, or a third colour, makes a cell unreadable", () => {
    const pixels = draw(["AAA"], font);
    const words = new Uint32Array(pixels.buffer);
    // Row 4 is the same in every glyph, so no other glyph has this pixel.
    words[4 * WIDTH + 8 + 3] = GREY.ink;
    words[3 * WIDTH + 16] = 0xff0000ff;
    expect(readText(pixels, WIDTH, HEIGHT, font)[0]).toBe(`A${UNREADABLE}${UNREADABLE}`);
  });

  test("refuses a picture whose size does not fit", () => {
    expect(() => readText(new Uint8Array(12), 2, 2, font)).toThrow("does not fit");
  });
});
