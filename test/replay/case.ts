import { expect } from "vitest";
import { createMachine } from "../../src/index.ts";
import { Steps } from "../../src/replay/names/steps.ts";

/** Run the text of a test case. Throws what its `expect` throws. */
export function runCase(text: string): void {
  const body = text
    .split("\n")
    .filter((line) => !line.startsWith("import"))
    .join("\n");
  let ran = false;
  const test = (_: string, act: () => void): void => {
    ran = true;
    act();
  };
  new Function("createMachine", "Steps", "expect", "test", body)(createMachine, Steps, expect, test);
  expect(ran).toBe(true);
}
