import type { Rows } from "../src/events/rows.ts";
import type { Tools } from "../src/replay/recording/tools.ts";
import { applyTrace, stretches } from "./apply.ts";
import { atMost, type Figure, printed, short } from "./figure.ts";
import { bytesWithoutPages, fileToState, writeFile } from "./files.ts";
import { Limit, sumColumns } from "./limit.ts";
import { clockCost, interleave } from "./measure.ts";
import type { Trace } from "./trace.ts";

/** A limit slower than this many sums of its columns is no limit. */
const LIMIT_MOST = 6;

const nothing = (): void => {};

/** The figures that are ratios to L, and the size. Throws where L is not what it should be. */
export function ratios(trace: Trace, tools: Tools, rounds: number): Figure[] {
  const clock = clockCost();
  const limit = new Limit(trace.setting);
  let sum = 0;
  const over = (pass: (rows: Rows, from: number, to: number) => void) => (): number[] =>
    trace.blocks.map((block) => stretches(block, clock, pass, nothing));
  const lz4 = writeFile(trace, tools, "lz4");
  const zstd = writeFile(trace, tools, "zstd");
  const [summed, l, applied, fromLz4, fromZstd] = interleave(rounds, [
    over((rows, from, to) => {
      sum += sumColumns(rows, from, to);
    }),
    over((rows, from, to) => limit.pass(rows, from, to)),
    () => applyTrace(trace, clock),
    () => fileToState(trace, tools, lz4, clock),
    () => fileToState(trace, tools, zstd, clock),
  ]);
  if (!(l <= LIMIT_MOST * summed)) {
    throw new Error(
      `${trace.name}: L takes ${short(l / summed)} times the sum of its columns (${sum + limit.sum})`,
    );
  }
  const ns = (ms: number): string => `${short((ms * 1e6) / trace.events)} ns an event`;
  const { name } = trace;
  const zstdBars = process.versions.node.startsWith("20.");
  const weight = bytesWithoutPages(trace, tools) / trace.events;
  return [
    printed(`L, ${name}`, (l * 1e6) / trace.events, "ns", `${short(l / summed)} x the sum of its columns`),
    atMost(`apply + digest, ${name}`, applied / l, "L", 3, 2, ns(applied)),
    atMost(`file to state, lz4, ${name}`, fromLz4 / l, "L", 6, 4, ns(fromLz4)),
    zstdBars
      ? printed(`file to state, zstd (wasm), ${name}`, fromZstd / l, "L", ns(fromZstd))
      : atMost(`file to state, zstd, ${name}`, fromZstd / l, "L", 6, 4, ns(fromZstd)),
    atMost(`bytes an event, packed, no pages, ${name}`, weight, "B", 10, 6.5, "zstd"),
  ];
}
