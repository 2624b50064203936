import { type Command, Option } from "commander";
import { PLATFORMS } from "../hw/units.ts";
import { defaultRam, defaultSocket } from "../node/places.ts";
import { type ServeEvent, type ServeStatistics, serve } from "../ports/serve.ts";
import { readServeOptions, type ServeOptions } from "../ports/serve-options.ts";
import { EXIT, UsageError } from "./exit.ts";
import { bytesText, columns, count, grouped } from "./table.ts";
import { paint, paintError, print, printJson, say } from "./terminal.ts";
import { addVerb, type CommonOptions, log, parseCount } from "./verb.ts";
import { quoted } from "./words.ts";

interface Options extends CommonOptions {
  readonly config?: string;
  readonly guests?: number;
  readonly socket?: string[];
  readonly ram?: string[];
  readonly messages?: true;
  readonly edid?: string;
  readonly platform?: (typeof PLATFORMS)[number];
  readonly deviceId?: number;
  readonly screenEvery?: number;
  readonly once?: true;
  readonly force?: true;
  readonly keep?: string;
  readonly saveWhen?: string;
  readonly paranoid?: true;
  readonly stopWithRecording?: true;
}

/** `gvt serve`: a live machine. */
export function addServe(program: Command): void {
  addVerb(program, "serve", "a live machine: vGPUs with a vfio-user socket each, everything recorded", [
    "gvt serve boot.mcap --once",
    "gvt serve two.mcap --guests 2",
    "gvt serve trip.mcap --keep 10m                  # only the last ten minutes, in memory",
    "kill -USR2 $(pgrep -f 'gvt serve')              # saves them: trip-001.mcap, then trip-002.mcap, ...",
    'gvt serve trip.mcap --keep 10m,500MB --save-when "vgpu1.rcs0.RING_EIR != 0"',
    "gvt serve --config serve.json",
    '  where serve.json is {"recording": "boot.mcap", "vgpus": [{"socket": "vgpu.sock", "ram": "/dev/shm/guest.ram"}]}',
  ])
    .argument("[file]", "the recording to be")
    .option("--config <json>", "options from a file; those given here as well win")
    .option("--guests <n>", "number of vGPUs; 1 when absent", parseCount)
    .option("--socket <path...>", "socket of vGPU 1, 2, ...; in the user's run folder when absent")
    .option(
      "--ram <path...>",
      "file of the guest's RAM of vGPU 1, 2, ..., shared with QEMU; in /dev/shm when absent",
    )
    .option("--messages", "no shared RAM: reach guest memory by DMA messages")
    .option("--edid <monitor>", '"default" (1024x768), "none", or a file')
    .addOption(new Option("--platform <name>", "the modelled GPU; kbl when absent").choices([...PLATFORMS]))
    .option("--device-id <id>", "PCI device id; 0x5916 when absent", parseCount)
    .option("--screen-every <us>", "microseconds between looks at a still screen; 0: none", parseCount)
    .option("--once", "end when the last guest has left")
    .option("--force", "replace a recording of this name")
    .option(
      "--keep <window>",
      "a flight recorder: keep this much in memory (10m, 90s, 1h, 200MB, or 10m,200MB; a time alone takes at most " +
        "256MB) and save it as FILE-001, FILE-002, ... on SIGUSR2, and when the machine ends or fails",
    )
    .option(
      "--save-when <predicate>",
      "save the window when this first holds; asked after every input that can change what it reads",
    )
    .option(
      "--paranoid",
      "ask before each block is sealed whether the invariants of the state hold; each that does not is told once, on " +
        "stderr; guests and recording go on, and the exit code is 1 in the end",
    )
    .option(
      "--stop-with-recording",
      "end the machine where its recording ends before it (a full disk); else guests go on unrecorded, exit code 4",
    )
    .action(async (file: string | undefined, options: Options) => {
      await run(optionsOf(file, options), options);
    });
}

function optionsOf(file: string | undefined, given: Options): ServeOptions {
  const base: Partial<ServeOptions> = given.config === undefined ? {} : readServeOptions(given.config);
  const recording = file ?? base.recording;
  if (recording === undefined)
    throw new UsageError("no recording named: gvt serve FILE, or --config with one");
  const { platform, deviceId, screenEvery, once, force, keep, saveWhen, paranoid, stopWithRecording } = given;
  const simple = {
    ...{ platform, deviceId, screenEvery, once, force, keep, saveWhen, paranoid, stopWithRecording },
  };
  const chosen = Object.fromEntries(Object.entries(simple).filter(([, value]) => value !== undefined));
  return { ...base, ...chosen, recording, vgpus: vgpusOf(given, base.vgpus) };
}

function vgpusOf(given: Options, base: ServeOptions["vgpus"] | undefined): ServeOptions["vgpus"] {
  const { socket = [], ram = [], edid } = given;
  const most = given.guests ?? base?.length ?? Math.max(socket.length, ram.length, 1);
  if (most < 1 || most > 7) throw new UsageError(`--guests ${most}: give 1 to 7`);
  return Array.from({ length: most }, (_, i) => {
    const before = base?.[i];
    const shared = given.messages
      ? undefined
      : (ram[i] ?? (before === undefined ? defaultRam(i + 1) : before.ram));
    return {
      ...before,
      socket: socket[i] ?? before?.socket ?? defaultSocket(i + 1),
      ...(shared === undefined ? {} : { ram: shared }),
      ...(edid === undefined ? {} : { edid }),
    };
  });
}

async function run(options: ServeOptions, common: Options): Promise<void> {
  const tell = common.json ? printJson : (event: object) => print(lineOf(event as ServeEvent));
  const server = await serve(options, (event) => {
    log().debug(event, event.type);
    if (event.type !== "broken") return tell(event);
    process.exitCode = EXIT.no;
    say(paintError.red(brokenLine(event)));
    if (common.json) printJson(event);
  });
  const signals = ["SIGINT", "SIGTERM"] as const;
  const stop = (): void => void server.close().catch(() => {});
  const save = (): void => server.save();
  for (const signal of signals) process.on(signal, stop);
  if (options.keep !== undefined) process.on("SIGUSR2", save);
  announce(options, common);
  try {
    const statistics = await server.ended;
    if (common.json) printJson({ type: "ended", ...statistics });
    else for (const line of figures(statistics)) print(line);
  } finally {
    for (const signal of signals) process.off(signal, stop);
    process.off("SIGUSR2", save);
  }
}

function announce(options: ServeOptions, common: Options): void {
  const { recording, vgpus, keep = null } = options;
  log().info({ recording, vgpus, keep }, "listening");
  if (common.json)
    return printJson({ type: "listening", recording, vgpus, ...(keep === null ? {} : { keep }) });
  if (keep === null) print(`recording to ${recording}`);
  else
    print(`keeping ${keep} in memory; kill -USR2 ${process.pid} saves it to a file named after ${recording}`);
  const rows = vgpus.map(({ socket, ram }, i) => [
    paint.bold(`vgpu${i + 1}`),
    `listens on ${socket}`,
    ram === undefined ? "memory by messages" : `guest RAM ${ram}`,
  ]);
  for (const line of columns(rows)) print(line);
  print(`start a guest by: ${guestCommand(vgpus)}`);
}

function guestCommand(vgpus: ServeOptions["vgpus"]): string {
  const [{ socket, ram }] = vgpus;
  const own = socket === defaultSocket(1) && ram === defaultRam(1);
  const memory = ram === undefined ? " --messages" : ` --ram ${quoted(ram)}`;
  const where = own ? "" : ` --socket ${quoted(socket)}${memory}`;
  return `gvt guest${where} --kernel VMLINUZ --initrd INITRD --run`;
}

function lineOf(event: ServeEvent): string {
  if (event.type === "warning") return paint.yellow(`warning: ${event.message}`);
  if (event.type === "saved") return savedLine(event);
  if (event.type === "broken") return brokenLine(event);
  if (event.type === "recording.ended") {
    const kept = event.part === null ? "" : `; what there is of it is ${event.part}`;
    return paint.red(`recording ended: ${event.reason}${kept}; guests go on unrecorded`);
  }
  const name = paint.bold(`vgpu${event.vgpu}`);
  if (event.type === "attached") return `${name}  guest attached`;
  if (event.type === "display.ready") return `${name}  display ready`;
  return `${name}  guest left${event.reason === null ? "" : `: ${event.reason}`}`;
}

function brokenLine({ name, says, what, row }: ServeEvent & { type: "broken" }): string {
  return `gvt: invariant ${name} is broken behind row ${row}: ${what}; ${says}`;
}

const CAUSES = { asked: "", predicate: ": the predicate held", end: ": the machine ended" } as const;

function savedLine({ path, first, last, bytes, cause, at }: ServeEvent & { type: "saved" }): string {
  const where = at === null ? "" : ` after row ${at}`;
  return `${paint.bold("saved")} rows ${first} to ${last} as ${path}, ${bytesText(bytes)}${CAUSES[cause]}${where}`;
}

function figures(s: ServeStatistics): string[] {
  const rate = s.inputs > 0 ? `, ${(s.bytes / s.inputs).toFixed(1)} bytes an input` : "";
  return [
    `closed ${s.recording}: ${bytesText(s.bytes)} in ${count(s.blocks, "block")}${rate}`,
    ...columns([
      ["guests", grouped(s.guests)],
      ["inputs", grouped(s.inputs)],
      ["fetches", grouped(s.fetches)],
      ["timers", grouped(s.timers)],
      ["interrupts", grouped(s.interrupts)],
      ["largest unsynced window", `${s.largestWindowMs.toFixed(1)} ms`],
      ["wall time", `${s.seconds.toFixed(1)} s`],
    ]),
  ];
}
