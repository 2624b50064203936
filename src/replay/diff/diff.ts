import { CLASS_OUTCOME, KIND_CLASS } from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";
import type { Machine, State } from "../../reducers/machine.ts";
import { ByAddress } from "../answers/by-address.ts";
import { contentTimelineOf } from "../answers/content-timeline.ts";
import type { OpenedRecording } from "../engine/opened.ts";
import { machineOf, refuseUnknown, rowsUpTo } from "../engine/run.ts";
import type { Timeline } from "../timeline/timeline.ts";
import { diffStates, type StateDifference } from "./diff-states.ts";
import { dumpState } from "./dump.ts";

/**
 * Every place in which the states at two rows of one recording differ. Only what the two do not share is
 * looked at. Throws RangeError for rows that are not there, DivergedError where the replay does not get
 * there.
 */
export function diffEvents(timeline: Timeline, a: number, b: number): StateDifference[] {
  const stateA = timeline.seek(a).snapshot();
  const stateB = timeline.seek(b).snapshot();
  const machine = machineOf(timeline.recording, timeline.store);
  return diffMachineStates(machine, stateA, stateB);
}

/**
 * Every place in which two states of one machine differ. `machine` reads both, and is left in the second.
 */
export function diffMachineStates(machine: Machine, a: State, b: State): StateDifference[] {
  machine.restore(a);
  const dumpA = dumpState(machine, b);
  machine.restore(b);
  const dumpB = dumpState(machine, a);
  return diffStates(dumpA, dumpB, machine.core.registers);
}

/**
 * The machine at row `seq` of a recording that another version may have made: this version's model over the
 * recording's world inputs, with answers by address. Throws RecordingError where a block is damaged.
 */
export function seekByAddress({ recording, store }: OpenedRecording, seq: number): Machine {
  refuseUnknown(recording);
  const machine = machineOf(recording, store);
  const replay = new ByAddress(machine, contentTimelineOf(recording), store, null, null);
  const rows = new Rows(1 << 15);
  for (let n = 0; n < recording.blockCount && recording.block(n).firstSeq <= seq; n++) {
    recording.readBlock(n, rows);
    let end = rowsUpTo(rows, seq);
    while (end > 0 && end < rows.count && KIND_CLASS[rows.kind[end]] === CLASS_OUTCOME) end++;
    rows.truncate(end);
    replay.block(rows);
  }
  return machine;
}
