import { TOLD_NUMBER } from "../events/kinds.ts";
import { Rows } from "../events/rows.ts";
import { clockText, RowFormatter, type RowText, rowColumns, rowEntries } from "../replay/engine/format.ts";
import type { OpenedRecording } from "../replay/engine/opened.ts";
import { startOf } from "../replay/engine/run.ts";
import { settingOfRecording } from "./recordings.ts";
import { LineWriter, paint } from "./terminal.ts";

/** Which rows to show. */
export interface EventFilter {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
  /** Local numbers; null: all. */
  readonly kinds: ReadonlySet<number> | null;
  readonly pattern: RegExp | null;
  readonly limit: number | null;
}

/** One line a row, or one JSON object a line. */
export async function showEvents(opened: OpenedRecording, filter: EventFilter, json: boolean): Promise<void> {
  const { recording, store } = opened;
  const formatter = new RowFormatter(settingOfRecording(opened).registers, store);
  formatter.startAt(startOf(recording));
  const out = new LineWriter();
  const rows = new Rows(1 << 15);
  const widths = { seq: String(filter.last).length, kind: 18, path: 32 };
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  for (let n = 0; n < recording.blockCount && left > 0; n++) {
    if (recording.block(n).firstSeq > filter.last) break;
    try {
      recording.readBlock(n, rows);
    } finally {
      await out.end();
    }
    for (let i = 0; i < rows.count && left > 0; i++) {
      formatter.see(rows, i);
      const seq = rows.firstSeq + i;
      if (seq < filter.first || seq > filter.last) continue;
      for (const text of wanted(formatter, filter, rows, i)) {
        if (left === 0 || (filter.pattern !== null && !filter.pattern.test(plainLine(text)))) continue;
        await out.write(json ? jsonLine(text, rows, i) : line(text, widths));
        left--;
      }
    }
  }
  await out.end();
}

/** The row, and, where they are asked for by name, what it was told in place. */
function wanted(formatter: RowFormatter, { kinds }: EventFilter, rows: Rows, i: number): RowText[] {
  const text = kinds?.has(rows.kind[i]) === false ? null : formatter.text(rows, i);
  const told = kinds?.has(TOLD_NUMBER) === true ? formatter.told(rows, i) : [];
  return text === null ? told : [text, ...told];
}

const placeOf = ({ seq, entry }: RowText): string => (entry === undefined ? `${seq}` : `${seq}.${entry}`);

function plainLine(text: RowText): string {
  const { time, kind, path, value } = text;
  return `${placeOf(text)} ${clockText(time)} ${kind} ${path} ${value}`;
}

function line(text: RowText, widths: { seq: number; kind: number; path: number }): string {
  const { time, kind, path, value, cause } = text;
  return [
    placeOf(text).padStart(widths.seq),
    paint.dim(clockText(time).padStart(11)),
    kindColour(kind)(kind.padEnd(widths.kind)),
    paint.bold(path.padEnd(widths.path)),
    cause >= 0 ? `${value}  ${paint.dim(`<- ${cause}`)}` : value,
  ]
    .join("  ")
    .trimEnd();
}

function kindColour(kind: string): (text: string) => string {
  if (kind.endsWith(".read")) return paint.cyan;
  if (kind.endsWith(".written")) return paint.yellow;
  if (kind.startsWith("workload") || kind.startsWith("context")) return paint.green;
  if (kind.includes("unknown") || kind.includes("refused") || kind.includes("failed")) return paint.red;
  return (text) => text;
}

function jsonLine(text: RowText, rows: Rows, i: number): string {
  const { seq, entry, time, kind, path, value, cause } = text;
  if (entry !== undefined) return JSON.stringify({ seq, entry, time, kind, path, value });
  const columns = { ...rowColumns(rows, i), ...rowEntries(rows, i) };
  return JSON.stringify({
    seq,
    time,
    kind,
    path,
    value,
    ...columns,
    ...(columns.cause === undefined ? {} : { cause }),
  });
}
