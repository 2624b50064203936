import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { K, KIND_NAMES } from "../../src/events/kinds.ts";
import type { Rows } from "../../src/events/rows.ts";
import { REG_FAST_READ } from "../../src/hw/compile.ts";
import { openRecording } from "../../src/node/open.ts";
import { contentTimelineOf } from "../../src/replay/answers/content-timeline.ts";
import { rowColumns } from "../../src/replay/engine/format.ts";
import { machineOf } from "../../src/replay/engine/run.ts";
import { rowsOfRecording } from "../../src/replay/minimise/recorded-rows.ts";
import { type Inputs, inputsOf } from "../../src/replay/rerun/inputs.ts";
import { Rerun } from "../../src/replay/rerun/rerun.ts";
import type { Sample } from "./minimise-samples.ts";
import { scriptedRecording } from "./scripted.ts";

const BOOT = fileURLToPath(new URL("../../recordings/linux-6.1-boot.mcap", import.meta.url));

/** A row without what counts on the rows before it. */
function textOf(rows: Rows, i: number): string {
  const { dt: _, ticket: __, cause: ___, ...rest } = rowColumns(rows, i);
  return `${KIND_NAMES[rows.kind[i]]} ${rows.agent[i]} ${Object.values(rest).join(" ")}`;
}

/** Reads of plain registers that nothing came behind, by segment. */
function plainReads({ recording, store }: Sample, inputs: Inputs): number[] {
  const { flags, idOf } = machineOf(recording, store).core.registers;
  const { rows, starts } = inputs;
  return starts.flatMap((i, s) => {
    const isPlain = rows.kind[i] === K["mmio.read"] && (flags[idOf[rows.at[i] >>> 2]] & REG_FAST_READ) !== 0;
    return isPlain && inputs.end(s) - i === 1 ? [s] : [];
  });
}

/** Run all inputs but one read: every other row is as it was. */
function leaveOut({ recording, store }: Sample, inputs: Inputs, left: number): void {
  const made: string[] = [];
  const sink = (some: Rows): void => {
    for (let i = 0; i < some.count; i++) made.push(textOf(some, i));
  };
  const rerun = new Rerun(machineOf(recording, store), inputs, contentTimelineOf(recording), store, { sink });
  rerun.run(inputs.starts.map((_, s) => s).filter((s) => s !== left));
  const all = rowsOfRecording(recording);
  const expected = Array.from({ length: all.count }, (_, i) => textOf(all, i));
  expected.splice(inputs.seq[inputs.starts[left]], 1);
  const first = made.findIndex((text, i) => text !== expected[i]);
  expect({ first, made: made[first], count: made.length }).toEqual({ first: -1, count: expected.length });
  expect(rerun.counts).toMatchObject({ unknown: 0, reactions: 0 });
  expect(rerun.contents.inferredCount).toBe(0);
}

describe("a rerun without one read that nothing hangs on gives every other row as it was", () => {
  test("of scripted guests", async () => {
    // Of memory by message, answers that came late come before the next input instead: turns shift.
    const samples = await Promise.all([scriptedRecording(), scriptedRecording({}, 2)]);
    const law = fc.property(fc.nat(1), fc.nat(), (which, pick) => {
      const inputs = inputsOf(samples[which].recording);
      const reads = plainReads(samples[which], inputs);
      leaveOut(samples[which], inputs, reads[pick % reads.length]);
    });
    fc.assert(law, { numRuns: 40 });
  });

  test("of a real one, whose timers came late: at their places, not at their deadlines", async () => {
    const sample = await openRecording(BOOT);
    const inputs = inputsOf(sample.recording);
    const reads = plainReads(sample, inputs);
    for (const part of [0.1, 0.6]) leaveOut(sample, inputs, reads[Math.floor(reads.length * part)]);
    sample.close();
  });
});
