/**
 * The hypervisor's side of the port: a stock QEMU with the device `vfio-user-pci`. Source:
 * docs/facts/vfio-user.md#command-line.
 */
import { execFile, spawn } from "node:child_process";
import * as fs from "node:fs";

/** The usual name of the program. */
export const QEMU = "qemu-system-x86_64";
const DEVICE = "vfio-user-pci";
/** A loaded host must not break the connection: a reply later than this is the end of it. */
const TIMEOUT_MS = 30_000;

export interface GuestOptions {
  readonly socket: string;
  /** File of the guest's RAM, shared with the server; without it RAM is QEMU's own. */
  readonly ram?: string;
  readonly kernel?: string;
  readonly initrd?: string;
  /** The kernel's command line. */
  readonly append: string;
  readonly disk?: string;
  /** MiB. */
  readonly memory: number;
  readonly machine: "q35" | "pc";
  /** kvm where the system has it when absent. */
  readonly accel?: "kvm" | "tcg";
}

/** QEMU's arguments for a guest on a served vGPU. */
export function qemuArguments(options: GuestOptions): string[] {
  const { socket, ram, kernel, initrd, append, disk, memory, machine } = options;
  const size = `${memory}M`;
  // `socket` is a structure, so the option must be JSON. Slot 2 is where a built-in GPU sits.
  const device = {
    driver: DEVICE,
    addr: "02.0",
    "x-msg-timeout": TIMEOUT_MS,
    socket: { type: "unix", path: socket },
  };
  return [
    ...["-nodefaults", "-no-user-config", "-no-reboot"],
    ...["-M", machine, ...accelerator(options.accel), "-m", size, "-smp", "1"],
    ...(ram === undefined ? [] : sharedRam(ram, size)),
    ...["-display", "none", "-vga", "none", "-serial", "mon:stdio"],
    ...(kernel === undefined ? [] : ["-kernel", kernel, "-append", append]),
    ...(initrd === undefined ? [] : ["-initrd", initrd]),
    ...(disk === undefined ? [] : ["-drive", `file=${escaped(disk)},format=${formatOf(disk)},if=virtio`]),
    ...["-device", JSON.stringify(device)],
  ];
}

/** The server reads and writes guest memory through the same file, so it must be shared. */
function sharedRam(ram: string, size: string): string[] {
  const backend = `memory-backend-file,mem-path=${escaped(ram)},id=ram0,size=${size},share=on`;
  return ["-object", backend, "-machine", "memory-backend=ram0"];
}

/** With two accelerators QEMU takes the first that works. */
function accelerator(asked: GuestOptions["accel"]): string[] {
  const tcg = ["-accel", "tcg,thread=multi", "-cpu", "max"];
  if (asked === "tcg") return tcg;
  const kvm = ["-accel", "kvm"];
  if (asked === "kvm") return [...kvm, "-cpu", "host"];
  return hasKvm() ? [...kvm, ...tcg] : tcg;
}

/** May we open /dev/kvm, and does the processor have what it needs? */
function hasKvm(): boolean {
  try {
    fs.accessSync("/dev/kvm", fs.constants.R_OK | fs.constants.W_OK);
    return /\b(vmx|svm)\b/.test(fs.readFileSync("/proc/cpuinfo", "utf8"));
  } catch {
    return false;
  }
}

/** A path inside a list of options: commas are doubled. */
function escaped(path: string): string {
  return path.replaceAll(",", ",,");
}

/** Of a disk image, by its first bytes. */
function formatOf(disk: string): "qcow2" | "raw" {
  try {
    const fd = fs.openSync(disk, "r");
    const magic = new Uint8Array(4);
    fs.readSync(fd, magic, 0, 4, 0);
    fs.closeSync(fd);
    return magic.join() === "81,70,73,251" ? "qcow2" : "raw";
  } catch {
    return "raw";
  }
}

/**
 * Why this program cannot run the guest, with the cure; null where it can. It is asked for the device, not
 * for its version.
 */
export function findQemu(program: string): Promise<string | null> {
  const cure = "take QEMU 11 or newer (Debian trixie-backports, forky) or name one by --qemu";
  return new Promise((resolve) => {
    execFile(program, ["-device", "help"], { maxBuffer: 16 << 20 }, (error, stdout) => {
      if (stdout.includes(`"${DEVICE}"`)) resolve(null);
      else if (error !== null && error.code === "ENOENT") resolve(`${program}: not on PATH; ${cure}`);
      else resolve(`${program}: has no device ${DEVICE}; ${cure}`);
    });
  });
}

/**
 * Run it with this terminal, and give its exit code. The RAM file that QEMU made is taken away afterwards.
 */
export async function runQemu(
  program: string,
  args: readonly string[],
  ram: string | undefined,
): Promise<number> {
  const made = ram !== undefined && !fs.existsSync(ram);
  const child = spawn(program, args, { stdio: "inherit" });
  // Ctrl-C belongs to the guest's terminal: QEMU ends by itself, and we after it.
  const ignore = (): void => {};
  process.on("SIGINT", ignore);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve(code ?? 1));
    });
  } finally {
    process.off("SIGINT", ignore);
    if (made) fs.rmSync(ram, { force: true });
  }
}
