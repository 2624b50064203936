import { PageStore } from "../../src/reducers/pages.ts";
import { openLeaning } from "../../src/replay/recording/leaning.ts";
import { describe as describeRecording } from "../../src/replay/recording/profile.ts";
import { openRecording, type Recording } from "../../src/replay/recording/recording.ts";
import { rewrite } from "../../src/replay/recording/rewrite.ts";
import { MemorySink, MemorySource } from "../../src/replay/recording/tools.ts";
import { Branch, type BranchOptions, type BranchReport } from "../../src/replay/rerun/branch.ts";
import type { Sample } from "./minimise-samples.ts";

/** A branch as its file, and what was said of it. */
export interface Made {
  readonly bytes: Uint8Array;
  readonly report: BranchReport;
  readonly shared: number;
  readonly base: Branch["base"];
}

/** Make a branch. */
export async function branchOf(
  { recording, store }: Sample,
  options: BranchOptions,
  id = "00000000000000bb",
): Promise<Made> {
  const made = new Branch(recording, store, options);
  const sink = new MemorySink();
  const meta = describeRecording({ id, createdAt: "2024-05-01T12:00:00Z", base: made.base });
  let report: BranchReport | null = null;
  await rewrite(sink, { meta, tools: recording.tools, store, compression: "lz4", seen: made.seen }, (to) => {
    report = made.run(to);
    return report.digests;
  });
  return { bytes: sink.bytes(), report: report!, shared: report!.shared, base: made.base };
}

/** The branch as a reader gets it: with a store of its own, and its parent opened from bytes. */
export function opened(branch: Uint8Array, parent: Uint8Array, { tools }: Recording): Sample {
  const store = new PageStore(tools.hashPage);
  const find = (): Recording => openRecording(new MemorySource(parent, "parent"), tools, store);
  return { recording: openLeaning(new MemorySource(branch, "branch"), tools, store, find), store };
}
