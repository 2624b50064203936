import { bank, type RegisterRow } from "../../register.ts";
import { I915_REG, pipeTranscoders, transcoders } from "./instances.ts";

function data(offset: number, count: number): RegisterRow {
  return { offset, count, cite: `${I915_REG}, VIDEO_DIP_DATA_SIZE, VIDEO_DIP_VSC_DATA_SIZE` };
}

function checksum(offset: number, symbol: string): RegisterRow {
  return { offset, rule: "readOnly", cite: `${I915_REG}, ${symbol}` };
}

/** Data island packets; the words of a packet are an array. The transcoder of eDP sends VSC packets alone. */
export const VIDEO_DIP = bank(transcoders(0x6_0000, 0x6_f000), {
  HSW_TVIDEO_DIP_CTL: {
    offset: 0x200,
    fields: {
      VIDEO_DIP_ENABLE_VSC_HSW: 20,
      VIDEO_DIP_ENABLE_GCP_HSW: 16,
      VIDEO_DIP_ENABLE_AVI_HSW: 12,
      VIDEO_DIP_ENABLE_VS_HSW: 8,
      VIDEO_DIP_ENABLE_GMP_HSW: 4,
      VIDEO_DIP_ENABLE_SPD_HSW: 0,
    },
    cite: I915_REG,
  },
  HSW_TVIDEO_DIP_VSC_DATA: data(0x320, 9),
  HSW_TVIDEO_DIP_VSC_ECC: checksum(0x344, "_HSW_VIDEO_DIP_VSC_ECC_A"),
});

export const VIDEO_DIP_HDMI = bank(pipeTranscoders(0x6_0000), {
  HSW_TVIDEO_DIP_GCP: {
    offset: 0x210,
    fields: { GCP_COLOR_INDICATION: 2, GCP_DEFAULT_PHASE_ENABLE: 1, GCP_AV_MUTE: 0 },
    cite: I915_REG,
  },
  HSW_TVIDEO_DIP_AVI_DATA: data(0x220, 8),
  HSW_TVIDEO_DIP_AVI_ECC: checksum(0x240, "_HSW_VIDEO_DIP_AVI_ECC_A"),
  HSW_TVIDEO_DIP_VS_DATA: data(0x260, 8),
  HSW_TVIDEO_DIP_VS_ECC: checksum(0x280, "_HSW_VIDEO_DIP_VS_ECC_A"),
  HSW_TVIDEO_DIP_SPD_DATA: data(0x2a0, 8),
  HSW_TVIDEO_DIP_SPD_ECC: checksum(0x2c0, "_HSW_VIDEO_DIP_SPD_ECC_A"),
  HSW_TVIDEO_DIP_GMP_DATA: data(0x2e0, 8),
  HSW_TVIDEO_DIP_GMP_ECC: checksum(0x300, "_HSW_VIDEO_DIP_GMP_ECC_A"),
});
