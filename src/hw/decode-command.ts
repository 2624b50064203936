import type { AddressOperand, Bits, CommandRow } from "./command.ts";
import { type Field, type FieldGroup, gen9Table, type Layout, parseLayout } from "./commands/genxml/table.ts";

/** A command's dwords in words. Nothing here is asked for while an engine runs. */

/** One field of a command that somebody sent. */
export interface DecodedField {
  /** `Vertex Buffer State[1].Buffer Pitch`: groups and structs are steps of the path. */
  readonly path: string;
  /** Bits [high, low] of the command, counted from dword 0. */
  readonly bits: readonly [number, number];
  /** A type of table.ts, or an enum's name. */
  readonly type: string;
  /**
   * The value as 64 bits. An address or an offset stands where it means something: its low bits are zeros, not
   * shifted away.
   */
  readonly low: number;
  readonly high: number;
  /** What the value is called, where it has a name. */
  readonly meaning?: string;
}

/** One address that a command names. */
export interface DecodedAddress {
  readonly operand: AddressOperand;
  readonly low: number;
  readonly high: number;
  readonly space: "ppgtt" | "ggtt" | "relative" | "status";
}

type Dwords = ArrayLike<number>;

const LAYOUTS = new WeakMap<CommandRow, Layout>();
const NO_VALUES: ReadonlyMap<number, string> = new Map();

/** The fields of a command; undefined where nobody has told us. */
export function layoutOf(row: CommandRow): Layout | undefined {
  const known = LAYOUTS.get(row);
  if (known !== undefined) return known;
  const table = gen9Table();
  const theirs = table.get("instruction", row.name) ?? table.get("instruction", `${row.name} command`);
  const ours =
    row.fields === undefined ? undefined : parseLayout(`instruction - 2 - ${row.name}\n${row.fields}`);
  const layout =
    theirs === undefined || ours === undefined
      ? (theirs ?? ours)
      : { ...theirs, fields: [...theirs.fields, ...ours.fields], groups: [...theirs.groups, ...ours.groups] };
  if (layout !== undefined) LAYOUTS.set(row, layout);
  return layout;
}

/**
 * The payload of a command, field by field in the order of its row: all but its opcode, as far as its dwords go.
 * A field that the command ends in counts as far as it is there. What no field reaches, because the command is
 * longer or nobody has told us its fields, comes as dwords. `dwords` holds one whole command.
 */
export function decodeCommand(row: CommandRow, dwords: Dwords): DecodedField[] {
  const out: DecodedField[] = [];
  const layout = layoutOf(row);
  if (layout !== undefined) {
    const payload = layout.fields.filter(({ bits }) => !isOpcode(row, bits));
    decodeInto(out, dwords, { ...layout, fields: payload }, "", 0);
  }
  for (let k = endOf(layout); k < dwords.length; k++) {
    out.push({ path: `DWord ${k}`, bits: [k * 32 + 31, k * 32], type: "u", low: dwords[k] >>> 0, high: 0 });
  }
  return out;
}

/** How many dwords a command's fields reach. */
function endOf(layout: Layout | undefined): number {
  if (layout === undefined) return 1;
  const { fields, groups, length = 1 } = layout;
  if (groups.some(({ count }) => count === 0)) return Number.POSITIVE_INFINITY;
  const ends = [...fields.map(({ bits }) => bits[0]), ...groups.map((g) => g.first + g.count * g.size - 1)];
  return Math.max(length, ...ends.map((bit) => (bit >>> 5) + 1));
}

/** Is the field of dword 0 part of what names the command? */
function isOpcode(row: CommandRow, [high, low]: readonly [number, number]): boolean {
  return high < 32 && ((row.mask >>> low) & 1) === 1;
}

function decodeInto(
  out: DecodedField[],
  dwords: Dwords,
  { fields, groups }: Pick<Layout, "fields" | "groups">,
  prefix: string,
  first: number,
): void {
  for (const field of fields) decodeField(out, dwords, field, `${prefix}${field.name}`, first);
  for (const group of groups) decodeGroup(out, dwords, group, prefix, first);
}

/** Each of a group's fields by its number, to the end of the command where the group has none. */
function decodeGroup(
  out: DecodedField[],
  dwords: Dwords,
  { count, first, size, fields }: FieldGroup,
  prefix: string,
  origin: number,
): void {
  const room = Math.floor((dwords.length * 32 - origin - first) / size);
  const n = count === 0 ? room : Math.min(count, room);
  for (let i = 0; i < n; i++) {
    const at = origin + first + i * size;
    for (const field of fields) decodeField(out, dwords, field, `${prefix}${field.name}[${i}]`, at);
  }
}

function decodeField(out: DecodedField[], dwords: Dwords, field: Field, path: string, first: number): void {
  const low = first + field.bits[1];
  const high = Math.min(first + field.bits[0], dwords.length * 32 - 1);
  if (high < low) return;
  const table = gen9Table();
  const struct = table.get("struct", field.type);
  if (struct !== undefined) {
    decodeInto(out, dwords, struct, `${path}.`, low);
    return;
  }
  if (high - low >= 64) {
    for (let at = low; at <= high; at += 32) {
      const end = Math.min(high, at + 31);
      const value = bitsOf(dwords, end, at);
      out.push({ path: `${path}[${(at - low) >>> 5}]`, bits: [end, at], type: field.type, ...value });
    }
    return;
  }
  const value = fieldValue(dwords, high, low, field.type);
  const values = field.values.size > 0 ? field.values : (table.get("enum", field.type)?.values ?? NO_VALUES);
  const meaning = value.high === 0 ? values.get(value.low) : undefined;
  out.push({
    path,
    bits: [high, low],
    type: field.type,
    ...value,
    ...(meaning !== undefined && { meaning }),
  });
}

function fieldValue(dwords: Dwords, high: number, low: number, type: string): { low: number; high: number } {
  const start = type === "a" || type === "o" ? low & ~31 : low;
  return clearedBelow(bitsOf(dwords, high, start), low - start);
}

/** Bits [high, low] of a command as a 64-bit value; at most 64 of them. */
function bitsOf(dwords: Dwords, high: number, low: number): { low: number; high: number } {
  const at = low >>> 5;
  const shift = low & 31;
  const word = (k: number): number => (k < dwords.length ? dwords[k] >>> 0 : 0);
  const take = (k: number): number =>
    shift === 0 ? word(k) : ((word(k) >>> shift) | (word(k + 1) << (32 - shift))) >>> 0;
  const width = high - low + 1;
  return {
    low: width >= 32 ? take(at) : (take(at) & ((1 << width) - 1)) >>> 0,
    high: width <= 32 ? 0 : width === 64 ? take(at + 1) : (take(at + 1) & ((1 << (width - 32)) - 1)) >>> 0,
  };
}

function clearedBelow(value: { low: number; high: number }, bits: number): { low: number; high: number } {
  return { low: (value.low & (-1 << bits)) >>> 0, high: value.high };
}

/** Do these bits of a command say what they stand for? */
function holds(dwords: Dwords, { dword, mask, value, any }: Bits): boolean {
  const bits = dword < dwords.length ? (dwords[dword] & mask) >>> 0 : 0;
  return any === true ? bits !== 0 : bits === ((value ?? mask) & mask) >>> 0;
}

/** Does this command ask for what only a kernel may? */
export function isPrivileged(row: CommandRow, dwords: Dwords): boolean {
  const { privileged } = row;
  if (privileged === undefined) return false;
  return privileged === true || privileged.some((bits) => holds(dwords, bits));
}

/** The addresses that a command really names: those of its row that count in these dwords. */
export function addressesOf(row: CommandRow, dwords: Dwords): DecodedAddress[] {
  return (row.addresses ?? []).flatMap((operand) => {
    const { dword, bits, every, count, when, index } = operand;
    if (when !== undefined && !holds(dwords, when)) return [];
    const space = index !== undefined && holds(dwords, index) ? "status" : spaceOf(operand, dwords);
    const last = (bits[0] >>> 5) + dword;
    const room = every === undefined ? 1 : Math.floor((dwords.length - 1 - last) / every) + 1;
    const n = last >= dwords.length ? 0 : Math.min(count ?? room, room);
    return Array.from({ length: n }, (_, i) => {
      const at = (dword + i * (every ?? 0)) * 32;
      return { operand, space, ...clearedBelow(bitsOf(dwords, at + bits[0], at), bits[1]) };
    });
  });
}

function spaceOf({ space }: AddressOperand, dwords: Dwords): "ppgtt" | "ggtt" | "relative" {
  if (typeof space === "string") return space;
  return holds(dwords, space) ? "ggtt" : "ppgtt";
}
