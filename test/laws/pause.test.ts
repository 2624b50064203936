import * as fc from "fast-check";
import { expect, test } from "vitest";
import { INVARIANTS } from "../../src/reducers/invariants.ts";
import { pending } from "../../src/reducers/machine.ts";
import { byName, type Rig } from "../reducers/device/rig.ts";
import { law, Premise } from "./law.ts";
import { play, scripts } from "./script.ts";

/** Digests of one vGPU. */
function own(rig: Rig, v: number): readonly (readonly [string, string])[] {
  return Object.entries(byName(rig.machine.digests())).filter(([name]) => name.startsWith(`vgpu${v}.`));
}

test("whatever the guests have done, a paused vGPU comes to rest and stays there", async () => {
  const rest = new Premise("a paused vGPU came to rest");
  await law(
    fc.property(scripts(80), fc.integer({ min: 1, max: 2 }), fc.nat(400), (script, v, more) => {
      const rig = play(script);
      rig.port.advance(more);
      rig.input("vgpu.resumed", v);
      const before = rig.count("vgpu.quiesced");
      rig.input("vgpu.paused", v);
      for (let n = 0; n < 200 && rig.port.pending > 0; n++) rig.port.deliver(1000);
      for (const { name, broken } of INVARIANTS) expect(broken(rig.machine.core), name).toBe(null);
      // A guest that has left answers nothing: what it was asked stays open.
      const asked = pending(rig.machine).some(({ agent }) => agent === v);
      expect(rig.count("vgpu.quiesced") - before).toBe(asked ? 0 : 1);
      if (!rest.holds(!asked)) return;
      const still = own(rig, v);
      rig.port.advance(60_000);
      expect(own(rig, v)).toEqual(still);
      rig.verify();
    }),
    { numRuns: 20 },
  );
  rest.print(0.5);
});
