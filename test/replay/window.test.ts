import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { Rows } from "../../src/events/rows.ts";
import { loadTools } from "../../src/node/codecs.ts";
import { verifyGuest } from "../../src/replay/answers/verify-guest.ts";
import { firstWhere } from "../../src/replay/bisect/bisect-time.ts";
import { diffRecordings } from "../../src/replay/diff/diff-recordings.ts";
import { machineOf } from "../../src/replay/engine/run.ts";
import { seekTo } from "../../src/replay/engine/state.ts";
import { minimiseWhere } from "../../src/replay/minimise/minimised.ts";
import { compilePredicate } from "../../src/replay/names/predicate.ts";
import { questionOf } from "../../src/replay/names/question.ts";
import { openLeaning } from "../../src/replay/recording/leaning.ts";
import { describe as describeRecording } from "../../src/replay/recording/profile.ts";
import { rewrite } from "../../src/replay/recording/rewrite.ts";
import { MemorySink, MemorySource } from "../../src/replay/recording/tools.ts";
import { Branch } from "../../src/replay/rerun/branch.ts";
import { everyRow } from "../../src/replay/rerun/standalone.ts";
import { Timeline } from "../../src/replay/timeline/timeline.ts";
import { verify } from "../../src/replay/verify/verify.ts";
import { Asker, whyText } from "../../src/replay/why/why.ts";
import { scriptedRecording } from "./scripted.ts";
import { digestsOfAll, indexed, openWalk, recordWalk, type Walk } from "./walk.ts";
import { type Opened, openWindow, windowOf } from "./windowed.ts";

const tools = await loadTools();
let whole: Opened;
let bytes: Uint8Array;
let first = 0;

beforeAll(async () => {
  whole = openWalk(await recordWalk(tools, { guests: 2 }));
  const from = whole.recording.blockCount >> 1;
  first = whole.recording.block(from).firstSeq;
  bytes = await windowOf(whole, tools, from);
});

const open = (): Opened => openWindow(bytes, tools);
const walked = (walk: Uint8Array): Walk => indexed({ bytes: walk, tools });

test("a window keeps its rows' numbers and replays exactly, digests and all", () => {
  const { recording, store } = open();
  expect(recording.firstRow).toBe(first);
  expect(recording.endSeq).toBe(whole.recording.endSeq);
  expect(recording.rowCount).toBe(whole.recording.endSeq - first);
  const found = verify(recording, store);
  expect(found).toMatchObject({ exact: true, divergence: null, damage: null, warnings: [] });
  expect(found.rows).toBe(recording.rowCount);
  expect(found.digests).toBe(found.digestsRecorded);
  expect(verifyGuest(recording, store)).toMatchObject({ agrees: true, unknowns: [] });
});

test.each([
  ["one guest", {}, 1],
  ["two guests", {}, 2],
  ["a guest reached by messages", { coherent: false }, 1],
] as const)("windows from every seventh block on: %s", async (_, capabilities, guests) => {
  const scripted = await scriptedRecording(capabilities, guests);
  const { recording } = scripted;
  let levels = 0;
  const step = Math.max(1, Math.floor(recording.blockCount / 7));
  for (let from = step; from < recording.blockCount; from += step) {
    const window = openWindow(await windowOf(scripted, tools, from), tools);
    expect(verify(window.recording, window.store), `block ${from}`).toMatchObject({ exact: true });
    const guest = verifyGuest(window.recording, window.store);
    expect(guest.divergence, `block ${from}`).toBeNull();
    levels++;
  }
  expect(levels).toBeGreaterThan(0);
});

describe("walking in a window", () => {
  test("every row's state is the one of the whole recording, with and without keyframes", () => {
    const known = digestsOfAll(whole.recording, whole.store);
    for (const walk of [bytes, walked(bytes).bytes]) {
      const { recording, store } = openWindow(walk, tools);
      const timeline = new Timeline(recording, store);
      fc.assert(
        fc.property(fc.integer({ min: first, max: recording.endSeq - 1 }), (seq) => {
          const at = timeline.seek(seq).core.seq;
          // Before the first input it stands in the checkpoint, whose input is not in the file.
          const input = at < first ? Math.max(...[...known.keys()].filter((n) => n < first)) : at;
          expect(timeline.machine.digests()).toEqual(known.get(input));
        }),
        { numRuns: 60, seed: 3 },
      );
      expect(timeline.seek(first - 1).core.seq).toBe(first - 1);
      expect(() => timeline.seek(first - 2)).toThrow(`the rows are ${first} to`);
      expect(timeline.step(1)).toBe(1);
      expect(timeline.step(-5)).toBe(1);
      expect(timeline.at).toBe(first - 1);
    }
    const { recording, store } = open();
    expect(seekTo(recording, store, -1).core.seq).toBe(first - 1);
  });

  test("why says who wrote it within the window, else that it was before", () => {
    const last = whole.recording.endSeq - 1;
    const there = new Asker(new Timeline(whole.recording, whole.store));
    for (const walk of [bytes, walked(bytes).bytes]) {
      const { recording, store } = openWindow(walk, tools);
      const asker = new Asker(new Timeline(recording, store));
      let before = 0;
      for (const path of ["vgpu1.rcs0.RING_IMR", "vgpu2.rcs0.RING_TAIL", "vgpu1.tree.interruptLine"]) {
        const mine = asker.why(path, last);
        const theirs = there.why(path, last);
        expect(mine.value).toBe(theirs.value);
        const within = theirs.write !== null && theirs.write.seq >= first;
        expect(mine.write?.seq).toBe(within ? theirs.write?.seq : undefined);
        if (within) continue;
        before++;
        expect(whyText(mine)[1]).toContain(`before row ${first}`);
      }
      expect(before).toBeGreaterThan(0);
    }
  });

  test("bisect time finds the first row of the window", () => {
    const { recording, store } = open();
    const timeline = new Timeline(recording, store);
    const at = recording.firstRow + 40;
    const question = questionOf(compilePredicate(`seq >= ${at}`, timeline.machine));
    expect(firstWhere(timeline, question).seq).toBe(timeline.nextInput(at - 1));
    const [a, b] = [open(), open()].map((opened) => ({ ...opened, close: () => {} }));
    const same = diffRecordings(a, b, timeline.machine.core.registers);
    expect(same.real).toBe(0);
  });
});

describe("what is made of a window", () => {
  const wrote = async (
    base: Parameters<typeof describeRecording>[0]["base"],
    make: Parameters<typeof rewrite>[2],
    more: object,
    { recording, store }: Opened,
  ) => {
    const sink = new MemorySink();
    const meta = describeRecording({ id: "f119470000000002", createdAt: "2026-01-01", base });
    await rewrite(sink, { meta, tools, store, ...more }, make);
    expect(recording.baseBlocks).toBeGreaterThan(0);
    return sink.bytes();
  };

  test("a smaller one with the same base, and a copy that stands alone", async () => {
    const opened = open();
    const { recording, store } = opened;
    const base = recording.basePieces();
    const small = minimiseWhere(recording, store, "vgpu1.rcs0.RING_TAIL != 0x7fff && seq > 0");
    const made = await wrote(recording.meta.base, small.write, { base }, opened);
    const again = openWindow(made, tools);
    expect(again.recording.rowCount).toBeLessThan(recording.rowCount);
    expect(verify(again.recording, again.store).exact).toBe(true);
    const copy = await wrote(recording.meta.base, (sink) => everyRow(recording, sink), { base }, opened);
    const copied = openWindow(copy, tools);
    expect(verify(copied.recording, copied.store)).toMatchObject({ exact: true, rows: recording.rowCount });
  });

  test.each([0, 1, 200])("a branch that leaves %i rows after its start", async (rows) => {
    const opened = open();
    const { recording, store } = opened;
    const made = new Branch(recording, store, { at: first + rows });
    expect(made.base).toMatchObject({ kind: "parent", id: recording.meta.id });
    const child = await wrote(made.base, (sink) => made.run(sink).digests, { seen: made.seen }, opened);
    const mine = openWindow(bytes, tools);
    const branch = openLeaning(new MemorySource(child, "child"), tools, mine.store, () => mine.recording);
    expect(branch.firstRow).toBe(first);
    expect(branch.rowCount).toBe(recording.rowCount);
    expect(verify(branch, mine.store)).toMatchObject({ exact: true, rows: recording.rowCount });
    const alone = await wrote(
      branch.meta.base,
      (s) => everyRow(branch, s),
      { base: branch.basePieces() },
      {
        recording: branch,
        store: mine.store,
      },
    );
    const stands = openWindow(alone, tools);
    expect(verify(stands.recording, stands.store).exact).toBe(true);
    const { configuration } = recording.meta.base;
    const other = { configuration: configuration as never };
    expect(() => new Branch(recording, store, other)).toThrow(/starts from a checkpoint/);
  });
});

test("rows that were let go are not needed: machines of a window are the same, also pure", () => {
  const { recording, store } = open();
  const [hot, pure] = [machineOf(recording, store), machineOf(recording, store, true)];
  const rows = new Rows();
  for (let n = 0; n < recording.blockCount; n++) {
    recording.readBlock(n, rows);
    expect(hot.batch(rows, 0, rows.count)).toBe(rows.count);
    expect(pure.batch(rows, 0, rows.count)).toBe(rows.count);
  }
  expect(hot.digests()).toEqual(pure.digests());
});
