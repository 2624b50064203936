import type { Patch } from "../replay/other-model.ts";

/**
 * A fault that a guest can see, planted as a commit would plant it, and the place at which it must be named.
 */
export interface Planted {
  readonly name: string;
  readonly patch: Patch;
  /** Path of the divergence. */
  readonly at: RegExp;
}

const planted = (
  name: string,
  file: string,
  find: string | RegExp,
  replace: string,
  at: RegExp,
): Planted => ({
  name,
  patch: { file: `reducers/${file}`, find, replace },
  at,
});

const EXECLIST = "mediator/execlist.ts";
const INTERRUPT = "mediator/interrupt.ts";
const GT = "mediator/gt.ts";
const ACTIONS = "device/actions.ts";

/** Of the kinds in docs/facts/upstream.md. */
export const PLANTED: readonly Planted[] = [
  planted(
    "the CSB write pointer in the status page is one behind",
    EXECLIST,
    "STATUS_WORDS[2] = pointer;",
    "STATUS_WORDS[2] = (pointer + 5) % 6;",
    /\.csb\.write_pointer$/,
  ),
  planted(
    "a CSB entry of an element switch is dropped",
    EXECLIST,
    "  if (gfn >= 0) {\n    STATUS_WORDS[0] = status;",
    "  if (gfn >= 0 && (status & 4) === 0) {\n    STATUS_WORDS[0] = status;",
    /\.csb\./,
  ),
  planted(
    "the CSB has five entries",
    EXECLIST,
    "const CSB_ENTRIES = 6;",
    "const CSB_ENTRIES = 5;",
    /csb|CONTEXT_STATUS/,
  ),
  planted(
    "the blitter's IMR is looked at unshifted",
    EXECLIST,
    "const passed = (bits << shift) & ~mask;",
    "const passed = (bits & ~mask) << shift;",
    /irq|IIR/,
  ),
  planted(
    "a user interrupt is lost",
    ACTIONS,
    "return announce(core, e, engine, USER_INTERRUPT_BIT);",
    "return;",
    /irq|IIR/i,
  ),
  planted(
    "MI_FLUSH_DW forgets its notify event",
    ACTIONS,
    /(function flushDw[\s\S]*?)if \(\(c\[0\] & \(1 << 8\)\) !== 0\) announce\([^)]*FLUSH_NOTIFY_BIT\);/,
    "$1",
    /irq|IIR/i,
  ),
  planted(
    "a written 1 does not clear IIR",
    "rules.ts",
    /case ONE_TO_CLEAR:\s*\n?\s*return[^;]*;/,
    "case ONE_TO_CLEAR:\n      return before;",
    /irq|IIR/i,
  ),
  planted(
    "turning the master bit on does not look at what is pending",
    INTERRUPT,
    /(value & MASTER_ENABLE\);\n)\s+updateLine\(core, v\);/,
    "$1    if ((value & MASTER_ENABLE) === 0) updateLine(core, v);",
    /irq/i,
  ),
  planted(
    "GT1 is missing from the master's pending bits",
    INTERRUPT,
    /\n {2}\[GT1, 0x0000_ffff, 2\],/,
    "\n  [GT1, 0x0000_0000, 2],",
    /irq/i,
  ),
  planted(
    "flips finish without their event",
    "mediator/display/pipe.ts",
    "GEN8_PIPE_VBLANK | flips",
    "GEN8_PIPE_VBLANK",
    /IIR|irq/i,
  ),
  planted(
    "a PTE written by halves goes to the device only with its lower half",
    "mediator/ggtt.ts",
    /\n {2}publish\(core, v, entry, core\.words\.read/,
    "\n  if ((word & 1) === 0) publish(core, v, entry, core.words.read",
    /bcs0\.write/,
  ),
  planted(
    "an 8-byte PTE takes its new flags and keeps its old frame",
    "mediator/ggtt.ts",
    "core.words.writePair(GGTT + v, word, lo, hi);",
    "lo = (lo & 0xfff) | (core.words.read(GGTT + v, word) & 0xffff_f000);" +
      " core.words.writePair(GGTT + v, word, lo, hi);",
    /aperture|write|csb/,
  ),
  planted(
    "PTEs outside the guest's share can be read",
    "mediator/ggtt.ts",
    /if \(!ownsAddress\(.*\)\) return;\n( +const word)/,
    "if (!ownsAddress(core.setting.configuration.vgpus[v - 1], (at >>> 3) * 4096)) core.replyHi = 1;\n$1",
    /\.gtt\./,
  ),
  planted(
    "the ring's head goes back into the image eight bytes short",
    "device/context.ts",
    /case RING_HEAD:\n {6}return engine\.head;/,
    "case RING_HEAD:\n      return engine.head - 8;",
    /\.write\./,
  ),
  planted(
    "the controller of the DDC bus answers every address with a NAK",
    "mediator/display/gmbus.ts",
    "if (port === 0 || address !== DDC_ADDRESS",
    "if (port >= 0 || address !== DDC_ADDRESS",
    /GMBUS/,
  ),
  planted(
    "an AUX message without a sink stays busy",
    "mediator/display/aux.ts",
    "plain | DONE | TIME_OUT_ERROR);",
    "plain | SEND_BUSY);",
    /DP_AUX_CH_CTL/,
  ),
  planted(
    "X tiles are taken for four rows high",
    "mediator/aperture.ts",
    "const tile = (y >>> 3) * Math.floor(pitch / 512)",
    "const tile = (y >>> 2) * Math.floor(pitch / 512)",
    /\.aperture\./,
  ),
  planted(
    "translations are kept for ever",
    "device/gtt.ts",
    "core.words.clear(TLB + e);",
    "void core.words;",
    /\.write\./,
  ),
  planted(
    "SRM stores the register before the named one",
    ACTIONS,
    "storeRegister(core, e, engine, register), 0)",
    "storeRegister(core, e, engine, register - 4), 0)",
    /\.write\./,
  ),
  planted(
    "copies between pages take the wrong dword",
    ACTIONS,
    "writeValue(core, e, engine, 1, VALUE.low, 0);",
    "writeValue(core, e, engine, 1, VALUE.high, 0);",
    /\.write\./,
  ),
  planted(
    "the power controller's mailbox stays busy",
    GT,
    "value & 0x7fff_ff00);",
    "value & 0xffff_ff00);",
    /PCODE_MAILBOX/,
  ),
  planted("memory latencies are zero", GT, "data === 0 ? 0x1e1a_1100 : 0x6151_4b3d", "0", /PCODE_DATA/),
  planted(
    "a wake request is never acknowledged",
    GT,
    "after & 0xffff);\n  },",
    "0);\n  },",
    /ACK|FORCEWAKE|mmio\./,
  ),
  planted(
    "GEN6_GDRST keeps its bits",
    GT,
    /("gt\.gdrst"[^\n]*\n {4}core\.words\.write\(MMIO \+ v, at >>> 2, )0\)/,
    "$1value)",
    /GEN6_GDRST/,
  ),
  planted(
    "the guest is told that it has no fences",
    "mediator/pvinfo.ts",
    "put(0x50, share.fences);",
    "put(0x50, 0);",
    /vgtif_avail_rs_fence_num|pvinfo/,
  ),
  planted(
    "a semaphore is passed when it should be waited for",
    ACTIONS,
    "return holds((c[0] >>> 12) & 7, VALUE.low, c[1]) ? DONE : WAIT;",
    "return holds((c[0] >>> 12) & 7, VALUE.low, c[1]) ? WAIT : DONE;",
    /write|csb|irq|IIR/,
  ),
];
