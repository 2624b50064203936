import type { FieldBits, RegisterFacts, RegisterRow } from "../register.ts";

/** Where the GT rows were read, below drivers/gpu/drm/i915; a row's own name is the symbol there. */
export const ENGINE_REGS = "gt/intel_engine_regs.h";
export const GT_REGS = "gt/intel_gt_regs.h";
export const I915_REG = "i915_reg.h";
export const GUC_REG = "gt/uc/intel_guc_reg.h";
export const MCHBAR_REGS = "intel_mchbar_regs.h";
export const OA_REGS = "i915_perf_oa_regs.h";
export const PVINFO = "i915_pvinfo.h, struct vgt_if";
export const GVT_REG = "gvt/reg.h";
export const LRC = "gt/intel_lrc.c, gen9_rcs_offsets and gen9_xcs_offsets";

type Rest = Omit<RegisterRow, "offset">;
export type Rows = Readonly<Record<string, RegisterRow>>;
export type Fields = Readonly<Record<string, FieldBits>>;

/** An 8-byte register as two rows, the upper one under the kernel's suffix. */
export function wide(name: string, offset: number, rest: Rest): Rows {
  return { [name]: { offset, ...rest }, [`${name}_UDW`]: { offset: offset + 4, ...rest } };
}

/** The four registers of an interrupt group: status, mask, identity, enable. Source: docs/facts/interrupts.md#groups. */
export function interruptGroup(offset: number, prefix: string, fields: Fields, cite: string): Rows {
  const facts = (then: NonNullable<RegisterFacts["then"]>, at: number): RegisterRow => ({
    offset: offset + at,
    then,
    fields,
    cite,
  });
  return {
    [`${prefix}ISR`]: { offset, rule: "readOnly", fields, cite },
    [`${prefix}IMR`]: facts("irq.imr", 4),
    [`${prefix}IIR`]: { ...facts("irq.iir", 8), rule: "oneToClear" },
    [`${prefix}IER`]: facts("irq.ier", 12),
  };
}
