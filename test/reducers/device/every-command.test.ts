import { expect, test } from "vitest";
import { ACTIONS, type CommandRow } from "../../../src/hw/command.ts";
import { COMMAND_ROWS } from "../../../src/hw/commands/index.ts";
import { GDRST } from "../../../src/ports/sim/layout.ts";
import { Bench } from "./rig.ts";

const ON_KBL = COMMAND_ROWS.filter(({ on }) => on?.includes("kbl") !== false);

/** Dwords that a command has at least. */
function leastLength({ length }: CommandRow): number {
  return Math.max(1, typeof length === "number" ? length : length.bias);
}

test("every action is some command's", () => {
  expect(new Set(ON_KBL.map(({ action }) => action))).toEqual(new Set(ACTIONS));
});

test.each(ACTIONS)("somebody executes %s, whatever is in it", (action) => {
  const bench = new Bench();
  for (const row of ON_KBL.filter((command) => command.action === action))
    for (const fill of [0, 0xffff_ffff]) {
      const context = bench.guest.createContext(row.engines[0]);
      const operands = new Array<number>(leastLength(row) - 1).fill(fill);
      bench.guest.complete(context, (ring) => ring.raw(row.opcode, ...operands).noop(2), 100);
      // Some of them fault, and hang the engine.
      bench.guest.write("mmio", GDRST, 4, 0xff);
    }
  bench.rig.verify();
});
