import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { K } from "../../src/events/kinds.ts";
import type { Machine } from "../../src/reducers/machine.ts";
import { verifyGuest } from "../../src/replay/answers/verify-guest.ts";
import { machineOf } from "../../src/replay/engine/run.ts";
import { NotShownError } from "../../src/replay/minimise/minimise.ts";
import { caseOf } from "../../src/replay/minimise/minimise-case.ts";
import { guestSignature } from "../../src/replay/minimise/minimise-guest.ts";
import type { Minimised } from "../../src/replay/minimise/minimised.ts";
import { minimiseGuest } from "../../src/replay/minimise/minimised-guest.ts";
import { rowsOfRecording } from "../../src/replay/minimise/recorded-rows.ts";
import { verify } from "../../src/replay/verify/verify.ts";
import { INVISIBLE } from "../laws/invisible.ts";
import { PLANTED } from "../laws/planted.ts";
import { runCase } from "./case.ts";
import { altered, type Sample, written } from "./minimise-samples.ts";
import { OtherModel } from "./other-model.ts";
import { scriptedRecording } from "./scripted.ts";

const patchOf = (name: string): (typeof PLANTED)[number]["patch"] =>
  PLANTED.find((planted) => planted.name === name)!.patch;
/** Another turn size: no strict replay of the recording gets far with it. */
const OTHER_TURNS = INVISIBLE[0].patches;

function atMost(runs: number): () => boolean {
  let n = 0;
  return () => n++ > runs;
}

/** What a guest notices of a model first, by its signature; empty where it notices nothing. */
function noticed({ recording, store }: Sample, other: OtherModel): string {
  const { divergence } = verifyGuest(recording, store, { model: other.machine(recording, store) });
  return divergence === null ? "" : guestSignature(divergence);
}

function caseFrom({ recording, store }: Sample, { expectation, last }: Minimised): string {
  return caseOf(recording, store, machineOf(recording, store), expectation, last);
}

describe("a failure that only a guest sees, under a model with other turns", () => {
  const faults = [
    "the power controller's mailbox stays busy",
    "the blitter's IMR is looked at unshifted",
    "the CSB write pointer in the status page is one behind",
    "a user interrupt is lost",
    "SRM stores the register before the named one",
    "flips finish without their event",
    "MI_FLUSH_DW forgets its notify event",
    "GT1 is missing from the master's pending bits",
    "memory latencies are zero",
    "a wake request is never acknowledged",
    "the guest is told that it has no fences",
    "translations are kept for ever",
  ];
  let sample: Sample;
  beforeAll(async () => {
    sample = await scriptedRecording();
  });

  test.each(faults)("stays at its place, seen by a good model: %s", async (name) => {
    const other = await OtherModel.build([patchOf(name), ...OTHER_TURNS]);
    const { recording, store } = sample;
    const signature = noticed(sample, other);
    expect(signature).not.toBe("");
    const models = { good: machineOf(recording, store), suspect: other.machine(recording, store) };
    const found = minimiseGuest(recording, store, models, { enough: atMost(600) });
    expect(found.signature).toBe(signature);
    expect(found.after).toBeLessThan(found.before / 4);
    const small = await written(found, sample);
    expect(verify(small.recording, small.store).exact).toBe(true);
    expect(noticed(small, other)).toBe(signature);
    runCase(caseFrom(small, found));
  });

  // What else its interrupt depends on the rows do not say: a good model is needed.
  const told = faults.filter((name) => name !== "GT1 is missing from the master's pending bits");
  test.each(told)("stays at its place, by what is recorded alone: %s", async (name) => {
    const other = await OtherModel.build([patchOf(name), ...OTHER_TURNS]);
    const { recording, store } = sample;
    const signature = noticed(sample, other);
    const models = { suspect: other.machine(recording, store) };
    const found = minimiseGuest(recording, store, models, { enough: atMost(600) });
    expect(found.signature).toBe(signature);
    expect(found.after).toBeLessThan(found.before / 4);
    const small = await written(found, sample);
    expect(noticed(small, other)).toBe(signature);
    // The model that recorded still agrees: what led to the right answer was not left out.
    expect(verifyGuest(small.recording, small.store).divergence).toBeNull();
  });

  test("that is not there is said so", async () => {
    const { recording, store } = sample;
    const other = await OtherModel.build(OTHER_TURNS);
    const suspect = (): Machine => other.machine(recording, store);
    expect(() => minimiseGuest(recording, store, { suspect: suspect() })).toThrow(NotShownError);
    const good = machineOf(recording, store);
    expect(() => minimiseGuest(recording, store, { good, suspect: suspect() })).toThrow(NotShownError);
  });
});

test("a reply altered in the recording is found by this version, and left alone but for what led to it", async () => {
  const sample = await scriptedRecording();
  let seq = -1;
  const wrong = await altered(sample, (rows, i) => {
    if (seq >= 0 || rows.kind[i] !== K["mmio.read"] || rows.at[i] !== 0x4_4308 || rows.lo[i] === 0) return;
    seq = rows.firstSeq + i;
    rows.lo[i] = (rows.lo[i] ^ 0x100) >>> 0;
  });
  expect(seq).toBeGreaterThan(0);
  const found = minimiseGuest(wrong.recording, wrong.store, {}, { enough: atMost(800) });
  expect(found.signature).toMatch(/^mmio.read vgpu1\.gtIrq\w*\.GEN8_GT_IIR/);
  const small = await written(found, wrong);
  const { divergence } = verifyGuest(small.recording, small.store);
  expect(divergence === null ? "" : guestSignature(divergence)).toBe(found.signature);
  // What is left replays strictly up to there: a state can be had, and asked why.
  expect(verify(small.recording, small.store).divergence?.path).toBe(divergence?.path);
  expect(found.after).toBeLessThan(found.before / 4);
});

describe("a law of altered recordings", () => {
  let samples: Sample[];
  beforeAll(async () => {
    samples = await Promise.all([
      scriptedRecording(),
      scriptedRecording({ coherent: false, fetchDelay: 3, writeDelay: 2 }),
      scriptedRecording({}, 2),
    ]);
  });

  /** One reply, one write or one interrupt of the recording is another. */
  async function wrongAt(sample: Sample, pick: number, bit: number): Promise<Sample> {
    const all = rowsOfRecording(sample.recording);
    const some: number[] = [];
    for (let i = 0; i < all.count; i++) {
      const isReply = all.kind[i] === K["mmio.read"] && all.ticket[i] === 0;
      if (isReply || all.kind[i] === K["guest.write"] || all.kind[i] === K["irq.inject"]) some.push(i);
    }
    const seq = some[pick % some.length];
    return altered(sample, (rows, i) => {
      if (rows.firstSeq + i === seq) rows.lo[i] = (rows.lo[i] ^ (1 << bit)) >>> 0;
    });
  }

  test("what is left is never larger, and shows the same at level guest", async () => {
    let shown = 0;
    const failure = fc.tuple(fc.nat(2), fc.nat(), fc.nat(31));
    await fc.assert(
      fc.asyncProperty(failure, async ([which, pick, bit]) => {
        const wrong = await wrongAt(samples[which], pick, bit);
        const { divergence: whole } = verifyGuest(wrong.recording, wrong.store);
        // A register that is a time, a write that both say is one: a guest is not told.
        if (whole === null) return;
        shown++;
        const found = minimiseGuest(wrong.recording, wrong.store, {}, { enough: atMost(40) });
        expect(found.signature).toBe(guestSignature(whole));
        expect(found.after).toBeLessThanOrEqual(found.before);
        const small = await written(found, wrong);
        expect(small.recording.eventCount).toBe(found.after);
        const { divergence } = verifyGuest(small.recording, small.store);
        expect(divergence === null ? "" : guestSignature(divergence)).toBe(found.signature);
      }),
      { numRuns: 60 },
    );
    expect(shown).toBeGreaterThan(40);
  }, 120_000);
});
