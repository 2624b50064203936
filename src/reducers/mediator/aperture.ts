import { NOTES } from "../../events/codes.ts";
import { PURPOSES } from "../../events/columns.ts";
import type { Rows } from "../../events/rows.ts";
import { offsetOf } from "../../hw/registers/offsets.ts";
import { NO_ENGINE } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import { askGuest, FAILED, fetchGuest, isCoherent, LATER, writePayload } from "../memory.ts";
import { MMIO } from "../planes.ts";
import { PAGE_MASK } from "../words.ts";
import { translateGgtt } from "./ggtt.ts";

/**
 * The aperture: linear CPU addresses of the mappable half of the GGTT. Where a fence covers an address, the
 * access is detiled. Fence layout: i965_write_fence_reg, drivers/gpu/drm/i915/gt/intel_ggtt_fencing.c.
 */
const FENCES = offsetOf("FENCE_REG_GEN6_LO");
const FENCE_VALID = 1;
const FENCE_TILE_Y = 2;
/** PitchIn128BytesLess1. */
const FENCE_PITCH = 0x7ff;
const DATA = PURPOSES.indexOf("data");
const UNMAPPED = NOTES.indexOf("aperture.unmapped");
const STALE = NOTES.indexOf("aperture.stale");
/** Pages asked for by accesses that did not wait for them, at most. */
const ASKS_MAX = 32;

/**
 * A piece of an access that is contiguous in guest memory: `gma` after detiling, and how many bytes go on
 * from there.
 */
interface Span {
  gma: number;
  bytes: number;
}

/** Reused from call to call; holds nothing between events. */
const SPAN: Span = { gma: 0, bytes: 0 };

/** Where linear aperture address `at` really lies, and how far it runs on without a break. */
function spanAt(core: Core, v: number, at: number): Span {
  const fences = core.setting.configuration.vgpus[v - 1].fences;
  // All fences lie in one page of words.
  const page = core.words.page(MMIO + v, FENCES >>> 2);
  const first = (FENCES >>> 2) & PAGE_MASK;
  for (let n = 0; n < fences; n++) {
    const low = page[first + n * 2];
    if ((low & FENCE_VALID) === 0) continue;
    const high = page[first + n * 2 + 1];
    const start = (low & 0xffff_f000) >>> 0;
    const end = ((high & 0xffff_f000) >>> 0) + 4096;
    if (at < start || at >= end) continue;
    const pitch = ((high & FENCE_PITCH) + 1) * 128;
    const span = (low & FENCE_TILE_Y) !== 0 ? tileY(start, at, pitch) : tileX(start, at, pitch);
    span.bytes = Math.min(span.bytes, end - at);
    return span;
  }
  SPAN.gma = at;
  SPAN.bytes = 4096 - (at & 4095);
  return SPAN;
}

/** X tiles are 512 bytes wide and 8 rows high. */
function tileX(start: number, at: number, pitch: number): Span {
  const y = Math.floor((at - start) / pitch);
  const x = (at - start) % pitch;
  const tile = (y >>> 3) * Math.floor(pitch / 512) + (x >>> 9);
  SPAN.gma = start + tile * 4096 + (y & 7) * 512 + (x & 511);
  SPAN.bytes = Math.min(512 - (x & 511), pitch - x);
  return SPAN;
}

/** Y tiles are 128 bytes wide and 32 rows high, in columns of 16 bytes. */
function tileY(start: number, at: number, pitch: number): Span {
  const y = Math.floor((at - start) / pitch);
  const x = (at - start) % pitch;
  const tile = (y >>> 5) * Math.floor(pitch / 128) + (x >>> 7);
  SPAN.gma = start + tile * 4096 + ((x & 127) >>> 4) * 512 + (y & 31) * 16 + (x & 15);
  SPAN.bytes = Math.min(16 - (x & 15), pitch - x);
  return SPAN;
}

/**
 * Runs of writes: one piece of a `guest.write` for each part that is contiguous in guest memory. What the
 * aperture maps nowhere is dropped, with one note.
 */
export function writeAperture(core: Core, v: number, rows: Rows, i: number): void {
  const { storeTable, payload } = rows;
  const first = rows.firstPiece[i];
  let from = rows.from[i];
  LOST.at = 0;
  LOST.bytes = 0;
  LOST.passed = 0;
  for (let k = first; k < first + rows.stores[i]; k++) {
    const length = storeTable.length[k];
    writeRun(core, v, storeTable.at[k], length, payload, from);
    from += length;
  }
  if (LOST.bytes > 0) core.note(v, UNMAPPED, NO_ENGINE, LOST.at, LOST.bytes, 0);
}

/** Bytes of the input that went nowhere, the address of the first; and those since the last that was written. */
const LOST = { at: 0, bytes: 0, passed: 0 };

function writeRun(core: Core, v: number, at: number, total: number, payload: Uint8Array, from: number): void {
  let done = 0;
  while (done < total) {
    const { gma, bytes: room } = spanAt(core, v, at + done);
    const length = Math.min(room, total - done);
    const gfn = mappable(core, v, gma) ? translateGgtt(core, v, gma) : -1;
    if (gfn >= 0) {
      writePayload(core, v, gfn, gma & 4095, payload, from + done, length, LOST.passed);
      LOST.passed = 0;
    } else {
      if (LOST.bytes === 0) LOST.at = at + done;
      LOST.bytes += length;
      LOST.passed += length;
    }
    done += length;
  }
}

function mappable(core: Core, v: number, gma: number): boolean {
  const share = core.setting.configuration.vgpus[v - 1];
  return gma >= share.mappableBase && gma < share.mappableBase + share.mappableSize;
}

/** A read of up to 8 bytes, answered at once: from what is known where the guest's page is not to be had. */
export function readAperture(core: Core, v: number, at: number, size: number): void {
  const stamp = core.newStamp();
  let missing = gather(core, v, at, size, stamp, -1);
  while (missing >= 0) {
    const came = askGuest(core, v, missing, DATA, NO_ENGINE, stamp);
    if (came === FAILED) {
      // Its bytes read 0, as a bus answers, the others what is known of them.
      gather(core, v, at, size, 0, missing);
      return;
    }
    if (came === LATER) return readStale(core, v, at, size, stamp, missing);
    missing = gather(core, v, at, size, stamp, -1);
  }
}

function readStale(core: Core, v: number, at: number, size: number, stamp: number, missing: number): void {
  core.note(v, STALE, NO_ENGINE, at, missing, 0);
  if (!isCoherent(core, v)) askAhead(core, v, at, size, stamp);
  gather(core, v, at, size, 0, -1);
}

/**
 * Memory by message: no page is fresh for this access. Ask for each of its pages, so that a later one knows
 * more; a page that was asked for and has not come is not asked for again.
 */
function askAhead(core: Core, v: number, at: number, size: number, stamp: number): void {
  const tree = core.vgpu(v);
  tree.apertureAsks = tree.apertureAsks.filter((ticket) => core.isOpen(ticket));
  for (let i = 0; i < size; ) {
    const { gma, bytes } = spanAt(core, v, at + i);
    i += bytes;
    const gfn = mappable(core, v, gma) ? translateGgtt(core, v, gma) : -1;
    if (gfn < 0 || tree.apertureAsks.length >= ASKS_MAX || core.isCrowded()) continue;
    if (tree.apertureAsks.some((ticket) => core.ticketOperand(ticket, 0) === gfn)) continue;
    tree.apertureAsks.push(fetchGuest(core, v, gfn, DATA, NO_ENGINE, stamp));
  }
}

/**
 * Collect the bytes into `core.replyLo` and `replyHi`. With a stamp, every page must have been fetched under
 * it: the first that was not is returned. With stamp 0 what is known will do, but of page `without` nothing
 * is. -1: none.
 */
function gather(core: Core, v: number, at: number, size: number, stamp: number, without: number): number {
  core.replyLo = 0;
  core.replyHi = 0;
  if ((size === 4 || size === 8) && (at & (size - 1)) === 0)
    return gatherWords(core, v, at, size, stamp, without);
  let missing = -1;
  for (let i = 0; i < size; i++) {
    const { gma } = spanAt(core, v, at + i);
    const gfn = mappable(core, v, gma) ? translateGgtt(core, v, gma) : -1;
    if (gfn < 0 || gfn === without) continue;
    const words = stamp === 0 ? core.ram[v].known(gfn) : core.ram[v].fresh(gfn, stamp);
    if (missing < 0 && words === null) missing = gfn;
    if (words === null) continue;
    const byte = (words[(gma & 4095) >>> 2] >>> ((gma & 3) * 8)) & 0xff;
    if (i < 4) core.replyLo |= byte << (i * 8);
    else core.replyHi |= byte << ((i - 4) * 8);
  }
  core.replyLo >>>= 0;
  core.replyHi >>>= 0;
  return missing;
}

/** The same for a whole dword or two: tiles do not cut them. */
function gatherWords(
  core: Core,
  v: number,
  at: number,
  size: number,
  stamp: number,
  without: number,
): number {
  const { gma } = spanAt(core, v, at);
  const gfn = mappable(core, v, gma) ? translateGgtt(core, v, gma) : -1;
  if (gfn < 0 || gfn === without) return -1;
  const words = stamp === 0 ? core.ram[v].known(gfn) : core.ram[v].fresh(gfn, stamp);
  if (words === null) return gfn;
  core.replyLo = words[(gma & 4095) >>> 2];
  if (size === 8) core.replyHi = words[((gma & 4095) >>> 2) + 1];
  return -1;
}
