import { K } from "../../events/kinds.ts";
import type { Core } from "../core.ts";
import { frameBaseOf } from "../memory.ts";
import { pausePipes, resumePipes } from "./display/pipe.ts";
import { watchScreen } from "./display/screen.ts";
import { resumeExeclists } from "./execlist.ts";

/**
 * A paused vGPU comes to rest: its engines take no more turns, its pipes stand still. What is in flight comes
 * to its end; then the vGPU is quiesced, and nothing of it changes until the world touches it.
 */

/** No more turns, no more vblanks. */
export function pauseVgpu(core: Core, v: number): void {
  if (core.seeVgpu(v).paused) return;
  pausePipes(core, v);
  core.vgpu(v).paused = true;
  watchScreen(core, v);
  core.down.pause(core, frameBaseOf(v));
  settlePause(core, v);
}

/** Everything goes on from where it stood. */
export function resumeVgpu(core: Core, v: number): void {
  if (!core.seeVgpu(v).paused) return;
  core.vgpu(v).paused = false;
  resumePipes(core, v);
  watchScreen(core, v);
  resumeExeclists(core, v);
}

/** Something in flight of this vGPU is over. Is it quiesced now? */
export function settlePause(core: Core, v: number): void {
  if (core.seeVgpu(v).paused && !isInFlight(core, v)) core.emit(K["vgpu.quiesced"], v);
}

/** Was the world asked for anything of this vGPU's that it has not answered? A turn under way waits for a page. */
export function isInFlight(core: Core, v: number): boolean {
  return core.openTickets().some((ticket) => core.ticketAgent(ticket) === v);
}
