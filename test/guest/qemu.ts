/** A QEMU with the vfio-user client: the machine's own, or one unpacked from Debian. */
import { execFile, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Suite } from "./apt.ts";
import { Unavailable, unpackSet } from "./packages.ts";

const run = promisify(execFile);

/** How to start a QEMU: put `argv` before its options, and `env` into its environment. */
export interface Qemu {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly version: string;
  /** Where it came from, for the reader. */
  readonly origin: string;
}

/** Suites whose QEMU has the device, in the order in which they are tried. */
const SUITES: readonly Suite[] = ["trixie-backports", "forky", "sid"];

/** Where the firmware packages have their files; the last has been in either place. */
const FIRMWARE = ["usr/share/qemu", "usr/share/seabios", "usr/share/ipxe/qemu", "usr/lib/ipxe/qemu"];

/**
 * Finds a QEMU that has `vfio-user-pci`: on PATH, else unpacked from Debian (cached, no chroot).
 *
 * @throws Unavailable when no suite can give one
 */
export async function findQemu(): Promise<Qemu> {
  const own = await probe(["qemu-system-x86_64"], {}, "PATH");
  if (own !== undefined) return own;
  let last: Unavailable | undefined;
  for (const suite of SUITES) {
    try {
      const { root } = await unpackSet({ suite, names: ["qemu-system-x86"] });
      const { argv, env } = launcher(root);
      const found = await probe(argv, env, `Debian ${suite}`);
      if (found !== undefined) return found;
      last = new Unavailable("qemu-system-x86", suite, "has no vfio-user-pci");
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      last = error;
    }
  }
  throw last ?? new Error("no suite to take a QEMU from");
}

/** Asks for the device and not for a version: distributions build without it, or backport it. */
async function probe(
  argv: readonly string[],
  env: Record<string, string>,
  origin: string,
): Promise<Qemu | undefined> {
  const ask = (word: string, ...rest: string[]) =>
    run(argv[0] ?? "", [...argv.slice(1), word, ...rest], { env: { ...process.env, ...env } });
  try {
    const { stdout } = await ask("-device", "help");
    if (!stdout.includes('"vfio-user-pci"')) return undefined;
    const version = /version (\S+)/.exec((await ask("--version")).stdout)?.[1] ?? "?";
    return { argv, env, version, origin };
  } catch {
    return undefined;
  }
}

/**
 * The command that runs an unpacked QEMU in place: its own dynamic linker with its own libraries,
 * its own modules and firmware. Nothing of it is visible to other programs.
 */
function launcher(root: string): { argv: string[]; env: Record<string, string> } {
  const multiarch = "lib/x86_64-linux-gnu";
  const libraries = [join(root, "usr", multiarch), join(root, multiarch)].filter((path) => existsSync(path));
  const linker = libraries
    .map((folder) => join(folder, "ld-linux-x86-64.so.2"))
    .find((path) => existsSync(path));
  if (linker === undefined) throw new Error(`no dynamic linker below ${root}`);
  const firmware = FIRMWARE.map((folder) => join(root, folder)).filter((folder) => existsSync(folder));
  return {
    argv: [
      linker,
      "--library-path",
      libraries.join(":"),
      join(root, "usr/bin/qemu-system-x86_64"),
      ...firmware.flatMap((folder) => ["-L", folder]),
    ],
    env: { QEMU_MODULE_DIR: join(root, "usr", multiarch, "qemu") },
  };
}

/** Whether `/dev/kvm` is more than a name: QEMU itself is asked to open it. */
export async function hasKvm(qemu: Qemu): Promise<boolean> {
  if (!existsSync("/dev/kvm") || !/\b(vmx|svm)\b/.test(readFileSync("/proc/cpuinfo", "utf8"))) {
    return false;
  }
  const words = "-accel kvm -M none -nodefaults -display none -monitor stdio".split(" ");
  const child = spawn(qemu.argv[0] ?? "", [...qemu.argv.slice(1), ...words], {
    env: { ...process.env, ...qemu.env },
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.stdin?.on("error", () => undefined);
  child.stdin?.end("quit\n");
  const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  return new Promise((done) => {
    child.once("error", () => done(false));
    child.once("close", (code) => {
      clearTimeout(timer);
      done(code === 0);
    });
  });
}
