import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ours } from "../reducers/device/rig.ts";
import { OtherModel } from "../replay/other-model.ts";
import { BOUNDS, mutant } from "./bounds.ts";

describe.each(BOUNDS.map((bound) => [bound.constant, bound] as const))("%s", (_, bound) => {
  test("is what is promised", () => bound.check(ours));

  test.each(bound.others)("would be noticed if it were %s", async (value) => {
    const model = await OtherModel.build([mutant(bound, value)]);
    expect(() => bound.check((configuration, store) => model.machineFor(configuration, store))).toThrow();
  });
});

test("every cost has a mutant", () => {
  const costs = readFileSync("src/hw/cost.ts", "utf8").matchAll(/export const (\w+)/g);
  const covered = BOUNDS.filter(({ file }) => file === "hw/cost.ts").map(({ constant }) => constant);
  expect(covered.sort()).toEqual([...costs].map(([, name]) => name).sort());
});
