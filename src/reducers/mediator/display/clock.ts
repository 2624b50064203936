import { offsetOf } from "../../../hw/registers/offsets.ts";
import type { Core } from "../../core.ts";
import { MMIO } from "../../planes.ts";

/**
 * How long a frame of a transcoder lasts, from its timings and the clock of its port, in integers. kHz as in
 * the kernel.
 */

/** Offsets of transcoder A. Source: i915_reg.h. */
const TRANS_HTOTAL = offsetOf("HTOTAL", "transA");
const TRANS_VTOTAL = offsetOf("VTOTAL", "transA");
const TRANS_VBLANK = offsetOf("VBLANK", "transA");
const PIPE_LINK_M1 = offsetOf("PIPE_LINK_M1", "transA");
const PIPE_LINK_N1 = offsetOf("PIPE_LINK_N1", "transA");
const TRANS_DDI_FUNC_CTL = offsetOf("TRANS_DDI_FUNC_CTL", "transA");
const TRANS_DDI_FUNC_ENABLE = 0x8000_0000;

/** Bits 26:24 of TRANS_DDI_FUNC_CTL: 0 HDMI, 1 DVI, 2 and 3 DisplayPort. */
const MODE_DP_SST = 2;
const MODE_DP_MST = 3;
/** Bits 22:20: 8, 10, 6, 12 bits a colour. */
const BITS_A_COLOUR = [8, 10, 6, 12] as const;

/** gen9. Source: skl_ddi_wrpll_get_freq and skl_ddi_lcpll_get_freq, intel_dpll_mgr.c. */
const DPLL_CTRL1 = offsetOf("DPLL_CTRL1");
const DPLL_CTRL2 = offsetOf("DPLL_CTRL2");
const DPLL1_CFGCR1 = offsetOf("DPLL1_CFGCR1");
const REFERENCE_KHZ = 24_000;
const LINK_KHZ = [540_000, 270_000, 162_000, 324_000, 216_000, 432_000] as const;
const PDIV = [1, 2, 3, 0, 7, 7, 0, 0] as const;
const KDIV = [5, 2, 3, 1] as const;

/** Broadwell. Source: hsw_ddi_wrpll_get_freq and hsw_ddi_lcpll_get_freq, intel_dpll_mgr.c. */
const PORT_CLK_SEL = offsetOf("PORT_CLK_SEL", "portA");
const WRPLL_CTL = [offsetOf("WRPLL_CTL1"), offsetOf("WRPLL_CTL2")] as const;
const LCPLL_KHZ = [540_000, 270_000, 162_000] as const;
const LCPLL_REFERENCE_KHZ = 2_700_000;
const SSC_REFERENCE_KHZ = 135_000;
const WRPLL_REF_LCPLL = 3;

/** A frame lasts exactly `period` + `rest` / `clock` microseconds. */
export interface FrameTiming {
  period: number;
  rest: number;
  clock: number;
}

/** What counts as a frame rate at all: 1 Hz to 1 kHz. Anything else runs at 60 Hz. */
const SHORTEST = 1_000;
const LONGEST = 1_000_000;
const DEFAULT_PERIOD = 16_667;

const word = (core: Core, v: number, at: number): number => core.words.read(MMIO + v, at >>> 2);

/** Exact length of a frame of the transcoder at `base` (0, 1000h, 2000h; F000h for eDP). */
export function frameTiming(core: Core, v: number, base: number): FrameTiming {
  const pixels = (((word(core, v, TRANS_HTOTAL + base) >>> 16) & 0x1fff) + 1) * totalLines(core, v, base);
  const clock = pixelClock(core, v, base);
  const period = clock === 0 ? 0 : Math.floor((pixels * 1000) / clock);
  if (period < SHORTEST || period > LONGEST) return { period: DEFAULT_PERIOD, rest: 0, clock: 1 };
  return { period, rest: pixels * 1000 - period * clock, clock };
}

/** Lines of a frame. */
export function totalLines(core: Core, v: number, base: number): number {
  return ((word(core, v, TRANS_VTOTAL + base) >>> 16) & 0x1fff) + 1;
}

/**
 * What the scan line register shows when vblank starts. Source: intel_crtc_scanline_offset, intel_vblank.c.
 */
export function blankLine(core: Core, v: number, base: number): number {
  const start = (word(core, v, TRANS_VBLANK + base) & 0x1fff) + 1;
  const active = (word(core, v, TRANS_VTOTAL + base) & 0x1fff) + 1;
  const late = modeOf(core, v, base) < MODE_DP_SST ? 2 : 1;
  return Math.max((start === 1 ? active : start) - late, 0);
}

function modeOf(core: Core, v: number, base: number): number {
  return (word(core, v, TRANS_DDI_FUNC_CTL + base) >>> 24) & 7;
}

/** Pixel clock in kHz; 0 where it cannot be told. */
export function pixelClock(core: Core, v: number, base: number): number {
  const func = word(core, v, TRANS_DDI_FUNC_CTL + base);
  if ((func & TRANS_DDI_FUNC_ENABLE) === 0) return 0;
  const port = (func >>> 28) & 7;
  const { dplls } = core.registers.features;
  const khz = dplls ? portClockGen9(core, v, port) : portClockGen8(core, v, port);
  const mode = modeOf(core, v, base);
  if (mode === MODE_DP_SST || mode === MODE_DP_MST) {
    const n = word(core, v, PIPE_LINK_N1 + base) & 0xff_ffff;
    return n === 0 ? 0 : Math.floor((khz * (word(core, v, PIPE_LINK_M1 + base) & 0xff_ffff)) / n);
  }
  const bits = BITS_A_COLOUR[(func >>> 20) & 3];
  return bits > 8 ? Math.floor((khz * 8) / bits) : khz;
}

/** Symbol clock of a gen9 port: the DPLL that DPLL_CTRL2 gives it, in the mode that DPLL_CTRL1 gives that. */
function portClockGen9(core: Core, v: number, port: number): number {
  const id = (word(core, v, DPLL_CTRL2) >>> (port * 3 + 1)) & 3;
  const mode = word(core, v, DPLL_CTRL1) >>> (id * 6);
  if ((mode & (1 << 5)) === 0) return LINK_KHZ[(mode >>> 1) & 7] ?? 0;
  if (id === 0) return 0;
  const cfgcr1 = word(core, v, DPLL1_CFGCR1 + (id - 1) * 8);
  const cfgcr2 = word(core, v, DPLL1_CFGCR1 + (id - 1) * 8 + 4);
  const fraction = Math.floor((((cfgcr1 >>> 9) & 0x7fff) * REFERENCE_KHZ) / 0x8000);
  const dco = (cfgcr1 & 0x1ff) * REFERENCE_KHZ + fraction;
  const q = (cfgcr2 & (1 << 7)) !== 0 ? (cfgcr2 >>> 8) & 0xff : 1;
  const divider = PDIV[(cfgcr2 >>> 2) & 7] * q * KDIV[(cfgcr2 >>> 5) & 3] * 5;
  return divider === 0 ? 0 : Math.floor(dco / divider);
}

/** Symbol clock of a Broadwell port. */
function portClockGen8(core: Core, v: number, port: number): number {
  const select = word(core, v, PORT_CLK_SEL + 4 * port) >>> 29;
  if (select < LCPLL_KHZ.length) return LCPLL_KHZ[select];
  if (select !== 4 && select !== 5) return 0;
  const wrpll = word(core, v, WRPLL_CTL[select - 4]);
  const reference = ((wrpll >>> 28) & 3) === WRPLL_REF_LCPLL ? LCPLL_REFERENCE_KHZ : SSC_REFERENCE_KHZ;
  const divider = ((wrpll >>> 8) & 0x3f) * (wrpll & 0xff);
  if (divider === 0) return 0;
  return Math.floor(Math.floor((reference * ((wrpll >>> 16) & 0xff)) / 10) / divider) * 2;
}
