import { beforeAll, describe, expect, test } from "vitest";
import { K } from "../../src/events/kinds.ts";
import { Rows } from "../../src/events/rows.ts";
import { loadTools } from "../../src/node/codecs.ts";
import { INVARIANTS } from "../../src/reducers/invariants.ts";
import type { Machine } from "../../src/reducers/machine.ts";
import { GGTT, MMIO } from "../../src/reducers/planes.ts";
import { firstBroken, firstDifferentDigest, firstWrongDigest } from "../../src/replay/bisect/bisect-runs.ts";
import { firstWhere } from "../../src/replay/bisect/bisect-time.ts";
import { machineOf } from "../../src/replay/engine/run.ts";
import { DivergedError } from "../../src/replay/engine/state.ts";
import { blocksThatWrite } from "../../src/replay/index/scan-plan.ts";
import { compilePredicate } from "../../src/replay/names/predicate.ts";
import { type Question, questionOf, targetsOf } from "../../src/replay/names/question.ts";
import { Timeline } from "../../src/replay/timeline/timeline.ts";
import { alterReply, sampleRecording } from "../cli/sample.ts";
import { openBytes } from "./samples.ts";
import { type Scripted, scriptedRecording } from "./scripted.ts";
import { smallRecording } from "./small.ts";
import { indexed, openWalk, recordWalk } from "./walk.ts";

let one: Scripted;
let two: Scripted;
beforeAll(async () => {
  one = await scriptedRecording();
  two = await scriptedRecording({ coherent: false, fetchDelay: 1, writeDelay: 1 }, 2);
}, 120_000);

const timelineOf = ({ recording, store }: Scripted): Timeline => new Timeline(recording, store);

/** What a search must find: every input evaluated, one by one. */
function slowly(
  scripted: Scripted,
  holds: (machine: Machine) => boolean,
  from = 0,
): { first: number; times: number } {
  const machine = machineOf(scripted.recording, scripted.store);
  const rows = new Rows();
  let first = -1;
  let times = 0;
  let before = false;
  for (let n = 0; n < scripted.recording.blockCount; n++) {
    scripted.recording.readBlock(n, rows);
    for (let i = 0; i < rows.count; ) {
      const next = machine.strict(rows, i, rows.count);
      expect(next).toBeGreaterThan(0);
      const now = holds(machine);
      if (now && first < 0 && rows.firstSeq + i >= from) first = rows.firstSeq + i;
      if (now && !before) times++;
      before = now;
      i = next;
    }
  }
  return { first, times };
}

function ask(scripted: Scripted, text: string, asserted = false): Question {
  return questionOf(compilePredicate(text, machineOf(scripted.recording, scripted.store)), asserted);
}

describe("a predicate that is true more than once", () => {
  test.each([
    "vgpu1.rcs0.RING_CONTEXT_STATUS_PTR.WRITE_PTR == 2",
    "vgpu1.tree.interruptLine",
    "device.tree.engines.0.phase == 2 && vgpu1.bcs0.RING_CONTEXT_STATUS_PTR.WRITE_PTR == 1",
    "vgpu1.fence.FENCE_LO[0] != 0",
    "device.tree.engines.rcs0.phase == 2 && now % 7 == 3",
  ])("%s: the first, by one pass", (text) => {
    const names = text.includes("fence") ? text.replace("fence.FENCE_LO[0]", fencePath()) : text;
    const question = ask(one, names);
    const { first, times } = slowly(one, question.holds);
    const found = firstWhere(timelineOf(one), question);
    expect(found).toMatchObject({ found: first >= 0, seq: first, method: "scan" });
    expect(first).toBeGreaterThan(0);
    expect(times).toBeGreaterThan(0);
    expect(found.row?.seq).toBe(first);
  });

  test("of two times, the first; from behind it, the second; what cannot change it is not evaluated", () => {
    const question = ask(one, "vgpu1.rcs0.RING_CONTEXT_STATUS_PTR.WRITE_PTR == 2");
    const { first, times } = slowly(one, question.holds);
    expect(times).toBeGreaterThan(1);
    const timeline = timelineOf(one);
    const found = firstWhere(timeline, question);
    expect(found.seq).toBe(first);
    let end = first;
    while (question.holds(timeline.seek(end))) end++;
    const { first: second } = slowly(one, question.holds, end + 1);
    const later = firstWhere(timeline, question, { from: end + 1 });
    expect(later).toMatchObject({ seq: second, already: false });
    const again = firstWhere(timeline, question, { from: first + 1, to: first + 5 });
    expect(again.already).toBe(true);
    const never = firstWhere(timeline, ask(one, "vgpu1.rcs0.RING_CONTEXT_STATUS_PTR.WRITE_PTR == 6"));
    expect(never).toMatchObject({ found: false, seq: -1, row: null });
    expect(never.evaluated).toBeLessThan(one.recording.rowCount / 2);
  });
});

function fencePath(): string {
  const { core } = machineOf(one.recording, one.store);
  const name = core.registers.names[core.registers.idOf[0x10_0000 >>> 2]];
  return `${name?.component}.${name?.name}[0]`;
}

describe("a long recording with an index of writers", () => {
  let long: Scripted;
  beforeAll(async () => {
    long = openWalk(indexed(await recordWalk(await loadTools(), { rounds: 240 })));
  }, 60_000);

  test.each([
    "vgpu1.bcs0.RING_CONTEXT_STATUS_PTR.WRITE_PTR == 3",
    "vgpu2.rcs0.RING_CONTEXT_STATUS_BUF_LO[5] != 0 && vgpu1.rcs0.RING_CONTEXT_STATUS_PTR.WRITE_PTR == 1",
    "vgpu1.tree.opened",
    "vgpu2.rcs0.RING_IMR == 0x1234",
    "vgpu1.gt.GEN7_GT_SCRATCH[0] == 2",
    "device.tree.engines.rcs0.phase == 0 && vgpu1.tree.execlists.0.owns",
  ])("%s: the same answer as by looking everywhere", (text) => {
    const question = ask(long, text);
    const { recording } = long;
    const targets = targetsOf(machineOf(recording, long.store), question);
    expect(blocksThatWrite(recording, targets, 0, recording.blockCount - 1)).not.toBeNull();
    const everywhere = { ...question, paths: null };
    for (let from = 0; from < recording.rowCount; from += recording.rowCount >> 3) {
      const found = firstWhere(timelineOf(long), question, { from });
      const wanted = firstWhere(timelineOf(long), everywhere, { from });
      expect(found.seq, `from ${from}`).toBe(wanted.seq);
      expect(found.evaluated).toBeLessThanOrEqual(wanted.evaluated);
    }
  });

  test("blocks that write nothing of it are jumped over", () => {
    expect(long.recording.blockCount).toBeGreaterThan(50);
    const none = firstWhere(timelineOf(long), ask(long, "vgpu2.rcs0.RING_IMR == 0x1234"));
    expect(none.evaluated).toBeLessThan(long.recording.rowCount / 20);
    const late = { ...ask(long, "vgpu1.tree.opened"), holds: ({ core }: Machine) => core.seq > 3000 };
    expect(firstWhere(timelineOf(long), late).evaluated).toBeLessThan(300);
  });
});

describe("a monotone question is halved", () => {
  test("by itself, and where the user says so", () => {
    const timeline = timelineOf(one);
    for (const [text, asserted] of [
      ["now > 20000", false],
      ["seq >= 777", false],
      ["vgpu1.tree.pvAware", true],
      ["vgpu1.tree.maps > 0", true],
    ] as const) {
      const question = ask(one, text, asserted);
      const { first, times } = slowly(one, question.holds);
      expect(times).toBe(1);
      const found = firstWhere(timeline, question);
      expect(found, text).toMatchObject({ seq: first, method: "binary" });
      expect(found.evaluated).toBeLessThan(2 + Math.log2(one.recording.rowCount));
    }
    expect(firstWhere(timeline, ask(one, "now > 1000000000"))).toMatchObject({ found: false, evaluated: 1 });
  });

  test("any function at all, scanned or halved", () => {
    const holds = (machine: Machine): boolean => machine.core.lastTicket >= 40;
    const question = { text: "forty tickets", paths: null, readsClock: false, holds };
    const { first } = slowly(two, holds);
    expect(firstWhere(timelineOf(two), { ...question, monotone: false })).toMatchObject({
      seq: first,
      method: "scan",
    });
    expect(firstWhere(timelineOf(two), { ...question, monotone: true })).toMatchObject({
      seq: first,
      method: "binary",
    });
  });
});

/** Faults, by the invariant that they break: done to a state of the recording. */
const FAULTS: Readonly<Record<string, (machine: Machine) => void>> = {
  "csb.pointer": ({ core }) => core.words.write(MMIO + 1, 0x23a0 >>> 2, 6),
  "irq.line": ({ core }) => {
    core.vgpu(1).interruptLine = !core.seeVgpu(1).interruptLine;
  },
  "engine.element": ({ core }) => {
    core.device().engines[0].elements[core.seeDevice().engines[0].active].valid = false;
  },
  "engine.owner": ({ core }) => {
    core.vgpu(1).execlists[0].owns = false;
  },
  "engine.timer": ({ core }) => {
    core.device().engines[0].timer = 0x1234_5678;
  },
  "engine.fetch": ({ core }) => {
    core.device().engines[0].fetch = 0x1234_5678;
  },
  "engine.wakes": ({ core }) => Object.assign(core.device().engines[0], { timer: 0, fetch: 0 }),
  "ring.head": ({ core }) => {
    core.device().engines[0].head = core.seeDevice().engines[0].ringSize;
  },
  "ring.tail": ({ core }) => {
    core.device().engines[0].tail = 4;
  },
  "batch.level": ({ core }) => {
    core.device().engines[0].level = 4;
  },
  "pipe.timer": ({ core }) => {
    core.vgpu(1).pipes[1].on = true;
  },
  "draw.timer": ({ core }) => {
    core.vgpu(1).drawTimer = 0x1234_5678;
  },
  "screen.timer": ({ core }) => {
    core.vgpu(1).screenTimer = 0x1234_5678;
  },
  "writes.open": ({ core }) => {
    core.vgpu(1).writesOpen++;
  },
  announcements: ({ core }) => {
    core.vgpu(1).announcements.push({ after: 0, left: 9, what: 0, a: 0, b: 0, c: 0, cause: 0 });
  },
  "dma.maps": ({ core }) => {
    core.vgpu(1).maps++;
  },
  "ggtt.share": ({ core }) => core.words.write(GGTT + 2, 2, 0x1001),
  "ggtt.entries": ({ core }) => core.words.write(GGTT + 1, 4, core.words.read(GGTT + 1, 4) ^ 0x1000),
  digests: ({ core }) => {
    core.words.write(MMIO + 1, 4, 1);
    core.words.roots[MMIO + 1].low ^= 1;
  },
};

describe("invariants", () => {
  test("hold behind every input", () => {
    for (const scripted of [one, two]) {
      const found = firstBroken(timelineOf(scripted), INVARIANTS);
      expect(found.detail).toBe("");
      expect(found.found).toBe(false);
      slowly(scripted, ({ core }) => {
        for (const { slow, name, broken } of INVARIANTS) if (!slow) expect(broken(core), name).toBeNull();
        return false;
      });
    }
  }, 120_000);

  test.each(INVARIANTS.map(({ name }) => name))("%s is seen to break", (name) => {
    const timeline = timelineOf(two);
    const running = firstWhere(timeline, ask(two, "device.tree.engines.0.phase == 2")).seq;
    const machine = timeline.seek(running);
    FAULTS[name](machine);
    const broken = INVARIANTS.filter(({ broken }) => broken(machine.core) !== null).map((row) => row.name);
    expect(broken).toContain(name);
  });

  test("one that breaks is found at its row, by name", () => {
    const [csb] = INVARIANTS;
    const planted = {
      ...csb,
      broken: ({ now }: { now: number }) => (now > 3000 ? "vgpu1.rcs0 is off" : null),
    };
    const found = firstBroken(timelineOf(one), [planted as never]);
    const { first } = slowly(one, ({ core }) => core.now > 3000);
    // Rows that cannot break an invariant are passed over.
    expect(found.seq).toBeGreaterThanOrEqual(first);
    expect(found.seq).toBeLessThan(first + 30);
    expect(found.detail).toBe("csb.pointer: vgpu1.rcs0 is off");
  });
});

describe("digests of another run", () => {
  const open = async (bytes: Uint8Array): Promise<Timeline> =>
    timelineOf(openBytes(bytes, await loadTools()));

  test("equal runs; runs of other machines", async () => {
    const bytes = await smallRecording();
    expect(firstDifferentDigest(await open(bytes), await open(bytes))).toMatchObject({ found: false });
    expect(firstWrongDigest(await open(bytes))).toMatchObject({ found: false });
    const other = firstDifferentDigest(await open(bytes), timelineOf(one));
    expect(other).toMatchObject({ found: false, already: true });
  });

  test("runs of which one writes another value, or waits a little", async () => {
    const bytes = await smallRecording();
    const found = firstDifferentDigest(await open(bytes), await open(await smallRecording({ scratch: 8 })));
    expect(found).toMatchObject({ found: true, method: "rows", detail: "vgpu1.mmio" });
    expect(found.row).toMatchObject({
      kind: "mmio.written",
      path: "vgpu1.gt.GEN7_GT_SCRATCH[0]",
      value: "00000007",
    });
    const late = firstDifferentDigest(await open(bytes), await open(await smallRecording({ pause: 5 })));
    expect(late.found).toBe(true);
    expect(late.detail).toContain("device.clock");
  });

  test("a replay that does not get there says where it went wrong", async () => {
    const tools = await loadTools();
    const rows = new Rows();
    const bytes = await sampleRecording();
    const { recording } = openBytes(bytes, tools);
    recording.readBlock(1, rows);
    const seq = rows.firstSeq + rows.kind.indexOf(K["mmio.read"]);
    const altered = await alterReply(bytes, seq, 3);
    const timeline = timelineOf(openBytes(altered.bytes, tools));
    expect(() => firstWhere(timeline, ask(one, "vgpu1.tree.interruptLine && now > 1000000000"))).toThrow(
      DivergedError,
    );
  });
});
