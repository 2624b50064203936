import { expect, test } from "vitest";
import { Rows } from "../../src/events/rows.ts";
import { loadTools } from "../../src/node/codecs.ts";
import { divergenceText } from "../../src/replay/engine/divergence.ts";
import type { BrokenAt } from "../../src/replay/live/paranoid.ts";
import { Paranoia } from "../../src/replay/live/paranoid.ts";
import { StrictRun } from "../../src/replay/verify/strict-run.ts";
import { Rig } from "../reducers/device/rig.ts";
import { OtherModel } from "./other-model.ts";
import { openWalk, recordWalk } from "./walk.ts";

/** A model whose context status buffer has a seventh entry: pointers reach 6. */
const seven = OtherModel.build([
  {
    file: "reducers/mediator/execlist.ts",
    find: "const CSB_ENTRIES = 6;",
    replace: "const CSB_ENTRIES = 7;",
  },
]);

test("a model that breaks an invariant replays its own recording exactly; paranoid, it is told where", async () => {
  const model = await seven;
  const walk = await recordWalk(await loadTools(), {
    machine: (configuration, store) => model.machineFor(configuration, store),
  });
  const runs = [false, true].map((paranoid) => {
    const { recording, store } = openWalk(walk);
    const run = new StrictRun(recording, model.machine(recording, store), paranoid);
    const rows = new Rows();
    for (let n = 0; n < recording.blockCount; n++) run.run(rows, recording.readBlock(n, rows));
    return run;
  });
  expect(runs[0].divergence).toBe(null);
  const { divergence } = runs[1];
  const { recording } = openWalk(walk);
  const ends = Array.from({ length: recording.blockCount }, (_, n) => recording.block(n).lastSeq);
  expect(divergence).toMatchObject({ kind: "invariant", path: "csb.pointer" });
  expect(ends).toContain(divergence?.seq);
  const lines = divergence === null ? [] : divergenceText(divergence, "x.mcap").split("\n");
  expect(lines).toEqual([
    `diverged at ${divergence?.seq}  invariant  csb.pointer`,
    expect.stringMatching(/^ {2}vgpu\d\.\wcs0\.RING_CONTEXT_STATUS_PTR\.WRITE_PTR is 6; /),
    "  gvt bisect time x.mcap --invariant csb.pointer",
  ]);
});

test("a live machine tells of a broken invariant once, and of the next one too", () => {
  const rig = new Rig();
  rig.guest();
  const told: BrokenAt[] = [];
  const paranoia = new Paranoia(rig.machine, (broken) => told.push(broken));
  paranoia.ask();
  expect(told).toEqual([]);
  const tree = rig.machine.core.vgpu(1);
  tree.interruptLine = !tree.interruptLine;
  for (let n = 0; n < 3; n++) paranoia.ask();
  tree.maps++;
  paranoia.ask();
  expect(told.map(({ name }) => name)).toEqual(["irq.line", "dma.maps"]);
  expect(told[0]).toMatchObject({ row: rig.machine.core.seq, what: expect.stringContaining("vgpu1.tree") });
});
