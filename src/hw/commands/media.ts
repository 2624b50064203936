import type { CommandRow } from "../command.ts";
import { dwords, family, GENXML, GVT, I915_COMMANDS, MEDIA_DRIVER } from "./family.ts";
import { both, FULL, LINE_48, limit, reads, writes } from "./operands.ts";

/**
 * Commands of the video and video enhancement engines: opcode in bits 31:16. `mfx`: codecs that gen8 has too;
 * `video9`: HEVC, VP9, HuC and the low power encoder, new in gen9; `sfc`: the scaler behind either engine.
 */
const NEW_IN_GEN9 = `${GENXML}; not in media-driver's gen8 headers`;
const mfx = family(16, { length: dwords(12), engines: ["vcs0"], action: "skip", cost: 0, cite: GENXML });
const video9 = family(16, {
  length: dwords(12),
  engines: ["vcs0"],
  on: ["kbl"],
  action: "skip",
  cost: 0,
  cite: NEW_IN_GEN9,
});
const sfc = family(16, {
  length: dwords(12),
  engines: ["vcs0", "vecs0"],
  on: ["kbl"],
  action: "skip",
  cost: 0,
  cite: `${GENXML}; ${MEDIA_DRIVER}/hw/mhw_sfc_hwcmd_g9_X.h`,
});
const vebox = family(16, { length: dwords(12), engines: ["vecs0"], action: "skip", cost: 0, cite: GVT });

const GEN9_ONLY = { on: ["kbl"], cite: NEW_IN_GEN9 } as const;
/** The kernel gives these no name but their opcode fields (pipeline, opcode, sub opcodes A and B). */
const UNNAMED = { length: dwords(16), cite: GVT } as const;

export const MEDIA_COMMANDS: readonly CommandRow[] = [
  mfx(0x6800, "MFX_WAIT", { length: dwords(6, 1) }),
  mfx(0x7000, "MFX_PIPE_MODE_SELECT"),
  mfx(0x7001, "MFX_SURFACE_STATE"),
  mfx(0x7002, "MFX_PIPE_BUF_ADDR_STATE", {
    addresses: [
      writes(1, LINE_48, "picture"),
      writes(4, LINE_48, "picture"),
      reads(7, LINE_48, "picture"),
      writes(10, LINE_48, "data"),
      both(13, LINE_48, "rowStore"),
      both(16, LINE_48, "rowStore"),
      reads(19, FULL, "picture", { every: 2, count: 16 }),
      writes(52, LINE_48, "data"),
      writes(55, LINE_48, "data"),
      writes(58, LINE_48, "data"),
      writes(62, LINE_48, "picture"),
      writes(65, LINE_48, "data"),
    ],
  }),
  mfx(0x7003, "MFX_IND_OBJ_BASE_ADDR_STATE", {
    addresses: [
      reads(1, FULL, "bitstream"),
      limit(4),
      both(6, FULL, "motion"),
      limit(9),
      reads(11, FULL, "data"),
      limit(14),
      reads(16, FULL, "data"),
      limit(19),
      writes(21, FULL, "bitstream"),
      limit(24),
    ],
  }),
  mfx(0x7004, "MFX_BSP_BUF_BASE_ADDR_STATE", {
    addresses: [both(1, LINE_48, "rowStore"), both(4, LINE_48, "rowStore"), reads(7, LINE_48, "bitstream")],
  }),
  mfx(0x7005, "MFX_2_0_0_5", { cite: GVT }),
  mfx(0x7006, "MFX_STATE_POINTER"),
  mfx(0x7007, "MFX_QM_STATE"),
  mfx(0x7008, "MFX_FQM_STATE"),
  mfx(0x7009, "MFX_DBK_OBJECT", {
    addresses: [
      reads(1, LINE_48, "picture"),
      reads(4, LINE_48, "data"),
      writes(7, LINE_48, "picture"),
      both(10, LINE_48, "rowStore"),
    ],
  }),
  mfx(0x7029, "MFD_IT_OBJECT"),
  mfx(0x7048, "MFX_PAK_INSERT_OBJECT"),
  mfx(0x704a, "MFX_STITCH_OBJECT"),
  mfx(0x704b, "MFX_MPEG_TS_CONTROL"),
  mfx(0x7100, "MFX_AVC_IMG_STATE"),
  mfx(0x7101, "MFX_AVC_QM_STATE", { cite: GVT }),
  mfx(0x7102, "MFX_AVC_DIRECTMODE_STATE", {
    addresses: [reads(1, FULL, "motion", { every: 2, count: 16 }), writes(34, FULL, "motion")],
  }),
  mfx(0x7103, "MFX_AVC_SLICE_STATE"),
  mfx(0x7104, "MFX_AVC_REF_IDX_STATE"),
  mfx(0x7105, "MFX_AVC_WEIGHTOFFSET_STATE"),
  mfx(0x7125, "MFD_AVC_PICID_STATE"),
  mfx(0x7126, "MFD_AVC_DPB_STATE"),
  mfx(0x7127, "MFD_AVC_SLICEADDR", { addresses: [reads(2, [28, 0], "bitstream", { space: "relative" })] }),
  mfx(0x7128, "MFD_AVC_BSD_OBJECT", { addresses: [reads(2, [28, 0], "bitstream", { space: "relative" })] }),
  mfx(0x7149, "MFC_AVC_PAK_OBJECT"),
  mfx(0x7201, "MFX_VC1_PRED_PIPE_STATE"),
  mfx(0x7202, "MFX_VC1_DIRECTMODE_STATE", {
    addresses: [writes(1, FULL, "motion"), reads(4, FULL, "motion")],
  }),
  mfx(0x7220, "MFD_VC1_SHORT_PIC_STATE"),
  mfx(0x7221, "MFD_VC1_LONG_PIC_STATE"),
  mfx(0x7228, "MFD_VC1_BSD_OBJECT"),
  mfx(0x7300, "MFX_MPEG2_PIC_STATE"),
  mfx(0x7301, "MFX_MPEG2_QM_STATE", { cite: GVT }),
  mfx(0x7328, "MFD_MPEG2_BSD_OBJECT"),
  mfx(0x7343, "MFC_MPEG2_SLICEGROUP_STATE"),
  mfx(0x7349, "MFC_MPEG2_PAK_OBJECT"),
  mfx(0x7400, "MFX_VP8_PIC_STATE"),
  mfx(0x7428, "MFD_VP8_BSD_OBJECT"),
  mfx(0x7441, "MFX_VP8_ENCODER_CFG", GEN9_ONLY),
  mfx(0x7443, "MFX_VP8_BSP_BUF_BASE_ADDR_STATE", {
    ...GEN9_ONLY,
    addresses: [
      reads(1, FULL, "bitstream"),
      both(4, FULL, "bitstream"),
      writes(16, FULL, "bitstream"),
      writes(20, FULL, "data"),
      reads(23, FULL, "data"),
      writes(26, FULL, "data"),
      both(29, FULL, "rowStore"),
    ],
  }),
  mfx(0x7449, "MFX_VP8_PAK_OBJECT", GEN9_ONLY),
  mfx(0x7600, "MFX_2_6_0_0", UNNAMED),
  mfx(0x7608, "MFX_2_6_0_8", UNNAMED),
  mfx(0x7609, "CRYPTO_KEY_EXCHANGE", { length: dwords(16), cite: `${GVT}; ${I915_COMMANDS}` }),
  mfx(0x7700, "MFX_JPEG_PIC_STATE"),
  mfx(0x7702, "MFX_JPEG_HUFF_TABLE_STATE"),
  mfx(0x7728, "MFD_JPEG_BSD_OBJECT"),
  mfx(0x7743, "MFC_JPEG_HUFF_TABLE_STATE", GEN9_ONLY),
  mfx(0x7749, "MFC_JPEG_SCAN_OBJECT", GEN9_ONLY),

  video9(0x7080, "VDENC_PIPE_MODE_SELECT"),
  video9(0x7081, "VDENC_SRC_SURFACE_STATE"),
  video9(0x7082, "VDENC_REF_SURFACE_STATE"),
  video9(0x7083, "VDENC_DS_REF_SURFACE_STATE"),
  video9(0x7084, "VDENC_PIPE_BUF_ADDR_STATE", {
    addresses: [
      reads(1, FULL, "picture"),
      reads(4, FULL, "picture"),
      reads(10, FULL, "picture"),
      reads(13, FULL, "data"),
      both(16, FULL, "rowStore"),
      reads(19, FULL, "motion"),
      reads(22, FULL, "picture"),
      reads(25, FULL, "picture"),
      reads(28, FULL, "picture"),
      reads(31, FULL, "picture"),
      writes(34, FULL, "data"),
    ],
  }),
  video9(0x7085, "VDENC_IMG_STATE"),
  video9(0x7086, "VDENC_CONST_QPT_STATE"),
  video9(0x7087, "VDENC_WALKER_STATE"),
  video9(0x7380, "HCP_PIPE_MODE_SELECT"),
  video9(0x7381, "HCP_SURFACE_STATE"),
  video9(0x7382, "HCP_PIPE_BUF_ADDR_STATE", {
    addresses: [
      writes(1, FULL, "picture"),
      both(4, FULL, "rowStore"),
      both(7, FULL, "rowStore"),
      both(10, FULL, "rowStore"),
      both(13, FULL, "rowStore"),
      both(16, FULL, "rowStore"),
      both(19, FULL, "rowStore"),
      both(22, FULL, "rowStore"),
      both(25, FULL, "rowStore"),
      both(28, FULL, "rowStore"),
      writes(31, FULL, "motion"),
      reads(37, FULL, "picture", { every: 2, count: 8 }),
      reads(54, FULL, "picture"),
      writes(57, FULL, "data"),
      writes(60, FULL, "data"),
      writes(63, FULL, "data"),
      reads(66, FULL, "motion", { every: 2, count: 8 }),
      both(83, FULL, "data"),
      both(89, FULL, "rowStore"),
      both(92, FULL, "rowStore"),
    ],
  }),
  video9(0x7383, "HCP_IND_OBJ_BASE_ADDR_STATE", {
    addresses: [
      reads(1, FULL, "bitstream"),
      limit(4),
      reads(6, FULL, "data"),
      writes(9, FULL, "bitstream"),
      limit(12),
    ],
  }),
  video9(0x7384, "HCP_QM_STATE"),
  video9(0x7385, "HCP_FQM_STATE"),
  video9(0x7388, "HEVC_VP9_RDOQ_STATE"),
  video9(0x7390, "HCP_PIC_STATE"),
  video9(0x7391, "HCP_TILE_STATE"),
  video9(0x7392, "HCP_REF_IDX_STATE"),
  video9(0x7393, "HCP_WEIGHTOFFSET_STATE"),
  video9(0x7394, "HCP_SLICE_STATE"),
  video9(0x7395, "HCP_TILE_CODING", { length: dwords(12, 1) }),
  video9(0x73a0, "HCP_BSD_OBJECT"),
  video9(0x73a1, "HCP_PAK_OBJECT"),
  video9(0x73a2, "HCP_PAK_INSERT_OBJECT", { addresses: [reads(3, FULL, "bitstream", { every: 4 })] }),
  video9(0x73b0, "HCP_VP9_PIC_STATE"),
  video9(0x73b2, "HCP_VP9_SEGMENT_STATE"),
  video9(0x7580, "HUC_PIPE_MODE_SELECT"),
  video9(0x7581, "HUC_IMEM_STATE"),
  video9(0x7582, "HUC_DMEM_STATE", {
    addresses: [reads(1, FULL, "firmware"), writes(4, [16, 6], "firmware")],
  }),
  video9(0x7583, "HUC_CFG_STATE"),
  video9(0x7584, "HUC_VIRTUAL_ADDR_STATE", { addresses: [both(1, FULL, "data", { every: 3, count: 16 })] }),
  video9(0x7585, "HUC_IND_OBJ_BASE_ADDR_STATE", {
    addresses: [reads(1, FULL, "bitstream"), limit(4), writes(6, FULL, "bitstream"), limit(9)],
  }),
  video9(0x75a0, "HUC_STREAM_OBJECT", {
    addresses: [
      reads(2, [28, 0], "bitstream", { space: "relative" }),
      writes(3, [28, 0], "bitstream", { space: "relative" }),
    ],
  }),
  video9(0x75a1, "HUC_START"),
  video9(0x7780, "VD_PIPELINE_FLUSH"),

  sfc(0x7500, "SFC_LOCK"),
  // The XML calls these three plain numbers.
  sfc(0x7501, "SFC_STATE", {
    addresses: [
      writes(17, [47, 12], "picture"),
      both(20, [47, 12], "rowStore"),
      both(23, [47, 12], "rowStore"),
    ],
  }),
  sfc(0x7502, "SFC_AVS_STATE"),
  sfc(0x7503, "SFC_IEF_STATE"),
  sfc(0x7504, "SFC_FRAME_START"),
  sfc(0x7505, "SFC_AVS_LUMA_COEFF_TABLE"),
  sfc(0x7506, "SFC_AVS_CHROMA_COEFF_TABLE"),

  vebox(0x7400, "VEBOX_SURFACE_STATE"),
  vebox(0x7401, "VEBOX_TILING_CONVERT", {
    on: ["kbl"],
    cite: "intel/media-driver media_driver/agnostic/common/hw/mhw_vebox_hwcmd_g9_X.h",
  }),
  vebox(0x7402, "VEBOX_STATE"),
  vebox(0x7403, "VEB_DI_IECP"),
];
