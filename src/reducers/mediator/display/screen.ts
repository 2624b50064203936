import { TIMER_DRAW, TIMER_SCREEN } from "../../../events/codes.ts";
import { PURPOSES } from "../../../events/columns.ts";
import { TOLD_MAX } from "../../../events/tables.ts";
import { NO_ENGINE } from "../../../hw/units.ts";
import type { Core } from "../../core.ts";
import { askGuest, fetchGuest, LATER } from "../../memory.ts";
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
    core.cancelTimer(seen.drawTimer);
    Object.assign(core.vgpu(v), { screenTimer: 0, drawTimer: 0, drawn: 0 });
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

/** Ask for every frame of every pipe's planes: one after the other, and of a large screen the rest later. */
function drawScreen(core: Core, v: number): void {
  core.cancelTimer(core.seeVgpu(v).drawTimer);
  ask(core, v, core.newStamp(), 0);
}

/** The rest of a screen that one input could not be told whole. */
export function goOnDrawing(core: Core, v: number): void {
  ask(core, v, core.newStamp(), core.seeVgpu(v).drawn);
}

/** Ask for all but the first `drawn` of the frames that are shown. */
function ask(core: Core, v: number, stamp: number, drawn: number): void {
  const frames = framesShown(core, v);
  for (let n = drawn; n < frames.length; n++) {
    if (core.told >= TOLD_MAX) {
      core.vgpu(v).drawn = n;
      core.vgpu(v).drawTimer = core.armTimer(v, core.now, TIMER_DRAW);
      return;
    }
    const came = askGuest(core, v, frames[n], SCANOUT, NO_ENGINE, stamp);
    if (came === LATER && core.isCrowded()) break;
    if (came === LATER) fetchGuest(core, v, frames[n], SCANOUT, NO_ENGINE, stamp);
  }
  const tree = core.seeVgpu(v);
  if (tree.drawn === 0 && tree.drawTimer === 0) return;
  core.vgpu(v).drawn = 0;
  core.vgpu(v).drawTimer = 0;
}

function framesShown(core: Core, v: number): number[] {
  const frames: number[] = [];
  for (let pipe = 0; pipe < PIPES; pipe++)
    if (core.seeVgpu(v).pipes[pipe].on) frames.push(...scanoutFrames(core, v, pipe));
  return frames;
}
