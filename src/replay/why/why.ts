import { isUnseen, placeOf, samplerOf, sampleText } from "../names/paths.ts";
import type { Timeline } from "../timeline/timeline.ts";
import { type Cause, CauseFinder } from "./causes.ts";
import { type LastWrite, type SearchCost, WriteFinder } from "./last-write.ts";

/** Value of memory that no row tells of. */
const UNSEEN = "never seen";

/** Why a place holds what it holds. */
export interface Why {
  readonly path: string;
  /** The row that was asked about. */
  readonly at: number;
  /** What the place holds there. */
  readonly value: string;
  /** Number of the recording's first row. */
  readonly first: number;
  /** Who wrote it last, up to there; null: nobody did, it is as reset left it. */
  readonly write: LastWrite | null;
  /** The write's cause tree. */
  readonly cause: Cause | null;
  /** What else came of the same input: completions, switches, interrupts. */
  readonly outcomes: readonly Cause[];
  readonly cost: SearchCost;
}

export interface WhyOptions {
  /** Go back to the write that changed the value. */
  readonly changed?: boolean;
}

/**
 * Asks a recording why. Keeps its index and its tables from question to question. The timeline ends where
 * it stood.
 */
export class Asker {
  private readonly timeline: Timeline;
  private readonly finder: WriteFinder;
  private readonly causes: CauseFinder;

  constructor(timeline: Timeline) {
    this.timeline = timeline;
    this.finder = new WriteFinder(timeline);
    this.causes = new CauseFinder(timeline);
  }

  /**
   * Who last wrote the place at `path`, up to row `at`, and what led to that. Throws PathError,
   * RangeError, DivergedError.
   */
  why(path: string, at: number, options: WhyOptions = {}): Why {
    const { timeline } = this;
    const back = timeline.at;
    const { core } = timeline.seek(at);
    const place = placeOf(timeline.machine, path);
    const value = isUnseen(core, place) ? UNSEEN : sampleText(place, samplerOf(place)(core));
    try {
      const write = this.finder.find(place, at, options.changed === true);
      const cause =
        write === null ? null : this.causes.of(write.seq, write.changed ? "changed by" : "written by");
      const outcomes = write === null ? [] : this.causes.outcomes(write.seq);
      const { cost } = this.finder;
      return { path: place.path, at, value, first: timeline.first, write, cause, outcomes, cost };
    } finally {
      timeline.seek(back);
    }
  }

  /** What led to row `seq`: an interrupt, a completion, an answer. Throws RangeError, DivergedError. */
  row(seq: number): Cause {
    const { timeline } = this;
    const back = timeline.at;
    timeline.seek(seq);
    try {
      return this.causes.of(seq);
    } finally {
      timeline.seek(back);
    }
  }
}

/** An answer as people read it: names first, numbers second, causes as a tree. */
export function whyText(why: Why): string[] {
  const { path, at, value, first, write, cause, outcomes } = why;
  const lines = [`${path}  ${value}  at ${at}`];
  if (write === null || cause === null) {
    const before =
      first > 0 ? `it is as it was before row ${first}, the first here` : "it is as reset left it";
    return [...lines, `  ${value === UNSEEN ? "nobody looked at it" : `nobody wrote it: ${before}`}`];
  }
  const change = write.changed ? `${write.before} -> ${write.after}` : `${write.after}, as before`;
  const also = outcomes.map((outcome) => `  ${rowText(outcome)}`);
  return [...lines, `  ${change}`, ...causeText(cause, "  "), ...also];
}

/** A cause tree as lines. */
export function causeText(cause: Cause, indent = ""): string[] {
  const below = cause.causes.flatMap((inner, n) => {
    const last = n === cause.causes.length - 1;
    const [first, ...rest] = causeText(inner);
    return [
      `${indent}${last ? "└ " : "├ "}${first}`,
      ...rest.map((line) => `${indent}${last ? "  " : "│ "}${line}`),
    ];
  });
  return [`${indent}${rowText(cause)}`, ...below];
}

function rowText({ role, seq, kind, path, value, note }: Cause): string {
  return [`${role} ${seq} ${kind}  ${path}`, value, note === "" ? "" : `(${note})`]
    .filter((part) => part !== "")
    .join("  ");
}
