import * as fs from "node:fs";
import { dirname } from "node:path";
import { RecordingError } from "../replay/recording/errors.ts";
import type { ByteSink, ByteSource } from "../replay/recording/tools.ts";

/** Recordings hold guest memory. */
const PRIVATE = 0o600;

/** Opening a pipe that nobody writes would never come back. Not every system has the flag. */
const WITHOUT_WAITING = fs.constants.O_NONBLOCK ?? 0;

/** A file to read a recording from. Its size is that of the moment it was opened, or a smaller one. */
export class FileSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  private readonly fd: number;

  /** Throws RecordingError where there is no such file, or where it is no regular file. */
  constructor(path: string, size = Number.POSITIVE_INFINITY) {
    this.name = path;
    try {
      this.fd = fs.openSync(path, fs.constants.O_RDONLY | WITHOUT_WAITING);
    } catch (error) {
      throw new RecordingError(path, 0, `cannot be opened: ${reasonOf(error)}`);
    }
    const stat = fs.fstatSync(this.fd);
    this.size = Math.min(stat.size, size);
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

  /** The same without waiting: what is written before it is done may or may not be included. */
  syncLater(done: (error: Error | null) => void): void {
    fs.fdatasync(this.fd, done);
  }

  /** Close the file and take it away. */
  remove(): void {
    this.close();
    fs.rmSync(this.path, { force: true });
  }

  /** Is the file still the one under its name? Not if somebody put another one in its place. */
  isInPlace(): boolean {
    const named = fs.statSync(this.path, { throwIfNoEntry: false });
    const own = fs.fstatSync(this.fd);
    return named !== undefined && named.dev === own.dev && named.ino === own.ino;
  }

  close(): void {
    fs.closeSync(this.fd);
  }
}

/**
 * The process that has a file open to write, or null where nobody is seen to: only where the system shows
 * the open files of its processes (Linux), and only those of the same user.
 */
export function writerOf(path: string): number | null {
  const file = fs.statSync(path, { throwIfNoEntry: false });
  if (file === undefined || !fs.existsSync("/proc/self/fdinfo")) return null;
  for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    for (const fd of entriesOf(`/proc/${pid}/fd`)) if (writes(pid, fd, file)) return Number(pid);
  }
  return null;
}

/** The names in a folder; none where it may not be looked at, or is gone. */
function entriesOf(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

/** Access mode in the octal `flags` of an open file: 0 is to read only. */
const ACCESS_MODE = 3;

function writes(pid: string, fd: string, file: fs.Stats): boolean {
  try {
    const { dev, ino } = fs.statSync(`/proc/${pid}/fd/${fd}`);
    if (dev !== file.dev || ino !== file.ino) return false;
    const flags = /^flags:\s*([0-7]+)/m.exec(fs.readFileSync(`/proc/${pid}/fdinfo/${fd}`, "utf8"));
    return (Number.parseInt(flags?.[1] ?? "0", 8) & ACCESS_MODE) !== 0;
  } catch {
    return false;
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
