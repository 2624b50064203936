import { K } from "../../events/kinds.ts";
import type { WriteBehaviour } from "../../hw/behaviours.ts";

import type { Core } from "../core.ts";
import { MMIO } from "../planes.ts";
import type { OnRead, OnWrite } from "./behaviour.ts";
import { enterFailsafe } from "./failsafe.ts";
import { refuse } from "./refuse.ts";

/** The PVINFO page: how a guest learns that it is one of several. Layout: docs/facts/pvinfo.md#layout. */
const PVINFO = 0x78000;
const CAPS_FULL_PPGTT = 4;
const CAPS_HWSP_EMULATION = 8;

/** Fill the page in for vGPU `v`: magic, version, capabilities and its share of the machine. */
export function populatePvinfo(core: Core, v: number): void {
  const share = core.setting.configuration.vgpus[v - 1];
  const put = (offset: number, word: number): void =>
    core.words.write(MMIO + v, (PVINFO + offset) >>> 2, word);
  put(0x00, 0x7654_4776);
  put(0x04, 0x4776_5447);
  put(0x08, 1);
  put(0x0c, v);
  put(0x10, CAPS_FULL_PPGTT | CAPS_HWSP_EMULATION);
  put(0x40, share.mappableBase);
  put(0x44, share.mappableSize);
  put(0x48, share.unmappableBase);
  put(0x4c, share.unmappableSize);
  put(0x50, share.fences);
  put(0x804, 0);
  put(0x830, 0xffff_ffff);
  put(0x834, 0xffff_ffff);
}

export const pvinfoWrites = {
  /**
   * Page table and context notices: the device walks the guest's own tables, so there is nothing to prepare.
   */
  "pvinfo.g2v": () => {},
  "pvinfo.display_ready": (core, v, _at, _id, _before, after) => {
    const o = core.emit(K["display.ready"], v);
    core.out.lo[o] = after;
  },
  "pvinfo.refused": (core, v, at, _id, before) => {
    core.words.write(MMIO + v, at >>> 2, before);
    enterFailsafe(core, v, "insufficient_resource");
  },
  "pvinfo.readonly": (core, v, at, _id, before, _after, value) => {
    core.words.write(MMIO + v, at >>> 2, before);
    refuse(core, v, "pvinfo.refused", at, value, 0);
  },
} satisfies Partial<Record<WriteBehaviour, OnWrite>>;

export const pvinfoReads = {
  "pvinfo.read": (core, v, at) => {
    if (!core.seeVgpu(v).pvAware) core.vgpu(v).pvAware = true;
    return core.words.read(MMIO + v, at >>> 2);
  },
} satisfies Record<string, OnRead>;
