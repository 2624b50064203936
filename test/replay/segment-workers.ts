import { Rows } from "../../src/events/rows.ts";
import type { State } from "../../src/reducers/machine.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { eachFrameFacts, type FrameFacts, Ram } from "../../src/reducers/ram.ts";
import { divergenceAt } from "../../src/replay/engine/divergence.ts";
import { machineOf } from "../../src/replay/engine/run.ts";
import { KEYFRAMES, KeyframeWriter } from "../../src/replay/index/keyframes.ts";
import { replaceAttachments } from "../../src/replay/recording/attach.ts";
import { SeenPages } from "../../src/replay/recording/gather.ts";
import { InlineRecorder } from "../../src/replay/recording/inline.ts";
import { openRecording, type Recording } from "../../src/replay/recording/recording.ts";
import { MemorySink, MemorySource } from "../../src/replay/recording/tools.ts";
import type { BlockTrailer } from "../../src/replay/recording/trailer.ts";
import { SegmentVerifier } from "../../src/replay/verify/segments.ts";
import { StrictRun } from "../../src/replay/verify/strict-run.ts";
import { type Verification, verificationOf } from "../../src/replay/verify/verify.ts";
import { type SegmentWorker, verifySegments } from "../../src/replay/verify/verify-segments.ts";
import type { Walk } from "./walk.ts";

/** Recordings in memory, verified in the plainest way and by workers, and forged in many ways. */

export function open({ bytes, tools }: Walk): { recording: Recording; store: PageStore } {
  const store = new PageStore(tools.hashPage);
  return { recording: openRecording(new MemorySource(bytes), tools, store), store };
}

/** What a verification found, and what it left of the recording. */
export interface Found {
  readonly found: Verification;
  readonly left: unknown;
}

function foundIn(recording: Recording, found: Verification): Found {
  const { damage, closed, blockCount, rowCount, eventCount, warnings } = recording;
  return {
    found: structuredClone(found),
    left: structuredClone({ damage, closed, blockCount, rowCount, eventCount, warnings }),
  };
}

/** First every byte, then every row: nothing shared with the code under test but the run of one block. */
export function verifyPlainly(walk: Walk): Found {
  const { recording, store } = open(walk);
  const rows = new Rows();
  const run = new StrictRun(recording, machineOf(recording, store), false);
  recording.checkWhole(rows);
  for (let n = 0; n < recording.blockCount && run.divergence === null; n++)
    run.run(rows, recording.readBlock(n, rows));
  return foundIn(recording, verificationOf(recording, run.tallies, run.divergence));
}

/**
 * Workers that take turns, each with the bytes open for itself; how many segments they were given, and how many of
 * those they ran beyond their end.
 */
export async function verifyApart(
  walk: Walk,
  workers: number,
): Promise<Found & { readonly segments: number; readonly wentOn: number }> {
  const { recording, store } = open(walk);
  let [segments, wentOn] = [0, 0];
  const pool = Array.from({ length: workers }, (): SegmentWorker => {
    const own = open(walk);
    const verifier = new SegmentVerifier(own.recording, own.store);
    return {
      starts: async () => verifier.starts(),
      verify: async (task, progress) => {
        segments++;
        return structuredClone(verifier.verify(task, () => progress(1)));
      },
      goBeyond: async (ends) => {
        const report = structuredClone(verifier.goBeyond(ends));
        if (report.tallies.length > 0) wentOn++;
        return report;
      },
    };
  });
  const found = await verifySegments(recording, store, pool);
  return { ...foundIn(recording, found), segments, wentOn };
}

/** What may be changed of a recording that is written anew, block by block. */
export interface Changes {
  rows?(rows: Rows, n: number): void;
  digests?(trailer: BlockTrailer): BlockTrailer["digests"];
  /** Number of a page, in order of appearance from 1, that no block shall bring. */
  readonly lacks?: number;
}

/** The same recording with something changed, and the keyframes of the one before. */
export async function changed(walk: Walk, changes: Changes): Promise<Walk> {
  const { recording, store } = open(walk);
  const sink = new MemorySink();
  const seen = new SeenPages();
  if (changes.lacks !== undefined) seen.add(changes.lacks);
  const recorder = new InlineRecorder(sink, recording.meta, walk.tools, store, "zstd", seen);
  const rows = new Rows();
  for (let n = 0; n < recording.blockCount; n++) {
    const trailer = recording.readBlock(n, rows);
    changes.rows?.(rows, n);
    for (let i = 0; i < rows.count; i++) recorder.rows.copyFrom(rows, i);
    const digests = changes.digests?.(trailer) ?? trailer.digests;
    if (n === recording.blockCount - 1) await recorder.close(digests);
    else recorder.seal(digests);
  }
  const data = recording.attachment(KEYFRAMES);
  const bare = { bytes: sink.bytes(), tools: walk.tools };
  return data === null ? bare : withKeyframes(bare, data);
}

function withKeyframes(walk: Walk, data: Uint8Array): Walk {
  const { offset, bytes } = replaceAttachments(open(walk).recording, [{ name: KEYFRAMES, data }]);
  return { bytes: Buffer.concat([walk.bytes.subarray(0, offset), bytes]), tools: walk.tools };
}

/**
 * The same recording with other keyframes behind its blocks: what `lie` makes of the state there; null for none.
 * `home`: the block that is said to bring the pages of one.
 */
export function forged(
  walk: Walk,
  lie: (state: State, block: number, store: PageStore) => State | null,
  home: (block: number) => number = (block) => block,
): Walk {
  const { recording, store } = open(walk);
  const writer = new KeyframeWriter(store, walk.tools, "");
  const machine = machineOf(recording, store);
  const rows = new Rows();
  for (let n = 0; n < recording.blockCount; n++) {
    recording.readBlock(n, rows);
    const stop = machine.batch(rows, 0, rows.count);
    if (stop < rows.count) throw new Error(divergenceAt(recording, machine, rows, stop).path);
    for (let i = 0; i < rows.count; i++) writer.page(rows.page[i], home(n));
    const state = lie(machine.snapshot(), n, store);
    if (state !== null) writer.add(n, state, machine.digests());
  }
  return withKeyframes(walk, writer.finish());
}

/** The same state, but that every frame was fetched at another time: no digest tells. */
export function staleFrames(state: State, store: PageStore, stampOf: (facts: FrameFacts) => number): State {
  const rams = state.rams.map((ram, v) => {
    if (v === 0) return ram;
    const other = new Ram(store);
    eachFrameFacts(ram.root, (facts) => other.put({ ...facts, stamp: stampOf(facts) }));
    return other.seal(2);
  });
  return { ...state, rams };
}
