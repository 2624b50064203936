import { beforeAll, describe, expect, test } from "vitest";
import { loadTools } from "../../src/node/codecs.ts";
import { GGTT, MMIO } from "../../src/reducers/planes.ts";
import { firstWhere } from "../../src/replay/bisect/bisect-time.ts";
import { diffEvents, diffMachineStates, seekByAddress } from "../../src/replay/diff/diff.ts";
import { diffRecordings, type RunComparison } from "../../src/replay/diff/diff-recordings.ts";
import { diffStates } from "../../src/replay/diff/diff-states.ts";
import { dumpState, parseDump, plainDump } from "../../src/replay/diff/dump.ts";
import type { OpenedRecording } from "../../src/replay/engine/opened.ts";
import { machineOf } from "../../src/replay/engine/run.ts";
import { compilePredicate } from "../../src/replay/names/predicate.ts";
import { questionOf } from "../../src/replay/names/question.ts";
import { Timeline } from "../../src/replay/timeline/timeline.ts";
import { openBytes } from "./samples.ts";
import { type SmallOptions, smallRecording } from "./small.ts";

let tools: Awaited<ReturnType<typeof loadTools>>;
let opened: OpenedRecording;
const open = (bytes: Uint8Array): OpenedRecording => ({ ...openBytes(bytes, tools), close: () => {} });
beforeAll(async () => {
  tools = await loadTools();
  opened = open(await smallRecording());
});

describe("two events of one recording", () => {
  test("differ in nothing where they are the same", () => {
    const timeline = new Timeline(opened.recording, opened.store);
    expect(diffEvents(timeline, 100, 100)).toEqual([]);
  });

  test("registers by field, PTEs, trees, pages by dword: exactly what whole dumps differ in", () => {
    const timeline = new Timeline(opened.recording, opened.store);
    const { last } = timeline;
    const machine = machineOf(opened.recording, opened.store);
    for (const [a, b] of [
      [0, last],
      [last, 0],
      [-1, last >> 1],
      [last >> 1, (last >> 1) + 7],
    ]) {
      const found = diffEvents(timeline, a, b);
      const dumpA = dumpState(timeline.seek(a));
      const dumpB = dumpState(timeline.seek(b));
      const whole = diffStates(dumpA, dumpB, machine.core.registers);
      const paths = (list: typeof found): string[] => list.map(({ path }) => path).sort();
      expect(paths(found)).toEqual(paths(whole));
      expect(found.length).toBeGreaterThan(0);
    }
  });

  test("one write between them: its register and its field", () => {
    const timeline = new Timeline(opened.recording, opened.store);
    const wrote = compilePredicate("vgpu1.gt.GEN7_GT_SCRATCH[0] == 7", timeline.machine);
    const { seq } = firstWhere(timeline, questionOf(wrote));
    const found = diffEvents(timeline, seq - 1, seq).filter(({ benign }) => !benign);
    expect(found).toEqual([
      expect.objectContaining({ path: "vgpu1.gt.GEN7_GT_SCRATCH[0]", what: "register", a: null, b: 7 }),
    ]);
    const tail = compilePredicate("vgpu1.rcs0.RING_CONTEXT_STATUS_PTR.WRITE_PTR == 1", timeline.machine);
    const { seq: row } = firstWhere(timeline, questionOf(tail));
    const pointer = diffEvents(timeline, row - 1, row).find(({ path }) =>
      path.endsWith("CONTEXT_STATUS_PTR"),
    );
    expect(pointer?.fields).toEqual([{ field: "WRITE_PTR", expected: 0, got: 1 }]);
  });

  test("planted changes of a state: each is named, and nothing else", () => {
    const machine = machineOf(opened.recording, opened.store);
    const timeline = new Timeline(opened.recording, opened.store);
    const before = timeline.seek(timeline.last).snapshot();
    const frame = firstFrame(timeline);
    machine.restore(before);
    machine.core.words.write(MMIO + 1, 0x2030 >>> 2, 0x48);
    machine.core.words.write(GGTT + 1, 0x1000 >>> 2, 0x1234_5003);
    machine.core.vgpu(1).pipes[0].frames += 3;
    machine.core.device().engines[2].freeAt += 7;
    machine.core.ram[1].writeWord(frame, 31, 0xfeed, 0xffff_ffff);
    const after = machine.snapshot();
    const found = diffMachineStates(machine, before, after);
    expect(found.map(({ path, what, benign }) => `${what} ${path}${benign ? " benign" : ""}`).sort()).toEqual(
      [
        "entry vgpu1.gtt.1000",
        `page vgpu1.ram.${frame.toString(16)}`,
        "register vgpu1.rcs0.RING_TAIL",
        "tree device.tree.engines.2.freeAt benign",
        "tree vgpu1.tree.pipes.0.frames",
      ],
    );
    const page = found.find(({ what }) => what === "page");
    expect(page?.dwords).toEqual([{ at: 0x7c, a: expect.any(Number), b: 0xfeed }]);
    expect(found.find(({ what }) => what === "entry")).toMatchObject({ b: "0000000012345003" });
  });

  test("a dump crosses to another process", () => {
    const timeline = new Timeline(opened.recording, opened.store);
    const machine = timeline.seek(timeline.last);
    const dump = dumpState(machine);
    const read = parseDump(JSON.parse(JSON.stringify(plainDump(dump, machine))));
    expect(read).not.toBeNull();
    expect(diffStates(dump, read!, machine.core.registers)).toEqual([]);
    expect(parseDump({})).toBeNull();
    expect(parseDump(null)).toBeNull();
  });

  test("by address, the model that recorded comes to the same state but for tickets and stamps", () => {
    const timeline = new Timeline(opened.recording, opened.store);
    // In the middle of a turn an engine may stand elsewhere: only what it shows has a place.
    for (const seq of [-1, 10, timeline.last]) {
      const theirs = dumpState(seekByAddress(opened, seq));
      const found = diffStates(dumpState(timeline.seek(seq)), theirs, timeline.machine.core.registers);
      expect(
        found.filter(({ benign }) => !benign),
        `at ${seq}`,
      ).toEqual([]);
    }
  });
});

function firstFrame(timeline: Timeline): number {
  const frames: number[] = [];
  timeline.machine.core.ram[1].eachFrame((gfn) => frames.push(gfn));
  return frames[0];
}

describe("two recordings", () => {
  const compare = async (a: SmallOptions, b: SmallOptions): Promise<RunComparison> =>
    diffRecordings(
      open(await smallRecording(a)),
      open(await smallRecording(b)),
      machineOf(opened.recording, opened.store).core.registers,
    );

  test("the same run twice", async () => {
    const found = await compare({}, {});
    expect(found).toMatchObject({ benign: 0, real: 0, onlyA: 0, onlyB: 0, differences: [], lost: null });
    expect(found.same).toBe(opened.recording.eventCount);
  });

  test("a guest that waits a little longer: benign", async () => {
    const found = await compare({}, { pause: 37 });
    expect(found).toMatchObject({ real: 0, onlyA: 0, onlyB: 0, differences: [], lost: null });
    expect(found.reasons.timing).toBeGreaterThan(0);
  });

  test("another value written: real, by register", async () => {
    const found = await compare({}, { scratch: 9 });
    expect(found.differences.map(({ what, path, textA, textB }) => [what, path, textA, textB])).toEqual([
      ["input", "vgpu1.gt.GEN7_GT_SCRATCH[0]", "mmio.written 00000007", "mmio.written 00000009"],
      ["reply", "vgpu1.gt.GEN7_GT_SCRATCH[0]", "00000007", "00000009"],
    ]);
    expect(found).toMatchObject({ onlyA: 0, onlyB: 0, real: 2 });
  });

  test("another batch in memory: the page by dword, and what the engine then wrote", async () => {
    const found = await compare({}, { stored: 43 });
    expect(found).toMatchObject({ onlyA: 0, onlyB: 0, lost: null });
    const kinds = new Set(found.differences.map(({ what }) => what));
    expect([...kinds].sort()).toEqual(["memory", "shown"]);
    const page = found.differences.find(({ what }) => what === "memory");
    expect(page?.dwords).toEqual([{ at: expect.any(Number), a: 42, b: 43 }]);
  });

  test("accesses that only one has: aligned around them", async () => {
    const found = await compare({}, { extra: [0x9120, 0x2034, 0x9120] });
    expect(found).toMatchObject({ onlyA: 0, onlyB: 3, real: 0, lost: null });
    expect(found.differences.map(({ what, a }) => [what, a])).toEqual([
      ["input", -1],
      ["input", -1],
      ["input", -1],
    ]);
    const shorter = await compare({ rounds: 2 }, { rounds: 3 });
    expect(shorter.onlyB).toBeGreaterThan(10);
    expect(shorter.onlyA).toBe(0);
  });
});
