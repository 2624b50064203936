import { buildEdid, TIMING_1024X768 } from "../../hw/edid.ts";
import type { Platform } from "../../hw/units.ts";
import {
  type Configuration,
  evenShare,
  parseConfiguration,
  type VgpuConfiguration,
} from "../../reducers/configuration.ts";
import { Machine } from "../../reducers/machine.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { settingOf } from "../../reducers/platform.ts";

/** Options of one vGPU. */
export interface VgpuOptions {
  /** EDID of the monitor on port B: ours of 1024x768 when absent, null for no monitor. */
  readonly edid?: readonly number[] | null;
  /** PCI class: 0x038000 (display) when absent; 0x030000 is VGA. */
  readonly pciClass?: number;
}

/** Options of a machine; what is absent gets its usual value. */
export interface MachineOptions {
  /** `kbl` when absent. */
  readonly platform?: Platform;
  /** PCI device id and revision: 0x5916 and 2 when absent. */
  readonly deviceId?: number;
  readonly revision?: number;
  /** Microseconds between looks at a screen that does not flip; 0: none. 1,000,000 when absent. */
  readonly screenEvery?: number;
  /** How many vGPUs, or each of them; they divide the GGTT evenly. 1 when absent, at most 7. */
  readonly vgpus?: number | readonly VgpuOptions[];
}

/** The whole configuration that the options stand for. Throws RangeError with what is wrong with them. */
export function configure(options: MachineOptions = {}): Configuration {
  const { platform = "kbl", deviceId = 0x5916, revision = 2, screenEvery = 1_000_000, vgpus = 1 } = options;
  const each = typeof vgpus === "number" ? Array.from({ length: vgpus }, () => ({})) : vgpus;
  const shares = each.map((vgpu, i) => shareOf(vgpu, i + 1, each.length));
  const asked = { platform, deviceId, revision, mode: "mediated", screenEvery, vgpus: shares };
  const configuration = parseConfiguration(asked);
  if (typeof configuration === "string") throw new RangeError(`the machine's configuration ${configuration}`);
  return configuration;
}

function shareOf(options: VgpuOptions, v: number, count: number): VgpuConfiguration {
  const { edid = buildEdid(TIMING_1024X768), pciClass } = options;
  const share = evenShare(v, count, edid);
  return pciClass === undefined ? share : { ...share, pciClass };
}

/**
 * A machine after reset, to be given rows one by one: `machine.apply(rows, i)`. `pure`: a new State after
 * every row, as immer makes them. Throws RangeError where the options are wrong.
 */
export function createMachineWith(store: PageStore, options: MachineOptions = {}, pure = false): Machine {
  return new Machine(settingOf(configure(options), store), pure);
}
