import { FAILSAFE } from "../../events/codes.ts";
import { K } from "../../events/kinds.ts";
import type { Core } from "../core.ts";

/**
 * Failsafe: nothing that a vGPU submits reaches the device any more. The first reason stays until the vGPU is
 * reset. Source: docs/facts/vgpu.md#failsafe.
 */
export function enterFailsafe(core: Core, v: number, reason: (typeof FAILSAFE)[number]): void {
  if (core.seeVgpu(v).failsafe !== 0) return;
  const code = FAILSAFE.indexOf(reason);
  core.vgpu(v).failsafe = code;
  const o = core.emit(K["failsafe.entered"], v);
  core.out.code[o] = code;
}
