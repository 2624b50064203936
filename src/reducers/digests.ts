import type { Digest } from "../events/digest.ts";
import { VGPU_MAX } from "../hw/units.ts";
import type { Core } from "./core.ts";
import { TreeHash } from "./mix.ts";
import { CLOCK_EPOCH, PLANE_COMPONENTS, RAM_EPOCH, TREE_EPOCH } from "./planes.ts";

/** Digest of every component of the state, in a fixed order. Components that are empty are left out. */
export function digestsOf(core: Core): Digest[] {
  const digests: Digest[] = [];
  for (const { name, plane, epoch } of PLANE_COMPONENTS) {
    const lo = core.words.roots[plane].low >>> 0;
    const hi = core.words.roots[plane].high >>> 0;
    if ((lo | hi) !== 0) digests.push({ component: name, epoch, lo, hi });
  }
  for (let v = 1; v <= VGPU_MAX; v++) {
    if (!core.seeVgpu(v).created) continue;
    core.ram[v].settleDigest();
    digests.push({
      component: `vgpu${v}.ram`,
      epoch: RAM_EPOCH,
      lo: core.ram[v].digestLow >>> 0,
      hi: core.ram[v].digestHigh >>> 0,
    });
    digests.push(treeDigest(`vgpu${v}.tree`, core.seeVgpu(v)));
  }
  digests.push(treeDigest("device.tree", core.seeDevice()));
  const clock = new TreeHash();
  for (const value of [core.now, core.lastTicket, core.lastStamp]) clock.value(value);
  digests.push({ component: "device.clock", epoch: CLOCK_EPOCH, lo: clock.low >>> 0, hi: clock.high >>> 0 });
  return digests;
}

function treeDigest(component: string, tree: unknown): Digest {
  const hash = new TreeHash();
  hash.value(tree);
  return { component, epoch: TREE_EPOCH, lo: hash.low >>> 0, hi: hash.high >>> 0 };
}
