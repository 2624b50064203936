/** Model time may lead wall time by this much when no guest has anything waiting, in microseconds. */
export const LEAD = 2000;
/**
 * While it leads, model time goes on at one part in this many of its pace: the lead melts away, and yet no
 * guest ever finds a timestamp standing still (`gem_latency` gives up on a GPU whose clock does not tick).
 */
const CREEP = 8;

/**
 * Model time of a live machine, in microseconds since its start: wall time, but after a timer that was fired
 * ahead of it. `wallClock` gives microseconds that never go back.
 */
export class ModelClock {
  private readonly wallClock: () => number;
  private readonly epoch: number;
  /** The last timer that was fired ahead: which model time it made, and at which wall time. */
  private leadModel = 0;
  private leadWall = 0;

  constructor(wallClock: () => number) {
    this.wallClock = wallClock;
    this.epoch = wallClock();
  }

  /** Wall time since the start. */
  wall(): number {
    return this.wallClock() - this.epoch;
  }

  /** Model time at wall time `wall`; it never goes back, leads by no more than LEAD, and never stands still. */
  at(wall: number): number {
    const since = wall - this.leadWall;
    if (since >= 2 * LEAD) return wall;
    return Math.max(wall, this.leadModel + Math.floor(since / CREEP));
  }

  /** A timer due at model time `model` was fired ahead, at wall time `wall`. */
  ranAhead(model: number, wall: number): void {
    this.leadModel = model;
    this.leadWall = wall;
  }
}
