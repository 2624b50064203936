import { CLASS_OUTCOME, KIND_CLASS, KIND_NAMES, type KindName } from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";
import type { Machine } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import type { Recording } from "../recording/recording.ts";
import { divergenceAt } from "./divergence.ts";
import { RowFormatter, type RowText } from "./format.ts";
import { machineOf, refuseUnknown, type Start, startOf } from "./run.ts";
import { DivergedError } from "./state.ts";

/** One input of a recording, just reduced. The object is reused: valid until the next step is asked for. */
export class ReplayStep {
  /** Stands right after the input. To be looked at (`lookUp`, `summaryOf`, `snapshot`), not to be moved. */
  readonly machine: Machine;
  /** The block that holds the input, and the input's place in it. Its outcomes are the rows up to `end`. */
  readonly rows: Rows;
  i = 0;
  end = 0;
  private readonly formatter: RowFormatter;

  constructor(machine: Machine, rows: Rows, start: Start) {
    this.machine = machine;
    this.rows = rows;
    this.formatter = new RowFormatter(machine.core.registers, machine.core.setting.store);
    this.formatter.startAt(start);
  }

  /** Number of the input's row. */
  get seq(): number {
    return this.rows.firstSeq + this.i;
  }

  get kind(): KindName {
    return KIND_NAMES[this.rows.kind[this.i]];
  }

  /** 0 the host, 1 to 7 a vGPU. */
  get agent(): number {
    return this.rows.agent[this.i];
  }

  /** Model time in microseconds. */
  get time(): number {
    return this.machine.core.now;
  }

  /** Move to the input at `i`, whose outcomes end at `end`. */
  moveTo(i: number, end: number): void {
    this.i = i;
    this.end = end;
    for (let k = i; k < end; k++) this.formatter.see(this.rows, k);
  }

  /** The input and its outcomes in words. */
  texts(): RowText[] {
    const { rows, formatter } = this;
    const texts: (RowText | null)[] = [];
    for (let i = this.i; i < this.end; i++) texts.push(formatter.text(rows, i));
    return texts.filter((text) => text !== null);
  }
}

/**
 * Run a recording from its first row, input by input, comparing every outcome. Throws DivergedError at the
 * first row that is answered otherwise than recorded, RecordingError for a bad file.
 */
export function* replay(recording: Recording, store: PageStore): Generator<ReplayStep, void, undefined> {
  refuseUnknown(recording);
  const machine = machineOf(recording, store);
  const rows = new Rows(1 << 15);
  const step = new ReplayStep(machine, rows, startOf(recording));
  for (let n = 0; n < recording.blockCount; n++) {
    recording.readBlock(n, rows);
    for (let i = 0; i < rows.count; i = step.end) {
      step.moveTo(i, endOf(rows, i));
      const stop = machine.batch(rows, i, step.end);
      if (stop < step.end)
        throw new DivergedError(recording.name, divergenceAt(recording, machine, rows, stop));
      yield step;
    }
  }
}

/** Place after the outcomes of the input at `i`. */
function endOf(rows: Rows, i: number): number {
  let end = i + 1;
  while (end < rows.count && KIND_CLASS[rows.kind[end]] === CLASS_OUTCOME) end++;
  return end;
}
