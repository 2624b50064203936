import { once } from "node:events";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { openPrompt } from "../../src/cli/step.ts";
import { Stepper } from "../../src/cli/stepper.ts";
import { openRecording } from "../../src/node/open.ts";
import { Timeline } from "../../src/replay/timeline/timeline.ts";
import { smallRecording } from "../replay/small.ts";

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

test("tab completes commands, registers, and the fields of one", async () => {
  const { recording, store, close } = await openRecording(await smallRecording({ rounds: 1 }));
  const stepper = new Stepper(new Timeline(recording, store));
  expect(stepper.complete("rev")).toEqual([["reverse"], "rev"]);
  expect(stepper.complete("print vgpu1.rcs0.RING_TA")[0]).toEqual(["vgpu1.rcs0.RING_TAIL"]);
  const fields = stepper.complete("why vgpu1.rcs0.RING_CONTEXT_STATUS_PTR.WR");
  expect(fields[0]).toEqual(["vgpu1.rcs0.RING_CONTEXT_STATUS_PTR.WRITE_PTR"]);
  expect(stepper.complete("print vgpu1.rcs0.NOTHING.A")[0]).toEqual([]);
  close();
});
