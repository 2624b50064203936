import type { CommandRow, Length } from "../command.ts";

/** The source of most rows: names, opcodes, lengths and engines, taken as facts with this attribution. */
export const GENXML = "Mesa 22.3.6 src/intel/genxml/gen9.xml (MIT)";
export const GENXML_8 = "Mesa src/intel/genxml/gen8.xml (MIT)";
export const GVT = "gvt/cmd_parser.c, cmd_info";
export const I915_PARSER = "Linux drivers/gpu/drm/i915/i915_cmd_parser.c gen9_blt_cmds";
export const I915_COMMANDS = "Linux drivers/gpu/drm/i915/gt/intel_gpu_commands.h";
export const MEDIA_DRIVER = "intel/media-driver media_driver/agnostic/gen9";

/** The length is in the lowest `bits` bits of dword 0, which hold the number of dwords less `bias`. */
export function dwords(bits: number, bias = 2): Length {
  return { bits: [bits - 1, 0], bias };
}

type Shared = Omit<CommandRow, "name" | "mask" | "opcode">;

/**
 * A family of commands: its opcode is dword 0 shifted right by `shift`, as manuals write it.
 * `shared` is what a row has when it does not say otherwise.
 */
export function family(shift: number, shared: Shared) {
  const mask = (-1 << shift) >>> 0;
  return (code: number, name: string, own: Partial<Shared> = {}): CommandRow => {
    return { ...shared, ...own, name, mask, opcode: (code << shift) >>> 0 };
  };
}
