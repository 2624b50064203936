/** Armed timers of a live machine, few at a time: the earliest deadline first, then the lowest ticket. */
export class Timers {
  private readonly armed: { deadline: number; ticket: number; agent: number }[] = [];

  arm(ticket: number, agent: number, deadline: number): void {
    this.armed.push({ deadline, ticket, agent });
    this.armed.sort((a, b) => a.deadline - b.deadline || a.ticket - b.ticket);
  }

  cancel(ticket: number): void {
    const i = this.armed.findIndex((timer) => timer.ticket === ticket);
    if (i >= 0) this.armed.splice(i, 1);
  }

  /** Deadline of the next timer, -1 where none is armed. */
  next(): number {
    return this.armed.length === 0 ? -1 : this.armed[0].deadline;
  }

  /** Take the next timer off. */
  take(): { readonly deadline: number; readonly ticket: number; readonly agent: number } | undefined {
    return this.armed.shift();
  }
}
