import { once } from "node:events";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { openPrompt } from "../../src/cli/step.ts";

test("Ctrl-C gives up a line, Ctrl-D ends the prompt", async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const lines = openPrompt(input, output, () => [[], ""]);
  const got: string[] = [];
  lines.on("line", (line) => got.push(line));
  const closed = once(lines, "close");
  input.write("seek 5\u0003help\r\u0003step\r");
  input.write("\u0004");
  await closed;
  expect(got).toEqual(["help", "step"]);
  const shown = String(output.read());
  expect(shown).toContain("^C\n");
  expect(shown).toContain("^C  (quit or Ctrl-D ends)\n");
});
