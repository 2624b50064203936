import { ENGINES, VGPU_MAX } from "../hw/units.ts";

/**
 * The bulk spaces and where each instance's plane lies. A plane is one component of the digest, with an epoch
 * that counts changes of its shape or meaning. Instances of a vGPU's space are numbered by the vGPU, from 1.
 */

/** Registers; behind the last one, words that are reached through an index: see `display/palette.ts`. */
export const MMIO = 0;
export const GGTT = 8;
export const CONFIG = 16;
/** The monitor's EDID, by port: 64 words each. */
export const MONITOR = 24;
/** Mapped guest memory: DMA_WORDS words a map. */
export const DMA = 32;
export const DEVICE_MMIO = 40;
export const DEVICE_GGTT = 41;
/** The machine's IOMMU: by window of 65,536 host frames, see `iommu.ts`. */
export const FRAMES = 42;
/** Open tickets, TICKET_WORDS words each. */
export const TICKETS = 43;
/** Translations kept by an engine: TLB + engine. */
export const TLB = 44;
/** Engines of paused vGPUs, put aside: see `device/parking.ts`. */
export const PARKED_ENGINES = TLB + ENGINES.length;
/** PTEs of which half was written and the other half is awaited: 2 bits an entry, see `mediator/ggtt.ts`. */
export const PARTIAL = PARKED_ENGINES;
export const PLANES = PARTIAL + VGPU_MAX + 1;

export interface Component {
  readonly name: string;
  readonly plane: number;
  readonly epoch: number;
}

const vgpus = Array.from({ length: VGPU_MAX }, (_, i) => i + 1);
const perVgpu = (space: string, plane: number, epoch: number): Component[] =>
  vgpus.map((v) => ({ name: `vgpu${v}.${space}`, plane: plane + v, epoch }));

/** Every plane that has a meaning, in the order in which digests are listed. */
export const PLANE_COMPONENTS: readonly Component[] = [
  ...perVgpu("mmio", MMIO, 2),
  ...perVgpu("ggtt", GGTT, 1),
  ...perVgpu("config", CONFIG, 2),
  ...perVgpu("monitor", MONITOR, 1),
  ...perVgpu("dma", DMA, 1),
  { name: "device.mmio", plane: DEVICE_MMIO, epoch: 2 },
  { name: "device.ggtt", plane: DEVICE_GGTT, epoch: 2 },
  { name: "device.frames", plane: FRAMES, epoch: 1 },
  { name: "device.tickets", plane: TICKETS, epoch: 2 },
  ...ENGINES.map((engine, i) => ({ name: `device.${engine}.tlb`, plane: TLB + i, epoch: 2 })),
  { name: "device.parked", plane: PARKED_ENGINES, epoch: 2 },
  ...perVgpu("partial", PARTIAL, 1),
];

/** Epochs of the components that are not planes. */
export const RAM_EPOCH = 2;
export const TREE_EPOCH = 2;
export const CLOCK_EPOCH = 1;
