import { newTable, STORE_BYTES_MAX, STORES_MAX } from "../../events/tables.ts";
import type { World } from "../../replay/live/session.ts";

/**
 * Gathers the aperture writes of one chunk received on a connection, so that they are one row: consecutive
 * ones of one size are a run, and each run is a piece. A console that scrolls writes 800,000 dwords, and one
 * row of the log for each would be the whole recording.
 */
export class ApertureRuns {
  private readonly world: World;
  private readonly vgpu: number;
  private readonly stores = newTable("stores", STORES_MAX);
  private readonly bytes = new Uint8Array(STORE_BYTES_MAX);
  private used = 0;
  /** Where the next write of the last run would be. */
  private next = 0;

  constructor(world: World, vgpu: number) {
    this.world = world;
    this.vgpu = vgpu;
  }

  /** One write of `size` bytes at `at`, found at `from` in `b`. */
  add(at: number, size: number, b: Uint8Array, from: number): void {
    const { stores } = this;
    if (this.used + size > STORE_BYTES_MAX) this.flush();
    let k = stores.count - 1;
    if (k < 0 || size !== stores.size[k] || at !== this.next) {
      if (stores.count === STORES_MAX) this.flush();
      k = stores.count++;
      stores.at[k] = at;
      stores.size[k] = size;
      stores.length[k] = 0;
    }
    const { used } = this;
    for (let i = 0; i < size; i++) this.bytes[used + i] = b[from + i];
    this.used = used + size;
    stores.length[k] += size;
    this.next = at + size;
  }

  /**
   * Hand over what is held. To be called before anything else of this connection reaches the world, before
   * any reply, and when input ends.
   */
  flush(): void {
    if (this.used === 0) return;
    const { used } = this;
    this.used = 0;
    this.world.writeAperture(this.vgpu, this.stores, this.bytes.subarray(0, used));
    this.stores.count = 0;
  }
}
