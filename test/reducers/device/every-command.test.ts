import { expect, test } from "vitest";
import { NOTES } from "../../../src/events/codes.ts";
import { K } from "../../../src/events/kinds.ts";
import { ACTIONS, type CommandRow } from "../../../src/hw/command.ts";
import { COMMAND_ROWS } from "../../../src/hw/commands/index.ts";
import { GDRST } from "../../../src/ports/sim/layout.ts";
import { RowFormatter } from "../../../src/replay/engine/format.ts";
import { at, Bench } from "./rig.ts";

const ON_KBL = COMMAND_ROWS.filter(({ on }) => on?.includes("kbl") !== false);

/** Dwords that a command has at least. */
function leastLength({ length }: CommandRow): number {
  return Math.max(1, typeof length === "number" ? length : length.bias);
}

test("every action is some command's", () => {
  expect(new Set(ON_KBL.map(({ action }) => action))).toEqual(new Set(ACTIONS));
});

test.each([
  ["MI_STORE_DATA_INDEX", 0x1080_0001, "rcs0"],
  ["MI_UPDATE_GTT", 0x1180_0001, "bcs0"],
  ["MI_DISPLAY_FLIP", 0x0a00_0001, "rcs0"],
  ["MI_REPORT_PERF_COUNT", 0x1400_0001, "rcs0"],
] as const)("%s is retired, but not in silence", (name, header, engine) => {
  const bench = new Bench(engine);
  expect(bench.run((b) => b.raw(header, 0, 0).sdi(at(0), 5))).toBe(true);
  expect(bench.word(0)).toBe(5);
  const { rows } = bench.rig;
  const said = [...rows.kind.subarray(0, rows.count).keys()].filter((i) => rows.kind[i] === K.note);
  expect(said).toHaveLength(1);
  const [i] = said;
  expect([NOTES[rows.code[i]], rows.at[i], rows.agent[i]]).toEqual(["command.unmodelled", header, 1]);
  const { registers } = bench.rig.machine.core;
  const text = new RowFormatter(registers, bench.rig.store).text(rows, i);
  expect([text?.path, text?.value.includes(name)]).toEqual([`vgpu1.${engine}`, true]);
  bench.rig.verify();
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
