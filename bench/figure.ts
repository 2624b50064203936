/** One line of the table. */
export interface Figure {
  readonly name: string;
  readonly measured: number;
  readonly unit: string;
  /** What it must be, at least, and what it should be; null where it is only printed. */
  readonly bar: number | null;
  readonly aim: number | null;
  /** Is more better? */
  readonly more: boolean;
  /** What the number alone does not say. */
  readonly detail: string;
}

/** A figure that must not be greater than `bar`. */
export function atMost(
  name: string,
  measured: number,
  unit: string,
  bar: number,
  aim: number,
  detail = "",
): Figure {
  return { name, measured, unit, bar, aim, more: false, detail };
}

/** A figure that must not be less than `bar`. */
export function atLeast(
  name: string,
  measured: number,
  unit: string,
  bar: number,
  aim: number,
  detail = "",
): Figure {
  return { name, measured, unit, bar, aim, more: true, detail };
}

/** A figure without a bar. */
export function printed(name: string, measured: number, unit: string, detail = ""): Figure {
  return { name, measured, unit, bar: null, aim: null, more: false, detail };
}

export type Verdict = "aim" | "holds" | "MISSED" | "";

export function verdict(figure: Figure): Verdict {
  const { measured, bar, aim, more } = figure;
  if (bar === null || aim === null) return "";
  const reaches = (asked: number): boolean => (more ? measured >= asked : measured <= asked);
  if (reaches(aim)) return "aim";
  return reaches(bar) ? "holds" : "MISSED";
}

/** Three significant digits. */
export function short(value: number): string {
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 3));
}
