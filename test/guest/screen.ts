/** The guest's screen as a picture, and what can be read on it. */
import { readFileSync } from "node:fs";
import { PNG } from "pngjs";
import { type Font, readText } from "./font.ts";
import { KNOWN_LINES } from "./lines.ts";

/** A decoded picture, RGBA. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** Decodes a PNG file. */
export function readPicture(path: string): Picture {
  const { width, height, data } = PNG.sync.read(readFileSync(path));
  return { width, height, pixels: data };
}

/** Which of the known lines stand on the picture, whole and from the first column on. */
export function knownLines({ width, height, pixels }: Picture, font: Font): string[] {
  const lines = readText(pixels, width, height, font);
  return KNOWN_LINES.filter((line) => lines.includes(line));
}

/** The picture as a model would draw it that takes the stride for `by` pixels longer than it is. */
export function withStrideFault({ width, height, pixels }: Picture, by: number): Picture {
  const source = new Uint32Array(pixels.slice().buffer);
  const target = source.map((_, at) => {
    const y = Math.floor(at / width);
    return source[(y * (width + by) + (at % width)) % source.length] ?? 0;
  });
  return { width, height, pixels: new Uint8Array(target.buffer) };
}
