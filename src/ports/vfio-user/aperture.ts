import type { World } from "../../replay/live/session.ts";

/** Longest run handed on at once, in bytes: a block of the log should not be made of one row. */
const RUN_BYTES = 0x1_0000;

/**
 * Joins consecutive aperture writes of one size into runs: a console that scrolls writes 800,000 dwords, one
 * after the other, and one row of the log for each would be the whole recording.
 */
export class ApertureRun {
  private readonly world: World;
  private readonly vgpu: number;
  private readonly bytes = new Uint8Array(RUN_BYTES);
  private start = 0;
  private size = 0;
  private used = 0;

  constructor(world: World, vgpu: number) {
    this.world = world;
    this.vgpu = vgpu;
  }

  /** One write of `size` bytes at `at`, found at `from` in `b`. */
  add(at: number, size: number, b: Uint8Array, from: number): void {
    if (this.used === 0 || size !== this.size || at !== this.start + this.used || this.used === RUN_BYTES) {
      this.flush();
      this.start = at;
      this.size = size;
    }
    const used = this.used;
    for (let i = 0; i < size; i++) this.bytes[used + i] = b[from + i];
    this.used = used + size;
  }

  /**
   * Hand over what is held. To be called before anything else of this vGPU reaches the world, and when input
   * ends.
   */
  flush(): void {
    const used = this.used;
    if (used === 0) return;
    this.used = 0;
    this.world.writeAperture(this.vgpu, this.start, this.size, this.bytes.subarray(0, used));
  }
}
