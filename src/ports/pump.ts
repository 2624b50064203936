import type { World } from "../replay/live/session.ts";
import { lineOf, PortError } from "./errors.ts";

/** Timers fired before the sockets get their turn again: a guest's read waits for no more than these. */
const TURNS = 8;
/** How often a full recorder is asked whether there is room again, in milliseconds. */
export const PAUSE_MS = 2;

/** A guest as the pump sees it. */
export interface PumpSource {
  /** A message of the guest's has begun to arrive: model time must not run ahead of it. */
  readonly waiting: boolean;
  /** The recorder takes nothing more for now. */
  readonly paused: boolean;
  /** The machine threw: nothing may reach it any more. */
  failed(error: PortError): void;
}

/**
 * Gives the machine its turns: after each round of socket input, and at its next deadline when the sockets
 * are quiet. Between two rounds the sockets are looked at, so a batch that never ends delays nobody; and
 * since a timer within 2 ms is fired at once, the host's timers (1 ms at best) never limit how fast work is
 * done. Runs while a guest is attached.
 */
export class Pump {
  private readonly world: World;
  private readonly turns: number;
  private readonly sources = new Set<PumpSource>();
  private immediate: NodeJS.Immediate | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(world: World, turns = TURNS) {
    this.world = world;
    this.turns = turns;
  }

  add(source: PumpSource): void {
    this.sources.add(source);
    this.kick();
  }

  remove(source: PumpSource): void {
    this.sources.delete(source);
    if (this.sources.size === 0) this.stop();
  }

  /** Something happened: run when the sockets have been read. */
  kick(): void {
    if (this.immediate === null && this.sources.size > 0) this.immediate = setImmediate(this.run);
  }

  /** The machine threw `error`: every guest's connection ends, and nothing runs any more. */
  fail(error: unknown): void {
    const sources = [...this.sources];
    this.sources.clear();
    this.stop();
    const failure = new PortError("world", `the machine stopped: ${lineOf(error)}`, error);
    for (const source of sources) source.failed(failure);
  }

  private stop(): void {
    if (this.immediate !== null) clearImmediate(this.immediate);
    if (this.timer !== null) clearTimeout(this.timer);
    this.immediate = null;
    this.timer = null;
  }

  private readonly run = (): void => {
    this.stop();
    let ahead = true;
    for (const source of this.sources) {
      if (source.paused) {
        this.sleep(PAUSE_MS);
        return;
      }
      if (source.waiting) ahead = false;
    }
    let next: number;
    try {
      next = this.world.run(ahead, this.turns);
    } catch (error) {
      this.fail(error);
      return;
    }
    if (next === 0) this.kick();
    // Deadlines are whole milliseconds too early rather than too late: what is left is fired ahead.
    else if (next > 0) this.sleep(Math.max(1, Math.floor(next / 1000)));
  };

  private sleep(milliseconds: number): void {
    this.timer = setTimeout(this.run, Math.min(milliseconds, 0x7fff_ffff));
  }
}
