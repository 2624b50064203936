import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Batch, COMPARE, POST_IMMEDIATE } from "../../../src/ports/sim/assembler.ts";
import { CTX } from "../../../src/ports/sim/layout.ts";
import { PAGE } from "../../../src/ports/sim/memory.ts";
import { at, Bench } from "./rig.ts";

/**
 * The batches that a render context names beside its ring. Source of the layout:
 * docs/facts/execlists.md#work-around-batches.
 */

let bench: Bench;
let frame: number;
let gma: number;
beforeEach(() => {
  bench = new Bench();
  frame = bench.guest.memory.allocate(2);
  gma = bench.guest.bind(frame, 2);
});
afterEach(() => bench.rig.verify());

const put = (offset: number, batch: Batch): void =>
  bench.guest.memory.writeWords(frame * PAGE + offset, batch.words);
const indirect = (offset: number, lines: number): void =>
  bench.guest.setImage(bench.context, CTX.indirect, (gma + offset) | lines);
const perContext = (offset: number): void =>
  bench.guest.setImage(bench.context, CTX.perContext, (gma + offset) | 1);

/** Count loads of the context in dword 0, what came when in dword 1 on. */
const count = (n: number): Batch => new Batch().atomicInline(0x05, at(n), [0, 0]);

describe("work-around batches", () => {
  test("the indirect one runs to its size at each load, before the ring", () => {
    put(64, count(0).copy(at(2), at(1)).padTo(64));
    indirect(64, 4);
    expect(bench.guest.complete(bench.context, (b) => b.sdi(at(1), 5))).toBe(true);
    expect(bench.words(0, 3)).toEqual([1, 5, 0]);
    expect(bench.guest.complete(bench.context, (b) => b.sdi(at(1), 6))).toBe(true);
    expect(bench.words(0, 3)).toEqual([2, 6, 5]);
  });

  test("the per-context one runs to its end command, after the indirect one", () => {
    put(0, new Batch().sdi(at(0), 1).padTo(16));
    put(PAGE, new Batch().copy(at(1), at(0)).sdi(at(0), 2).end().sdi(at(2), 9));
    indirect(0, 1);
    perContext(PAGE);
    expect(bench.guest.complete(bench.context, (b) => b.copy(at(3), at(0)))).toBe(true);
    expect(bench.words(0, 4)).toEqual([2, 1, 0, 2]);
  });

  test("either alone, and neither on other engines", () => {
    put(PAGE, count(0).end());
    perContext(PAGE);
    bench.guest.complete(bench.context, (b) => b.noop(2));
    expect(bench.word(0)).toBe(1);
    const other = bench.guest.createContext("vcs0", { ppgtt: bench.context.ppgtt });
    bench.guest.setImage(other, CTX.perContext, (gma + PAGE) | 1);
    bench.guest.setImage(other, CTX.indirect, gma | 1);
    expect(bench.guest.complete(other, (b) => b.noop(2))).toBe(true);
    expect(bench.word(0)).toBe(1);
  });

  test("across pages, and with what the kernel puts there", () => {
    const start = PAGE - 64;
    const words = new Batch()
      .arbOnOff(false)
      .lri([0x20c0, 0x0020_0020])
      .pipeControl({ post: POST_IMMEDIATE, to: { address: 0xd0 }, index: true, low: 1, high: 2 })
      .atomicInline(0x05, at(0), [0, 0])
      .arbOnOff(true)
      .padTo(32);
    put(start, words);
    indirect(start, 2);
    expect(bench.guest.complete(bench.context, (b) => b.sdi(at(1), 1))).toBe(true);
    expect(bench.words(0, 2)).toEqual([1, 1]);
  });

  test("a resumed batch goes on after them; a lite restore runs none", () => {
    put(0, count(0).padTo(16));
    indirect(0, 1);
    const address = bench.place((b) => b.semaphoreWait(COMPARE.equal, 1, at(100)).sdi(at(1), 1));
    const { guest, context } = bench;
    guest.run(context, (b) => b.start({ address }));
    guest.advance(200);
    expect(bench.word(0)).toBe(1);
    guest.submit(context);
    guest.advance(200);
    expect(bench.word(0)).toBe(1);
    guest.complete(guest.createContext("rcs0"), (b) => b.noop(2));
    bench.setWord(100, 1);
    guest.submit(context);
    expect(guest.until(() => guest.isDone(context))).toBe(true);
    expect(bench.words(0, 2)).toEqual([2, 1]);
  });

  test("a context whose image names none has none, whatever ran before it", () => {
    put(0, count(0).padTo(16));
    indirect(0, 1);
    const { guest, context } = bench;
    guest.complete(context, (b) => b.noop(2));
    const short = guest.createContext("rcs0", { ppgtt: context.ppgtt });
    // The list ends before the registers that name them: 11 pairs instead of 14.
    guest.setImage(short, 1, 0x1100_1000 | 21);
    guest.setImage(short, 24, 0x0500_0000);
    guest.run(short, (b) => b.noop(2));
    guest.advance(1_000);
    expect(bench.word(0)).toBe(1);
  });

  test("a command longer than what is left, or a batch outside of the GGTT, hangs the engine", () => {
    put(0, new Batch().padTo(14).sdi(at(0), 1));
    indirect(0, 1);
    bench.guest.run(bench.context, (b) => b.sdi(at(1), 1));
    bench.guest.advance(5_000);
    expect(bench.words(0, 2)).toEqual([0, 0]);
    expect(bench.rig.notes()).toContain("command.unknown");
  });
});
