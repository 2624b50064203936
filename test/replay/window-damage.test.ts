import { beforeAll, describe, expect, test } from "vitest";
import { Rows } from "../../src/events/rows.ts";
import { loadTools } from "../../src/node/codecs.ts";
import { SimDriver } from "../../src/ports/sim/driver.ts";
import { SimPort } from "../../src/ports/sim/port.ts";
import type { State } from "../../src/reducers/machine.ts";
import { Machine } from "../../src/reducers/machine.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { settingOf } from "../../src/reducers/platform.ts";
import type { Announcement, DeviceTree, Tree, VgpuTree } from "../../src/reducers/trees.ts";
import { EpochError, embed, standAtBase } from "../../src/replay/checkpoint/base.ts";
import { configure, createMachineWith } from "../../src/replay/engine/create.ts";
import { configurationOf, machineOf } from "../../src/replay/engine/run.ts";
import { seekTo } from "../../src/replay/engine/state.ts";
import { Live } from "../../src/replay/live/live.ts";
import { packPages, unpackPiece } from "../../src/replay/recording/base-pieces.ts";
import { RecordingError } from "../../src/replay/recording/errors.ts";
import { NO_PAGES } from "../../src/replay/recording/gather.ts";
import { InlineRecorder } from "../../src/replay/recording/inline.ts";
import { describe as describeRecording, type ResetBase } from "../../src/replay/recording/profile.ts";
import { MemorySink } from "../../src/replay/recording/tools.ts";
import { RecordingWriter } from "../../src/replay/recording/writer.ts";
import { verify } from "../../src/replay/verify/verify.ts";
import { type Opened, openWindow, windowOf } from "./windowed.ts";

const tools = await loadTools();
let whole: Opened;
let bytes: Uint8Array;

beforeAll(async () => {
  whole = await tinyRecording();
  // The last block is the closing one, and empty.
  bytes = await windowOf(whole, tools, whole.recording.blockCount - 2);
});

/** Three blocks of a guest that has only begun. */
async function tinyRecording(): Promise<Opened> {
  const store = new PageStore(tools.hashPage);
  const machine = createMachineWith(store, { screenEvery: 0 });
  const sink = new MemorySink();
  const configuration = configure({ screenEvery: 0 }) as unknown as ResetBase["configuration"];
  const base: ResetBase = { kind: "reset", configuration, goldenHash: null };
  const meta = describeRecording({ id: "00000000000000ab", createdAt: "2024-05-01T12:00:00Z", base });
  const recorder = new InlineRecorder(sink, meta, tools, store, "lz4");
  const port = new SimPort();
  const live = new Live(machine, store, recorder, port, () => port.now);
  port.connect(live);
  live.create(1);
  const guest = new SimDriver(port, 1);
  for (let n = 1; n < 5; n++) {
    guest.setMmio(SCRATCH, n * 77);
    guest.mmio(SCRATCH);
    live.flush();
  }
  await recorder.close(machine.digests());
  return openWindow(sink.bytes(), tools);
}

/** GEN7_GT_SCRATCH: a plain register that nothing looks at. */
const SCRATCH = 0x4_f100;

/** Of the window: a write and a read. */
const ROWS = 2;

type Verdict = "exact" | "warned" | "prefix" | "refused";

/** Making a machine costs more than all the rest: one case of so many is run too. */
const RUN_EACH = 37;
let cases = 0;

/** Open and check as the commands do: nothing but a clean outcome may come. */
function judge(damaged: Uint8Array): Verdict {
  try {
    const { recording, store } = openWindow(damaged, tools);
    const pieces = recording.basePieces();
    recording.checkWhole(new Rows());
    expect(pieces).toHaveLength(1);
    if (cases++ % RUN_EACH === 0) expect(verify(recording, store).divergence).toBeNull();
    if (recording.damage !== null) return "prefix";
    expect(recording.rowCount).toBe(ROWS);
    return recording.warnings.length > 0 ? "warned" : "exact";
  } catch (error) {
    expect(error).toBeInstanceOf(RecordingError);
    expect((error as Error).message).not.toMatch(/[\n\r]/);
    expect((error as Error).message.length).toBeLessThan(600);
    return "refused";
  }
}

test("cut and flipped at every byte: never wrong data, never without a word", () => {
  expect(judge(bytes)).toBe("exact");
  const counts: Record<Verdict, number> = { exact: 0, warned: 0, prefix: 0, refused: 0 };
  for (let i = 0; i < bytes.length; i++) {
    for (const value of [bytes[i] ^ 0xff, bytes[i] ^ (1 << (i & 7))]) {
      const damaged = bytes.slice();
      damaged[i] = value;
      counts[judge(damaged)]++;
    }
    counts[judge(bytes.subarray(0, i))]++;
  }
  expect(counts.exact).toBe(0);
  // Most of the file is its checkpoint: without it there is nothing to run.
  expect(counts.refused).toBeGreaterThan(bytes.length);
  expect(counts.prefix).toBeGreaterThan(10);
  expect(counts.warned).toBeGreaterThan(10);
}, 120_000);

describe("what is left out of a checkpoint is noticed, by name", () => {
  const spoilt: readonly [string, string, (state: State) => State][] = [
    [
      "a plane",
      "vgpu1.mmio",
      (s) => ({ ...s, roots: s.roots.map((root, p) => (p === 1 ? s.roots[7] : root)) }),
    ],
    ["the clock", "device.clock", (s) => ({ ...s, lastTicket: s.lastTicket + 1 })],
    ["a value of a tree", "vgpu1.tree", (s) => withTree(s, 1, "pvAware")],
    ["a value of the device's", "device.tree", withEngine],
  ];
  test.each(spoilt)("%s", async (_, component, change) => {
    const { recording, store } = openWindow(await windowOf(whole, tools, 1, 2, change), tools);
    expect(() => machineOf(recording, store)).toThrow(RecordingError);
    expect(() => machineOf(recording, store)).toThrow(component);
  });
});

describe("values that no machine comes to are refused, though the file's digests are of them", () => {
  const strange: readonly [string, (trees: [DeviceTree, VgpuTree]) => void][] = [
    ["an engine's registers", ([device]) => (device.engines[0].registers = 9999)],
    ["those of what waits", ([device]) => (device.engines[1].pendingRegisters = -1)],
    ["an engine's element", ([device]) => (device.engines[0].active = 2)],
    ["an engine's guest", ([device]) => (device.engines[2].frameBase = 8 << 24)],
    ["the guest of what waits", ([device]) => (device.engines[2].pendingBase = 77)],
    ["what waits for writes", ([, vgpu]) => vgpu.announcements.push(5 as unknown as Announcement)],
    [
      "whose status it is",
      ([, v]) => v.announcements.push({ after: 0, left: 0, what: 1, a: 9, b: 0, c: 0, cause: 0 }),
    ],
    ["a submission cut in half", ([, vgpu]) => (vgpu.execlists[0].queued = [1])],
    ["pages asked for", ([, vgpu]) => (vgpu.apertureAsks = [{}] as unknown as number[])],
  ];
  test.each(strange)("%s", async (_, change) => {
    const spoil = (state: State): State => {
      const trees = structuredClone(state.trees) as State["trees"] & [DeviceTree, VgpuTree];
      change(trees);
      return { ...state, trees };
    };
    const { recording, store } = openWindow(await windowOf(whole, tools, 1, 2, spoil, true), tools);
    expect(() => machineOf(recording, store)).toThrow(RecordingError);
  });
});

/** The state with a value more in a tree than there was. */
/** Another time at which the render engine is free. */
function withEngine(state: State): State {
  const [device, ...vgpus] = state.trees as [DeviceTree, ...Tree[]];
  const engines = device.engines.map((engine, e) =>
    e === 0 ? { ...engine, freeAt: engine.freeAt + 1 } : engine,
  );
  return { ...state, trees: [{ ...device, engines }, ...vgpus] };
}

function withTree(state: State, t: number, key: string): State {
  const trees = state.trees.map((tree, n) => {
    if (n !== t) return tree;
    const value = (tree as unknown as Record<string, unknown>)[key];
    return { ...tree, [key]: typeof value === "boolean" ? !value : Number(value) + 1 };
  });
  return { ...state, trees: trees as unknown as State["trees"] };
}

describe("an older epoch", () => {
  /** A window whose checkpoint says that a component is of another epoch. */
  async function older(component: string): Promise<Opened> {
    const { recording, store } = whole;
    const seq = recording.block(1).firstSeq - 1;
    const machine = seekTo(recording, store, seq);
    const digests = machine.digests().map((d) => (d.component === component ? { ...d, epoch: 0 } : d));
    const { base, pieces } = embed({ state: machine.snapshot(), seq, digests }, store, tools);
    const { configuration, goldenHash } = recording.meta.base;
    const meta = describeRecording({
      id: "f119470000000003",
      createdAt: "2026-01-01",
      base: { ...base, configuration, goldenHash },
    });
    const sink = new MemorySink();
    const writer = new RecordingWriter(sink, meta, tools, "lz4", pieces);
    const rows = new Rows(0, 0);
    rows.clear(seq + 1);
    writer.addBlock(rows, NO_PAGES, digests, true);
    writer.finish();
    return openWindow(sink.bytes(), tools);
  }

  test.each(["device.tree", "vgpu1.mmio", "vgpu1.ram", "device.clock"])(
    "of %s: cannot tell",
    async (component) => {
      const { recording, store } = await older(component);
      expect(() => machineOf(recording, store)).toThrow(EpochError);
      expect(() => machineOf(recording, store)).toThrow(`${component} of epoch 0`);
    },
  );

  test("goes through the component's upcast", async () => {
    const { recording, store } = await older("vgpu1.tree");
    const machine = new Machine(settingOf(configurationOf(recording), store));
    let seen = "";
    const tree = (value: unknown): unknown => {
      seen = JSON.stringify(value);
      return value;
    };
    standAtBase(machine, recording, [{ component: "vgpu1.tree", from: 0, tree }]);
    expect(seen).toContain("created");
    expect(machine.core.seeVgpu(1).created).toBe(true);
    expect(verify(recording, store)).toMatchObject({ exact: true });
    const planes = await older("vgpu1.mmio");
    const other = new Machine(settingOf(configurationOf(planes.recording), planes.store));
    standAtBase(other, planes.recording, [{ component: "vgpu1.mmio", from: 0, words: (root) => root }]);
    expect(other.digests()).toEqual(machine.digests());
  });
});

test("a piece more or less than the description says is refused before anything is run", () => {
  const body = packPages(new Uint8Array(16), new Uint8Array(4096), Uint8Array.of(1, 2, 3));
  expect([...unpackPiece(body, []).bytes]).toEqual([1, 2, 3]);
  expect(() => unpackPiece(packPages(new Uint8Array(0), new Uint8Array(0), null), [])).toThrow(
    /no byte array/,
  );
  const base = {
    kind: "checkpoint",
    seq: 5,
    now: 0,
    blocks: 1,
    hash: "00",
    configuration: {},
    goldenHash: null,
  };
  const meta = describeRecording({ id: "f119470000000004", createdAt: "2026", base: base as never });
  expect(() => new RecordingWriter(new MemorySink(), meta, tools, "lz4")).toThrow(/not what the description/);
});
