import { offsetOf } from "../../../hw/registers/offsets.ts";
import type { Core } from "../../core.ts";
import { MMIO } from "../../planes.ts";
import type { OnWrite } from "../behaviour.ts";
import { PCH, raise, setLevel } from "../interrupt.ts";
import { resetDdc } from "./gpio.ts";
import { hasMonitor, PORT_B, PORT_D, storeEdid } from "./monitor.ts";

/** Source: PCH_PORT_HOTPLUG and its fields, i915_reg.h. */
const PCH_PORT_HOTPLUG = offsetOf("PCH_PORT_HOTPLUG");
const PCH_PORT_HOTPLUG2 = offsetOf("PCH_PORT_HOTPLUG2");
const DIGITAL_PORT_HOTPLUG_CNTRL = offsetOf("DIGITAL_PORT_HOTPLUG_CNTRL");

/** Status fields of two bits each: 1 a short pulse, 2 a long one; cleared by writing ones. */
const PCH_STATUS = (3 << 24) | (3 << 16) | (3 << 8) | 3;
const ONE_PORT_STATUS = 3;
const LONG_DETECT = 2;

/** By port, from B: where its enable and its status field lie, eight bits a port. */
const HOTPLUG_ENABLE_B = 1 << 4;
const BITS_A_PORT = 8;

/** SDE_PORTB_HOTPLUG_CPT is bit 21, C 22, D 23. Source: i915_reg.h; docs/facts/interrupts.md#bits. */
const SDE_PORTB_HOTPLUG_SHIFT = 21;

/** The hot plug registers: enables are stored, statuses are cleared by ones. */
export const hpdControl: OnWrite = (core, v, at, _id, before, after, value) => {
  let status = 0;
  if (at === PCH_PORT_HOTPLUG) status = PCH_STATUS;
  else if (at === PCH_PORT_HOTPLUG2 || at === DIGITAL_PORT_HOTPLUG_CNTRL) status = ONE_PORT_STATUS;
  core.words.write(MMIO + v, at >>> 2, (after & ~status) | (before & status & ~value));
};

/** A monitor is plugged into port B, C or D (1 to 3); any other port has no socket. */
export function plug(core: Core, v: number, port: number, edid: ArrayLike<number>): void {
  if (port < PORT_B || port > PORT_D) return;
  storeEdid(core, v, port, edid);
  changed(core, v, port);
}

/** The monitor on a port is gone. */
export function unplug(core: Core, v: number, port: number): void {
  plug(core, v, port, []);
}

/**
 * Pull the hot plug pins to where the monitors have them: after the registers went back to their reset
 * values.
 */
export function restorePins(core: Core, v: number): void {
  for (let port = PORT_B; port <= PORT_D; port++)
    setLevel(core, v, PCH, pinOf(port), hasMonitor(core, v, port));
}

function pinOf(port: number): number {
  return 1 << (SDE_PORTB_HOTPLUG_SHIFT + port - PORT_B);
}

/** The pin moved: a long pulse, told where the guest enabled detection on this port. */
function changed(core: Core, v: number, port: number): void {
  resetDdc(core, v, port);
  core.vgpu(v).gmbus.pointers[port] = 0;
  setLevel(core, v, PCH, pinOf(port), hasMonitor(core, v, port));
  const shift = BITS_A_PORT * (port - PORT_B);
  const control = core.words.read(MMIO + v, PCH_PORT_HOTPLUG >>> 2);
  if ((control & (HOTPLUG_ENABLE_B << shift)) === 0) return;
  core.words.write(MMIO + v, PCH_PORT_HOTPLUG >>> 2, control | (LONG_DETECT << shift));
  raise(core, v, PCH, pinOf(port));
}
