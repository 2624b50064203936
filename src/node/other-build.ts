import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { KIND_NAMES } from "../events/kinds.ts";
import type { Machine } from "../reducers/machine.ts";
import type { PageStore } from "../reducers/pages.ts";
import type { settingOf } from "../reducers/platform.ts";
import type { standAtBase } from "../replay/base.ts";
import type { Recording } from "../replay/recording/recording.ts";
import { configurationOf } from "../replay/run.ts";

/** A folder that is no built gvt, or one whose rows have other meanings. The message is one line. */
export class OtherBuildError extends Error {
  override readonly name = "OtherBuildError";
}

/**
 * The machine that a recording starts from, by the model of another build of gvt: its `dist` folder, or one
 * with a `dist` in it.
 */
export async function otherMachine(folder: string, recording: Recording, store: PageStore): Promise<Machine> {
  const dist = [resolve(folder), resolve(folder, "dist")].find((at) =>
    existsSync(join(at, "reducers/machine.js")),
  );
  if (dist === undefined) throw new OtherBuildError(`${folder}: no built gvt is in there`);
  const load = <T>(name: string): Promise<T> => import(pathToFileURL(join(dist, name)).href) as Promise<T>;
  const machines = await load<{ Machine: typeof Machine }>("reducers/machine.js");
  const platforms = await load<{ settingOf: typeof settingOf }>("reducers/platform.js");
  const kinds = await load<{ KIND_NAMES: readonly string[] }>("events/kinds.js");
  if (kinds.KIND_NAMES.join() !== KIND_NAMES.join())
    throw new OtherBuildError(`${folder}: a gvt with other kinds of rows`);
  const machine = new machines.Machine(platforms.settingOf(configurationOf(recording), store));
  if (recording.baseBlocks === 0) return machine;
  if (!existsSync(join(dist, "replay/base.js")))
    throw new OtherBuildError(`${folder}: a gvt that knows no recordings that start from a checkpoint`);
  const bases = await load<{ standAtBase: typeof standAtBase }>("replay/base.js");
  bases.standAtBase(machine, recording);
  return machine;
}
