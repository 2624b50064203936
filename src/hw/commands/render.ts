import type { CommandRow } from "../command.ts";
import { MI_COMMAND_NS, POST_SYNC_NS, WALK_NS } from "../cost.ts";
import { dwords, family, GENXML, GENXML_8, GVT, I915_COMMANDS, I915_PARSER } from "./family.ts";
import { bit, both, DWORD_48, FULL, KIB_64, PAGE_64, postSync, reads, writes } from "./operands.ts";

/** Commands of the render engine's 3D, media and GPGPU pipelines: opcode in bits 31:16. */
const render = family(16, {
  length: dwords(8),
  engines: ["rcs0"],
  action: "skip",
  cost: 0,
  cite: GENXML,
});

const ONE_DWORD = { length: 1 } as const;
const NINE_BITS = { length: dwords(9) } as const;
const LONG = { length: dwords(16) } as const;
const GEN9_ONLY = { on: ["kbl"], cite: `${GENXML}; not in gen8.xml` } as const;

/** 3DSTATE_CONSTANT_BODY: four buffers. */
const CONSTANTS = { addresses: [reads(3, [63, 5], "constants", { every: 2, count: 4 })] } as const;
const scratch = (dword: number) => ({ addresses: [both(dword, KIB_64, "scratch")] });
const POOL = { addresses: [reads(1, PAGE_64, "state")] } as const;
const SURFACE = { addresses: [both(2, FULL, "surface")] } as const;
/** A base of STATE_BASE_ADDRESS: it counts where its lowest dword's bit 0 says so. */
const base = (dword: number) => ({ when: bit(dword, 0) });
/** An offset from the indirect object base address. */
const INDIRECT_DATA = { addresses: [reads(3, [31, 0], "data", { space: "relative" })] } as const;

const GLOBAL_POST_SYNC = bit(1, 24);
const STORE_INDEX = bit(1, 21);
const MMIO_WRITE = bit(1, 23);
const NOTIFY = bit(1, 8);

export const RENDER_COMMANDS: readonly CommandRow[] = [
  render(0x6003, "STATE_PREFETCH", { addresses: [reads(1, [31, 6], "instructions", { space: "relative" })] }),
  render(0x6101, "STATE_BASE_ADDRESS", {
    addresses: [
      both(1, PAGE_64, "state", base(1)),
      reads(4, PAGE_64, "state", base(4)),
      reads(6, PAGE_64, "state", base(6)),
      reads(8, PAGE_64, "state", base(8)),
      reads(10, PAGE_64, "instructions", base(10)),
      reads(16, PAGE_64, "state", base(16)),
    ],
  }),
  render(0x6102, "STATE_SIP"),
  render(0x6103, "SWTESS_BASE_ADDRESS", {
    addresses: [both(1, PAGE_64, "state")],
    cite: `${GVT}; ${GENXML_8}`,
  }),
  render(0x6104, "GPGPU_CSR_BASE_ADDRESS", { addresses: [both(1, PAGE_64, "context")] }),
  render(0x680b, "3DSTATE_VF_STATISTICS", ONE_DWORD),
  render(0x6904, "PIPELINE_SELECT", ONE_DWORD),
  render(0x7000, "MEDIA_VFE_STATE", {
    ...LONG,
    // MEDIA_VFE_STATE_MMIO_ACCESS_MASK.
    privileged: [{ dword: 2, mask: 0x18, any: true }],
    addresses: [both(1, [47, 10], "scratch")],
    cite: `${GENXML}; ${I915_PARSER}`,
  }),
  render(0x7001, "MEDIA_CURBE_LOAD", LONG),
  render(0x7002, "MEDIA_INTERFACE_DESCRIPTOR_LOAD", LONG),
  render(0x7003, "MEDIA_GATEWAY_STATE", { ...LONG, cite: GVT }),
  render(0x7004, "MEDIA_STATE_FLUSH", LONG),
  render(0x7005, "MEDIA_POOL_STATE", {
    ...LONG,
    cite: `${GVT}; ${I915_COMMANDS} GEN9_MEDIA_POOL_STATE`,
  }),
  render(0x7100, "MEDIA_OBJECT", { ...LONG, ...INDIRECT_DATA }),
  render(0x7102, "MEDIA_OBJECT_PRT", LONG),
  render(0x7103, "MEDIA_OBJECT_WALKER", LONG),
  render(0x7105, "GPGPU_WALKER", { action: "walk", cost: WALK_NS }),
  render(0x7106, "MEDIA_OBJECT_GRPID", { ...LONG, ...INDIRECT_DATA }),
  render(0x7804, "3DSTATE_CLEAR_PARAMS"),
  render(0x7805, "3DSTATE_DEPTH_BUFFER", SURFACE),
  render(0x7806, "3DSTATE_STENCIL_BUFFER", SURFACE),
  render(0x7807, "3DSTATE_HIER_DEPTH_BUFFER", SURFACE),
  render(0x7808, "3DSTATE_VERTEX_BUFFERS", { addresses: [reads(2, FULL, "vertices", { every: 4 })] }),
  render(0x7809, "3DSTATE_VERTEX_ELEMENTS"),
  render(0x780a, "3DSTATE_INDEX_BUFFER", { addresses: [reads(2, FULL, "indices")] }),
  render(0x780b, "3DSTATE_VF_STATISTICS_965", { ...ONE_DWORD, cite: GVT }),
  render(0x780c, "3DSTATE_VF"),
  render(0x780d, "3DSTATE_MULTISAMPLE"),
  render(0x780e, "3DSTATE_CC_STATE_POINTERS"),
  render(0x780f, "3DSTATE_SCISSOR_STATE_POINTERS"),
  render(0x7810, "3DSTATE_VS", scratch(4)),
  render(0x7811, "3DSTATE_GS", scratch(4)),
  render(0x7812, "3DSTATE_CLIP"),
  render(0x7813, "3DSTATE_SF"),
  render(0x7814, "3DSTATE_WM"),
  render(0x7815, "3DSTATE_CONSTANT_VS", CONSTANTS),
  render(0x7816, "3DSTATE_CONSTANT_GS", CONSTANTS),
  render(0x7817, "3DSTATE_CONSTANT_PS", CONSTANTS),
  render(0x7818, "3DSTATE_SAMPLE_MASK"),
  render(0x7819, "3DSTATE_CONSTANT_HS", CONSTANTS),
  render(0x781a, "3DSTATE_CONSTANT_DS", CONSTANTS),
  render(0x781b, "3DSTATE_HS", scratch(5)),
  render(0x781c, "3DSTATE_TE"),
  render(0x781d, "3DSTATE_DS", scratch(4)),
  render(0x781e, "3DSTATE_STREAMOUT"),
  render(0x781f, "3DSTATE_SBE"),
  render(0x7820, "3DSTATE_PS", scratch(4)),
  render(0x7821, "3DSTATE_VIEWPORT_STATE_POINTERS_SF_CLIP"),
  render(0x7823, "3DSTATE_VIEWPORT_STATE_POINTERS_CC"),
  render(0x7824, "3DSTATE_BLEND_STATE_POINTERS"),
  render(0x7825, "3DSTATE_DEPTH_STENCIL_STATE_POINTERS", { cite: GVT }),
  render(0x7826, "3DSTATE_BINDING_TABLE_POINTERS_VS"),
  render(0x7827, "3DSTATE_BINDING_TABLE_POINTERS_HS"),
  render(0x7828, "3DSTATE_BINDING_TABLE_POINTERS_DS"),
  render(0x7829, "3DSTATE_BINDING_TABLE_POINTERS_GS"),
  render(0x782a, "3DSTATE_BINDING_TABLE_POINTERS_PS"),
  render(0x782b, "3DSTATE_SAMPLER_STATE_POINTERS_VS"),
  render(0x782c, "3DSTATE_SAMPLER_STATE_POINTERS_HS"),
  render(0x782d, "3DSTATE_SAMPLER_STATE_POINTERS_DS"),
  render(0x782e, "3DSTATE_SAMPLER_STATE_POINTERS_GS"),
  render(0x782f, "3DSTATE_SAMPLER_STATE_POINTERS_PS"),
  render(0x7830, "3DSTATE_URB_VS"),
  render(0x7831, "3DSTATE_URB_HS"),
  render(0x7832, "3DSTATE_URB_DS"),
  render(0x7833, "3DSTATE_URB_GS"),
  render(0x7834, "3DSTATE_GATHER_CONSTANT_VS"),
  render(0x7835, "3DSTATE_GATHER_CONSTANT_GS"),
  render(0x7836, "3DSTATE_GATHER_CONSTANT_HS"),
  render(0x7837, "3DSTATE_GATHER_CONSTANT_DS"),
  render(0x7838, "3DSTATE_GATHER_CONSTANT_PS"),
  render(0x7839, "3DSTATE_DX9_CONSTANTF_VS", { length: dwords(11), cite: GVT }),
  render(0x783a, "3DSTATE_DX9_CONSTANTF_PS", { length: dwords(11), cite: GVT }),
  render(0x783b, "3DSTATE_DX9_CONSTANTI_VS", { cite: GVT }),
  render(0x783c, "3DSTATE_DX9_CONSTANTI_PS", { cite: GVT }),
  render(0x783d, "3DSTATE_DX9_CONSTANTB_VS", { cite: GVT }),
  render(0x783e, "3DSTATE_DX9_CONSTANTB_PS", { cite: GVT }),
  render(0x783f, "3DSTATE_DX9_LOCAL_VALID_VS", { cite: GVT }),
  render(0x7840, "3DSTATE_DX9_LOCAL_VALID_PS", { cite: GVT }),
  render(0x7841, "3DSTATE_DX9_GENERATE_ACTIVE_VS", { cite: GVT }),
  render(0x7842, "3DSTATE_DX9_GENERATE_ACTIVE_PS", { cite: GVT }),
  render(0x7843, "3DSTATE_BINDING_TABLE_EDIT_VS", NINE_BITS),
  render(0x7844, "3DSTATE_BINDING_TABLE_EDIT_GS", NINE_BITS),
  render(0x7845, "3DSTATE_BINDING_TABLE_EDIT_HS", NINE_BITS),
  render(0x7846, "3DSTATE_BINDING_TABLE_EDIT_DS", NINE_BITS),
  render(0x7847, "3DSTATE_BINDING_TABLE_EDIT_PS", NINE_BITS),
  render(0x7849, "3DSTATE_VF_INSTANCING"),
  render(0x784a, "3DSTATE_VF_SGVS"),
  render(0x784b, "3DSTATE_VF_TOPOLOGY"),
  render(0x784c, "3DSTATE_WM_CHROMAKEY"),
  render(0x784d, "3DSTATE_PS_BLEND"),
  render(0x784e, "3DSTATE_WM_DEPTH_STENCIL"),
  render(0x784f, "3DSTATE_PS_EXTRA"),
  render(0x7850, "3DSTATE_RASTER"),
  render(0x7851, "3DSTATE_SBE_SWIZ"),
  render(0x7852, "3DSTATE_WM_HZ_OP"),
  render(0x7854, "3DSTATE_RS_CONSTANT_POINTER", {
    ...GEN9_ONLY,
    addresses: [reads(2, [31, 6], "constants"), reads(3, [31, 0], "constants")],
  }),
  render(0x7855, "3DSTATE_VF_COMPONENT_PACKING", GEN9_ONLY),
  render(0x7900, "3DSTATE_DRAWING_RECTANGLE"),
  render(0x7902, "3DSTATE_SAMPLER_PALETTE_LOAD0"),
  render(0x7904, "3DSTATE_CHROMA_KEY"),
  render(0x7906, "3DSTATE_POLY_STIPPLE_OFFSET"),
  render(0x7907, "3DSTATE_POLY_STIPPLE_PATTERN"),
  render(0x7908, "3DSTATE_LINE_STIPPLE"),
  render(0x790a, "3DSTATE_AA_LINE_PARAMETERS"),
  render(0x790b, "3DSTATE_GS_SVB_INDEX", { cite: GVT }),
  render(0x790c, "3DSTATE_SAMPLER_PALETTE_LOAD1"),
  render(0x7911, "3DSTATE_MONOFILTER_SIZE"),
  render(0x7912, "3DSTATE_PUSH_CONSTANT_ALLOC_VS"),
  render(0x7913, "3DSTATE_PUSH_CONSTANT_ALLOC_HS"),
  render(0x7914, "3DSTATE_PUSH_CONSTANT_ALLOC_DS"),
  render(0x7915, "3DSTATE_PUSH_CONSTANT_ALLOC_GS"),
  render(0x7916, "3DSTATE_PUSH_CONSTANT_ALLOC_PS"),
  render(0x7917, "3DSTATE_SO_DECL_LIST", NINE_BITS),
  render(0x7918, "3DSTATE_SO_BUFFER", {
    addresses: [writes(2, DWORD_48, "vertices"), both(5, DWORD_48, "data")],
  }),
  render(0x7919, "3DSTATE_BINDING_TABLE_POOL_ALLOC", POOL),
  render(0x791a, "3DSTATE_GATHER_POOL_ALLOC", POOL),
  render(0x791b, "3DSTATE_DX9_CONSTANT_BUFFER_POOL_ALLOC", { cite: GVT }),
  render(0x791c, "3DSTATE_SAMPLE_PATTERN"),
  render(0x791d, "3DSTATE_URB_CLEAR", GEN9_ONLY),
  render(0x7a00, "PIPE_CONTROL", {
    action: "pipeControl",
    privileged: [MMIO_WRITE, NOTIFY, GLOBAL_POST_SYNC, STORE_INDEX],
    addresses: [
      writes(2, DWORD_48, "data", { space: GLOBAL_POST_SYNC, when: postSync(1), index: STORE_INDEX }),
    ],
    fields: "59 b Flush L3",
    cost: MI_COMMAND_NS,
    effectCost: POST_SYNC_NS,
    cite: `${GENXML}; ${I915_PARSER}; ${I915_COMMANDS}`,
  }),
  render(0x7b00, "3DPRIMITIVE", { action: "walk", cost: WALK_NS }),
];
