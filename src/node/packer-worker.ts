import { parentPort, workerData } from "node:worker_threads";
import type { Recorded } from "../replay/recording/recorder.ts";
import type { Tools } from "../replay/recording/tools.ts";
import type { Mark } from "../replay/rerun/marks.ts";
import { loadTools } from "./codecs.ts";
import { reasonOf } from "./files.ts";
import { packFile } from "./packing.ts";

/** What the thread is started with: the part of `path` is to be packed, and marked. */
export interface PackerStart {
  readonly path: string;
  readonly mark: Mark | null;
}

/** What it answers. */
export type FromPacker = { readonly recorded: Recorded } | { readonly reason: string };

function pack({ path, mark }: PackerStart, tools: Tools): Recorded {
  const { blocks, bytes } = packFile(path, tools, "zstd", mark === null ? [] : [mark]);
  return { path, blocks, bytes };
}

/** Packs one part and ends: it replays the part, and nobody else should wait for that. */
async function main(answer: (message: FromPacker) => void, start: PackerStart): Promise<void> {
  try {
    answer({ recorded: pack(start, await loadTools()) });
  } catch (error) {
    answer({ reason: `${reasonOf(error)}: finish it by gvt pack ${start.path}` });
  }
}

if (parentPort !== null) {
  const port = parentPort;
  await main((message) => port.postMessage(message), workerData as PackerStart);
}
