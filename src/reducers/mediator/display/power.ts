import { offsetOf } from "../../../hw/registers/offsets.ts";
import type { Core } from "../../core.ts";
import { MMIO } from "../../planes.ts";
import type { OnWrite } from "../behaviour.ts";

/**
 * The four requesters of the main wells: BIOS, driver, KVMR, debug. Source: HSW_PWR_WELL_CTL1..4, i915_reg.h.
 */
const HSW_PWR_WELL_CTL1 = offsetOf("HSW_PWR_WELL_CTL1");
const REQUESTERS = 4;

const DBUF_POWER_REQUEST = 0x8000_0000;
const DBUF_POWER_STATE = 0x4000_0000;

/** A well is up while anyone asks for it; every requester sees the same state bits. */
export const powerWell: OnWrite = (core, v, at, _id, _before, _after, value) => {
  const mask = core.registers.features.wellRequests;
  if (at < HSW_PWR_WELL_CTL1 || at >= HSW_PWR_WELL_CTL1 + 4 * REQUESTERS) return;
  core.words.write(MMIO + v, at >>> 2, value & mask);
  let requested = 0;
  for (let i = 0; i < REQUESTERS; i++) requested |= requestOf(core, v, i, mask);
  for (let i = 0; i < REQUESTERS; i++) {
    const word = requestOf(core, v, i, mask) | (requested >>> 1);
    core.words.write(MMIO + v, (HSW_PWR_WELL_CTL1 + 4 * i) >>> 2, word);
  }
};

function requestOf(core: Core, v: number, requester: number, mask: number): number {
  return core.words.read(MMIO + v, (HSW_PWR_WELL_CTL1 + 4 * requester) >>> 2) & mask;
}

/** The display buffer comes up at once. Source: docs/facts/display.md#power. */
export const powerDbuf: OnWrite = (core, v, at, _id, _before, after) => {
  const up = (after & DBUF_POWER_REQUEST) !== 0;
  core.words.write(MMIO + v, at >>> 2, up ? after | DBUF_POWER_STATE : after & ~DBUF_POWER_STATE);
};
