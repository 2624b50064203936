import { beforeAll, describe, expect, it } from "vitest";
import { KIND_WORLD } from "../../src/events/kinds.ts";
import { Rows } from "../../src/events/rows.ts";
import { ByAddress } from "../../src/replay/answers/by-address.ts";
import { contentTimelineOf } from "../../src/replay/answers/content-timeline.ts";
import { verifyGuest } from "../../src/replay/answers/verify-guest.ts";
import { machineOf } from "../../src/replay/engine/run.ts";
import { verify } from "../../src/replay/verify/verify.ts";
import { OtherModel } from "./other-model.ts";
import { type Scripted, scriptedRecording } from "./scripted.ts";

const kinds: [string, () => Promise<Scripted>][] = [
  ["one guest", () => scriptedRecording()],
  ["two guests", () => scriptedRecording({}, 2)],
  ["one guest by message", () => scriptedRecording({ coherent: false, fetchDelay: 1, writeDelay: 1 })],
];

/** Every row that a replay makes, and the parent's row in whose place it came. */
function rowsOf(
  { recording, store }: Scripted,
  model = machineOf(recording, store),
): { rows: Rows; origins: number[] } {
  const rows = new Rows(1 << 12);
  const origins: number[] = [];
  const sink = (made: Rows, from: readonly number[]): void => {
    for (let i = 0; i < made.count; i++) rows.copyFrom(made, i);
    origins.push(...from);
  };
  new ByAddress(model, contentTimelineOf(recording), store, null, sink).run(recording);
  return { rows, origins };
}

for (const [name, make] of kinds) {
  describe(`replay by address, ${name}`, () => {
    let scripted: Scripted;
    beforeAll(async () => {
      scripted = await make();
    });

    it("the recording replays strictly", () => {
      const found = verify(scripted.recording, scripted.store);
      expect(found.divergence).toBeNull();
      expect(found.exact).toBe(true);
    });

    it("the model that recorded agrees, and infers nothing", () => {
      const found = verifyGuest(scripted.recording, scripted.store);
      expect(found.divergence).toBeNull();
      expect(found).toMatchObject({
        agrees: true,
        exact: false,
        inferred: 0,
        unknown: 0,
        stalls: 0,
        held: 0,
      });
      expect(found.replies).toBeGreaterThan(400);
      expect(found.writes).toBeGreaterThan(300);
      expect(found.interrupts).toBeGreaterThan(25);
      expect(found.times).toBeGreaterThan(5);
    });

    it("what the replay makes replays strictly, with every world input in its place", async () => {
      const { recording, store } = scripted;
      const other = await OtherModel.build([
        { file: "hw/cost.ts", find: "TURN_NS = 20_000", replace: "TURN_NS = 7_000" },
      ]);
      for (const model of [() => machineOf(recording, store), () => other.machine(recording, store)]) {
        const { rows, origins } = rowsOf(scripted, model());
        expect(model().batch(rows, 0, rows.count)).toBe(rows.count);
        const parent = new Rows(1 << 12);
        const block = new Rows(1 << 12);
        for (let n = 0; n < recording.blockCount; n++) {
          recording.readBlock(n, block);
          for (let i = 0; i < block.count; i++) parent.copyFrom(block, i);
        }
        const places = Array.from({ length: rows.count }, (_, i) => i).filter(
          (i) => KIND_WORLD[rows.kind[i]] === 1,
        );
        const expected = Array.from({ length: parent.count }, (_, i) => i).filter(
          (i) => KIND_WORLD[parent.kind[i]] === 1,
        );
        expect(places.map((i) => origins[i])).toEqual(expected);
      }
    });
  });
}

describe("what nobody knows", () => {
  it("parks the engine, is reported, and diverges", async () => {
    const { recording, store } = await scriptedRecording();
    const model = await OtherModel.build([
      {
        file: "reducers/device/gtt.ts",
        find: "const words = core.ram[v].fresh(gfn, engine.turn);",
        replace: "gfn += purpose === 0 ? 0x5000 : 0;\n  const words = core.ram[v].fresh(gfn, engine.turn);",
      },
    ]);
    const found = verifyGuest(recording, store, { model: model.machine(recording, store) });
    expect(found.unknown).toBeGreaterThan(0);
    expect(found.unknowns[0].gfn).toBeGreaterThanOrEqual(0x5000);
    expect(found.agrees).toBe(false);
    expect(found.divergence?.kind).toMatch(/guest\.write|irq\.inject|mmio\.read/);
  });
});
