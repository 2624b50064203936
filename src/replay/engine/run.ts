import type { KindName } from "../../events/kinds.ts";
import type { Rows } from "../../events/rows.ts";
import { PAGE_BYTES } from "../../hw/units.ts";
import { type Configuration, parseConfiguration } from "../../reducers/configuration.ts";
import type { Trace } from "../../reducers/core.ts";
import { Machine, type PendingTicket, pending } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { settingOf } from "../../reducers/platform.ts";
import { eachFrameFacts } from "../../reducers/ram.ts";
import { standAtBase } from "../checkpoint/base.ts";
import { RecordingError } from "../recording/errors.ts";
import type { Recording } from "../recording/recording.ts";
import type { OpenQuestion, OpenWrite, Timer } from "./open-work.ts";

/**
 * The machine that a recording starts from: after reset, or in the state of an embedded checkpoint. Throws
 * RecordingError where its configuration is none or the checkpoint does not hold, EpochError where it is one
 * of another epoch.
 */
export function machineOf(recording: Recording, store: PageStore, pure = false): Machine {
  return standing(new Machine(settingOf(configurationOf(recording), store), pure), recording);
}

/** The same machine with a listener of its writes. */
export function tracedMachineOf(recording: Recording, store: PageStore, trace: Trace): Machine {
  return standing(new Machine({ ...settingOf(configurationOf(recording), store), trace }), recording);
}

function standing(machine: Machine, recording: Recording): Machine {
  standAtBase(machine, recording);
  return machine;
}

/** What a replay by address must know of the time before the first row. */
export interface Start {
  /** Model time in microseconds. */
  readonly now: number;
  /** What is open: timers, questions for pages, and guest writes in flight. */
  readonly timers: readonly Timer[];
  readonly fetches: readonly OpenQuestion[];
  readonly writes: readonly OpenWrite[];
  /** What the model knew of guest memory: content ids of the store. */
  readonly frames: readonly { readonly vgpu: number; readonly gfn: number; readonly page: number }[];
}

/** Where a machine after reset starts. */
export const RESET: Start = { now: 0, timers: [], fetches: [], writes: [], frames: [] };

/** Where a recording starts. Throws as `machineOf` does. */
export function startOf(recording: Recording): Start {
  if (recording.baseBlocks === 0) return RESET;
  const { store } = recording;
  const machine = machineOf(recording, store);
  const frames = machine.snapshot().rams.flatMap(({ root }, vgpu) => {
    const known: { vgpu: number; gfn: number; page: number }[] = [];
    eachFrameFacts(root, ({ gfn, content, words }) => {
      const page =
        words === null ? content : store.intern(new Uint8Array(words.buffer, words.byteOffset, PAGE_BYTES));
      known.push({ vgpu, gfn, page });
    });
    return known;
  });
  const of = (kind: KindName): PendingTicket[] => pending(machine).filter((open) => open.kind === kind);
  return {
    now: machine.core.now,
    timers: of("timer.arm").map(({ ticket, agent, operands: [lo, hi, code] }) => {
      return { ticket, agent, code, deadline: lo + hi * 0x1_0000_0000 };
    }),
    fetches: of("guest.fetch").map(({ ticket, agent, operands: [gfn, purpose, engine] }) => {
      return { ticket, agent, gfn, purpose, engine };
    }),
    writes: of("guest.write").map(({ ticket, agent, operands: [at, atHigh, length] }) => {
      return { ticket, agent, at, atHigh, length };
    }),
    frames,
  };
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
