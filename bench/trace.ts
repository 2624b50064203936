import { TIMER_ENGINE, TIMER_VBLANK } from "../src/events/codes.ts";
import type { Digest } from "../src/events/digest.ts";
import { K } from "../src/events/kinds.ts";
import { Rows } from "../src/events/rows.ts";
import { NO_ENGINE } from "../src/hw/units.ts";
import type { Setting } from "../src/reducers/core.ts";
import { Machine } from "../src/reducers/machine.ts";
import type { PageStore } from "../src/reducers/pages.ts";
import { settingOf } from "../src/reducers/platform.ts";
import { configurationOf } from "../src/replay/engine/run.ts";
import { appendRows } from "../src/replay/recording/bulk.ts";
import { SEAL_INPUTS } from "../src/replay/recording/recorder.ts";
import type { Recording } from "../src/replay/recording/recording.ts";

/** A full block, decoded. */
export interface Block {
  readonly rows: Rows;
  readonly digests: readonly Digest[];
  /** Rows [a, b) that are left out of the ratios, in pairs: what runs the streamer, with its outcomes. */
  readonly left: readonly number[];
}

/** A recording in memory: what the figures run over. */
export interface Trace {
  readonly name: string;
  readonly recording: Recording;
  readonly store: PageStore;
  readonly setting: Setting;
  readonly blocks: readonly Block[];
  /** World inputs. */
  readonly events: number;
  readonly rows: number;
}

/**
 * Decode a recording and join its blocks into full ones, as packing does. Throws where its replay is not
 * exact.
 */
export function loadTrace(name: string, recording: Recording, store: PageStore): Trace {
  const setting = settingOf(configurationOf(recording), store);
  const machine = new Machine(setting);
  const blocks: Block[] = [];
  let joined = new Rows(1024);
  let inputs = 0;
  let events = 0;
  const scratch = new Rows(1 << 15);
  for (let n = 0; n < recording.blockCount; n++) {
    const trailer = recording.readBlock(n, scratch);
    if (joined.count === 0) joined.firstSeq = scratch.firstSeq;
    appendRows(joined, scratch);
    inputs += trailer.inputs;
    events += trailer.events;
    const last = n === recording.blockCount - 1;
    if (!last && inputs + recording.block(n + 1).inputs <= SEAL_INPUTS) continue;
    if (joined.count > 0)
      blocks.push({ rows: joined, digests: trailer.digests, left: streamerRows(machine, joined) });
    joined = new Rows(1024);
    inputs = 0;
  }
  const rows = blocks.reduce((sum, block) => sum + block.rows.count, 0);
  return { name, recording, store, setting, blocks, events, rows };
}

/** Replay a block and note which inputs run the streamer. */
function streamerRows(machine: Machine, rows: Rows): number[] {
  const left: number[] = [];
  for (let i = 0; i < rows.count; ) {
    const runs = runsStreamer(machine, rows, i);
    const next = machine.strict(rows, i, rows.count);
    if (next < 0) throw new Error(`the replay differs from the recording at row ${rows.firstSeq - next - 1}`);
    if (runs && left.at(-1) === i) left[left.length - 1] = next;
    else if (runs) left.push(i, next);
    i = next;
  }
  return left;
}

function runsStreamer(machine: Machine, rows: Rows, i: number): boolean {
  const { core } = machine;
  const kind = rows.kind[i];
  const ticket = rows.ticket[i];
  if (kind === K["timer.fired"] && core.isOpen(ticket)) {
    const code = core.ticketOperand(ticket, 2);
    return code >= TIMER_ENGINE && code < TIMER_VBLANK;
  }
  const fetched = kind === K["guest.fetched"] || kind === K["guest.fetch.failed"];
  return fetched && core.isOpen(ticket) && core.ticketOperand(ticket, 2) !== NO_ENGINE;
}
