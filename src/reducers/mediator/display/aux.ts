import { MMIO } from "../../planes.ts";
import type { OnWrite } from "../behaviour.ts";
import { DE_PORT, PCH, raise } from "../interrupt.ts";

/** Source: intel_dp_aux_regs.h; how a driver uses it: intel_dp_aux_xfer, intel_dp_aux.c. */
const SEND_BUSY = 0x8000_0000;
const DONE = 1 << 30;
const INTERRUPT = 1 << 29;
const TIME_OUT_ERROR = 1 << 28;
const RECEIVE_ERROR = 1 << 25;
const STATUS = DONE | TIME_OUT_ERROR | RECEIVE_ERROR;

/** Channels B to D that lie in the PCH (Broadwell); those of gen9 are at 64010 + 100 * channel. */
const PCH_DP_AUX = 0xe4000;

/** Event bits: A is bit 0 of the port group; B, C, D are 25 to 27. Source: docs/facts/interrupts.md#bits. */
const AUX_CHANNEL_A = 1 << 0;
const AUX_CHANNEL_B_SHIFT = 25;

/**
 * DP_AUX_CH_CTL: no DisplayPort sink is ever there, so a message times out; status bits are cleared by
 * writing ones.
 */
export const auxControl: OnWrite = (core, v, at, _id, before, _after, value) => {
  const plain = value & ~(SEND_BUSY | STATUS);
  if ((value & SEND_BUSY) === 0) {
    core.words.write(MMIO + v, at >>> 2, plain | (before & STATUS & ~value));
    return;
  }
  core.words.write(MMIO + v, at >>> 2, plain | DONE | TIME_OUT_ERROR);
  if ((value & INTERRUPT) === 0) return;
  const channel = (at >>> 8) & 0xf;
  if (channel > 3) return;
  const bit = channel === 0 ? AUX_CHANNEL_A : 1 << (AUX_CHANNEL_B_SHIFT + channel - 1);
  raise(core, v, at >= PCH_DP_AUX ? PCH : DE_PORT, bit);
};
