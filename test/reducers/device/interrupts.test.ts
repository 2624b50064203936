import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  ENGINE_INTERRUPTS,
  ENGINE_NAMES,
  IER,
  IIR,
  IMR,
  IRQ_CONTEXT_SWITCH,
  IRQ_USER,
  MASTER_ENABLE,
  MASTER_IRQ,
  MSI,
  PCI_COMMAND,
  RING,
  RING_BASE,
} from "../../../src/ports/sim/layout.ts";
import { Bench } from "./rig.ts";

const MASTER_BITS = { rcs0: 0, bcs0: 1, vcs0: 2, vecs0: 6 } as const;
const ALL = 0xffff_ffff;

describe.each(ENGINE_NAMES)("%s", (engine) => {
  const [group, shift] = ENGINE_INTERRUPTS[engine];
  const imr = RING_BASE[engine] + RING.imr;
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench(engine);
  });
  afterEach(() => bench.rig.verify());
  const raise = (): void => {
    expect(bench.guest.complete(bench.context, (b) => b.userInterrupt())).toBe(true);
  };

  test("RING_IMR masks by the bits of the IIR, shifted as there", () => {
    bench.guest.setMmio(imr, ~(IRQ_USER << shift) >>> 0);
    raise();
    expect(bench.guest.takeInterrupts(engine)).toBe(IRQ_USER);
    bench.guest.setMmio(imr, ~(IRQ_CONTEXT_SWITCH << shift) >>> 0);
    raise();
    expect(bench.guest.takeInterrupts(engine)).toBe(IRQ_CONTEXT_SWITCH);
    bench.guest.setMmio(imr, ALL);
    raise();
    expect(bench.guest.takeInterrupts(engine)).toBe(0);
  });

  test("IMR keeps events out of IIR, IER keeps them from the master, IIR is cleared by ones", () => {
    const { guest } = bench;
    guest.setMmio(group + IMR, ALL);
    raise();
    expect(guest.mmio(group + IIR)).toBe(0);
    guest.setMmio(group + IMR, 0);
    guest.setMmio(group + IER, 0);
    const before = guest.interrupts;
    raise();
    expect((guest.mmio(group + IIR) >>> shift) & 0xffff).toBe(IRQ_USER | IRQ_CONTEXT_SWITCH);
    expect(guest.mmio(MASTER_IRQ)).toBe(MASTER_ENABLE);
    expect(guest.interrupts).toBe(before);
    guest.setMmio(group + IER, (IRQ_USER << shift) >>> 0);
    expect(guest.mmio(MASTER_IRQ)).toBe((MASTER_ENABLE | (1 << MASTER_BITS[engine])) >>> 0);
    expect(guest.interrupts).toBe(before + 1);
    guest.setMmio(group + IIR, (IRQ_USER << shift) >>> 0);
    expect((guest.mmio(group + IIR) >>> shift) & 0xffff).toBe(IRQ_CONTEXT_SWITCH);
    expect(guest.mmio(MASTER_IRQ)).toBe(MASTER_ENABLE);
  });

  test("an MSI an edge of the line: none while it is high, one when it rises again", () => {
    const { guest } = bench;
    raise();
    expect(guest.interrupts).toBe(1);
    raise();
    expect(guest.interrupts).toBe(1);
    // As the handler does: master off, clear, master on.
    guest.setMmio(MASTER_IRQ, 0);
    guest.takeInterrupts(engine);
    guest.setMmio(MASTER_IRQ, MASTER_ENABLE);
    expect(guest.interrupts).toBe(1);
    guest.setMmio(MASTER_IRQ, 0);
    raise();
    expect(guest.interrupts).toBe(1);
    guest.setMmio(MASTER_IRQ, MASTER_ENABLE);
    expect(guest.interrupts).toBe(2);
    // Left pending: it rises again with the master bit.
    guest.setMmio(MASTER_IRQ, 0);
    guest.setMmio(MASTER_IRQ, MASTER_ENABLE);
    expect(guest.interrupts).toBe(3);
  });
});

describe("MSI", () => {
  let bench: Bench;
  afterEach(() => bench.rig.verify());

  test("goes where the guest said", () => {
    bench = new Bench();
    bench.guest.complete(bench.context, (b) => b.userInterrupt());
    expect(bench.guest.host.interrupts).toEqual([{ address: 0xfee0_1000, data: 0x41 }]);
  });

  test("not enabled, or a port without it: the guest must look by itself", () => {
    bench = new Bench();
    bench.guest.write("config", MSI + 2, 2, 0);
    bench.guest.complete(bench.context, (b) => b.userInterrupt());
    expect(bench.guest.interrupts).toBe(0);
    expect(bench.guest.takeInterrupts("rcs0")).toBe(IRQ_USER | IRQ_CONTEXT_SWITCH);
    bench.rig.verify();
    bench = new Bench("rcs0", { msi: false });
    bench.guest.complete(bench.context, (b) => b.userInterrupt());
    expect(bench.guest.interrupts).toBe(0);
    expect(bench.guest.takeInterrupts("rcs0")).toBe(IRQ_USER | IRQ_CONTEXT_SWITCH);
  });

  test("what is pending when it becomes possible is sent then: by MSI enable, by bus mastering", () => {
    bench = new Bench();
    bench.guest.write("config", MSI + 2, 2, 0);
    bench.guest.complete(bench.context, (b) => b.userInterrupt());
    expect(bench.guest.interrupts).toBe(0);
    bench.guest.write("config", MSI + 2, 2, 1);
    expect(bench.guest.interrupts).toBe(1);
    bench.guest.write("config", PCI_COMMAND, 2, 0x3);
    bench.guest.write("config", PCI_COMMAND, 2, 0x7);
    expect(bench.guest.interrupts).toBe(2);
  });

  test("there is no INTx: no pin, and a guest that turns interrupts on without MSI is told of", () => {
    bench = new Bench();
    expect(bench.guest.read32("config", 0x3d, 1)).toBe(0);
    const unheard = (): number => bench.rig.notes().filter((note) => note === "irq.unheard").length;
    expect(unheard()).toBe(0);
    bench.guest.write("config", MSI + 2, 2, 0);
    bench.guest.setMmio(MASTER_IRQ, MASTER_ENABLE);
    expect(unheard()).toBe(0);
    bench.guest.setMmio(MASTER_IRQ, 0);
    bench.guest.setMmio(MASTER_IRQ, MASTER_ENABLE);
    expect(unheard()).toBe(1);
    expect(bench.guest.host.notes).toHaveLength(1);
  });

  test("only bit 31 of the master register can be written", () => {
    bench = new Bench();
    bench.guest.setMmio(MASTER_IRQ, 0x7fff_ffff);
    expect(bench.guest.mmio(MASTER_IRQ)).toBe(0);
  });
});
