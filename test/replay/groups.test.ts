import { describe, expect, test } from "vitest";
import { PURPOSES } from "../../src/events/columns.ts";
import { K, type KindName } from "../../src/events/kinds.ts";
import { Rows } from "../../src/events/rows.ts";
import { createMachine } from "../../src/index.ts";
import { contentTimelineOf } from "../../src/replay/answers/content-timeline.ts";
import { machineOf } from "../../src/replay/engine/run.ts";
import { groupsOf } from "../../src/replay/minimise/groups.ts";
import { Experiment, Minimiser } from "../../src/replay/minimise/minimise.ts";
import { predicateSymptom } from "../../src/replay/minimise/symptom.ts";
import { compilePredicate } from "../../src/replay/names/predicate.ts";
import { Inputs, inputsOf } from "../../src/replay/rerun/inputs.ts";
import { scriptedRecording } from "./scripted.ts";

const { registers } = createMachine({ vgpus: 2 }).core;

/** An access in short: who, what, where, and the value. */
type Short = readonly [agent: number, kind: KindName, at: number, lo?: number, purpose?: number];

function inputsWith(list: readonly Short[]): Inputs {
  const inputs = new Inputs();
  for (const [n, [agent, kind, at, lo = 0, purpose = 0]] of list.entries()) {
    const rows = new Rows(1);
    const i = rows.add(K[kind]);
    rows.agent[i] = agent;
    rows.at[i] = at;
    rows.size[i] = 4;
    rows.lo[i] = lo;
    rows.purpose[i] = purpose;
    if (kind === "aperture.written") rows.addStore(at, 4, new Uint8Array(4));
    inputs.add(rows, i, { seq: n, time: n, gap: n, timer: null });
  }
  return inputs;
}

/** Groups of segments, as lists. */
const grouped = (list: readonly Short[]): (readonly number[])[] =>
  groupsOf(inputsWith(list), registers).map(({ segments }) => segments);

const W = "mmio.written";
const R = "mmio.read";
const [DATA, MAILBOX] = [0x13_8128, 0x13_8124];

describe("groups", () => {
  test("hold a mailbox's request and answer together, whatever lies between, one by one", () => {
    const list: Short[] = [
      [1, W, DATA, 3],
      [2, W, DATA, 9],
      [1, W, 0x4_f100, 1],
      [1, W, MAILBOX, 0x8000_0007],
      [1, R, 0x4_4408],
      [1, R, MAILBOX],
      [1, R, DATA],
      [1, W, DATA, 0],
      [1, W, MAILBOX, 0x8000_0006],
      [1, R, MAILBOX],
    ];
    expect(grouped(list)).toEqual([[0, 3, 5, 6], [1], [2], [4], [7, 8, 9]]);
  });

  test("hold a forcewake request and the polls of its acknowledgement, per domain", () => {
    const list: Short[] = [
      [1, W, 0xa278, 0x1_0001],
      [1, W, 0xa188, 0x1_0001],
      [1, R, 0xd84],
      [1, R, 0x13_0044],
      [1, R, 0xd84],
      [1, W, 0xa278, 0x1_0000],
      [1, R, 0xd84],
    ];
    expect(grouped(list)).toEqual([
      [0, 2, 4],
      [1, 3],
      [5, 6],
    ]);
  });

  test("hold a transfer on the monitor's bus from the choice of its pins to the next", () => {
    const list: Short[] = [
      [1, W, 0xc_5100, 5],
      [1, W, 0xc_5104, 0x4600_00a1],
      [1, R, 0xc_5108],
      [1, R, 0xc_510c],
      [1, W, 0xc_5104, 0x4800_0000],
      [1, W, 0xc_5100, 0],
      [1, W, 0xc_5100, 5],
      [1, R, 0xc_5108],
    ];
    expect(grouped(list)).toEqual([
      [0, 1, 2, 3, 4, 5],
      [6, 7],
    ]);
  });

  test("hold an AUX message with its data, its polls and what clears its status, per channel", () => {
    const [A, B] = [0x6_4010, 0x6_4110];
    const list: Short[] = [
      [1, W, A + 4, 0x9000_0000],
      [1, W, A, 0xfe40_023f],
      [1, W, B, 0x8000_0000],
      [1, R, A],
      [1, W, A, 0x7e40_023f],
      [1, W, A + 4, 0x9000_0000],
      [1, W, A, 0xfe40_023f],
      [1, R, A],
    ];
    expect(grouped(list)).toEqual([[0, 1, 3, 4], [2], [5, 6, 7]]);
  });

  test("hold a submission: ring and context by the aperture, four dwords, the context status read of it", () => {
    const elsp = 0x2230;
    const list: Short[] = [
      [1, "gtt.written", 0x100 * 8, (0x777 << 12) | 1],
      [1, "gtt.written", 0x101 * 8, (0x778 << 12) | 1],
      [1, "aperture.written", 0x10_1000],
      [1, "aperture.written", 0x10_0080],
      [1, W, 0x4_f100],
      [1, "aperture.written", 0x10_002c],
      [1, W, elsp, 1],
      [1, W, elsp, 2],
      [2, W, elsp, 2],
      [1, W, elsp, 3],
      [1, W, elsp, 4],
      [1, R, 0x4_4308],
      [1, R, 0x23a0],
      [1, R, 0x2370],
      [1, W, 0x23a0, 0x700_0100],
      [1, W, elsp, 5],
      [1, "guest.fetched", 0x777, 0, PURPOSES.indexOf("ring")],
    ];
    expect(grouped(list)).toEqual([[0, 1], [2], [3, 5, 6, 7, 9, 10, 12, 13, 14], [4], [8], [11], [15]]);
  });
});

test("no try while groups are left out has half of one", async () => {
  const { recording, store } = await scriptedRecording({}, 2);
  const machine = machineOf(recording, store);
  const inputs = inputsOf(recording);
  const whole = groupsOf(inputs, registers).filter(({ segments }) => segments.length > 1);
  const elsp = whole.filter(({ segments }) => {
    const names = segments.map(
      (s) => registers.names[registers.idOf[inputs.rows.at[inputs.starts[s]] >>> 2]],
    );
    return names.filter((name) => name?.name === "RING_ELSP").length === 4;
  });
  expect(elsp.length).toBeGreaterThan(40);
  let tries = 0;
  class Watched extends Experiment {
    phase = "groups";
    override shows(...args: Parameters<Experiment["shows"]>): boolean {
      const some = new Set(args[0]);
      if (this.phase === "groups" && ++tries > 0)
        for (const { segments } of whole)
          expect(segments.every((s) => some.has(s))).toBe(segments.some((s) => some.has(s)));
      return super.shows(...args);
    }
  }
  const symptom = predicateSymptom(machine, compilePredicate("vgpu2.rcs0.RING_HWS_PGA > 0", machine));
  const watched = new Watched(inputs, contentTimelineOf(recording), store, symptom, inputs.time.at(-1) ?? 0);
  const progress = (phase: string): void => {
    watched.phase = phase;
  };
  new Minimiser(watched, store, symptom, { progress }).run();
  expect(tries).toBeGreaterThan(10);
});
