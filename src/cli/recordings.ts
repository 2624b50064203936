import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { reasonOf } from "../node/files.ts";
import { openRecording } from "../node/open.ts";
import { partOf } from "../node/packing.ts";
import { isPng } from "../node/screen-png.ts";
import type { Setting } from "../reducers/core.ts";
import { settingOf } from "../reducers/platform.ts";
import type { OpenedRecording } from "../replay/engine/opened.ts";
import { configurationOf } from "../replay/engine/run.ts";
import type { Recording } from "../replay/recording/recording.ts";
import { CannotTell, UsageError, WorldError } from "./exit.ts";
import { paintError, say } from "./terminal.ts";
import { log } from "./verb.ts";

/**
 * Open a recording for a verb, use it, and close it. Warnings go to standard error. Rejects with
 * RecordingError.
 */
export async function withRecording<T>(
  path: string,
  act: (opened: OpenedRecording) => T | Promise<T>,
): Promise<T> {
  const opened = await openRecording(path);
  const { meta, rowCount, blockCount, damage } = opened.recording;
  log().debug({ path, id: meta.id, rows: rowCount, blocks: blockCount, damage }, "opened");
  try {
    return await act(opened);
  } finally {
    opened.close();
  }
}

/**
 * Is this the part of a recording that is still being written or whose server was killed? It has no end, and
 * that is no damage: the last block may be torn.
 */
export function isPart(recording: Recording): boolean {
  const { damage, name } = recording;
  return damage?.cut === true && name.endsWith(partOf(""));
}

/** Refuse to run a recording with kinds of rows that this version does not know. Throws CannotTell. */
export function refuseUnknownKinds(recording: Recording): void {
  const { unknownKinds, name } = recording;
  if (unknownKinds.length === 0) return;
  const names = unknownKinds.slice(0, 5).join(", ");
  throw new CannotTell(`${name}: it holds ${names}, which this version does not know; use a newer gvt`);
}

/**
 * A file that a verb shall write must not be there, but its folder, and that can be written: said before the
 * work, not after it. Throws UsageError, WorldError.
 */
export function checkNewFile(path: string): void {
  if (existsSync(path)) throw new UsageError(`${path} exists already; name another file`);
  checkFolder(dirname(path));
}

function checkFolder(folder: string): void {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`${folder}: no such folder`);
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new WorldError(
      `${folder}: cannot be written to: ${reasonOf(error)}; name a file in another folder`,
    );
  }
}

/**
 * A picture may overwrite another picture and nothing else, least of all the recording that it comes from.
 * Throws UsageError, WorldError.
 */
export function checkPictureFile(path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) throw new UsageError(`${path}: is a directory; name a file for the picture`);
  if (stat === undefined) checkFolder(dirname(path));
  if (stat?.isFile() && stat.size > 0 && !isPng(path))
    throw new UsageError(`${path}: exists already, and is no PNG; name another file`);
}

/** The row number that `--at` asks for; the last row when it was not given. Throws UsageError. */
export function seqIn(recording: Recording, seq: number | undefined): number {
  const last = recording.endSeq - 1;
  if (seq === undefined) return last;
  if (seq > last || seq < recording.firstRow)
    throw new UsageError(`${recording.name}: there is no row ${seq}; its rows are ${rangeOf(recording)}`);
  return seq;
}

/** The rows that there are, for messages. */
export function rangeOf(recording: Recording): string {
  return recording.rowCount === 0 ? "none" : `${recording.firstRow} to ${recording.endSeq - 1}`;
}

/** What is wrong with a file although it can be read, on standard error. */
export function sayWarnings(recording: Recording): void {
  for (const warning of recording.warnings)
    say(paintError.yellow(`gvt: warning: ${recording.name}: ${warning}`));
}

/** The damage of a recording in one line; null where it has none. */
export function damageLine(recording: Recording): string | null {
  const { damage, name, rowCount } = recording;
  if (damage === null) return null;
  const rows = rowCount === 0 ? "no row" : `rows ${rangeOf(recording)}`;
  const verified = `verified before it: ${rows} in ${damage.verifiedBlocks} blocks`;
  return `${name}: at byte ${damage.offset}: ${damage.reason}; ${verified}`;
}

/** The tables of a recording's machine. Throws RecordingError. */
export function settingOfRecording({ recording, store }: OpenedRecording): Setting {
  return settingOf(configurationOf(recording), store);
}
