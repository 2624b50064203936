import { readdirSync, readFileSync, statSync } from "node:fs";
import { loadTools } from "../../src/node/codecs.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { openRecording } from "../../src/replay/recording/recording.ts";
import { MemorySource } from "../../src/replay/recording/tools.ts";
import { type Scripted, scriptedRecording } from "../replay/scripted.ts";

/** Every committed recording, and whatever GVT_RECORDINGS names beside (paths with colons between). */
function files(): string[] {
  const more = (process.env.GVT_RECORDINGS ?? "").split(":").filter((file) => file !== "");
  const committed = readdirSync("recordings").filter((file) => file.endsWith(".mcap"));
  return [...committed.map((file) => `recordings/${file}`), ...more];
}

async function opened(file: string): Promise<Scripted> {
  const tools = await loadTools();
  const store = new PageStore(tools.hashPage);
  return { recording: openRecording(new MemorySource(readFileSync(file), file), tools, store), store };
}

/**
 * The recordings that laws hold for, of at most `bytes` each where they are files: name, and how to get it.
 */
export function subjects(bytes = Number.POSITIVE_INFINITY): [string, () => Promise<Scripted>][] {
  const small = files().filter((file) => statSync(file).size <= bytes);
  return [
    ["a scripted guest", () => scriptedRecording()],
    ["two scripted guests", () => scriptedRecording({}, 2)],
    [
      "a scripted guest by message",
      () => scriptedRecording({ coherent: false, fetchDelay: 1, writeDelay: 1 }),
    ],
    ...small.map((file): [string, () => Promise<Scripted>] => [file, () => opened(file)]),
  ];
}
