import { TOLD } from "../../events/codes.ts";
import { isInput, K, KIND_NAMES, KIND_WORLD, type KindName } from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";
import type { RegisterIndex } from "../../hw/compile.ts";
import { ENGINES, VGPU_MAX } from "../../hw/units.ts";
import type { Recording } from "../recording/recording.ts";

/** What a recording holds, counted without running it. */
export interface Statistics {
  readonly rows: number;
  /** World inputs. */
  readonly events: number;
  /** Model time in microseconds. */
  readonly duration: number;
  /** Kinds that occur, the most frequent first. */
  readonly kinds: readonly { readonly kind: KindName; readonly count: number }[];
  /** Rows of kinds that this version does not know. */
  readonly unknownRows: number;
  /** vGPUs that did something. */
  readonly vgpus: readonly number[];
  /**
   * Register rows touched: those that name one register, and those that name an array; and all MMIO accesses.
   */
  readonly registers: { readonly single: number; readonly arrays: number; readonly accesses: number };
  /** Accesses to where no register is. */
  readonly unknownAccesses: number;
  /** Questions for guest pages under a ticket, answers to them, what was told in place, different contents. */
  readonly fetches: number;
  readonly fetched: number;
  readonly told: number;
  readonly pages: number;
  /** Pieces of writes to guest memory. */
  readonly pieces: number;
  readonly apertureBytes: number;
  readonly interrupts: number;
  /** By engine that was used. */
  readonly engines: readonly {
    readonly engine: string;
    readonly submitted: number;
    readonly completed: number;
    readonly switches: number;
  }[];
}

/** One pass over rows. */
class Counter {
  duration = 0;
  events = 0;
  unknownRows = 0;
  apertureBytes = 0;
  told = 0;
  pieces = 0;
  accesses = 0;
  readonly kinds = new Float64Array(256);
  readonly registers: Uint8Array;
  readonly vgpus = new Uint8Array(256);
  readonly pages = new Set<number>();
  readonly submitted = new Float64Array(256);
  readonly completed = new Float64Array(256);
  readonly switches = new Float64Array(256);
  private readonly index: RegisterIndex;

  constructor(index: RegisterIndex) {
    this.index = index;
    this.registers = new Uint8Array(index.count);
  }

  add(rows: Rows, i: number): void {
    const kind = rows.kind[i];
    this.kinds[kind]++;
    if (kind >= KIND_NAMES.length) {
      this.unknownRows++;
      return;
    }
    if (isInput(kind)) {
      this.duration += rows.dt[i];
      this.vgpus[rows.agent[i]] = 1;
      this.events += KIND_WORLD[kind];
    }
    this.told += rows.answers[i];
    const { page, status } = rows.answerTable;
    for (let k = rows.firstAnswer[i]; k < rows.firstAnswer[i] + rows.answers[i]; k++)
      if (status[k] === TOLD) this.pages.add(page[k]);
    this.pieces += rows.writes[i];
    if (kind === K["mmio.read"] || kind === K["mmio.written"]) {
      this.accesses++;
      this.registers[this.index.idOf[rows.at[i] >>> 2] ?? 0] = 1;
    } else if (kind === K["guest.fetched"]) this.pages.add(rows.page[i]);
    else if (kind === K["aperture.written"]) this.apertureBytes += rows.length[i];
    else if (kind === K["workload.submitted"]) this.submitted[rows.engine[i]]++;
    else if (kind === K["workload.completed"]) this.completed[rows.engine[i]]++;
    else if (kind === K["context.switched"]) this.switches[rows.engine[i]]++;
  }

  result(): Statistics {
    const { kinds, index } = this;
    const touched = index.names.filter((name, id) => name !== null && this.registers[id] === 1);
    const arrays = touched.filter((name) => (name?.row.count ?? 1) > 1).length;
    const named = KIND_NAMES.map((kind, k) => ({ kind, count: kinds[k] })).filter(({ count }) => count > 0);
    return {
      rows: kinds.reduce((sum, count) => sum + count, 0),
      events: this.events,
      duration: this.duration,
      kinds: named.sort((a, b) => b.count - a.count),
      unknownRows: this.unknownRows,
      vgpus: Array.from({ length: VGPU_MAX }, (_, v) => v + 1).filter((v) => this.vgpus[v] === 1),
      registers: { single: touched.length - arrays, arrays, accesses: this.accesses },
      unknownAccesses: kinds[K["mmio.unknown"]],
      fetches: kinds[K["guest.fetch"]],
      fetched: kinds[K["guest.fetched"]],
      told: this.told,
      pages: this.pages.size,
      pieces: this.pieces,
      apertureBytes: this.apertureBytes,
      interrupts: kinds[K["irq.inject"]],
      engines: ENGINES.map((engine, e) => ({
        engine,
        submitted: this.submitted[e],
        completed: this.completed[e],
        switches: this.switches[e],
      })).filter(({ submitted, completed, switches }) => submitted + completed + switches > 0),
    };
  }
}

/**
 * Count everything in a recording. Throws RecordingError where a block is damaged. `registers`: of its
 * platform.
 */
export function statisticsOf(
  recording: Recording,
  registers: RegisterIndex,
  progress?: (blocks: number, of: number) => void,
): Statistics {
  const counter = new Counter(registers);
  const rows = new Rows(1 << 15);
  for (let n = 0; n < recording.blockCount; n++) {
    recording.readBlock(n, rows);
    for (let i = 0; i < rows.count; i++) counter.add(rows, i);
    progress?.(n + 1, recording.blockCount);
  }
  return counter.result();
}
