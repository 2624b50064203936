import type { Digest } from "../../events/digest.ts";
import { ENGINES } from "../../hw/units.ts";
import { type Machine, pending } from "../../reducers/machine.ts";
import { activePipe, decodePlane, type Screen } from "../../reducers/mediator/display/scanout.ts";
import { timerName } from "./format.ts";

/** A state at a glance. */
export interface Summary {
  /** Row of the last input; -1 before the first. */
  readonly seq: number;
  /** Model time in microseconds. */
  readonly now: number;
  readonly vgpus: readonly VgpuSummary[];
  readonly engines: readonly EngineSummary[];
  /** Questions and timers without an answer. */
  readonly open: readonly {
    readonly ticket: number;
    readonly kind: string;
    readonly agent: number;
    readonly what: string;
  }[];
  readonly digests: readonly Digest[];
}

export interface VgpuSummary {
  readonly vgpu: number;
  /** `none`, `created`, `opened`, `attached`, `paused`, `failsafe`: how far it has got. */
  readonly stage: string;
  /** The driver has found out that it runs on a vGPU. */
  readonly pvAware: boolean;
  /** Guest frames known. */
  readonly frames: number;
  readonly screen: Pick<Screen, "pipe" | "width" | "height"> | null;
}

export interface EngineSummary {
  readonly engine: string;
  /** `idle`, `load`, `run`, `save`, `reload`. */
  readonly phase: string;
  readonly waiting: string;
  readonly contextId: number;
  readonly head: number;
  readonly tail: number;
}

const PHASES = ["idle", "load", "run", "save", "reload"];
const WAITS = ["", "semaphore", "memory", "STOP_RING"];

/** The state that a machine stands in, at a glance. */
export function summaryOf(machine: Machine): Summary {
  const { core } = machine;
  const vgpus = core.setting.configuration.vgpus.map((_, i) => vgpuSummary(machine, i + 1));
  const engines = core.seeDevice().engines.map(({ phase, waiting, contextId, head, tail }, e) => ({
    ...{
      engine: ENGINES[e],
      phase: PHASES[phase] ?? String(phase),
      waiting: WAITS[waiting] ?? String(waiting),
    },
    ...{ contextId, head, tail },
  }));
  const open = pending(machine).map(({ ticket, kind, agent, operands }) => {
    return {
      ticket,
      kind,
      agent,
      what: kind === "timer.arm" ? timerName(operands[2]) : operands[0].toString(16),
    };
  });
  return { seq: core.seq, now: core.now, vgpus, engines, open, digests: machine.digests() };
}

function vgpuSummary(machine: Machine, v: number): VgpuSummary {
  const { core } = machine;
  const tree = core.seeVgpu(v);
  const stages = {
    failsafe: tree.failsafe !== 0,
    paused: tree.paused,
    attached: tree.attached,
    opened: tree.opened,
    created: tree.created,
  };
  let frames = 0;
  core.ram[v].eachFrame(() => frames++);
  const pipe = tree.created ? activePipe(core, v) : -1;
  const shown = pipe < 0 ? null : decodePlane(core, v, pipe);
  return {
    vgpu: v,
    stage: Object.entries(stages).find(([, holds]) => holds)?.[0] ?? "none",
    pvAware: tree.pvAware,
    frames,
    screen: shown === null ? null : { pipe: shown.pipe, width: shown.width, height: shown.height },
  };
}
