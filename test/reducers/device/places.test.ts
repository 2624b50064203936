import { afterEach, describe, expect, test } from "vitest";
import { Batch } from "../../../src/ports/sim/assembler.ts";
import { PAGE } from "../../../src/ports/sim/memory.ts";
import { at, Bench, DATA } from "./rig.ts";

/** What a turn has looked up is forgotten wherever looking again would find something else. */

// No two of them, nor DATA, share a slot of the TLB, or the low four bits of the page.
const CODE = 0x71_1000;
const ALIAS = 0x78_2000;
const TABLE = 0x7a_3000;

let bench: Bench;
afterEach(() => bench.rig.verify());

/** Put a batch into a frame of its own, mapped at CODE and at ALIAS, and run it. */
function run(build: (batch: Batch) => Batch): boolean {
  const { guest, context } = bench;
  const frame = guest.memory.allocate();
  guest.memory.writeWords(frame * PAGE, build(new Batch()).end().words);
  for (const address of [CODE, ALIAS]) context.ppgtt.map4k(address, frame);
  return guest.complete(context, (ring) => ring.start({ address: CODE }));
}

describe.each([
  ["coherent", {}],
  ["by message", { coherent: false, fetchDelay: 1, writeDelay: 1 }],
] as const)("memory %s", (_, capabilities) => {
  test.each([CODE, ALIAS])("a batch writes its next command, at %i", (base) => {
    bench = new Bench("rcs0", capabilities);
    // Commands of four dwords; the last one's value is dword 15. Nothing has to be waited for after the third.
    const next = { address: base + 15 * 4 };
    expect(
      run((b) =>
        b
          .sdi(at(0), 1)
          .sdi({ address: base + 0x800 }, 0)
          .sdi(next, 9)
          .sdi(at(0), 2),
      ),
    ).toBe(true);
    expect(bench.word(0)).toBe(9);
  });

  test("what was read before is read again where it was written to by another address", () => {
    bench = new Bench("rcs0", capabilities);
    bench.context.ppgtt.map4k(TABLE, bench.data);
    const other = { address: TABLE };
    expect(
      run((b) => b.copy(at(1), other).sdi(at(0), 5).copy(at(2), other).sdi(other, 6).copy(at(3), at(0))),
    ).toBe(true);
    expect(bench.words(0, 4)).toEqual([6, 0, 5, 6]);
  });

  test.each([false, true])("a translation is looked up again after an invalidation: %s", (invalidateTlb) => {
    bench = new Bench("rcs0", capabilities);
    const { memory } = bench.guest;
    const { ppgtt } = bench.context;
    const other = memory.allocate();
    const entry = ppgtt.pteAddress(DATA);
    ppgtt.map4k(TABLE, Math.floor(entry / PAGE));
    const low = memory.read32(entry) & (PAGE - 1);
    const pte = { address: TABLE + (entry % PAGE) };
    expect(
      run((b) =>
        b
          .sdi(at(0), 1)
          .sdi(pte, other * PAGE + low)
          .pipeControl({ invalidateTlb })
          .sdi(at(0), 2),
      ),
    ).toBe(true);
    expect([bench.word(0), memory.read32(other * PAGE)]).toEqual(invalidateTlb ? [1, 2] : [2, 0]);
  });
});
