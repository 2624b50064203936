import type { RunComparison, RunDifference } from "../replay/diff/diff-recordings.ts";
import type { StateDifference } from "../replay/diff/diff-states.ts";
import { columns, count } from "./table.ts";
import { paint } from "./terminal.ts";

/** Differences as people read them: names first, numbers second. */

const SHOWN_MAX = 40;
const DWORDS_SHOWN = 8;
const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");

/** Places in which two states differ; benign ones are counted only, unless `all`. */
export function stateLines(found: readonly StateDifference[], all: boolean): string[] {
  const shown = found.filter(({ benign }) => all || !benign);
  const rows = shown.slice(0, all ? shown.length : SHOWN_MAX).flatMap(lineOf);
  const left = shown.length - SHOWN_MAX;
  const benign = found.length - found.filter((one) => !one.benign).length;
  return [
    ...columns(rows),
    ...(!all && left > 0 ? [paint.dim(`and ${count(left, "place")} more; --all shows them`)] : []),
    ...(!all && benign > 0
      ? [paint.dim(`and ${count(benign, "ticket, time or row number", "tickets, times and row numbers")}`)]
      : []),
  ];
}

function lineOf({ path, what, a, b, fields, dwords }: StateDifference): string[][] {
  const value = (side: StateDifference["a"]): string => {
    if (side === null) return what === "page" ? "never seen" : what === "tree" ? "not there" : "0";
    return what === "register" ? hex(side as number) : String(side);
  };
  const more = fields.map((f) => ["", `${f.field}  ${f.expected.toString(16)} -> ${f.got.toString(16)}`]);
  for (const { at, a: x, b: y } of dwords.slice(0, DWORDS_SHOWN))
    more.push(["", `+${at.toString(16).padStart(3, "0")}  ${hex(x)} -> ${hex(y)}`]);
  if (dwords.length > DWORDS_SHOWN)
    more.push(["", `and ${count(dwords.length - DWORDS_SHOWN, "dword")} more`]);
  return [[paint.bold(path), `${value(a)} -> ${value(b)}`], ...more];
}

/** How two recordings compare. */
export function runLines(found: RunComparison, all: boolean): string[] {
  const { same, benign, real, onlyA, onlyB, reasons, differences, lost } = found;
  const why = Object.entries(reasons).filter(([, n]) => n > 0);
  const lines = differences.slice(0, all ? differences.length : SHOWN_MAX).flatMap(runLine);
  const left = differences.length - SHOWN_MAX;
  return [
    `${count(same, "world input")} the same, ${benign} benign, ${real} really different`,
    ...(why.length === 0 ? [] : [`  benign: ${why.map(([name, n]) => `${name} ${n}`).join(", ")}`]),
    ...(onlyA + onlyB === 0 ? [] : [`  only in the first: ${onlyA}, only in the second: ${onlyB}`]),
    ...(lost === null ? [] : [`  from rows ${lost.a} and ${lost.b} on they have nothing in common`]),
    ...columns(lines, [0, 1]),
    ...(!all && left > 0 ? [paint.dim(`and ${count(left, "difference")} more; --all shows them`)] : []),
  ];
}

function runLine({ what, a, b, path, textA, textB, fields, dwords }: RunDifference): string[][] {
  const place = (seq: number): string => (seq < 0 ? "-" : String(seq));
  const head = [place(a), place(b), what, paint.bold(path), what === "memory" ? "" : `${textA} -> ${textB}`];
  const more = fields.map((f) => `${f.field}  ${f.expected.toString(16)} -> ${f.got.toString(16)}`);
  for (const dword of dwords.slice(0, DWORDS_SHOWN))
    more.push(`+${dword.at.toString(16).padStart(3, "0")}  ${hex(dword.a)} -> ${hex(dword.b)}`);
  return [head, ...more.map((text) => ["", "", "", "", text])];
}
