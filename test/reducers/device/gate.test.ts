import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { REFUSALS } from "../../../src/events/codes.ts";
import { K } from "../../../src/events/kinds.ts";
import {
  CTX,
  ENGINE_NAMES,
  GDRST,
  IER,
  IIR,
  MASTER_ENABLE,
  MASTER_IRQ,
  PVINFO,
  RING,
  RING_BASE,
} from "../../../src/ports/sim/layout.ts";
import { PAGE } from "../../../src/ports/sim/memory.ts";
import { RowFormatter } from "../../../src/replay/engine/format.ts";
import { at, Bench } from "./rig.ts";

/** What commands and context images may do to registers, and what they read there. */

const RCS = RING_BASE.rcs0;
const BCS = RING_BASE.bcs0;
const GT_IRQ = 0x4_4300;
const PIPECONF = 0x7_0008;
const FENCE = 0x10_0000;
const STOP_RING = 0x0100_0100;
/** Idle: both elements' bits as they stand while one context runs from element 0. */
const RUNNING = 0x4_4010;

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.rig.verify());

/** Every `audit.refused` so far: agent, engine, register, value, why. */
function refusals({ rig: { rows } }: Bench): readonly (number | string)[][] {
  const found: (number | string)[][] = [];
  for (let i = 0; i < rows.count; i++) {
    if (rows.kind[i] !== K["audit.refused"]) continue;
    found.push([rows.agent[i], rows.engine[i], rows.at[i], rows.lo[i], REFUSALS[rows.code[i]]]);
  }
  return found;
}

describe("a command's write", () => {
  const OUTSIDE: readonly (readonly [string, number, number])[] = [
    ["GEN6_GDRST", GDRST, 2],
    ["GEN8_MASTER_IRQ", MASTER_IRQ, 0],
    ["GEN8_GT_IER(0)", GT_IRQ + IER, 1],
    ["PIPECONF", PIPECONF, 0x8000_0000],
    ["FENCE_REG", FENCE, 1],
    ["RING_ELSP", BCS + RING.elsp, 1],
    ["RING_RESET_CTL", BCS + RING.resetCtl, 0x0001_0001],
    ["RING_HWS_PGA", RCS + RING.hwsPga, 0],
    ["RING_TAIL", RCS + RING.tail, 0x40],
    ["RING_CONTEXT_STATUS_PTR", RCS + RING.csbPtr, 0xffff_0303],
    ["g2v_notify", PVINFO + 0x800, 1],
  ];

  test.each(OUTSIDE)(
    "%s is not a command's to write, from the ring no more than from a batch",
    (_name, register, value) => {
      const { guest, context } = bench;
      const before = guest.mmio(register);
      expect(bench.run((b) => b.lri([register, value]).pipeControlLri(register, value).sdi(at(0), 5))).toBe(
        true,
      );
      expect(guest.complete(context, (ring) => ring.lri([register, value]))).toBe(true);
      expect(bench.word(0)).toBe(5);
      expect(refusals(bench)).toEqual(new Array(3).fill([1, 0, register, value, "command.access"]));
      // What the engine itself moves there, and what is pending, is no concern of this.
      const kept = register === MASTER_IRQ ? MASTER_ENABLE : 0xffff_ffff;
      if (register !== RCS + RING.tail && register !== RCS + RING.csbPtr)
        expect((guest.mmio(register) & kept) >>> 0).toBe((before & kept) >>> 0);
      expect(bench.rig.notes()).toEqual([]);
    },
  );

  test("what cannot be written cannot be copied or loaded there either", () => {
    bench.setWord(1, 2);
    expect(
      bench.run((b) =>
        b
          .lrm(GDRST, at(1))
          .lri([RCS + RING.gpr, 2])
          .lrr(RCS + RING.gpr, GDRST),
      ),
    ).toBe(true);
    expect(refusals(bench).map(([, , register]) => register)).toEqual([GDRST, GDRST]);
    expect(bench.rig.notes()).toEqual([]);
  });

  test("an interrupt that is pending stays masked: no MSI, and the line is what its registers say", () => {
    const { guest, rig } = bench;
    guest.setMmio(GT_IRQ + IER, 0);
    expect(guest.complete(bench.context, (ring) => ring.userInterrupt())).toBe(true);
    expect(guest.mmio(GT_IRQ + IIR) & 1).toBe(1);
    const sent = rig.count("irq.inject");
    expect(bench.run((b) => b.lri([GT_IRQ + IER, 1]))).toBe(true);
    expect(rig.count("irq.inject")).toBe(sent);
    expect(guest.mmio(GT_IRQ + IER)).toBe(0);
    expect(rig.machine.core.seeVgpu(1).interruptLine).toBe(false);
  });

  test("another engine's work goes on, whatever is written at its registers", () => {
    const { guest, context } = bench;
    const other = guest.createContext("bcs0", { ppgtt: context.ppgtt });
    guest.run(other, (ring) => ring.semaphoreWait(1, 1, at(3)).sdi(at(4), 9));
    guest.advance(20);
    expect(
      bench.run((b) => b.lri([GDRST, 8], [BCS + RING.resetCtl, 0x0001_0001], [BCS + RING.elsp, 0])),
    ).toBe(true);
    bench.setWord(3, 1);
    expect(guest.until(() => guest.isDone(other), 100)).toBe(true);
    expect(bench.word(4)).toBe(9);
  });

  test("STOP_RING is looked at when the command is over, not in the midst of it, and not a turn later", () => {
    const { guest, context } = bench;
    const address = bench.place((b) =>
      b
        .lri([RCS + RING.gpr, 1], [RCS + RING.miMode, STOP_RING], [RCS + RING.gpr, 2])
        .lri([RCS + RING.gpr, 3])
        .sdi(at(0), 7),
    );
    guest.run(context, (ring) => ring.start({ address }));
    guest.advance(500);
    expect(bench.word(0)).toBe(0);
    expect(guest.mmio(RCS + RING.gpr)).toBe(2);
    expect(guest.mmio(RCS + RING.miMode) & 0x300).toBe(0x300);
    guest.setMmio(RCS + RING.miMode, 0x0100_0000);
    expect(guest.until(() => guest.isDone(context), 200)).toBe(true);
    expect(bench.word(0)).toBe(7);
  });

  test("what the register means is done: who enables forbidden bits of RING_MODE is not supported", () => {
    expect(bench.run((b) => b.lri([RCS + 0x29c, 0x0001_0001]))).toBe(true);
    expect(bench.rig.count("failsafe.entered")).toBe(1);
    expect(refusals(bench)).toEqual([]);
  });
});

test("a refusal is told in words: the register by its name, and why", () => {
  const { rig } = bench;
  expect(bench.run((b) => b.lri([GDRST, 2]))).toBe(true);
  const i = rig.rows.kind.indexOf(K["audit.refused"]);
  const text = new RowFormatter(rig.machine.core.registers, rig.store).text(rig.rows, i);
  expect(text).toMatchObject({ path: "vgpu1.gt.GEN6_GDRST", value: "command.access 00000002" });
});

describe("a command's read", () => {
  const status = RCS + RING.statusLo;

  test("SRM, LRR and a semaphore find in EXECLIST_STATUS what a guest would", () => {
    const gpr = RCS + RING.gpr;
    expect(
      bench.run((b) =>
        b
          .srm(status, at(0))
          .lrr(status, gpr)
          .srm(gpr, at(1))
          .semaphoreRegister(4, RUNNING, status)
          .sdi(at(2), 3),
      ),
    ).toBe(true);
    expect(bench.words(0, 3)).toEqual([RUNNING, RUNNING, 3]);
  });

  test("another engine's registers: what a guest would read of it", () => {
    const { guest } = bench;
    guest.advance(1000);
    expect(bench.run((b) => b.srm(BCS + RING.statusLo, at(0)).srm(BCS + RING.timestamp, at(1)))).toBe(true);
    expect(bench.word(0)).toBe(0);
    expect(bench.word(1)).toBeGreaterThan(0);
    expect(bench.word(1)).toBeLessThanOrEqual(guest.mmio(BCS + RING.timestamp));
  });

  test("GEN8_MASTER_IRQ shows what is pending", () => {
    bench.guest.setMmio(MASTER_IRQ, 0);
    expect(bench.run((b) => b.userInterrupt().srm(MASTER_IRQ, at(0)))).toBe(true);
    expect(bench.word(0)).toBe(1);
  });
});

describe("a context image", () => {
  /** A context whose image lists one register more, in the place of its second GPR. */
  const listing = (register: number, value: number): ReturnType<typeof bench.guest.createContext> => {
    const { guest } = bench;
    const context = guest.createContext("rcs0", { ppgtt: bench.context.ppgtt });
    guest.setImage(context, CTX.control, 0x0009_0008);
    guest.setImage(context, 0x6a, register);
    guest.setImage(context, 0x6b, value);
    return context;
  };

  test.each([
    ["GEN6_GDRST", GDRST, 2],
    ["RING_ELSP", BCS + RING.elsp, 1],
    ["GEN8_GT_IER(0)", GT_IRQ + IER, 0xffff_ffff],
    ["CSFE_CHICKEN1", RCS + 0xd4, 0x0004_0004],
  ])("%s is no part of a context: neither loaded nor saved, and said once", (_name, register, value) => {
    const { guest } = bench;
    const before = guest.mmio(register);
    const context = listing(register, value);
    guest.setImage(context, 0x6c, register);
    expect(guest.complete(context, (ring) => ring.sdi(at(0), 5))).toBe(true);
    expect(guest.mmio(register)).toBe(before);
    expect(guest.image(context, 0x6b)).toBe(value);
    expect(refusals(bench)).toEqual([[1, 0, register, value, "image.register"]]);
    expect(bench.word(0)).toBe(5);
  });

  test("what is read only is passed over in silence, and stays in the image as it was", () => {
    const context = listing(RCS + 0x68, 0x1234_5678);
    expect(bench.guest.complete(context, (ring) => ring.sdi(at(0), 5))).toBe(true);
    expect(bench.guest.image(context, 0x6b)).toBe(0x1234_5678);
    expect(refusals(bench)).toEqual([]);
  });

  test("no behaviour is run: a mode that is restored sends nobody into failsafe", () => {
    const context = listing(RCS + RING.miMode, 0xffff_0240);
    expect(bench.guest.complete(context, (ring) => ring.sdi(at(0), 5))).toBe(true);
    // MODE_IDLE (bit 9) is what the engine says itself.
    expect(bench.guest.mmio(RCS + RING.miMode) & 0xfdff).toBe(0x40);
    expect(bench.rig.count("failsafe.entered")).toBe(0);
  });

  test("words are saved, not what is read there", () => {
    const context = listing(RCS + RING.timestamp, 0x77);
    expect(bench.guest.complete(context, (ring) => ring.sdi(at(0), 5))).toBe(true);
    expect(bench.guest.image(context, 0x6b)).toBe(0x77);
  });

  test.each(ENGINE_NAMES)("of the kernel's layout on %s, nothing is refused", (engine) => {
    const own = new Bench(engine);
    expect(own.run((b) => b.sdi(at(0), 5))).toBe(true);
    expect(refusals(own)).toEqual([]);
    own.rig.verify();
  });
});

describe("a context that is switched away", () => {
  test("goes on from a copy of its image alone: ring, batches of both levels, registers", () => {
    const { guest, context } = bench;
    const gpr = RCS + RING.gpr;
    const inner = bench.place((b) =>
      b
        .lri([gpr, 0x55], [gpr + 4, 0x66])
        .semaphoreWait(1, 1, at(8))
        .srm(gpr, at(0)),
    );
    const outer = bench.place((b) => b.start({ address: inner }, { second: true }).srm(gpr + 4, at(1)));
    guest.run(context, (ring) => ring.start({ address: outer }).sdi(at(2), 0x77));
    guest.advance(50);
    // Another one takes the engine, and spoils what the engine holds.
    const other = guest.createContext("rcs0", { ppgtt: context.ppgtt });
    guest.setImage(other, CTX.control, 0x0009_0008);
    expect(guest.complete(other, (ring) => ring.lri([gpr, 1], [gpr + 4, 2]))).toBe(true);
    expect([CTX.bbState, CTX.sbbState].map((dword) => guest.image(context, dword) & 1)).toEqual([1, 1]);
    expect(bench.words(0, 3)).toEqual([0, 0, 0]);
    const copy = guest.createContext("rcs0", { ppgtt: context.ppgtt });
    guest.memory.writeWords(copy.frame * PAGE, guest.memory.readWords(context.frame * PAGE, 1024));
    bench.setWord(8, 1);
    guest.submit(copy);
    expect(guest.until(() => bench.word(2) !== 0, 200)).toBe(true);
    expect(bench.words(0, 3)).toEqual([0x55, 0x66, 0x77]);
    expect(guest.isDone({ ...copy, tail: context.tail })).toBe(true);
  });
});
