import { engineOfTimer, NOTES } from "../../events/codes.ts";
import { K } from "../../events/kinds.ts";
import type { Rows } from "../../events/rows.ts";
import { ENGINES, NO_ENGINE, VGPU_MAX } from "../../hw/units.ts";
import type { Start } from "../engine/run.ts";

const ENGINE_RESET = NOTES.indexOf("engine.reset");

const SHOWS = new Uint8Array(256);
for (const kind of ["guest.write", "irq.inject", "context.switched", "workload.completed"] as const)
  SHOWS[K[kind]] = 1;

/** Do all rows of this kind show something that a guest could see, or come together with such a row? */
export function shows(kind: number): boolean {
  return SHOWS[kind] === 1;
}

/** How far one engine has come, by rows alone. */
class EnginePace {
  /** By agent: rows and pieces behind the engine's own inputs that show something, and its completions. */
  readonly visible = new Uint32Array(VGPU_MAX + 1);
  readonly completed = new Uint32Array(VGPU_MAX + 1);
  /** Engine time used, in microseconds: between the start of a turn and the deadline of the next one. */
  time = 0;
  /** Tickets of the armed timer and of the open fetch; 0: none. */
  timer = 0;
  fetch = 0;
  /** Where the last turn began. */
  start = 0;

  /** Nothing will happen here by itself. */
  get stands(): boolean {
    return this.fetch === 0 && this.timer === 0;
  }

  /** Has it shown less than the other one to any vGPU? */
  isBehind(other: EnginePace): boolean {
    for (let v = 1; v <= VGPU_MAX; v++)
      if (this.visible[v] < other.visible[v] || this.completed[v] < other.completed[v]) return true;
    return false;
  }

  /** Count from where the other one is. */
  showAs({ visible, completed }: EnginePace): void {
    this.visible.set(visible);
    this.completed.set(completed);
  }

  /** Be as far as the other one. */
  load(saved: EnginePace): void {
    this.showAs(saved);
    this.time = saved.time;
    this.timer = saved.timer;
    this.fetch = saved.fetch;
    this.start = saved.start;
  }
}

/** Deadlines of engine timers that are armed. */
interface Armed {
  readonly engine: number;
  readonly deadline: number;
}

/** How far a run has come, followed row by row: the same account for a recording and for the replay of it. */
export class Pace {
  readonly engines: readonly EnginePace[] = ENGINES.map(() => new EnginePace());
  /** Engine that the last input belongs to. */
  engine = NO_ENGINE;
  private readonly armed = new Map<number, Armed>();
  /** Engine by ticket of an open fetch. */
  private readonly fetches = new Map<number, number>();

  /** Take over what engines have open where a run starts. */
  adopt({ now, timers, fetches }: Start): void {
    for (const { ticket, code, deadline } of timers) {
      const engine = engineOfTimer(code);
      if (engine === NO_ENGINE) continue;
      this.armed.set(ticket, { engine, deadline });
      this.engines[engine].timer = ticket;
    }
    for (const { ticket, engine } of fetches) {
      if (engine === NO_ENGINE) continue;
      this.fetches.set(ticket, engine);
      this.engines[engine].fetch = ticket;
      this.engines[engine].start = now;
    }
  }

  /** The next input, at model time `now`. */
  input(rows: Rows, i: number, now: number): void {
    this.engine = NO_ENGINE;
    const kind = rows.kind[i];
    const ticket = rows.ticket[i];
    if (kind === K["timer.fired"]) {
      const timer = this.armed.get(ticket);
      if (timer === undefined) return;
      this.armed.delete(ticket);
      this.engine = timer.engine;
      const engine = this.engines[timer.engine];
      engine.timer = 0;
      engine.start = Math.max(now, timer.deadline);
    } else if (kind === K["guest.fetched"] || kind === K["guest.fetch.failed"]) {
      this.engine = this.fetches.get(ticket) ?? NO_ENGINE;
      this.fetches.delete(ticket);
      if (this.engine !== NO_ENGINE) this.engines[this.engine].fetch = 0;
    }
  }

  /** The next outcome of it. */
  outcome(rows: Rows, i: number): void {
    const kind = rows.kind[i];
    if (this.engine !== NO_ENGINE && SHOWS[kind] === 1) {
      const { visible, completed } = this.engines[this.engine];
      const shown = kind === K["workload.completed"] ? completed : visible;
      shown[rows.agent[i]] += kind === K["guest.write"] ? rows.writes[i] : 1;
    } else if (kind === K["guest.fetch"] && rows.engine[i] !== NO_ENGINE) {
      this.fetches.set(rows.ticket[i], rows.engine[i]);
      this.engines[rows.engine[i]].fetch = rows.ticket[i];
    } else if (kind === K["timer.arm"]) this.arm(rows, i);
    else if (kind === K["timer.cancel"]) this.cancel(rows.ticket[i]);
    else if (kind === K.note && rows.code[i] === ENGINE_RESET) this.drop(rows.engine[i]);
  }

  /** Position to come back to. */
  save(): Pace {
    const saved = new Pace();
    saved.load(this);
    return saved;
  }

  load(saved: Pace): void {
    this.engine = saved.engine;
    this.engines.forEach((engine, e) => {
      engine.load(saved.engines[e]);
    });
    copyMap(saved.armed, this.armed);
    copyMap(saved.fetches, this.fetches);
  }

  /** The engine was reset: what it had open ended without a row. */
  private drop(e: number): void {
    const engine = this.engines[e];
    if (engine === undefined) return;
    this.fetches.delete(engine.fetch);
    this.armed.delete(engine.timer);
    engine.fetch = 0;
    engine.timer = 0;
  }

  private arm(rows: Rows, i: number): void {
    const e = engineOfTimer(rows.code[i]);
    if (e === NO_ENGINE) return;
    const deadline = rows.lo[i] + rows.hi[i] * 0x1_0000_0000;
    const engine = this.engines[e];
    if (this.engine === e && deadline > engine.start) engine.time += deadline - engine.start;
    engine.timer = rows.ticket[i];
    this.armed.set(rows.ticket[i], { engine: e, deadline });
  }

  private cancel(ticket: number): void {
    const timer = this.armed.get(ticket);
    if (timer === undefined) return;
    this.armed.delete(ticket);
    this.engines[timer.engine].timer = 0;
  }
}

function copyMap<T>(from: ReadonlyMap<number, T>, to: Map<number, T>): void {
  to.clear();
  for (const [key, value] of from) to.set(key, value);
}
