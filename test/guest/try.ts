/**
 * One boot by hand:
 *
 *     GUEST_TRY=bookworm GUEST_SOCKET=/run/vgpu.sock npx vitest run --config vitest.guest.config.ts
 *
 * GUEST_TRY is the kernel's suite. More words: GUEST_RAM (RAM file), GUEST_RUN (boot, gem),
 * GUEST_MACHINE (q35, pc), GUEST_LOGS (folder), GUEST_WORDS (for the guest's kernel),
 * GUEST_MEMORY (megabytes). Without GUEST_SOCKET the guest has no GPU.
 */
import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import type { Suite } from "./apt.ts";
import { bootGuest, lastWords } from "./boot.ts";
import { buildInitramfs } from "./initramfs.ts";
import { findKernel } from "./kernel.ts";
import { closePackages } from "./packages.ts";
import { findQemu, hasKvm } from "./qemu.ts";
import { findTools } from "./tools.ts";

const env = process.env;

test(`boot ${env.GUEST_TRY}`, async () => {
  const qemu = await findQemu();
  const tools = await findTools();
  const kernel = await findKernel(env.GUEST_TRY as Suite, tools.busybox);
  await closePackages();
  const logs = env.GUEST_LOGS ?? "/tmp/gvt-guest";
  const ram = env.GUEST_RAM ?? "/dev/shm/gvt-guest.ram";
  const report = await bootGuest({
    qemu,
    vmlinuz: kernel.vmlinuz,
    initramfs: buildInitramfs(kernel, tools),
    machine: env.GUEST_MACHINE === "pc" ? "pc" : "q35",
    kvm: await hasKvm(qemu),
    run: env.GUEST_RUN === "gem" ? "gem" : "boot",
    ...(env.GUEST_SOCKET === undefined ? {} : { socket: env.GUEST_SOCKET }),
    ram,
    memory: Number(env.GUEST_MEMORY ?? 1024),
    logs,
    words: (env.GUEST_WORDS ?? "").split(" ").filter(Boolean),
    onReport: (key, value) => console.log(`@@ ${key} ${value}`),
  });
  if (env.GUEST_RAM === undefined) rmSync(ram, { force: true });
  const { dmesg, ...rest } = report;
  console.log(JSON.stringify(rest, undefined, 2), `\n${dmesg.length} lines of dmesg; logs in ${logs}`);
  if (report.ended !== "power-off") console.log(lastWords(logs));
  expect(report.ended).toBe("power-off");
});
