import { beforeEach, describe, expect, test } from "vitest";
import { TIMER_VBLANK } from "../../src/events/codes.ts";
import { K } from "../../src/events/kinds.ts";
import { Rows } from "../../src/events/rows.ts";
import { NO_ENGINE } from "../../src/hw/units.ts";
import { addAnswer, addFired, addWritten, OpenWork, type Timer } from "../../src/replay/engine/open-work.ts";
import { RESET } from "../../src/replay/engine/run.ts";

/** A model's state, as far as it says which tickets are open. */
const state = new Set<number>();
const tickets = { isOpen: (ticket: number): boolean => state.has(ticket) };
const out = new Rows();
let open: OpenWork;

beforeEach(() => {
  state.clear();
  open = new OpenWork(tickets, ({ deadline }: Timer) => (deadline === 70 ? 7 : -1));
});

/** The model answers with a row of this kind. */
function emit(
  kind: "guest.fetch" | "guest.write" | "timer.arm",
  ticket: number,
  agent: number,
  fill?: (o: number) => void,
): void {
  const o = out.add(K[kind]);
  out.ticket[o] = ticket;
  out.agent[o] = agent;
  fill?.(o);
  state.add(ticket);
  open.outcome(out, o);
}

function fetch(ticket: number, engine = NO_ENGINE): void {
  emit("guest.fetch", ticket, 1, (o) => {
    out.engine[o] = engine;
    out.at[o] = 5;
  });
}

function arm(ticket: number, deadline: number): void {
  emit("timer.arm", ticket, 2, (o) => {
    out.lo[o] = deadline % 2 ** 32;
    out.hi[o] = Math.floor(deadline / 2 ** 32);
    out.code[o] = TIMER_VBLANK;
  });
}

const asked = (): number[] => [...open.questions()].map(({ ticket }) => ticket);
const written = (): number[] => [...open.writes()].map(({ ticket }) => ticket);
const armed = (): number[] => open.timers().map(({ ticket }) => ticket);

describe("questions", () => {
  test("are met in the order asked, those too that are asked meanwhile, until they end", () => {
    for (const ticket of [9, 3, 6]) fetch(ticket);
    const met: number[] = [];
    for (const { ticket } of open.questions()) {
      met.push(ticket);
      open.end(ticket);
      if (ticket === 3) fetch(1, 2);
    }
    expect(met).toEqual([9, 3, 6, 1]);
    expect(asked()).toEqual([]);
  });

  test("of an engine are found by it; what a reset ended is not met any more", () => {
    fetch(4, 0);
    fetch(5);
    fetch(6, 0);
    expect([open.questionOf(0)?.ticket, open.questionOf(NO_ENGINE)?.ticket]).toEqual([4, 5]);
    state.delete(4);
    expect(open.questionOf(0)?.ticket).toBe(6);
    expect([open.question(4), open.question(5)?.gfn]).toEqual([null, 5]);
    // A ticket number that comes round again is another question.
    state.add(4);
    expect(asked()).toEqual([5, 6]);
  });

  test("asked once more keep their place", () => {
    for (const ticket of [2, 3]) fetch(ticket);
    fetch(2);
    expect(asked()).toEqual([2, 3]);
  });
});

describe("guest writes", () => {
  test("are counted by agent, as long as they are in flight; coherent ones never are", () => {
    for (const [ticket, agent] of [
      [0, 1],
      [11, 1],
      [12, 2],
      [13, 1],
      [11, 1],
    ])
      emit("guest.write", 0, agent, () => {
        out.writeTable.ticket[out.addWrite()] = ticket;
        state.add(ticket);
      });
    expect([written(), open.writing(1), open.writing(2), open.writing(3)]).toEqual([[11, 12, 13], 2, 1, 0]);
    open.end(11);
    open.end(11);
    expect([open.writing(1), open.writeOf(11), open.writeOf(13)?.agent]).toEqual([1, null, 1]);
    state.delete(13);
    open.sweep();
    expect([written(), open.writing(1), open.writing(2)]).toEqual([[12], 0, 1]);
  });
});

describe("timers", () => {
  test("the earliest deadline first, then the lowest ticket, beyond 32 bits too", () => {
    for (const [ticket, deadline] of [
      [5, 2 ** 33],
      [4, 70],
      [3, 2 ** 32 + 1],
      [2, 70],
      [1, 90],
    ])
      arm(ticket, deadline);
    expect(armed()).toEqual([2, 4, 1, 3, 5]);
    expect(open.timers().map(({ place }) => place)).toEqual([7, 7, -1, -1, -1]);
    expect(open.timers()[4]).toMatchObject({ agent: 2, code: TIMER_VBLANK, deadline: 2 ** 33 });
  });

  test("end by a row or without one", () => {
    for (const ticket of [1, 2, 3]) arm(ticket, 10 * ticket);
    const o = out.add(K["timer.cancel"]);
    out.ticket[o] = 2;
    open.outcome(out, o);
    expect(armed()).toEqual([1, 3]);
    state.delete(1);
    expect(armed()).toEqual([3]);
    state.add(1);
    expect(armed()).toEqual([3]);
  });
});

test("a step back brings back what was asked and armed", () => {
  fetch(1, 0);
  arm(2, 20);
  const mark = open.save();
  open.end(1);
  open.end(2);
  fetch(3, 0);
  arm(4, 10);
  open.load(mark);
  expect([asked(), armed()]).toEqual([[1], [2]]);
  open.end(1);
  open.load(mark);
  expect(asked()).toEqual([1]);
});

test("takes over what is open where a run starts", () => {
  for (const ticket of [1, 2, 3]) state.add(ticket);
  open.adopt({
    ...RESET,
    timers: [{ ticket: 1, agent: 0, code: 16, deadline: 70 }],
    fetches: [{ ticket: 2, agent: 1, gfn: 8, purpose: 3, engine: 0 }],
    writes: [{ ticket: 3, agent: 2, at: 0, atHigh: 1, length: 4 }],
  });
  expect([armed(), asked(), written(), open.writing(2)]).toEqual([[1], [2], [3], 1]);
  expect(open.timers()[0].place).toBe(7);
});

test("answers repeat their questions' operands", () => {
  const rows = new Rows();
  const question = { ticket: 8, agent: 3, gfn: 77, purpose: 2, engine: 1 };
  const write = { ticket: 9, agent: 4, at: 0, atHigh: 0, length: 4 };
  const made = [
    addAnswer(rows, question, 5),
    addAnswer(rows, question, -1 - 14),
    addWritten(rows, write),
    addWritten(rows, write, 5),
    addFired(rows, { ticket: 6, agent: 2, code: 16, deadline: 1 }),
  ];
  expect(made.map((i) => [rows.kind[i], rows.ticket[i], rows.agent[i]])).toEqual([
    [K["guest.fetched"], 8, 3],
    [K["guest.fetch.failed"], 8, 3],
    [K["guest.write.done"], 9, 4],
    [K["guest.write.failed"], 9, 4],
    [K["timer.fired"], 6, 2],
  ]);
  expect([rows.at[0], rows.purpose[0], rows.page[0]]).toEqual([77, 2, 5]);
  expect([rows.at[1], rows.purpose[1], rows.code[1], rows.code[3]]).toEqual([77, 2, 14, 5]);
});
