import { type ChildProcess, fork } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Boot, bootGuest } from "../test/guest/boot.ts";
import { buildInitramfs } from "../test/guest/initramfs.ts";
import { findKernel } from "../test/guest/kernel.ts";
import { closePackages, Unavailable } from "../test/guest/packages.ts";
import { findQemu, hasKvm } from "../test/guest/qemu.ts";
import { findTools } from "../test/guest/tools.ts";
import { atMost, type Figure, printed, short } from "./figure.ts";
import { temporary } from "./files.ts";
import { median } from "./measure.ts";

const INIT = "test/guest/init.sh";
type Guest = Pick<Boot, "qemu" | "kvm" | "vmlinuz" | "initramfs">;
type Way = "recorded" | "plain";

/**
 * A stock Linux guest on a stock QEMU, recorded and not, in turns: seconds from QEMU's start to the lines on
 * the guest's screen; and what an empty submission takes there. Left out, with the reason said, where the
 * world does not give QEMU or kernel.
 */
export async function guestFigures(quick: boolean, say: (line: string) => void): Promise<Figure[]> {
  let guest: Guest;
  try {
    guest = await findGuest();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    say(`figures of real guests are left out: ${error.message}`);
    return [];
  }
  const seconds: Record<Way, number[]> = { recorded: [], plain: [] };
  for (let round = 0; round < (quick ? 1 : 5); round++) {
    // Whoever goes second finds warmer caches, so they change places.
    const order: Way[] = round % 2 === 0 ? ["plain", "recorded"] : ["recorded", "plain"];
    for (const way of order) seconds[way].push((await run(guest, way, "boot")).seconds);
    say(`boots: ${short(seconds.recorded[round])} s recorded, ${short(seconds.plain[round])} s not`);
  }
  const [recorded, plain] = [median(seconds.recorded), median(seconds.plain)];
  const detail = `${short(recorded)} / ${short(plain)} s to the guest's screen, ${guest.kvm ? "KVM" : "TCG"}`;
  const { micros } = await run(guest, "recorded", "nop");
  return [
    atMost("boot with recording / without", recorded / plain, "", 1.05, 1.02, detail),
    printed("an empty submission, in a guest", micros, "us", "gem_exec_nop on rcs0, recorded"),
  ];
}

async function findGuest(): Promise<Guest> {
  const qemu = await findQemu();
  const tools = await findTools();
  const kernel = await findKernel("bookworm", tools.busybox);
  const { vmlinuz } = kernel;
  await closePackages();
  return { qemu, kvm: await hasKvm(qemu), vmlinuz, initramfs: buildInitramfs(kernel, tools, INIT) };
}

/** One guest: seconds to its screen, and microseconds that gem_exec_nop measured, where it ran. */
async function run(guest: Guest, way: Way, what: Boot["run"]): Promise<{ seconds: number; micros: number }> {
  const memory = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : temporary(""), "gvt-bench-"));
  const [socket, ram] = [temporary("guest.sock"), join(memory, "ram")];
  let server: ChildProcess | null = null;
  try {
    server = await startServer([way, socket, ram, temporary("guest.mcap")]);
    const start = performance.now();
    let seconds = 0;
    const report = await bootGuest({
      ...guest,
      ...{ machine: "q35", run: what, words: ["gvt.bench=full"], socket, ram },
      logs: temporary("guest-logs"),
      onReport: (key, value) => {
        if (key === "screen" && value === "ready") seconds = (performance.now() - start) / 1000;
      },
    });
    if (report.ended !== "power-off" || seconds === 0) throw new Error(`the guest ended by ${report.ended}`);
    const nop = report.benchmarks.find(({ name }) => name === "gem_exec_nop.rcs");
    return { seconds, micros: Number(nop?.output.join(" ") ?? 0) };
  } finally {
    if (server !== null) await stopServer(server);
    rmSync(memory, { recursive: true, force: true });
  }
}

function startServer(words: readonly string[]): Promise<ChildProcess> {
  const server = fork(fileURLToPath(new URL("./guest-server.js", import.meta.url)), words);
  return new Promise((resolve, reject) => {
    server.once("message", () => resolve(server));
    server.once("exit", (code) => reject(new Error(`the guest's server ended with ${code}`)));
  });
}

function stopServer(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (server.exitCode !== null || server.signalCode !== null) return resolve();
    server.once("exit", () => resolve());
    server.send("stop");
  });
}
