import * as fc from "fast-check";
import { expect, test } from "vitest";
import { WRITE_BEHAVIOURS } from "../../src/hw/behaviours.ts";
import {
  compileRegisters,
  REG_COMMAND_ACCESS,
  REG_RING_CONTEXT,
  registerPath,
} from "../../src/hw/compile.ts";
import { REGISTER_BANKS } from "../../src/hw/registers/tables.ts";
import type { Batch } from "../../src/ports/sim/assembler.ts";
import { GDRST, MASTER_IRQ, PVINFO, RING, RING_BASE } from "../../src/ports/sim/layout.ts";
import { INVARIANTS } from "../../src/reducers/invariants.ts";
import { MMIO } from "../../src/reducers/planes.ts";
import { at, Bench, byName, Rig } from "../reducers/device/rig.ts";
import { REGISTERS } from "./script.ts";

/**
 * Commands reach what their rows let them reach: no batch submits, resets, draws or speaks to the mediator,
 * whatever registers it names and however it writes them, and no other guest notices.
 */

const { rcs0, bcs0 } = RING_BASE;
const PIPECONF = 0x7_0008;
const FENCE = 0x10_0000;
const STOP_OFF = 0x0100_0000;
/** Bits of an interrupt group that engines raise: IIR of GT0, GT1, GT3. */
const RAISED = new Set([0x4_4308, 0x4_4318, 0x4_4338]);
/** Words of an engine's bank in which it says where it stands, and what became of its contexts. */
const POSITION = new Set([RING.tail, RING.head, RING.start, RING.ctl, RING.acthd, RING.acthdUdw] as number[]);

type Write = readonly [how: number, at: number, value: number];
const register = fc.oneof(
  fc.nat(REGISTERS.words.length - 1).map((n) => REGISTERS.words[n] * 4),
  fc.constantFrom(GDRST, MASTER_IRQ, PVINFO + 0x800, PIPECONF, FENCE, 0x4_430c, 0x7_019c, 0xa188),
  fc
    .constantFrom(...Object.values(RING_BASE))
    .chain((base) =>
      fc.constantFrom(
        ...[0x230, 0xd0, 0x9c, 0x3a0, 0x30, 0x80, 0x4d0, 0xd4, 0x29c].map((distance) => base + distance),
      ),
    ),
);
const value = fc.oneof(
  fc.nat(0xff),
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.constantFrom(0xffff_ffff, 0x0001_0001),
);
const writes: fc.Arbitrary<Write[]> = fc.array(fc.tuple(fc.nat(3), register, value), {
  minLength: 1,
  maxLength: 24,
});

function write(batch: Batch, [how, to, word]: Write): Batch {
  const gpr = rcs0 + RING.gpr;
  if (how === 0) return batch.lri([to, word]);
  if (how === 1) return batch.pipeControlLri(to, word);
  if (how === 2) return batch.lri([gpr, word]).lrr(gpr, to);
  return batch.sdi(at(9), word).lrm(to, at(9));
}

/** May the word at byte offset `offset` change because engines run? */
function isTheirs(offset: number): boolean {
  const { flags, idOf } = REGISTERS;
  if ((flags[idOf[offset >>> 2]] & (REG_COMMAND_ACCESS | REG_RING_CONTEXT)) !== 0 || RAISED.has(offset))
    return true;
  const base = Object.values(RING_BASE).find((ring) => ring === (offset & ~0xfff));
  const distance = offset & 0xfff;
  return base !== undefined && (POSITION.has(distance) || (distance >= RING.csb && distance <= RING.csbPtr));
}

const registersOf = ({ machine: { core } }: Rig): number[] =>
  Array.from(REGISTERS.words, (word) => core.words.read(MMIO + 1, word));

/** What another guest, and the hidden state beside engines, look like. */
function beside(rig: Rig): unknown {
  const { pvAware, pipes, gmbus, gpio, port, maps } = rig.machine.core.seeVgpu(1);
  const others = Object.entries(byName(rig.machine.digests())).filter(([name]) => name.startsWith("vgpu2."));
  return structuredClone({ pvAware, pipes, gmbus, gpio, port, maps, others });
}

test.each(["kbl", "bdw"] as const)(
  "%s: what a command sets off stays within its own engine, or is failsafe",
  (platform) => {
    const index = compileRegisters(platform, REGISTER_BANKS);
    const found = new Set<string>();
    for (let id = 1; id < index.count; id++)
      if ((index.flags[id] & REG_COMMAND_ACCESS) !== 0) found.add(WRITE_BEHAVIOURS[index.then[id]]);
    found.delete("none");
    // Whoever opens another behaviour to commands says here that it reaches neither ELSP nor a reset, display or G2V.
    const allowed = ["ring.mi_mode", "ring.mode", "ring.csfe_chicken", "ring.nonpriv"];
    for (const behaviour of found) expect(allowed).toContain(behaviour);
    expect(found).toContain("ring.mi_mode");
  },
);

test("a batch changes no register but those that its row opens, and nothing beside them", () => {
  fc.assert(
    fc.property(writes, (list) => {
      const rig = new Rig(2);
      const bench = new Bench("rcs0", {}, rig);
      rig.guest(2);
      const { guest, context } = bench;
      const other = guest.createContext("bcs0", { ppgtt: context.ppgtt });
      guest.run(other, (ring) => ring.semaphoreWait(1, 1, at(3)).sdi(at(4), 9));
      guest.advance(20);
      const address = bench.place((b) => list.reduce(write, b));
      guest.run(context, (ring) => ring.start({ address }));
      const [before, hidden, from] = [registersOf(rig), beside(rig), rig.rows.count];
      bench.setWord(3, 1);
      const isOver = (): boolean => guest.isDone(context) && guest.isDone(other);
      for (let n = 0; n < 40 && !guest.until(isOver, 200); n++)
        for (const base of [rcs0, bcs0]) guest.setMmio(base + RING.miMode, STOP_OFF);

      const kinds = rig.kinds(from);
      const failsafe = kinds.includes("failsafe.entered");
      if (!failsafe) expect([isOver(), bench.word(4)]).toEqual([true, 9]);
      expect(kinds).not.toContain("workload.submitted");
      expect(
        rig.notes().filter((note) => /reset|refused|hung|fault/.test(note) && note !== "access.refused"),
      ).toEqual([]);
      expect(beside(rig)).toEqual(hidden);
      registersOf(rig).forEach((word, n) => {
        const offset = REGISTERS.words[n] * 4;
        if (word !== before[n] && !isTheirs(offset))
          expect.fail(`${registerPath(REGISTERS, offset)} has changed`);
      });
      for (const { name, broken } of INVARIANTS) expect(broken(rig.machine.core), name).toBe(null);
      rig.verify();
    }),
    { numRuns: 40 },
  );
});
