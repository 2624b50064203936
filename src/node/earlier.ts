import * as fs from "node:fs";
import { writerOf } from "./files.ts";
import { partOf } from "./packing.ts";

const asideOf = (path: string): string => `${path}.replaced`;

/**
 * Files that already have the names of a new recording. They are moved aside until the new one has begun, and
 * only then deleted; if it cannot start they are put back.
 */
export class Earlier {
  private readonly moved: readonly string[];

  /**
   * Moves aside a recording of this name, and its part. Throws Error, in one line, where it may not be replaced
   * (no `force`), must not be (somebody is writing it, it is no file), or cannot be.
   */
  constructor(recording: string, force: boolean) {
    const part = partOf(recording);
    const found = [recording, part].filter((path) => fs.existsSync(path));
    for (const path of found) {
      const pack = path === part ? `finish it by: gvt pack ${recording}, or` : "name another file, or";
      if (!force) throw new Error(`${path}: exists already; ${pack} replace it by --force`);
      if (!fs.statSync(path).isFile()) throw new Error(`${path}: is no regular file; name another file`);
      const writer = writerOf(path);
      if (writer !== null) throw new Error(`${path}: process ${writer} is writing it; name another file`);
    }
    for (const path of found) fs.renameSync(path, asideOf(path));
    this.moved = found;
  }

  /** The new recording is under way. */
  drop(): void {
    for (const path of this.moved) fs.rmSync(asideOf(path), { force: true });
  }

  /** There is no new recording. */
  restore(): void {
    for (const path of this.moved) fs.renameSync(asideOf(path), path);
  }
}
