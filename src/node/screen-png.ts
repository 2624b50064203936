import { writeFileSync } from "node:fs";
import { PNG } from "pngjs";
import type { Picture } from "../reducers/mediator/display/draw.ts";

/** A picture as the bytes of a PNG file. */
export function encodePng(picture: Picture): Uint8Array {
  const { width, height, rgba } = picture;
  const png = new PNG({ width, height });
  png.data.set(rgba);
  return PNG.sync.write(png, { colorType: 2 });
}

/**
 * Write a picture as a PNG file. It shows guest memory, so only its owner may read it. Throws the system's
 * error.
 */
export function writePng(path: string, picture: Picture): void {
  writeFileSync(path, encodePng(picture), { mode: 0o600 });
}
