import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ACTIONS, type AddressOperand, type CommandRow } from "../../src/hw/command.ts";
import { BLT_COMMANDS } from "../../src/hw/commands/blt.ts";
import { COMMAND_ROWS } from "../../src/hw/commands/index.ts";
import { MEDIA_COMMANDS } from "../../src/hw/commands/media.ts";
import { MI_COMMANDS } from "../../src/hw/commands/mi.ts";
import { RENDER_COMMANDS } from "../../src/hw/commands/render.ts";
import {
  type CommandIndex,
  commandLength,
  commandRow,
  compileCommands,
  compileEngines,
} from "../../src/hw/compile-commands.ts";
import { PLATFORMS, type Platform } from "../../src/hw/units.ts";

const SAMPLES = new URL("../../../shared/samples/", import.meta.url);

/** The text of a sample, or a visibly skipped test: samples are not part of the repository. */
function sample(name: string, skip: (reason: string) => never): string {
  const url = new URL(name, SAMPLES);
  if (!existsSync(url)) skip(`no ../shared/samples/${name} beside this repository`);
  return readFileSync(url, "utf8");
}

test("the tables have as many rows as they had when they were compared", () => {
  const counts = [MI_COMMANDS, BLT_COMMANDS, RENDER_COMMANDS, MEDIA_COMMANDS].map((rows) => rows.length);
  expect(counts).toEqual([43, 27, 121, 95]);
  const known = (platform: Platform) =>
    compileEngines(COMMAND_ROWS, platform).map((index) => index.names.length - 1);
  expect(known("kbl")).toEqual([163, 60, 120, 40]);
  expect(known("bdw")).toEqual([159, 58, 72, 31]);
});

test("every action is some command's", () => {
  const used = new Set(COMMAND_ROWS.map((row) => row.action));
  expect(ACTIONS.filter((action) => !used.has(action))).toEqual([]);
});

// ---- Lengths that went wrong before

describe("length of a command", () => {
  const [rcs, bcs, vcs, vecs] = compileEngines(COMMAND_ROWS, "kbl");
  const cases: [string, CommandIndex, number, string, number][] = [
    ["MI_NOOP with an identification number", rcs, 0x0040_1234, "MI_NOOP", 1],
    ["MI_FLUSH_DW with bit 7, invalidate BSD", vcs, 0x1300_0083, "MI_FLUSH_DW", 5],
    ["MI_FLUSH_DW on the blitter, with TLB bit", bcs, 0x1304_4002, "MI_FLUSH_DW", 4],
    ["MI_STORE_DATA_IMM, 10 bits, GGTT", vecs, 0x1040_03ff, "MI_STORE_DATA_IMM", 0x401],
    ["MI_LOAD_REGISTER_IMM with byte disables and posted bit", rcs, 0x1100_1f03, "MI_LOAD_REGISTER_IMM", 5],
    ["MI_BATCH_BUFFER_START, second level", rcs, 0x18c0_0101, "MI_BATCH_BUFFER_START", 3],
    ["XY_SRC_COPY_BLT with write enables", bcs, 0x54f0_0008, "XY_SRC_COPY_BLT", 10],
    ["XY_FAST_COPY_BLT", bcs, 0x5080_0008, "XY_FAST_COPY_BLT", 10],
    ["3DSTATE_VF_STATISTICS has no length field", rcs, 0x680b_0001, "3DSTATE_VF_STATISTICS", 1],
    ["3DSTATE_SO_DECL_LIST, 9 bits", rcs, 0x7917_01ff, "3DSTATE_SO_DECL_LIST", 0x201],
    ["3DSTATE_CONSTANT_VS with MOCS above its 8 bits", rcs, 0x7815_0409, "3DSTATE_CONSTANT_VS", 11],
    ["MEDIA_VFE_STATE, 16 bits", rcs, 0x7000_0107, "MEDIA_VFE_STATE", 0x109],
    ["GPGPU_WALKER with indirect bit", rcs, 0x7105_040d, "GPGPU_WALKER", 15],
    ["same opcode on the video engine", vcs, 0x7105_0060, "MFX_AVC_WEIGHTOFFSET_STATE", 98],
    ["MFX_WAIT counts itself", vcs, 0x6800_0100, "MFX_WAIT", 1],
    ["HCP_TILE_CODING counts itself", vcs, 0x7395_0000, "HCP_TILE_CODING", 1],
    ["VEBOX_STATE", vecs, 0x7402_000e, "VEBOX_STATE", 16],
    ["SFC_LOCK behind VEBOX", vecs, 0x7500_0000, "SFC_LOCK", 2],
  ];
  test.each(cases)("%s", (_, index, dword0, name, length) => {
    // A dword read from an Int32Array is the same command.
    for (const word of [dword0, dword0 | 0]) {
      expect(index.names[commandRow(index, word)]).toBe(name);
      expect(commandLength(index, word)).toBe(length);
    }
  });

  test("what an engine does not have is row 0, and 0 dwords long", () => {
    const [bdwRcs, bdwBcs] = compileEngines(COMMAND_ROWS, "bdw");
    const strangers: [CommandIndex, number][] = [
      [rcs, 0x54f0_0008],
      [bcs, 0x7a00_0004],
      [vecs, 0x7000_0003],
      [rcs, 0x2000_0000],
      [rcs, 0xffff_ffff],
      [bcs, 0x0c80_0000],
      [bdwBcs, 0x5080_0008],
      [bdwRcs, 0x7855_0003],
    ];
    for (const [index, dword0] of strangers) {
      expect(commandRow(index, dword0)).toBe(0);
      expect(commandLength(index, dword0)).toBe(0);
    }
    expect(commandLength(rcs, 0x0c80_0000)).toBe(2);
    expect(commandLength(bdwRcs, 0x0c80_0000)).toBe(2);
  });

  test("the index says for all 65,536 upper halves what a search of the rows says", () => {
    for (const platform of PLATFORMS) {
      for (const index of compileEngines(COMMAND_ROWS, platform)) {
        const mine = index.rows.slice(1) as CommandRow[];
        for (let key = 0; key < 0x1_0000; key += 1) {
          const dword0 = (key << 16) >>> 0;
          const found = mine.filter((row) => (dword0 & row.mask) >>> 0 === row.opcode);
          if (found.length > 1 || index.rows[commandRow(index, dword0)] !== found[0]) {
            expect.fail(`${platform} ${index.engine} ${dword0.toString(16)}`);
          }
        }
        expect(mine.map((row) => ACTIONS.indexOf(row.action))).toEqual([...index.action.subarray(1)]);
      }
    }
  });
});

// ---- What the compiler refuses

describe("compileCommands refuses", () => {
  const good: CommandRow = {
    name: "MI_GOOD",
    mask: 0xff80_0000,
    opcode: 0x1e00_0000,
    length: { bits: [7, 0], bias: 2 },
    engines: ["rcs0"],
    action: "skip",
    cost: 0,
    cite: "a test",
  };
  const operand = (own: Partial<AddressOperand>): AddressOperand => {
    return { dword: 1, bits: [63, 2], what: "data", access: "read", space: "ppgtt", ...own };
  };
  const bad: [string, Record<string, unknown>, RegExp][] = [
    ["an unknown engine", { engines: ["ccs0"] }, /MI_BAD: unknown engine ccs0/],
    ["no engine", { engines: [] }, /MI_BAD: no engine/],
    ["an unknown platform", { on: ["icl"] }, /MI_BAD: unknown platform icl/],
    ["an unknown action", { action: "fly" }, /MI_BAD: unknown action fly/],
    ["a row without citation", { cite: "" }, /MI_BAD: no citation/],
    ["a name with a blank", { name: "MI_BAD one" }, /MI_BAD one: name/],
    [
      "a length field above bit 31",
      { length: { bits: [32, 25], bias: 2 } },
      /MI_BAD: length field 32:25 is out/,
    ],
    [
      "a length field below bit 0",
      { length: { bits: [7, -1], bias: 2 } },
      /MI_BAD: length field 7:-1 is out/,
    ],
    ["a length field upside down", { length: { bits: [0, 7], bias: 2 } }, /MI_BAD: length field 0:7 is out/],
    [
      "a length field in the opcode",
      { length: { bits: [23, 16], bias: 2 } },
      /MI_BAD: length field 23:16 covers/,
    ],
    ["a bias of 0", { length: { bits: [7, 0], bias: 0 } }, /MI_BAD: length 0/],
    ["a length of 0", { length: 0 }, /MI_BAD: length 0/],
    ["a broken length", { length: 1.5 }, /MI_BAD: length 1.5/],
    ["an opcode outside its mask", { opcode: 0x0040_0000 }, /MI_BAD: opcode has bits outside/],
    ["a negative opcode", { opcode: -0x8000_0000 }, /MI_BAD: mask or opcode is not a 32-bit/],
    ["a mask without the type bits", { mask: 0x1f80_0000 }, /MI_BAD: mask leaves out/],
    ["a mask in the lower half", { mask: 0xff80_8000 }, /MI_BAD: mask reaches/],
    ["the same opcode twice", { opcode: 0x1e00_0000 }, /MI_BAD: overlaps MI_GOOD on rcs0/],
    [
      "a wider mask over a row",
      { mask: 0xfe00_0000, opcode: 0x1e00_0000 },
      /MI_BAD: overlaps MI_GOOD on rcs0/,
    ],
    [
      "a narrower mask in a row",
      { mask: 0xffff_0000, opcode: 0x1e01_0000 },
      /MI_BAD: overlaps MI_GOOD on rcs0/,
    ],
    ["an address in dword 0", { addresses: [operand({ dword: 0 })] }, /MI_BAD: an address in dword 0/],
    [
      "an address of three dwords",
      { addresses: [operand({ bits: [64, 2] })] },
      /MI_BAD: an address in bits 64:2/,
    ],
    ["a count without a distance", { addresses: [operand({ count: 2 })] }, /MI_BAD: 2 addresses, how far/],
    ["addresses in each other", { addresses: [operand({ every: 1 })] }, /MI_BAD: addresses 1 dwords apart/],
    [
      "a condition on the opcode",
      { privileged: [{ dword: 0, mask: 1 << 23 }] },
      /MI_BAD: a condition covers/,
    ],
    ["half a nanosecond", { cost: 0.5 }, /MI_BAD: a cost is whole/],
    ["the same name twice", { name: "MI_GOOD" }, /MI_GOOD: named twice on rcs0/],
  ];
  test.each(bad)("%s", (_, change, message) => {
    const row = { ...good, name: "MI_BAD", opcode: 0x1f00_0000, ...change } as CommandRow;
    expect(() => compileCommands([good, row], "kbl", "rcs0")).toThrow(message);
  });

  test("but not a length field above bit 0, nor one name on different engines or platforms", () => {
    const elsewhere = { ...good, engines: ["bcs0"] } as const;
    const early = { ...good, on: ["bdw"] } as const;
    const late = { ...good, on: ["kbl"], length: 3 } as const;
    const shifted = { ...good, length: { bits: [15, 8], bias: 1 } } as const;
    expect(commandLength(compileCommands([shifted], "kbl", "rcs0"), 0x1e01_05ff)).toBe(6);
    expect(compileCommands([good, elsewhere], "kbl", "rcs0").names).toEqual(["unknown", "MI_GOOD"]);
    expect(commandLength(compileCommands([early, late], "bdw", "rcs0"), good.opcode)).toBe(2);
    expect(commandLength(compileCommands([early, late], "kbl", "rcs0"), good.opcode)).toBe(3);
  });
});

// ---- Real batches: Mesa's own decoder is the oracle

interface Header {
  address: number;
  dword0: number;
  name: string;
}

function parseHeaders(text: string): Header[] {
  return [...text.matchAll(/^0x([0-9a-f]+):\s+0x([0-9a-f]{8}):\s+(\S.*)$/gm)].map(
    ([, address, dword0, name]) => {
      return { address: Number.parseInt(address, 16), dword0: Number.parseInt(dword0, 16), name };
    },
  );
}

/** Where each submission of these captures begins: at the base of the ring. */
const RING = 0x1000;

describe("captured batches", () => {
  const captures: [string, Platform, number, number][] = [
    ["skl_tri1", "kbl", 257, 251],
    ["bdw_tri1", "bdw", 136, 132],
  ];
  test.for(captures)("%s reads as aubinator reads it", ([capture, platform, commands, steps], ctx) => {
    const headers = parseHeaders(sample(`aub/expected/${capture}.headers.txt`, ctx.skip));
    expect(headers.length).toBe(commands);
    const index = compileCommands(COMMAND_ROWS, platform, "rcs0");
    expect(headers.map(({ dword0 }) => index.names[commandRow(index, dword0)])).toEqual(
      headers.map(({ name }) => name),
    );
    expect(countSteps(index, headers)).toBe(steps);
  });

  /** How many commands stand right behind the one before, or, at the end of a batch, behind its start. */
  function countSteps(index: CommandIndex, headers: readonly Header[]): number {
    let [steps, returnTo] = [0, 0];
    headers.slice(0, -1).forEach(({ address, dword0, name }, position) => {
      const next = headers[position + 1].address;
      const behind = address + 4 * commandLength(index, dword0);
      if (name === "MI_BATCH_BUFFER_START") returnTo = behind;
      else if (next !== RING) {
        expect(next).toBe(name === "MI_BATCH_BUFFER_END" ? returnTo : behind);
        steps += 1;
      }
    });
    return steps;
  }
});
