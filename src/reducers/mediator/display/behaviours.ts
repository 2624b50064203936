import type { ReadBehaviour, WriteBehaviour } from "../../../hw/behaviours.ts";
import type { OnRead, OnWrite } from "../behaviour.ts";
import { auxControl } from "./aux.ts";
import { ddiBufCtl, dpTpCtl } from "./ddi.ts";
import {
  gmbusCommand,
  gmbusData,
  gmbusDataRead,
  gmbusSelect,
  gmbusStatus,
  gmbusStatusRead,
} from "./gmbus.ts";
import { gpioBits } from "./gpio.ts";
import { hpdControl } from "./hotplug.ts";
import { paletteData, paletteDataRead, paletteIndex } from "./palette.ts";
import { panelPower } from "./panel.ts";
import { frameCount, pipeConf, scanLine } from "./pipe.ts";
import { planeFlip, planeSurf } from "./plane.ts";
import { lcpll, pllStatus, wrpll } from "./pll.ts";
import { powerDbuf, powerWell } from "./power.ts";

/** What the display does when a guest writes one of its registers. */
export const displayWrites = {
  "power.well": powerWell,
  "power.dbuf": powerDbuf,
  "pll.lcpll": lcpll,
  "pll.wrpll": wrpll,
  "ddi.buf_ctl": ddiBufCtl,
  "ddi.dp_tp_ctl": dpTpCtl,
  "panel.power": panelPower,
  "pipe.conf": pipeConf,
  "plane.surf": planeSurf,
  "plane.flip": planeFlip,
  "palette.index": paletteIndex,
  "palette.data": paletteData,
  "gmbus.command": gmbusCommand,
  "gmbus.select": gmbusSelect,
  "gmbus.status": gmbusStatus,
  "gmbus.data": gmbusData,
  "gpio.bits": gpioBits,
  "aux.control": auxControl,
  "hpd.control": hpdControl,
} satisfies Partial<Record<WriteBehaviour, OnWrite>>;

/** What a guest reads of the display where it is more than the stored word. */
export const displayReads = {
  "pll.status": pllStatus,
  "pipe.scan_line": scanLine,
  "pipe.frame_count": frameCount,
  "palette.data": paletteDataRead,
  "gmbus.data": gmbusDataRead,
  "gmbus.status": gmbusStatusRead,
} satisfies Partial<Record<ReadBehaviour, OnRead>>;
