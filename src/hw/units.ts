/**
 * Sizes, address arithmetic and the fixed numbers of the modelled parts. Offsets are bytes unless a name says
 * words.
 */

export const PAGE_SHIFT = 12;
export const PAGE_BYTES = 4096;
export const PAGE_WORDS = 1024;

/**
 * BAR 0: registers in the lower half, the GGTT's PTEs in the upper. Source: docs/facts/mmio.md#bar-0.
 */
export const MMIO_BYTES = 0x20_0000;
export const GTT_OFFSET = 0x80_0000;
export const GTT_BYTES = 0x80_0000;
export const BAR0_BYTES = 0x100_0000;
/** BAR 2, the aperture. Source: docs/facts/config-space.md#ours. */
export const APERTURE_BYTES = 0x1000_0000;
export const IO_BYTES = 64;

export const PLATFORMS = ["bdw", "kbl"] as const;
export type Platform = (typeof PLATFORMS)[number];

/** Engines in the order in which they take turns. */
export const ENGINES = ["rcs0", "bcs0", "vcs0", "vecs0"] as const;
export type EngineName = (typeof ENGINES)[number];
export const RCS0 = 0;
export const BCS0 = 1;
export const VCS0 = 2;
export const VECS0 = 3;
/** Engine of rows and questions that are no engine's. */
export const NO_ENGINE = 255;

/** Where each engine's own registers start: RENDER_RING_BASE and its like, i915_reg.h. */
export const RING_BASES: Readonly<Record<EngineName, number>> = {
  rcs0: 0x2000,
  bcs0: 0x2_2000,
  vcs0: 0x1_2000,
  vecs0: 0x1_a000,
};
/** The same in the order of ENGINES. */
export const ENGINE_BASES: readonly number[] = ENGINES.map((engine) => RING_BASES[engine]);

/** vGPUs are agents 1 to 7 of a row; agent 0 is the host. Source: docs/facts/vgpu.md#numbers. */
export const VGPU_MAX = 7;
