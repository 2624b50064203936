import {
  FAILSAFE,
  NOT_NOW,
  NOTES,
  PORT_COHERENT,
  PORT_MSI,
  PORT_SCREEN,
  REFUSALS,
  TIMER_DRAW,
  TIMER_ENGINE,
  TIMER_SCREEN,
  TIMER_VBLANK,
  TOLD,
  WRITE_PAYLOAD,
} from "../../events/codes.ts";
import { type ColumnName, PURPOSES } from "../../events/columns.ts";
import { isInput, K, KIND_NAMES, KINDS, type KindName, TOLD_KIND } from "../../events/kinds.ts";
import { frameOfPiece } from "../../events/pieces.ts";
import { type Rows, TABLE_OF } from "../../events/rows.ts";
import { entryColumns, TABLE_NAMES, type TableName } from "../../events/tables.ts";
import type { CommandRow } from "../../hw/command.ts";
import { COMMAND_ROWS } from "../../hw/commands/index.ts";
import { type RegisterIndex, registerPath } from "../../hw/compile.ts";
import { ENGINES } from "../../hw/units.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { agentName, fieldText, mmioPath } from "../../reducers/path.ts";
import type { Start } from "./run.ts";

/** Rows as words: for output, never on a hot path. */

/** Answers named in a row's own line. */
const TOLD_NAMED = 3;

/** What one row, or one entry of its list, says. */
export interface RowText {
  readonly seq: number;
  /** Of an entry of the row's list: its place in there, `seq.k` together. */
  readonly entry?: number;
  /** Model time in microseconds. */
  readonly time: number;
  readonly kind: KindName | typeof TOLD_KIND;
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
    const said = [this.value(kind, rows, i), answersText(rows, i)].filter((text) => text !== "").join("  ");
    return { seq, time: this.now, kind, path, value: said, cause };
  }

  /** What row `i` was told in place, one text an entry; its place is `seq.k`. */
  told(rows: Rows, i: number): RowText[] {
    const { vgpu, gfn, purpose, engine, page, status } = rows.answerTable;
    return Array.from({ length: rows.answers[i] }, (_, k) => {
      const at = rows.firstAnswer[i] + k;
      const path = `${agentName(vgpu[at])}.ram.${gfn[at].toString(16)}`;
      const what = `${PURPOSES[purpose[at]]}${ENGINES[engine[at]] === undefined ? "" : ` for ${ENGINES[engine[at]]}`}`;
      const value = `${what} ${this.answerText(status[at], page[at])}`;
      return { seq: rows.firstSeq + i, entry: k, time: this.now, kind: TOLD_KIND, path, value, cause: -1 };
    });
  }

  private answerText(status: number, page: number): string {
    if (status === NOT_NOW) return "not now";
    if (status !== TOLD) return `errno ${status}`;
    return `page ${page === 0 ? "zero" : page < this.store.count ? hex(this.store.hash(page)[0]) : "?"}`;
  }

  private value(kind: KindName, rows: Rows, i: number): string {
    if (kind === "irq.inject") return interruptValue(this.registers, rows, i);
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
  const plain = names.filter((name) => name !== "page" && !(name in TABLE_OF));
  return Object.fromEntries(plain.map((name) => [name, rows[name][i]]));
}

/** The entries of row `i` by table, those tables that it has some in: numbers as they are recorded. */
export function rowEntries(
  rows: Rows,
  i: number,
): Partial<Record<TableName, readonly Readonly<Record<string, number>>[]>> {
  const some = TABLE_NAMES.filter((name) => rows[name][i] > 0);
  return Object.fromEntries(
    some.map((name) => {
      const first = name === "answers" ? rows.firstAnswer[i] : rows.firstPiece[i];
      const columns = rows[TABLE_OF[name]] as unknown as Record<string, Uint32Array>;
      const names = entryColumns(name).filter((column) => (column as string) !== "page");
      const entry = (k: number): Record<string, number> =>
        Object.fromEntries(names.map((column) => [column, columns[column][first + k]]));
      return [name, Array.from({ length: rows[name][i] }, (_, k) => entry(k))];
    }),
  );
}

/** The frames that a row was told of, the first few by name. */
function answersText(rows: Rows, i: number): string {
  const count = rows.answers[i];
  if (count === 0) return "";
  const { gfn, purpose } = rows.answerTable;
  const named = Array.from({ length: Math.min(count, TOLD_NAMED) }, (_, k) => {
    const at = rows.firstAnswer[i] + k;
    return `${PURPOSES[purpose[at]]} ${gfn[at].toString(16)}`;
  });
  return `told ${named.join(", ")}${count > TOLD_NAMED ? `, ... ${count} in all` : ""}`;
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
  if (kind === "aperture.written")
    return `${name}.aperture.${rows.storeTable.at[rows.firstPiece[i]].toString(16)}`;
  if (["gtt", "config", "io", "aperture"].includes(region) && has(kind, "at"))
    return `${name}.${region}.${at.toString(16)}`;
  if (kind === "guest.fetch" || kind.startsWith("guest.fetch") || kind === "memory.unknown")
    return `${name}.ram.${at.toString(16)}`;
  if (kind === "guest.write") {
    const p = rows.firstPiece[i];
    const gfn = frameOfPiece(rows.writeTable, p);
    return `${name}.ram.${gfn.toString(16)}+${(rows.writeTable.at[p] & 0xfff).toString(16)}`;
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

/** A message, and the bits that raised it: `data 00000021 to fee00000 for gtIrq0.GEN8_GT_IIR RCS_USER_INTERRUPT`. */
function interruptValue(registers: RegisterIndex, rows: Rows, i: number): string {
  const at = rows.code[i];
  const names = fieldText(registers.names[registers.idOf[at >>> 2] ?? 0]?.row.fields ?? {}, rows.hi[i]);
  const bits = names === "" ? hex(rows.hi[i]) : names;
  return `data ${hex(rows.lo[i])} to ${hex(rows.at[i])} for ${registerPath(registers, at)} ${bits}`;
}

function accessValue(rows: Rows, i: number): string {
  const size = rows.size[i];
  if (size === 8) return wide(rows.lo[i], rows.hi[i]);
  return size === 4 || size === 0 ? hex(rows.lo[i]) : rows.lo[i].toString(16).padStart(size * 2, "0");
}

/** What a timer is for. */
export function timerName(code: number): string {
  if (code >= TIMER_DRAW) return "rest of the screen";
  if (code >= TIMER_SCREEN) return "screen";
  if (code >= TIMER_VBLANK) return `vblank of pipe ${"ABC"[code - TIMER_VBLANK] ?? code}`;
  return code >= TIMER_ENGINE ? `turn of ${ENGINES[code - TIMER_ENGINE] ?? code}` : `timer ${code}`;
}

/** Microseconds as seconds, by whole numbers: `12.345678`. */
export function clockText(microseconds: number): string {
  const rest = microseconds % 1_000_000;
  return `${(microseconds - rest) / 1_000_000}.${String(rest).padStart(6, "0")}`;
}

/** Context status bits. Source: docs/facts/execlists.md#status-buffer. */
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

/** Runs that an aperture write came in, and the bytes. */
function storesText(rows: Rows, i: number): string {
  const { size } = rows.storeTable;
  const runs = rows.stores[i] === 1 ? "" : `${rows.stores[i]} runs, `;
  return `${runs}${size[rows.firstPiece[i]]} x ${bytesPreview(rows, i)}`;
}

const WRITE_NAMES = ["", "a time", "a position", "the bytes written", "a status"];

/** The first piece of a write to guest memory, and how many there are. */
function piecesText(rows: Rows, i: number): string {
  const { length, lo, hi, code } = rows.writeTable;
  const p = rows.firstPiece[i];
  let bytes = 0;
  for (let k = p; k < p + rows.writes[i]; k++) bytes += length[k];
  const name = WRITE_NAMES[code[p]] ?? "";
  const hash = code[p] === WRITE_PAYLOAD ? "" : `  hash ${hex(hi[p])}${hex(lo[p])}`;
  const pieces = rows.writes[i] === 1 ? "" : `${rows.writes[i]} pieces, `;
  return `${pieces}${bytes} bytes${hash}${name === "" ? "" : `  ${name}`}`;
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
  "aperture.written": storesText,
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
  "guest.write": piecesText,
  "access.reply": (rows, i) => `${wide(rows.lo[i], rows.hi[i])}  ${ticketText(rows, i)}`,
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
