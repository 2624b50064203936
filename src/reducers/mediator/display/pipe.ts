import { TIMER_VBLANK } from "../../../events/codes.ts";
import { offsetOf } from "../../../hw/registers/offsets.ts";
import type { Core } from "../../core.ts";
import { MMIO } from "../../planes.ts";
import { PIPES, type PipeTree } from "../../trees.ts";
import type { OnRead, OnWrite } from "../behaviour.ts";
import { DE_PIPE, raise } from "../interrupt.ts";
import { blankLine, frameTiming, totalLines } from "./clock.ts";
import { finishFlips, PIPE_STRIDE } from "./plane.ts";
import { flipDrawn, watchScreen } from "./screen.ts";

/** Source: TRANSCONF, i915_reg.h. */
const PIPECONF_EDP = offsetOf("PIPECONF", "transEDP");
const PIPECONF_ENABLE = 0x8000_0000;
const PIPECONF_STATE = 0x4000_0000;
/**
 * The pipe that feeds the eDP transcoder: bits 14:12. Source: TRANS_DDI_EDP_INPUT_A_ON and its neighbours.
 */
const TRANS_DDI_FUNC_CTL_EDP = offsetOf("TRANS_DDI_FUNC_CTL", "transEDP");
const EDP_BASE = TRANS_DDI_FUNC_CTL_EDP - offsetOf("TRANS_DDI_FUNC_CTL", "transA");

const GEN8_PIPE_VBLANK = 1;

/** Pipe of a pipe's or transcoder's register, -1 where there is none. */
function pipeOf(core: Core, v: number, at: number): number {
  if ((at & ~0xfff) !== (PIPECONF_EDP & ~0xfff)) {
    const pipe = (at >>> 12) & 0xf;
    return pipe < PIPES ? pipe : -1;
  }
  const input = (core.words.read(MMIO + v, TRANS_DDI_FUNC_CTL_EDP >>> 2) >>> 12) & 7;
  return input === 5 ? 1 : input === 6 ? 2 : 0;
}

/** Model time as a vGPU's pipes see it: while it is paused it stands, and their times are told from there. */
function timeOf(core: Core, v: number): number {
  return core.seeVgpu(v).paused ? 0 : core.now;
}

/** Wake up at the next vblank, unless the vGPU is paused. */
function arm(core: Core, v: number, pipe: number, state: PipeTree): void {
  state.timer = core.seeVgpu(v).paused ? 0 : core.armTimer(v, state.due, TIMER_VBLANK + pipe);
}

/** PIPECONF: the state follows the enable at once, and the vblank source with it. */
export const pipeConf: OnWrite = (core, v, at, _id, _before, after) => {
  const on = (after & PIPECONF_ENABLE) !== 0;
  core.words.write(MMIO + v, at >>> 2, on ? after | PIPECONF_STATE : after & ~PIPECONF_STATE);
  const pipe = pipeOf(core, v, at);
  if (pipe < 0) return;
  const base = at === PIPECONF_EDP ? EDP_BASE : pipe * PIPE_STRIDE;
  if (on) start(core, v, pipe, base);
  else stop(core, v, pipe, base);
  watchScreen(core, v);
};

/** Start the vblank source, or give a running one its new rate. */
function start(core: Core, v: number, pipe: number, base: number): void {
  const state = core.vgpu(v).pipes[pipe];
  const { period, rest, clock } = frameTiming(core, v, base);
  if (
    state.on &&
    state.base === base &&
    state.period === period &&
    state.rest === rest &&
    state.clock === clock
  )
    return;
  const now = timeOf(core, v);
  if (state.on) {
    count(state, now);
    core.cancelTimer(state.timer);
  }
  state.on = true;
  state.base = base;
  state.period = period;
  state.rest = rest;
  state.clock = clock;
  state.carry = 0;
  state.last = now;
  state.due = now;
  advance(state, 1);
  arm(core, v, pipe, state);
}

/** A stopped pipe has no vblanks; what waited for one is over, unannounced. */
function stop(core: Core, v: number, pipe: number, base: number): void {
  const seen = core.seeVgpu(v).pipes[pipe];
  if (!seen.on || seen.base !== base) return;
  const state = core.vgpu(v).pipes[pipe];
  count(state, timeOf(core, v));
  core.cancelTimer(state.timer);
  state.timer = 0;
  state.on = false;
  finishFlips(core, v, pipe);
}

/** Move `due` on by whole frames: the fractions add up, so it never drifts. */
function advance(state: PipeTree, frames: number): void {
  const parts = state.carry + frames * state.rest;
  const whole = Math.floor(parts / state.clock);
  state.due += frames * state.period + whole;
  state.carry = parts - whole * state.clock;
}

/** Vblanks at or before `now` that were not counted yet. */
function elapsed(state: PipeTree, now: number): number {
  if (!state.on || now < state.due) return 0;
  const late = now - state.due;
  const most = Math.floor(late / state.period);
  // The last ones of `most` may lie ahead, because a frame is longer than `period` by a fraction.
  const over = Math.floor((state.carry + most * state.rest) / state.clock);
  return most * state.period + over <= late ? most + 1 : 1 + framesWithin(state, late, most);
}

/** The largest n below `most` with n exact frames in `late` microseconds. */
function framesWithin(state: PipeTree, late: number, most: number): number {
  let low = 0;
  let high = most - 1;
  while (low < high) {
    const n = Math.ceil((low + high) / 2);
    const over = Math.floor((state.carry + n * state.rest) / state.clock);
    if (n * state.period + over <= late) low = n;
    else high = n - 1;
  }
  return low;
}

/** Count every vblank up to `now`; `due` is then the next one. */
function count(state: PipeTree, now: number): number {
  const frames = elapsed(state, now);
  if (frames === 0) return 0;
  advance(state, frames - 1);
  state.last = state.due;
  advance(state, 1);
  state.frames = (state.frames + frames) >>> 0;
  return frames;
}

/**
 * The vblank timer of a pipe fired: count, finish flips, tell the guest, arm the next. Missed vblanks are
 * told once.
 */
export function vblank(core: Core, v: number, pipe: number): void {
  if (!core.seeVgpu(v).pipes[pipe]?.on) return;
  const state = core.vgpu(v).pipes[pipe];
  const frames = count(state, timeOf(core, v));
  arm(core, v, pipe, state);
  if (frames !== 0) tell(core, v, pipe);
}

/** A vblank has passed: what waited for it is done, and the guest is told. */
function tell(core: Core, v: number, pipe: number): void {
  const flips = finishFlips(core, v, pipe);
  raise(core, v, DE_PIPE + 0x10 * pipe, GEN8_PIPE_VBLANK | flips);
  if (flips !== 0) flipDrawn(core, v);
}

/** Running pipes stand still: a vblank whose timer is late comes first. */
export function pausePipes(core: Core, v: number): void {
  for (let pipe = 0; pipe < PIPES; pipe++) {
    if (!core.seeVgpu(v).pipes[pipe].on) continue;
    const state = core.vgpu(v).pipes[pipe];
    const frames = count(state, core.now);
    core.cancelTimer(state.timer);
    state.timer = 0;
    state.last -= core.now;
    state.due -= core.now;
    if (frames !== 0) tell(core, v, pipe);
  }
}

/** Pipes that stood still go on within the frame that they stood in. */
export function resumePipes(core: Core, v: number): void {
  for (let pipe = 0; pipe < PIPES; pipe++) {
    if (!core.seeVgpu(v).pipes[pipe].on) continue;
    const state = core.vgpu(v).pipes[pipe];
    state.last += core.now;
    state.due += core.now;
    arm(core, v, pipe, state);
  }
}

/** PIPE_FRMCOUNT: vblanks so far, also one whose timer has not fired yet. */
export const frameCount: OnRead = (core, v, at) => {
  const state = core.seeVgpu(v).pipes[pipeOf(core, v, at)];
  if (state === undefined) return core.words.read(MMIO + v, at >>> 2);
  return (state.frames + elapsed(state, timeOf(core, v))) >>> 0;
};

/** PIPEDSL: the line that is scanned out now; 0 while the pipe is off. */
export const scanLine: OnRead = (core, v, at) => {
  const state = core.seeVgpu(v).pipes[pipeOf(core, v, at)];
  if (state === undefined || !state.on) return 0;
  const lines = totalLines(core, v, state.base);
  // Two vblanks lie `period` apart, or one microsecond more.
  const frame = state.period + (state.rest > 0 ? 1 : 0);
  const now = timeOf(core, v);
  const line = Math.floor(((now - lastVblank(state, now)) * lines) / frame);
  return (blankLine(core, v, state.base) + line) % lines;
};

/** Time of the last vblank, also of one whose timer has not fired yet. */
function lastVblank(state: PipeTree, now: number): number {
  const frames = elapsed(state, now);
  if (frames === 0) return state.last;
  const over = Math.floor((state.carry + (frames - 1) * state.rest) / state.clock);
  return state.due + (frames - 1) * state.period + over;
}
