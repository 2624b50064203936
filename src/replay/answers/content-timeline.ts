import { NOT_NOW, TOLD } from "../../events/codes.ts";
import { K, KIND_WORLD } from "../../events/kinds.ts";
import { frameOfPiece, PayloadBytes } from "../../events/pieces.ts";
import { Rows } from "../../events/rows.ts";
import { ENGINES, VGPU_MAX } from "../../hw/units.ts";
import { HASH, hashBytes } from "../../reducers/mix.ts";
import { frameKey } from "../../reducers/ram.ts";
import { RESET, type Start, startOf } from "../engine/run.ts";
import type { Recording } from "../recording/recording.ts";

/** What the world answered for one guest frame, in the order of the log. */
export interface Answers {
  readonly seq: number[];
  /** World inputs before the answer: two answers of one gap lie between the same two world inputs. */
  readonly gap: number[];
  /** Content id of the store; -1 - errno where the page could not be had. */
  readonly page: number[];
}

/**
 * What the recorded model wrote into one guest frame, in the order of the log. A run lies within the frame.
 */
export interface RecordedWrites {
  readonly seq: number[];
  readonly offset: number[];
  readonly length: number[];
  readonly lo: number[];
  readonly hi: number[];
}

/** What is known of a timer between its arming and its end. */
interface Armed {
  readonly agent: number;
  readonly code: number;
  readonly deadline: number;
}

/** A place for each engine's work for each vGPU, agent 0 a native machine's. */
const WORKERS = Array.from({ length: (VGPU_MAX + 1) * ENGINES.length }, (_, n) => n);

/** Whose work a row tells of: of which vGPU, on which engine. */
function workOf(rows: Rows, i: number): number {
  return rows.engine[i] < ENGINES.length ? rows.agent[i] * ENGINES.length + rows.engine[i] : -1;
}

/** Index of the first of the ascending numbers that is at least `value`. */
export function lowerBound(numbers: readonly number[], value: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * A recording as a timeline of contents, built in one pass: what each guest frame held when, what the
 * recorded model wrote into it, between which rows each submission ran, and where its timers fired. What was
 * known of memory where the recording starts was answered before its first world input.
 */
export class ContentTimeline {
  private readonly answersOf = new Map<number, Answers>();
  private readonly writesOf = new Map<number, RecordedWrites>();
  /** By vGPU and engine: seq of each `workload.submitted` and `workload.completed`. */
  private readonly submitted: number[][] = WORKERS.map(() => []);
  private readonly completed: number[][] = WORKERS.map(() => []);
  private readonly armed = new Map<number, Armed>();
  /** By agent, purpose and deadline: where such a timer fired. */
  private readonly fired = new Map<string, number[]>();
  /** Where it starts. */
  readonly start: Start;
  private gap = 0;
  private readonly payload = new PayloadBytes();

  constructor(start: Start = RESET) {
    this.start = start;
    for (const timer of start.timers) this.armed.set(timer.ticket, timer);
    for (const { vgpu, gfn, page } of start.frames)
      this.answersOf.set(frameKey(vgpu, gfn), { seq: [-1], gap: [-1], page: [page] });
  }

  /** Take in the next block's rows. */
  add(rows: Rows): void {
    for (let i = 0; i < rows.count; i++) {
      const kind = rows.kind[i];
      this.payload.see(rows, i);
      if (KIND_WORLD[kind] === 1) this.gap++;
      if (rows.answers[i] > 0) this.told(rows, i);
      if (kind === K["guest.fetched"]) this.answered(rows, i, rows.page[i]);
      else if (kind === K["guest.fetch.failed"]) this.answered(rows, i, -1 - rows.code[i]);
      else if (kind === K["guest.write"]) this.written(rows, i);
      else if (kind === K["workload.submitted"]) this.submitted[workOf(rows, i)]?.push(rows.firstSeq + i);
      else if (kind === K["workload.completed"]) this.completed[workOf(rows, i)]?.push(rows.firstSeq + i);
      else if (kind === K["timer.arm"]) this.arm(rows, i);
      else if (kind === K["timer.cancel"]) this.armed.delete(rows.ticket[i]);
      else if (kind === K["timer.fired"]) this.fire(rows, i);
    }
  }

  /** Forget writes into frames that were never asked for: nothing can hold them. */
  finish(): void {
    for (const key of this.writesOf.keys()) if (!this.answersOf.has(key)) this.writesOf.delete(key);
    this.armed.clear();
  }

  answers(key: number): Answers | null {
    return this.answersOf.get(key) ?? null;
  }

  writes(key: number): RecordedWrites | null {
    return this.writesOf.get(key) ?? null;
  }

  /**
   * Rows between which the submission of vGPU `v` ran that engine `e` works on at row `seq`: from its
   * `workload.submitted` (of several in one stretch of work, the first) to its recorded completion. Infinity
   * where it never completed.
   */
  submission(v: number, e: number, seq: number): readonly [number, number] {
    const work = v * ENGINES.length + e;
    const { submitted, completed } = { submitted: this.submitted[work], completed: this.completed[work] };
    const next = lowerBound(completed, seq);
    const end = next < completed.length ? completed[next] : Number.POSITIVE_INFINITY;
    const after = next > 0 ? completed[next - 1] : -1;
    const first = lowerBound(submitted, after);
    if (first < submitted.length && submitted[first] <= seq) return [submitted[first], end];
    return [first > 0 ? submitted[first - 1] : 0, end];
  }

  /** Where a timer of this agent, purpose and deadline fired next after row `seq`; -1: nowhere. */
  firedAt(agent: number, code: number, deadline: number, seq: number): number {
    const places = this.fired.get(timerKey(agent, code, deadline));
    if (places === undefined) return -1;
    return places[lowerBound(places, seq + 1)] ?? -1;
  }

  /** What row i was told in place. Where it was not now, the answer came under a ticket. */
  private told(rows: Rows, i: number): void {
    const { vgpu, gfn, page, status } = rows.answerTable;
    for (let k = rows.firstAnswer[i]; k < rows.firstAnswer[i] + rows.answers[i]; k++) {
      if (status[k] === NOT_NOW) continue;
      this.answer(
        frameKey(vgpu[k], gfn[k]),
        rows.firstSeq + i,
        status[k] === TOLD ? page[k] : -1 - status[k],
      );
    }
  }

  private answered(rows: Rows, i: number, page: number): void {
    this.answer(frameKey(rows.agent[i], rows.at[i]), rows.firstSeq + i, page);
  }

  private answer(key: number, seq: number, page: number): void {
    let answers = this.answersOf.get(key);
    if (answers === undefined) {
      answers = { seq: [], gap: [], page: [] };
      this.answersOf.set(key, answers);
    }
    answers.seq.push(seq);
    answers.gap.push(this.gap);
    answers.page.push(page);
  }

  private written(rows: Rows, i: number): void {
    const first = rows.firstPiece[i];
    for (let p = first; p < first + rows.writes[i]; p++) this.piece(rows, i, p);
  }

  private piece(rows: Rows, i: number, p: number): void {
    const { writeTable } = rows;
    const key = frameKey(rows.agent[i], frameOfPiece(writeTable, p));
    let writes = this.writesOf.get(key);
    if (writes === undefined) {
      writes = { seq: [], offset: [], length: [], lo: [], hi: [] };
      this.writesOf.set(key, writes);
    }
    writes.seq.push(rows.firstSeq + i);
    writes.offset.push(writeTable.at[p] & 4095);
    writes.length.push(writeTable.length[p]);
    const bytes = this.payload.of(rows, p);
    if (bytes !== null) hashBytes(bytes, 0, bytes.length);
    writes.lo.push(bytes === null ? writeTable.lo[p] : HASH.low);
    writes.hi.push(bytes === null ? writeTable.hi[p] : HASH.high);
  }

  private arm(rows: Rows, i: number): void {
    const deadline = rows.lo[i] + rows.hi[i] * 0x1_0000_0000;
    this.armed.set(rows.ticket[i], { agent: rows.agent[i], code: rows.code[i], deadline });
  }

  private fire(rows: Rows, i: number): void {
    const timer = this.armed.get(rows.ticket[i]);
    if (timer === undefined) return;
    this.armed.delete(rows.ticket[i]);
    const key = timerKey(timer.agent, timer.code, timer.deadline);
    const places = this.fired.get(key);
    if (places === undefined) this.fired.set(key, [rows.firstSeq + i]);
    else places.push(rows.firstSeq + i);
  }
}

function timerKey(agent: number, code: number, deadline: number): string {
  return `${agent} ${code} ${deadline}`;
}

/** Read the whole recording once. Throws RecordingError where a block is damaged. */
export function contentTimelineOf(recording: Recording): ContentTimeline {
  const timeline = new ContentTimeline(startOf(recording));
  const rows = new Rows(1 << 15);
  for (let n = 0; n < recording.blockCount; n++) {
    recording.readBlock(n, rows);
    timeline.add(rows);
  }
  timeline.finish();
  return timeline;
}
