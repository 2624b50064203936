/** Writes the cpio "newc" format that Linux unpacks as its initramfs. */

const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const S_IFLNK = 0o120000;
const S_IFCHR = 0o020000;

/** A file system as one archive. Folders on the way to a file are made by themselves. */
export class NewcArchive {
  #parts: Buffer[] = [];
  #folders = new Set<string>();
  #inode = 1;

  /** Adds a regular file. */
  file(path: string, bytes: Buffer | string, mode = 0o644): void {
    this.#parents(path);
    this.#entry(path, S_IFREG | mode, typeof bytes === "string" ? Buffer.from(bytes) : bytes);
  }

  /** Adds a folder. */
  folder(path: string): void {
    if (path === "" || path === "." || this.#folders.has(path)) return;
    this.#parents(path);
    this.#folders.add(path);
    this.#entry(path, S_IFDIR | 0o755, Buffer.alloc(0));
  }

  /** Adds a symbolic link. */
  link(path: string, target: string): void {
    this.#parents(path);
    this.#entry(path, S_IFLNK | 0o777, Buffer.from(target));
  }

  /** Adds a character device. */
  device(path: string, major: number, minor: number): void {
    this.#parents(path);
    this.#entry(path, S_IFCHR | 0o600, Buffer.alloc(0), major, minor);
  }

  /** The whole archive; nothing may be added afterwards. */
  finish(): Buffer {
    this.#entry("TRAILER!!!", 0, Buffer.alloc(0));
    return Buffer.concat(this.#parts);
  }

  #parents(path: string): void {
    const cut = path.lastIndexOf("/");
    if (cut > 0) this.folder(path.slice(0, cut));
  }

  #entry(path: string, mode: number, bytes: Buffer, major = 0, minor = 0): void {
    const name = Buffer.from(`${path}\0`);
    const links = (mode & S_IFDIR) === S_IFDIR ? 2 : 1;
    // ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor namesize check
    const fields = [this.#inode++, mode, 0, 0, links, 0, bytes.length, 0, 0, major, minor, name.length, 0];
    const header = `070701${fields.map((value) => value.toString(16).padStart(8, "0")).join("")}`;
    this.#push(Buffer.concat([Buffer.from(header, "latin1"), name]));
    this.#push(bytes);
  }

  /** Header with name, and data, each end at a multiple of four. */
  #push(bytes: Buffer): void {
    this.#parts.push(bytes);
    const rest = bytes.length % 4;
    if (rest !== 0) this.#parts.push(Buffer.alloc(4 - rest));
  }
}
