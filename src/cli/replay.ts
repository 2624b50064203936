import type { Command } from "commander";
import { writePng } from "../node/screen-png.ts";
import { divergenceText } from "../replay/engine/divergence.ts";
import type { OpenedRecording } from "../replay/engine/opened.ts";
import { configurationOf } from "../replay/engine/run.ts";
import { lastScreens, type ScreenShot } from "../replay/engine/screen.ts";
import { UsageError } from "./exit.ts";
import { checkPictureFile, refuseUnknownKinds, sayWarnings, withRecording } from "./recordings.ts";
import { bytesText, count, secondsText } from "./table.ts";
import { print, printJson, withProgress } from "./terminal.ts";
import { addVerb, type CommonOptions, parseCount } from "./verb.ts";
import { covers, exactLine, sayDamage, verdictOf, verifyOver } from "./verify.ts";

interface Options extends CommonOptions {
  readonly screen?: string;
  readonly vgpu?: number;
}

/** `gvt replay`: run a recording. */
export function addReplay(program: Command): void {
  addVerb(program, "replay", "run a recording from its first row to its last, comparing every outcome", [
    "gvt replay recordings/linux-6.1-boot.mcap",
    "gvt replay boot.mcap --screen screen.png",
  ])
    .argument("<file>", "recording")
    .option("--screen <png>", "write the last picture that the guest's monitor showed")
    .option("--vgpu <n>", "the vGPU whose screen to write; the first that showed one when absent", parseCount)
    .action(async (file: string, options: Options) => {
      process.exitCode = await withRecording(file, (opened) => run(opened, options));
    });
}

async function run(opened: OpenedRecording, options: Options): Promise<number> {
  const { recording } = opened;
  refuseUnknownKinds(recording);
  if (options.screen !== undefined) checkPictureFile(options.screen);
  else if (options.vgpu !== undefined) throw new UsageError("--vgpu chooses a screen: add --screen FILE.png");
  if (!options.json) print(headline(opened));
  const [found] = await verifyOver(opened, "replay", {}, null);
  sayWarnings(recording);
  const { divergence } = found;
  const wanted = divergence === null ? options.screen : undefined;
  const shot = wanted === undefined ? null : takeScreen(opened, recording.endSeq - 1, wanted, options.vgpu);
  const code = verdictOf(found, recording);
  if (options.json) {
    const { exact: _, ...rest } = found;
    const screen = shot === null ? null : { ...withoutPixels(shot), file: options.screen };
    const { closed, name: file } = recording;
    printJson({ exact: code === 0, closed, file, covers: covers(recording), ...rest, screen });
    return code;
  }
  if (shot !== null) print(screenLine(shot, options.screen!));
  else if (wanted !== undefined) print("screen: the guest never showed a picture; nothing written");
  sayDamage(recording);
  print(divergence === null ? exactLine(found, recording) : divergenceText(divergence, recording.name));
  return code;
}

/** What is being replayed, in one line. */
function headline({ recording }: OpenedRecording): string {
  const { platform, deviceId, vgpus } = configurationOf(recording);
  const machine = `${platform} 8086:${deviceId.toString(16)}, ${count(vgpus.length, "vGPU")}`;
  const { name, meta, rowCount, blockCount } = recording;
  const size = `${bytesText(recording.size)}, ${count(rowCount, "row")} in ${count(blockCount, "block")}`;
  return `${name}: ${machine}; ${size}; recorded ${meta.createdAt} by ${meta.tool}`;
}

/**
 * Write the last picture shown at or before row `seq`; null where there was none. Throws UsageError, or the
 * system's error.
 */
export function takeScreen(
  { recording, store }: OpenedRecording,
  seq: number,
  file: string,
  vgpu: number | undefined,
): ScreenShot | null {
  const most = configurationOf(recording).vgpus.length;
  if (vgpu !== undefined && (vgpu < 1 || vgpu > most)) {
    throw new UsageError(`--vgpu ${vgpu}: ${recording.name} has vGPU 1${most > 1 ? ` to ${most}` : " only"}`);
  }
  const vgpus = vgpu === undefined ? Array.from({ length: most }, (_, i) => i + 1) : [vgpu];
  const [shot] = withProgress("screen", (progress) =>
    lastScreens(recording, store, seq, vgpus, { progress }),
  );
  if (shot === undefined) return null;
  writePng(file, shot);
  return shot;
}

/** What JSON says of a picture. */
export function withoutPixels({ rgba: _, ...facts }: ScreenShot): Omit<ScreenShot, "rgba"> {
  return facts;
}

/** Where a picture went and what it is. */
export function screenLine(shot: ScreenShot, file: string): string {
  const { vgpu, width, height, seq, now, age, missing } = shot;
  const pages = missing > 0 ? `, ${count(missing, "page")} unknown` : "";
  const when = `row ${seq}, ${secondsText(now, 3)}, oldest page ${secondsText(age, 3)} old${pages}`;
  return `screen: ${width}x${height} of vgpu${vgpu} at ${when}: wrote ${file}`;
}
