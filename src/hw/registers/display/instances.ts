/**
 * Instance names of the display's banks, and where the rows were read. The place of a name in its list is the
 * number of the pipe, transcoder or port; for a PLANE it is four times the pipe's, plus the plane's from 0.
 */
export type Bases = Readonly<Record<string, number>>;

/** Citations: paths below drivers/gpu/drm/i915 of Linux 6.1; a row's own name is the symbol in that file. */
export const I915_REG = "i915_reg.h";
/** Of Linux 6.12 and later, where 6.1 has no name. */
export const DISPLAY_REGS = "display/intel_display_regs.h (7.0)";
export const MMIO_TABLE = "intel_gvt_mmio_table.c";

/** A block that exists once: its rows carry whole offsets. */
export const DISPLAY: Bases = { display: 0 };
export const POWER: Bases = { power: 0 };
export const PLL: Bases = { pll: 0 };
export const SOUTH: Bases = { south: 0 };
export const DMC: Bases = { dmc: 0 };

/** The three pipes. */
export function pipes(base: number, step = 0x1000): Bases {
  return { pipeA: base, pipeB: base + step, pipeC: base + 2 * step };
}

/** The three transcoders of the pipes, without the one of eDP. */
export function pipeTranscoders(base: number, step = 0x1000): Bases {
  return { transA: base, transB: base + step, transC: base + 2 * step };
}

/** All transcoders; that of eDP lies apart. */
export function transcoders(base: number, edp: number, step = 0x1000): Bases {
  return { ...pipeTranscoders(base, step), transEDP: edp };
}

/** The five DDI ports. */
export function ports(base: number, step: number): Bases {
  return {
    portA: base,
    portB: base + step,
    portC: base + 2 * step,
    portD: base + 3 * step,
    portE: base + 4 * step,
  };
}
