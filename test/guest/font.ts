/** Reads a console font (PSF 1 and 2), and with it the text of a screen, cell by cell. */

/** A console font: every glyph as a string of bits, and the characters that each glyph stands for. */
export interface Font {
  readonly width: number;
  readonly height: number;
  /** Glyph bits, row by row, "0" and "1"; the key under which a cell is looked up. */
  readonly glyphs: readonly string[];
  /** Glyph bits -> character. */
  readonly characters: ReadonlyMap<string, string>;
}

const PSF1_HAS_512 = 1;
const PSF1_HAS_TABLE = 2;
const PSF2_HAS_TABLE = 1;

/** Parses a PSF file (not compressed). */
export function parseFont(bytes: Uint8Array): Font {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length > 4 && view.getUint16(0, true) === 0x0436) return parsePsf1(bytes);
  if (bytes.length > 32 && view.getUint32(0, true) === 0x864ab572) return parsePsf2(bytes, view);
  throw new Error("not a PSF font");
}

function parsePsf1(bytes: Uint8Array): Font {
  const mode = bytes[2] ?? 0;
  const height = bytes[3] ?? 0;
  const count = (mode & PSF1_HAS_512) === 0 ? 256 : 512;
  const glyphs = readGlyphs(bytes, 4, count, 8, height);
  const table = (mode & PSF1_HAS_TABLE) === 0 ? undefined : psf1Table(bytes, 4 + count * height);
  return font(8, height, glyphs, table);
}

function parsePsf2(bytes: Uint8Array, view: DataView): Font {
  const [headerSize, flags, count, size, height, width] = [8, 12, 16, 20, 24, 28].map((at) =>
    view.getUint32(at, true),
  ) as [number, number, number, number, number, number];
  const glyphs = readGlyphs(bytes, headerSize, count, width, height);
  const table = (flags & PSF2_HAS_TABLE) === 0 ? undefined : psf2Table(bytes, headerSize + count * size);
  return font(width, height, glyphs, table);
}

function readGlyphs(bytes: Uint8Array, at: number, count: number, width: number, height: number): string[] {
  const rowBytes = (width + 7) >> 3;
  if (bytes.length < at + count * rowBytes * height) throw new Error("the font is cut off");
  return Array.from({ length: count }, (_, glyph) => {
    let bits = "";
    for (let row = 0; row < height; row++) {
      const start = at + (glyph * height + row) * rowBytes;
      for (let x = 0; x < width; x++) bits += ((bytes[start + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1;
    }
    return bits;
  });
}

/** Per glyph: UTF-16 characters, then optionally sequences after FFFEh, ended by FFFFh. */
function psf1Table(bytes: Uint8Array, start: number): string[] {
  const table: string[] = [];
  let characters = "";
  let inSequence = false;
  for (let at = start; at + 1 < bytes.length; at += 2) {
    const unit = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    if (unit === 0xffff) {
      table.push(characters);
      characters = "";
      inSequence = false;
    } else if (unit === 0xfffe) inSequence = true;
    else if (!inSequence) characters += String.fromCharCode(unit);
  }
  return table;
}

/** Per glyph: UTF-8 characters, then optionally sequences after FEh, ended by FFh. */
function psf2Table(bytes: Uint8Array, start: number): string[] {
  const decoder = new TextDecoder();
  const table: string[] = [];
  for (let at = start; at < bytes.length; ) {
    const end = bytes.indexOf(0xff, at);
    if (end < 0) break;
    const sequence = bytes.subarray(at, end).indexOf(0xfe);
    table.push(decoder.decode(bytes.subarray(at, sequence < 0 ? end : at + sequence)));
    at = end + 1;
  }
  return table;
}

function font(width: number, height: number, glyphs: string[], table: string[] | undefined): Font {
  const characters = new Map<string, string>();
  glyphs.forEach((bits, glyph) => {
    const names = table === undefined ? String.fromCharCode(glyph) : (table[glyph] ?? "");
    const name = [...names].find((one) => one >= " " && one <= "~") ?? [...names][0];
    if (name === undefined) return;
    // Two glyphs of one shape (space and no-break space): plain ASCII is the one to be read.
    const known = characters.get(bits);
    if (known === undefined || (known > "~" && name <= "~")) characters.set(bits, name);
  });
  return { width, height, glyphs, characters };
}

/** A cell that holds no glyph of the font. */
export const UNREADABLE = "\u{fffd}";

/**
 * Reads a screen as text. A cell counts only when every pixel of it is one of two colours and the
 * pattern is *exactly* a glyph; everything else reads as {@link UNREADABLE}.
 *
 * @param pixels RGBA, `width` * `height` * 4 bytes
 * @returns one line per row of cells, without trailing spaces
 */
export function readText(pixels: Uint8Array, width: number, height: number, font: Font): string[] {
  if (pixels.length !== width * height * 4) throw new Error("the picture's size does not fit its pixels");
  const words = new Uint32Array(pixels.slice().buffer);
  const lines: string[] = [];
  for (let y = 0; y + font.height <= height; y += font.height) {
    let line = "";
    for (let x = 0; x + font.width <= width; x += font.width) line += readCell(words, width, x, y, font);
    lines.push(line.trimEnd());
  }
  return lines;
}

/** One cell. Which of the two colours is the background is not known, so both ways are looked up. */
function readCell(words: Uint32Array, stride: number, x: number, y: number, font: Font): string {
  const first = words[y * stride + x] ?? 0;
  let second: number | undefined;
  let bits = "";
  let inverse = "";
  for (let row = 0; row < font.height; row++) {
    for (let column = 0; column < font.width; column++) {
      const word = words[(y + row) * stride + x + column] ?? 0;
      const same = word === first;
      if (!same) second ??= word;
      if (!same && word !== second) return UNREADABLE;
      bits += same ? "0" : "1";
      inverse += same ? "1" : "0";
    }
  }
  return font.characters.get(bits) ?? font.characters.get(inverse) ?? UNREADABLE;
}
