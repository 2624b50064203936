import type { RegisterIndex } from "../../hw/compile.ts";
import { type FieldDifference, fieldDifferences } from "../../reducers/path.ts";
import type { DumpValue, PageDump, StateDump } from "./dump.ts";

/** One place in which two states differ. */
export interface StateDifference {
  /** `vgpu1.rcs0.RING_TAIL`, `vgpu1.gtt.1000`, `vgpu1.tree.pipes.0.on`, `vgpu1.ram.1f3a2`. */
  readonly path: string;
  readonly what: "register" | "entry" | "tree" | "page";
  /** Values; null where that state has none: 0, or a page never seen. Of pages the hash. */
  readonly a: DumpValue | null;
  readonly b: DumpValue | null;
  /** Of a register: named fields that differ; `expected` is the first state's. */
  readonly fields: readonly FieldDifference[];
  /** Of a page: dwords that differ, by byte offset in it; at most 64. */
  readonly dwords: readonly { readonly at: number; readonly a: number; readonly b: number }[];
  /** Ticket numbers, times, row numbers and caches: two runs may differ in them and yet agree. */
  readonly benign: boolean;
}

const DWORDS_MAX = 64;
/** Leaves of trees that hold a ticket, a stamp, a row's number or a time. */
const PASSING = new Set([
  ...[
    "timer",
    "fetch",
    "apertureAsks",
    "screenTimer",
    "drawTimer",
    "turn",
    "submittedAt",
    "pendingAt",
    "queuedAt",
    "portAt",
    "fetchedAt",
    "cause",
  ],
  ...["freeAt", "turnNs", "last", "due", "carry", "after"],
]);
const PASSING_PREFIX = /^device\.(tickets|tlb)\./;

/** Every place in which two states differ, in order of kind and path. `registers` names the fields. */
export function diffStates(a: StateDump, b: StateDump, registers: RegisterIndex): StateDifference[] {
  const offsets = offsetsOf(registers);
  const none = { fields: [], dwords: [] };
  const found: StateDifference[] = [];
  eachDifference(a.words, b.words, (path, x, y) => {
    const at = offsets.get(path.slice(path.indexOf(".") + 1).replace(/\[\d+\]$/, ""));
    const fields = at === undefined ? [] : fieldDifferences(registers, at, x ?? 0, y ?? 0);
    found.push({ path, what: "register", a: x, b: y, fields, dwords: [], benign: PASSING_PREFIX.test(path) });
  });
  eachDifference(a.entries, b.entries, (path, x, y) => {
    found.push({ path, what: "entry", a: x, b: y, ...none, benign: false });
  });
  eachDifference(a.leaves, b.leaves, (path, x, y) => {
    found.push({ path, what: "tree", a: x, b: y, ...none, benign: isPassing(path) });
  });
  const hash = (page: PageDump | null): string | null => page?.hash ?? null;
  eachDifference(
    a.pages,
    b.pages,
    (path, x, y) => {
      found.push({
        path,
        what: "page",
        a: hash(x),
        b: hash(y),
        fields: [],
        dwords: dwordsOf(x, y),
        benign: false,
      });
    },
    (x, y) => x.hash === y.hash,
  );
  return found;
}

function isPassing(path: string): boolean {
  // Of a list, its name says what it holds.
  const leaf = path.replace(/(\.\d+)+$/, "");
  return PASSING_PREFIX.test(path) || PASSING.has(leaf.slice(leaf.lastIndexOf(".") + 1));
}

function eachDifference<T>(
  a: ReadonlyMap<string, T>,
  b: ReadonlyMap<string, T>,
  visit: (path: string, a: T | null, b: T | null) => void,
  same: (a: T, b: T) => boolean = (x, y) => x === y,
): void {
  const names = [...a.keys(), ...Array.from(b.keys()).filter((path) => !a.has(path))];
  for (const path of names) {
    const x = a.get(path) ?? null;
    const y = b.get(path) ?? null;
    if (x === null || y === null || !same(x, y)) visit(path, x, y);
  }
}

/** Byte offset by `component.NAME`. */
function offsetsOf(registers: RegisterIndex): ReadonlyMap<string, number> {
  const offsets = new Map<string, number>();
  registers.names.forEach((name, id) => {
    if (name !== null) offsets.set(`${name.component}.${name.name}`, registers.offset[id]);
  });
  return offsets;
}

/** Dwords in which two pages differ; none where only a hash is known of one, or one was never seen. */
export function dwordsOf(
  x: Pick<PageDump, "words"> | null,
  y: Pick<PageDump, "words"> | null,
): StateDifference["dwords"] {
  const [p, q] = [x?.words ?? null, y?.words ?? null];
  if (p === null || q === null) return [];
  const found: { at: number; a: number; b: number }[] = [];
  for (let i = 0; i < p.length && found.length < DWORDS_MAX; i++)
    if (p[i] !== q[i]) found.push({ at: i * 4, a: p[i], b: q[i] });
  return found;
}
