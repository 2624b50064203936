import { PURPOSES } from "../../events/columns.ts";
import { offsetOf } from "../../hw/registers/offsets.ts";
import type { Core } from "../core.ts";
import { askGuest, FRESH, fetchGuest, hostFrameAgent, hostFrameGfn, LATER } from "../memory.ts";
import { DEVICE_GGTT, TLB } from "../planes.ts";
import { GFN_BITS } from "../ram.ts";
import type { EngineTree } from "../trees.ts";
import { forgetPlaces, GLOBAL, type Place, placeOf, putPlace } from "./places.ts";

/**
 * The device's view of memory: GGTT entries are words of the state, PPGTT tables are pages to ask for.
 * Translations stay in a direct-mapped TLB per engine until something invalidates them. Entry formats:
 * docs/facts/ggtt.md#page-tables.
 */

/** The page has been asked for: the engine stands still until it comes. */
export const PARKED = -1;
/** There is no such page. */
export const FAULT = -2;

const PRESENT = 1;
/**
 * Bit 1 of a PPGTT's leaf entry: without it a write is dropped, and the command goes on. Entries of the GGTT
 * have no such bit. Source: gen8_pte_encode and gen8_ppgtt_create, gt/gen8_ppgtt.c; igt_ctx_readonly,
 * gem/selftests/i915_gem_context.c.
 */
const WRITABLE = 2;
/** In a TLB entry's frame: the page is read-only. */
const TLB_READ_ONLY = 0x8000_0000;
const PAGE_SIZE = 1 << 7;
const IPS_64K = 1 << 11;
/** GEN8_GAMW_ECO_DEV_RW_IA, and GAMW_ECO_ENABLE_64K_IPS_FIELD in it. Source: gt/intel_gt_regs.h. */
const GAMW_ECO = offsetOf("GEN8_GAMW_ECO_DEV_RW_IA");
const IPS_FIELD = 15;
const TLB_ENTRIES = 1024;
const TLB_WORDS = 3;
/** Frame bits in an entry's high word: address bits 45:32. */
const FRAME_HIGH = 0x3fff;
const PTE = PURPOSES.indexOf("pte");
/** Addressing mode of a context descriptor, bits 4:3: legacy 64-bit, i.e. four levels. */
const MODE_64 = 3;

/**
 * Host frame behind a GGTT address, or FAULT: also where it lies in another address space than the engine
 * works for.
 */
export function translateGlobal(core: Core, engine: EngineTree, low: number): number {
  const entry = low >>> 12;
  const word = core.words.read(DEVICE_GGTT, entry * 2);
  if ((word & PRESENT) === 0) return FAULT;
  const hfn = (core.words.read(DEVICE_GGTT, entry * 2 + 1) << 20) | (word >>> 12);
  return hfn >>> GFN_BITS === engine.frameBase >>> GFN_BITS ? hfn : FAULT;
}

/**
 * The place that an address of the engine's context leads to, or null: `failure` says why. `high` are bits
 * 47:32, of no meaning in the GGTT.
 */
export function reach(
  core: Core,
  e: number,
  engine: EngineTree,
  ppgtt: boolean,
  low: number,
  high: number,
): Place | null {
  const page = low >>> 12;
  const space = ppgtt ? high : GLOBAL;
  const place = placeOf(page);
  if (place.page === page && place.space === space) return place;
  FOUND.writable = true;
  const hfn = ppgtt ? translate(core, e, engine, low, high) : translateGlobal(core, engine, low);
  const v = hfn < 0 ? 0 : hostFrameAgent(core, hfn);
  return v === 0 ? null : putPlace(page, space, v, hostFrameGfn(core, hfn), FOUND.writable);
}

/** Why something could not be had: PARKED until the page comes that was asked for, or FAULT. */
export function failure(engine: EngineTree): number {
  return engine.fetch === 0 ? FAULT : PARKED;
}

/** Host frame behind an address in the engine's PPGTT, PARKED or FAULT. */
function translate(core: Core, e: number, engine: EngineTree, low: number, high: number): number {
  const tag = ((high << 20) | (low >>> 12)) >>> 0;
  const tagHigh = (high >>> 12) & 0xf;
  const slot = (tag & (TLB_ENTRIES - 1)) * TLB_WORDS;
  if (core.words.read(TLB + e, slot) === tag && core.words.read(TLB + e, slot + 1) === ((tagHigh << 1) | 1)) {
    const found = core.words.read(TLB + e, slot + 2);
    FOUND.writable = found < TLB_READ_ONLY;
    return found & ~TLB_READ_ONLY;
  }
  const hfn = walk(core, e, engine, low, high);
  if (hfn < 0) return hfn;
  core.words.write(TLB + e, slot, tag);
  core.words.write(TLB + e, slot + 1, (tagHigh << 1) | 1);
  core.words.write(TLB + e, slot + 2, FOUND.writable ? hfn : (hfn | TLB_READ_ONLY) >>> 0);
  return hfn;
}

/** May the page that was looked up last be written to? Holds nothing between events. */
const FOUND = { writable: true };

/** The table walk: PML4, PDP, PD, PT of 512 entries each; a 2 MiB entry or 64 KiB pages end it early. */
function walk(core: Core, e: number, engine: EngineTree, low: number, high: number): number {
  let table: number;
  if (((engine.elements[engine.active].low >>> 3) & 3) === MODE_64) {
    const pml4 = entryAt(core, e, engine, engine.pdp[0], (high >>> 7) & 511);
    if (pml4 < 0) return pml4;
    const pdp = entryAt(core, e, engine, pml4, ((high & 127) << 2) | (low >>> 30));
    if (pdp < 0) return pdp;
    table = pdp;
  } else {
    table = engine.pdp[(low >>> 30) & 3];
  }
  const pde = readEntry(core, e, engine, table, (low >>> 21) & 511);
  if (pde < 0) return pde;
  if ((ENTRY.low & PRESENT) === 0) return FAULT;
  FOUND.writable = (ENTRY.low & WRITABLE) !== 0;
  if ((ENTRY.low & PAGE_SIZE) !== 0) return engine.frameBase + (ENTRY.frame & ~511) + ((low >>> 12) & 511);
  const wide = (ENTRY.low & IPS_64K) !== 0 && has64kPages(core, engine);
  const index = (low >>> 12) & 511;
  const pte = readEntry(core, e, engine, ENTRY.frame, wide ? index & ~15 : index);
  if (pte < 0) return pte;
  if ((ENTRY.low & PRESENT) === 0) return FAULT;
  FOUND.writable = (ENTRY.low & WRITABLE) !== 0;
  return engine.frameBase + (wide ? (ENTRY.frame & ~15) + (index & 15) : ENTRY.frame);
}

/**
 * Does the walk look at a table's IPS bit at all? Only with all of a field set. Source: gt/intel_gtt.c,
 * gtt_write_workarounds.
 */
function has64kPages(core: Core, engine: EngineTree): boolean {
  return (core.words.read(engine.registers, GAMW_ECO >>> 2) & IPS_FIELD) === IPS_FIELD;
}

/** Frame that a table's entry points to; FAULT where it is not present. */
function entryAt(core: Core, e: number, engine: EngineTree, table: number, index: number): number {
  const read = readEntry(core, e, engine, table, index);
  if (read < 0) return read;
  return (ENTRY.low & PRESENT) === 0 ? FAULT : ENTRY.frame;
}

/** The entry read last. Holds nothing between events. */
const ENTRY = { low: 0, frame: 0 };

/** Read one 8-byte entry of a table in guest frame `table` into ENTRY: 0, PARKED or FAULT. */
function readEntry(core: Core, e: number, engine: EngineTree, table: number, index: number): number {
  const words = pageWords(core, e, engine, engine.frameBase + table, PTE);
  if (words === null) return engine.fetch === 0 ? FAULT : PARKED;
  ENTRY.low = words[index * 2];
  const high = words[index * 2 + 1] & FRAME_HIGH;
  if (high >>> (GFN_BITS - 20) !== 0) return FAULT;
  ENTRY.frame = (high << 20) | (ENTRY.low >>> 12);
  return 0;
}

/**
 * The words of a host frame, fresh for the turn under way; or null: asked for (`engine.fetch` is its ticket),
 * or, where
 * `engine.fetch` is 0, no such frame.
 */
export function pageWords(
  core: Core,
  e: number,
  engine: EngineTree,
  hfn: number,
  purpose: number,
): Uint32Array | null {
  const v = hostFrameAgent(core, hfn);
  return v === 0 ? null : frameWords(core, e, engine, v, hostFrameGfn(core, hfn), purpose);
}

function frameWords(
  core: Core,
  e: number,
  engine: EngineTree,
  v: number,
  gfn: number,
  purpose: number,
): Uint32Array | null {
  const words = core.ram[v].fresh(gfn, engine.turn);
  if (words !== null) return words;
  const came = askGuest(core, v, gfn, purpose, e, engine.turn);
  if (came === FRESH) {
    engine.fetchedAt[purpose] = core.seq;
    return core.ram[v].fresh(gfn, engine.turn);
  }
  if (came === LATER) engine.fetch = fetchGuest(core, v, gfn, purpose, e, engine.turn);
  return null;
}

/** The words of a place, fresh for the turn under way, or null: `failure` says why. */
export function placeWords(
  core: Core,
  e: number,
  engine: EngineTree,
  place: Place,
  purpose: number,
): Uint32Array | null {
  place.words ??= frameWords(core, e, engine, place.v, place.gfn, purpose);
  return place.words;
}

/** Forget an engine's translations. */
export function flushTlb(core: Core, e: number): void {
  forgetPlaces();
  core.words.clear(TLB + e);
}
