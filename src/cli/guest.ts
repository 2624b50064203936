import { type Command, Option } from "commander";
import { defaultRam, defaultSocket } from "../node/places.ts";
import { findQemu, type GuestOptions, QEMU, qemuArguments, runQemu } from "../ports/vfio-user/qemu.ts";
import { EXIT, UsageError, WorldError } from "./exit.ts";
import { paintError, print, printJson, say } from "./terminal.ts";
import { addVerb, type CommonOptions, parseCount } from "./verb.ts";
import { quoted } from "./words.ts";

interface Options extends CommonOptions, Omit<GuestOptions, "socket" | "ram"> {
  readonly vgpu: number;
  readonly socket?: string;
  readonly ram?: string;
  readonly messages?: true;
  readonly qemu?: string;
  readonly run?: true;
}

/** `gvt guest`: the hypervisor's side of a served vGPU. */
export function addGuest(program: Command): void {
  addVerb(program, "guest", "print, or run, the QEMU command for a guest on a served vGPU", [
    "gvt guest --kernel vmlinuz --initrd initrd.img",
    'gvt guest --kernel vmlinuz --initrd initrd.img --append "console=ttyS0 panic=-1" --run',
    "gvt guest --disk debian.qcow2 --memory 4096 --machine pc --run",
  ])
    .option("--vgpu <n>", "the vGPU of `gvt serve` to use", parseCount, 1)
    .option("--socket <path>", "its socket; as `gvt serve` chooses it when absent")
    .option("--ram <path>", "file for the guest's RAM, shared with the server; as there when absent")
    .option("--messages", "no shared RAM: the server was started with --messages")
    .option("--kernel <file>", "Linux kernel to boot")
    .option("--initrd <file>", "its initial RAM disk")
    .option("--append <words>", "its command line", "console=ttyS0")
    .option("--disk <file>", "disk image, raw or qcow2")
    .option("--memory <mib>", "MiB of RAM", parseCount, 1024)
    .addOption(new Option("--machine <type>", "QEMU's machine").choices(["q35", "pc"]).default("q35"))
    .addOption(
      new Option("--accel <name>", "kvm, tcg; kvm where the system has it when absent").choices([
        "kvm",
        "tcg",
      ]),
    )
    .option("--qemu <program>", `QEMU with the device vfio-user-pci; ${QEMU} on PATH when absent`)
    .option("--run", "run it here: the guest's serial console is the terminal (Ctrl-A X ends it)")
    .action(async (options: Options) => {
      process.exitCode = await guest(options);
    });
}

async function guest(options: Options): Promise<number> {
  if (options.kernel === undefined && options.disk === undefined)
    throw new UsageError("give the guest a --kernel or a --disk to boot");
  if (options.kernel === undefined && options.initrd !== undefined)
    throw new UsageError("--initrd belongs to a --kernel");
  const { vgpu, messages, kernel, initrd, append, disk, memory, machine, accel } = options;
  if (memory < 16) throw new UsageError(`--memory ${memory}: give MiB, at least 16`);
  const ram = messages ? undefined : (options.ram ?? defaultRam(vgpu));
  const args = qemuArguments({
    ...{ socket: options.socket ?? defaultSocket(vgpu), memory, machine, append },
    ...(ram === undefined ? {} : { ram }),
    ...(kernel === undefined ? {} : { kernel }),
    ...(initrd === undefined ? {} : { initrd }),
    ...(disk === undefined ? {} : { disk }),
    ...(accel === undefined ? {} : { accel }),
  });
  const program = options.qemu ?? QEMU;
  const missing = await findQemu(program);
  if (options.run) {
    if (missing !== null) throw new WorldError(missing);
    const code = await runQemu(program, args, ram);
    if (code !== 0) throw new WorldError(`${program} ended with code ${code}; its own words are above`);
    return EXIT.done;
  }
  if (missing !== null) say(paintError.yellow(`gvt: warning: ${missing}`));
  if (options.json) printJson({ command: [program, ...args], usable: missing === null, reason: missing });
  else
    print(
      [program, ...args]
        .map(quoted)
        .join(" ")
        .replaceAll(/ (?=-[a-zA-Z])/g, " \\\n  "),
    );
  return EXIT.done;
}
