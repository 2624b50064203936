import { K, KIND_NAMES } from "../../events/kinds.ts";
import { REG_TIME_VALUE, type RegisterIndex } from "../../hw/compile.ts";
import { isRead } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { agentName, type FieldDifference, fieldDifferences, mmioPath } from "../../reducers/path.ts";
import type { OpenedRecording } from "../engine/opened.ts";
import { dwordsOf, type StateDifference } from "./diff-states.ts";
import { type Gap, gapsOf, type Shown } from "./gaps.ts";

/** A real difference between two runs. A row number is -1 where that run has no such row. */
export interface RunDifference {
  /**
   * `input`: one was given what the other was not; `memory`: a guest page had other contents; else what came
   * out.
   */
  readonly what: "input" | "reply" | "shown" | "memory";
  readonly a: number;
  readonly b: number;
  readonly path: string;
  /** What each run has, in words. */
  readonly textA: string;
  readonly textB: string;
  readonly fields: readonly FieldDifference[];
  readonly dwords: StateDifference["dwords"];
}

/** How two runs compare, aligned by what the world did to them. */
export interface RunComparison {
  /** World inputs that both have: equal in every column and outcome, equal for the guest, different. */
  readonly same: number;
  readonly benign: number;
  readonly real: number;
  /** World inputs that only one has. */
  readonly onlyA: number;
  readonly onlyB: number;
  /**
   * Why benign ones are not the same; one may be counted more than once. `polls`: reads repeated more or less
   * often.
   */
  readonly reasons: Readonly<Record<Reason, number>>;
  /** The first differences, in order; at most 1000. */
  readonly differences: readonly RunDifference[];
  /** Rows from which no world inputs could be matched any more; null where both ran to their ends in step. */
  readonly lost: { readonly a: number; readonly b: number } | null;
}

export type Reason = "timing" | "tickets" | "fetches" | "order" | "times" | "polls";

/** World inputs that are looked at ahead to find where two runs meet again, and how many must agree there. */
const WINDOW = 4096;
const AGREE = 4;
const DIFFERENCES_MAX = 1000;

/**
 * Compare two runs. Their world inputs are aligned; times, ticket numbers, the order and number of fetches,
 * and where among the reads something came are benign; other replies, writes, interrupts, memory contents and
 * inputs are real. `registers` names what differs. Throws RecordingError where a block of either is damaged.
 */
export function diffRecordings(
  a: OpenedRecording,
  b: OpenedRecording,
  registers: RegisterIndex,
): RunComparison {
  return new Comparison(a, b, registers).run();
}

/** Gaps of one run with a window to look ahead in. */
class Side {
  readonly gaps: Gap[] = [];
  private readonly source: Generator<Gap>;
  private ended = false;

  constructor(opened: OpenedRecording) {
    this.source = gapsOf(opened);
  }

  /** Load gaps until there are `count` of them, or none are left. */
  fill(count: number): void {
    while (!this.ended && this.gaps.length < count) {
      const { value, done } = this.source.next();
      if (done === true) this.ended = true;
      else this.gaps.push(value);
    }
  }
}

class Comparison {
  private readonly registers: RegisterIndex;
  private readonly a: Side;
  private readonly b: Side;
  private readonly stores: readonly [PageStore, PageStore];
  private readonly counts = { same: 0, benign: 0, real: 0, onlyA: 0, onlyB: 0 };
  private readonly reasons = { timing: 0, tickets: 0, fetches: 0, order: 0, times: 0, polls: 0 };
  private readonly differences: RunDifference[] = [];
  /** By lane: what one run has shown and the other not yet. */
  private readonly lanes = new Map<string, { a: Shown[]; b: Shown[] }>();
  private lost: RunComparison["lost"] = null;

  constructor(a: OpenedRecording, b: OpenedRecording, registers: RegisterIndex) {
    this.registers = registers;
    this.a = new Side(a);
    this.b = new Side(b);
    this.stores = [a.store, b.store];
  }

  run(): RunComparison {
    const [a, b] = [this.a.gaps, this.b.gaps];
    let last: Gap | null = null;
    for (;;) {
      this.a.fill(1);
      this.b.fill(1);
      if (a.length === 0 && b.length === 0) break;
      if (a.length > 0 && b.length > 0 && a[0].key === b[0].key) {
        last = a[0];
        this.pair(a.shift()!, b.shift()!);
        continue;
      }
      const [i, j] = this.meeting("key") ?? this.meeting("shape") ?? this.nowhere();
      if (i + j === 0) {
        last = a[0];
        this.pair(a.shift()!, b.shift()!);
        continue;
      }
      this.only(a.splice(0, i), "a", last, a[0] ?? null);
      this.only(b.splice(0, j), "b", last, b[0] ?? null);
    }
    this.leftOver();
    const { counts, reasons, lost } = this;
    const differences = this.differences.sort((x, y) => orderOf(x) - orderOf(y));
    return { ...counts, reasons, differences: differences.slice(0, DIFFERENCES_MAX), lost };
  }

  /** How many gaps of each side stand before the place where they agree again. */
  private meeting(by: "key" | "shape"): readonly [number, number] | null {
    this.a.fill(WINDOW);
    this.b.fill(WINDOW);
    const [a, b] = [this.a.gaps, this.b.gaps];
    // The same access with another value, and the runs go on alike after it.
    if (by === "key" && a.length > 0 && b.length > 0 && a[0].shape === b[0].shape && this.agrees(1, 1, by))
      return [0, 0];
    const places = new Map<string, number[]>();
    b.forEach((gap, j) => {
      const list = places.get(gap[by]);
      if (list === undefined) places.set(gap[by], [j]);
      else list.push(j);
    });
    let best: readonly [number, number] | null = null;
    for (let i = 0; i < a.length && (best === null || i < best[0] + best[1]); i++) {
      for (const j of places.get(a[i][by]) ?? []) {
        if (best !== null && i + j >= best[0] + best[1]) break;
        if (this.agrees(i, j, by)) best = [i, j];
      }
    }
    return best;
  }

  /** They do not meet again within the window, so it is passed over. */
  private nowhere(): readonly [number, number] {
    const [a, b] = [this.a.gaps, this.b.gaps];
    if (a.length > 0 && b.length > 0) this.lost ??= { a: a[0].seq, b: b[0].seq };
    return [a.length, b.length];
  }

  private agrees(i: number, j: number, by: "key" | "shape"): boolean {
    const [a, b] = [this.a.gaps, this.b.gaps];
    const length = Math.min(AGREE, a.length - i, b.length - j);
    for (let k = 0; k < length; k++) if (a[i + k][by] !== b[j + k][by]) return false;
    return true;
  }

  /** Gaps that one side has alone. Reads like those around them are polls that went on longer. */
  private only(gaps: readonly Gap[], side: "a" | "b", before: Gap | null, after: Gap | null): void {
    const isPoll = ({ kind, key }: Gap): boolean =>
      isRead(kind) && (key === before?.key || key === after?.key);
    const polls = gaps.length > 0 && gaps.every(isPoll);
    for (const gap of gaps) {
      this.counts[side === "a" ? "onlyA" : "onlyB"]++;
      for (const shown of gap.shown) this.lane(shown, side);
      if (polls) this.reasons.polls++;
      else
        this.found({
          what: "input",
          ...placesOf(gap, side),
          path: this.pathOf(gap),
          ...textsOf(this.textOf(gap), side),
        });
    }
  }

  private pair(a: Gap, b: Gap): void {
    const before = this.differences.length;
    if (a.key !== b.key)
      this.found({ what: "input", a: a.seq, b: b.seq, path: this.pathOf(a), ...this.valuesOf(a, b) });
    this.compareReplies(a, b);
    this.compareMemory(a, b);
    const moved =
      a.shown.length !== b.shown.length || a.shown.some(({ text }, n) => text !== b.shown[n].text);
    for (const shown of a.shown) this.lane(shown, "a");
    for (const shown of b.shown) this.lane(shown, "b");
    if (this.differences.length > before) {
      this.counts.real++;
      return;
    }
    const reasons: Reason[] = [];
    if (a.times !== b.times) reasons.push("timing");
    if (a.tickets !== b.tickets) reasons.push("tickets");
    if (a.fetches !== b.fetches) reasons.push("fetches");
    if (a.reply[0] !== b.reply[0] || a.reply[1] !== b.reply[1]) reasons.push("times");
    if (moved) reasons.push("order");
    for (const reason of reasons) this.reasons[reason]++;
    if (reasons.length > 0) this.counts.benign++;
    else this.counts.same++;
  }

  private compareReplies(a: Gap, b: Gap): void {
    const low = a.reply[0] !== b.reply[0];
    if (!low && a.reply[1] === b.reply[1]) return;
    const isMmio = a.kind === K["mmio.read"];
    if (isMmio && this.isTime(a.at, a.size)) return;
    const fields = isMmio ? fieldDifferences(this.registers, a.at, a.reply[0], b.reply[0]) : [];
    const [textA, textB] = [wide(a.reply), wide(b.reply)];
    this.found({ what: "reply", a: a.seq, b: b.seq, path: this.pathOf(a), textA, textB, fields });
  }

  private isTime(at: number, size: number): boolean {
    const { flags, idOf } = this.registers;
    const isTime = (word: number): boolean => (flags[idOf[word] ?? 0] & REG_TIME_VALUE) !== 0;
    return isTime(at >>> 2) || (size === 8 && isTime((at >>> 2) + 1));
  }

  /** Pages that both fetched after the same input. */
  private compareMemory(a: Gap, b: Gap): void {
    const theirs = new Map(b.fetched.map((fetched) => [fetched.path, fetched]));
    for (const mine of a.fetched) {
      const other = theirs.get(mine.path);
      if (other === undefined) continue;
      theirs.delete(mine.path);
      const [p, q] = [this.stores[0].words(mine.page), this.stores[1].words(other.page)];
      const dwords = dwordsOf({ words: p }, { words: q });
      if (dwords.length === 0) continue;
      this.found({
        what: "memory",
        a: mine.seq,
        b: other.seq,
        path: mine.path,
        textA: "",
        textB: "",
        dwords,
      });
    }
  }

  /** The next of a sequence in one run: compared with the other's, or kept until that comes. */
  private lane(shown: Shown, side: "a" | "b"): void {
    let lane = this.lanes.get(shown.lane);
    if (lane === undefined) {
      lane = { a: [], b: [] };
      this.lanes.set(shown.lane, lane);
    }
    const other = lane[side === "a" ? "b" : "a"].shift();
    if (other === undefined) lane[side].push(shown);
    else if (other.text !== shown.text) {
      const [x, y] = side === "a" ? [shown, other] : [other, shown];
      this.found({ what: "shown", a: x.seq, b: y.seq, path: shown.lane, textA: x.text, textB: y.text });
    }
  }

  private leftOver(): void {
    for (const [path, lane] of this.lanes) {
      for (const { seq, text } of lane.a)
        this.found({ what: "shown", a: seq, b: -1, path, textA: text, textB: "never" });
      for (const { seq, text } of lane.b)
        this.found({ what: "shown", a: -1, b: seq, path, textA: "never", textB: text });
    }
  }

  private found(difference: Partial<RunDifference> & Omit<RunDifference, "fields" | "dwords">): void {
    this.differences.push({ fields: [], dwords: [], ...difference });
  }

  private pathOf({ kind, agent, at }: Gap): string {
    const region = KIND_NAMES[kind].split(".")[0];
    if (region === "mmio") return mmioPath(this.registers, agent, at);
    return ["gtt", "config", "io", "aperture"].includes(region)
      ? `${agentName(agent)}.${region}.${at.toString(16)}`
      : agentName(agent);
  }

  private textOf({ kind, value }: Gap): string {
    return `${KIND_NAMES[kind]}${value === "" ? "" : ` ${value}`}`;
  }

  /** Values of the same access, and the fields in which they differ. */
  private valuesOf(a: Gap, b: Gap): { textA: string; textB: string; fields: readonly FieldDifference[] } {
    const texts = { textA: this.textOf(a), textB: this.textOf(b) };
    if (a.value === b.value) return { textA: `${texts.textA} bytes`, textB: "other bytes", fields: [] };
    const word = ({ value }: Gap): number => Number.parseInt(value.slice(-8), 16);
    const isMmio = a.kind === K["mmio.written"];
    return { ...texts, fields: isMmio ? fieldDifferences(this.registers, a.at, word(a), word(b)) : [] };
  }
}

const placesOf = ({ seq }: Gap, side: "a" | "b"): { a: number; b: number } =>
  side === "a" ? { a: seq, b: -1 } : { a: -1, b: seq };
const textsOf = (text: string, side: "a" | "b"): { textA: string; textB: string } =>
  side === "a" ? { textA: text, textB: "not there" } : { textA: "not there", textB: text };
/** Differences stand in order of the first run's rows; what only the second has, by its own. */
const orderOf = ({ a, b }: RunDifference): number => (a >= 0 ? a : b);

function wide([lo, hi]: readonly [number, number]): string {
  const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");
  return hi === 0 ? hex(lo) : `${hex(hi)}:${hex(lo)}`;
}
