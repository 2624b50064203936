import { type RegisterIndex, registerPath } from "../../hw/compile.ts";
import { ENGINES, VGPU_MAX } from "../../hw/units.ts";
import { type Machine, pending, type State } from "../../reducers/machine.ts";
import { HASH, hashWords } from "../../reducers/mix.ts";
import { agentName } from "../../reducers/path.ts";
import {
  CONFIG,
  DEVICE_GGTT,
  DEVICE_MMIO,
  FRAMES,
  GGTT,
  MMIO,
  MONITOR,
  PARKED_ENGINES,
  PARTIAL,
  TLB,
} from "../../reducers/planes.ts";
import { eachFrameFacts } from "../../reducers/ram.ts";
import { PAGE_SHIFT, type Root } from "../../reducers/words.ts";

export type DumpValue = number | boolean | string;

/** What is known of one guest page. */
export interface PageDump {
  /** 64-bit hash of its words, hexadecimal. */
  readonly hash: string;
  /** Its words; null where only the hash came over. */
  readonly words: Uint32Array | null;
}

/** A state as names and values; what is 0 is left out. Names are those of the version that wrote it. */
export interface StateDump {
  /** Last input, and model time in microseconds. */
  readonly seq: number;
  readonly now: number;
  /** Registers and nameless words by path. */
  readonly words: ReadonlyMap<string, number>;
  /** PTEs by path, as 16 hexadecimal digits. */
  readonly entries: ReadonlyMap<string, string>;
  /** Leaves of the trees, and open tickets, by path. */
  readonly leaves: ReadonlyMap<string, DumpValue>;
  /** Guest pages by path. */
  readonly pages: ReadonlyMap<string, PageDump>;
}

/**
 * Write down the state that a machine stands in. What it shares with `except` may be left out: two dumps that
 * each except the other's state differ in the same places as whole ones.
 */
export function dumpState(machine: Machine, except: State | null = null): StateDump {
  const { core } = machine;
  const { store, configuration } = core.setting;
  const state = machine.snapshot();
  const words = new Map<string, number>();
  const entries = new Map<string, string>();
  const leaves = new Map<string, DumpValue>();
  const pages = new Map<string, PageDump>();
  const each = (plane: number, visit: (index: number, value: number) => void): void =>
    eachOther(state.roots[plane], except?.roots[plane] ?? null, visit);
  const dumpWords = (plane: number, name: (index: number) => string): void =>
    each(plane, (index, value) => words.set(name(index), value));
  for (let v = 1; v <= configuration.vgpus.length; v++) {
    const owner = agentName(v);
    dumpWords(MMIO + v, registerNames(owner, core.registers));
    dumpWords(CONFIG + v, (index) => `${owner}.config.${(index * 4).toString(16)}`);
    dumpWords(MONITOR + v, (index) => `${owner}.monitor.${(index * 4).toString(16)}`);
    dumpWords(PARTIAL + v, (index) => `${owner}.partial.${index.toString(16)}`);
    dumpEntries(each, GGTT + v, (index) => core.words.read(GGTT + v, index), owner, entries);
    dumpTree(`${owner}.tree`, state.trees[v], except?.trees[v], leaves);
    if (state.rams[v].root === except?.rams[v].root) continue;
    eachFrameFacts(state.rams[v].root, ({ gfn, content, words: own }) => {
      const page = own ?? store.words(content);
      pages.set(`${owner}.ram.${gfn.toString(16)}`, { hash: hashOf(page), words: page });
    });
  }
  dumpWords(DEVICE_MMIO, registerNames("device", core.registers));
  dumpEntries(each, DEVICE_GGTT, (index) => core.words.read(DEVICE_GGTT, index), "device", entries);
  dumpWords(FRAMES, (index) => `device.frames.${index.toString(16)}`);
  ENGINES.forEach((engine, e) => {
    dumpWords(TLB + e, (index) => `device.tlb.${engine}.${index.toString(16)}`);
  });
  dumpWords(PARKED_ENGINES, (index) => `device.parked.${index.toString(16)}`);
  dumpTree("device.tree", state.trees[0], except?.trees[0], leaves);
  for (const { ticket, kind, agent, operands } of pending(machine))
    leaves.set(`device.tickets.${ticket}`, `${kind} ${agentName(agent)} ${operands.join(" ")}`);
  return { seq: core.seq, now: core.now, words, entries, leaves, pages };
}

/** Visit words that are not 0, in pages that the two do not share. */
function eachOther(root: Root, other: Root | null, visit: (index: number, value: number) => void): void {
  root.tables.forEach((table, t) => {
    if (table === other?.tables[t]) return;
    table.pages.forEach((page, p) => {
      if (page === other?.tables[t].pages[p]) return;
      const base = ((t << 6) | p) << PAGE_SHIFT;
      for (let i = 0; i < page.words.length; i++) if (page.words[i] !== 0) visit(base | i, page.words[i]);
    });
  });
}

function registerNames(owner: string, index: RegisterIndex): (word: number) => string {
  return (word) => `${owner}.${registerPath(index, word * 4)}`;
}

function dumpEntries(
  each: (plane: number, visit: (index: number, value: number) => void) => void,
  plane: number,
  read: (index: number) => number,
  owner: string,
  entries: Map<string, string>,
): void {
  each(plane, (index) => {
    const low = index & ~1;
    entries.set(`${owner}.gtt.${(low * 4).toString(16)}`, hex(read(low + 1)) + hex(read(low)));
  });
}

function dumpTree(path: string, tree: unknown, except: unknown, leaves: Map<string, DumpValue>): void {
  if (tree === except) return;
  if (typeof tree !== "object" || tree === null) {
    leaves.set(path, tree as DumpValue);
    return;
  }
  for (const [key, value] of Object.entries(tree)) dumpTree(`${path}.${key}`, value, undefined, leaves);
}

function hashOf(words: Uint32Array): string {
  hashWords(words, 0, words.length);
  return hex(HASH.high) + hex(HASH.low);
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}

/** A dump as plain data, for another process: of pages that the model did not write itself only the hash. */
export function plainDump(dump: StateDump, machine: Machine): object {
  const own = new Set<string>();
  for (let v = 1; v <= VGPU_MAX; v++) {
    eachFrameFacts(machine.core.ram[v].root, ({ gfn, words }) => {
      if (words !== null) own.add(`${agentName(v)}.ram.${gfn.toString(16)}`);
    });
  }
  const pages = Array.from(dump.pages, ([path, { hash, words }]) => [
    path,
    own.has(path) && words !== null ? { hash, words: Array.from(words) } : { hash },
  ]);
  return {
    dump: 1,
    seq: dump.seq,
    now: dump.now,
    words: Object.fromEntries(dump.words),
    entries: Object.fromEntries(dump.entries),
    leaves: Object.fromEntries(dump.leaves),
    pages: Object.fromEntries(pages),
  };
}

/** The dump that another process wrote; null where the data is none that this version can read. */
export function parseDump(data: unknown): StateDump | null {
  const plain = data as Record<string, unknown> | null;
  if (typeof plain !== "object" || plain === null || plain.dump !== 1) return null;
  const map = <T>(name: string): Map<string, T> =>
    new Map(Object.entries((plain[name] ?? {}) as Record<string, T>));
  const pages = new Map<string, PageDump>();
  for (const [path, { hash, words }] of map<{ hash: string; words?: number[] }>("pages"))
    pages.set(path, { hash, words: words === undefined ? null : Uint32Array.from(words) });
  return {
    seq: Number(plain.seq),
    now: Number(plain.now),
    words: map<number>("words"),
    entries: map<string>("entries"),
    leaves: map<DumpValue>("leaves"),
    pages,
  };
}
