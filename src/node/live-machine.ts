import { randomBytes } from "node:crypto";
import { PageStore } from "../reducers/pages.ts";
import { createMachineWith, type MachineOptions } from "../replay/create.ts";
import { Live } from "../replay/live.ts";
import { describe, type ResetBase } from "../replay/recording/profile.ts";
import type { Recorded } from "../replay/recording/recorder.ts";
import type { Hands } from "../replay/session.ts";
import { loadTools } from "./codecs.ts";
import { createRecorder, type FileRecorder } from "./recorder.ts";
import { TOOL } from "./version.ts";

/** A machine that runs now, recorded into a file. */
export interface LiveMachine {
  readonly live: Live;
  readonly recorder: FileRecorder;
  /** End and pack the recording. Rejects with Error where it could not be written whole. */
  close(): Promise<Recorded>;
  /** End without packing: the part stays, with all that the disk still took. */
  abandon(): Promise<void>;
}

/**
 * Start a machine whose effects `hands` carries out, recorded into `path` (FILE.part until it is closed).
 * Model time is the wall's. Throws RangeError for wrong options; rejects with one line where the recording
 * cannot be started.
 */
export async function startMachine(
  options: MachineOptions,
  path: string,
  hands: Hands,
): Promise<LiveMachine> {
  const tools = await loadTools();
  const store = new PageStore(tools.hashPage);
  const machine = createMachineWith(store, options);
  const { configuration } = machine.core.setting;
  const meta = describe({
    id: randomBytes(8).toString("hex"),
    createdAt: new Date().toISOString(),
    tool: TOOL,
    base: {
      kind: "reset",
      configuration: configuration as unknown as ResetBase["configuration"],
      goldenHash: null,
    },
  });
  const recorder = await createRecorder(path, meta, tools, store);
  const live = new Live(machine, store, recorder, hands, () => Math.floor(performance.now() * 1000));
  for (let vgpu = 1; vgpu <= configuration.vgpus.length; vgpu++) live.create(vgpu);
  const abandon = (): Promise<void> => {
    live.abandon();
    return recorder.abandon();
  };
  return { live, recorder, close: () => recorder.close(machine.digests()), abandon };
}
