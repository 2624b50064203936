import { offsetOf } from "../../../hw/registers/offsets.ts";
import { MMIO_BYTES } from "../../../hw/units.ts";
import type { Core } from "../../core.ts";
import { MMIO } from "../../planes.ts";
import type { OnRead, OnWrite } from "../behaviour.ts";

/** The precise palette of a pipe: entries without addresses, reached through an index and a data register. */

const PREC_PAL_INDEX_A = offsetOf("PREC_PAL_INDEX", "pipeA");
const PREC_PAL_DATA = 4;
const PIPE_STRIDE = 0x800;
const AUTO_INCREMENT = 1 << 15;
const INDEX_MASK = 0x3ff;
/** Where pipe A's entries lie: after the last register, 1,024 words a pipe. */
const ENTRIES = MMIO_BYTES >>> 2;

/** Byte offset of the index register beside `at`. */
function indexBeside(at: number): number {
  return at & ~PREC_PAL_DATA;
}

/** The word that holds the entry which `index`, the register's word, names. */
function entryOf(at: number, index: number): number {
  return ENTRIES + ((at - PREC_PAL_INDEX_A) / PIPE_STRIDE) * (INDEX_MASK + 1) + (index & INDEX_MASK);
}

/** The index is `index` from now on: the data register's word is always what a read of it answers. */
function point(core: Core, v: number, at: number, index: number): void {
  core.words.write(MMIO + v, at >>> 2, index);
  core.words.write(MMIO + v, (at + PREC_PAL_DATA) >>> 2, core.words.read(MMIO + v, entryOf(at, index)));
}

/** An access of the data register is over: the next entry, if the index counts on by itself. */
function next(core: Core, v: number, at: number): void {
  const index = core.words.read(MMIO + v, at >>> 2);
  if ((index & AUTO_INCREMENT) === 0) return;
  point(core, v, at, ((index & ~INDEX_MASK) | ((index + 1) & INDEX_MASK)) >>> 0);
}

/** PREC_PAL_INDEX names another entry. */
export const paletteIndex: OnWrite = (core, v, at, _id, _before, after) => point(core, v, at, after);

/** PREC_PAL_DATA is stored where the index says. */
export const paletteData: OnWrite = (core, v, at, _id, _before, after) => {
  const register = indexBeside(at);
  const index = core.words.read(MMIO + v, register >>> 2);
  core.words.write(MMIO + v, entryOf(register, index), after);
  next(core, v, register);
};

/** A read counts on as a write does. */
export const paletteDataRead: OnRead = (core, v, at) => {
  const word = core.words.read(MMIO + v, at >>> 2);
  next(core, v, indexBeside(at));
  return word;
};
