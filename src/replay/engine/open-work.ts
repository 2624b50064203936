import { K } from "../../events/kinds.ts";
import type { Rows } from "../../events/rows.ts";
import type { Start } from "./run.ts";

/** What is asked: one page of a guest. */
export interface PageQuestion {
  readonly agent: number;
  readonly gfn: number;
  readonly purpose: number;
  /** NO_ENGINE: not an engine's. */
  readonly engine: number;
}

/** A question that waits for its answer. */
export interface OpenQuestion extends PageQuestion {
  readonly ticket: number;
}

/** A guest write in flight. */
export interface OpenWrite {
  readonly ticket: number;
  readonly agent: number;
  readonly at: number;
  readonly atHigh: number;
  readonly length: number;
}

/** A timer to be armed: `deadline` is model time in microseconds, `code` what it is for. */
export interface Timer {
  readonly ticket: number;
  readonly agent: number;
  readonly code: number;
  readonly deadline: number;
}

/** A timer that is armed. */
export interface OpenTimer extends Timer {
  /** Where the recording fired it, as who holds it counts places; -1: nowhere. */
  readonly place: number;
}

/** Says which tickets are open: the core of any model. */
export interface Tickets {
  isOpen(ticket: number): boolean;
}

/** What a step back brings back. */
export interface OpenMark {
  readonly questions: ReadonlyMap<number, OpenQuestion>;
  readonly timers: readonly OpenTimer[];
}

/**
 * What a model waits for, whoever its outside is: questions and guest writes in the order asked, timers the
 * earliest deadline first, then the lowest ticket. Which of them are still open says the model's state: what
 * a reset ended is not met here any more. How a question finds its content, and when a timer fires, is the
 * holder's.
 */
export class OpenWork {
  private readonly tickets: Tickets;
  private readonly placeOf: (timer: Timer) => number;
  private readonly asked = new Map<number, OpenQuestion>();
  private readonly written = new Map<number, OpenWrite>();
  private readonly armed: OpenTimer[] = [];
  /** By agent: guest writes in flight. */
  private readonly inFlight: number[] = [];

  /** `placeOf`: where the recording fired a timer that is being armed. */
  constructor(tickets: Tickets, placeOf: (timer: Timer) => number = () => -1) {
    this.tickets = tickets;
    this.placeOf = placeOf;
  }

  /** Take over what is open where a run starts. */
  adopt({ timers, fetches, writes }: Start): void {
    for (const timer of timers) this.arm(timer);
    for (const question of fetches) this.ask(question);
    for (const write of writes) this.write(write);
  }

  /** The model answered its input with row `o`: take in what that opens or ends. */
  outcome(out: Rows, o: number): void {
    switch (out.kind[o]) {
      case K["guest.fetch"]:
        return this.ask(questionOf(out, o));
      case K["guest.write"]:
        for (let p = out.firstPiece[o]; p < out.firstPiece[o] + out.writes[o]; p++)
          if (out.writeTable.ticket[p] !== 0) this.write(writeOf(out, o, p));
        return;
      case K["timer.arm"]:
        return this.arm(timerOf(out, o));
      case K["timer.cancel"]:
        return this.end(out.ticket[o]);
    }
  }

  /** A question waits for its answer; one that is asked again keeps its place. */
  ask(question: OpenQuestion): void {
    this.asked.set(question.ticket, question);
  }

  /** A guest write is in flight; one that is sent again keeps its place. */
  write(write: OpenWrite): void {
    const { ticket, agent } = write;
    if (!this.written.has(ticket)) this.inFlight[agent] = this.writing(agent) + 1;
    this.written.set(ticket, write);
  }

  private arm(timer: Timer): void {
    const { deadline, ticket } = timer;
    let at = this.armed.length;
    while (at > 0 && isLater(this.armed[at - 1], deadline, ticket)) at--;
    this.armed.splice(at, 0, { ...timer, place: this.placeOf(timer) });
  }

  /** The ticket's work is done, or will not be: it is no longer kept. */
  end(ticket: number): void {
    const write = this.written.get(ticket);
    if (write !== undefined) this.inFlight[write.agent]--;
    this.written.delete(ticket);
    this.asked.delete(ticket);
    const t = this.armed.findIndex((timer) => timer.ticket === ticket);
    if (t >= 0) this.armed.splice(t, 1);
  }

  /** Forget what the model no longer waits for: right after an input that ends tickets without a row. */
  sweep(): void {
    for (const open of [this.asked, this.written])
      for (const ticket of open.keys()) if (!this.tickets.isOpen(ticket)) this.end(ticket);
    this.timers();
  }

  /** Open questions, in the order asked, those too that are asked meanwhile. */
  *questions(): Generator<OpenQuestion> {
    for (const question of this.asked.values()) {
      if (this.tickets.isOpen(question.ticket)) yield question;
      else this.end(question.ticket);
    }
  }

  /** The first open question that an engine waits for, or of NO_ENGINE. */
  questionOf(engine: number): OpenQuestion | null {
    if (this.asked.size === 0) return null;
    for (const question of this.questions()) if (question.engine === engine) return question;
    return null;
  }

  /** The open question of that ticket. */
  question(ticket: number): OpenQuestion | null {
    return this.openOf(this.asked, ticket);
  }

  /** Guest writes in flight, in their order, those too that are written meanwhile. */
  *writes(): Generator<OpenWrite> {
    for (const write of this.written.values()) {
      if (this.tickets.isOpen(write.ticket)) yield write;
      else this.end(write.ticket);
    }
  }

  /** The guest write in flight of that ticket. */
  writeOf(ticket: number): OpenWrite | null {
    return this.openOf(this.written, ticket);
  }

  /** How many guest writes of the agent are in flight. */
  writing(agent: number): number {
    return this.inFlight[agent] ?? 0;
  }

  /** Armed timers, the next one first: valid until one is armed or ends. */
  timers(): readonly OpenTimer[] {
    const { armed } = this;
    for (let t = armed.length - 1; t >= 0; t--) if (!this.tickets.isOpen(armed[t].ticket)) armed.splice(t, 1);
    return armed;
  }

  /**
   * Where to step back to. Guest writes are no part of it: the guest sees them, so no step with one is taken
   * back.
   */
  save(): OpenMark {
    return { questions: new Map(this.asked), timers: [...this.armed] };
  }

  load({ questions, timers }: OpenMark): void {
    this.asked.clear();
    for (const [ticket, question] of questions) this.asked.set(ticket, question);
    this.armed.splice(0, this.armed.length, ...timers);
  }

  private openOf<T>(open: ReadonlyMap<number, T>, ticket: number): T | null {
    const found = open.get(ticket);
    if (found === undefined || this.tickets.isOpen(ticket)) return found ?? null;
    this.end(ticket);
    return null;
  }
}

function isLater(timer: Timer, deadline: number, ticket: number): boolean {
  return timer.deadline > deadline || (timer.deadline === deadline && timer.ticket > ticket);
}

/** The question of the `guest.fetch` in row `o`. */
export function questionOf(out: Rows, o: number): OpenQuestion {
  const [ticket, agent, gfn] = [out.ticket[o], out.agent[o], out.at[o]];
  return { ticket, agent, gfn, purpose: out.purpose[o], engine: out.engine[o] };
}

/** Piece `p` of the guest write in row `o`. */
export function writeOf(out: Rows, o: number, p: number): OpenWrite {
  const { ticket, at, atHigh, length } = out.writeTable;
  return { ticket: ticket[p], agent: out.agent[o], at: at[p], atHigh: atHigh[p], length: length[p] };
}

function timerOf(out: Rows, o: number): Timer {
  const deadline = out.lo[o] + out.hi[o] * 0x1_0000_0000;
  return { ticket: out.ticket[o], agent: out.agent[o], code: out.code[o], deadline };
}

/** Append the row that answers a question: with a content id, or with -1 - errno. Returns its index. */
export function addAnswer(rows: Rows, question: OpenQuestion, page: number): number {
  const i = rows.add(page >= 0 ? K["guest.fetched"] : K["guest.fetch.failed"]);
  rows.agent[i] = question.agent;
  rows.ticket[i] = question.ticket;
  rows.at[i] = question.gfn;
  rows.purpose[i] = question.purpose;
  if (page >= 0) rows.page[i] = page;
  else rows.code[i] = -1 - page;
  return i;
}

/** Append the row that ends a guest write: done, or failed where there is an errno. Returns its index. */
export function addWritten(rows: Rows, { agent, ticket }: OpenWrite, errno = 0): number {
  const i = rows.add(errno === 0 ? K["guest.write.done"] : K["guest.write.failed"]);
  rows.agent[i] = agent;
  rows.ticket[i] = ticket;
  if (errno !== 0) rows.code[i] = errno;
  return i;
}

/** Append the row that fires a timer. Returns its index. */
export function addFired(rows: Rows, { agent, ticket }: Timer): number {
  const i = rows.add(K["timer.fired"]);
  rows.agent[i] = agent;
  rows.ticket[i] = ticket;
  return i;
}
