import {
  FAILSAFE,
  NOTES,
  PORT_COHERENT,
  PORT_MSI,
  PORT_SCREEN,
  REFUSALS,
  TIMER_ENGINE,
  TIMER_SCREEN,
  TIMER_VBLANK,
} from "../../events/codes.ts";
import { type ColumnName, PURPOSES } from "../../events/columns.ts";
import { isInput, K, KIND_NAMES, KINDS, type KindName } from "../../events/kinds.ts";
import type { Rows } from "../../events/rows.ts";
import type { CommandRow } from "../../hw/command.ts";
import { COMMAND_ROWS } from "../../hw/commands/index.ts";
import type { RegisterIndex } from "../../hw/compile.ts";
import { ENGINES } from "../../hw/units.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { agentName, fieldText, mmioPath } from "../../reducers/path.ts";
import type { Start } from "./run.ts";

/** Rows as words: for output, never on a hot path. */

/** What one row says. */
export interface RowText {
  readonly seq: number;
  /** Model time in microseconds. */
  readonly time: number;
  readonly kind: KindName;
  /** What it is about, as in every verb: `vgpu1.rcs0.RING_TAIL`, `vgpu1.ram.1f3a2`. */
  readonly path: string;
  /** Its value, names first; may be empty. */
  readonly value: string;
  /** Row that an asynchronous outcome comes from; -1: the input right before, or the row is an input. */
  readonly cause: number;
}

/**
 * Writes rows as words. Rows must be shown to it in order, from the first on: it keeps the time, and what
 * timers are for.
 */
export class RowFormatter {
  /** Model time after the last row seen, in microseconds. */
  now = 0;
  private readonly registers: RegisterIndex;
  private readonly store: PageStore;
  private readonly timers = new Map<number, number>();

  constructor(registers: RegisterIndex, store: PageStore) {
    this.registers = registers;
    this.store = store;
  }

  /** Start where a recording does, if that is not reset. */
  startAt({ now, timers }: Start): void {
    this.now = now;
    for (const { ticket, code } of timers) this.timers.set(ticket, code);
  }

  /** Take notice of row `i`. */
  see(rows: Rows, i: number): void {
    const kind = rows.kind[i];
    if (isInput(kind)) this.now += rows.dt[i];
    if (kind === K["timer.arm"]) this.timers.set(rows.ticket[i], rows.code[i]);
    else if (kind === K["timer.cancel"]) this.timers.delete(rows.ticket[i]);
  }

  /** Row `i`, which was the last one seen, in words; null where its kind has no name here. */
  text(rows: Rows, i: number): RowText | null {
    const kind = KIND_NAMES[rows.kind[i]];
    if (kind === undefined) return null;
    const seq = rows.firstSeq + i;
    const cause = has(kind, "cause") && rows.cause[i] !== 0 ? seq - rows.cause[i] : -1;
    const path = rowPath(this.registers, rows, i);
    return { seq, time: this.now, kind, path, value: this.value(kind, rows, i), cause };
  }

  private value(kind: KindName, rows: Rows, i: number): string {
    if (kind === "timer.fired") {
      const code = this.timers.get(rows.ticket[i]);
      this.timers.delete(rows.ticket[i]);
      return code === undefined ? ticketText(rows, i) : timerName(code);
    }
    if (kind === "guest.fetched") {
      const hash = rows.page[i] < this.store.count ? hex(this.store.hash(rows.page[i])[0]) : "?";
      return `${PURPOSES[rows.purpose[i]]} page ${rows.page[i] === 0 ? "zero" : hash}`;
    }
    if (kind.startsWith("mmio.") && kind !== "mmio.unknown") return mmioValue(this.registers, rows, i);
    const describe = DESCRIBE[kind];
    if (describe !== undefined) return describe(rows, i);
    if (kind.endsWith(".read") || kind.endsWith(".written")) return accessValue(rows, i);
    return has(kind, "ticket") && rows.ticket[i] !== 0 ? ticketText(rows, i) : "";
  }
}

/** Every column of row `i` that its kind has, by name; numbers as they are recorded. */
export function rowColumns(rows: Rows, i: number): Partial<Record<ColumnName, number>> {
  const kind = KIND_NAMES[rows.kind[i]];
  const names = KINDS[kind].columns as readonly ColumnName[];
  return Object.fromEntries(names.filter((name) => name !== "page").map((name) => [name, rows[name][i]]));
}

function has(kind: KindName, column: ColumnName): boolean {
  return (KINDS[kind].columns as readonly ColumnName[]).includes(column);
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");
const wide = (low: number, high: number): string => (high === 0 ? hex(low) : `${hex(high)}:${hex(low)}`);
const address = (low: number, high: number): string => (high === 0 ? "" : high.toString(16)) + hex(low);
const ticketText = (rows: Rows, i: number): string => `ticket ${rows.ticket[i]}`;
const engineOf = (rows: Rows, i: number): string => ENGINES[rows.engine[i]] ?? "";

/** What row `i` is about, as in every verb. */
export function rowPath(registers: RegisterIndex, rows: Rows, i: number): string {
  const kind = KIND_NAMES[rows.kind[i]];
  const agent = rows.agent[i];
  const name = agentName(agent);
  const at = rows.at[i];
  const region = kind.split(".")[0];
  if (region === "mmio" || kind === "audit.refused") return mmioPath(registers, agent, at);
  if (["gtt", "config", "io", "aperture"].includes(region) && has(kind, "at"))
    return `${name}.${region}.${at.toString(16)}`;
  if (kind === "guest.fetch" || kind.startsWith("guest.fetch") || kind === "memory.unknown")
    return `${name}.ram.${at.toString(16)}`;
  if (kind === "guest.write") {
    const gfn = (at >>> 12) + rows.atHigh[i] * 0x10_0000;
    return `${name}.ram.${gfn.toString(16)}+${(at & 0xfff).toString(16)}`;
  }
  const engine = has(kind, "engine") ? engineOf(rows, i) : "";
  return engine === "" ? name : `${name}.${engine}`;
}

/** Value of a plain access, decoded in the register's fields. */
function mmioValue(registers: RegisterIndex, rows: Rows, i: number): string {
  const at = rows.at[i];
  const fields = registers.names[registers.idOf[at >>> 2] ?? 0]?.row.fields ?? {};
  const decoded = rows.size[i] === 4 ? fieldText(fields, rows.lo[i]) : "";
  return decoded === "" ? accessValue(rows, i) : `${accessValue(rows, i)}  ${decoded}`;
}

function accessValue(rows: Rows, i: number): string {
  const kind = KIND_NAMES[rows.kind[i]];
  if (has(kind, "ticket") && rows.ticket[i] !== 0) return `owed, ${ticketText(rows, i)}`;
  const size = rows.size[i];
  if (size === 8) return wide(rows.lo[i], rows.hi[i]);
  return size === 4 || size === 0 ? hex(rows.lo[i]) : rows.lo[i].toString(16).padStart(size * 2, "0");
}

/** What a timer is for. */
export function timerName(code: number): string {
  if (code >= TIMER_SCREEN) return "screen";
  if (code >= TIMER_VBLANK) return `vblank of pipe ${"ABC"[code - TIMER_VBLANK] ?? code}`;
  return code >= TIMER_ENGINE ? `turn of ${ENGINES[code - TIMER_ENGINE] ?? code}` : `timer ${code}`;
}

/** Microseconds as seconds, by whole numbers: `12.345678`. */
export function clockText(microseconds: number): string {
  const rest = microseconds % 1_000_000;
  return `${(microseconds - rest) / 1_000_000}.${String(rest).padStart(6, "0")}`;
}

/** Context status bits. Source: gvt.md 2.9. */
const STATUS_BITS: readonly (readonly [bit: number, name: string])[] = [
  [0x1, "idle to active"],
  [0x2, "preempted"],
  [0x4, "element switch"],
  [0x8, "active to idle"],
  [0x10, "complete"],
  [0x8000, "lite restore"],
];

function statusText(status: number): string {
  const names = STATUS_BITS.filter(([bit]) => (status & bit) !== 0).map(([, name]) => name);
  return `${hex(status)}  ${names.join(", ")}`;
}

function capabilities(code: number): string {
  const names = [
    [PORT_COHERENT, "coherent"],
    [PORT_MSI, "msi"],
    [PORT_SCREEN, "screen"],
  ] as const;
  return names
    .filter(([bit]) => (code & bit) !== 0)
    .map(([, name]) => name)
    .join(" ");
}

function bytesPreview(rows: Rows, i: number): string {
  const bytes = rows.payloadOf(i);
  const head = Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${bytes.length} bytes  ${head}${bytes.length > 16 ? "..." : ""}`;
}

const range = (rows: Rows, i: number): string =>
  `${address(rows.at[i], rows.atHigh[i])} + ${address(rows.lo[i], rows.hi[i])}`;
const context = (rows: Rows, i: number): string => `context ${hex(rows.lo[i])} lrca ${hex(rows.at[i])}`;
const IRQ_NAMES = ["INTx", "MSI", "MSI-X", "error", "request"];

/** Name of the command whose first dword is in `at`. */
function commandName(rows: Rows, i: number): string {
  const named = ({ mask, opcode }: CommandRow): boolean => (rows.at[i] & mask) >>> 0 === opcode;
  return COMMAND_ROWS.find(named)?.name ?? "";
}

type Describe = (rows: Rows, i: number) => string;

/** Values of the kinds that are not plain accesses. */
const DESCRIBE: Partial<Record<KindName, Describe>> = {
  "gtt.written": (rows, i) =>
    `${accessValue(rows, i)}  ${(rows.lo[i] & 1) === 0 ? "not present" : "present"}`,
  "aperture.written": (rows, i) => `${rows.size[i]} x ${bytesPreview(rows, i)}`,
  "port.attached": (rows, i) => capabilities(rows.code[i]),
  "dma.mapped": (rows, i) => {
    const code = rows.code[i];
    return `${range(rows, i)}${(code & 1) !== 0 ? " coherent" : ""}${(code & 2) !== 0 ? " writable" : ""}`;
  },
  "dma.unmapped": range,
  "irq.routed": (rows, i) => `${IRQ_NAMES[rows.at[i]] ?? rows.at[i]} flags ${rows.code[i].toString(16)}`,
  "page.written": bytesPreview,
  "monitor.plugged": (rows, i) => `port ${"ABCD"[rows.at[i]] ?? rows.at[i]}, ${bytesPreview(rows, i)}`,
  "monitor.unplugged": (rows, i) => `port ${"ABCD"[rows.at[i]] ?? rows.at[i]}`,
  "guest.fetch": (rows, i) =>
    `${PURPOSES[rows.purpose[i]]}${engineOf(rows, i) === "" ? "" : ` for ${engineOf(rows, i)}`}`,
  "guest.fetch.failed": (rows, i) => `${PURPOSES[rows.purpose[i]]} errno ${rows.code[i]}`,
  "guest.write": (rows, i) => `${rows.length[i]} bytes  hash ${hex(rows.hi[i])}${hex(rows.lo[i])}`,
  "access.reply": (rows, i) => `${wide(rows.lo[i], rows.hi[i])}  ${ticketText(rows, i)}`,
  "irq.inject": (rows, i) => `data ${hex(rows.lo[i])} to ${hex(rows.at[i])}`,
  "irq.level": (rows, i) => (rows.lo[i] === 0 ? "low" : "high"),
  "timer.arm": (rows, i) =>
    `${timerName(rows.code[i])} at ${clockText(rows.lo[i] + rows.hi[i] * 0x1_0000_0000)}`,
  "timer.cancel": (rows, i) => timerName(rows.code[i]),
  "workload.submitted": (rows, i) => `${context(rows, i)} tail ${rows.hi[i].toString(16)}`,
  "workload.completed": (rows, i) => `${context(rows, i)} tail ${rows.hi[i].toString(16)}`,
  "context.switched": (rows, i) => `${context(rows, i)}  ${statusText(rows.code[i])}`,
  "audit.refused": (rows, i) => `${REFUSALS[rows.code[i]] ?? rows.code[i]} ${hex(rows.lo[i])}`,
  "failsafe.entered": (rows, i) => FAILSAFE[rows.code[i]] ?? String(rows.code[i]),
  "mmio.unknown": (rows, i) => `${rows.size[i]} bytes ${wide(rows.lo[i], rows.hi[i])}`,
  "memory.unknown": (rows, i) => PURPOSES[rows.purpose[i]] ?? "",
  note: (rows, i) => {
    const said = NOTES[rows.code[i]] ?? rows.code[i];
    const name = said === "command.unmodelled" ? ` ${commandName(rows, i)}` : "";
    return `${said}${name} ${hex(rows.at[i])} ${wide(rows.lo[i], rows.hi[i])}`;
  },
};
