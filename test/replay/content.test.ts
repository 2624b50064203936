import { describe, expect, it } from "vitest";
import { K } from "../../src/events/kinds.ts";
import { Rows } from "../../src/events/rows.ts";
import { hashPage } from "../../src/node/hash.ts";
import { HASH, hashBytes } from "../../src/reducers/mix.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { type AskedAt, Contents, UNKNOWN } from "../../src/replay/answers/content.ts";
import { ContentTimeline } from "../../src/replay/answers/content-timeline.ts";
import type { PageQuestion } from "../../src/replay/engine/open-work.ts";

/** A log of world inputs, answers for frame 5 of vGPU 1 and writes into it, as a timeline. */
class Log {
  readonly store = new PageStore(hashPage);
  readonly rows = new Rows();

  /** A world input; returns its seq. */
  input(): number {
    return this.rows.add(K["mmio.written"]);
  }

  page(...bytes: readonly number[]): number {
    const page = new Uint8Array(4096);
    page.set(bytes);
    return this.store.intern(page);
  }

  answer(page: number): number {
    const i = this.rows.add(K["guest.fetched"]);
    this.rows.agent[i] = 1;
    this.rows.at[i] = 5;
    this.rows.page[i] = page;
    return i;
  }

  write(offset: number, bytes: Uint8Array): number {
    const i = this.rows.add(K["guest.write"]);
    this.rows.agent[i] = 1;
    const { writeTable } = this.rows;
    const piece = this.rows.addWrite();
    writeTable.at[piece] = 5 * 4096 + offset;
    writeTable.length[piece] = bytes.length;
    hashBytes(bytes, 0, bytes.length);
    writeTable.lo[piece] = HASH.low;
    writeTable.hi[piece] = HASH.high;
    return i;
  }

  work(kind: "workload.submitted" | "workload.completed"): number {
    const i = this.rows.add(K[kind]);
    this.rows.agent[i] = 1;
    this.rows.engine[i] = 0;
    return i;
  }

  contents(): Contents {
    const timeline = new ContentTimeline();
    timeline.add(this.rows);
    timeline.finish();
    return new Contents(timeline, this.store);
  }
}

const asked = (
  seq: number,
  gap: number,
  change: Partial<PageQuestion & AskedAt> = {},
): readonly [PageQuestion, AskedAt] => {
  const { since = -1, ...question } = change;
  return [
    { agent: 1, gfn: 5, purpose: 0, engine: 0, ...question },
    { seq, gap, since },
  ];
};

describe("which answer", () => {
  it("one of the same gap, in the order of the log, never one ahead of the place", () => {
    const log = new Log();
    log.input();
    const pages = [1, 2, 3].map((n) => log.page(n));
    const seqs = pages.map((page) => log.answer(page));
    log.input();
    const contents = log.contents();
    expect(contents.answer(...asked(seqs[1], 1))).toBe(pages[0]);
    expect(contents.answer(...asked(seqs[1], 1))).toBe(pages[1]);
    expect(contents.answer(...asked(seqs[1], 1))).toBe(pages[1]);
    expect(contents.answer(...asked(seqs[2], 1))).toBe(pages[2]);
    expect(contents.inferredCount).toBe(0);
  });

  it("one behind the engine's last place, where there is one", () => {
    const log = new Log();
    log.input();
    const first = log.answer(log.page(1));
    const page = log.page(2);
    const second = log.answer(page);
    expect(log.contents().answer(...asked(second, 1, { since: first }))).toBe(page);
  });

  it("else, for an engine, the nearest between submission and completion, the earlier first", () => {
    const log = new Log();
    log.input();
    log.answer(log.page(1));
    log.input();
    const submitted = log.work("workload.submitted");
    log.input();
    log.input();
    const later = log.page(2);
    log.answer(later);
    log.work("workload.completed");
    const contents = log.contents();
    expect(contents.answer(...asked(submitted + 1, 3))).toBe(later);
    expect(contents.inferred).toEqual([{ seq: submitted + 1, vgpu: 1, gfn: 5, purpose: 0, distance: 1 }]);
    expect(contents.distances).toEqual([0, 1]);
  });

  it("else the latest before, else the first after, else nothing is known", () => {
    const log = new Log();
    const page = log.page(1);
    log.input();
    log.input();
    log.answer(page);
    const last = log.input();
    const contents = log.contents();
    expect(contents.answer(...asked(0, 1, { engine: 255 }))).toBe(page);
    expect(contents.answer(...asked(last, 3, { engine: 255 }))).toBe(page);
    expect(contents.inferred.map(({ distance }) => distance)).toEqual([1, -1]);
    expect(contents.answer(...asked(last, 3, { gfn: 6 }))).toBe(UNKNOWN);
  });
});

describe("what the model wrote itself", () => {
  const theirs = Uint8Array.of(1, 2, 3, 4);
  const mine = Uint8Array.of(9, 9, 9, 9);

  it("takes the place of what the recorded model wrote, where the answer still holds that", () => {
    const log = new Log();
    log.input();
    const written = log.write(4, theirs);
    log.input();
    const seq = log.answer(log.page(0, 0, 0, 7, 1, 2, 3, 4, 8));
    const contents = log.contents();
    contents.wrote(1, 5, 4, mine, written);
    const page = contents.answer(...asked(seq, 2));
    expect([...log.store.bytes(page).subarray(0, 9)]).toEqual([0, 0, 0, 7, 9, 9, 9, 9, 8]);
    expect(contents.overlaid).toBe(1);
  });

  it("does not, where the guest has written there since", () => {
    const log = new Log();
    log.input();
    const written = log.write(4, theirs);
    log.input();
    const page = log.page(0, 0, 0, 7, 1, 2, 3, 5, 8);
    const seq = log.answer(page);
    const contents = log.contents();
    contents.wrote(1, 5, 4, mine, written);
    expect(contents.answer(...asked(seq, 2))).toBe(page);
  });

  it("lies over an answer from before it was written; the later of two writes wins", () => {
    const log = new Log();
    log.input();
    const page = log.page(1);
    const seq = log.answer(page);
    log.write(0, theirs);
    const contents = log.contents();
    contents.wrote(1, 5, 0, mine, seq);
    contents.wrote(1, 5, 2, Uint8Array.of(7, 7), seq + 1);
    expect([...log.store.bytes(contents.answer(...asked(seq + 1, 1))).subarray(0, 4)]).toEqual([9, 9, 7, 7]);
  });

  it("costs nothing where it is what was recorded", () => {
    const log = new Log();
    log.input();
    const written = log.write(4, theirs);
    const page = log.page(0, 0, 0, 7, 1, 2, 3, 4, 8);
    const seq = log.answer(page);
    const contents = log.contents();
    contents.wrote(1, 5, 4, theirs, written);
    expect(contents.answer(...asked(seq, 1))).toBe(page);
    expect(contents.overlaid).toBe(0);
  });
});

describe("a step back", () => {
  it("gives the same answers again", () => {
    const log = new Log();
    log.input();
    const pages = [1, 2].map((n) => log.page(n));
    const seqs = pages.map((page) => log.answer(page));
    const contents = log.contents();
    const saved = contents.save();
    expect(contents.answer(...asked(seqs[1], 1))).toBe(pages[0]);
    contents.load(saved);
    expect(contents.answered).toBe(0);
    expect(contents.answer(...asked(seqs[1], 1))).toBe(pages[0]);
  });
});
