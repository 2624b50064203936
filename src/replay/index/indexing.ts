import { K } from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { traceFor } from "../../reducers/trace.ts";
import { machineOf, tracedMachineOf } from "../engine/run.ts";
import { HASH_BYTES } from "../recording/decode.ts";
import { hashAt } from "../recording/gather.ts";
import type { Recording } from "../recording/recording.ts";
import { KEYFRAME_INPUTS, KEYFRAMES, KeyframeWriter, sameDigests } from "./keyframes.ts";
import { WRITERS, WriterWriter } from "./writers-file.ts";

export interface IndexOptions {
  /** Inputs between keyframes. */
  readonly keyframeInputs?: number;
  /** A key of the tools' codecs that can be written; `zstd` when absent. */
  readonly compression?: string;
  readonly progress?: (blocks: number, of: number) => void;
}

/** What a recording's attachments shall be. */
export interface Indexed {
  readonly attachments: readonly { readonly name: string; readonly data: Uint8Array }[];
  /** Why there are none, in one line; else null. */
  readonly left: string | null;
}

/**
 * Run a recording once, exactly, and make its keyframes and its writers' index; of a branch the index of its own
 * blocks, and keyframes only where some lie there: those of its parent hold for the others. Where an outcome or
 * a digest is not the recorded one there are none. Throws RecordingError where a block is damaged.
 */
export function indexRecording(recording: Recording, store: PageStore, options: IndexOptions = {}): Indexed {
  const { keyframeInputs = KEYFRAME_INPUTS, compression = "zstd", progress } = options;
  if (recording.unknownKinds.length > 0)
    return none(`it holds ${recording.unknownKinds[0]}, unknown to this version`);
  const { codecs } = recording.tools;
  const keyframes = new KeyframeWriter(store, recording.tools, compression);
  const writers = new WriterWriter(compression, codecs[compression]);
  const first = recording.lineage?.blocks ?? 0;
  let machine =
    first === 0 ? tracedMachineOf(recording, store, traceFor(writers)) : machineOf(recording, store);
  if (first === 0) writers.follow(machine);
  let hasOwn = first === 0;
  const hash = new Uint32Array(4);
  recording.basePieces().forEach(({ fresh }, n) => {
    for (let i = 0; i < fresh.length / HASH_BYTES; i++) {
      hashAt(fresh, i, hash);
      keyframes.page(store.promise(hash), n);
    }
  });
  const rows = new Rows(1 << 15);
  let since = 0;
  for (let n = 0; n < recording.blockCount; n++) {
    const trailer = recording.readBlock(n, rows);
    if (n === first && first > 0) {
      const state = machine.snapshot();
      machine = tracedMachineOf(recording, store, traceFor(writers));
      machine.restore(state);
      writers.follow(machine);
    }
    const stop = machine.batch(rows, 0, rows.count);
    if (stop < rows.count) return none(`the replay diverges at ${rows.firstSeq + stop}`);
    if (n >= first) writers.endBlock();
    for (let i = 0; i < rows.count; i++)
      if (rows.kind[i] === K["guest.fetched"]) keyframes.page(rows.page[i], n);
    since += trailer.inputs;
    progress?.(n + 1, recording.blockCount);
    // After a block that a branch has cut nobody has taken digests.
    if (trailer.digests.length === 0) continue;
    const digests = machine.digests();
    if (!sameDigests(digests, trailer.digests))
      return none(`the digests after row ${trailer.lastSeq} are others`);
    if (since >= keyframeInputs) {
      hasOwn ||= n >= first;
      keyframes.add(n, machine.snapshot(), digests);
      since = 0;
    }
  }
  const written = { name: WRITERS, data: writers.finish() };
  const attachments = hasOwn ? [{ name: KEYFRAMES, data: keyframes.finish() }, written] : [written];
  return { attachments, left: null };
}

function none(left: string): Indexed {
  return { attachments: [], left };
}
