import { ACTIONS, type AddressOperand, type Bits, type CommandRow } from "./command.ts";
import { ENGINES, type EngineName, PLATFORMS, type Platform } from "./units.ts";

/** Opcodes lie in the upper half of dword 0, so that half alone finds the row, in one load. */
const KEYS = 0x1_0000;
const KEY_SHIFT = 16;

/** The commands of one engine of one platform. All but `rowOf` go by row; row 0 is "no such command". */
export interface CommandIndex {
  readonly platform: Platform;
  readonly engine: EngineName;
  /** Upper half of dword 0 to row. */
  readonly rowOf: Uint16Array;
  readonly rows: readonly (CommandRow | undefined)[];
  readonly names: readonly string[];
  /** Length in dwords = ((dword 0 >>> shift) & mask) + bias. A constant length is a bias and mask 0. */
  readonly lengthMask: Uint32Array;
  readonly lengthShift: Uint8Array;
  readonly lengthBias: Uint32Array;
  /** Index into `ACTIONS`. */
  readonly action: Uint8Array;
  /** The row's `cost`. */
  readonly cost: Uint32Array;
}

/** The row of a command, 0 when this engine has no such command. */
export function commandRow(index: CommandIndex, dword0: number): number {
  return index.rowOf[dword0 >>> KEY_SHIFT];
}

/** Length in dwords of a command whose row is known; 0 for row 0. */
export function rowLength(index: CommandIndex, row: number, dword0: number): number {
  return ((dword0 >>> index.lengthShift[row]) & index.lengthMask[row]) + index.lengthBias[row];
}

/** Length in dwords of a command, 0 when this engine has no such command. */
export function commandLength(index: CommandIndex, dword0: number): number {
  return rowLength(index, commandRow(index, dword0), dword0);
}

/** The commands of one engine of one platform as typed arrays. Throws when rows are wrong or clash. */
export function compileCommands(
  rows: readonly CommandRow[],
  platform: Platform,
  engine: EngineName,
): CommandIndex {
  for (const row of rows) checkRow(row);
  const mine = rows.filter((row) => row.engines.includes(engine) && (row.on?.includes(platform) ?? true));
  checkNames(mine, engine);
  const index: CommandIndex = {
    platform,
    engine,
    rowOf: new Uint16Array(KEYS),
    rows: [undefined, ...mine],
    names: ["unknown", ...mine.map((row) => row.name)],
    lengthMask: new Uint32Array(mine.length + 1),
    lengthShift: new Uint8Array(mine.length + 1),
    lengthBias: new Uint32Array(mine.length + 1),
    action: new Uint8Array(mine.length + 1),
    cost: new Uint32Array(mine.length + 1),
  };
  mine.forEach((row, position) => {
    placeRow(index, row, position + 1);
  });
  return index;
}

/** One index per engine, in the order of `ENGINES`. */
export function compileEngines(rows: readonly CommandRow[], platform: Platform): readonly CommandIndex[] {
  return ENGINES.map((engine) => compileCommands(rows, platform, engine));
}

function placeRow(index: CommandIndex, row: CommandRow, number: number): void {
  const fixed = row.mask >>> KEY_SHIFT;
  const key = row.opcode >>> KEY_SHIFT;
  const free = ~fixed & (KEYS - 1);
  // Every subset of the free bits, from all of them down to none.
  for (let bits = free; bits >= 0; bits = bits === 0 ? -1 : (bits - 1) & free) {
    const other = index.rowOf[key | bits];
    if (other !== 0) refuse(row, `overlaps ${index.names[other]} on ${index.engine}`);
    index.rowOf[key | bits] = number;
  }
  index.action[number] = ACTIONS.indexOf(row.action);
  index.cost[number] = row.cost;
  if (typeof row.length === "number") {
    index.lengthBias[number] = row.length;
    return;
  }
  const [, low] = row.length.bits;
  index.lengthMask[number] = fieldMask(row.length.bits) >>> low;
  index.lengthShift[number] = low;
  index.lengthBias[number] = row.length.bias;
}

function checkRow(row: CommandRow): void {
  if (!/^[0-9A-Z_]+$/.test(row.name)) refuse(row, "name is not in capitals, digits and underscores");
  if (row.cite === "") refuse(row, "no citation");
  if (!ACTIONS.includes(row.action)) refuse(row, `unknown action ${row.action}`);
  if (row.engines.length === 0) refuse(row, "no engine");
  for (const engine of row.engines) if (!ENGINES.includes(engine)) refuse(row, `unknown engine ${engine}`);
  for (const platform of row.on ?? []) {
    if (!PLATFORMS.includes(platform)) refuse(row, `unknown platform ${platform}`);
  }
  checkOpcode(row);
  checkLength(row);
  for (const operand of row.addresses ?? []) checkOperand(row, operand);
  if (row.privileged !== undefined && row.privileged !== true)
    for (const bits of row.privileged) checkBits(row, bits);
  if (!isCost(row.cost) || !isCost(row.effectCost ?? 0)) refuse(row, "a cost is whole nanoseconds");
}

function isCost(ns: number): boolean {
  return Number.isInteger(ns) && ns >= 0;
}

/** An address has bits of one dword, or of two; an array's elements do not lie in each other. */
function checkOperand(row: CommandRow, operand: AddressOperand): void {
  const { dword, space, every, count, when, index } = operand;
  const [high, low] = operand.bits;
  if (!Number.isInteger(dword) || dword < 1) refuse(row, `an address in dword ${dword}`);
  if (!Number.isInteger(high) || !Number.isInteger(low) || low < 0 || low > 31 || high < low || high > 63)
    refuse(row, `an address in bits ${high}:${low}`);
  if (count !== undefined && (every === undefined || count < 1))
    refuse(row, `${count} addresses, how far apart?`);
  if (every !== undefined && every <= high >>> 5) refuse(row, `addresses ${every} dwords apart overlap`);
  for (const bits of [space, when, index]) if (typeof bits === "object") checkBits(row, bits);
}

function checkBits(row: CommandRow, { dword, mask, value }: Bits): void {
  if (!Number.isInteger(dword) || dword < 0) refuse(row, `bits of dword ${dword}`);
  if (mask !== mask >>> 0 || mask === 0) refuse(row, `bits ${mask} of dword ${dword}`);
  if (dword === 0 && (mask & row.mask) !== 0) refuse(row, "a condition covers opcode bits");
  if (value !== undefined && (value & ~mask) !== 0) refuse(row, `value ${value} outside of mask ${mask}`);
}

function checkOpcode(row: CommandRow): void {
  const { mask, opcode } = row;
  if (mask !== mask >>> 0 || opcode !== opcode >>> 0) refuse(row, "mask or opcode is not a 32-bit number");
  if ((mask & (KEYS - 1)) !== 0) refuse(row, "mask reaches into the lower half of dword 0");
  if (mask >>> 29 !== 7) refuse(row, "mask leaves out the command type (bits 31:29)");
  if ((opcode & ~mask) !== 0) refuse(row, "opcode has bits outside its mask");
}

/** Every command is at least one dword long: a length of 0 would hold an engine in place for ever. */
function checkLength(row: CommandRow): void {
  const shortest = typeof row.length === "number" ? row.length : row.length.bias;
  if (!Number.isInteger(shortest) || shortest < 1 || shortest >= KEYS) refuse(row, `length ${shortest}`);
  if (typeof row.length === "number") return;
  const [high, low] = row.length.bits;
  if (!Number.isInteger(high) || !Number.isInteger(low) || low < 0 || high < low || high > 31) {
    refuse(row, `length field ${high}:${low} is outside the dword`);
  }
  if ((fieldMask(row.length.bits) & row.mask) !== 0)
    refuse(row, `length field ${high}:${low} covers opcode bits`);
}

function checkNames(rows: readonly CommandRow[], engine: EngineName): void {
  const seen = new Set<string>();
  for (const row of rows) {
    if (seen.has(row.name)) refuse(row, `named twice on ${engine}`);
    seen.add(row.name);
  }
}

function fieldMask([high, low]: readonly [number, number]): number {
  return ((-1 >>> (31 - high + low)) << low) >>> 0;
}

function refuse(row: CommandRow, reason: string): never {
  throw new Error(`command ${row.name}: ${reason}`);
}
