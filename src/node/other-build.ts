import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { KIND_NAMES } from "../events/kinds.ts";
import type { Machine } from "../reducers/machine.ts";
import type { PageStore } from "../reducers/pages.ts";
import type { settingOf } from "../reducers/platform.ts";
import type { standAtBase } from "../replay/checkpoint/base.ts";
import { configurationOf } from "../replay/engine/run.ts";
import type { Recording } from "../replay/recording/recording.ts";
import { Checkouts } from "./checkouts.ts";
import { commitOf } from "./git.ts";

/** A folder that is no built gvt, or one whose rows have other meanings. The message is one line. */
export class OtherBuildError extends Error {
  override readonly name = "OtherBuildError";
}

/** In a build's folder: the module that puts a machine at the checkpoint that a recording starts from. */
const BASES = "replay/checkpoint/base.js";

/** Makes the machine that a recording starts from, by the model of another build of gvt. */
export type OtherBuild = (recording: Recording, store: PageStore) => Machine;

/**
 * Another build of gvt: by its `dist` folder, or one with a `dist` in it; else by a revision of the repository,
 * which is built elsewhere, loaded, and taken away again. Rejects with OtherBuildError or RevisionError.
 */
export async function otherBuild(name: string, repository: () => Promise<string>): Promise<OtherBuild> {
  const dist = [resolve(name), resolve(name, "dist")].find((at) =>
    existsSync(join(at, "reducers/machine.js")),
  );
  if (dist !== undefined) return load(dist, name);
  if (existsSync(name)) throw new OtherBuildError(`${name}: no built gvt is in there`);
  const root = await repository();
  const commit = await commitOf(root, name).catch((error: Error) => {
    throw new OtherBuildError(`${name}: no built gvt is there; ${error.message}`);
  });
  const checkouts = new Checkouts(root);
  try {
    const built = await checkouts.build(commit);
    if ("reason" in built) throw new OtherBuildError(`${name}: ${built.reason}`);
    return await load(dirname(dirname(built.cli)), name);
  } finally {
    await checkouts.close();
  }
}

async function load(dist: string, name: string): Promise<OtherBuild> {
  const part = <T>(path: string): Promise<T> => import(pathToFileURL(join(dist, path)).href) as Promise<T>;
  const machines = await part<{ Machine: typeof Machine }>("reducers/machine.js");
  const platforms = await part<{ settingOf: typeof settingOf }>("reducers/platform.js");
  const kinds = await part<{ KIND_NAMES: readonly string[] }>("events/kinds.js");
  if (kinds.KIND_NAMES.join() !== KIND_NAMES.join())
    throw new OtherBuildError(`${name}: a gvt with other kinds of rows`);
  const bases = existsSync(join(dist, BASES)) ? await part<{ standAtBase: typeof standAtBase }>(BASES) : null;
  return (recording, store) => {
    const machine = new machines.Machine(platforms.settingOf(configurationOf(recording), store));
    if (recording.baseBlocks === 0) return machine;
    if (bases === null)
      throw new OtherBuildError(`${name}: a gvt that knows no recordings that start from a checkpoint`);
    bases.standAtBase(machine, recording);
    return machine;
  };
}
