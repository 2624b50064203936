import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isInput, KIND_NAMES } from "../../src/events/kinds.ts";
import { brokenInvariants } from "../../src/reducers/invariants.ts";
import { Machine } from "../../src/reducers/machine.ts";
import { settingOf } from "../../src/reducers/platform.ts";
import { law, Premise } from "./law.ts";
import { play, scripts } from "./script.ts";

test("whatever the guests do, every invariant holds behind every input", async () => {
  const works = new Premise("an engine completed a guest's work");
  const interrupts = new Premise("an interrupt was sent");
  const messages = new Premise("a guest's memory was reached by message");
  const pipes = new Premise("a pipe was on");
  await law(
    fc.property(scripts(90), (script) => {
      const rig = play(script);
      works.holds(rig.count("workload.completed") > 0);
      interrupts.holds(rig.count("irq.inject") > 0);
      messages.holds(rig.count("guest.write.done") > 0);
      const machine = new Machine(settingOf(rig.configuration, rig.store));
      let wasOn = false;
      for (let i = 0; i < rig.rows.count; i++) {
        if (!isInput(rig.rows.kind[i])) continue;
        machine.apply(rig.rows, i);
        wasOn ||= [1, 2].some((v) => machine.core.seeVgpu(v).pipes.some(({ on }) => on));
        const [broken] = brokenInvariants(machine.core);
        if (broken === undefined) continue;
        const { kind, at, lo } = rig.rows;
        const where = `row ${i}, ${KIND_NAMES[kind[i]]} ${at[i].toString(16)} ${lo[i].toString(16)}`;
        expect.fail(`${where}: ${broken.name}: ${broken.what}`);
      }
      pipes.holds(wasOn);
    }),
    { numRuns: 20 },
  );
  for (const premise of [works, interrupts, messages, pipes]) premise.print(0.3);
});
