import * as fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { K } from "../../src/events/kinds.ts";
import { loadTools } from "../../src/node/codecs.ts";
import type { Machine } from "../../src/reducers/machine.ts";
import { machineOf } from "../../src/replay/engine/run.ts";
import { placeOf, samplerOf } from "../../src/replay/names/paths.ts";
import { Timeline } from "../../src/replay/timeline/timeline.ts";
import type { Cause } from "../../src/replay/why/causes.ts";
import { Asker, causeText, whyText } from "../../src/replay/why/why.ts";
import { eachInput, indexed, openFile, openWalk, realRecordings, recordWalk, type Walk } from "./walk.ts";

let plain: Walk;
let quick: Walk;
let late: Walk;

beforeAll(async () => {
  const tools = await loadTools();
  plain = await recordWalk(tools);
  quick = indexed(plain);
  late = indexed(
    await recordWalk(tools, { capabilities: { coherent: false, fetchDelay: 2, writeDelay: 3 } }),
    100,
  );
});

const PATHS = [
  "vgpu1.rcs0.RING_CONTEXT_STATUS_PTR",
  "vgpu1.rcs0.RING_CONTEXT_STATUS_PTR.WRITE_PTR",
  "vgpu2.gtIrq0.GEN8_GT_IIR.RCS_USER_INTERRUPT",
  "vgpu1.gtIrq0.GEN8_GT_IER",
  "device.rcs0.RING_HEAD",
  "vgpu1.ggtt[3]",
  "vgpu2.gtt.10018",
  "vgpu1.tree.interruptLine",
  "vgpu2.tree.execlists.rcs0.owns",
  "vgpu1.tree.execlists.0.port.2",
  "device.tree.engines.bcs0.head",
  "device.tree.engines.0",
  "vgpu1.tree",
  "vgpu1.config.4",
  "device.gtt.18",
];

/**
 * By input, from a run from the start: the last input at which the place had become another value; -1 where
 * it never had.
 */
function changesOf(walk: Walk, path: string): Map<number, number> {
  const { recording, store } = openWalk(walk);
  const machine = machineOf(recording, store);
  const sample = samplerOf(placeOf(machine, path));
  let before = sample(machine.core);
  let last = -1;
  const changes = new Map([[-1, -1]]);
  eachInput(recording, machine, (seq) => {
    const after = sample(machine.core);
    if (after !== before) last = seq;
    before = after;
    changes.set(seq, last);
  });
  return changes;
}

/** Frames that the guests' memory is known of, as paths of a few bytes. */
function memoryPaths(machine: Machine): string[] {
  const paths: string[] = [];
  for (const v of [1, 2]) {
    machine.core.ram[v].eachFrame((gfn) => {
      for (const at of [0x10, 0x40, 0x7c, 0xff0]) paths.push(`vgpu${v}.ram[${gfn * 4096 + at}:4]`);
      paths.push(`vgpu${v}.ram[${gfn * 4096 + 0x15}]`);
    });
  }
  return paths;
}

test("who changed a place is who a brute-force scan finds, with the index and without", () => {
  for (const walk of [plain, quick, late]) {
    const { recording, store } = openWalk(walk);
    const timeline = new Timeline(recording, store);
    const asker = new Asker(timeline);
    const memory = memoryPaths(timeline.seek(timeline.last));
    const random = fc.sample(fc.constantFrom(...memory), { numRuns: 12, seed: 7 });
    for (const path of [...PATHS, ...random]) {
      const changes = changesOf(walk, path);
      const ats = fc.sample(fc.integer({ min: 0, max: timeline.last }), { numRuns: 6, seed: 11 });
      for (const at of [...ats, timeline.last]) {
        const { write, cost } = asker.why(path, at, { changed: true });
        expect(write?.seq ?? -1, `${path} at ${at}`).toBe(changes.get(timeline.inputAt(at)));
        expect(cost.index).toBe(walk !== plain);
      }
    }
  }
});

test("a write that changes nothing is a write; with --changed it is stepped over", () => {
  const { recording, store } = openWalk(quick);
  const timeline = new Timeline(recording, store);
  const asker = new Asker(timeline);
  const path = "vgpu1.gtIrq0.GEN8_GT_IER";
  const wrote = asker.why(path, timeline.last).write;
  const changed = asker.why(path, timeline.last, { changed: true }).write;
  expect(changed?.changed).toBe(true);
  expect(wrote?.seq).toBeGreaterThanOrEqual(changed?.seq ?? 0);
  expect(asker.why("vgpu1.config.ff0", timeline.last).write).toBeNull();
});

function* flat(cause: Cause): Generator<Cause> {
  yield cause;
  for (const inner of cause.causes) yield* flat(inner);
}

test("an interrupt bit leads back to the turn, the submission and the pages of ring and context", () => {
  for (const walk of [quick, late]) {
    const { recording, store } = openWalk(walk);
    const timeline = new Timeline(recording, store);
    const asker = new Asker(timeline);
    let full = 0;
    for (let at = timeline.last; at > 0; at -= 53) {
      const why = asker.why("vgpu1.rcs0.RING_CONTEXT_STATUS_PTR", at, { changed: true });
      if (why.cause === null) continue;
      const roles = new Set([...flat(why.cause)].map(({ role }) => role));
      if (roles.has("submitted by") && roles.has("ring") && roles.has("context")) full++;
      for (const { seq } of flat(why.cause)) expect(seq).toBeLessThanOrEqual(why.write?.seq ?? 0);
      expect(whyText(why)[0]).toContain("vgpu1.rcs0.RING_CONTEXT_STATUS_PTR");
    }
    expect(full).toBeGreaterThan(3);
  }
});

test("an interrupt's row leads back to its input, and to what the guest did", () => {
  const { recording, store } = openWalk(late);
  const timeline = new Timeline(recording, store);
  const asker = new Asker(timeline);
  let found = 0;
  for (let seq = 0; seq <= timeline.last; seq++) {
    const { rows, i } = timeline.row(seq);
    if (rows.kind[i] !== K["irq.inject"] && found >= 5) continue;
    const cause = asker.row(seq);
    expect(causeText(cause).length).toBeGreaterThan(0);
    if (cause.kind === "irq.inject" && [...flat(cause)].some(({ kind }) => kind === "mmio.written")) found++;
    if (found >= 5) break;
  }
  expect(found).toBeGreaterThanOrEqual(5);
  expect(timeline.at).toBe(-1);
});

test("paths that lead nowhere are refused with the nearest names", () => {
  const { recording, store } = openWalk(plain);
  const asker = new Asker(new Timeline(recording, store));
  expect(() => asker.why("vgpu1.rcs0.RING_TIAL", 5)).toThrow(/nearest: vgpu1.rcs0.RING_TAIL/);
  expect(() => asker.why("vgpu1.rcs0", 5)).toThrow(/more than one place/);
  expect(() => asker.why("vgpu5.ram[0x1000]", 5)).toThrow(/there is no vgpu5/);
  expect(() => asker.why("vgpu1.ram[0xfff:2]", 5)).toThrow(/do not lie in one frame/);
  expect(() => asker.why("vgpu1.rcs0.RING_HEAD", recording.rowCount)).toThrow(/there is no row/);
});

test.each(realRecordings())("%s: who wrote an interrupt register", { timeout: 120_000 }, async (file) => {
  const { recording, store, close } = await openFile(file);
  const timeline = new Timeline(recording, store);
  const asker = new Asker(timeline);
  const why = asker.why("vgpu1.gtIrq0.GEN8_GT_IIR", timeline.last, { changed: true });
  const seq = why.write?.seq ?? -1;
  expect(seq).toBeGreaterThan(0);
  const sample = samplerOf(placeOf(timeline.machine, why.path));
  const after = sample(timeline.seek(seq).core);
  expect(sample(timeline.seek(seq - 1).core)).not.toBe(after);
  expect(sample(timeline.seek(timeline.last).core)).toBe(after);
  close();
});
