import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { TOLD } from "../../src/events/codes.ts";
import { PURPOSES } from "../../src/events/columns.ts";
import { K } from "../../src/events/kinds.ts";
import { Rows } from "../../src/events/rows.ts";
import type { Machine } from "../../src/reducers/machine.ts";
import { mmioPath } from "../../src/reducers/path.ts";
import { machineOf } from "../../src/replay/engine/run.ts";
import { NotShownError } from "../../src/replay/minimise/minimise.ts";
import { caseOf } from "../../src/replay/minimise/minimise-case.ts";
import {
  minimiseDifference,
  minimiseDivergence,
  minimiseWhere,
} from "../../src/replay/minimise/minimised.ts";
import { rowsOfRecording } from "../../src/replay/minimise/recorded-rows.ts";
import { shrink } from "../../src/replay/minimise/shrink.ts";
import { differenceAt } from "../../src/replay/minimise/symptom.ts";
import { compilePredicate } from "../../src/replay/names/predicate.ts";
import { inputsOf } from "../../src/replay/rerun/inputs.ts";
import { verify } from "../../src/replay/verify/verify.ts";
import { PLANTED } from "../laws/planted.ts";
import { runCase } from "./case.ts";
import { bareRecording, type Sample, written } from "./minimise-samples.ts";
import { OtherModel } from "./other-model.ts";
import { scriptedRecording } from "./scripted.ts";

const SCRATCH = 0x4_f100;
const COMMAND = PURPOSES.indexOf("command");

/** The pages of commands that a machine was told, in place or under a ticket. */
function commandPages({ recording }: Sample): number[] {
  const rows = rowsOfRecording(recording);
  const { page, purpose, status, count } = rows.answerTable;
  const told = [...page.subarray(0, count)].filter((_, k) => purpose[k] === COMMAND && status[k] === TOLD);
  const asked = new Set<number>();
  for (let i = 0; i < rows.count; i++) {
    if (rows.kind[i] === K["guest.fetch"] && rows.purpose[i] === COMMAND) asked.add(rows.ticket[i]);
    if (rows.kind[i] === K["guest.fetched"] && asked.has(rows.ticket[i])) told.push(rows.page[i]);
  }
  return told;
}

/** Does the predicate hold after the last row? */
function holdsAtEnd({ recording, store }: Sample, text: string): boolean {
  const machine = machineOf(recording, store);
  const rows = new Rows();
  for (let n = 0; n < recording.blockCount; n++) {
    recording.readBlock(n, rows);
    machine.batch(rows, 0, rows.count);
  }
  return compilePredicate(text, machine).holds(machine);
}

function inputKinds({ recording }: Sample): string[] {
  const { rows } = inputsOf(recording);
  return Array.from(rows.kind.subarray(0, rows.count), (kind) => Object.keys(K)[kind]);
}

describe("shrink", () => {
  test("leaves a smallest list, and asks few questions", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(9999), { minLength: 1, maxLength: 4 }), (wanted) => {
        let asked = 0;
        const all = Array.from({ length: 10_000 }, (_, n) => n);
        const rest = shrink(all, (some) => {
          asked++;
          return wanted.every((one) => some.includes(one));
        });
        expect([...rest].sort()).toEqual([...wanted].sort());
        expect(asked).toBeLessThan(60 * wanted.length + 60);
      }),
      { numRuns: 30 },
    );
  });

  test("of nothing needed is nothing", () => {
    expect(shrink([1, 2, 3], () => true)).toEqual([]);
  });
});

describe("a planted cause in 100,000 events", () => {
  test("is found, and quickly", async () => {
    const sample = await bareRecording((guest) => {
      for (let n = 0; n < 100_000; n++) {
        if (n === 31_000) guest.setMmio(0x10_0000, 0x1235_0001);
        if (n === 77_000) guest.setMmio(0x10_0008, 0x777);
        if (n === 90_000) guest.setMmio(0x10_0010, 0x555);
        else if (n % 3 === 0) guest.mmio(0x4_4408);
        else guest.setMmio(SCRATCH, n);
      }
    });
    const registers = machineOf(sample.recording, sample.store).core.registers;
    const [a, b, c] = [0x10_0000, 0x10_0008, 0x10_0010].map((at) => mmioPath(registers, 1, at));
    const text = `${a} > 0x1234_0000 && ${b} == 0x777 && ${c} == 0x555`;
    const from = performance.now();
    const found = minimiseWhere(sample.recording, sample.store, text);
    const took = performance.now() - from;
    expect(took).toBeLessThan(60_000);
    const small = await written(found, sample);
    expect(inputKinds(small)).toEqual(["vgpu.created", "mmio.written", "mmio.written", "mmio.written"]);
    expect(verify(small.recording, small.store).exact).toBe(true);
    expect(holdsAtEnd(small, text)).toBe(true);
  });
});

describe("a law", () => {
  let samples: Sample[];
  beforeAll(async () => {
    samples = await Promise.all([
      scriptedRecording(),
      scriptedRecording({ coherent: false, fetchDelay: 3, writeDelay: 2 }),
      scriptedRecording({}, 2),
    ]);
  });

  test("what is left is never larger, shows the same, and replays exactly", async () => {
    const failure = fc.record({
      sample: fc.nat(2),
      place: fc.double({ min: 0.02, max: 1, noNaN: true }),
      pick: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(failure, async ({ sample, place, pick }) => {
        const one = samples[sample];
        const text = failureAt(one, place, pick);
        fc.pre(text !== null);
        if (text === null) return;
        const found = minimiseWhere(one.recording, one.store, text, { enough: atMost(150) });
        expect(found.after).toBeLessThanOrEqual(found.before);
        const small = await written(found, one);
        expect(small.recording.eventCount).toBe(found.after);
        const result = verify(small.recording, small.store);
        expect(result.divergence).toBeNull();
        expect(result.exact).toBe(true);
        expect(holdsAtEnd(small, text)).toBe(true);
      }),
      // The example once ended the search with inputs after the place where it shows.
      { numRuns: 200, examples: [[{ sample: 0, place: 0.6504065040650406, pick: 6_614_768 }]] },
    );
  }, 240_000);
});

function atMost(runs: number): () => boolean {
  let n = 0;
  return () => n++ > runs;
}

/** Something that was so after some row: a register's value, or two of them. */
function failureAt({ recording, store }: Sample, place: number, pick: number): string | null {
  const machine = machineOf(recording, store);
  const { registers } = machine.core;
  const rows = new Rows();
  recording.readBlock(0, rows);
  const end = Math.floor(place * rows.count);
  let last = 0;
  for (let i = 0; i < end; i++) if (machine.strict(rows, i, rows.count) > 0) last = i;
  const touched: number[] = [];
  for (let i = 0; i <= last; i++)
    if (rows.kind[i] === K["mmio.written"] || rows.kind[i] === K["mmio.read"]) touched.push(i);
  if (touched.length === 0) return null;
  const i = touched[pick % touched.length];
  const path = mmioPath(registers, rows.agent[i], rows.at[i]);
  if (rows.size[i] !== 4 || !/^vgpu\d\.\w+\.[A-Za-z_]\w*$/.test(path)) return null;
  const value = compilePredicateValue(machine, path);
  return value === null ? null : `${path} == ${value}`;
}

function compilePredicateValue(machine: ReturnType<typeof machineOf>, path: string): number | null {
  for (const guess of [0, 0xffff_ffff])
    if (compilePredicate(`${path} == ${guess}`, machine).holds(machine)) return guess;
  let value = 0;
  for (let bit = 0; bit < 32; bit++)
    if (compilePredicate(`(${path} >> ${bit} & 1) == 1`, machine).holds(machine))
      value = (value | (1 << bit)) >>> 0;
  return compilePredicate(`${path} == ${value}`, machine).holds(machine) ? value : null;
}

/** Signature of the first divergence of a strict replay by a model; null where it is exact. */
function divergenceOf({ recording }: Sample, machine: Machine): string | null {
  const rows = new Rows();
  for (let n = 0; n < recording.blockCount; n++) {
    recording.readBlock(n, rows);
    const stop = machine.batch(rows, 0, rows.count);
    if (stop < rows.count) return differenceAt(machine, rows, stop).signature;
  }
  return null;
}

describe("a divergence", () => {
  const faults = [
    "the power controller's mailbox stays busy",
    "the blitter's IMR is looked at unshifted",
    "the CSB write pointer in the status page is one behind",
    "a user interrupt is lost",
    "a written 1 does not clear IIR",
  ];

  test.each(faults)("between two models stays at its place: %s", async (name) => {
    const fault = PLANTED.find((planted) => planted.name === name)!;
    const other = await OtherModel.build([fault.patch]);
    const sample = await scriptedRecording();
    const { recording, store } = sample;
    const signature = divergenceOf(sample, other.machine(recording, store));
    expect(signature).not.toBeNull();
    const found = minimiseDifference(
      recording,
      store,
      machineOf(recording, store),
      other.machine(recording, store),
      { enough: atMost(1500) },
    );
    expect(found.signature).toBe(signature);
    expect(found.after).toBeLessThan(found.before / 4);
    const small = await written(found, sample);
    expect(verify(small.recording, small.store).exact).toBe(true);
    expect(divergenceOf(small, other.machine(small.recording, small.store))).toBe(signature);
    const text = caseOf(
      small.recording,
      small.store,
      machineOf(small.recording, small.store),
      found.expectation,
    );
    runCase(text);
  });

  test.each(faults)("from what is recorded stays at its place: %s", async (name) => {
    const fault = PLANTED.find((planted) => planted.name === name)!;
    const other = await OtherModel.build([fault.patch]);
    const sample = await scriptedRecording();
    const { recording, store } = sample;
    const signature = divergenceOf(sample, other.machine(recording, store));
    const found = minimiseDivergence(recording, store, {
      model: other.machine(recording, store),
      enough: atMost(1500),
    });
    expect(found.signature).toBe(signature);
    expect(found.after).toBeLessThan(found.before / 4);
    const small = await written(found, sample);
    expect(divergenceOf(small, other.machine(small.recording, small.store))).toBe(signature);
    // The model that recorded still answers all of it so: what led to the right answer was not left out.
    // (After the last row stand no more outcomes of its input.)
    const right = divergenceOf(small, machineOf(small.recording, small.store));
    expect(right ?? "not expected").toMatch(/ ?not expected$/);
  });

  test("that is not there is said so", async () => {
    const { recording, store } = await scriptedRecording();
    expect(() => minimiseDivergence(recording, store)).toThrow(NotShownError);
    const [good, same] = [machineOf(recording, store), machineOf(recording, store)];
    expect(() => minimiseDifference(recording, store, good, same)).toThrow(NotShownError);
    expect(() => minimiseWhere(recording, store, "now < 0")).toThrow(NotShownError);
  });
});

test("a case of a predicate reproduces it", async () => {
  const sample = await scriptedRecording();
  const registers = "vgpu1.rcs0.RING_HWS_PGA > 0";
  const found = minimiseWhere(sample.recording, sample.store, registers);
  const small = await written(found, sample);
  const code = caseOf(
    small.recording,
    small.store,
    machineOf(small.recording, small.store),
    found.expectation,
  );
  expect(code.split("\n").length).toBeLessThan(14);
  runCase(code);
  expect(() => runCase(code.replace('RING_HWS_PGA"', 'RING_IMR"'))).toThrow();
});

describe("what is left", () => {
  test("has the bits of values that the failure needs, and no others", async () => {
    const sample = await bareRecording((guest) => {
      guest.setMmio(0x10_0000, 0xffff_ffff);
      guest.setMmio(SCRATCH, 0xdead_beef);
    });
    const path = mmioPath(machineOf(sample.recording, sample.store).core.registers, 1, SCRATCH);
    const found = minimiseWhere(sample.recording, sample.store, `(${path} & 0x8010) == 0x8000`);
    expect(found.values).toBe(1);
    const small = await written(found, sample);
    const { rows, starts } = inputsOf(small.recording);
    expect(inputKinds(small)).toEqual(["vgpu.created", "mmio.written"]);
    expect(rows.lo[starts[1]]).toBe(0x8000);
  });

  test("has the dwords of pages that the failure needs, and no others; it replays exactly", async () => {
    const sample = await scriptedRecording();
    const registers = machineOf(sample.recording, sample.store).core.registers;
    const path = mmioPath(registers, 1, 0x2600);
    // The second batch of the render engine loads it.
    const text = `${path} == 0x12340002`;
    const found = minimiseWhere(sample.recording, sample.store, text, { enough: atMost(4000) });
    expect(found.pages.size).toBeGreaterThan(0);
    const small = await written(found, sample);
    expect(verify(small.recording, small.store).exact).toBe(true);
    expect(holdsAtEnd(small, text)).toBe(true);
    const words = (one: Sample): number => {
      const filled = commandPages(one).map(
        (page) => one.store.words(page).filter((word) => word !== 0).length,
      );
      return Math.max(0, ...filled);
    };
    expect(words(small)).toBeGreaterThan(0);
    expect(words(small)).toBeLessThan(words(sample) / 4);
    const line = caseOf(
      small.recording,
      small.store,
      machineOf(small.recording, small.store),
      found.expectation,
    );
    runCase(line);
  });
});
