import * as fs from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/** Default places, the same for the server and for whoever connects to it. */

/** The socket of vGPU `v`. Throws Error where its folder cannot be had. */
export function defaultSocket(v: number): string {
  const run = process.env.XDG_RUNTIME_DIR;
  const folder = run !== undefined && isOwn(run) ? join(run, "gvt") : join(tmpdir(), `gvt-${userInfo().uid}`);
  return join(privateFolder(folder), `vgpu${v}.sock`);
}

/** The file of the RAM of vGPU `v`'s guest: in memory where the system has a place for that. */
export function defaultRam(v: number): string {
  const base = fs.existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  return join(privateFolder(join(base, `gvt-${userInfo().uid}`)), `vgpu${v}.ram`);
}

/** Make a folder that nobody else can enter; it will hold a guest's memory. */
function privateFolder(path: string): string {
  fs.mkdirSync(path, { recursive: true, mode: 0o700 });
  if (!isOwn(path))
    throw new Error(`${path}: is not a folder of yours alone; remove it, or name sockets and RAM yourself`);
  return path;
}

function isOwn(path: string): boolean {
  const stat = fs.lstatSync(path, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && stat.uid === userInfo().uid && (stat.mode & 0o077) === 0;
}
