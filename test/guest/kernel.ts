/** Debian's kernel of a suite, with i915 and all that i915 needs. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Package, Suite } from "./apt.ts";
import { modinfo } from "./elf.ts";
import { unpackSet } from "./packages.ts";

/** A kernel module, decompressed. */
export interface Module {
  readonly name: string;
  readonly bytes: Buffer;
  /** Names of the modules that it uses itself. */
  readonly depends: readonly string[];
}

/** A kernel that can be booted. */
export interface Kernel {
  readonly suite: Suite;
  /** What `uname -r` says in the guest. */
  readonly release: string;
  readonly vmlinuz: string;
  /** In load order; i915 is the last. */
  readonly modules: readonly Module[];
  readonly packages: readonly Package[];
  /** Said to the reader when an old copy had to do. */
  readonly note: string | undefined;
}

/** A suite is asked for a newer kernel once a day. */
const FRESH_HOURS = 24;

/**
 * Takes a suite's kernel through its metapackage, so that no ABI name is ever written down here.
 *
 * @param busybox a static busybox, which unpacks `.xz` modules on machines without xz
 * @throws Unavailable when the suite's kernel cannot be had
 */
export async function findKernel(suite: Suite, busybox: string): Promise<Kernel> {
  const set = await unpackSet({
    suite,
    names: ["linux-image-amd64"],
    // Newer suites split the image into binary and modules packages.
    keep: /^linux-(image|binary|modules)-/,
    freshFor: FRESH_HOURS,
  });
  const folder = modulesFolder(set.root);
  const release = basename(folder);
  return {
    suite,
    release,
    vmlinuz: findVmlinuz(set.root, folder, release),
    modules: loadClosure(indexModules(join(folder, "kernel")), "i915", busybox),
    packages: set.packages,
    note: set.note,
  };
}

/** `lib/modules/RELEASE`, with or without merged `/usr`. */
function modulesFolder(root: string): string {
  for (const base of [join(root, "usr/lib/modules"), join(root, "lib/modules")]) {
    const release = existsSync(base)
      ? readdirSync(base).find((name) => existsSync(join(base, name, "kernel")))
      : undefined;
    if (release !== undefined) return join(base, release);
  }
  throw new Error(`no kernel modules below ${root}`);
}

function findVmlinuz(root: string, folder: string, release: string): string {
  const places = [join(root, "boot", `vmlinuz-${release}`), join(folder, "vmlinuz")];
  const found = places.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`no vmlinuz of ${release} below ${root}`);
  return found;
}

/** A module's name is its file's, with `-` and `_` the same letter. */
function canonical(name: string): string {
  return name.replaceAll("-", "_");
}

function indexModules(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const name = /^(.+)\.ko(\.[a-z]+)?$/.exec(basename(entry))?.[1];
    if (name !== undefined) found.set(canonical(name), join(folder, entry));
  }
  return found;
}

/**
 * The named module after everything that it needs. Read from the modules themselves: the packages
 * carry no modules.dep, and a bare machine has no depmod to make one.
 */
function loadClosure(index: ReadonlyMap<string, string>, last: string, busybox: string): Module[] {
  const order = new Map<string, Module>();
  const visit = (name: string) => {
    if (order.has(name)) return;
    const path = index.get(name);
    if (path === undefined) throw new Error(`no kernel module ${name}`);
    const bytes = decompress(path, busybox);
    const depends = (modinfo(bytes).get("depends") ?? [])
      .flatMap((text) => text.split(","))
      .filter(Boolean)
      .map(canonical);
    for (const one of depends) visit(one);
    order.set(name, { name, bytes, depends });
  };
  visit(last);
  return [...order.values()];
}

function decompress(path: string, busybox: string): Buffer {
  if (path.endsWith(".ko")) return readFileSync(path);
  if (path.endsWith(".gz")) return gunzipSync(readFileSync(path));
  if (path.endsWith(".xz")) return execFileSync(busybox, ["xzcat", path], { maxBuffer: 256 << 20 });
  throw new Error(`${basename(path)}: a compression that is not known here`);
}
