import { type History, newHistory, swap } from "../cli/history.ts";

/** Where in the history the bug comes: 1 is the first commit after the release. */
export const BUG_AT = 17;
export const BUG_SUBJECT = "Write the wrap of the context status pointer as a remainder";
export const COMMITS = 32;

const COST = "src/hw/cost.ts";
const EXECLIST = "src/reducers/mediator/execlist.ts";
const COUNTER = "src/hw/registers/counter.ts";
const PLANES = "src/reducers/planes.ts";
const ROW = "GEN7_3DPRIM_END_OFFSET:";

type Step = (history: History) => string;

const rename =
  (from: string, to: string): Step =>
  (history) =>
    history.rename(`Call ${from} what it is: ${to}`, from, to);

const cost =
  (name: string, from: string, to: string): Step =>
  (history) =>
    history.commit(`Measure again: ${name} is ${to}`, {
      [COST]: swap(`${name} = ${from};`, `${name} = ${to};`),
    });

const register =
  (name: string, offset: string, reset: string): Step =>
  (history) =>
    history.commit(`Add ${name}`, {
      [COUNTER]: swap(ROW, `${name}: { offset: ${offset}, ...user, reset: ${reset} },\n    ${ROW}`),
    });

const epoch =
  (name: string, to: number): Step =>
  (history) =>
    history.commit(`${name} has another shape now`, {
      [PLANES]: (text) => text.replace(new RegExp(`${name} = \\d+;`), `${name} = ${to};`),
    });

const notes =
  (line: string): Step =>
  (history) =>
    history.commit(line, { "NOTES.md": (text) => `${text}${line}.\n` });

const WRAP = /(pointer|\(word & 7\)) >= CSB_ENTRIES - 1 \? 0 : (pointer|\(word & 7\)) \+ 1/g;

/**
 * The bug: meant as a refactor. `+ 1 % n` is `+ (1 % n)`, so the write pointer goes on from 5 to 6 and never
 * comes back to 0.
 */
const bug: Step = (history) =>
  history.commit(BUG_SUBJECT, { [EXECLIST]: (text) => text.replace(WRAP, "$1 + 1 % CSB_ENTRIES") });

const BEFORE: readonly Step[] = [
  notes("Plan for the summer"),
  rename("interruptLine", "interruptLevel"),
  register("GEN7_FIRST_NEW_COUNTER", "0x2428", "0x1234"),
  cost("FETCH_DWORD_NS", "2", "3"),
  rename("nextPointer", "pointerBehind"),
  notes("Who does what"),
  rename("apertureAsks", "pendingPages"),
  epoch("TREE_EPOCH", 41),
  cost("MI_COMMAND_NS", "20", "25"),
  rename("publishStatus", "showStatus"),
  notes("What we learned"),
  cost("CONTEXT_SWITCH_NS", "5000", "4500"),
  rename("screenTimer", "pictureTimer"),
  register("GEN7_SECOND_NEW_COUNTER", "0x2444", "0x8000_0001"),
  rename("flipsSeen", "flipsDrawn"),
  notes("How to release"),
];
const BEHIND: readonly Step[] = [
  rename("pvAware", "driverAware"),
  cost("POST_SYNC_NS", "500", "450"),
  notes("Whom to ask"),
  rename("raiseEngine", "raiseFor"),
  cost("TURN_DWORDS", "4096", "2048"),
  epoch("CLOCK_EPOCH", 12),
  rename("queuedAt", "handedAt"),
  notes("What is next"),
  cost("WALK_NS", "2000", "2500"),
  rename("writesOpen", "writesInFlight"),
  register("GEN7_THIRD_NEW_COUNTER", "0x2448", "0x77"),
  notes("Where the meetings are"),
  rename("freeAt", "idleFrom"),
  notes("Thanks"),
];

/** 32 commits: the program as it is, and 31 changes of which one is a bug. */
export function regressionHistory(): History {
  const history = newHistory();
  history.git("tag", "v1.0");
  for (const step of BEFORE) step(history);
  bug(history);
  for (const step of BEHIND) step(history);
  return history;
}
