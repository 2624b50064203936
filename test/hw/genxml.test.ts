import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { GEN9 } from "../../src/hw/commands/genxml/gen9.ts";
import {
  gen9Table,
  type Kind,
  type Layout,
  LayoutTable,
  parseLayout,
} from "../../src/hw/commands/genxml/table.ts";
import { genxmlModule, genxmlText } from "./genxml-text.ts";

const XML = new URL("../../../shared/samples/genxml/mesa-22.3.6_gen9.xml", import.meta.url);

const table = gen9Table();
const all = (kind: Kind): Layout[] => table.names(kind).map((name) => table.get(kind, name) as Layout);
const fieldsOf = ({ fields, groups }: Layout) => [...fields, ...groups.flatMap((group) => group.fields)];

test("the table is what the XML says; `-u` makes it anew", async (ctx) => {
  if (!existsSync(XML)) ctx.skip("no ../shared/samples/genxml beside this repository");
  const module = genxmlModule(genxmlText(readFileSync(XML, "utf8")));
  await expect(module).toMatchFileSnapshot("../../src/hw/commands/genxml/gen9.ts");
});

describe("the table", () => {
  test("holds all that was counted in the XML", () => {
    expect(all("instruction").length).toBe(227);
    expect(all("struct").length).toBe(46);
    expect(all("enum").length).toBe(13);
    expect(all("register").length).toBe(51);
    const entries = [...all("instruction"), ...all("struct"), ...all("register")];
    const fields = entries.flatMap(fieldsOf);
    expect(fields.length).toBe(4133);
    const endless = (of: readonly Layout[]) =>
      of.flatMap(({ groups }) => groups).filter(({ count }) => count === 0);
    expect(entries.flatMap(({ groups }) => groups).length).toBe(77);
    expect([endless(all("instruction")).length, endless(all("struct")).length]).toEqual([25, 1]);
    expect(GEN9.match(/[ ;]\d+=/g)?.length).toBe(1262);
    expect(all("register").flatMap(fieldsOf).length).toBe(274);
  });

  test("names no struct and no enum that it does not have, and no field outside of its entry", () => {
    for (const layout of [...all("instruction"), ...all("struct"), ...all("register")]) {
      for (const { name, type, bits } of fieldsOf(layout)) {
        const known =
          /^([uibaof]|[us]\d+\.\d+)$/.test(type) || table.get("struct", type) || table.get("enum", type);
        expect(known, `${layout.name}: ${name} is a ${type}`).toBeTruthy();
        expect(bits[0], `${layout.name}: ${name}`).toBeGreaterThanOrEqual(bits[1]);
      }
    }
  });

  test("says prefix, constant, values and what must not be zero", () => {
    const wait = table.get("instruction", "MI_SEMAPHORE_WAIT");
    const compare = wait?.fields.find(({ name }) => name === "Compare Operation");
    expect(compare).toMatchObject({ bits: [14, 12], type: "u", prefix: "COMPARE" });
    expect(compare?.values.get(5)).toBe("SAD_NOT_EQUAL_SDD");
    expect(wait?.fields.find(({ name }) => name === "MI Command Opcode")?.fixed).toBe(28);
    const vertices = table.get("struct", "VERTEX_BUFFER_STATE");
    expect(vertices?.fields.find(({ name }) => name === "MOCS")?.nonzero).toBe(true);
    expect(table.get("register", "GT_MODE")).toMatchObject({ offset: 0x7008, length: 1 });
    expect(table.get("enum", "Shader Channel Select")?.values.get(4)).toBe("RED");
    expect(table.get("instruction", "MI_NONE")).toBe(undefined);
  });

  test("refuses a text that is none", () => {
    expect(() => new LayoutTable("table X\n0 u A")).toThrow("no entry begins like this: table X");
    expect(() => parseLayout("struct 1 X\n0 whatever A")).toThrow("no field: 0 whatever A");
  });
});
