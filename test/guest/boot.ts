/** Boots one guest on QEMU, against a served vGPU or without one, and reads its report. */
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Qemu } from "./qemu.ts";
import { type Ending, type GuestReport, ReportParser } from "./report.ts";

/** A boot to be made. */
export interface Boot {
  readonly qemu: Qemu;
  readonly vmlinuz: string;
  readonly initramfs: string;
  readonly machine: "q35" | "pc";
  readonly kvm: boolean;
  readonly run: "boot" | "gem" | "nop";
  /** The vfio-user socket, on which a server listens already; without it the guest has no GPU. */
  readonly socket?: string;
  /** File of the guest's RAM, which the server opens as well; without it the server asks by messages. */
  readonly ram?: string;
  /** Megabytes of RAM; 1024 by default. */
  readonly memory?: number;
  /** Folder of the logs: kernel.log, guest.log, qemu.log. */
  readonly logs: string;
  /** More words for the guest's kernel. */
  readonly words?: readonly string[];
  /** After so many seconds QEMU is killed: a bound against hanging, not a measure. */
  readonly deadline?: number;
  /** Called at each report line. */
  readonly onReport?: (key: string, value: string) => void;
  /** Ends the boot (as "stopped"). */
  readonly signal?: AbortSignal;
}

const DEADLINE_SECONDS = 600;

/** QEMU's options for a boot. */
export function qemuOptions(boot: Boot): string[] {
  const memory = `${boot.memory ?? 1024}M`;
  const accelerator = boot.kvm
    ? ["-accel", "kvm", "-cpu", "host"]
    : ["-accel", "tcg,thread=multi", "-cpu", "max"];
  const words = [
    "console=ttyS0",
    // A panic ends the boot (QEMU has -no-reboot) instead of waiting for the deadline.
    "panic=-1",
    "log_buf_len=1M",
    `gvt.run=${boot.run}`,
    ...(boot.words ?? []),
  ];
  return [
    ...["-nodefaults", "-no-user-config", "-M", boot.machine, ...accelerator, "-m", memory, "-smp", "1"],
    ...(boot.ram === undefined ? [] : shared(boot.ram, memory)),
    ...["-display", "none", "-vga", "none", "-monitor", "none", "-no-reboot"],
    ...["-serial", `file:${join(boot.logs, "kernel.log")}`, "-serial", "stdio"],
    ...["-kernel", boot.vmlinuz, "-initrd", boot.initramfs, "-append", words.join(" ")],
    ...(boot.socket === undefined ? [] : ["-device", device(boot.socket)]),
  ];
}

/** The server reads and writes guest memory through the same file, so it must be shared. */
function shared(ram: string, size: string): string[] {
  const backend = `memory-backend-file,mem-path=${ram},id=ram0,size=${size},share=on`;
  return ["-object", backend, "-machine", "memory-backend=ram0"];
}

/** `socket` is a structure, so the option must be JSON. */
function device(path: string): string {
  return JSON.stringify({
    driver: "vfio-user-pci",
    addr: "02.0",
    // A loaded host must not break the connection: a late reply is the end of it.
    "x-msg-timeout": 30_000,
    socket: { type: "unix", path },
  });
}

/** Boots a guest and waits for its end. Only the QEMU that it started is ever killed. */
export async function bootGuest(boot: Boot): Promise<GuestReport> {
  mkdirSync(boot.logs, { recursive: true });
  const parser = new ReportParser();
  const started = Date.now();
  const [program = "", ...prefix] = boot.qemu.argv;
  const child = spawn(program, [...prefix, ...qemuOptions(boot)], {
    env: { ...process.env, ...boot.qemu.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const state: { ended: Ending } = { ended: "gone" };
  const finish = (ending: Ending) => {
    state.ended = ending;
    child.kill("SIGKILL");
  };
  const deadline = setTimeout(() => finish("deadline"), (boot.deadline ?? DEADLINE_SECONDS) * 1000);
  const stop = () => finish("stopped");
  if (boot.signal?.aborted) stop();
  boot.signal?.addEventListener("abort", stop, { once: true });
  listen(child, boot, (line) => {
    const report = parser.line(line);
    if (report === undefined) return;
    if (report.key === "end") state.ended = "power-off";
    boot.onReport?.(report.key, report.value);
  });
  const code = await exit(child);
  clearTimeout(deadline);
  boot.signal?.removeEventListener("abort", stop);
  // The guest said its last word and yet QEMU did not leave by itself: that is no power-off.
  const ended = state.ended === "power-off" && code !== 0 ? "gone" : state.ended;
  return parser.report(ended, (Date.now() - started) / 1000);
}

function listen(child: ChildProcess, boot: Boot, onLine: (line: string) => void): void {
  const log = createWriteStream(join(boot.logs, "guest.log"));
  const errors = createWriteStream(join(boot.logs, "qemu.log"));
  child.stderr?.pipe(errors);
  if (child.stdout === null) return;
  child.stdout.pipe(log);
  createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY }).on("line", onLine);
}

function exit(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code));
  });
}

/** The last lines of a boot's logs, for a report of what went wrong. */
export function lastWords(logs: string, lines = 15): string {
  const tail = (name: string) => {
    try {
      return readFileSync(join(logs, name), "utf8").trimEnd().split("\n").slice(-lines).join("\n");
    } catch {
      return "(none)";
    }
  };
  return ["qemu.log", "guest.log", "kernel.log"].map((name) => `--- ${name}\n${tail(name)}`).join("\n");
}
