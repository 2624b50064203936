import type { AddressOperand, CommandRow } from "../command.ts";
import { dwords, family, GVT, I915_COMMANDS } from "./family.ts";
import { both, FULL, reads } from "./operands.ts";

/**
 * Blitter commands: type 2 in bits 31:29, opcode in bits 28:22, so that dword 0 >> 22 is 100h + opcode.
 * The XML has none of them. All have a length field of 8 bits (i915_cmd_parser.c says so of gen9).
 *
 * Their dwords follow each other in one way: mode, corners, destination, then what each has beside. An address takes
 * two dwords since gen8 (intel_migrate.c: XY_SRC_COPY_BLT's source came from dword 7 to 8), so each one of GVT-g's
 * numbers, which are gen7's, goes up by the addresses before it. Addresses go through the context's PPGTT.
 */
const blt = family(22, { length: dwords(8), engines: ["bcs0"], action: "skip", cost: 0, cite: GVT });

const MIGRATE = "gt/intel_migrate.c";

/** One part of a blit: how many dwords it takes, its fields from its first bit on, and its address. */
interface Part {
  readonly dwords: number;
  readonly fields: readonly (readonly [low: number, high: number, type: string, name: string])[];
  readonly address?: (dword: number) => AddressOperand;
}

const one = (name: string): Part => ({ dwords: 1, fields: [[0, 31, "u", name]] });
const point = (name: string): Part => {
  return {
    dwords: 1,
    fields: [
      [0, 15, "i", `${name} X`],
      [16, 31, "i", `${name} Y`],
    ],
  };
};
const place = (name: string, address: (dword: number) => AddressOperand): Part => {
  return { dwords: 2, fields: [[0, 63, "a", name]], address };
};

const DESTINATION = place("Destination Base Address", (dword) => both(dword, FULL, "surface"));
const SOURCE = place("Source Base Address", (dword) => reads(dword, FULL, "surface"));
const MONO_SOURCE = place("Mono Source Base Address", (dword) => reads(dword, FULL, "surface"));
const PATTERN = place("Pattern Base Address", (dword) => reads(dword, FULL, "surface"));
/** Pitch, raster operation, depth, clipping: BLT_DEPTH_32 and its like in intel_gpu_commands.h. */
const MODE: Part = {
  dwords: 1,
  fields: [
    [0, 15, "i", "Destination Pitch"],
    [16, 23, "u", "Raster Operation"],
    [24, 25, "u", "Color Depth"],
    [30, 30, "b", "Clipping Enabled"],
  ],
};
const CORNERS: readonly Part[] = [point("Destination 1"), point("Destination 2")];
const CLIP: readonly Part[] = [point("Clip Rectangle 1"), point("Clip Rectangle 2")];
const SIZE: Part = {
  dwords: 1,
  fields: [
    [0, 15, "u", "Destination Width in Bytes"],
    [16, 31, "u", "Destination Height"],
  ],
};
const SOURCE_PITCH: Part = { dwords: 1, fields: [[0, 15, "i", "Source Pitch"]] };
const SOURCE_START: readonly Part[] = [point("Source 1"), SOURCE_PITCH, SOURCE];
const COLORS: readonly Part[] = [one("Background Color"), one("Foreground Color")];
const SOURCE_COLORS: readonly Part[] = [one("Source Background Color"), one("Source Foreground Color")];
const PATTERN_COLORS: readonly Part[] = [one("Pattern Background Color"), one("Pattern Foreground Color")];
const MONO_PATTERN: readonly Part[] = [one("Pattern Data 0"), one("Pattern Data 1")];
const CHROMA: readonly Part[] = [one("Transparency Color Low"), one("Transparency Color High")];
/** Pixels in the command itself, to its end. */
const IMMEDIATE = "Immediate Data";

const HEADER = ["11 b Destination Tiling Enable", "15 b Source Tiling Enable"];
const WRITES = ["20 b RGB Write Enable", "21 b Alpha Write Enable"];
const COPY_TILING = ["13-14 u Destination Tiling Method", "20-21 u Source Tiling Method"];

/** Fields and addresses of a blit whose dwords after the first are these parts. */
function parts(header: readonly string[], list: readonly Part[], rest?: string): Partial<CommandRow> {
  const lines = ["0-7 u DWord Length", ...header];
  const addresses: AddressOperand[] = [];
  let dword = 1;
  for (const part of list) {
    for (const [low, high, type, name] of part.fields) {
      const [first, last] = [dword * 32 + low, dword * 32 + high];
      lines.push(`${first === last ? first : `${first}-${last}`} ${type} ${name}`);
    }
    if (part.address !== undefined) addresses.push(part.address(dword));
    dword += part.dwords;
  }
  if (rest !== undefined) lines.push(`*0 ${dword * 32} 32`, `0-31 u ${rest}`, ".");
  return { fields: lines.join("\n"), ...(addresses.length > 0 && { addresses }) };
}

const TILED = [...HEADER, ...WRITES];
/** What nearly all begin with. */
const drawn = (...more: readonly Part[]) => parts(TILED, [MODE, ...CORNERS, DESTINATION, ...more]);
const drawnFrom = (...more: readonly Part[]) =>
  parts(TILED, [MODE, ...CORNERS, DESTINATION, ...more], IMMEDIATE);

export const BLT_COMMANDS: readonly CommandRow[] = [
  blt(0x101, "XY_SETUP_BLT", parts(TILED, [MODE, ...CLIP, DESTINATION, ...COLORS, PATTERN])),
  blt(0x103, "XY_SETUP_CLIP_BLT", parts(TILED, CLIP)),
  blt(0x111, "XY_SETUP_MONO_PATTERN_SL_BLT", {
    ...parts(TILED, [MODE, ...CLIP, DESTINATION, ...COLORS, ...MONO_PATTERN]),
  }),
  blt(0x124, "XY_PIXEL_BLT", parts(HEADER, [point("Destination")])),
  blt(0x125, "XY_SCANLINES_BLT", parts(HEADER, CORNERS)),
  blt(0x126, "XY_TEXT_BLT", parts(HEADER, [...CORNERS, MONO_SOURCE])),
  blt(0x131, "XY_TEXT_IMMEDIATE_BLT", parts(HEADER, CORNERS, IMMEDIATE)),
  blt(0x140, "COLOR_BLT", {
    ...parts(WRITES, [MODE, SIZE, DESTINATION, one("Solid Pattern Color")]),
    cite: I915_COMMANDS,
  }),
  blt(0x142, "XY_FAST_COPY_BLT", {
    on: ["kbl"],
    ...parts(COPY_TILING, [MODE, ...CORNERS, DESTINATION, ...SOURCE_START]),
    cite: `${I915_COMMANDS} GEN9_XY_FAST_COPY_BLT_CMD; ${MIGRATE}, emit_copy`,
  }),
  blt(0x143, "SRC_COPY_BLT", {
    ...parts(WRITES, [MODE, SIZE, DESTINATION, SOURCE_PITCH, SOURCE]),
    cite: `${I915_COMMANDS}; ${MIGRATE}, emit_copy of gen7`,
  }),
  blt(0x150, "XY_COLOR_BLT", {
    ...drawn(one("Solid Pattern Color")),
    cite: `${GVT}; ${MIGRATE}, emit_clear`,
  }),
  blt(0x151, "XY_PAT_BLT", drawn(PATTERN)),
  blt(0x152, "XY_MONO_PAT_BLT", drawn(...COLORS, ...MONO_PATTERN)),
  blt(0x153, "XY_SRC_COPY_BLT", { ...drawn(...SOURCE_START), cite: `${GVT}; ${MIGRATE}, emit_copy` }),
  blt(0x154, "XY_MONO_SRC_COPY_BLT", drawn(MONO_SOURCE, ...COLORS)),
  blt(0x155, "XY_FULL_BLT", drawn(...SOURCE_START, PATTERN)),
  blt(0x156, "XY_FULL_MONO_SRC_BLT", drawn(MONO_SOURCE, ...COLORS, PATTERN)),
  blt(0x157, "XY_FULL_MONO_PATTERN_BLT", drawn(...SOURCE_START, ...PATTERN_COLORS, ...MONO_PATTERN)),
  blt(0x158, "XY_FULL_MONO_PATTERN_MONO_SRC_BLT", {
    ...drawn(MONO_SOURCE, ...SOURCE_COLORS, ...PATTERN_COLORS, ...MONO_PATTERN),
  }),
  blt(0x159, "XY_MONO_PAT_FIXED_BLT", drawn(...COLORS)),
  blt(0x171, "XY_MONO_SRC_COPY_IMMEDIATE_BLT", drawnFrom(...COLORS)),
  blt(0x172, "XY_PAT_BLT_IMMEDIATE", drawnFrom()),
  blt(0x173, "XY_SRC_COPY_CHROMA_BLT", drawn(...SOURCE_START, ...CHROMA)),
  blt(0x174, "XY_FULL_IMMEDIATE_PATTERN_BLT", drawnFrom(...SOURCE_START)),
  blt(0x175, "XY_FULL_MONO_SRC_IMMEDIATE_PATTERN_BLT", drawnFrom(MONO_SOURCE, ...COLORS)),
  blt(0x176, "XY_PAT_CHROMA_BLT", drawn(PATTERN, ...CHROMA)),
  blt(0x177, "XY_PAT_CHROMA_BLT_IMMEDIATE", drawnFrom(...CHROMA)),
];
