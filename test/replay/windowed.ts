import type { Digest } from "../../src/events/digest.ts";
import { Rows } from "../../src/events/rows.ts";
import type { State } from "../../src/reducers/machine.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { embed } from "../../src/replay/checkpoint/base.ts";
import { seekTo } from "../../src/replay/engine/state.ts";
import { describe } from "../../src/replay/recording/profile.ts";
import { openRecording, type Recording } from "../../src/replay/recording/recording.ts";
import { rewrite } from "../../src/replay/recording/rewrite.ts";
import { MemorySink, MemorySource, type Tools } from "../../src/replay/recording/tools.ts";

/** What is opened in tests: a recording and its store. */
export interface Opened {
  readonly recording: Recording;
  readonly store: PageStore;
}

/**
 * The blocks of a recording from `from` to `to` (exclusive) as one that starts from a checkpoint: what a flight
 * recorder that has let the others go would save. `change` spoils the state on the way; `forged`: and what the
 * file says of it, too.
 */
export async function windowOf(
  { recording, store }: Opened,
  tools: Tools,
  from: number,
  to = recording.blockCount,
  change: (state: State) => State = (state) => state,
  forged = false,
): Promise<Uint8Array> {
  const seq = recording.block(from).firstSeq - 1;
  const machine = seekTo(recording, store, seq);
  const state = change(machine.snapshot());
  if (forged) machine.restore(state);
  const digests = machine.digests();
  const { base, pieces } = embed({ state, seq, digests }, store, tools);
  const { configuration, goldenHash } = recording.meta.base;
  const meta = describe({
    id: "f119470000000001",
    createdAt: "2026-01-01T00:00:00Z",
    base: { ...base, configuration, goldenHash },
  });
  const sink = new MemorySink();
  await rewrite(sink, { meta, tools, store, base: pieces }, (take) => {
    const rows = new Rows();
    let last: readonly Digest[] = digests;
    for (let n = from; n < to; n++) {
      last = recording.readBlock(n, rows).digests;
      take(rows, last);
    }
    return last;
  });
  return sink.bytes();
}

/** Open bytes with a store of their own. */
export function openWindow(bytes: Uint8Array, tools: Tools, name = "window"): Opened {
  const store = new PageStore(tools.hashPage);
  return { recording: openRecording(new MemorySource(bytes, name), tools, store), store };
}
