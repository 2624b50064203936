import { expect, test } from "vitest";
import { ENGINE_BASES, ENGINES } from "../../src/hw/units.ts";
import type { Core } from "../../src/reducers/core.ts";
import { brokenInvariants, INVARIANTS } from "../../src/reducers/invariants.ts";
import { ownsAddress } from "../../src/reducers/mediator/ggtt.ts";
import { DEVICE_GGTT, DMA, GGTT, MMIO } from "../../src/reducers/planes.ts";
import type { EngineTree } from "../../src/reducers/trees.ts";
import { eachWord } from "../../src/reducers/words.ts";
import { BATCH, Bench, Rig } from "../reducers/device/rig.ts";

/** Each invariant is broken by a fault planted in the state that a guest at work has led to. */

const BCS = ENGINES.indexOf("bcs0");
/** A ticket that nobody has given out. */
const NOBODYS = 0x7000_0001;
const CSB_POINTER = (ENGINE_BASES[BCS] + 0x3a0) >>> 2;

interface Fault {
  readonly invariant: string;
  readonly plant: (core: Core) => void;
  /** The place that must be named. */
  readonly at: RegExp;
}

const engine = (core: Core): EngineTree => core.device().engines[BCS];
const inEngine = (
  invariant: string,
  plant: (tree: EngineTree) => void,
  at = /^device\.tree\.engines\.bcs0\./,
): Fault => ({ invariant, plant: (core) => plant(engine(core)), at });

/** The first GGTT entry of the second guest, as an index of words. */
function entryOfSecond(core: Core): number {
  const share = core.setting.configuration.vgpus[1];
  for (let entry = 0; ; entry++) if (ownsAddress(share, entry * 4096)) return entry * 2;
}

function firstPresent(core: Core): number {
  let first = -1;
  eachWord(core.words.roots[DEVICE_GGTT], (index, low) => {
    if (first < 0 && (index & 1) === 0 && (low & 1) === 1) first = index;
  });
  return first;
}

const FAULTS: readonly Fault[] = [
  {
    invariant: "csb.pointer",
    plant: ({ words }) => words.write(MMIO + 1, CSB_POINTER, 6),
    at: /^vgpu1\.bcs0\.RING_CONTEXT_STATUS_PTR\.WRITE_PTR is 6/,
  },
  {
    invariant: "irq.line",
    plant: (core) => {
      core.vgpu(1).interruptLine = !core.vgpu(1).interruptLine;
    },
    at: /^vgpu1\.tree\.interruptLine/,
  },
  inEngine("engine.element", (tree) => {
    tree.elements[tree.active].valid = false;
  }),
  {
    invariant: "engine.owner",
    plant: (core) => {
      core.vgpu(2).execlists[BCS].owns = true;
    },
    at: /^vgpu2\.tree\.execlists\.bcs0\.owns is true/,
  },
  inEngine("engine.timer", (tree) => {
    tree.timer = NOBODYS;
  }),
  inEngine("engine.fetch", (tree) => {
    tree.fetch = tree.timer;
  }),
  inEngine("engine.wakes", (tree) => {
    tree.timer = 0;
  }),
  inEngine("ring.head", (tree) => {
    tree.head = tree.ringSize;
  }),
  inEngine("ring.head", (tree) => {
    tree.head |= 2;
  }),
  inEngine("ring.tail", (tree) => {
    tree.tail = tree.ringSize + 8;
  }),
  inEngine("ring.tail", (tree) => {
    tree.tail ^= 4;
  }),
  inEngine("batch.level", (tree) => {
    tree.level = 4;
  }),
  {
    invariant: "pipe.timer",
    plant: (core) => {
      core.vgpu(1).pipes[1].on = true;
    },
    at: /^vgpu1\.tree\.pipes\.1 is on/,
  },
  {
    invariant: "pipe.timer",
    plant: (core) => {
      core.vgpu(1).pipes[0].timer = NOBODYS;
    },
    at: /^vgpu1\.tree\.pipes\.0/,
  },
  {
    invariant: "draw.timer",
    plant: (core) => {
      core.vgpu(1).drawTimer = NOBODYS;
    },
    at: /^vgpu1\.tree\.drawTimer/,
  },
  {
    invariant: "screen.timer",
    plant: (core) => {
      core.vgpu(2).screenTimer = NOBODYS;
    },
    at: /^vgpu2\.tree\.screenTimer/,
  },
  {
    invariant: "writes.open",
    plant: (core) => {
      core.vgpu(1).writesOpen++;
    },
    at: /^vgpu1\.tree\.writesOpen is 1, 0 are open/,
  },
  {
    invariant: "announcements",
    plant: (core) => {
      core.vgpu(1).announcements.push({ after: 0, left: 1, what: 0, a: 0, b: 0, c: 0, cause: 0 });
    },
    at: /^vgpu1\.tree\.announcements wait for 1 of 0/,
  },
  {
    invariant: "dma.maps",
    plant: ({ words }) => words.write(DMA + 1, 6 * 1000, 1),
    at: /^vgpu1\.tree\.maps/,
  },
  {
    invariant: "ggtt.share",
    plant: (core) => core.words.write(GGTT + 1, entryOfSecond(core), 1),
    at: /^vgpu1\.gtt\.[0-9a-f]+ is not its own/,
  },
  {
    invariant: "ggtt.entries",
    plant: (core) => {
      const index = firstPresent(core);
      core.words.write(DEVICE_GGTT, index, core.words.read(DEVICE_GGTT, index) ^ 0x1000);
    },
    at: /^device\.gtt\.[0-9a-f]+ is not the entry of vgpu1/,
  },
  {
    invariant: "digests",
    plant: ({ words }) => {
      const root = words.roots[MMIO + 1] as { low: number };
      root.low ^= 1;
    },
    at: /^vgpu1\.mmio: the running digest/,
  },
];

/** Two guests; the first one's blitter goes round in a batch, its first pipe is on. */
function atWork(): Core {
  const rig = new Rig(2);
  const bench = new Bench("bcs0", {}, rig);
  rig.guest(2);
  const { guest, context } = bench;
  guest.setMmio(0x7_0008, 0x8000_0000);
  guest.batch(context, BATCH, (b) => b.noop(3).start({ address: BATCH }));
  guest.run(context, (b) => b.noop(2).start({ address: BATCH }));
  guest.advance(2_000);
  return rig.machine.core;
}

test.each(FAULTS.map((fault) => [fault.invariant, fault] as const))("%s is seen to be broken", (_, fault) => {
  const core = atWork();
  expect(brokenInvariants(core)).toEqual([]);
  fault.plant(core);
  const found = brokenInvariants(core).find(({ name }) => name === fault.invariant);
  expect(found?.what).toMatch(fault.at);
});

test("none is left out", () => {
  expect([...new Set(FAULTS.map(({ invariant }) => invariant))]).toEqual(INVARIANTS.map(({ name }) => name));
});
