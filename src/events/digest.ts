/**
 * What one component of the state amounts to: a 64-bit running hash as two words, and the epoch of the
 * component's meaning.
 */
export interface Digest {
  /** `vgpu1.mmio`, `device.rcs0`, ... */
  readonly component: string;
  /** Counts changes of the component's shape or meaning; digests are compared only where epochs agree. */
  readonly epoch: number;
  readonly lo: number;
  readonly hi: number;
}
