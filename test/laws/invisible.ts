import type { Patch } from "../replay/other-model.ts";

/** A change of the model that no guest can see, though the log can. */
export interface Change {
  readonly name: string;
  readonly patches: readonly Patch[];
}

const cost = (name: string, value: string): Patch => ({
  file: "hw/cost.ts",
  find: new RegExp(`(export const ${name} = )[0-9_]+;`),
  replace: `$1${value};`,
});

export const INVISIBLE: readonly Change[] = [
  { name: "turns of a quarter", patches: [cost("TURN_NS", "5_000"), cost("TURN_DWORDS", "1024")] },
  { name: "turns of an odd size", patches: [cost("TURN_NS", "13_337"), cost("TURN_DWORDS", "777")] },
  { name: "turns five times as long", patches: [cost("TURN_NS", "100_000"), cost("TURN_DWORDS", "20_480")] },
  {
    name: "a TLB of four translations",
    patches: [{ file: "reducers/device/gtt.ts", find: /TLB_ENTRIES = 1024/, replace: "TLB_ENTRIES = 4" }],
  },
  {
    name: "commands that cost more",
    patches: [
      cost("FETCH_DWORD_NS", "5"),
      cost("MI_COMMAND_NS", "55"),
      cost("POST_SYNC_NS", "1_700"),
      cost("CONTEXT_SWITCH_NS", "9_000"),
    ],
  },
  {
    name: "commands that cost less",
    patches: [
      cost("FETCH_DWORD_NS", "1"),
      cost("MI_COMMAND_NS", "7"),
      cost("POST_SYNC_NS", "100"),
      cost("CONTEXT_SWITCH_NS", "1_000"),
    ],
  },
  { name: "semaphores polled less often", patches: [cost("POLL_NS", "170_000")] },
  {
    name: "a register more, with a reset value",
    patches: [
      {
        file: "hw/registers/pcode.ts",
        find: /GEN6_PCODE_DATA1: \{/,
        replace: 'NEW: { offset: 0xf00, reset: 0x5a5a_1234, cite: "none" }, GEN6_PCODE_DATA1: {',
      },
    ],
  },
  {
    name: "tree fields renamed and moved",
    patches: [
      { file: /^reducers\//, find: /\bturnDwords\b/g, replace: "dwordsThisTurn" },
      { file: /^reducers\//, find: /\binterruptLine\b/g, replace: "lineIsHigh" },
      { file: "reducers/trees.ts", find: /( +)head: 0,\n +tail: 0,\n/, replace: "$1tail: 0,\n$1head: 0,\n" },
      {
        file: "reducers/trees.ts",
        find: /(\n +)pvAware: false,\n +maps: 0,/,
        replace: "$1maps: 0,$1pvAware: false,",
      },
    ],
  },
];
