import { PAGE_BYTES } from "../../../hw/units.ts";
import type { Plane, Screen, Tiling } from "./scanout.ts";

/** Where the bytes of a plane lie: tiles, and the part that shows. */

/** Width in bytes and height in lines of a tile; both tiled ones are one page. */
const TILE_BYTES: Readonly<Record<Tiling, number>> = { linear: PAGE_BYTES, x: 512, y: 128, none: PAGE_BYTES };
const TILE_LINES: Readonly<Record<Tiling, number>> = { linear: 1, x: 8, y: 32, none: 1 };

/** Offset within a surface of byte `column` of line `line`. */
export function surfaceByte(tiling: Tiling, stride: number, column: number, line: number): number {
  if (tiling !== "x" && tiling !== "y") return line * stride + column;
  const width = TILE_BYTES[tiling];
  const height = TILE_LINES[tiling];
  const tile = Math.floor(line / height) * Math.floor(stride / width) + Math.floor(column / width);
  const x = column % width;
  const y = line % height;
  // X: lines of 512 bytes. Y: columns of 16 bytes, 32 lines high.
  const within = tiling === "x" ? y * 512 + x : (x >>> 4) * 512 + y * 16 + (x & 15);
  return tile * PAGE_BYTES + within;
}

/** Is there anything of the plane that can be drawn? */
export function isDrawn(plane: Plane): boolean {
  return plane.enabled && plane.pixels !== "none" && plane.tiling !== "none" && plane.stride > 0;
}

/** Bytes of one pixel. */
export function bytesAPixel(plane: Plane): number {
  return plane.pixels === "rgb565" ? 2 : 4;
}

/** Lines and pixels of the plane that lie on the screen. */
export function visible(screen: Screen): { readonly width: number; readonly height: number } {
  const { plane } = screen;
  return {
    width: Math.max(Math.min(plane.width, screen.width - plane.x), 0),
    height: Math.max(Math.min(plane.height, screen.height - plane.y), 0),
  };
}

/** Every page that a visible pixel of the plane lies in, as a GGTT address; some more than once. */
export function eachPlanePage(screen: Screen, visit: (address: number) => void): void {
  const { plane } = screen;
  const { width, height } = visible(screen);
  const from = plane.fromX * bytesAPixel(plane);
  const end = from + width * bytesAPixel(plane);
  const tileWidth = TILE_BYTES[plane.tiling];
  const tileLines = TILE_LINES[plane.tiling];
  const below = plane.fromY + height;
  for (let line = plane.fromY; line < below; line += tileLines - (line % tileLines)) {
    for (let column = from; column < end; ) {
      const within = surfaceByte(plane.tiling, plane.stride, column, line) % PAGE_BYTES;
      visit((plane.surface + surfaceByte(plane.tiling, plane.stride, column, line) - within) >>> 0);
      column += plane.tiling === "linear" ? PAGE_BYTES - within : tileWidth - (column % tileWidth);
    }
  }
}
