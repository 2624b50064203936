import { beforeAll, describe, expect, it } from "vitest";
import { verify } from "../../src/replay/verify.ts";
import { verifyGuest } from "../../src/replay/verify-guest.ts";
import { type Scripted, scriptedRecording } from "./scripted.ts";

describe("replay by address on the model that recorded", () => {
  const kinds: [string, () => Promise<Scripted>][] = [
    ["one guest", () => scriptedRecording()],
    ["two guests", () => scriptedRecording({}, 2)],
    ["one guest by message", () => scriptedRecording({ coherent: false, fetchDelay: 1, writeDelay: 1 })],
  ];
  for (const [name, make] of kinds) {
    describe(name, () => {
      let scripted: Scripted;
      beforeAll(async () => {
        scripted = await make();
      });

      it("replays strictly", () => {
        const found = verify(scripted.recording, scripted.store);
        expect(found.divergence).toBeNull();
        expect(found.exact).toBe(true);
      });

      it("agrees, and infers nothing", () => {
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
        console.log(name, { ...found, inferences: found.inferences.length });
      });
    });
  }
});
