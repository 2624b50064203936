import type { CommandRow } from "../command.ts";
import { dwords, family, GVT, I915_COMMANDS } from "./family.ts";

/**
 * Blitter commands: type 2 in bits 31:29, opcode in bits 28:22, so that dword 0 >> 22 is 100h + opcode.
 * The XML has none of them. All have a length field of 8 bits (i915_cmd_parser.c says so of gen9).
 */
const blt = family(22, { length: dwords(8), engines: ["bcs0"], action: "skip", cite: GVT });

export const BLT_COMMANDS: readonly CommandRow[] = [
  blt(0x101, "XY_SETUP_BLT"),
  blt(0x103, "XY_SETUP_CLIP_BLT"),
  blt(0x111, "XY_SETUP_MONO_PATTERN_SL_BLT"),
  blt(0x124, "XY_PIXEL_BLT"),
  blt(0x125, "XY_SCANLINES_BLT"),
  blt(0x126, "XY_TEXT_BLT"),
  blt(0x131, "XY_TEXT_IMMEDIATE_BLT"),
  blt(0x140, "COLOR_BLT", { cite: I915_COMMANDS }),
  blt(0x142, "XY_FAST_COPY_BLT", { on: ["kbl"], cite: `${I915_COMMANDS} GEN9_XY_FAST_COPY_BLT_CMD` }),
  blt(0x143, "SRC_COPY_BLT", { cite: I915_COMMANDS }),
  blt(0x150, "XY_COLOR_BLT"),
  blt(0x151, "XY_PAT_BLT"),
  blt(0x152, "XY_MONO_PAT_BLT"),
  blt(0x153, "XY_SRC_COPY_BLT"),
  blt(0x154, "XY_MONO_SRC_COPY_BLT"),
  blt(0x155, "XY_FULL_BLT"),
  blt(0x156, "XY_FULL_MONO_SRC_BLT"),
  blt(0x157, "XY_FULL_MONO_PATTERN_BLT"),
  blt(0x158, "XY_FULL_MONO_PATTERN_MONO_SRC_BLT"),
  blt(0x159, "XY_MONO_PAT_FIXED_BLT"),
  blt(0x171, "XY_MONO_SRC_COPY_IMMEDIATE_BLT"),
  blt(0x172, "XY_PAT_BLT_IMMEDIATE"),
  blt(0x173, "XY_SRC_COPY_CHROMA_BLT"),
  blt(0x174, "XY_FULL_IMMEDIATE_PATTERN_BLT"),
  blt(0x175, "XY_FULL_MONO_SRC_IMMEDIATE_PATTERN_BLT"),
  blt(0x176, "XY_PAT_CHROMA_BLT"),
  blt(0x177, "XY_PAT_CHROMA_BLT_IMMEDIATE"),
];
