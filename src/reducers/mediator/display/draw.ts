import { type Cursor, frameOf, type Screen, type WordSource } from "./scanout.ts";
import { bytesAPixel, isDrawn, surfaceByte, visible } from "./surface.ts";

/** The picture of a screen, from the guest pages that hold it. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Four bytes a pixel: red, green, blue, 255. */
  readonly rgba: Uint8Array;
  /** Pages that are missing: not mapped, or not known. Their pixels are a checker pattern. */
  readonly missing: number;
}

/** The words of a guest frame, or null where they are not known. */
export type FrameWords = (gfn: number) => Uint32Array | null;

/** Draw the screen of a vGPU: what its first running pipe shows. Nothing on: an empty picture. */
export function drawScreen(source: WordSource, v: number, screen: Screen, frameWords: FrameWords): Picture {
  const { width, height, plane, cursor } = screen;
  const rgba = new Uint8Array(width * height * 4);
  for (let i = 3; i < rgba.length; i += 4) rgba[i] = 0xff;
  const pages = new Pages(source, v, frameWords);
  if (screen.on && isDrawn(plane)) drawPlane(screen, pages, rgba);
  else if (screen.on && plane.enabled) checker(rgba, width, 0, height);
  if (screen.on && cursor.enabled) drawCursor(screen, cursor, pages, rgba);
  return { width, height, rgba, missing: pages.missing };
}

/** Pages by GGTT address, looked up once each. */
class Pages {
  missing = 0;
  private readonly known = new Map<number, Uint32Array | null>();
  private readonly source: WordSource;
  private readonly v: number;
  private readonly frameWords: FrameWords;

  constructor(source: WordSource, v: number, frameWords: FrameWords) {
    this.source = source;
    this.v = v;
    this.frameWords = frameWords;
  }

  at(address: number): Uint32Array | null {
    const page = address >>> 12;
    const known = this.known.get(page);
    if (known !== undefined) return known;
    const gfn = frameOf(this.source, this.v, address);
    const words = gfn < 0 ? null : this.frameWords(gfn);
    if (words === null) this.missing++;
    this.known.set(page, words);
    return words;
  }
}

function drawPlane(screen: Screen, pages: Pages, rgba: Uint8Array): void {
  const { plane } = screen;
  const { width, height } = visible(screen);
  const bytes = bytesAPixel(plane);
  for (let y = 0; y < height; y++) {
    let out = ((plane.y + y) * screen.width + plane.x) * 4;
    let page = -1;
    let words: Uint32Array | null = null;
    for (let x = 0; x < width; x++, out += 4) {
      const byte = surfaceByte(plane.tiling, plane.stride, (plane.fromX + x) * bytes, plane.fromY + y);
      const address = (plane.surface + byte) >>> 0;
      if (address >>> 12 !== page) {
        page = address >>> 12;
        words = pages.at(address);
      }
      if (words === null) checkerPixel(rgba, out, plane.x + x, plane.y + y);
      else if (bytes === 4) pixel32(rgba, out, words[(address & 0xfff) >>> 2], plane.pixels === "rgbx8888");
      else pixel16(rgba, out, words[(address & 0xfff) >>> 2] >>> ((address & 2) * 8));
    }
  }
}

function pixel32(rgba: Uint8Array, out: number, word: number, redFirst: boolean): void {
  rgba[out] = redFirst ? word : word >>> 16;
  rgba[out + 1] = word >>> 8;
  rgba[out + 2] = redFirst ? word >>> 16 : word;
}

/** Five bits become eight by repeating the top ones. */
function pixel16(rgba: Uint8Array, out: number, half: number): void {
  const red = (half >>> 11) & 0x1f;
  const green = (half >>> 5) & 0x3f;
  const blue = half & 0x1f;
  rgba[out] = (red << 3) | (red >>> 2);
  rgba[out + 1] = (green << 2) | (green >>> 4);
  rgba[out + 2] = (blue << 3) | (blue >>> 2);
}

/** Squares of eight pixels in two shades of magenta: no console looks like this. */
function checkerPixel(rgba: Uint8Array, out: number, x: number, y: number): void {
  const light = (((x >>> 3) ^ (y >>> 3)) & 1) !== 0;
  rgba[out] = light ? 0xff : 0x60;
  rgba[out + 1] = 0;
  rgba[out + 2] = light ? 0xff : 0x60;
}

function checker(rgba: Uint8Array, width: number, fromLine: number, toLine: number): void {
  for (let y = fromLine; y < toLine; y++)
    for (let x = 0; x < width; x++) checkerPixel(rgba, (y * width + x) * 4, x, y);
}

function drawCursor(screen: Screen, cursor: Cursor, pages: Pages, rgba: Uint8Array): void {
  for (let y = 0; y < cursor.height; y++) {
    const line = cursor.y + y;
    if (line < 0 || line >= screen.height) continue;
    for (let x = 0; x < cursor.width; x++) {
      const column = cursor.x + x;
      if (column < 0 || column >= screen.width) continue;
      const address = (cursor.surface + (y * cursor.width + x) * 4) >>> 0;
      const words = pages.at(address);
      const out = (line * screen.width + column) * 4;
      if (words !== null) blend(rgba, out, words[(address & 0xfff) >>> 2], cursor.blended);
    }
  }
}

function blend(rgba: Uint8Array, out: number, word: number, blended: boolean): void {
  const alpha = word >>> 24;
  if (!blended) {
    if (alpha !== 0) pixel32(rgba, out, word, false);
    return;
  }
  for (let i = 0; i < 3; i++) {
    const source = (word >>> (16 - 8 * i)) & 0xff;
    rgba[out + i] = Math.min(source + Math.floor((rgba[out + i] * (255 - alpha) + 127) / 255), 255);
  }
}
