import { describe, expect, test } from "vitest";
import { compileRegisters } from "../../src/hw/compile.ts";
import { bank, type RegisterRow } from "../../src/hw/register.ts";
import { REGISTER_BANKS } from "../../src/hw/registers/tables.ts";
import { MMIO_BYTES } from "../../src/hw/units.ts";

/** What the compiler of register tables refuses, and that today's tables are none of it. */
const cite = "gvt/handlers.c";

function compile(rows: Readonly<Record<string, RegisterRow>>) {
  return compileRegisters("kbl", [bank({ one: 0x2000 }, rows)]);
}

describe("a bad row is refused, by name", () => {
  test.each<[string, Readonly<Record<string, RegisterRow>>, RegExp]>([
    ["overlap", { A: { offset: 0, cite }, B: { offset: 0, cite } }, /one\.B overlaps one\.A at 2000/],
    ["overlap of an array", { A: { offset: 0, count: 4, cite }, B: { offset: 12, cite } }, /overlaps/],
    ["misalignment", { A: { offset: 2, cite } }, /A: 2002 is not a dword/],
    ["a stride that is none", { A: { offset: 0, count: 2, stride: 6, cite } }, /is not a dword/],
    ["outside of the registers", { A: { offset: MMIO_BYTES, cite } }, /lies outside the registers/],
    ["an array over the end", { A: { offset: MMIO_BYTES - 0x2004, count: 2, cite } }, /lies outside/],
    ["a field above bit 31", { A: { offset: 0, fields: { F: 32 }, cite } }, /A\.F: bits 32:32 are not in/],
    ["a field upside down", { A: { offset: 0, fields: { F: [3, 5] }, cite } }, /bits 3:5 are not in a dword/],
    [
      "a field that its mask cuts",
      { A: { offset: 0, writable: 0xff, fields: { F: [8, 4] }, cite } },
      /A\.F: bits 8:4 lie partly outside/,
    ],
    [
      "a field in the mask half of a masked register",
      { A: { offset: 0, rule: "maskedBits", fields: { F: 16 }, cite } },
      /bits 16:16 are mask bits/,
    ],
    ["no citation", { A: { offset: 0, cite: " " } }, /no citation/],
    ["a mask of more than 32 bits", { A: { offset: 0, writable: 0x1_0000_0000, cite } }, /writable is not/],
    [
      "a masked register of 17 bits",
      { A: { offset: 0, rule: "maskedBits", writable: 0x1_ffff, cite } },
      /16/,
    ],
  ])("%s", (_name, rows, message) => {
    expect(() => compile(rows)).toThrow(message);
  });

  test("two rows of a name", () => {
    const rows = (offset: number) => bank({ one: 0x2000 }, { A: { offset, cite } });
    expect(() => compileRegisters("kbl", [rows(0), rows(4)])).toThrow(/one\.A: two rows of this name on kbl/);
  });
});

test("status bits beside writable ones are fine, and so are fields of 32 bits", () => {
  const fields = { STATUS: 31, ENABLE: [3, 0], CLEARED: 8 } as const;
  const index = compile({
    A: { offset: 0, writable: 0xf, oneToClear: 0x100, fields, cite },
    B: { offset: 4, writable: 0xffff_ffff, fields: { ALL: [31, 0] }, cite },
  });
  expect([...index.words]).toEqual([0x800, 0x801]);
});

test.each([
  ["kbl", 600],
  ["bdw", 600],
] as const)("the tables of %s compile, with %i named rows and more", (platform, least) => {
  const { names, count, words } = compileRegisters(platform, REGISTER_BANKS);
  expect(names.length).toBe(count);
  expect(names.filter((name) => name !== null).length).toBeGreaterThanOrEqual(least);
  expect(words.length).toBeGreaterThanOrEqual(least);
});
