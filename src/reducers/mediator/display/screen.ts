import { TIMER_SCREEN } from "../../../events/codes.ts";
import { PURPOSES } from "../../../events/columns.ts";
import { NO_ENGINE } from "../../../hw/units.ts";
import type { Core } from "../../core.ts";
import { fetchGuest } from "../../memory.ts";
import { PIPES } from "../../trees.ts";
import { scanoutFrames } from "./scanout.ts";

/**
 * Looking at the guest's screen is a fetch of its frames: at each flip, and at most once a `screenEvery` when
 * nothing flips.
 */
const SCANOUT = PURPOSES.indexOf("scanout");

/** Start or stop sampling as pipes go on and off, or the vGPU rests. Called after each change of either. */
export function watchScreen(core: Core, v: number): void {
  const { screenEvery } = core.setting.configuration;
  if (screenEvery === 0) return;
  const seen = core.seeVgpu(v);
  const on = !seen.paused && seen.pipes.some((pipe) => pipe.on);
  if (on && seen.screenTimer === 0) {
    core.vgpu(v).screenTimer = core.armTimer(v, core.now + screenEvery, TIMER_SCREEN);
  } else if (!on && seen.screenTimer !== 0) {
    core.cancelTimer(seen.screenTimer);
    core.vgpu(v).screenTimer = 0;
  }
}

/** The sampling timer fired: draw unless a flip did since, and go on. */
export function screenTimer(core: Core, v: number): void {
  const tree = core.vgpu(v);
  tree.screenTimer = 0;
  if (tree.flipsSeen === 0) drawScreen(core, v);
  tree.flipsSeen = 0;
  watchScreen(core, v);
}

/** A flip is done: draw what it shows. */
export function flipDrawn(core: Core, v: number): void {
  if (core.setting.configuration.screenEvery === 0) return;
  core.vgpu(v).flipsSeen++;
  drawScreen(core, v);
}

/** Ask for every frame of every pipe's planes. */
function drawScreen(core: Core, v: number): void {
  const stamp = core.newStamp();
  for (let pipe = 0; pipe < PIPES; pipe++) {
    if (!core.seeVgpu(v).pipes[pipe].on) continue;
    for (const gfn of scanoutFrames(core, v, pipe)) {
      if (core.isCrowded()) return;
      fetchGuest(core, v, gfn, SCANOUT, NO_ENGINE, stamp);
    }
  }
}
