import type { Rows } from "../events/rows.ts";
import { type Configuration, parseConfiguration } from "../reducers/configuration.ts";
import { Machine } from "../reducers/machine.ts";
import type { PageStore } from "../reducers/pages.ts";
import { settingOf } from "../reducers/platform.ts";
import { RecordingError } from "./recording/errors.ts";
import type { Recording } from "./recording/recording.ts";

/** The machine that a recording starts from. Throws RecordingError where its configuration is none. */
export function machineOf(recording: Recording, store: PageStore, pure = false): Machine {
  return new Machine(settingOf(configurationOf(recording), store), pure);
}

/** The configuration that a recording's base names. */
export function configurationOf(recording: Recording): Configuration {
  const parsed = parseConfiguration(recording.meta.base.configuration);
  if (typeof parsed === "string") throw new RecordingError(recording.name, 0, `its configuration ${parsed}`);
  return parsed;
}

/** Refuse what this version cannot run: kinds and columns that it does not know. */
export function refuseUnknown(recording: Recording): void {
  const { unknownKinds } = recording;
  if (unknownKinds.length === 0) return;
  const names = unknownKinds.slice(0, 5).join(", ");
  throw new RecordingError(
    recording.name,
    0,
    `it holds ${names}, which this version of gvt does not know: use a newer one`,
  );
}

/** Index of the first row of `rows` whose seq is greater than `seq`, at most `rows.count`. */
export function rowsUpTo(rows: Rows, seq: number): number {
  return Math.max(0, Math.min(rows.count, seq - rows.firstSeq + 1));
}
