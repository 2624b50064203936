import { beforeAll, describe, expect, test } from "vitest";
import { isInput, K, KIND_NAMES, KIND_WORLD } from "../../src/events/kinds.ts";
import { changePageIds, eachPageId } from "../../src/events/page-ids.ts";
import { rowDifference } from "../../src/events/row-difference.ts";
import { Rows } from "../../src/events/rows.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { mmioPath } from "../../src/reducers/path.ts";
import { configurationOf, machineOf } from "../../src/replay/engine/run.ts";
import { compilePredicate } from "../../src/replay/names/predicate.ts";
import { RecordingError } from "../../src/replay/recording/errors.ts";
import { openLeaning } from "../../src/replay/recording/leaning.ts";
import { openRecording, type Recording } from "../../src/replay/recording/recording.ts";
import { rewrite } from "../../src/replay/recording/rewrite.ts";
import { MemorySink, MemorySource } from "../../src/replay/recording/tools.ts";
import { Branch } from "../../src/replay/rerun/branch.ts";
import { type Edit, EditError } from "../../src/replay/rerun/edits.ts";
import { inputsOf } from "../../src/replay/rerun/inputs.ts";
import { everyRow } from "../../src/replay/rerun/standalone.ts";
import { Timeline } from "../../src/replay/timeline/timeline.ts";
import { verify } from "../../src/replay/verify/verify.ts";
import { branchOf, opened } from "./branches.ts";
import type { Sample } from "./minimise-samples.ts";
import { scriptedRecording } from "./scripted.ts";

const SCRATCH = 0x4_f100;

function allRows({ recording }: Sample): Rows {
  const all = new Rows();
  const rows = new Rows();
  for (let n = 0; n < recording.blockCount; n++) {
    recording.readBlock(n, rows);
    expect(rows.firstSeq).toBe(all.count);
    for (let i = 0; i < rows.count; i++) all.copyFrom(rows, i);
  }
  return all;
}

/** The recording written anew, in several blocks. */
async function rewritten({ recording, store }: Sample): Promise<Uint8Array> {
  const sink = new MemorySink();
  const { meta, tools } = recording;
  await rewrite(sink, { meta, tools, store, compression: "lz4" }, (to) =>
    everyRow(recording, (rows, digests) => {
      const some = new Rows();
      for (let i = 0; i < rows.count; i++) {
        if (some.count > 300 && KIND_WORLD[rows.kind[i]] === 1) {
          to(some, []);
          some.clear(some.firstSeq + some.count);
        }
        some.copyFrom(rows, i);
      }
      to(some, digests);
    }),
  );
  return sink.bytes();
}

describe("a branch", () => {
  let parent: Sample;
  let bytes: Uint8Array;
  /** World inputs of the parent. */
  let inputs: ReturnType<typeof inputsOf>;
  beforeAll(async () => {
    const scripted = await scriptedRecording();
    bytes = await rewritten(scripted);
    const { tools } = scripted.recording;
    const store = new PageStore(tools.hashPage);
    parent = { recording: openRecording(new MemorySource(bytes, "parent"), tools, store), store };
    inputs = inputsOf(parent.recording);
  });

  const seqAt = (part: number): number => inputs.seq[inputs.starts[Math.floor(inputs.segments * part)]];

  test("without a change is the recording again, exactly", async () => {
    for (const part of [0.01, 0.5, 0.99]) {
      const made = await branchOf(parent, { at: seqAt(part) });
      expect(made.base.kind).toBe("parent");
      const child = opened(made.bytes, bytes, parent.recording);
      const [mine, theirs] = [allRows(child), allRows(parent)];
      changePageIds(mine, (id) => parent.store.find(child.store.hash(id)));
      expect(mine.count).toBe(theirs.count);
      expect(child.recording.rowCount).toBe(theirs.count);
      expect(child.recording.eventCount).toBe(parent.recording.eventCount);
      for (let i = 0; i < mine.count; i++)
        if (mine.kind[i] !== K["guest.fetched"]) expect(rowDifference(mine, i, theirs, i)).toBeNull();
      const result = verify(child.recording, child.store);
      expect(result.exact).toBe(true);
      expect(made.bytes.length).toBeLessThan(bytes.length);
      expect(made.report).toMatchObject({ reactions: 0, unknown: 0, inferred: 0 });
    }
  });

  test("is walked in across the row where it was left", async () => {
    const made = await branchOf(parent, { at: seqAt(0.5) });
    const child = opened(made.bytes, bytes, parent.recording);
    const own = new Timeline(child.recording, child.store);
    const theirs = new Timeline(parent.recording, parent.store);
    for (const part of [0.99, 0.2, 0.5, 0.51, 0.49, 0.8]) {
      const seq = seqAt(part);
      expect(own.seek(seq).digests()).toEqual(theirs.seek(seq).digests());
      expect(own.step(-1)).toBe(1);
      expect(own.step(2)).toBe(2);
    }
  });

  test("reads its own blocks first, with pages that only the parent has", async () => {
    const made = await branchOf(parent, { at: seqAt(0.5) });
    const child = opened(made.bytes, bytes, parent.recording);
    const rows = new Rows();
    const own = child.recording.blockCount - 1;
    child.recording.readBlock(own, rows);
    const pages: number[] = [];
    eachPageId(rows, (id) => pages.push(id));
    expect(pages.length).toBeGreaterThan(0);
    for (const id of pages) expect(child.store.words(id).length).toBe(1024);
  });

  test("with an edited value gives that value, and not the recorded answers to the old one", async () => {
    const { rows, starts, seq } = inputs;
    const timer = starts.find(
      (i, s) => s > inputs.segments / 2 && rows.kind[i] === K["mmio.written"] && inputs.end(s) - i > 2,
    )!;
    const made = await branchOf(parent, {
      edits: [{ type: "edit", seq: seq[timer], column: "at", value: SCRATCH }],
    });
    const child = opened(made.bytes, bytes, parent.recording);
    expect(verify(child.recording, child.store).exact).toBe(true);
    const all = allRows(child);
    const armed = new Set<number>();
    for (let i = 0; i < all.count; i++) {
      if (all.kind[i] === K["timer.arm"]) armed.add(all.ticket[i]);
      if (all.kind[i] === K["timer.fired"]) expect(armed.delete(all.ticket[i])).toBe(true);
    }
  });

  test("with an insertion, an edit and a drop replays exactly, and shows them", async () => {
    const registers = machineOf(parent.recording, parent.store).core.registers;
    const path = mmioPath(registers, 1, SCRATCH);
    const insert = { kind: "mmio.written", agent: 1, columns: { at: SCRATCH, size: 4, lo: 0x1234 } } as const;
    const made = await branchOf(parent, {
      edits: [
        { type: "insert", seq: seqAt(0.6), inputs: [insert] },
        { type: "drop", from: seqAt(0.7), to: seqAt(0.75) },
      ],
    });
    expect(made.report.shared).toBe(Math.floor(inputs.segments * 0.6));
    const child = opened(made.bytes, bytes, parent.recording);
    expect(verify(child.recording, child.store).exact).toBe(true);
    const machine = machineOf(child.recording, child.store);
    const rows = allRows(child);
    expect(machine.batch(rows, 0, rows.count)).toBe(rows.count);
    expect(compilePredicate(`${path} == 0x1234`, machine).holds(machine)).toBe(true);
    expect(child.recording.eventCount).toBeLessThan(parent.recording.eventCount);
  });

  test("at the very end goes on behind the last row", async () => {
    const insert = { kind: "mmio.written", agent: 1, columns: { at: SCRATCH, size: 4, lo: 7 } } as const;
    const made = await branchOf(parent, {
      edits: [{ type: "insert", seq: parent.recording.rowCount, inputs: [insert] }],
    });
    expect(made.report.events).toBe(1);
    const child = opened(made.bytes, bytes, parent.recording);
    expect(child.recording.rowCount).toBe(parent.recording.rowCount + 1);
    expect(verify(child.recording, child.store).exact).toBe(true);
  });

  test("counts reads that the guest would have been surprised by, and marks them", async () => {
    const { rows, starts, seq } = inputs;
    const writes = starts.filter((i) => rows.kind[i] === K["mmio.written"] && rows.lo[i] !== 0);
    const first = writes.find((i) => rows.at[i] === 0x4_4200 || rows.at[i] === 0xa188) ?? writes[0];
    const made = await branchOf(parent, { edits: [{ type: "drop", from: seq[first], to: seq[first] + 40 }] });
    expect(made.report.reactions).toBeGreaterThan(0);
    expect(made.report.marks.length).toBeGreaterThan(0);
  });

  test("marks what is not known, at the row where it is: reactions, inferred pages, questions", async () => {
    const seen = { reaction: 0, inferred: 0, unknown: 0 };
    for (const sample of [parent, await scriptedRecording({ coherent: false, fetchDelay: 2 }, 2)]) {
      const { recording, store } = sample;
      const { segments, seq, starts, rows } = inputsOf(recording);
      for (let n = 0; n < 16; n++) {
        const from = Math.floor((segments * n) / 16);
        const to = Math.min(segments - 1, from + 1 + ((n * 5) % 40));
        // Some are left out, or entries lead to frames that nobody has ever seen.
        const edits: Edit[] =
          n % 2 === 0
            ? [{ type: "drop", from: seq[starts[from]], to: seq[starts[to]] }]
            : starts
                .filter((i, s) => s >= from && rows.kind[i] === K["gtt.written"])
                .map((i) => ({ type: "edit", seq: seq[i], column: "lo", value: 0x5a5a_5001 }));
        const { report } = await branchOf(sample, { edits });
        const made = new Branch(recording, store, { edits });
        const kinds = new Map<number, number>();
        made.run((some) => {
          for (let i = 0; i < some.count; i++) kinds.set(some.firstSeq + i, some.kind[i]);
        });
        const starting = (text: string) => report.marks.filter((mark) => mark.text.startsWith(text));
        const most = (count: number): number => Math.min(256, count);
        expect(starting("answered")).toHaveLength(most(report.reactions));
        expect(starting("inferred")).toHaveLength(most(report.inferred));
        expect(starting("not known")).toHaveLength(most(report.unknown));
        for (const mark of starting("answered")) expect(KIND_NAMES[kinds.get(mark.seq)!]).toMatch(/\.read$/);
        for (const mark of starting("inferred")) expect(isInput(kinds.get(mark.seq)!)).toBe(true);
        seen.reaction += report.reactions;
        seen.inferred += report.inferred;
        seen.unknown += report.unknown;
      }
    }
    expect(seen.reaction).toBeGreaterThan(0);
    expect(seen.inferred).toBeGreaterThan(0);
    expect(seen.unknown).toBeGreaterThan(0);
  });

  test("of a branch, and as one file, are the same rows", async () => {
    const { tools } = parent.recording;
    const one = await branchOf(parent, { edits: [{ type: "drop", from: seqAt(0.5), to: seqAt(0.51) }] });
    const child = opened(one.bytes, bytes, parent.recording);
    const childInputs = inputsOf(child.recording);
    const late = childInputs.seq[childInputs.starts[Math.floor(childInputs.segments * 0.9)]];
    // The parent's id is in the branch's base: two levels are told apart by it.
    const two = await branchOf(
      child,
      { edits: [{ type: "drop", from: late, to: late }] },
      "00000000000000cc",
    );
    const store = new PageStore(tools.hashPage);
    const find = (id: string): Recording =>
      id === "00000000000000bb"
        ? openLeaning(new MemorySource(one.bytes, "one"), tools, store, find)
        : openRecording(new MemorySource(bytes, "parent"), tools, store);
    const grandchild = {
      recording: openLeaning(new MemorySource(two.bytes, "two"), tools, store, find),
      store,
    };
    expect(verify(grandchild.recording, store).exact).toBe(true);
    const whole = await rewritten(grandchild);
    const alone = new PageStore(tools.hashPage);
    const standalone = openRecording(new MemorySource(whole, "whole"), tools, alone);
    expect(verify(standalone, alone).exact).toBe(true);
    expect(standalone.rowCount).toBe(grandchild.recording.rowCount);
  });

  test("with another configuration starts from a reset", async () => {
    const configuration = configurationOf(parent.recording);
    const made = await branchOf(parent, { configuration: { ...configuration, revision: 9 } });
    expect(made.base.kind).toBe("reset");
    const store = new PageStore(parent.recording.tools.hashPage);
    const child = openRecording(new MemorySource(made.bytes, "child"), parent.recording.tools, store);
    expect(verify(child, store).exact).toBe(true);
    expect(child.eventCount).toBe(parent.recording.eventCount);
  });

  test("is refused without its parent, and with another one", async () => {
    const made = await branchOf(parent, { at: seqAt(0.5) });
    const { tools } = parent.recording;
    const store = new PageStore(tools.hashPage);
    const source = new MemorySource(made.bytes, "branch");
    const { id } = parent.recording.meta;
    expect(() => openRecording(source, tools, store)).toThrow(id);
    expect(() => openLeaning(source, tools, store, () => null)).toThrow(RecordingError);
    // Whole blocks up to the branch, but no end: it may still be written.
    const open = openRecording(new MemorySource(bytes, "open"), tools, new PageStore(tools.hashPage));
    open.closed = false;
    expect(() => openLeaning(source, tools, store, () => open)).toThrow(/not closed/);
    const cut = new MemorySource(bytes.subarray(0, bytes.length - 3000), "cut");
    expect(() => openLeaning(source, tools, store, () => openRecording(cut, tools, store))).toThrow(
      /not closed|not what/,
    );
    const other = await scriptedRecording({ coherent: false });
    expect(() => openLeaning(source, tools, store, () => other.recording)).toThrow(/not what it was/);
  });

  test("refuses edits that do not fit", () => {
    const { recording, store } = parent;
    const read = inputs.starts.find((i) => inputs.rows.kind[i] === K["mmio.read"])!;
    const outcome = parent.recording.rowCount + 5;
    for (const edit of [
      { type: "edit", seq: inputs.seq[read], column: "lo", value: 1 },
      { type: "edit", seq: inputs.seq[read], column: "purpose", value: 1 },
      { type: "edit", seq: outcome, column: "lo", value: 1 },
      { type: "insert", seq: 5, inputs: [{ kind: "timer.fired", agent: 0, columns: {} }] },
      { type: "insert", seq: 5, inputs: [{ kind: "mmio.written", agent: 1, columns: { engine: 1 } }] },
    ] as const)
      expect(() => new Branch(recording, store, { edits: [edit] })).toThrow(EditError);
  });
});
