import * as fs from "node:fs";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { loadTools } from "../src/node/codecs.ts";
import { FileSource } from "../src/node/files.ts";
import { PageStore } from "../src/reducers/pages.ts";
import { openRecording } from "../src/replay/recording/recording.ts";
import type { Tools } from "../src/replay/recording/tools.ts";
import { bisectFigures } from "./bisect.ts";
import { type Figure, short, verdict } from "./figure.ts";
import { guestFigures } from "./guest.ts";
import { liveFigures } from "./live.ts";
import { minimiseFigures } from "./minimise.ts";
import { roundTripFigures } from "./mmio.ts";
import { ratios } from "./ratios.ts";
import { recordFigures } from "./record.ts";
import { stateFigures } from "./states.ts";
import { apertureFigures, streamerFigures } from "./streamer.ts";
import { syntheticTrace } from "./synthetic.ts";
import { timelineFigures } from "./timeline.ts";
import { loadTrace, type Trace } from "./trace.ts";
import { verifyFigures } from "./verify.ts";

const BOOT = "recordings/linux-6.1-boot.mcap";
const EVENTS = 2_000_000;

interface Options {
  readonly quick: boolean;
  readonly boot: string;
  /** Names of groups to run; empty: all. */
  readonly only: readonly string[];
}

async function measure(tools: Tools, options: Options): Promise<Figure[]> {
  const { quick } = options;
  const rounds = quick ? 5 : 15;
  const wanted = (group: string): boolean => options.only.length === 0 || options.only.includes(group);
  const figures: Figure[] = [];
  const boot = openBoot(tools, options.boot);
  if (boot === null) process.stderr.write(`no ${options.boot}: figures of the boot are left out\n`);
  if (wanted("boot") && boot !== null) figures.push(...ratios(boot, tools, rounds));
  const synthetic = await syntheticTrace(tools, quick ? EVENTS / 5 : EVENTS);
  if (wanted("synthetic")) figures.push(...ratios(synthetic, tools, rounds));
  if (wanted("record")) figures.push(...(await recordFigures(tools, rounds)));
  if (wanted("states")) figures.push(...stateFigures(synthetic, tools, quick));
  if (wanted("streamer")) figures.push(...(await streamerFigures(tools, rounds)));
  if (wanted("aperture")) figures.push(...(await apertureFigures(tools, rounds)));
  if (wanted("live")) figures.push(...(await liveFigures(boot, tools, rounds)));
  if (wanted("mmio")) figures.push(...(await roundTripFigures(tools, quick)));
  const say = (line: string): boolean => process.stderr.write(`${line}\n`);
  if (wanted("timeline")) figures.push(...(await timelineFigures(tools, quick, say)));
  if (wanted("bisect")) figures.push(...(await bisectFigures(tools, say)));
  if (wanted("guest")) figures.push(...(await guestFigures(quick, say)));
  if (wanted("verify")) figures.push(...(await verifyFigures(tools, quick, say)));
  if (wanted("minimise")) figures.push(...(await minimiseFigures(tools)));
  return figures;
}

function openBoot(tools: Tools, path: string): Trace | null {
  if (!fs.existsSync(path)) return null;
  const store = new PageStore(tools.hashPage);
  return loadTrace("boot", openRecording(new FileSource(path), tools, store), store);
}

function print(figures: readonly Figure[]): void {
  const table = new Table({
    head: ["figure", "at least", "aim", "measured", "verdict", ""],
    style: { head: [] },
  });
  for (const figure of figures) {
    const { name, measured, unit, bar, aim, detail } = figure;
    const asked = (value: number | null): string => (value === null ? "" : `${value} ${unit}`);
    table.push([name, asked(bar), asked(aim), `${short(measured)} ${unit}`, verdict(figure), detail]);
  }
  process.stdout.write(`${table.toString()}\n`);
}

const HELP = `npm run bench -- [--quick] [--only GROUP,GROUP] [--json FILE] [--boot RECORDING]

Prints each figure beside its bar and aim, writes them as JSON, exits 1 where a bar is missed.
Groups: boot synthetic record states streamer aperture live mmio timeline bisect verify minimise guest.
timeline, bisect and verify need recordings of 10 M and 100 M events (--quick: 10 M), which are made in bench/.cache
first, in some minutes, where they are not there. boot and live need RECORDING. guest boots real guests on QEMU; as
root on Debian 12 it fetches what it needs.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "string", default: "bench/results.json" },
      boot: { type: "string", default: BOOT },
      only: { type: "string", default: "" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const tools = await loadTools();
  const only = values.only === "" ? [] : values.only.split(",");
  const figures = await measure(tools, { quick: values.quick, boot: values.boot, only });
  const native = "zstdCompressSync" in (await import("node:zlib"));
  const host = { node: process.version, zstd: native ? "node:zlib" : "wasm", lz4: "wasm" };
  process.stdout.write(`Node ${host.node}, zstd by ${host.zstd}, lz4 by ${host.lz4}\n`);
  print(figures);
  const lines = figures.map((figure) => ({ ...figure, verdict: verdict(figure) }));
  fs.writeFileSync(
    values.json,
    `${JSON.stringify({ ...host, quick: values.quick, figures: lines }, null, 2)}\n`,
  );
  return figures.some((figure) => verdict(figure) === "MISSED") ? 1 : 0;
}

process.exit(await main());
