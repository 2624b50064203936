/**
 * The names of what a register *means* beyond the arithmetic of its rule. A row says `then` (after a guest's
 * write) or `read` (instead of the stored word); `reducers/mediator/behaviours.ts` has exactly one function
 * for each name, so a name without a function, or a function without a name, does not compile.
 */
export const WRITE_BEHAVIOURS = [
  "none",
  "ring.imr",
  "ring.elsp",
  "ring.hws_pga",
  "ring.mode",
  "ring.csfe_chicken",
  "ring.mi_mode",
  "ring.reset_ctl",
  "ring.csb_ptr",
  "ring.nonpriv",
  "irq.imr",
  "irq.ier",
  "irq.iir",
  "irq.master",
  "gt.gdrst",
  "gt.tlb",
  "gt.ggtt_flush",
  "gt.fence",
  "gt.forcewake",
  "gt.pcode",
  "pvinfo.g2v",
  "pvinfo.display_ready",
  "pvinfo.refused",
  "pvinfo.readonly",
  "power.well",
  "power.dbuf",
  "pll.lcpll",
  "pll.wrpll",
  "ddi.buf_ctl",
  "pipe.conf",
  "plane.surf",
  "gmbus.command",
  "gmbus.select",
  "gmbus.status",
  "gmbus.data",
  "gpio.bits",
  "aux.control",
  "hpd.control",
  "self_clearing",
] as const;
export type WriteBehaviour = (typeof WRITE_BEHAVIOURS)[number];

export const READ_BEHAVIOURS = [
  "none",
  "ring.timestamp",
  "ring.execlist_status",
  "ring.mi_mode",
  "irq.master",
  "pll.status",
  "pipe.scan_line",
  "pipe.frame_count",
  "gmbus.data",
  "gmbus.status",
  "pvinfo.read",
  "guc.status",
] as const;
export type ReadBehaviour = (typeof READ_BEHAVIOURS)[number];
