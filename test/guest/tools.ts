/** The guest's programs: busybox, IGT's benchmarks, modetest and a console font. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { isElf, neededLibraries } from "./elf.ts";
import { unpackSet } from "./packages.ts";

/** A program or library for the guest. */
export interface GuestFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** What the guest's userland is made of. */
export interface Tools {
  /** Path on this machine; static, so it runs here too. */
  readonly busybox: string;
  /** Programs with the libraries and the dynamic linker that they need. */
  readonly programs: readonly GuestFile[];
  /** PSF file of the console font, decompressed. */
  readonly font: Buffer;
  readonly fontName: string;
}

const BENCHMARKS = "usr/libexec/igt-gpu-tools/benchmarks";

/** Program -> where its package has it. */
const PROGRAMS: Readonly<Record<string, string>> = {
  gem_exec_nop: BENCHMARKS,
  gem_latency: BENCHMARKS,
  kms_vblank: BENCHMARKS,
  modetest: "usr/bin",
};

/**
 * Not the shape of the kernel's built-in 8x16 font: text that reads well in this one proves that
 * the guest has set it.
 */
const FONT = "Lat15-Terminus16";

/**
 * Takes the guest's userland from bookworm, whatever the kernel.
 *
 * @throws Unavailable when a package cannot be had
 */
export async function findTools(): Promise<Tools> {
  const { root } = await unpackSet({
    suite: "bookworm",
    names: ["busybox-static", "intel-gpu-tools", "libdrm-tests", "console-setup-linux"],
    keep: /^(lib(?!.*perl)|zlib1g$|busybox-static$|intel-gpu-tools$|console-setup-linux$)/,
  });
  return {
    busybox: join(root, "bin/busybox"),
    programs: withLibraries(root),
    font: gunzipSync(readFileSync(join(root, `usr/share/consolefonts/${FONT}.psf.gz`))),
    fontName: FONT,
  };
}

const LIBRARY_FOLDERS = ["lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu"];

function libraryIndex(root: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const folder of LIBRARY_FOLDERS) {
    for (const name of readdirSync(join(root, folder))) {
      const path = join(root, folder, name);
      if (name.includes(".so") && statSync(path).isFile()) found.set(name, path);
    }
  }
  return found;
}

/** Libraries by their soname, flat in one folder: that is all the dynamic linker looks at. */
function withLibraries(root: string): GuestFile[] {
  const index = libraryIndex(root);
  const files = new Map<string, Buffer>();
  const add = (guestPath: string, path: string) => {
    if (files.has(guestPath)) return;
    const bytes = readFileSync(path);
    files.set(guestPath, bytes);
    if (!isElf(bytes)) return;
    for (const soname of neededLibraries(bytes)) {
      const library = index.get(soname);
      if (library === undefined) throw new Error(`${basename(path)} needs ${soname}, which is in no package`);
      add(soname.startsWith("ld-linux") ? `lib64/${soname}` : `lib/x86_64-linux-gnu/${soname}`, library);
    }
  };
  for (const [name, folder] of Object.entries(PROGRAMS)) add(`usr/bin/${name}`, join(root, folder, name));
  const linker = index.get("ld-linux-x86-64.so.2");
  if (linker !== undefined) add("lib64/ld-linux-x86-64.so.2", linker);
  return [...files].map(([path, bytes]) => ({ path, bytes }));
}
