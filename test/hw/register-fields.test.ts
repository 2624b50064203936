import { expect, test } from "vitest";
import { gen9Table, type Layout } from "../../src/hw/commands/genxml/table.ts";
import { compileRegisters, fieldRange, type RegisterIndex } from "../../src/hw/compile.ts";
import { REGISTER_BANKS } from "../../src/hw/registers/tables.ts";

/** The fields of register rows against Mesa's: named as the kernel does where it has a name. */

const table = gen9Table();
const REGISTERS = table.names("register").map((name) => table.get("register", name) as Layout);

/** One row for all engines: what INSTDONE says differs from engine to engine. */
const OF_ENGINES = ["BCS_INSTDONE", "VCS_INSTDONE", "VECS_INSTDONE", "INSTDONE_1"];
/** Two dwords: the count of something, all of it one field. */
const isWide = ({ length }: Layout): boolean => length === 2;

/** Fields of the XML of which no bit is in any field of our row, in words. A masked one's upper half is no field. */
function missing(index: RegisterIndex, registers: readonly Layout[]): string[] {
  return registers.flatMap(({ name, offset = 0, fields }) => {
    const row = index.names[index.idOf[offset >>> 2]]?.row;
    if (row === undefined) return [`${name}: no row at ${offset.toString(16)}`];
    let known = 0;
    for (const bits of Object.values(row.fields ?? {})) {
      const [high, low] = fieldRange(bits);
      known |= (0xffff_ffff >>> (31 - high + low)) << low;
    }
    return fields.flatMap((field) => {
      const [high, low] = field.bits;
      if (row.rule === "maskedBits" && low > 15) return [];
      const bits = (0xffff_ffff >>> (31 - high + low)) << low;
      return (known & bits) === 0 ? [`${name}: ${field.name}, bits ${high}:${low}`] : [];
    });
  });
}

test("each register of the XML has a row, and each of its fields has bits in one of the row's", () => {
  const index = compileRegisters("kbl", REGISTER_BANKS);
  const single = REGISTERS.filter((layout) => !isWide(layout) && !OF_ENGINES.includes(layout.name));
  expect(missing(index, single)).toEqual([]);
  expect(single.length).toBeGreaterThan(20);
  // Of a wide one the field is all of it.
  for (const { name, offset = 0 } of REGISTERS) expect(index.idOf[offset >>> 2], name).not.toBe(0);
});

test("the comparison sees a field that is lost", () => {
  const banks = REGISTER_BANKS.map((bank) => {
    const row = bank.rows.GEN8_ROW_INSTDONE;
    if (row === undefined) return bank;
    return { ...bank, rows: { ...bank.rows, GEN8_ROW_INSTDONE: { ...row, fields: {} } } };
  });
  const index = compileRegisters("kbl", banks);
  const rows = REGISTERS.filter(({ name }) => name === "ROW_INSTDONE");
  expect(missing(index, rows)).toHaveLength(15);
});
