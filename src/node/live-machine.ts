import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { PageStore } from "../reducers/pages.ts";
import { createMachineWith, type MachineOptions } from "../replay/engine/create.ts";
import { Live } from "../replay/live/live.ts";
import { type BrokenAt, Paranoia } from "../replay/live/paranoid.ts";
import type { Hands } from "../replay/live/session.ts";
import { parsePredicate } from "../replay/names/predicate.ts";
import { describe, type ResetBase } from "../replay/recording/profile.ts";
import type { Recorded } from "../replay/recording/recorder.ts";
import type { Tools } from "../replay/recording/tools.ts";
import { loadTools } from "./codecs.ts";
import { hashPage } from "./hash.ts";
import { createKeeper, Keeper, type Saving } from "./keeper.ts";
import { packFile, partOf } from "./packing.ts";
import { createRecorder, type FileRecorder } from "./recorder.ts";
import type { KeeperStart } from "./recorder-messages.ts";
import { TOOL } from "./version.ts";

/** A machine that runs now, recorded into a file. */
export interface LiveMachine {
  readonly live: Live;
  readonly recorder: FileRecorder;
  /** End and pack the recording. Rejects with Error where it could not be written whole. */
  close(): Promise<Recorded>;
  /** End without packing: the part stays, with all that the disk still took; a window is saved all the same. */
  abandon(): Promise<void>;
  /**
   * End after the recording has: what there is of it is packed, where the disk has room for that. Null: it stays
   * a part.
   */
  salvage(): Promise<Recorded | null>;
  /** Save the window; a machine that keeps none does nothing. */
  save(): void;
}

/** A window of a machine's last rows, in memory, instead of a recording of them all. */
export interface Keeping extends Pick<KeeperStart, "limits" | "saveWhen"> {
  readonly onSaving: (saving: Saving) => void;
}

/**
 * Start a machine whose effects `hands` carries out, recorded into `path` (FILE.part until it is closed), or, by
 * `keeping`, into a window of memory that is saved to files named after it. Model time is the wall's. Throws
 * RangeError for wrong options; rejects with one line where the recording cannot be started. `onBroken`: ask before
 * each block is sealed whether the invariants hold, and tell it of each that does not, once.
 */
export async function startMachine(
  options: MachineOptions,
  path: string,
  hands: Hands,
  keeping: Keeping | null = null,
  onBroken: ((broken: BrokenAt) => void) | null = null,
): Promise<LiveMachine> {
  const tools = await loadTools();
  const store = new PageStore(tools.hashPage);
  const machine = createMachineWith(store, options);
  const { configuration } = machine.core.setting;
  const reset: ResetBase = {
    kind: "reset",
    configuration: configuration as unknown as ResetBase["configuration"],
    goldenHash: null,
  };
  const recorder = await recorderFor({ path, reset, store, tools, keeping });
  const live = new Live(machine, store, recorder, hands, () => Math.floor(performance.now() * 1000));
  const paranoia = onBroken === null ? null : new Paranoia(machine, onBroken);
  if (paranoia !== null) live.beforeSeal = () => paranoia.ask();
  for (let vgpu = 1; vgpu <= configuration.vgpus.length; vgpu++) live.create(vgpu);
  const abandon = (): Promise<void> => {
    live.abandon();
    return recorder.abandon();
  };
  const save = (): void => {
    if (recorder instanceof Keeper) recorder.save(machine.digests());
  };
  const close = (): Promise<Recorded> => {
    live.beforeSeal();
    return recorder.close(machine.digests());
  };
  const own = identityOf(path);
  const salvage = async (): Promise<Recorded | null> => {
    await abandon();
    if (!recorder.ended || own === null || identityOf(path) !== own) return null;
    try {
      return packFile(path, tools);
    } catch {
      return null;
    }
  };
  return { live, recorder, close, abandon, salvage, save };
}

/** Which file the part of a recording is: somebody may put another one in its place. Null: there is none. */
function identityOf(path: string): string | null {
  const stat = statSync(partOf(path), { throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.dev} ${stat.ino}`;
}

/**
 * Compile an expression over the state of a machine with these options. Throws PredicateError where it cannot
 * be.
 */
export function checkPredicate(text: string, options: MachineOptions): void {
  parsePredicate(text, createMachineWith(new PageStore(hashPage), options));
}

interface ToRecord {
  readonly path: string;
  readonly reset: ResetBase;
  readonly store: PageStore;
  readonly tools: Tools;
  readonly keeping: Keeping | null;
}

function recorderFor({ path, reset, store, tools, keeping }: ToRecord): Promise<FileRecorder> {
  if (keeping !== null) {
    const { limits, saveWhen, onSaving } = keeping;
    return createKeeper({ path, reset, limits, saveWhen }, store, onSaving);
  }
  const facts = { id: randomBytes(8).toString("hex"), createdAt: new Date().toISOString(), tool: TOOL };
  return createRecorder(path, describe({ ...facts, base: reset }), tools, store);
}
