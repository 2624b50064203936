import { ENGINES, MMIO_BYTES } from "../../hw/units.ts";
import type { Core } from "../core.ts";

import { frameBaseOf, mapAddressSpace } from "../memory.ts";
import { CONFIG, DMA, GGTT, MMIO, MONITOR } from "../planes.ts";
import { initialVgpuTree } from "../trees.ts";
import { resetConfig } from "./config-space.ts";
import { plug, restorePins } from "./display/hotplug.ts";
import { resetExeclists, resetStatusPointer } from "./execlist.ts";
import { resetRegisters } from "./gt.ts";
import { isInFlight, settlePause } from "./pause.ts";
import { populatePvinfo } from "./pvinfo.ts";

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
  resetRegisters(core, v, MMIO_BYTES, true);
  for (let e = 0; e < ENGINES.length; e++) resetStatusPointer(core, v, e);
  populatePvinfo(core, v);
  resetConfig(core, v);
}

/** The bus resets the device: everything but the monitor, the port and the guest's memory. */
export function resetVgpu(core: Core, v: number): void {
  const before = core.seeVgpu(v);
  if (!before.created) return;
  const flew = before.paused && isInFlight(core, v);
  core.down.reset(core, ALL_ENGINES, frameBaseOf(v));
  endTickets(core, v);
  clearGgtt(core, v);
  resetExeclists(core, v, ALL_ENGINES);
  const tree = core.vgpu(v);
  // A guest that wakes from sleep goes on from here without another look at its PVINFO page.
  const { opened, attached, port, paused, maps, pvAware } = before;
  Object.assign(tree, { ...initialVgpuTree(), created: true, opened, attached, port, paused, maps, pvAware });
  resetImage(core, v);
  restorePins(core, v);
  if (flew) settlePause(core, v);
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
  for (const plane of [MMIO, GGTT, CONFIG, MONITOR, DMA]) core.words.clear(plane + v);
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
  if (tree.maps >= MAPS_MAX) return;
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
