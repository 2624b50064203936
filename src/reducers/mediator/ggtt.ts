import type { VgpuConfiguration } from "../configuration.ts";
import type { Core } from "../core.ts";
import { frameBaseOf } from "../memory.ts";
import { GGTT, PARTIAL } from "../planes.ts";
import { GFN_BITS } from "../ram.ts";
import { refuse } from "./refuse.ts";

/**
 * A vGPU's view of the GGTT. The GGTT is partitioned, not remapped: a guest's addresses are the device's, in
 * its own two ranges; elsewhere reads are 0 and writes have no effect (a ballooned guest may clear
 * everything). Source: docs/facts/ggtt.md#shares.
 */
const PRESENT = 1;

/** Does this graphics address lie in the vGPU's share? */
export function ownsAddress(share: VgpuConfiguration, gma: number): boolean {
  return (
    (gma >= share.mappableBase && gma < share.mappableBase + share.mappableSize) ||
    (gma >= share.unmappableBase && gma < share.unmappableBase + share.unmappableSize)
  );
}

/** A read of 4 or 8 bytes of PTEs; `at` is the byte offset in the GGTT. */
export function readGtt(core: Core, v: number, at: number, size: number): void {
  core.replyLo = 0;
  core.replyHi = 0;
  if (!ownsAddress(core.setting.configuration.vgpus[v - 1], (at >>> 3) * 4096)) return;
  const word = at >>> 2;
  const share = core.setting.configuration.vgpus[v - 1];
  core.replyLo = core.words.read(GGTT + v, word) >>> ((at & 3) * 8);
  if (size === 8 && ownsAddress(share, ((at + 4) >>> 3) * 4096))
    core.replyHi = core.words.read(GGTT + v, word + 1);
  else if (size < 4) core.replyLo &= (1 << (size * 8)) - 1;
  core.replyLo >>>= 0;
}

/**
 * A write of PTEs: 8 bytes are taken whole. 4 bytes change one half: the entry is not present until the other
 * half has been written too, so that nobody meets half of an old entry. Source: docs/facts/ggtt.md#entries-in-the-ggtt.
 */
export function writeGtt(core: Core, v: number, at: number, size: number, lo: number, hi: number): void {
  if ((at & 3) !== 0 || size < 4) return refuse(core, v, "gtt.refused", at, lo, hi);
  const entry = at >>> 3;
  if (!ownsAddress(core.setting.configuration.vgpus[v - 1], entry * 4096)) return;
  const word = at >>> 2;
  if (size === 8 && (word & 1) !== 0) {
    // The second half of one entry and the first of the next.
    writeGtt(core, v, at, 4, lo, 0);
    return writeGtt(core, v, at + 4, 4, hi, 0);
  }
  const awaited = partialOf(core, v, entry);
  if (size === 8) {
    core.words.writePair(GGTT + v, word, lo, hi);
    if (awaited !== 0) setPartial(core, v, entry, 0);
    return publish(core, v, entry, lo, hi);
  }
  const half = word & 1;
  core.words.write(GGTT + v, word, lo);
  if (awaited !== 1 << (half ^ 1)) {
    setPartial(core, v, entry, 1 << half);
    return core.down.ggtt(core, entry, 0, 0);
  }
  setPartial(core, v, entry, 0);
  publish(core, v, entry, core.words.read(GGTT + v, entry * 2), core.words.read(GGTT + v, entry * 2 + 1));
}

/** Which half of an entry has come alone: bit 0 the low one, bit 1 the high one; 0: the entry is whole. */
export function partialOf(core: Core, v: number, entry: number): number {
  return (core.words.read(PARTIAL + v, entry >>> 4) >>> ((entry & 15) * 2)) & 3;
}

function setPartial(core: Core, v: number, entry: number, halves: number): void {
  const shift = (entry & 15) * 2;
  const others = core.words.read(PARTIAL + v, entry >>> 4) & ~(3 << shift);
  core.words.write(PARTIAL + v, entry >>> 4, (others | (halves << shift)) >>> 0);
}

/**
 * Translate the guest's entry for the device: its frame becomes a host frame, an unmappable one is not
 * present.
 */
function publish(core: Core, v: number, entry: number, low: number, high: number): void {
  const gfn = gfnOf(low, high);
  if ((low & PRESENT) === 0 || gfn < 0) return core.down.ggtt(core, entry, 0, 0);
  const hfn = frameBaseOf(v) + gfn;
  core.down.ggtt(core, entry, ((hfn << 12) | (low & 0xfff)) >>> 0, hfn >>> 20);
}

/** Guest frame of an entry, -1 beyond what a guest can have. */
function gfnOf(low: number, high: number): number {
  const frame = (high & 0x3fff) * 0x10_0000 + (low >>> 12);
  return frame < 1 << GFN_BITS ? frame : -1;
}

/** Guest frame behind a graphics address of the vGPU's own view; -1 where there is none. */
export function translateGgtt(core: Core, v: number, gma: number): number {
  const entry = gma >>> 12;
  const low = core.words.read(GGTT + v, entry * 2);
  if ((low & PRESENT) === 0 || partialOf(core, v, entry) !== 0) return -1;
  return gfnOf(low, core.words.read(GGTT + v, entry * 2 + 1));
}
