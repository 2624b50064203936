import type { Bank } from "../../register.ts";
import { AUDIO, AUDIO_TRANSCODER } from "./audio.ts";
import { AUX, AUX_PCH } from "./aux.ts";
import { CHICKEN, CHICKEN_PIPE, CHICKEN_TRANS } from "./chicken.ts";
import { COLOR_GAMUT, PIPE_CSC } from "./color.ts";
import { CURSOR } from "./cursor.ts";
import { DDI, DDI_BUF_TRANS } from "./ddi.ts";
import { DISPLAY_ENGINE } from "./display.ts";
import { MICROCONTROLLER } from "./dmc.ts";
import { FBC } from "./fbc.ts";
import { GMBUS } from "./gmbus.ts";
import { HDCP, HDCP_PORT } from "./hdcp.ts";
import { HOTPLUG, HOTPLUG_SOUTH } from "./hotplug.ts";
import { PALETTE } from "./palette.ts";
import { BACKLIGHT, BACKLIGHT_SOUTH, PANEL_POWER } from "./panel.ts";
import {
  FDI_RX,
  FDI_TRANSCODER,
  GMCH,
  PCH_ANALOG,
  PCH_DIVISORS,
  PCH_LINK,
  PCH_PLL,
  PCH_TRANSCODER,
} from "./pch.ts";
import { PIPE, PIPE_EDP, PIPECONF } from "./pipe.ts";
import { COMBINED_FLIP, LEGACY_PLANE, PLANE } from "./plane.ts";
import { CLOCKS, PORT_CLOCKS, TRANS_CLOCKS } from "./pll.ts";
import { DISPLAY_POWER } from "./power.ts";
import { PSR, PSR_INTERRUPT } from "./psr.ts";
import { PANEL_FITTER, SCALER } from "./scaler.ts";
import { SOUTH_DISPLAY } from "./south.ts";
import { PIPE_TRANSCODER, TRANSCODER } from "./transcoder.ts";
import { VIDEO_DIP, VIDEO_DIP_HDMI } from "./video-dip.ts";
import { ARBITER, WM_LINETIME, WM0_PIPE } from "./watermark.ts";

/** Every bank of the display, the PCH's side included; interrupt groups are in `../display-interrupt.ts`. */
export const DISPLAY_BANKS: readonly Bank[] = [
  DISPLAY_ENGINE,
  CHICKEN,
  CHICKEN_PIPE,
  CHICKEN_TRANS,
  DISPLAY_POWER,
  CLOCKS,
  PORT_CLOCKS,
  TRANS_CLOCKS,
  PIPECONF,
  PIPE,
  PIPE_EDP,
  TRANSCODER,
  PIPE_TRANSCODER,
  VIDEO_DIP,
  VIDEO_DIP_HDMI,
  PSR,
  PSR_INTERRUPT,
  PLANE,
  LEGACY_PLANE,
  COMBINED_FLIP,
  CURSOR,
  ARBITER,
  WM0_PIPE,
  WM_LINETIME,
  SCALER,
  PANEL_FITTER,
  PIPE_CSC,
  COLOR_GAMUT,
  PALETTE,
  DDI,
  DDI_BUF_TRANS,
  AUX,
  AUX_PCH,
  HDCP_PORT,
  HDCP,
  AUDIO_TRANSCODER,
  AUDIO,
  BACKLIGHT,
  BACKLIGHT_SOUTH,
  PANEL_POWER,
  HOTPLUG,
  HOTPLUG_SOUTH,
  GMBUS,
  FBC,
  MICROCONTROLLER,
  SOUTH_DISPLAY,
  PCH_TRANSCODER,
  PCH_LINK,
  FDI_RX,
  FDI_TRANSCODER,
  PCH_ANALOG,
  PCH_PLL,
  PCH_DIVISORS,
  GMCH,
];
