import * as fc from "fast-check";
import { compileRegisters } from "../../src/hw/compile.ts";
import { REGISTER_BANKS } from "../../src/hw/registers/tables.ts";
import { MMIO_BYTES } from "../../src/hw/units.ts";
import { Batch } from "../../src/ports/sim/assembler.ts";
import type { SimContext, SimDriver } from "../../src/ports/sim/driver.ts";
import { CTX, ENGINE_NAMES, GDRST, RING, RING_BASE } from "../../src/ports/sim/layout.ts";
import { PAGE } from "../../src/ports/sim/memory.ts";
import type { SimCapabilities } from "../../src/ports/sim/port.ts";
import { Rig } from "../reducers/device/rig.ts";

/**
 * Guests that do anything: a step is a number for what, and three words that mean what the step makes of
 * them. The same steps give the same rows. Guests are hostile as often as they are sane.
 */
export type Step = readonly [what: number, a: number, b: number, c: number];

export interface Script {
  readonly ports: readonly Partial<SimCapabilities>[];
  readonly steps: readonly Step[];
}

const word = fc.oneof(
  fc.nat(255),
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.constantFrom(0, 1, 0x8000_0000, 0xffff_ffff, 0xffff_0000, 0xfff_ffff),
);
const port: fc.Arbitrary<Partial<SimCapabilities>> = fc.record({
  coherent: fc.boolean(),
  msi: fc.boolean(),
  screen: fc.boolean(),
  fetchDelay: fc.nat(4),
  writeDelay: fc.nat(6),
});

export const scripts = (maxLength: number): fc.Arbitrary<Script> =>
  fc.record({
    ports: fc.array(port, { minLength: 2, maxLength: 2 }),
    // By itself fast-check keeps lists short: some five steps, in which hardly any work is ever done.
    steps: fc.array(fc.tuple(fc.nat(WHATS.length - 1), word, word, word), { maxLength, size: "max" }),
  });

/** Every register that the scripts' machines have. */
export const REGISTERS = compileRegisters("kbl", REGISTER_BANKS);

/** Some register, from a word: an engine's own as often as any other. */
const anyRegister = (word: number): number =>
  (word & 1) === 0
    ? REGISTERS.words[(word >>> 1) % REGISTERS.words.length] * 4
    : LIVELY[(word >>> 1) % LIVELY.length];

const SIZES = [1, 2, 4, 8] as const;
/** Registers that do something, more often than chance would find them. */
const LIVELY = [
  GDRST,
  0x4_4200,
  0x4_4304,
  0x4_4308,
  0x4_430c,
  0x4_4408,
  0x10_0000,
  0x10_0004,
  0x7_0008,
  0x7_019c,
  0x7_0180,
  0xc_5100,
  0xc_5104,
  0xc_510c,
  0xc_5020,
  0x6_4010,
  0x4_5404,
  0x13_8124,
  0x4260,
  0x7_8818,
  0x7_8808,
  0xa278,
  0x24d0,
  0x20d4,
  0x229c,
  0x4_a400,
  0x4_a404,
  ...ENGINE_NAMES.flatMap((engine) =>
    [0x30, 0x80, 0xa8, 0x9c, 0xd0, 0x230, 0x234, 0x3a0].map((at) => RING_BASE[engine] + at),
  ),
];
const TARGET = 0x20_0000;
const BATCHES = 0x10_0000;

/** One guest, and what it has made so far. */
interface Player {
  readonly guest: SimDriver;
  readonly contexts: SimContext[];
  readonly data: number;
  batches: number;
}

type Act = (player: Player, a: number, b: number, c: number, rig: Rig) => void;

/** A command of a batch, from a word. */
function command(batch: Batch, word: number, next: number): Batch {
  // Into the batches themselves, too: a batch may write what it runs next.
  const target = { address: (next & 7) === 0 ? BATCHES + (word & 0x3ffc) : TARGET + (word & 0x1ffc) };
  const register = RING_BASE.rcs0 + 0x600 + (word & 0x78);
  const other = anyRegister((word ^ (next << 5)) >>> 0);
  switch (word % 20) {
    case 0:
      return batch.noop(1 + (word % 40));
    case 1:
      return batch.sdi(target, word, next);
    case 2:
      return batch.copy(target, { address: TARGET + (next & 0xffc) });
    case 3:
      return batch.lri([register, next], [register + 4, word], [other, next]);
    case 17:
      return batch.srm(other, target);
    case 18:
      return batch.lri([register, next]).lrr(register, other).lrr(other, register);
    case 19:
      return batch.pipeControlLri(other, next);
    case 4:
      return batch.srm(register, target);
    case 5:
      return batch.atomicInline((word >>> 8) & 0x2f, target, [next, word], [word, next], (next & 1) === 1);
    case 6:
      return batch.pipeControl({
        post: next & 3,
        to: target,
        low: word,
        notify: (next & 4) !== 0,
        index: (next & 8) !== 0,
      });
    case 7:
      return batch.userInterrupt();
    case 8:
      return batch.semaphoreWait(next % 6, word & 0xff, target);
    case 9:
      return batch.math(
        0x0800_8000 | (next & 15),
        0x0800_8400 | (word & 15),
        0x1000_0000 + ((next & 7) << 20),
        0x1800_0031,
      );
    case 10:
      return batch.predicate(next & 3, (next >>> 2) & 3, (next >>> 4) & 3).setPredicate(word & 15);
    case 11:
      return batch.endUnlessGreater(next & 0xff, target);
    case 12:
      return batch.lrm(register, target);
    case 13:
      return batch.raw(word, next, word);
    case 14:
      return batch.arbOnOff((next & 1) === 1);
    case 15:
      return batch.start({ address: BATCHES + (next & 7) * PAGE }, { second: (word & 0x100) !== 0 });
    default:
      return batch.flushDw({ post: next & 3, to: target, low: word, notify: true });
  }
}

/** Commands that may never end: semaphores, anything at all, other batches. */
const ENDLESS = [8, 13, 15];

/** Half of all batches come to their end, if nothing comes between: otherwise hardly any work is ever done. */
const randomBatch = (a: number, b: number, c: number): Batch => {
  const batch = new Batch();
  const ends = (b & 1) === 0;
  let x = (a ^ (b << 7) ^ c) >>> 0;
  for (let n = 0; n < 1 + (a % 12); n++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    if (ends && ENDLESS.includes((x >>> 3) % 17)) continue;
    command(batch, x >>> 3, (x ^ b) >>> 0);
  }
  return batch;
};

const submitBatch: Act = (player, a, b, c) => {
  const context = player.contexts[a % player.contexts.length];
  const address = BATCHES + (player.batches++ % 8) * PAGE;
  player.guest.batch(context, address, randomBatch(a, b, c).end());
  player.guest.emit(context, (ring) => ring.start({ address }).userInterrupt());
  const other =
    (c & 3) === 0 ? player.contexts.find((next) => next.engine === context.engine && next !== context) : null;
  player.guest.submit(context, other ?? null, c & 4);
};

/** A pipe goes on, with timings for a small picture, or off. */
const switchPipe: Act = ({ guest }, a, b) => {
  guest.setMmio(0x6_001c, ((a & 0xff) << 16) | (b & 0xff));
  guest.setMmio(0x7_0008, (a & 3) === 0 ? 0 : 0x8000_0000);
};

const WHATS: readonly Act[] = [
  submitBatch,
  submitBatch,
  submitBatch,
  ({ guest, contexts }, a, b, c) => guest.run(contexts[a % contexts.length], randomBatch(b, c, a)),
  ({ guest }, a, b, c) => guest.write("mmio", (a % (MMIO_BYTES / 4)) * 4 + (c & 3), SIZES[c & 3], b, c),
  ({ guest }, a, b) => guest.write("mmio", LIVELY[a % LIVELY.length], 4, b),
  ({ guest }, a, b) => guest.write("mmio", LIVELY[a % LIVELY.length], 4, b),
  ({ guest }, a, b) => guest.read64("mmio", LIVELY[a % LIVELY.length] + ((b >>> 4) & 3), SIZES[b & 3]),
  ({ guest }, a, b) => guest.read64("mmio", a % (MMIO_BYTES + 16), SIZES[b & 3]),
  ({ guest }, a, b, c) => guest.write("gtt", (a % 0x80_0000) & ~3, SIZES[c & 3], b, c),
  ({ guest, data }, a, b) => guest.setPte(guest.mmio(0x7_8048) + (a % 64) * PAGE, data + (b % 4) - 1),
  ({ guest }, a, b) => guest.read64("gtt", a % 0x80_0008, SIZES[b & 3]),
  ({ guest }, a, b, c) => guest.write("config", a & 0x1ff, SIZES[c & 3], b, c),
  ({ guest }, a, b) => guest.read64("config", a & 0x1ff, SIZES[b & 3]),
  ({ guest }, a, b, c) => guest.writeAperture(a & 0xf_ffff, new Uint8Array(1 + (c % 9000)).fill(b)),
  ({ guest }, a, b) => guest.read64("aperture", a & 0xf_ffff, SIZES[b & 3]),
  ({ guest, contexts }, a, b) => guest.setImage(contexts[a % contexts.length], (b & 0xff) >>> 1, a),
  // Another register in the image's list, and its value.
  ({ guest, contexts }, a, b, c) => {
    const context = contexts[a % contexts.length];
    const dword = 0x52 + 2 * (b % 40);
    guest.setImage(context, dword, anyRegister(c));
    guest.setImage(context, dword + 1, a);
    if ((b & 0x100) === 0) guest.setImage(context, CTX.control, 0x0009_0008);
  },
  ({ guest, contexts }, a, b) => {
    const context = contexts[a % contexts.length];
    guest.setImage(
      context,
      [CTX.indirect, CTX.perContext, CTX.bbState][b % 3],
      (context.ring | (b & 0x3f)) >>> 0,
    );
  },
  ({ guest }, a, b) => guest.setMmio(RING_BASE[ENGINE_NAMES[a & 3]] + RING.elsp, b),
  ({ guest }, a) => guest.setMmio(GDRST, a & 0x1f),
  ({ guest, data }, a, b) => guest.memory.write32(data * PAGE + (a & 0x1ffc), b),
  ({ guest }, a) => guest.advance(a % 3_000),
  ({ guest }, a) => guest.advance(a % 60),
  (_player, _a, _b, _c, rig) => rig.port.deliver(),
  ({ guest }, a) => {
    if (a % 5 === 0) guest.reset();
    else if (a % 5 === 1) guest.detach();
    else guest.attach();
  },
  ({ guest }, a, _b, _c, rig) => rig.input(a % 3 === 0 ? "vgpu.paused" : "vgpu.resumed", guest.vgpu),
  ({ guest }, a, b) => {
    guest.setMmio(0x10_0004, ((a & 0xf_f000) | (b & 7)) >>> 0);
    guest.setMmio(0x10_0000, ((b & 0xf000) | (a & 2) | 1) >>> 0);
  },
  switchPipe,
];

/** Run a script on a fresh machine; the rows are the rig's. */
export function play(script: Script): Rig {
  const rig = new Rig(2);
  const players = script.ports.map((capabilities, i): Player => {
    const guest = rig.guest(i + 1, capabilities);
    const data = guest.memory.allocate(4);
    guest.bindMappable(data, 4);
    const contexts = (["rcs0", "bcs0", "rcs0", "vcs0"] as const).map((engine) => guest.createContext(engine));
    for (const { ppgtt } of contexts) ppgtt.map(TARGET, data, 4);
    return { guest, contexts, data, batches: 0 };
  });
  for (const [n, [what, a, b, c]] of script.steps.entries()) WHATS[what](players[(c + n) & 1], a, b, c, rig);
  return rig;
}
