import * as fs from "node:fs";
import { dirname } from "node:path";
import { RecordingError } from "../replay/recording/errors.ts";
import type { ByteSink, ByteSource } from "../replay/recording/tools.ts";

/** Recordings hold guest memory. */
const PRIVATE = 0o600;

/** A file to read a recording from. Its size is that of the moment it was opened. */
export class FileSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  private readonly fd: number;

  /** Throws RecordingError where there is no such file, or where it is no regular file. */
  constructor(path: string) {
    this.name = path;
    try {
      this.fd = fs.openSync(path, "r");
    } catch (error) {
      throw new RecordingError(path, 0, `cannot be opened: ${reasonOf(error)}`);
    }
    const stat = fs.fstatSync(this.fd);
    this.size = stat.size;
    if (stat.isFile()) return;
    fs.closeSync(this.fd);
    throw new RecordingError(
      path,
      0,
      stat.isDirectory() ? "is a directory, not a recording" : "is no regular file",
    );
  }

  read(offset: number, length: number): Uint8Array {
    const want = Math.max(0, Math.min(length, this.size - offset));
    const bytes = new Uint8Array(want);
    let got = 0;
    while (got < want) {
      const n = fs.readSync(this.fd, bytes, got, want - got, offset + got);
      if (n === 0) break;
      got += n;
    }
    return bytes.subarray(0, got);
  }

  close(): void {
    fs.closeSync(this.fd);
  }
}

/** A new file, readable by its owner only, written front to back. */
export class FileSink implements ByteSink {
  readonly path: string;
  private readonly fd: number;

  /** `replace`: a file of this name may be there and is emptied; else it is an Error (EEXIST). */
  constructor(path: string, replace = false) {
    this.path = path;
    this.fd = fs.openSync(path, replace ? "w" : "wx", PRIVATE);
    if (replace) fs.fchmodSync(this.fd, PRIVATE);
  }

  write(bytes: Uint8Array): void {
    let done = 0;
    while (done < bytes.length) done += fs.writeSync(this.fd, bytes, done, bytes.length - done);
  }

  sync(): void {
    fs.fdatasyncSync(this.fd);
  }

  /** The same, meanwhile: more may be written before it is done, and may be left out of it. */
  syncLater(done: (error: Error | null) => void): void {
    fs.fdatasync(this.fd, done);
  }

  close(): void {
    fs.closeSync(this.fd);
  }
}

/** Make the names in a file's folder survive a crash. */
export function syncFolder(path: string): void {
  const fd = fs.openSync(dirname(path), "r");
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Put a finished and synced file in its place, so that a crash leaves either the old or the new one. */
export function renameDurably(from: string, to: string): void {
  fs.renameSync(from, to);
  syncFolder(to);
}

/** An error of the system in a few words: `ENOENT: no such file or directory`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message.replace(/, \w+( '.*')?$/, "");
}
