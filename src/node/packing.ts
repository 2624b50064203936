import * as fs from "node:fs";
import { parse } from "node:path";
import { PageStore } from "../reducers/pages.ts";
import { pack, verifyPacked } from "../replay/recording/pack.ts";
import type { Recorded } from "../replay/recording/recorder.ts";
import { openRecording, type Recording } from "../replay/recording/recording.ts";
import type { Tools } from "../replay/recording/tools.ts";
import { type Mark, withMarks } from "../replay/rerun/marks.ts";
import { FileSink, FileSource, renameDurably } from "./files.ts";
import { indexFile, patchFile } from "./patching.ts";

/** What a recording is called while it is being written, and while it is being packed. */
export const partOf = (path: string): string => `${path}.part`;
const packingOf = (path: string): string => `${path}.packing`;

export interface PackedFile extends Recorded {
  /** Why the tail of the part was dropped, in one line; null where it was whole. */
  readonly dropped: string | null;
  /** Why it has no keyframes and no writers' index, in one line; null where it has. */
  readonly unindexed: string | null;
}

/**
 * Make the closed recording `path` of its part: full blocks, verified row by row, then renamed into place;
 * only then the part goes. Where both are found the part is the truth. `marks` are in it before it has its name.
 * Throws RecordingError for a bad part, RangeError for a bad mark, Error where the disk fails.
 */
export function packFile(
  path: string,
  tools: Tools,
  compression = "zstd",
  marks: readonly Mark[] = [],
): PackedFile {
  const source = new FileSource(partOf(path));
  const packing = packingOf(path);
  try {
    const store = new PageStore(tools.hashPage);
    const part = openRecording(source, tools, store);
    const { blocks, unindexed } = writePacked(part, store, packing, tools, compression);
    if (marks.length > 0) markPacked(packing, tools, marks);
    const bytes = fs.statSync(packing).size;
    renameDurably(packing, path);
    fs.unlinkSync(partOf(path));
    const { damage } = part;
    const cut = damage !== null && damage.offset < source.size;
    return {
      path,
      blocks,
      bytes,
      dropped: cut ? `from byte ${damage.offset}: ${damage.reason}` : null,
      unindexed,
    };
  } catch (error) {
    // A file that was only begun is deleted: the disk may be full.
    fs.rmSync(packing, { force: true });
    throw error;
  } finally {
    source.close();
  }
}

/** Write the file to be, read it back, and index it. */
function writePacked(
  part: Recording,
  store: PageStore,
  packing: string,
  tools: Tools,
  compression: string,
): { readonly blocks: number; readonly unindexed: string | null } {
  const sink = new FileSink(packing, true);
  try {
    pack(part, store, sink, tools, compression);
  } finally {
    sink.close();
  }
  const packed = new FileSource(packing);
  let blocks: number;
  try {
    blocks = verifyPacked(part, store, packed, tools).blockCount;
  } finally {
    packed.close();
  }
  return { blocks, unindexed: indexFile(packing, tools, compression) };
}

function markPacked(packing: string, tools: Tools, marks: readonly Mark[]): void {
  const source = new FileSource(packing);
  try {
    patchFile(packing, withMarks(openRecording(source, tools, new PageStore(tools.hashPage)), marks));
  } finally {
    source.close();
  }
}

/** The first name of its kind that nothing has, nor a part: `boot-001.mcap`, `boot-002.mcap`, ... */
export function freePath(path: string): string {
  const { dir, name, ext } = parse(path);
  for (let n = 1; ; n++) {
    const file = `${name}-${String(n).padStart(3, "0")}${ext}`;
    const free = dir === "" ? file : `${dir}/${file}`;
    // In this order: a part that is being packed meanwhile has one of the two names at each look.
    if (!fs.existsSync(partOf(free)) && !fs.existsSync(free)) return free;
  }
}
