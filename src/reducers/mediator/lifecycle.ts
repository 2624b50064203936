import { K } from "../../events/kinds.ts";
import { ENGINES, MMIO_BYTES, PAGE_BYTES, PAGE_SHIFT } from "../../hw/units.ts";
import type { Core } from "../core.ts";
import { frameBaseOf, mapAddressSpace } from "../memory.ts";
import { CONFIG, DMA, GGTT, MMIO, MONITOR, PARTIAL } from "../planes.ts";
import { eachFrameFacts, type FrameFacts } from "../ram.ts";
import { initialVgpuTree } from "../trees.ts";
import { resetConfig } from "./config-space.ts";
import { plug, restorePins } from "./display/hotplug.ts";
import { resetExeclists, resetStatusPointer } from "./execlist.ts";
import { resetRegisters } from "./gt.ts";
import { isInFlight, settlePause } from "./pause.ts";
import { populatePvinfo } from "./pvinfo.ts";
import { refuse } from "./refuse.ts";

/** Birth, reset and death of a vGPU. Order and extent of a reset: docs/facts/vgpu.md#reset. */

const ALL_ENGINES = (1 << ENGINES.length) - 1;
const PORT_B = 1;
const DMA_WORDS = 6;
/** Mappings that a vGPU may have at once, as the port tells its client. */
const MAPS_MAX = 65_535;
const TWO_32 = 0x1_0000_0000;

/** Power on: the share of the configuration, reset registers, the configured monitor. */
export function createVgpu(core: Core, v: number): void {
  if (core.setting.configuration.vgpus[v - 1] === undefined) return;
  core.trees[v] = initialVgpuTree();
  mapAddressSpace(core, v, true);
  core.vgpu(v).created = true;
  resetImage(core, v);
  const { edid } = core.setting.configuration.vgpus[v - 1];
  if (edid !== null) plug(core, v, PORT_B, edid);
}

function resetImage(core: Core, v: number): void {
  core.words.clear(MMIO + v);
  core.words.clear(GGTT + v);
  core.words.clear(PARTIAL + v);
  resetRegisters(core, v, MMIO_BYTES, true);
  for (let e = 0; e < ENGINES.length; e++) resetStatusPointer(core, v, e);
  populatePvinfo(core, v);
  resetConfig(core, v);
}

/**
 * The bus resets the device: everything goes but the monitor, the port, its maps and whether the vGPU is paused.
 * What was known of the guest's memory goes too, as the next guest's may be another.
 */
export function resetVgpu(core: Core, v: number): void {
  const before = core.seeVgpu(v);
  if (!before.created) return;
  const flew = before.paused && isInFlight(core, v);
  core.down.reset(core, ALL_ENGINES, frameBaseOf(v));
  endTickets(core, v);
  clearGgtt(core, v);
  resetExeclists(core, v, ALL_ENGINES);
  core.ram[v].clear();
  const tree = core.vgpu(v);
  const { opened, attached, port, paused, maps } = before;
  // A guest that wakes from sleep goes on from here without another look at its PVINFO page.
  const pvAware = before.asleep && before.pvAware;
  Object.assign(tree, { ...initialVgpuTree(), created: true, opened, attached, port, paused, maps, pvAware });
  resetImage(core, v);
  restorePins(core, v);
  if (flew) settlePause(core, v);
}

/**
 * A port brings memory of its own: nothing is known of it yet, but for bytes that are still on their way there, and
 * the pages that a turn under way has in hand (or a port that comes and goes would never let it end).
 * Registers, GGTT, engines and open tickets stay, as a hypervisor that only lost its connection comes back to
 * them; for another guest it resets the device first.
 */
export function attachPort(core: Core, v: number, capabilities: number): void {
  const tree = core.vgpu(v);
  tree.attached = true;
  tree.port = capabilities;
  tree.asleep = false;
  const open = writesInFlight(core, v);
  const inHand = pagesInHand(core, v);
  core.ram[v].clear();
  for (const facts of inHand) core.ram[v].put(facts);
  for (const { gfn, offset, bytes } of open) core.ram[v].writeBytes(gfn, offset, bytes, 0, bytes.length);
}

/** The port goes, and its maps with it. */
export function detachPort(core: Core, v: number): void {
  const tree = core.vgpu(v);
  tree.attached = false;
  tree.maps = 0;
  tree.freeMap = 0;
  core.words.clear(DMA + v);
}

/** Bytes of a frame. */
interface Piece {
  readonly gfn: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** What is on its way to the guest's memory, as it was last written. */
function writesInFlight(core: Core, v: number): Piece[] {
  const pieces: Piece[] = [];
  if (core.seeVgpu(v).writesOpen === 0) return pieces;
  for (const ticket of core.openTickets()) {
    if (core.ticketAgent(ticket) !== v || core.ticketKind(ticket) !== K["guest.write"]) continue;
    const low = core.ticketOperand(ticket, 0);
    const gfn = (core.ticketOperand(ticket, 1) << (32 - PAGE_SHIFT)) | (low >>> PAGE_SHIFT);
    const offset = low & (PAGE_BYTES - 1);
    const words = core.ram[v].known(gfn);
    if (words === null) continue;
    const from = words.byteOffset + offset;
    pieces.push({
      gfn,
      offset,
      bytes: new Uint8Array(words.buffer).slice(from, from + core.ticketOperand(ticket, 2)),
    });
  }
  return pieces;
}

/** The frames that are fresh for turns under way of this vGPU's. */
function pagesInHand(core: Core, v: number): FrameFacts[] {
  let since = Number.POSITIVE_INFINITY;
  for (const { frameBase, turn } of core.seeDevice().engines)
    if (frameBase === frameBaseOf(v) && turn !== 0) since = Math.min(since, turn);
  const pages: FrameFacts[] = [];
  if (since === Number.POSITIVE_INFINITY) return pages;
  eachFrameFacts(core.ram[v].root, (facts) => {
    if (facts.stamp >= since) pages.push(facts);
  });
  return pages;
}

/** The guest's hypervisor closes the device: nothing of the guest is left for whoever opens it next. */
export function closeVgpu(core: Core, v: number): void {
  resetVgpu(core, v);
  core.vgpu(v).opened = false;
}

/** The vGPU is gone, with all that it knew. */
export function destroyVgpu(core: Core, v: number): void {
  if (!core.seeVgpu(v).created) return;
  core.down.reset(core, ALL_ENGINES, frameBaseOf(v));
  endTickets(core, v);
  clearGgtt(core, v);
  resetExeclists(core, v, ALL_ENGINES);
  mapAddressSpace(core, v, false);
  Object.assign(core.vgpu(v), initialVgpuTree());
  for (const plane of [MMIO, GGTT, PARTIAL, CONFIG, MONITOR, DMA]) core.words.clear(plane + v);
  core.ram[v].clear();
}

/** Every open ticket of the vGPU ends here; a late answer is nobody's. */
function endTickets(core: Core, v: number): void {
  for (const ticket of core.openTickets()) if (core.ticketAgent(ticket) === v) core.endTicket(ticket);
}

/** The device forgets the vGPU's share of the GGTT. */
function clearGgtt(core: Core, v: number): void {
  const share = core.setting.configuration.vgpus[v - 1];
  for (const [base, size] of [
    [share.mappableBase, share.mappableSize],
    [share.unmappableBase, share.unmappableSize],
  ]) {
    core.down.clearGgtt(core, base / 4096, (base + size) / 4096);
  }
}

/** Remember a mapping of guest memory: its range and what may be done with it. */
export function mapMemory(
  core: Core,
  v: number,
  range: readonly [number, number, number, number],
  code: number,
): void {
  const tree = core.vgpu(v);
  if (tree.maps >= MAPS_MAX) return refuse(core, v, "map.refused", range[0], range[2], range[3]);
  let slot = tree.freeMap;
  while (core.words.read(DMA + v, slot * DMA_WORDS) !== 0) slot++;
  tree.freeMap = slot + 1;
  core.words.write(DMA + v, slot * DMA_WORDS, 1);
  for (let i = 0; i < 4; i++) core.words.write(DMA + v, slot * DMA_WORDS + 1 + i, range[i]);
  core.words.write(DMA + v, slot * DMA_WORDS + 5, code);
  tree.maps++;
}

/**
 * Forget every mapping that starts within the range. Mappings do not overlap: once the range is used up there
 * are no more of them, or unmapping one by one would look at all of them each time.
 */
export function unmapMemory(core: Core, v: number, range: readonly [number, number, number, number]): void {
  const start = range[0] + range[1] * TWO_32;
  const end = start + range[2] + range[3] * TWO_32;
  let maps = core.seeVgpu(v).maps;
  let bytes = end - start;
  for (let at = 0; maps > 0 && bytes > 0; at += DMA_WORDS) {
    if (core.words.read(DMA + v, at) === 0) continue;
    maps--;
    const low = addressAt(core, v, at + 1);
    if (low < start || low >= end) continue;
    bytes -= Math.min(addressAt(core, v, at + 3), end - low);
    for (let i = 0; i < DMA_WORDS; i++) core.words.write(DMA + v, at + i, 0);
    const tree = core.vgpu(v);
    tree.maps--;
    tree.freeMap = Math.min(tree.freeMap, at / DMA_WORDS);
  }
}

function addressAt(core: Core, v: number, at: number): number {
  return core.words.read(DMA + v, at) + core.words.read(DMA + v, at + 1) * TWO_32;
}
