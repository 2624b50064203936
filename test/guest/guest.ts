/** One recorded boot from end to end: server, guest, and what they leave behind. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Suite } from "./apt.ts";
import { type Boot, bootGuest } from "./boot.ts";
import { buildInitramfs } from "./initramfs.ts";
import { findKernel, type Kernel } from "./kernel.ts";
import { cacheFolder } from "./packages.ts";
import { findQemu, hasKvm, type Qemu } from "./qemu.ts";
import type { GuestReport } from "./report.ts";
import { partOf, type Server, type ServerOptions, startServer, type Vgpu } from "./server.ts";
import { findTools, type Tools } from "./tools.ts";

/** All that a boot is made of. */
export interface Prepared {
  readonly qemu: Qemu;
  readonly kvm: boolean;
  readonly kernel: Kernel;
  readonly tools: Tools;
  readonly initramfs: string;
}

/**
 * Gets QEMU, kernel and userland, from the cache where they are there.
 *
 * @throws Unavailable when the world does not give one of them
 */
export async function prepare(suite: Suite): Promise<Prepared> {
  const qemu = await findQemu();
  const tools = await findTools();
  const kernel = await findKernel(suite, tools.busybox);
  return { qemu, kvm: await hasKvm(qemu), kernel, tools, initramfs: buildInitramfs(kernel, tools) };
}

/** A recorded boot to be made. */
export interface RunOptions extends Pick<Boot, "machine" | "run" | "words">, Pick<ServerOptions, "model"> {
  /** Names the folder of its logs. */
  readonly name: string;
  /** No shared RAM file: the server reaches guest memory by messages. */
  readonly messages?: true;
  /** Kill the server (SIGKILL) once i915 is loading and the recording has this many bytes. */
  readonly killAtBytes?: number;
}

/** A boot that was made. */
export interface Run {
  readonly report: GuestReport;
  readonly recording: string;
  /** Which vGPU of the recording the guest had. */
  readonly vgpu: number;
  readonly logs: string;
  readonly killed: boolean;
  /** How the server ended when it was asked to. */
  readonly serverCode: number | null;
  /** What was served. */
  readonly vgpus: readonly Vgpu[];
}

/** Boots a guest against a server of its own. Logs and recording stay in the cache until the next run. */
export async function runGuest(prepared: Prepared, options: RunOptions): Promise<Run> {
  const [run] = await runGuests([prepared], options);
  return run;
}

/** Boots guests at the same time against one server, each on a vGPU of its own: one recording of all. */
export async function runGuests(guests: readonly Prepared[], options: RunOptions): Promise<Run[]> {
  const folder = join(cacheFolder(), "runs", options.name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const memory = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "gvt-guest-"));
  const vgpus = guests.map((_, i) => vgpuOf(i + 1, options.messages ? undefined : memory));
  const recording = join(folder, `${options.name}.mcap`);
  let server: Server | undefined;
  try {
    const { model } = options;
    server = await startServer({ vgpus, recording, logs: folder, ...(model && { model }) });
    // Without its server a guest waits for replies that never come, so it ends with it.
    const without = new AbortController();
    void server.gone.then(() => without.abort());
    const killer = killWatch(server, recording, options.killAtBytes);
    const watch = { onReport: killer.onReport, signal: without.signal };
    const boots = guests.map((prepared, i) => {
      const logs = guests.length === 1 ? folder : join(folder, `guest${i + 1}`);
      return { ...bootOf(prepared, options), ...vgpus[i], logs, ...watch };
    });
    const reports = await Promise.all(boots.map(bootGuest));
    const killed = killer.killed();
    const serverCode = killed ? null : await server.stop();
    const common = { recording, killed, serverCode, vgpus };
    return reports.map((report, i) => ({ ...common, report, vgpu: i + 1, logs: boots[i].logs }));
  } finally {
    if (server !== undefined && !server.ended()) await server.kill9();
    rmSync(memory, { recursive: true, force: true });
  }
}

/** A socket's path may have 107 bytes, so it does not go into the cache; RAM belongs in memory. */
function vgpuOf(number: number, memory: string | undefined): Vgpu {
  const socket = join(socketFolder(), `vgpu${number}.sock`);
  return memory === undefined ? { socket } : { socket, ram: join(memory, `ram${number}`) };
}

let sockets: string | undefined;

/** One folder for the sockets of this process. */
function socketFolder(): string {
  sockets ??= mkdtempSync(join(tmpdir(), "gvt-guest-"));
  return sockets;
}

/** Removes what the runs of this process left outside of the cache. */
export function closeGuests(): void {
  if (sockets !== undefined) rmSync(sockets, { recursive: true, force: true });
  sockets = undefined;
}

function bootOf(prepared: Prepared, options: RunOptions) {
  return {
    qemu: prepared.qemu,
    kvm: prepared.kvm,
    vmlinuz: prepared.kernel.vmlinuz,
    initramfs: prepared.initramfs,
    machine: options.machine,
    run: options.run,
    ...(options.words === undefined ? {} : { words: options.words }),
  };
}

/** Watches the recording grow from the moment that i915 loads, and kills the server in the midst of it. */
function killWatch(server: Server, recording: string, bytes: number | undefined) {
  let timer: NodeJS.Timeout | undefined;
  let killed = false;
  const size = () => (existsSync(partOf(recording)) ? statSync(partOf(recording)).size : 0);
  const onReport = (key: string, value: string): void => {
    if (bytes === undefined || key !== "phase") return;
    clearInterval(timer);
    if (value !== "load") return;
    const start = size();
    timer = setInterval(() => {
      if (size() - start < bytes) return;
      clearInterval(timer);
      killed = true;
      void server.kill9();
    }, 5);
  };
  const stopped = (): boolean => {
    clearInterval(timer);
    return killed;
  };
  return { onReport, killed: stopped };
}
