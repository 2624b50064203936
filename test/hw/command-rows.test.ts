import { describe, expect, test } from "vitest";
import type { AddressOperand, CommandRow, Length } from "../../src/hw/command.ts";
import { type Field, gen9Table, type Layout } from "../../src/hw/commands/genxml/table.ts";
import { COMMAND_ROWS } from "../../src/hw/commands/index.ts";
import { commandLength, commandRow, compileEngines } from "../../src/hw/compile-commands.ts";
import { ENGINES, type EngineName } from "../../src/hw/units.ts";

/** The rows against Mesa's table: two hands wrote the same facts down. */

interface Facts {
  readonly mask: number;
  readonly opcode: number;
  readonly length: Length;
  readonly engines: readonly EngineName[];
}

const table = gen9Table();
const INSTRUCTIONS = table.names("instruction").map((name) => table.get("instruction", name) as Layout);

const XML_ENGINES: Record<string, EngineName> = {
  render: "rcs0",
  blitter: "bcs0",
  video: "vcs0",
  videoenhancement: "vecs0",
};

/** Rows that name more engines than the XML, for the reason that their citation gives. */
const WIDER: Record<string, readonly EngineName[]> = {
  MI_FLUSH_DW: ["bcs0", "vcs0", "vecs0"],
  MI_LOAD_SCAN_LINES_INCL: ["rcs0", "bcs0"],
  MI_LOAD_SCAN_LINES_EXCL: ["rcs0", "bcs0"],
  ...Object.fromEntries(
    [
      "LOCK",
      "STATE",
      "AVS_STATE",
      "IEF_STATE",
      "FRAME_START",
      "AVS_LUMA_COEFF_TABLE",
      "AVS_CHROMA_COEFF_TABLE",
    ].map((name) => [`SFC_${name}`, ["vcs0", "vecs0"] as const]),
  ),
};

const rowName = ({ name }: Layout): string => name.replace(/ command$/, "");
const xmlEngines = ({ engines }: Layout): readonly EngineName[] =>
  engines === undefined ? ENGINES : engines.map((one) => XML_ENGINES[one]);

function factsOf(layout: Layout): Facts {
  let [mask, opcode] = [0, 0];
  let inDword0: Length | undefined;
  for (const { name, bits, fixed } of layout.fields) {
    const [high, low] = bits;
    if (high > 31) continue;
    if (name === "DWord Length") inDword0 = { bits: [high, low], bias: Number(layout.bias) };
    if (fixed === undefined || !/opcode|command type|subtype|pipeline$|instruction command/i.test(name))
      continue;
    mask |= ((2 ** (high - low + 1) - 1) << low) >>> 0;
    opcode |= fixed << low;
  }
  const engines = WIDER[rowName(layout)] ?? xmlEngines(layout);
  return { mask: mask >>> 0, opcode: opcode >>> 0, length: inDword0 ?? Number(layout.length), engines };
}

/** What is wrong with the rows, in words; nothing when each instruction has its row. */
function differences(rows: readonly CommandRow[]): string[] {
  return INSTRUCTIONS.flatMap((layout) => {
    const wanted = factsOf(layout);
    const name = rowName(layout);
    if (!xmlEngines(layout).every((engine) => wanted.engines.includes(engine)))
      return [`${name}: engine taken away`];
    const named = rows.filter((row) => row.name === name);
    if (named.length !== 1) return [`${name}: ${named.length} rows`];
    const [{ mask, opcode, length, engines }] = named;
    const got = JSON.stringify({ mask, opcode, length, engines });
    return got === JSON.stringify(wanted) ? [] : [`${name}: ${got}, not ${JSON.stringify(wanted)}`];
  });
}

describe("command rows and Mesa's gen9.xml", () => {
  test("each of the 227 instructions has its row, and so has Kaby Lake's index", () => {
    expect(INSTRUCTIONS.length).toBe(227);
    expect(differences(COMMAND_ROWS)).toEqual([]);
    const indexes = compileEngines(COMMAND_ROWS, "kbl");
    for (const layout of INSTRUCTIONS) {
      const { opcode, length } = factsOf(layout);
      for (const engine of xmlEngines(layout)) {
        const index = indexes[ENGINES.indexOf(engine)];
        expect(index.names[commandRow(index, opcode)]).toBe(rowName(layout));
        expect(commandLength(index, opcode)).toBe(typeof length === "number" ? length : length.bias);
      }
    }
  });

  test("the comparison sees a wrong opcode, length field, bias, engine, and a lost row", () => {
    const spoil = (change: Partial<CommandRow>) =>
      COMMAND_ROWS.map((row) => (row.name === "MI_MATH" ? { ...row, ...change } : row));
    const changes: Partial<CommandRow>[] = [
      { opcode: 0x0c80_0000 },
      { mask: 0xffc0_0000 },
      { length: { bits: [5, 0], bias: 2 } },
      { length: { bits: [7, 0], bias: 1 } },
      { length: 2 },
      { engines: ["rcs0"] },
      { name: "MI_MATHS" },
    ];
    for (const change of changes) expect(differences(spoil(change))).toHaveLength(1);
  });

  test("each of GVT-g's opcodes has a row on Kaby Lake", () => {
    const [rcs, , vcs] = compileEngines(COMMAND_ROWS, "kbl");
    const late: [typeof rcs, number, string][] = [
      [rcs, 0x0b00_0000, "MI_SEMAPHORE_MBOX"],
      [rcs, 0x0c80_0000, "MI_URB_CLEAR"],
      [rcs, 0x6103_0000, "SWTESS_BASE_ADDRESS"],
      [rcs, 0x7003_0000, "MEDIA_GATEWAY_STATE"],
      [rcs, 0x7005_0000, "MEDIA_POOL_STATE"],
      [rcs, 0x780b_0000, "3DSTATE_VF_STATISTICS_965"],
      [rcs, 0x7825_0000, "3DSTATE_DEPTH_STENCIL_STATE_POINTERS"],
      [rcs, 0x790b_0000, "3DSTATE_GS_SVB_INDEX"],
      [vcs, 0x7101_0000, "MFX_AVC_QM_STATE"],
      [vcs, 0x7301_0000, "MFX_MPEG2_QM_STATE"],
    ];
    for (const [index, dword0, name] of late) expect(index.names[commandRow(index, dword0)]).toBe(name);
  });
});

// ---- Addresses

type Place = Pick<AddressOperand, "dword" | "bits" | "every" | "count">;

/** Every field of type address, also in structs and groups, as a row says where it is. */
function xmlAddresses({ fields, groups }: Pick<Layout, "fields" | "groups">, first = 0): Place[] {
  const direct = fields.flatMap((field) => placesOf(field, first));
  const repeated = groups.flatMap((group) =>
    group.fields.flatMap((field) =>
      placesOf(field, first + group.first).map((place) => {
        const count = group.count === 0 ? {} : { count: group.count };
        return { ...place, every: group.size / 32, ...count };
      }),
    ),
  );
  return [...direct, ...repeated];
}

function placesOf({ type, bits }: Field, first: number): Place[] {
  const at = first + bits[1];
  const struct = table.get("struct", type);
  if (struct !== undefined) return xmlAddresses(struct, at);
  if (type !== "a") return [];
  return [{ dword: at >>> 5, bits: [bits[0] - bits[1] + (at & 31), at & 31] }];
}

const shown = ({ dword, bits, every, count }: Place): string =>
  `${dword} [${bits}]${every === undefined ? "" : ` every ${every}${count === undefined ? "" : ` x ${count}`}`}`;

/** Rows with addresses that the XML types otherwise: a plain number. */
const PLAIN_NUMBERS: readonly string[] = ["SFC_STATE"];

function addressDifferences(rows: readonly CommandRow[]): string[] {
  return INSTRUCTIONS.flatMap((layout) => {
    const name = rowName(layout);
    if (PLAIN_NUMBERS.includes(name)) return [];
    const own = rows.find((row) => row.name === name)?.addresses ?? [];
    const [got, want] = [own.map(shown).sort(), xmlAddresses(layout).map(shown).sort()];
    return got.join() === want.join() ? [] : [`${name}: ${got.join("; ")}, not ${want.join("; ")}`];
  });
}

describe("address operands", () => {
  test("are where the XML has addresses: in 50 instructions, and in structs of 9 more", () => {
    expect(addressDifferences(COMMAND_ROWS)).toEqual([]);
    const direct = INSTRUCTIONS.filter(({ fields }) => fields.some(({ type }) => type === "a"));
    const all = INSTRUCTIONS.filter((layout) => xmlAddresses(layout).length > 0);
    expect([direct.length, all.length]).toEqual([50, 59]);
  });

  test("the comparison sees one that is lost, moved, narrowed, or counted otherwise", () => {
    const spoil = (name: string, change: (addresses: readonly AddressOperand[]) => AddressOperand[]) =>
      COMMAND_ROWS.map((row) =>
        row.name === name ? { ...row, addresses: change(row.addresses ?? []) } : row,
      );
    for (const rows of [
      spoil("MI_ATOMIC", () => []),
      spoil("MI_COPY_MEM_MEM", ([one, two]) => [one, { ...two, dword: 2 }]),
      spoil("PIPE_CONTROL", ([one]) => [{ ...one, bits: [47, 3] }]),
      spoil("3DSTATE_CONSTANT_PS", ([one]) => [{ ...one, count: 3 }]),
      spoil("3DSTATE_VERTEX_BUFFERS", ([one]) => [{ ...one, every: 3 }]),
    ])
      expect(addressDifferences(rows)).toHaveLength(1);
  });

  /** docs/facts/commands.md#opcodes, whose dwords are gen7's: each goes up by the addresses before it. */
  const BLITS: Record<string, readonly number[]> = {
    XY_SETUP_BLT: [4, 7],
    XY_SETUP_MONO_PATTERN_SL_BLT: [4],
    XY_TEXT_BLT: [3],
    XY_COLOR_BLT: [4],
    XY_PAT_BLT: [4, 5],
    XY_MONO_PAT_BLT: [4],
    XY_SRC_COPY_BLT: [4, 7],
    XY_MONO_SRC_COPY_BLT: [4, 5],
    XY_FULL_MONO_SRC_BLT: [4, 5, 8],
    XY_FULL_MONO_PATTERN_BLT: [4, 7],
    XY_FULL_MONO_PATTERN_MONO_SRC_BLT: [4, 5],
    XY_MONO_PAT_FIXED_BLT: [4],
    XY_MONO_SRC_COPY_IMMEDIATE_BLT: [4],
    XY_PAT_BLT_IMMEDIATE: [4],
    XY_SRC_COPY_CHROMA_BLT: [4, 7],
    XY_FULL_IMMEDIATE_PATTERN_BLT: [4, 7],
    XY_FULL_MONO_SRC_IMMEDIATE_PATTERN_BLT: [4, 5],
    XY_PAT_CHROMA_BLT: [4, 5],
    XY_PAT_CHROMA_BLT_IMMEDIATE: [4],
  };
  test.each(Object.entries(BLITS))("%s has GVT-g's, two dwords each", (name, dwords) => {
    const row = COMMAND_ROWS.find((one) => one.name === name);
    const own = (row?.addresses ?? []).map(({ dword }, i) => dword - i);
    expect(own).toEqual(dwords);
  });

  test("whoever may choose the GGTT says by which bits, and that it is privileged", () => {
    for (const { name, addresses = [], privileged } of COMMAND_ROWS) {
      for (const { space } of addresses) {
        if (typeof space === "string" || name === "MI_BATCH_BUFFER_START") continue;
        expect(
          privileged === true || privileged?.some((bits) => bits === space || bits.mask === space.mask),
          name,
        ).toBe(true);
      }
    }
  });
});
