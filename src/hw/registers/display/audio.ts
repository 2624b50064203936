import { bank } from "../../register.ts";
import { DISPLAY, pipeTranscoders } from "./instances.ts";

const AUDIO_REGS = "display/intel_audio_regs.h";

export const AUDIO_TRANSCODER = bank(pipeTranscoders(0x6_5000, 0x100), {
  HSW_AUD_CFG: {
    offset: 0x00,
    fields: {
      AUD_CONFIG_N_VALUE_INDEX: 29,
      AUD_CONFIG_N_PROG_ENABLE: 28,
      AUD_CONFIG_UPPER_N: [27, 20],
      AUD_CONFIG_PIXEL_CLOCK_HDMI: [19, 16],
      AUD_CONFIG_LOWER_N: [15, 4],
      AUD_CONFIG_DISABLE_NCTS: 3,
    },
    cite: AUDIO_REGS,
  },
  HSW_AUD_MISC_CTRL: { offset: 0x10, cite: AUDIO_REGS },
  HSW_AUD_M_CTS_ENABLE: {
    offset: 0x28,
    fields: { AUD_M_CTS_M_VALUE_INDEX: 21, AUD_M_CTS_M_PROG_ENABLE: 20, AUD_CONFIG_M: [19, 0] },
    cite: AUDIO_REGS,
  },
  HSW_AUD_EDID_DATA: { offset: 0x50, cite: AUDIO_REGS },
  AUD_DIG_CNVT: { offset: 0x80, fields: { DIP_PORT_SEL: [1, 0] }, cite: AUDIO_REGS },
  HSW_AUD_DIP_ELD_CTRL: { offset: 0xb4, cite: AUDIO_REGS },
});

export const AUDIO = bank(DISPLAY, {
  HSW_AUD_PIPE_CONV_CFG: { offset: 0x6_507c, cite: AUDIO_REGS },
  HSW_AUD_PIN_ELD_CP_VLD: {
    offset: 0x6_50c0,
    fields: {
      AUDIO_INACTIVE_C: 11,
      AUDIO_OUTPUT_ENABLE_C: 10,
      AUDIO_CP_READY_C: 9,
      AUDIO_ELD_VALID_C: 8,
      AUDIO_INACTIVE_B: 7,
      AUDIO_OUTPUT_ENABLE_B: 6,
      AUDIO_CP_READY_B: 5,
      AUDIO_ELD_VALID_B: 4,
      AUDIO_INACTIVE_A: 3,
      AUDIO_OUTPUT_ENABLE_A: 2,
      AUDIO_CP_READY_A: 1,
      AUDIO_ELD_VALID_A: 0,
    },
    cite: AUDIO_REGS,
  },
  AUD_FREQ_CNTRL: { offset: 0x6_5900, cite: AUDIO_REGS },
  AUD_ICOI: { offset: 0x6_5f00, cite: "IGT tools/registers/audio_debug_haswell_plus.txt" },
  AUD_IRII: { offset: 0x6_5f04, cite: "IGT tools/registers/audio_debug_haswell_plus.txt" },
  AUD_ICS: { offset: 0x6_5f08, cite: "IGT tools/registers/audio_debug_haswell_plus.txt" },
  HSW_AUD_CHICKENBIT: { offset: 0x6_5f10, fields: { SKL_AUD_CODEC_WAKE_SIGNAL: 15 }, cite: AUDIO_REGS },
});
