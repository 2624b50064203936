import { closeSync, openSync, readSync, writeFileSync } from "node:fs";
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

const SIGNATURE = "89504e470d0a1a0a";

/** Does a file begin as a PNG does? Throws the system's error. */
export function isPng(path: string): boolean {
  const fd = openSync(path, "r");
  try {
    const head = Buffer.alloc(SIGNATURE.length / 2);
    readSync(fd, head);
    return head.toString("hex") === SIGNATURE;
  } finally {
    closeSync(fd);
  }
}
