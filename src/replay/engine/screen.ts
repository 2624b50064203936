import { isInput, K } from "../../events/kinds.ts";
import type { Rows } from "../../events/rows.ts";
import type { Machine, State } from "../../reducers/machine.ts";
import { drawScreen, type Picture } from "../../reducers/mediator/display/draw.ts";
import { activePipe, decodePlane, scanoutFrames } from "../../reducers/mediator/display/scanout.ts";
import type { PageStore } from "../../reducers/pages.ts";
import { frameKey } from "../../reducers/ram.ts";
import { PIPES } from "../../reducers/trees.ts";
import type { Recording } from "../recording/recording.ts";
import { type SeekOptions, seekTo, type Watch } from "./state.ts";

/** What a guest's monitor showed. */
export interface ScreenShot extends Picture {
  readonly vgpu: number;
  /** Row whose state it is drawn from. */
  readonly seq: number;
  /** Model time of that state, in microseconds. */
  readonly now: number;
  /** How old the oldest answer among its pages was then, in microseconds. */
  readonly age: number;
}

/** i915_reg.h, skl_universal_plane_regs.h: what turns a picture off. Bit 31 is the enable of either. */
const PIPECONF = 0x70008;
const PLANE_CTL = 0x70180;
const ENABLE = 0x8000_0000;
const PIPE_STRIDE = 0x1000;

/** Remembers, for each of some vGPUs, the last state in which it showed something. */
class ScreenWatch implements Watch {
  private readonly kept = new Map<number, { readonly state: State; readonly age: number }>();
  private readonly vgpus: readonly number[];
  private now = 0;
  /** Model time of the last answer for a frame, by vGPU and frame. */
  private readonly answered = new Map<number, number>();

  constructor(vgpus: readonly number[]) {
    this.vgpus = vgpus;
  }

  wants(rows: Rows, i: number): boolean {
    const kind = rows.kind[i];
    if (!isInput(kind)) return false;
    this.now += rows.dt[i];
    const vgpu = rows.agent[i];
    for (let k = rows.firstAnswer[i]; k < rows.firstAnswer[i] + rows.answers[i]; k++)
      this.answered.set(frameKey(rows.answerTable.vgpu[k], rows.answerTable.gfn[k]), this.now);
    if (kind === K["guest.fetched"]) this.answered.set(frameKey(vgpu, rows.at[i]), this.now);
    if (kind === K["vgpu.reset"] || kind === K["vgpu.destroyed"]) return true;
    return kind === K["mmio.written"] && rows.at[i] >= PIPECONF && turnsOff(rows.at[i], rows.lo[i]);
  }

  at(machine: Machine, rows: Rows, i: number): void {
    const vgpu = rows.agent[i];
    if (this.vgpus.includes(vgpu) && isShown(machine, vgpu)) this.keep(machine, vgpu);
  }

  /** Pictures of the last states, by vGPU. `machine` stands where the watch ends, and is moved. */
  draw(machine: Machine): ScreenShot[] {
    const vgpus = this.vgpus.filter((vgpu) => {
      if (isShown(machine, vgpu)) this.keep(machine, vgpu);
      return this.kept.has(vgpu);
    });
    return vgpus.map((vgpu) => {
      const { state, age } = this.kept.get(vgpu)!;
      machine.restore(state);
      const { core } = machine;
      const screen = decodePlane(core, vgpu, activePipe(core, vgpu));
      const picture = drawScreen(core, vgpu, screen, (gfn) => core.ram[vgpu].known(gfn));
      return { ...picture, vgpu, seq: state.seq, now: state.now, age };
    });
  }

  private keep(machine: Machine, vgpu: number): void {
    const { core } = machine;
    let oldest = core.now;
    for (const gfn of scanoutFrames(core, vgpu, activePipe(core, vgpu))) {
      oldest = Math.min(oldest, this.answered.get(frameKey(vgpu, gfn)) ?? oldest);
    }
    this.kept.set(vgpu, { state: machine.snapshot(), age: core.now - oldest });
  }
}

function turnsOff(at: number, value: number): boolean {
  if ((value & ENABLE) !== 0) return false;
  for (let pipe = 0; pipe < PIPES; pipe++) {
    if (at === PIPECONF + pipe * PIPE_STRIDE || at === PLANE_CTL + pipe * PIPE_STRIDE) return true;
  }
  return false;
}

/** Is there a picture on the vGPU's monitor? */
function isShown(machine: Machine, vgpu: number): boolean {
  const { core } = machine;
  const pipe = activePipe(core, vgpu);
  if (pipe < 0) return false;
  const { width, plane } = decodePlane(core, vgpu, pipe);
  return width > 0 && plane.enabled;
}

/**
 * The last picture that each of these vGPUs showed at or before row `seq`: a guest that shuts down turns its
 * screen off first. A vGPU that never showed anything is left out. Throws what `seekTo` throws.
 */
export function lastScreens(
  recording: Recording,
  store: PageStore,
  seq: number,
  vgpus: readonly number[],
  options: Omit<SeekOptions, "watch"> = {},
): ScreenShot[] {
  const watch = new ScreenWatch(vgpus);
  return watch.draw(seekTo(recording, store, seq, { ...options, watch }));
}
