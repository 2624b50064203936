import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { CommandRow } from "../../src/hw/command.ts";
import { COMMAND_ROWS } from "../../src/hw/commands/index.ts";
import {
  type CommandIndex,
  commandLength,
  commandRow,
  compileCommands,
} from "../../src/hw/compile-commands.ts";
import {
  addressesOf,
  type DecodedField,
  decodeCommand,
  isPrivileged,
  layoutOf,
} from "../../src/hw/decode-command.ts";
import type { Platform } from "../../src/hw/units.ts";
import { unnamedBits } from "./named-bits.ts";

const rowOf = (name: string): CommandRow => {
  const row = COMMAND_ROWS.find((one) => one.name === name);
  if (row === undefined) throw new Error(`no row ${name}`);
  return row;
};
const fields = (name: string, ...dwords: number[]): Record<string, DecodedField> =>
  Object.fromEntries(decodeCommand(rowOf(name), dwords).map((field) => [field.path, field]));

describe("decodeCommand", () => {
  test("names fields and values, and leaves the opcode out", () => {
    const wait = fields("MI_SEMAPHORE_WAIT", 0x0e40_d002, 7, 0x1234_5678, 0x9a);
    expect(wait["Compare Operation"]).toMatchObject({ low: 5, meaning: "SAD_NOT_EQUAL_SDD", bits: [14, 12] });
    expect(wait["Wait Mode"].meaning).toBe("Polling Mode");
    expect(wait["Semaphore Data Dword"].low).toBe(7);
    expect(wait["Semaphore Address"]).toMatchObject({ low: 0x1234_5678, high: 0x9a, type: "a" });
    expect(Object.keys(wait)).not.toContain("MI Command Opcode");
    expect(wait["DWord Length"].low).toBe(2);
  });

  test("leaves an address its place: bits that are something else are 0", () => {
    const flush = fields("MI_FLUSH_DW", 0x1300_4003, 0x8000_1234, 0x1_0001, 1, 2);
    expect(flush.Address).toMatchObject({ low: 0x8000_1230, high: 1 });
    expect(flush["Destination Address Type"].meaning).toBe("GGTT");
    expect(flush["Immediate Data"]).toMatchObject({ low: 1, high: 2 });
  });

  test("follows structs, groups, and groups without an end", () => {
    const buffer = [0x0409_4010, 0x1000, 2, 0x40];
    const vertices = fields("3DSTATE_VERTEX_BUFFERS", 0x7808_0007, ...buffer, 0x0c09_4010, 0x2000, 3, 0x80);
    expect(vertices["Vertex Buffer State[1].Buffer Starting Address"]).toMatchObject({
      low: 0x2000,
      high: 3,
    });
    expect(vertices["Vertex Buffer State[0].Vertex Buffer Index"].low).toBe(1);
    expect(vertices["Vertex Buffer State[1].Buffer Size"].low).toBe(0x80);
    const lri = fields("MI_LOAD_REGISTER_IMM", 0x1100_0003, 0x2358, 5, 0x235c, 6);
    expect(lri["Register Offset"].low).toBe(0x2358);
    expect(lri["Register Offset[0]"].low).toBe(0x235c);
    expect(lri["Data DWord[0]"].low).toBe(6);
    const math = fields("MI_MATH", 0x0d00_0001, 0x0808_0000, 0x1000_0000);
    expect(Object.values(math).map(({ meaning }) => meaning)).toContain("LOAD");
  });

  test("gives what is there of a command cut short, and dwords where nobody knows fields", () => {
    expect(Object.keys(fields("MI_ATOMIC", 0x1780_0401, 0x1000, 0))).not.toContain("Operand1 Data Dword 0");
    expect(fields("MI_URB_CLEAR", 0x0c80_0000, 0x1234)).toEqual({
      "DWord 1": { path: "DWord 1", bits: [63, 32], type: "u", low: 0x1234, high: 0 },
    });
    expect(layoutOf(rowOf("MI_URB_CLEAR"))).toBe(undefined);
    const short = fields("MI_STORE_DATA_IMM", 0x1000_0002, 0x1000, 0, 0xffff_ffff);
    expect(short["Immediate Data"]).toMatchObject({ bits: [127, 96], low: 0xffff_ffff, high: 0 });
    expect(fields("MI_STORE_DATA_IMM", 0x1000_0005, 0x1000, 0, 1, 2, 3, 4)["DWord 6"].low).toBe(4);
  });

  test("reads blits by their own rows", () => {
    const copy = fields(
      "XY_SRC_COPY_BLT",
      0x54f0_8808,
      0x03cc_1000,
      0,
      0x10_0400,
      0x1000,
      1,
      0,
      4096,
      0x2000,
      2,
    );
    expect(copy["Destination Base Address"]).toMatchObject({ low: 0x1000, high: 1 });
    expect(copy["Source Base Address"]).toMatchObject({ low: 0x2000, high: 2 });
    expect(copy["Source Pitch"].low).toBe(4096);
    expect(copy["Raster Operation"].low).toBe(0xcc);
    expect(copy["Destination Tiling Enable"].low).toBe(1);
    const text = fields("XY_TEXT_IMMEDIATE_BLT", 0x4c40_0003, 1, 2, 0xaa, 0xbb);
    expect(text["Immediate Data[1]"].low).toBe(0xbb);
  });

  test("every row decodes, at its length and cut short, with any bits set", () => {
    const wrong: string[] = [];
    for (const row of COMMAND_ROWS) {
      for (const length of [1, 2, 5, 40, 300]) {
        for (const filler of [0, 0xffff_ffff]) {
          const dwords = [(row.opcode | (filler & ~row.mask)) >>> 0, ...new Array(length - 1).fill(filler)];
          for (const { path, bits, low, high } of decodeCommand(row, dwords)) {
            const whole = low === low >>> 0 && high === high >>> 0 && bits[0] < length * 32;
            if (!whole || (filler === 0 && low + high !== 0)) wrong.push(`${row.name} ${path}`);
          }
          if (addressesOf(row, dwords).length > length) wrong.push(row.name);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe("addressesOf", () => {
  const addresses = (name: string, ...dwords: number[]) =>
    addressesOf(rowOf(name), dwords).map(({ low, high, space, operand }) => [
      low,
      high,
      space,
      operand.access,
    ]);

  test("says which table they go through, and only those that count", () => {
    expect(addresses("MI_STORE_DATA_IMM", 0x1040_0002, 0x1004, 1, 5)).toEqual([[0x1004, 1, "ggtt", "write"]]);
    expect(addresses("MI_STORE_DATA_IMM", 0x1000_0002, 0x1004, 1, 5)).toEqual([
      [0x1004, 1, "ppgtt", "write"],
    ]);
    expect(addresses("MI_BATCH_BUFFER_START", 0x1880_0001, 0x1000, 0)).toEqual([[0x1000, 0, "ggtt", "read"]]);
    expect(addresses("MI_BATCH_BUFFER_START", 0x1880_0101, 0x1000, 0)).toEqual([
      [0x1000, 0, "ppgtt", "read"],
    ]);
    expect(addresses("PIPE_CONTROL", 0x7a00_0004, 0x10_0000, 0x1000, 0, 0, 0)).toEqual([]);
    expect(addresses("PIPE_CONTROL", 0x7a00_0004, 0x0100_4000, 0x1000, 0, 0, 0)).toEqual([
      [0x1000, 0, "ggtt", "write"],
    ]);
    expect(addresses("PIPE_CONTROL", 0x7a00_0004, 0x0120_4000, 0x10, 0, 0, 0)).toEqual([
      [0x10, 0, "status", "write"],
    ]);
    expect(addresses("MI_SEMAPHORE_WAIT", 0x0e01_0002, 0, 0x2000, 0)).toEqual([]);
    expect(addresses("MI_COPY_MEM_MEM", 0x1740_0003, 0x10, 0, 0x20, 0)).toEqual([
      [0x10, 0, "ppgtt", "write"],
      [0x20, 0, "ggtt", "read"],
    ]);
  });

  test("counts the elements of arrays that the command is long enough for", () => {
    const constants = (length: number) =>
      addresses("3DSTATE_CONSTANT_PS", 0x7817_0009, ...new Array(length - 1).fill(0));
    expect([constants(11).length, constants(9).length, constants(4).length]).toEqual([4, 3, 0]);
    const vertices = addresses("3DSTATE_VERTEX_BUFFERS", 0x7808_0007, 0, 0x1000, 0, 0, 0, 0x2000, 0, 0);
    expect(vertices.map(([low]) => low)).toEqual([0x1000, 0x2000]);
  });

  test("isPrivileged: whole commands, and bits", () => {
    expect(isPrivileged(rowOf("MI_UPDATE_GTT"), [0x1180_0001, 0, 0])).toBe(true);
    expect(isPrivileged(rowOf("MI_NOOP"), [0])).toBe(false);
    expect(isPrivileged(rowOf("MI_STORE_DATA_IMM"), [0x1040_0002, 0, 0, 0])).toBe(true);
    expect(isPrivileged(rowOf("MI_STORE_DATA_IMM"), [0x1000_0002, 0, 0, 0])).toBe(false);
    expect(isPrivileged(rowOf("PIPE_CONTROL"), [0x7a00_0004, 1 << 23, 0, 0, 0, 0])).toBe(true);
    expect(isPrivileged(rowOf("MEDIA_VFE_STATE"), [0x7000_0007, 0, 0x10, 0, 0, 0, 0, 0, 0])).toBe(true);
    expect(isPrivileged(rowOf("MEDIA_VFE_STATE"), [0x7000_0007, 0x18, 0, 0, 0, 0, 0, 0, 0])).toBe(false);
  });
});

// ---- Real batches

const SAMPLES = new URL("../../../shared/samples/aub/", import.meta.url);

interface Header {
  readonly address: number;
  readonly dword0: number;
  readonly name: string;
}

function headersOf(text: string): Header[] {
  return [...text.matchAll(/^0x([0-9a-f]+):\s+0x([0-9a-f]{8}):\s+(\S.*)$/gm)].map(
    ([, address, dword0, name]) => {
      return { address: Number.parseInt(address, 16), dword0: Number.parseInt(dword0, 16), name };
    },
  );
}

/** The dwords that a capture wrote, page by page, at any alignment of 4 in the file. */
function unpacked(name: string): Uint32Array {
  const bytes = execFileSync("xz", ["-dc", fileURLToPath(new URL(`${name}.aub.xz`, SAMPLES))], {
    maxBuffer: 1 << 26,
  });
  return new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~3)));
}

/** Where in the file the commands of one page stand: where each one's first dword is at its distance. */
function find(file: Uint32Array, run: readonly Header[]): number {
  const [first] = run;
  for (let at = file.indexOf(first.dword0); at >= 0; at = file.indexOf(first.dword0, at + 1)) {
    if (run.every(({ address, dword0 }) => file[at + (address - first.address) / 4] === dword0)) return at;
  }
  return -1;
}

/** Commands of a listing in runs that lie in one page and follow each other. */
function runsOf(index: CommandIndex, headers: readonly Header[]): Header[][] {
  const runs: Header[][] = [];
  let next = -1;
  for (const header of headers) {
    const end = header.address + 4 * commandLength(index, header.dword0);
    const inPage = Math.floor(header.address / 4096) === Math.floor((end - 4) / 4096);
    const follows = header.address === next && header.address % 4096 !== 0;
    if (inPage && follows && runs.length > 0) runs[runs.length - 1].push(header);
    else if (inPage) runs.push([header]);
    next = inPage ? end : -1;
  }
  return runs;
}

describe("captured batches", () => {
  // The layouts are gen9's: gen8 has 3DSTATE_SF's line width elsewhere.
  const captures: [string, Platform, number, string[]][] = [
    ["skl_tri1", "kbl", 257, []],
    ["bdw_tri1", "bdw", 136, ["3DSTATE_SF: dword 2, 2000000 has no name"]],
  ];
  test.for(captures)("%s: every bit that is set has a name", ([capture, platform, commands, known], ctx) => {
    const list = new URL(`expected/${capture}.headers.txt`, SAMPLES);
    if (!existsSync(list)) ctx.skip("no ../shared/samples/aub beside this repository");
    const headers = headersOf(readFileSync(list, "utf8"));
    const index = compileCommands(COMMAND_ROWS, platform, "rcs0");
    const file = unpacked(capture);
    let decoded = 0;
    const unnamed = new Set<string>();
    for (const run of runsOf(index, headers)) {
      const at = find(file, run);
      if (at < 0) continue;
      for (const { address, dword0 } of run) {
        const start = at + (address - run[0].address) / 4;
        const dwords = file.subarray(start, start + commandLength(index, dword0));
        const row = index.rows[commandRow(index, dword0)] as CommandRow;
        for (const bits of unnamedBits(row, dwords)) unnamed.add(bits);
        decoded += 1;
      }
    }
    expect([...unnamed]).toEqual(known);
    // Those that reach into another page are not looked at.
    expect(decoded).toBeGreaterThan(commands * 0.95);
  });
});
