import { expect } from "vitest";
import type { Batch } from "../../src/ports/sim/assembler.ts";
import { RING_BASE } from "../../src/ports/sim/layout.ts";
import type { VgpuTree } from "../../src/reducers/trees.ts";
import { at, BATCH, Bench, type MakeMachine, Rig } from "../reducers/device/rig.ts";
import type { Patch } from "../replay/other-model.ts";

/**
 * A number that the model promises: a cost or a bound. `check` holds on a model that keeps the promise; each value
 * of `others`, put in the constant's place, must make it fail.
 */
export interface Bound {
  readonly constant: string;
  readonly file: string;
  readonly others: readonly string[];
  readonly check: (make: MakeMachine) => void;
}

/** The change that gives a constant another value. */
export function mutant({ constant, file }: Bound, value: string): Patch {
  return { file, find: new RegExp(`((?:export )?const ${constant} = )[^;]+;`), replace: `$1${value};` };
}

type Build = (batch: Batch) => Batch;

const COST = "hw/cost.ts";
const RENDER = RING_BASE.rcs0;
const GPR = RENDER + 0x600;
/** 3DPRIMITIVE of seven dwords, and a command of as many, 3DSTATE_VERTEX_BUFFERS, that only costs its fetch. */
const PRIMITIVE = [0x7b00_0005, 0, 0, 0, 0, 0, 0] as const;
const SEVEN_DWORDS = [0x7808_0005, 0, 0, 0, 0, 0, 0] as const;

/** Engine time in ns at which a batch on a fresh machine is done. */
function doneAt(make: MakeMachine, build: Build): number {
  const bench = new Bench("rcs0", {}, new Rig(1, {}, make));
  expect(bench.run(build)).toBe(true);
  return bench.rig.engine("rcs0").freeAt;
}

/**
 * What `more` takes longer than `less`. Only whole microseconds can be compared: engines go on at whole ones.
 */
const longer = (make: MakeMachine, more: Build, less: Build): number =>
  doneAt(make, more) - doneAt(make, less);

/** The same command so many times. */
const times =
  (count: number, one: Build): Build =>
  (batch) => {
    for (let n = 0; n < count; n++) one(batch);
    return batch;
  };

const pairs = (count: number): (readonly [number, number])[] =>
  Array.from({ length: count }, (_, n) => [GPR + (n % 16) * 8, n]);

/** A guest with memory by message, none of whose writes is ever done, and whose engine runs a batch: its tree. */
function unanswered(make: MakeMachine, build: Build): VgpuTree {
  const rig = new Rig(1, {}, make);
  const bench = new Bench("rcs0", { coherent: false, writeDelay: Number.POSITIVE_INFINITY }, rig);
  const address = bench.place(build);
  bench.guest.run(bench.context, (ring) => ring.start({ address }));
  for (let n = 0; n < 40; n++) {
    rig.port.deliverFetches();
    rig.port.advance(1_000);
  }
  return rig.machine.core.seeVgpu(1);
}

/** Timers that fired in so many microseconds. */
function timersIn(rig: Rig, microseconds: number): number {
  const before = rig.count("timer.fired");
  rig.port.advance(microseconds);
  return rig.count("timer.fired") - before;
}

export const BOUNDS: readonly Bound[] = [
  {
    constant: "FETCH_DWORD_NS",
    file: COST,
    others: ["1", "3"],
    check: (make) => {
      const more = times(2, (b) => b.lri(...pairs(126)));
      const less = times(2, (b) => b.lri(...pairs(1)));
      expect(longer(make, more, less)).toBe(500 * 2);
    },
  },
  {
    constant: "MI_COMMAND_NS",
    file: COST,
    others: ["18", "22"],
    check: (make) =>
      expect(
        longer(
          make,
          (b) => b.noop(500),
          (b) => b,
        ),
      ).toBe(500 * (2 + 20)),
  },
  {
    constant: "POST_SYNC_NS",
    file: COST,
    others: ["0", "1_000"],
    check: (make) => {
      const flush = (post: number): Build => times(2, (b) => b.pipeControl({ post, to: at(0), low: 1 }));
      expect(longer(make, flush(1), flush(0))).toBe(2 * 500);
    },
  },
  {
    constant: "WALK_NS",
    file: COST,
    others: ["1_000", "3_000"],
    check: (make) =>
      expect(
        longer(
          make,
          (b) => b.raw(...PRIMITIVE),
          (b) => b.raw(...SEVEN_DWORDS),
        ),
      ).toBe(2_000),
  },
  {
    constant: "MOVE_KIB_NS",
    file: COST,
    others: ["0", "100"],
    check: (make) => {
      // A copy has five dwords.
      const copies = longer(
        make,
        times(20, (b) => b.copy(at(1), at(0))),
        times(20, (b) => b.sdi(at(1), 1, 2)),
      );
      expect(copies).toBe(20 * 50);
    },
  },
  {
    constant: "CONTEXT_SWITCH_NS",
    file: COST,
    others: ["1_000", "9_000"],
    check: (make) => {
      const bench = new Bench("rcs0", {}, new Rig(1, {}, make));
      const from = bench.rig.port.now;
      expect(bench.guest.complete(bench.context, (b) => b.noop(2))).toBe(true);
      const took = bench.rig.engine("rcs0").freeAt - from * 1000;
      expect(took).toBeGreaterThanOrEqual(5_000);
      expect(took).toBeLessThan(6_000);
    },
  },
  {
    constant: "POLL_NS",
    file: COST,
    others: ["25_000", "100_000"],
    check: (make) => {
      const rig = new Rig(1, {}, make);
      const bench = new Bench("rcs0", {}, rig);
      const address = bench.place((b) => b.semaphoreWait(4, 1, at(0)));
      bench.guest.run(bench.context, (b) => b.start({ address }));
      rig.port.advance(100);
      expect(timersIn(rig, 1_000)).toBe(20);
    },
  },
  {
    constant: "TURN_NS",
    file: COST,
    others: ["10_000", "40_000"],
    check: (make) => {
      const rig = new Rig(1, {}, make);
      const { guest, context } = new Bench("rcs0", {}, rig);
      guest.batch(context, BATCH, (b) => b.noop(3).start({ address: BATCH }));
      guest.run(context, (b) => b.start({ address: BATCH }));
      rig.port.advance(100);
      const turns = timersIn(rig, 2_000);
      expect(turns).toBeGreaterThanOrEqual(95);
      expect(turns).toBeLessThanOrEqual(100);
    },
  },
  {
    constant: "TURN_DWORDS",
    file: COST,
    others: ["2048", "8192", "40_960_000"],
    check: (make) => {
      const rig = new Rig(1, {}, make);
      const bench = new Bench("rcs0", {}, rig);
      const before = rig.count("timer.fired");
      // 253 dwords and 526 ns each: 17 of them are 4,096 dwords and 9 us.
      expect(bench.run(times(51, (b) => b.lri(...pairs(126))))).toBe(true);
      expect(rig.count("timer.fired") - before).toBe(4);
    },
  },
  {
    constant: "ANNOUNCEMENTS_MAX",
    file: "reducers/mediator/execlist.ts",
    others: ["31", "33", "1_000"],
    check: (make) => {
      const tree = unanswered(
        make,
        times(100, (b) => b.sdi(at(0), 1).userInterrupt()),
      );
      expect(tree.announcements.length).toBe(32);
    },
  },
  {
    constant: "WRITES_MAX",
    file: "reducers/mediator/execlist.ts",
    others: ["1_023", "1_025", "100_000"],
    check: (make) =>
      expect(
        unanswered(
          make,
          times(1_100, (b) => b.sdi(at(0), 1)),
        ).writesOpen,
      ).toBe(1_024),
  },
  {
    constant: "ASKS_MAX",
    file: "reducers/mediator/aperture.ts",
    others: ["31", "33", "1_000"],
    check: (make) => {
      const rig = new Rig(1, {}, make);
      const guest = rig.guest(1, { coherent: false, fetchDelay: Number.POSITIVE_INFINITY });
      const gma = guest.bindMappable(guest.memory.allocate(50), 50);
      for (let page = 0; page < 50; page++) guest.read64("aperture", gma + page * 4096, 4);
      expect(rig.machine.core.seeVgpu(1).apertureAsks.length).toBe(32);
    },
  },
  {
    constant: "MAPS_MAX",
    file: "reducers/mediator/lifecycle.ts",
    others: ["65_534", "65_536"],
    check: (make) => {
      const rig = new Rig(1, {}, make);
      rig.live.attached(1, 0);
      for (let n = 0; n < 65_540; n++) rig.live.mapped(1, (n * 8192) >>> 0, n >>> 19, 4096, 0, false, true);
      expect(rig.machine.core.seeVgpu(1).maps).toBe(65_535);
      expect(rig.count("dma.mapped")).toBe(65_540);
    },
  },
  {
    constant: "OPERANDS_MAX",
    file: "reducers/device/streamer.ts",
    others: ["1_024"],
    check: (make) => {
      const bench = new Bench("rcs0", {}, new Rig(1, {}, make));
      const values = Array.from({ length: 1_022 }, (_, n) => n + 1);
      expect(bench.run((b) => b.sdi(at(0), ...values))).toBe(true);
      expect(bench.words(0, values.length)).toEqual(values);
    },
  },
];
