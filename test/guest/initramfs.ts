/** The initramfs of a guest: one per kernel, the same for every run; the command line says what to do. */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Kernel, Module } from "./kernel.ts";
import { KNOWN_LINES } from "./lines.ts";
import { NewcArchive } from "./newc.ts";
import { cacheFolder } from "./packages.ts";
import type { Tools } from "./tools.ts";

/** The program that the guest runs; a shell script, kept as one. */
const INIT = new URL("./init.sh", import.meta.url);

/** An archive smaller than this has lost its content, and a guest without init is hard to read. */
const LEAST_BYTES = 2 << 20;

/** Builds the initramfs of a kernel, or finds it in the cache; returns its path. `init`: what it runs. */
export function buildInitramfs(kernel: Kernel, tools: Tools, init: string | URL = INIT): string {
  const archive = new NewcArchive();
  for (const folder of ["dev", "proc", "sys", "tmp", "run", "bin", "sbin"]) archive.folder(folder);
  archive.device("dev/console", 5, 1);
  archive.file("bin/busybox", readFileSync(tools.busybox), 0o755);
  archive.link("bin/sh", "busybox");
  // Where the kernel looks when it wants a module by itself.
  archive.link("sbin/modprobe", "../bin/busybox");
  archive.file("init", readFileSync(init), 0o755);
  archive.file("font.psf", tools.font);
  archive.file("font.name", `${tools.fontName}\n`);
  archive.file("lines.txt", `${KNOWN_LINES.join("\n")}\n`);
  for (const { path, bytes } of tools.programs) archive.file(path, bytes, 0o755);
  const modules = `lib/modules/${kernel.release}`;
  for (const { name, bytes } of kernel.modules) archive.file(`${modules}/${name}.ko`, bytes);
  archive.file(`${modules}/modules.dep`, modulesDep(kernel.modules));
  return store(kernel, archive.finish());
}

/** The text form of depmod's output: a module's file, then the files of all that it needs, nearest first. */
function modulesDep(modules: readonly Module[]): string {
  const position = new Map(modules.map(({ name }, index) => [name, index]));
  const byName = new Map(modules.map((module) => [module.name, module]));
  const closure = (name: string, into: Set<string>): Set<string> => {
    for (const one of byName.get(name)?.depends ?? []) {
      into.add(one);
      closure(one, into);
    }
    return into;
  };
  const line = ({ name }: Module) => {
    const needed = [...closure(name, new Set())].sort(
      (a, b) => (position.get(b) ?? 0) - (position.get(a) ?? 0),
    );
    return `${name}.ko:${needed.map((one) => ` ${one}.ko`).join("")}\n`;
  };
  return modules.map(line).join("");
}

function store(kernel: Kernel, bytes: Buffer): string {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  const path = join(cacheFolder(), "initramfs", `${kernel.release}-${hash}.cpio.gz`);
  if (existsSync(path)) return path;
  const packed = gzipSync(bytes, { level: 1 });
  if (packed.length < LEAST_BYTES) throw new Error(`the initramfs has only ${packed.length} bytes`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}.part`, packed);
  renameSync(`${path}.${process.pid}.part`, path);
  removeOlder(path, kernel.release);
  return path;
}

/** Each change of init makes a new archive; those of another day are of no use to anyone any more. */
function removeOlder(path: string, release: string): void {
  for (const name of readdirSync(dirname(path))) {
    const other = join(dirname(path), name);
    const old = Date.now() - statSync(other).mtimeMs > 86_400_000;
    if (old && name.startsWith(`${release}-`)) rmSync(other, { force: true });
  }
}
