import type { Digest } from "../../events/digest.ts";
import type { Machine, State } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { CLOCK_EPOCH, PLANE_COMPONENTS, RAM_EPOCH, TREE_EPOCH } from "../../reducers/planes.ts";
import { eachFrameFacts } from "../../reducers/ram.ts";
import { UPCASTS, type Upcast } from "../../reducers/upcasts.ts";
import {
  type BasePiece,
  cutPieces,
  hashText,
  joinPieces,
  MOST_BASE_BYTES,
} from "../recording/base-pieces.ts";
import { Malformed, RecordingError, refuse } from "../recording/errors.ts";
import { gatherContents } from "../recording/gather.ts";
import type { CheckpointBase } from "../recording/profile.ts";
import type { Recording } from "../recording/recording.ts";
import type { Tools } from "../recording/tools.ts";
import { ItemReader, packBody } from "../recording/wire.ts";
import { packCheckpoint, type Raise, unpackCheckpoint } from "./checkpoint.ts";
import { decompress, PoolReader, PoolWriter } from "./pool.ts";

/**
 * The checkpoint that a flight recorder's window starts from. Unlike a keyframe it is no cache: every row
 * after it counts on it, so where it does not hold nothing of the recording can be run.
 */

/** Version of the items' order. */
const VERSION = 1;
/** Most bytes of a state's checkpoint beside its words. */
const MOST_CHECKPOINT = 64 << 20;

/** The recording starts from a state of an epoch that this version cannot bring up to date: it cannot tell. */
export class EpochError extends Error {
  override readonly name = "EpochError";
}

/** A checkpoint to be embedded. */
export interface Embedded {
  readonly base: Pick<CheckpointBase, "kind" | "seq" | "now" | "blocks" | "hash">;
  readonly pieces: readonly BasePiece[];
}

/** A state that a recording is to start from. */
export interface Start {
  readonly state: State;
  /** The last row before it: the state is the one after that row's input. */
  readonly seq: number;
  readonly digests: readonly Digest[];
}

/** A state as a recording's base. Throws Error where it is too big. */
export function embed(start: Start, store: PageStore, tools: Tools, compression = "zstd"): Embedded {
  const { state, seq, digests } = start;
  const codec = tools.codecs[compression];
  const pool = new PoolWriter(codec, tools.hashPage);
  const body = packCheckpoint({ ...state, seq }, digests, store, pool);
  const packed = new Uint8Array(codec.compress(body));
  const bytes = packBody([VERSION, compression, ...pool.items(), body.length, packed]);
  if (body.length > MOST_CHECKPOINT || bytes.length > MOST_BASE_BYTES)
    throw new Error(`the state is too big for a recording to start from: ${bytes.length} bytes`);
  const pieces = cutPieces(bytes, gatherContents(contentsOf(state), store), digests);
  const base = { kind: "checkpoint", seq, now: state.now, blocks: pieces.length } as const;
  return { base: { ...base, hash: hashText(bytes, tools) }, pieces };
}

/** Contents of guest memory that a state knows by hash: ids of the store, once each. */
export function contentsOf(state: State): Set<number> {
  const contents = new Set<number>();
  for (const { root } of state.rams)
    eachFrameFacts(root, ({ content, words }) => {
      if (words === null && content !== 0) contents.add(content);
    });
  return contents;
}

/** States that were already asked for, by recording; they can be shared, because a state is a value. */
const known = new WeakMap<Recording, State>();

/**
 * Put a machine that stands at reset where the recording starts. Throws RecordingError where the embedded
 * checkpoint does not hold, EpochError where it is of an epoch without an upcast.
 */
export function standAtBase(
  machine: Machine,
  recording: Recording,
  upcasts: readonly Upcast[] = UPCASTS,
): void {
  const { base } = recording.meta;
  if (base.kind !== "checkpoint") return;
  const found = known.get(recording);
  if (found !== undefined) return machine.restore(found);
  const pieces = recording.basePieces();
  try {
    const { state, digests } = unpack(joinPieces(pieces), recording, upcasts);
    if (state.seq !== base.seq || state.now !== base.now) refuse("a checkpoint of another row");
    for (const content of contentsOf(state))
      if (!recording.store.holds(recording.store.hash(content))) refuse("a checkpoint without its pages");
    machine.restore(state);
    checkDigests(machine.digests(), digests);
    known.set(recording, state);
  } catch (error) {
    if (error instanceof EpochError) throw new EpochError(`${recording.name}: ${error.message}`);
    if (!(error instanceof Malformed)) throw error;
    throw new RecordingError(recording.name, 0, `its embedded checkpoint: ${error.message}`);
  }
}

function unpack(
  bytes: Uint8Array,
  { tools, store }: Recording,
  upcasts: readonly Upcast[],
): ReturnType<typeof unpackCheckpoint> {
  const items = new ItemReader(bytes);
  if (items.u32() !== VERSION) refuse("of another version");
  const compression = items.text();
  if (!Object.hasOwn(tools.codecs, compression)) refuse("compressed by what this version cannot read");
  const codec = tools.codecs[compression];
  const pool = new PoolReader(items, codec);
  const size = items.u32();
  if (size > MOST_CHECKPOINT) refuse(`${size} bytes of state`);
  const body = decompress(codec, items.bytes(), size);
  items.end();
  return unpackCheckpoint(body, store, pool, raiseBy(upcasts));
}

/** Throws Malformed where the machine's state is not what the checkpoint says of it. */
function checkDigests(mine: readonly Digest[], recorded: readonly Digest[]): void {
  const expected = new Map(recorded.map((digest) => [digest.component, digest]));
  for (const { component, epoch, lo, hi } of mine) {
    const digest = expected.get(component);
    // A component that went through an upcast has no recorded digest to be compared with.
    if (digest !== undefined && digest.epoch !== epoch) continue;
    if (digest === undefined || digest.lo !== lo || digest.hi !== hi)
      refuse(`${component} is not what its digest says`);
  }
  for (const { component } of recorded)
    if (mine.every((digest) => digest.component !== component)) refuse(`it lacks ${component}`);
}

/** The present epoch of a component; -1 where this version has none of that name. */
function epochOf(component: string): number {
  if (component.endsWith(".tree")) return TREE_EPOCH;
  if (component.endsWith(".ram")) return RAM_EPOCH;
  if (component === "device.clock") return CLOCK_EPOCH;
  return PLANE_COMPONENTS.find(({ name }) => name === component)?.epoch ?? -1;
}

function raiseBy(upcasts: readonly Upcast[]): Raise {
  const find = (component: string, epoch: number): Upcast | null => {
    // A component that was empty has no digest, and so no epoch.
    if (epoch < 0 || epoch === epochOf(component)) return null;
    return upcasts.find((upcast) => upcast.component === component && upcast.from === epoch) ?? null;
  };
  return {
    check: (digests) => {
      for (const { component, epoch } of digests) {
        if (epoch === epochOf(component) || find(component, epoch) !== null) continue;
        throw new EpochError(
          `it starts from a checkpoint with ${component} of epoch ${epoch}, which this version of gvt ` +
            "cannot start from: use the one that recorded it",
        );
      }
    },
    plane: (component, epoch, root) => find(component, epoch)?.words?.(root) ?? root,
    tree: (component, epoch, tree) => find(component, epoch)?.tree?.(tree) ?? tree,
  };
}
