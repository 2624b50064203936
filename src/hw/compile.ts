import { READ_BEHAVIOURS, WRITE_BEHAVIOURS } from "./behaviours.ts";
import { FEATURES, type Features } from "./platforms.ts";
import { type Bank, type FieldBits, type RegisterFacts, type RegisterRow, RULES } from "./register.ts";
import { MMIO_BYTES, type Platform } from "./units.ts";

/** Flag bits of a compiled register. */
export const REG_FAST_READ = 1;
export const REG_FAST_WRITE = 2;
export const REG_COMMAND_ACCESS = 4;
export const REG_IN_CONTEXT = 8;
export const REG_KEPT_ON_GT_RESET = 16;
export const REG_TIME_VALUE = 32;
const REG_UNALIGNED = 64;
export const REG_RING_CONTEXT = 128;

/** What can be said of one register in words: for output, never on a hot path. */
export interface RegisterName {
  /** `RING_TAIL` */
  readonly name: string;
  /** Bank instance: `rcs0`, `pipeA`, `irq`. */
  readonly component: string;
  readonly row: RegisterRow;
}

/**
 * One platform's registers as typed arrays. Register ids start at 1; 0 is no register. An array register has
 * one id.
 */
export interface RegisterIndex {
  readonly platform: Platform;
  readonly features: Features;
  /** By dword of the MMIO half of BAR 0: register id. */
  readonly idOf: Uint16Array;
  /** Dwords that have a register, ascending. */
  readonly words: Uint32Array;
  readonly count: number;
  /** By id: byte offset of the (first) dword, bytes from element to element. */
  readonly offset: Uint32Array;
  readonly stride: Uint32Array;
  readonly rule: Uint8Array;
  readonly writable: Uint32Array;
  readonly oneToClear: Uint32Array;
  readonly reset: Uint32Array;
  readonly then: Uint8Array;
  readonly read: Uint8Array;
  readonly flags: Uint8Array;
  /** Index of the instance within its bank: which ring, pipe, port. */
  readonly instance: Uint8Array;
  readonly names: readonly (RegisterName | null)[];
}

interface Draft {
  readonly names: (RegisterName | null)[];
  readonly facts: {
    at: number;
    count: number;
    stride: number;
    instance: number;
    row: RegisterRow;
    facts: RegisterFacts;
  }[];
}

/**
 * Compile banks for one platform. Throws, naming the register, on overlap, misalignment, and on a field
 * outside of 32 bits, in the upper half of a masked register, or half in and half out of what a write may
 * change. Status bits lie all outside of that.
 */
export function compileRegisters(platform: Platform, banks: readonly Bank[]): RegisterIndex {
  const draft = collect(platform, banks);
  const n = draft.facts.length + 1;
  const index = {
    platform,
    features: FEATURES[platform],
    idOf: new Uint16Array(MMIO_BYTES / 4),
    words: new Uint32Array(0),
    count: n,
    offset: new Uint32Array(n),
    stride: new Uint32Array(n),
    rule: new Uint8Array(n),
    writable: new Uint32Array(n),
    oneToClear: new Uint32Array(n),
    reset: new Uint32Array(n),
    then: new Uint8Array(n),
    read: new Uint8Array(n),
    flags: new Uint8Array(n),
    instance: new Uint8Array(n),
    names: draft.names,
  };
  draft.facts.forEach((fact, i) => {
    const id = i + 1;
    const { facts } = fact;
    index.offset[id] = fact.at;
    index.stride[id] = fact.stride;
    index.rule[id] = RULES.indexOf(facts.rule ?? "plain");
    index.writable[id] = facts.writable ?? 0xffff_ffff;
    index.oneToClear[id] = facts.oneToClear ?? 0;
    index.reset[id] = facts.reset ?? 0;
    index.then[id] = WRITE_BEHAVIOURS.indexOf(facts.then ?? "none");
    index.read[id] = READ_BEHAVIOURS.indexOf(facts.read ?? "none");
    index.instance[id] = fact.instance;
    index.flags[id] = flagsOf(fact.row, facts);
    claim(index.idOf, index.names, id, fact);
  });
  const words: number[] = [];
  index.idOf.forEach((id, word) => {
    if (id !== 0) words.push(word);
  });
  return { ...index, words: Uint32Array.from(words) };
}

function collect(platform: Platform, banks: readonly Bank[]): Draft {
  const draft: Draft = { names: [null], facts: [] };
  const seen = new Set<string>();
  for (const bank of banks) {
    if (bank.on !== undefined && !bank.on.includes(platform)) continue;
    Object.entries(bank.bases).forEach(([component, base], instance) => {
      const instanceOn = bank.instanceOn?.[component];
      if (instanceOn !== undefined && !instanceOn.includes(platform)) return;
      for (const [name, row] of Object.entries(bank.rows)) {
        if (row.on !== undefined && !row.on.includes(platform)) continue;
        const path = `${component}.${name}`;
        if (seen.has(path)) throw new Error(`${path}: two rows of this name on ${platform}`);
        seen.add(path);
        const facts = { ...row, ...row.variants?.[platform] };
        checkRow(path, base, row, facts);
        draft.names.push({ name, component, row });
        draft.facts.push({
          at: base + row.offset,
          count: row.count ?? 1,
          stride: row.stride ?? 4,
          instance,
          row,
          facts,
        });
      }
    });
  }
  return draft;
}

function checkRow(path: string, base: number, row: RegisterRow, facts: RegisterFacts): void {
  const at = base + row.offset;
  const stride = row.stride ?? 4;
  const end = at + ((row.count ?? 1) - 1) * stride + 4;
  if (at % 4 !== 0 || stride % 4 !== 0 || stride < 4)
    throw new Error(`${path}: ${at.toString(16)} is not a dword`);
  if (at < 0 || end > MMIO_BYTES) throw new Error(`${path}: ${at.toString(16)} lies outside the registers`);
  if (row.cite.trim() === "") throw new Error(`${path}: no citation`);
  for (const [field, bits] of Object.entries(row.fields ?? {})) {
    const [high, low] = fieldRange(bits);
    if (low < 0 || high > 31 || low > high)
      throw new Error(`${path}.${field}: bits ${high}:${low} are not in a dword`);
    checkField(`${path}.${field}`, facts, high, low);
  }
  for (const mask of ["writable", "oneToClear", "reset"] as const) {
    const value = facts[mask] ?? 0;
    if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff)
      throw new Error(`${path}: ${mask} is not 32 bits`);
  }
  if (facts.rule === "maskedBits" && facts.writable !== undefined && facts.writable > 0xffff)
    throw new Error(`${path}: a masked register has 16 writable bits`);
}

/** A field is written as a whole or not at all: one that its masks cut is a wrong field or a wrong mask. */
function checkField(path: string, facts: RegisterFacts, high: number, low: number): void {
  const rule = facts.rule ?? "plain";
  if (rule === "maskedBits" && high > 15) throw new Error(`${path}: bits ${high}:${low} are mask bits`);
  if (facts.writable === undefined || rule === "readOnly" || rule === "discard") return;
  const bits = (0xffff_ffff >>> (31 - high + low)) << low;
  const changed = bits & (facts.writable | (facts.oneToClear ?? 0));
  if (changed !== 0 && changed !== bits)
    throw new Error(`${path}: bits ${high}:${low} lie partly outside of what may be written`);
}

function claim(
  idOf: Uint16Array,
  names: readonly (RegisterName | null)[],
  id: number,
  fact: Draft["facts"][number],
): void {
  for (let k = 0; k < fact.count; k++) {
    const word = (fact.at + k * fact.stride) >>> 2;
    const other = idOf[word];
    if (other !== 0) {
      const a = names[other];
      const b = names[id];
      throw new Error(
        `${b?.component}.${b?.name} overlaps ${a?.component}.${a?.name} at ${(word * 4).toString(16)}`,
      );
    }
    idOf[word] = id;
  }
}

function flagsOf(row: RegisterRow, facts: RegisterFacts): number {
  let flags = 0;
  if ((facts.read ?? "none") === "none") flags |= REG_FAST_READ;
  const plain = (facts.rule ?? "plain") === "plain" && (facts.writable ?? 0xffff_ffff) === 0xffff_ffff;
  if (plain && (facts.then ?? "none") === "none" && !facts.oneToClear) flags |= REG_FAST_WRITE;
  if (row.commandAccess) flags |= REG_COMMAND_ACCESS;
  if (row.inContext) flags |= REG_IN_CONTEXT;
  if (row.inContext === "ring") flags |= REG_RING_CONTEXT;
  if (row.keptOnGtReset) flags |= REG_KEPT_ON_GT_RESET;
  if (row.timeValue) flags |= REG_TIME_VALUE;
  if (row.unaligned) flags |= REG_UNALIGNED;
  return flags;
}

/** [high, low] of a field. */
export function fieldRange(bits: FieldBits): readonly [number, number] {
  return typeof bits === "number" ? [bits, bits] : bits;
}

/** The value of a field in a register's word. */
export function fieldValue(word: number, bits: FieldBits): number {
  const [high, low] = fieldRange(bits);
  const width = high - low + 1;
  return width === 32 ? word >>> 0 : (word >>> low) & ((1 << width) - 1);
}

/** `rcs0.RING_TAIL`, `mocs.GEN9_MOCS[3]`; a bare hexadecimal offset where there is no row. */
export function registerPath(index: RegisterIndex, at: number): string {
  const id = index.idOf[at >>> 2] ?? 0;
  const name = index.names[id];
  if (!name) return `mmio.${at.toString(16)}`;
  const base = `${name.component}.${name.name}`;
  return (name.row.count ?? 1) > 1 ? `${base}[${(at - index.offset[id]) / index.stride[id]}]` : base;
}
